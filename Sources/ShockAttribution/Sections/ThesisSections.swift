import EconomicModels
import MarketModels
import Schema

/// What a thesis would mean, and what the price makes of it. Elasticities, cases and weights are the configuration's:
/// arithmetic beside the facts. A move is never called an overreaction from the price alone.
enum ThesisSections {
    static func sections(_ view: PointInTimeView) -> [Section] {
        view.theses.flatMap { thesis in
            [efficiency(thesis, view), implied(thesis, view)].compactMap { $0 }
        }
    }

    // MARK: Efficiency

    private static func efficiency(_ thesis: Thesis, _ view: PointInTimeView) -> Section? {
        guard thesis.hasEfficiency else { return nil }
        let value = thesis.efficiency
        let passThrough = value.passThrough == 0 ? 1 : value.passThrough
        var draft = SectionDraft(.efficiency, .thesis, about: thesis)
        for gain in value.gains {
            guard
                let elasticity = try? BreakEvenElasticity.implied(change: view.measure.simpleReturn, gain: gain)
            else { continue }
            draft.add(
                "break-even-elasticity", of: ratio(gain), elasticity, .plain, .assumed, method: "jevons",
                assuming: ["gain=\(ratio(gain))", "value=demand"], asOf: view.measure.session)
        }
        guard let gain = value.gains.first else { return draft.section }
        for elasticity in value.elasticities {
            guard
                let shock = try? EfficiencyShock(gain: gain, elasticity: elasticity.value, passThrough: passThrough),
                let demand = try? shock.demandMultiple()
            else { continue }
            let assumptions = ["gain=\(ratio(gain))", "elasticity=\(elasticity.value)", "pass-through=\(passThrough)"]
            draft.add(
                "demand", of: elasticity.name, demand, .ratio, .whatIf, method: "jevons", assuming: assumptions,
                words: elasticity.translations)
            if let rebound = try? shock.rebound() {
                draft.add(
                    "rebound", of: elasticity.name, rebound, .fraction, .whatIf, method: "jevons",
                    assuming: assumptions, words: elasticity.translations)
            }
            guard value.lagYears > 0, let years = (try? shock.breakEvenTime(lag: value.lagYears)) ?? nil else {
                continue
            }
            draft.add(
                "break-even-years", of: elasticity.name, years, .years, .whatIf, method: "jevons-with-lag",
                assuming: assumptions + ["lag-years=\(value.lagYears)"], words: elasticity.translations)
        }
        return draft.section
    }

    /// `10`, not `10.0`.
    private static func ratio(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    // MARK: Implied

    private static func implied(_ thesis: Thesis, _ view: PointInTimeView) -> Section? {
        guard thesis.hasImplied || !thesis.scenarios.isEmpty else { return nil }
        var draft = SectionDraft(.implied, .thesis, about: thesis)
        let observed = view.measure.simpleReturn
        if thesis.hasImplied { weigh(thesis.implied, observed, &draft) }
        let scenarios = thesis.scenarios.map {
            EconomicModels.WhatIf.Scenario(name: $0.name, weight: $0.weight, change: $0.valueChange)
        }
        if !scenarios.isEmpty, let whatIf = try? EconomicModels.WhatIf(scenarios) {
            for scenario in thesis.scenarios {
                draft.add(
                    "scenario", of: scenario.name, scenario.valueChange, .fraction, .whatIf,
                    assuming: ["weight=\(scenario.weight)"], words: scenario.translations)
            }
            draft.add("expected", whatIf.expected, .fraction, .whatIf, method: "weighted-scenarios")
            if let residual = try? whatIf.residual(observed: observed) {
                draft.add("residual", residual, .fraction, .whatIf, method: "weighted-scenarios")
            }
        }
        return draft.section
    }

    private static func weigh(_ value: ImpliedCase, _ observed: Double, _ draft: inout SectionDraft) {
        let weight = try? EconomicModels.WhatIf.impliedBearWeight(
            observed: observed, bear: value.bear, other: value.other)
        if let weight = weight ?? nil {
            draft.add(
                "bear-weight", weight, .fraction, .whatIf, method: "implied-weight",
                assuming: ["bear=\(value.bear)", "other=\(value.other)"])
        } else {
            draft.lack("move-within-cases")
        }
        guard value.discountRate > 0,
            let growth = try? EconomicModels.WhatIf.impliedGrowth(
                discountRate: value.discountRate, growth: value.growth, change: observed)
        else { return }
        draft.add(
            "growth", growth, .fraction, .whatIf, method: "gordon",
            assuming: ["discount-rate=\(value.discountRate)", "growth-before=\(value.growth)"])
    }
}
