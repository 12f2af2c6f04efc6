/// How often a name fell on results that beat the consensus.
///
/// Of releases with a surprise above 0 it counts those with an abnormal return below 0, by more than a band in which an
/// answer says nothing. A high share says
/// that good news was expected, and is a condition, not a cause of any one fall.
public struct GoodNewsResponse: Codable, Equatable, Sendable {
    /// One release of results.
    public struct Release: Codable, Equatable, Sendable {
        /// Standardized unexpected earnings, ``GoodNewsResponse/surprise(actual:estimates:)``.
        public let surprise: Double
        /// Abnormal return over the sessions [0, 1]; a release after the close belongs to the next session.
        public let abnormalReturn: Double

        public init(surprise: Double, abnormalReturn: Double) {
            self.surprise = surprise
            self.abnormalReturn = abnormalReturn
        }
    }

    /// Releases that beat and, of them, those that fell: P(AR < 0 | SUE > 0) from a uniform prior.
    public let posterior: BetaPosterior

    /// Releases with a surprise above 0.
    public var beats: Int { Int(posterior.successes + posterior.failures) - 2 }
    /// Of them, those that fell.
    public var falls: Int { Int(posterior.successes) - 1 }

    /// Counts. O(releases).
    ///
    /// - Parameters:
    ///   - releases: In any order.
    ///   - deadBand: A fall of this size or less is none, as a fraction.
    /// - Throws: ``ParameterError`` for a value that is not finite, a negative band, or more releases than
    ///   ``BetaPosterior/maximumTrials``.
    public init(_ releases: [Release], deadBand: Double = 0) throws(ParameterError) {
        try require("dead band", deadBand, "finite and not negative") { $0 >= 0 }
        for release in releases {
            try require("surprise", release.surprise, "finite")
            try require("abnormal return", release.abnormalReturn, "finite")
        }
        let beats = releases.filter { $0.surprise > 0 }
        posterior = try BetaPosterior(successes: beats.count { $0.abnormalReturn < -deadBand }, trials: beats.count)
    }

    /// Whether the name looks priced for perfection: more falls than rises expected after good news, and at
    /// least doubled.
    ///
    /// - Parameter runUp: Return over 24 months, as a fraction.
    public func isPricedForPerfection(runUp: Double) -> Bool { posterior.mean > 0.5 && runUp >= 1 }

    /// SUE = (actual − mean of estimates)/standard deviation of estimates, with divisor n − 1.
    ///
    /// - Returns: `nil` if the estimates do not differ (or differ by rounding), or there are fewer than 2.
    /// - Throws: ``ParameterError`` for a value that is not finite or above 1e50.
    public static func surprise(actual: Double, estimates: [Double]) throws(ParameterError) -> Double? {
        try require("actual", actual, "at most 1e50 in size") { abs($0) <= largestReturn }
        for estimate in estimates {
            try require("estimate", estimate, "at most 1e50 in size") { abs($0) <= largestReturn }
        }
        guard estimates.count >= 2 else { return nil }
        let count = Double(estimates.count)
        let consensus = estimates.reduce(0, +) / count
        let squares = estimates.reduce(0) { $0 + ($1 - consensus) * ($1 - consensus) }
        guard squares > roundingSquares(mean: consensus, count: count) else { return nil }
        return try finite("surprise", (actual - consensus) / (squares / (count - 1)).squareRoot())
    }
}
