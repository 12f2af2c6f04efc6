import MarketModels
import Schema

/// What had made the market ready to move. Conditions are no causes: they were there the day before too.
enum ConditionSections {
    static func sections(_ view: PointInTimeView) -> [Section] {
        guard view.scope == .instrument else { return [] }
        return [
            runUp(view), GoodNewsSection.section(view), AnalogySection.section(view), OwnershipSection.section(view),
        ].compactMap { $0 }
    }

    /// Months a run-up is measured over, as in the tables of what followed.
    static let months = 24

    private static func runUp(_ view: PointInTimeView) -> Section? {
        guard let runUp = RunUp(view, months: months) else { return nil }
        var draft = SectionDraft(.runUp, .condition)
        draft.add(
            "multiple", runUp.multiple, .ratio, .measured, observations: runUp.weeks, asOf: runUp.base,
            evidence: runUp.evidence)
        draft.add(
            "multiple-from-low", runUp.multipleFromLow, .ratio, .measured,
            asOf: CivilTime.date(day: Int(runUp.low.day)),
            evidence: [runUp.low.sequence, runUp.last.sequence])
        if let market = runUp.marketMultiple {
            draft.add(
                "net-run-up", runUp.multiple - market, .fraction, .measured, asOf: runUp.base,
                evidence: runUp.evidence + runUp.marketEvidence)
        }
        baseRates(runUp, view, &draft)
        milestones(runUp, view, &draft)
        return draft.section
    }

    /// From this value on the table of large shares is read.
    private static let largeValue = 1e10

    /// What names that had come so far were followed by; no date, and no cause.
    private static func baseRates(_ runUp: RunUp, _ view: PointInTimeView, _ draft: inout SectionDraft) {
        guard let market = runUp.marketMultiple else {
            draft.lack("weekly-closes", of: view.settings.benchmark)
            return
        }
        let value = view.shares(of: view.subject).map { $0.sharesOutstanding.value * view.measure.priceBefore }
        let isLarge = (value ?? 0) >= largeValue
        let table = isLarge ? RunUpBaseRates.largeShares : .allShares
        guard let reading = try? table.reading(multiple: runUp.multiple, marketMultiple: market) else { return }
        let method = isLarge ? "run-ups-of-large-shares" : "run-ups-of-all-shares"
        draft.add(
            "crash-base-rate", reading.base.crashRate, .probability, .stated, method: method,
            interval: reading.baseInterval.lower...reading.baseInterval.upper, observations: reading.base.cases)
        guard let bucket = reading.bucket, let interval = reading.bucketInterval else { return }
        draft.add(
            "crash-rate", bucket.crashRate, .probability, .stated, method: method,
            interval: interval.lower...interval.upper, assuming: ["run-up>=\(bucket.threshold)"],
            observations: bucket.cases)
        if let lift = reading.lift { draft.add("lift", lift, .ratio, .stated, method: method) }
    }

    /// Round sums of market value.
    private static let steps: [Double] = [1e11, 2e11, 5e11, 1e12, 2e12, 3e12, 4e12, 5e12, 1e13]

    /// The session in which the value first closed above each, at the last share count known: splits are in the prices,
    /// issues and buybacks are not. What it was above from the first close kept on was passed before.
    private static func milestones(_ runUp: RunUp, _ view: PointInTimeView, _ draft: inout SectionDraft) {
        guard let fact = view.shares(of: view.subject), let first = runUp.history.first else {
            draft.lack(.sharesOutstanding, of: view.subject)
            return
        }
        let shares = fact.sharesOutstanding.value
        func add(_ id: String, _ value: Double, _ close: DailyClose) {
            draft.add(
                id, value, .usd, .assumed, assuming: ["shares=\(fact.asOf)"],
                asOf: CivilTime.date(day: Int(close.day)), evidence: [close.sequence, fact.sequence])
        }
        for step in steps where first.price * shares <= step {
            guard let close = runUp.history.first(where: { $0.price * shares > step }) else { break }
            add("milestone", step, close)
        }
        if let top = runUp.history.max(by: { ($0.price, $1.day) < ($1.price, $0.day) }) {
            add("highest-value", top.price * shares, top)
        }
    }
}
