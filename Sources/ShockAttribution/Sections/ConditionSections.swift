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
        draft.add("multiple-from-low", runUp.multipleFromLow, .ratio, .measured, asOf: runUp.lowDate)
        if let market = runUp.marketMultiple {
            draft.add("net-run-up", runUp.multiple - market, .fraction, .measured, asOf: runUp.base)
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

    /// The week in which the value first closed above each, at the last share count known: splits are in the prices,
    /// issues and buybacks are not.
    private static func milestones(_ runUp: RunUp, _ view: PointInTimeView, _ draft: inout SectionDraft) {
        guard let fact = view.shares(of: view.subject), let first = runUp.history.first else {
            draft.lack(.sharesOutstanding, of: view.subject)
            return
        }
        let shares = fact.sharesOutstanding.value
        for step in steps where first.high * shares < step {
            guard let week = runUp.history.first(where: { $0.high * shares >= step }) else { break }
            draft.add(
                "milestone", step, .usd, .assumed, assuming: ["shares=\(fact.asOf)"],
                asOf: CivilTime.date(day: Int(week.highDay)), evidence: [week.sequence, fact.sequence])
        }
        if let top = runUp.history.max(by: { ($0.high, $1.highDay) < ($1.high, $0.highDay) }) {
            draft.add(
                "highest-value", top.high * shares, .usd, .assumed, assuming: ["shares=\(fact.asOf)"],
                asOf: CivilTime.date(day: Int(top.highDay)), evidence: [top.sequence, fact.sequence])
        }
    }
}
