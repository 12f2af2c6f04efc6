import Schema

/// How far a price had come before a shock.
struct RunUp {
    /// Last close before the shock over the first of the span.
    let multiple: Double
    /// ... over the lowest of all closes kept.
    let multipleFromLow: Double
    /// ... over the lowest of the span, which begins with the month that lies so many months before the shock's: in the
    /// span's own words, “since January 2023”.
    let multipleFromLowOfSpan: Double
    /// The benchmark's over the same span; nil where it has no such week.
    let marketMultiple: Double?
    let weeks: Int
    let first: DailyClose
    let low: DailyClose
    let lowOfSpan: DailyClose
    /// The last close before the shock.
    let last: DailyClose
    /// The market sequences that the benchmark's multiple rests on.
    let marketEvidence: [UInt64]
    /// All closes kept from before the shock, oldest first.
    let history: [DailyClose]

    var base: String { CivilTime.date(day: Int(first.day)) }
    var evidence: [UInt64] { [first.sequence, last.sequence] }

    /// - Parameter symbol: Whose; the view's subject if none is given.
    /// - Returns: nil with less than half of the span known.
    init?(_ view: PointInTimeView, months: Int, of symbol: String? = nil) {
        guard let session = view.session else { return nil }
        let subject = symbol ?? view.subject
        history = view.closes(of: subject, before: session)
        let weekly = WeeklyClose.weeks(of: history)
        let span = Int64(months) * 365 / 12
        guard let end = history.last, let before = view.prices(of: subject, around: session)?.prices.last,
            let week = weekly.last(where: { $0.day <= session - span }) ?? weekly.first,
            end.day - week.day >= span / 2
        else { return nil }
        (first, last) = (week.last, end)
        low = Self.lowest(history, since: .min) ?? end
        lowOfSpan = Self.lowest(history, since: Self.month(months, before: session)) ?? end
        multiple = before / first.price
        multipleFromLow = before / low.price
        multipleFromLowOfSpan = before / lowOfSpan.price
        weeks = weekly.count { $0.day >= week.day }
        let market = view.weeks(of: view.settings.benchmark, before: session)
        let marketBefore = view.prices(of: view.settings.benchmark, around: session)?.prices.last
        if let marketBefore, let marketLast = market.last, let marketFirst = market.last(where: { $0.day <= week.day })
        {
            marketMultiple = marketBefore / marketFirst.close
            marketEvidence = [marketFirst.sequence, marketLast.sequence]
        } else {
            marketMultiple = nil
            marketEvidence = []
        }
    }

    private static func lowest(_ closes: [DailyClose], since day: Int64) -> DailyClose? {
        closes.filter { $0.day >= day }.min { ($0.price, $0.day) < ($1.price, $1.day) }
    }

    /// The first day of the month that lies some months before a day's.
    private static func month(_ months: Int, before day: Int64) -> Int64 {
        let date = CivilTime.components(day: Int(day))
        let month = date.year * 12 + date.month - 1 - months
        return Int64(CivilTime.dayNumber(year: month / 12, month: month % 12 + 1, day: 1))
    }
}
