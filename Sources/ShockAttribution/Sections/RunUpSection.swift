import Schema

/// How far a price had come before a shock.
struct RunUp {
    /// Last close before the shock over the first of the span.
    let multiple: Double
    /// ... over the lowest close of all weeks kept.
    let multipleFromLow: Double
    /// The benchmark's over the same span; nil where it has no such week.
    let marketMultiple: Double?
    let weeks: Int
    let base: String
    let lowDate: String
    let evidence: [UInt64]
    /// Weeks known before the shock, oldest first.
    let history: [WeeklyClose]

    /// - Returns: nil with less than half of the span known.
    init?(_ view: PointInTimeView, months: Int) {
        guard let session = view.session else { return nil }
        history = view.weeks(of: view.subject, before: session)
        let span = Int64(months) * 365 / 12
        guard let last = history.last, let before = view.prices(of: view.subject, around: session)?.prices.last,
            let first = history.last(where: { $0.day <= session - span }) ?? history.first,
            last.day - first.day >= span / 2
        else { return nil }
        let low = history.min { ($0.low, $0.lowDay) < ($1.low, $1.lowDay) } ?? first
        multiple = before / first.close
        multipleFromLow = before / low.low
        weeks = history.count { $0.day >= first.day }
        base = CivilTime.date(day: Int(first.day))
        lowDate = CivilTime.date(day: Int(low.lowDay))
        evidence = [first.sequence, last.sequence].filter { $0 > 0 }
        let market = view.weeks(of: view.settings.benchmark, before: session)
        let marketBefore = view.prices(of: view.settings.benchmark, around: session)?.prices.last
        let marketFirst = market.last { $0.day <= first.day }
        marketMultiple =
            if let marketBefore, let marketFirst { marketBefore / marketFirst.close } else { nil }
    }
}
