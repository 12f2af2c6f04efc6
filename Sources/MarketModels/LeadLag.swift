/// Which of two prices moves first, from ticks that need not come at the same times.
///
/// The covariance of Hayashi and Yoshida sums the products of all pairs of increments whose intervals
/// overlap, so nothing is interpolated; shifting one series in time shows at which lag they move together.
///
/// Source: Hayashi, T. and Yoshida, N. (2005), *Bernoulli* 11(2), 359–379; Hoffmann, M., Rosenbaum, M. and
/// Yoshida, N. (2013), *Bernoulli* 19(2), 426–461; the ratio after Huth, N. and Abergel, F. (2014), *Journal
/// of Empirical Finance* 26, 41–58.
public enum LeadLag {
    /// Log prices at increasing times, in any unit of time.
    public struct Ticks: Equatable, Sendable {
        public let times: [Int64]
        public let values: [Double]
        /// Σ of the squared increments.
        public let squares: Double

        /// - Throws: ``EstimationError``: unequal lengths; fewer than 2 ticks; a value that is not finite
        ///   or above 1e50, or a time that is not after the one before, by index; no value that moved.
        public init(times: [Int64], values: [Double]) throws(EstimationError) {
            guard times.count == values.count else { throw .unequalLengths(times.count, values.count) }
            guard times.count >= 2 else { throw .tooFewObservations(times.count, minimum: 2) }
            for index in values.indices {
                guard abs(values[index]) <= largestReturn else { throw .notFinite(index: index) }
                guard index == 0 || times[index] > times[index - 1] else { throw .notIncreasing(index: index) }
            }
            var sum = 0.0
            for index in 1..<values.count {
                let step = values[index] - values[index - 1]
                sum += step * step
            }
            guard sum > 0 else { throw .noVariation }
            self.times = times
            self.values = values
            squares = sum
        }
    }

    /// ΣΔx·Δy over the pairs of increments that overlap once y is moved `lag` back. O(ticks).
    ///
    /// - Parameters:
    ///   - x: One series.
    ///   - y: The other, which is moved.
    ///   - lag: θ, in the unit of the times; positive where x leads.
    public static func covariance(_ x: Ticks, _ y: Ticks, lag: Int64 = 0) -> Double {
        var sum = 0.0
        var (first, end) = (0, 0)
        for index in 1..<x.values.count {
            // Subtracted from x instead of added to y, and never overflowing: far lags meet nothing.
            let from = x.times[index - 1].addingReportingOverflow(lag)
            let until = x.times[index].addingReportingOverflow(lag)
            guard !from.overflow, !until.overflow else { continue }
            // Increments of y that end after `from` and begin before `until`: first..<end.
            while first < y.values.count - 1, y.times[first + 1] <= from.partialValue { first += 1 }
            end = max(end, first)
            while end < y.values.count - 1, y.times[end] < until.partialValue { end += 1 }
            if end > first { sum += (x.values[index] - x.values[index - 1]) * (y.values[end] - y.values[first]) }
        }
        return sum
    }

    /// ``covariance(_:_:lag:)`` over √(ΣΔx²·ΣΔy²). On sparse ticks it may leave [−1, 1].
    public static func correlation(_ x: Ticks, _ y: Ticks, lag: Int64 = 0) -> Double {
        covariance(x, y, lag: lag) / (x.squares.squareRoot() * y.squares.squareRoot())
    }

    /// The correlations at many lags, and what they say together.
    public struct Profile: Equatable, Sendable {
        public let lags: [Int64]
        public let correlations: [Double]
        /// The lag of the largest |ρ|; of equals the smallest lag. Positive: x leads.
        public let bestLag: Int64
        /// Σρ² over positive lags by Σρ² over negative ones, above 1 where x leads; `nil` if the latter is 0.
        public let ratio: Double?
    }

    /// Computes ``correlation(_:_:lag:)`` at each lag. O(lags · ticks).
    ///
    /// - Parameters:
    ///   - x: One series.
    ///   - y: The other, which is moved.
    ///   - lags: At least one. Take them symmetric about 0, or the ratio compares unequal sums.
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` without lags.
    public static func profile(_ x: Ticks, _ y: Ticks, lags: [Int64]) throws(EstimationError) -> Profile {
        guard !lags.isEmpty else { throw .tooFewObservations(0, minimum: 1) }
        let correlations = lags.map { correlation(x, y, lag: $0) }
        var best = 0
        var (ahead, behind) = (0.0, 0.0)
        for (index, lag) in lags.enumerated() {
            let square = correlations[index] * correlations[index]
            if lag > 0 { ahead += square } else if lag < 0 { behind += square }
            let (size, largest) = (abs(correlations[index]), abs(correlations[best]))
            if size > largest || (size == largest && lag < lags[best]) { best = index }
        }
        return Profile(
            lags: lags, correlations: correlations, bestLag: lags[best], ratio: behind > 0 ? ahead / behind : nil)
    }
}
