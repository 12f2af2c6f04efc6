import EconomicModels
import Schema

/// What those whose spending a thesis doubts have committed to: raised, reaffirmed, cut, and when.
enum SpendingSection {
    static func sections(_ view: PointInTimeView) -> [Section] {
        view.theses.filter { !$0.spenders.isEmpty }.map { section($0, view) }
    }

    private static func section(_ thesis: Thesis, _ view: PointInTimeView) -> Section {
        var draft = SectionDraft(.spending, .condition, about: thesis)
        var total = 0.0
        var evidence: [UInt64] = []
        for spender in thesis.spenders {
            guard let fact = view.facts(.capexCommitment, about: spender).last else {
                draft.lack(.capexCommitment, of: spender)
                continue
            }
            let value = fact.capexCommitment
            let range = value.lowUsd > 0 && value.highUsd >= value.lowUsd ? value.lowUsd...value.highUsd : nil
            draft.add(
                value.status.figure, of: spender, value.valueUsd, .usd, .stated, interval: range, asOf: fact.asOf,
                text: value.period, evidence: [fact.sequence])
            total += value.valueUsd
            evidence.append(fact.sequence)
            revenue(of: spender, against: value.valueUsd, view, &draft)
        }
        guard total > 0 else { return draft.section }
        draft.add("committed", total, .usd, .stated, observations: evidence.count, evidence: evidence)
        if thesis.hasPayback { payback(total, thesis.payback, evidence, &draft) }
        return draft.section
    }

    /// What revenue a year it would take for the spending to be worth its cost: arithmetic, not a forecast.
    private static func payback(
        _ spending: Double, _ value: PaybackCase, _ evidence: [UInt64], _ draft: inout SectionDraft
    ) {
        guard
            let model = try? CapitalPayback(
                spending: spending, annualRevenue: 0, margin: value.margin,
                lifeYears: Int(value.lifeYears.rounded()), discountRate: value.discountRate)
        else { return }
        draft.add(
            "revenue-needed", model.breakEvenRevenue, .usd, .whatIf, method: "net-present-value",
            assuming: [
                "margin=\(value.margin)", "life-years=\(Int(value.lifeYears.rounded()))",
                "discount-rate=\(value.discountRate)",
            ], evidence: evidence)
    }

    private static func revenue(
        of spender: String, against committed: Double, _ view: PointInTimeView, _ draft: inout SectionDraft
    ) {
        guard let fact = view.facts(.revenue, about: spender).last, fact.revenue.valueUsd > 0 else { return }
        draft.add(
            "of-revenue", of: spender, committed / fact.revenue.valueUsd, .fraction, .stated, asOf: fact.asOf,
            text: fact.revenue.period, evidence: [fact.sequence])
    }
}

extension CommitmentStatus {
    /// The figure's id.
    fileprivate var figure: String {
        switch self {
        case .raised: "raised"
        case .reaffirmed: "reaffirmed"
        case .cut: "cut"
        case .announced, .unspecified, .UNRECOGNIZED: "announced"
        }
    }
}
