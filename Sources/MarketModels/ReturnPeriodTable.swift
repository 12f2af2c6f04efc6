import Glibc

/// How often moves of at least some size happen, counted and not derived from a distribution.
///
/// Between points the rate is interpolated in log size and log rate. Above the last it falls with a
/// power law where the tail index is known. Below the first it is the first point's rate.
public struct ReturnPeriodTable: Codable, Equatable, Sendable {
    /// One counted row.
    public struct Point: Codable, Equatable, Sendable {
        /// Size of the move, without sign: |SAR|, |z| or a fraction.
        public let size: Double
        /// Times per stock-year that a move is larger.
        public let ratePerYear: Double

        public init(size: Double, ratePerYear: Double) {
            self.size = size
            self.ratePerYear = ratePerYear
        }
    }

    /// In increasing size and not increasing rate.
    public let points: [Point]
    /// Exponent of the power law beyond the last point, or `nil` if none was measured: the last
    /// rate is then an upper bound.
    public let tailIndex: Double?

    /// - Throws: ``ParameterError`` unless there is a point, sizes are positive and increase, rates
    ///   are positive and do not increase, and the tail index is positive.
    public init(points: [Point], tailIndex: Double?) throws(ParameterError) {
        try require("number of points", Double(points.count), "at least 1") { $0 >= 1 }
        var previous: Point?
        for point in points {
            let size = previous?.size ?? 0
            let rate = previous?.ratePerYear ?? .infinity
            try require("size", point.size, "above \(size)") { $0 > size }
            try require("rate", point.ratePerYear, "above 0 and at most \(rate)") { $0 > 0 && $0 <= rate }
            previous = point
        }
        if let tailIndex { try require("tail index", tailIndex, "above 0") { $0 > 0 } }
        self.init(unchecked: points, tailIndex: tailIndex)
    }

    private init(unchecked points: [Point], tailIndex: Double?) {
        self.points = points
        self.tailIndex = tailIndex
    }

    /// |SAR| of 146 large US shares, June 2009 to August 2026, 560,011 stock-days of names that
    /// survived. A Gaussian would put |SAR| > 5 at 1.4e-4 a year.
    public static let largeShares = ReturnPeriodTable(
        unchecked: [
            Point(size: 2, ratePerYear: 13.32), Point(size: 3, ratePerYear: 4.33),
            Point(size: 4, ratePerYear: 1.96), Point(size: 5, ratePerYear: 1.04),
            Point(size: 6, ratePerYear: 0.60), Point(size: 8, ratePerYear: 0.22),
        ],
        tailIndex: 3.859
    )

    /// Daily falls, as positive fractions, of the 15 largest of the same shares. By today's size.
    public static let fallsOfLargest = ReturnPeriodTable(
        unchecked: [
            Point(size: 0.05, ratePerYear: 3.32), Point(size: 0.08, ratePerYear: 0.77),
            Point(size: 0.10, ratePerYear: 0.36), Point(size: 0.15, ratePerYear: 0.063),
            Point(size: 0.17, ratePerYear: 0.046),
        ],
        tailIndex: nil
    )

    /// Daily falls, as positive fractions, of the other 131 of the same shares. By today's size.
    public static let fallsOfOtherLarge = ReturnPeriodTable(
        unchecked: [
            Point(size: 0.05, ratePerYear: 3.11), Point(size: 0.08, ratePerYear: 0.77),
            Point(size: 0.10, ratePerYear: 0.36), Point(size: 0.15, ratePerYear: 0.092),
            Point(size: 0.17, ratePerYear: 0.054),
        ],
        tailIndex: nil
    )

    /// Times per stock-year that a move exceeds this size. The sign is ignored; NaN gives NaN.
    public func rate(_ size: Double) -> Double {
        let size = abs(size)
        guard !size.isNaN else { return .nan }
        guard let upper = points.firstIndex(where: { size <= $0.size }) else {
            let last = points[points.count - 1]
            guard let tailIndex else { return last.ratePerYear }
            return last.ratePerYear * pow(size / last.size, -tailIndex)
        }
        guard upper > 0 else { return points[0].ratePerYear }
        let (low, high) = (points[upper - 1], points[upper])
        let position = (log(size) - log(low.size)) / (log(high.size) - log(low.size))
        let rate = exp(log(low.ratePerYear) + position * (log(high.ratePerYear) - log(low.ratePerYear)))
        // At a point itself exp(log) may miss by a rounding, and order must hold.
        return min(low.ratePerYear, max(high.ratePerYear, rate))
    }

    /// Stock-years between moves larger than this, 1/rate. For sizes up to the first point it is an
    /// upper bound: such moves are at least that common.
    public func period(_ size: Double) -> Double {
        1 / rate(size)
    }
}
