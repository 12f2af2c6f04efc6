import EconomicModels
import Schema

/// What those whose spending a thesis doubts have committed to: raised, reaffirmed, cut, and when.
enum SpendingSection {
    static func sections(_ view: PointInTimeView) -> [Section] {
        view.theses.filter { !$0.spenders.isEmpty }.map { section($0, view) }
    }

    private static func section(_ thesis: Thesis, _ view: PointInTimeView) -> Section {
        var draft = SectionDraft(.spending, .condition, about: thesis)
        var ledger: [Spender] = []
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
            ledger.append(Spender(commitment: fact, revenue: nil))
        }
        for index in ledger.indices {
            let fact = ledger[index].commitment
            ledger[index].revenue = revenue(
                of: fact.subject, against: fact.capexCommitment.valueUsd, view, &draft)
        }
        let total = ledger.reduce(0) { $0 + $1.spending }
        guard total > 0 else { return draft.section }
        let evidence = ledger.map(\.commitment.sequence)
        draft.add("committed", total, .usd, .stated, observations: ledger.count, evidence: evidence)
        if thesis.hasPayback {
            revenueNeeded(total, thesis.payback, evidence, &draft)
            payback(ledger.filter { $0.revenue != nil }, thesis.payback, &draft)
        }
        return draft.section
    }

    /// One that has committed itself, with its last known revenue of a year.
    private struct Spender {
        let commitment: Fact
        var revenue: Fact?

        var spending: Double { commitment.capexCommitment.valueUsd }
    }

    /// What revenue a year it would take for the spending to be worth its cost: arithmetic, not a forecast.
    private static func revenueNeeded(
        _ spending: Double, _ value: PaybackCase, _ evidence: [UInt64], _ draft: inout SectionDraft
    ) {
        guard let model = model(spending, revenue: 0, value) else { return }
        draft.add(
            "revenue-needed", model.breakEvenRevenue, .usd, .whatIf, method: "net-present-value",
            assuming: assumptions(value), evidence: evidence)
    }

    /// When the spending comes back, and what it is worth, if a part of the spenders' revenue would not come without it.
    /// Of those whose revenue is known.
    private static func payback(_ spenders: [Spender], _ value: PaybackCase, _ draft: inout SectionDraft) {
        let spending = spenders.reduce(0) { $0 + $1.spending }
        let revenue = spenders.reduce(0) { $0 + ($1.revenue?.revenue.valueUsd ?? 0) }
        let evidence = spenders.flatMap { [$0.commitment, $0.revenue].compactMap { $0?.sequence } }
        guard spending > 0 else { return }
        for share in value.revenueShares {
            guard let model = model(spending, revenue: share * revenue, value) else { continue }
            let assumptions = ["revenue-share=\(share)"] + assumptions(value)
            let percent = (share * 10_000).rounded() / 100
            let name = (percent == percent.rounded() ? "\(Int(percent))" : "\(percent)") + "%"
            draft.add(
                "payback-years", of: name, model.undiscountedYears, .years, .whatIf, method: "payback",
                assuming: assumptions, observations: spenders.count,
                text: model.paybackYears == nil ? "beyond-its-life" : "", evidence: evidence)
            draft.add(
                "net-present-value", of: name, model.netPresentValue, .usd, .whatIf, method: "net-present-value",
                assuming: assumptions, observations: spenders.count, evidence: evidence)
        }
    }

    private static func model(_ spending: Double, revenue: Double, _ value: PaybackCase) -> CapitalPayback? {
        try? CapitalPayback(
            spending: spending, annualRevenue: revenue, margin: value.margin,
            lifeYears: Int(value.lifeYears.rounded()), discountRate: value.discountRate)
    }

    private static func assumptions(_ value: PaybackCase) -> [String] {
        [
            "margin=\(value.margin)", "life-years=\(Int(value.lifeYears.rounded()))",
            "discount-rate=\(value.discountRate)",
        ]
    }

    private static func revenue(
        of spender: String, against committed: Double, _ view: PointInTimeView, _ draft: inout SectionDraft
    ) -> Fact? {
        guard let fact = view.facts(.revenue, about: spender).last, fact.revenue.valueUsd > 0 else {
            draft.lack(.revenue, of: spender)
            return nil
        }
        draft.add(
            "of-revenue", of: spender, committed / fact.revenue.valueUsd, .fraction, .stated, asOf: fact.asOf,
            text: fact.revenue.period, evidence: [fact.sequence])
        return fact
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
