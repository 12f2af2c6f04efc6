import EconomicModels
import Schema

/// How a gain in efficiency is shared along the chain, and who sets prices: deterministic arithmetic on configured
/// figures, all of it what-if; rents are dated facts beside it.
enum ChainSections {
    static func sections(_ view: PointInTimeView) -> [Section] {
        view.theses.flatMap { thesis in
            thesis.chains.compactMap { chain($0, view) }
                + thesis.pricing.filter { $0.subject == view.subject }.compactMap(pricingPower)
        }
    }

    private static func chain(_ chain: ProfitChain, _ view: PointInTimeView) -> Section? {
        guard let model = try? InputProductivity(gain: chain.gain, priceMultiple: chain.priceMultiple) else {
            return nil
        }
        var draft = SectionDraft(.chain, .chain, about: chain.name, words: chain.translations)
        let assumptions = ["gain=\(chain.gain)", "price-multiple=\(chain.priceMultiple)"]
        draft.add(
            "output-per-cost", model.outputPerSpending, .ratio, .whatIf, method: "input-productivity",
            assuming: assumptions)
        draft.add(
            "volume-needed", model.outputForSameSupplierRevenue, .ratio, .whatIf, method: "input-productivity",
            assuming: assumptions)
        draft.add(
            "supplier-revenue", model.supplierRevenueAtSameOutput, .ratio, .whatIf, method: "input-productivity",
            assuming: assumptions + ["output=same"])
        if let capture = model.impliedCapture {
            draft.add("capture", capture, .fraction, .whatIf, method: "implied-capture", assuming: assumptions)
        }
        bargain(chain, &draft)
        if let profit = try? model.userProfit(inputShare: chain.inputShare, otherCost: chain.otherCost),
            let multiple = profit.multiple
        {
            draft.add(
                "profit-multiple", multiple, .ratio, .whatIf, method: "profit-and-loss",
                assuming: assumptions + ["input-share=\(chain.inputShare)", "other-cost=\(chain.otherCost)"])
        }
        for item in chain.rents { rents(of: item, view, &draft) }
        return draft.section
    }

    /// What the input would cost if its seller and its user had bargained alike over the gain, neither with anything to fall
    /// back on; and what it costs both that each adds a margin of its own, by a straight line of demand, whatever its slope.
    private static func bargain(_ chain: ProfitChain, _ draft: inout SectionDraft) {
        let split = try? NashBargain.split(
            surplus: chain.gain - 1, supplierAlternative: 0, buyerAlternative: 0, supplierPower: 0.5)
        if let split {
            draft.add(
                "even-split-price", 1 + split.supplier, .ratio, .whatIf, method: "nash-bargain",
                assuming: ["gain=\(chain.gain)", "bargaining-power=0.5", "alternatives=none"])
        }
        guard let margins = try? DoubleMarginalisation(intercept: 1, slope: 1, unitCost: 0) else { return }
        for (id, ratio) in [
            ("double-margin-volume", margins.separate.quantity / margins.integrated.quantity),
            ("double-margin-profit", margins.separate.profit / margins.integrated.profit),
        ] {
            draft.add(
                id, ratio, .ratio, .whatIf, method: "double-marginalisation",
                assuming: ["demand=linear", "each-a-monopoly"])
        }
    }

    /// What the input is seen to cost: the last rent from before the shock and the last since, and their ratio, which the
    /// scenario's `price-multiple` can be held against.
    private static func rents(of item: String, _ view: PointInTimeView, _ draft: inout SectionDraft) {
        let known = view.facts(.rentalPrice).filter { $0.rentalPrice.item == item }
        guard !known.isEmpty else { return draft.lack(.rentalPrice, of: item) }
        let latest = { (facts: [Fact]) -> Fact? in
            facts.reduce(nil) { best, fact in best.map { fact.asOf < $0.asOf ? $0 : fact } ?? fact }
        }
        let before = latest(known.filter { $0.asOf < view.measure.session })
        let since = latest(known.filter { $0.asOf >= view.measure.session })
        for fact in [before, since].compactMap({ $0 }) {
            draft.add(
                "rent", of: item, fact.rentalPrice.valueUsdPerHour, .usdPerHour, .stated, asOf: fact.asOf,
                evidence: [fact.sequence])
        }
        guard let before, let since else {
            return draft.lack(before == nil ? "rents-before" : "rents-since", of: item)
        }
        draft.add(
            "rent-multiple", of: item, since.rentalPrice.valueUsdPerHour / before.rentalPrice.valueUsdPerHour, .ratio,
            .stated, asOf: since.asOf, evidence: [before.sequence, since.sequence])
    }

    private static func pricingPower(_ power: PricingPower) -> Section? {
        guard let scenario = try? PricingScenario(baseShare: power.share, baseMargin: power.margin) else { return nil }
        var draft = SectionDraft(.pricingPower, .chain, about: power.segment, words: power.translations)
        if power.elasticity > 0,
            let lerner = try? MarketPower.lernerIndex(share: power.share, elasticity: power.elasticity)
        {
            draft.add(
                "lerner", lerner, .fraction, .whatIf, method: "cournot",
                assuming: ["share=\(power.share)", "elasticity=\(power.elasticity)"])
        }
        if !power.marketShares.isEmpty, let index = try? MarketPower.concentration(shares: power.marketShares) {
            draft.add("hhi", index, .plain, .whatIf, method: "herfindahl")
        }
        for item in power.cases {
            let position = PricingScenario.Position(share: item.share, margin: item.margin)
            guard let row = (try? scenario.grid(demands: [item.demand], positions: [position]))?.first,
                let profit = row.profits.first
            else { continue }
            let assumptions = ["demand=\(item.demand)", "share=\(item.share)", "margin=\(item.margin)"]
            draft.add(
                "profit", of: item.name, profit, .ratio, .whatIf, method: "pricing-scenario", assuming: assumptions,
                words: item.translations)
            if let demand = row.breakEvenDemand {
                draft.add(
                    "break-even-demand", of: item.name, demand, .ratio, .whatIf, method: "pricing-scenario",
                    assuming: Array(assumptions.dropFirst()), words: item.translations)
            }
        }
        return draft.section
    }
}
