import EconomicModels
import Schema

/// How a gain in efficiency is shared along the chain, and who sets prices: deterministic arithmetic on configured
/// figures, all of it what-if.
enum ChainSections {
    static func sections(_ view: PointInTimeView) -> [Section] {
        view.theses.flatMap { thesis in
            thesis.chains.compactMap(chain)
                + thesis.pricing.filter { $0.subject == view.subject }.compactMap(pricingPower)
        }
    }

    private static func chain(_ chain: ProfitChain) -> Section? {
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
            draft.add("capture", capture, .fraction, .whatIf, method: "nash-bargain", assuming: assumptions)
        }
        if let profit = try? model.userProfit(inputShare: chain.inputShare, otherCost: chain.otherCost),
            let multiple = profit.multiple
        {
            draft.add(
                "profit-multiple", multiple, .ratio, .whatIf, method: "profit-and-loss",
                assuming: assumptions + ["input-share=\(chain.inputShare)", "other-cost=\(chain.otherCost)"])
        }
        return draft.section
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
