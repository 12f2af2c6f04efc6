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
}
