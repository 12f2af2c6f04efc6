import Schema

/// A name's results as they were known, at the share terms of today.
struct EarningsHistory {
    struct Quarter: Equatable {
        let fact: Fact
        /// Earnings a share, actual and expected, after every split since.
        let actual: Double
        let consensus: Double
        /// Date it was reported.
        var date: String { fact.earningsResult.reported }
    }

    /// The last word on each period, in the order of reports.
    let quarters: [Quarter]

    init(_ view: PointInTimeView) {
        let splits = view.facts(.split, about: view.subject)
        var last: [String: Fact] = [:]
        for fact in view.facts(.earningsResult, about: view.subject) { last[fact.earningsResult.period] = fact }
        quarters = last.values.sorted {
            ($0.earningsResult.reported, $0.sequence) < ($1.earningsResult.reported, $1.sequence)
        }
        .map { fact in
            let ratio = splits.reduce(1.0) { product, split in
                split.asOf > fact.earningsResult.reported && split.asOf <= CivilTime.date(day: Int(view.day))
                    && split.split.ratio > 0 ? product * split.split.ratio : product
            }
            return Quarter(
                fact: fact, actual: fact.earningsResult.epsActual / ratio,
                consensus: fact.earningsResult.epsConsensus / ratio)
        }
    }

    /// Earnings of the four quarters up to the `count`-th report; nil with fewer.
    func trailing(upTo count: Int) -> (earnings: Double, last: Quarter, evidence: [UInt64])? {
        guard count >= 4, count <= quarters.count else { return nil }
        let four = quarters[(count - 4)..<count]
        return (four.reduce(0) { $0 + $1.actual }, four[count - 1], four.map(\.fact.sequence))
    }

    /// The first of the reports up to the `count`-th from which on earnings a share look as if the shares had been split
    /// and nobody had said so: actual and expected earnings are a third or less of those of the report before, the actual
    /// ones half or less of a year before, and the price did not fall half as far. Nil if there is none.
    ///
    /// A suspicion, not a finding: twofold splits hide in the growth of earnings, and a business can collapse as foreseen.
    /// That old shares were put together is not asked: earnings that multiply are more often a recovery.
    /// - Parameter weeks: The name's, in the terms of today as far as splits are known.
    func suspectedSplit(upTo count: Int, _ weeks: [WeeklyClose]) -> Quarter? {
        func close(_ quarter: Quarter) -> Double? {
            CivilTime.parseDate(quarter.date).flatMap { day in weeks.first { $0.day >= Int64(day) }?.close }
        }
        for index in quarters.indices.prefix(count).dropFirst(4) {
            let (yearAgo, before, now) = (quarters[index - 4], quarters[index - 1], quarters[index])
            let earnings = [yearAgo, before, now].flatMap { [$0.actual, $0.consensus] }
            guard earnings.allSatisfy({ $0 > 0 }), let priceBefore = close(before), let price = close(now) else {
                continue
            }
            let fall = min(before.actual / now.actual, before.consensus / now.consensus)
            if fall >= 3, yearAgo.actual / now.actual >= 2, priceBefore / price < fall.squareRoot() { return now }
        }
        return nil
    }
}
