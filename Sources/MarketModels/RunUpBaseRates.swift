/// How often names with a run-up like this one later fell by 40 %, counted.
///
/// A run-up is a condition, never a trigger and never a date: most of what it says is that large falls are
/// common anyway. Rule of the count: both the return over 24 months and that return less the market's are
/// at or above the threshold, with no second count of the same name for 24 months; a crash is a fall of at
/// least 40 % from there within the next 24 months.
///
/// The rule is that of Greenwood, R., Shleifer, A. and You, Y. (2019), *Journal of Financial Economics*
/// 131(1), 20–43, who count industries. Industries crash less than single shares, so these are counts of
/// single shares.
public struct RunUpBaseRates: Codable, Equatable, Sendable {
    /// The names at or above one threshold.
    public struct Row: Codable, Equatable, Sendable {
        /// Run-up, raw and net of the market, as a fraction: 1 for a doubling. 0 in the row of all.
        public let threshold: Double
        /// Cases counted.
        public let cases: Int
        /// Share of them that crashed.
        public let crashRate: Double
        /// Median return over the next 24 months, as a fraction, where it was counted.
        public let medianNext: Double?

        public init(threshold: Double, cases: Int, crashRate: Double, medianNext: Double? = nil) {
            self.threshold = threshold
            self.cases = cases
            self.crashRate = crashRate
            self.medianNext = medianNext
        }
    }

    /// What was counted for a run-up, beside what happens anyway.
    public struct Reading: Codable, Equatable, Sendable {
        /// Price over the price 24 months before.
        public let multiple: Double
        /// Return over 24 months less the market's, as a fraction.
        public let netRunUp: Double
        /// Of all names at all times.
        public let base: Row
        public let baseInterval: WilsonInterval
        /// The row of the highest threshold reached; `nil` under the lowest.
        public let bucket: Row?
        public let bucketInterval: WilsonInterval?
        /// How many times as often as anyway; `nil` without a bucket.
        public var lift: Double? { bucket.map { $0.crashRate / base.crashRate } }
    }

    public let base: Row
    /// In increasing threshold.
    public let rows: [Row]

    /// - Throws: ``ParameterError`` unless there are cases, rates are in (0, 1), and thresholds are above 0
    ///   and increase.
    public init(base: Row, rows: [Row]) throws(ParameterError) {
        var previous = 0.0
        for row in rows {
            let last = previous
            try require("threshold", row.threshold, "above \(last)") { $0 > last }
            previous = row.threshold
        }
        for row in [base] + rows {
            try require("cases", Double(row.cases), "at least 1") { $0 >= 1 }
            try require("crash rate", row.crashRate, "above 0 and below 1") { $0 > 0 && $0 < 1 }
        }
        self.init(unchecked: base, rows: rows)
    }

    private init(unchecked base: Row, rows: [Row]) {
        self.base = base
        self.rows = rows
    }

    /// 146 large US shares, today's, June 2009 to August 2026: delisted names are missing, so true rates are higher.
    public static let largeShares = RunUpBaseRates(
        unchecked: Row(threshold: 0, cases: 1_878, crashRate: 0.306),
        rows: [
            Row(threshold: 0.5, cases: 663, crashRate: 0.391), Row(threshold: 1, cases: 315, crashRate: 0.517),
            Row(threshold: 1.5, cases: 191, crashRate: 0.607), Row(threshold: 3, cases: 71, crashRate: 0.761),
            Row(threshold: 5, cases: 40, crashRate: 0.775),
        ])

    /// 5,440 US shares of any size, survivors as well.
    public static let allShares = RunUpBaseRates(
        unchecked: Row(threshold: 0, cases: 36_075, crashRate: 0.482),
        rows: [
            Row(threshold: 0.5, cases: 12_366, crashRate: 0.590, medianNext: 0.066),
            Row(threshold: 1, cases: 7_135, crashRate: 0.707, medianNext: -0.008),
            Row(threshold: 1.5, cases: 4_834, crashRate: 0.773, medianNext: -0.059),
            Row(threshold: 3, cases: 2_242, crashRate: 0.876, medianNext: -0.222),
            Row(threshold: 5, cases: 1_137, crashRate: 0.909, medianNext: -0.289),
        ])

    /// Reads the table. O(rows).
    ///
    /// The 95 % intervals take cases as independent. Names that rise together fall together, so they are too narrow.
    ///
    /// - Parameters:
    ///   - multiple: The name's price over its price 24 months before, on one split basis.
    ///   - marketMultiple: The same of the market.
    /// - Throws: ``ParameterError`` for a multiple that is not positive and finite.
    public func reading(multiple: Double, marketMultiple: Double) throws(ParameterError) -> Reading {
        try require("multiple", multiple, "above 0") { $0 > 0 }
        try require("market's multiple", marketMultiple, "above 0") { $0 > 0 }
        let net = multiple - marketMultiple
        // In multiples, so that a multiple of exactly 2 is a run-up of exactly 1.
        let bucket = rows.last { multiple - 1 >= $0.threshold && net >= $0.threshold }
        return Reading(
            multiple: multiple, netRunUp: net, base: base, baseInterval: try Self.interval(base), bucket: bucket,
            bucketInterval: try bucket.map { row throws(ParameterError) in try Self.interval(row) })
    }

    /// Rates are kept to three decimals: the count is the nearest.
    private static func interval(_ row: Row) throws(ParameterError) -> WilsonInterval {
        try WilsonInterval(successes: Int((row.crashRate * Double(row.cases)).rounded()), trials: row.cases)
    }
}
