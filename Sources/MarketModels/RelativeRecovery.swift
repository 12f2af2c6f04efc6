/// Which of two names a market took back first after a shock, and whether that is more than noise.
///
/// The vote on day h is the difference of the two cumulative abnormal returns since the shock, over the
/// tracking error the pair had before it: z = ΔCAR / (σ_d·√h). Under |z| = 2 there is no vote. It is one
/// pair and one horizon: a vote can be gone, or go the other way, a fortnight later.
public struct RelativeRecovery: Codable, Equatable, Sendable {
    /// |z| from which the difference counts as a vote.
    public static let voteThreshold = 2.0

    /// Who recovered more.
    public enum Vote: String, Codable, Sendable {
        case first, second
    }

    /// The pair on one day after the shock.
    public struct Day: Codable, Equatable, Sendable {
        /// h, bars since the shock's own, from 1.
        public let horizon: Int
        /// CAR of the first less CAR of the second since the shock, as a fraction.
        public let difference: Double
        /// σ_d·√h, the standard deviation of ``difference`` were nothing special going on.
        public let standardError: Double

        /// ΔCAR in units of its pre-event tracking error.
        public var standardized: Double { difference / standardError }
        /// Who recovered more, or `nil` where |z| < 2.
        public var vote: Vote? {
            guard abs(standardized) >= RelativeRecovery.voteThreshold else { return nil }
            return difference > 0 ? .first : .second
        }
        /// Two-sided 95 % interval of ``difference``, by the normal distribution.
        public var interval: ClosedRange<Double> {
            let half = WilsonInterval.quantile95 * standardError
            return (difference - half)...(difference + half)
        }
    }

    /// σ_d, the pair's daily tracking error before the event, as a fraction.
    public let trackingError: Double
    /// One entry per bar after the shock's own, oldest first.
    public let days: [Day]

    /// Compares two names after a shock. O(bars).
    ///
    /// - Parameters:
    ///   - firstBefore: Abnormal returns of the first name over the bars before the event, such as the
    ///     residuals of its market model.
    ///   - secondBefore: Those of the second over the same bars; σ_d is the deviation (n − 1) of their difference.
    ///   - firstAfter: Abnormal returns of the first over the bars after the shock's own.
    ///   - secondAfter: Those of the second over the same bars.
    /// - Throws: ``EstimationError``: series of unequal lengths; under ``EstimationWindow/minimum`` bars
    ///   before; a value that is not finite, counted through the bars before and then after;
    ///   ``EstimationError/noVariation`` for a pair that never differed before.
    public static func compute(
        firstBefore: [Double], secondBefore: [Double], firstAfter: [Double], secondAfter: [Double]
    ) throws(EstimationError) -> RelativeRecovery {
        let before = try differences(firstBefore, secondBefore, indexedFrom: 0)
        let after = try differences(firstAfter, secondAfter, indexedFrom: before.count)
        guard before.count >= EstimationWindow.minimum else {
            throw .tooFewObservations(before.count, minimum: EstimationWindow.minimum)
        }
        let centre = mean(before)
        let squares = before.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        let trackingError = (squares / Double(before.count - 1)).squareRoot()
        guard trackingError > 8 * centre.magnitude.ulp else { throw .noVariation }

        var difference = 0.0
        var days: [Day] = []
        days.reserveCapacity(after.count)
        for (index, value) in after.enumerated() {
            difference += value
            let error = trackingError * Double(index + 1).squareRoot()
            days.append(Day(horizon: index + 1, difference: difference, standardError: error))
        }
        return RelativeRecovery(trackingError: trackingError, days: days)
    }

    private static func differences(
        _ first: [Double], _ second: [Double], indexedFrom start: Int
    ) throws(EstimationError) -> [Double] {
        guard first.count == second.count else { throw .unequalLengths(first.count, second.count) }
        let values = zip(first, second).map { $0 - $1 }
        if let bad = values.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: start + bad) }
        return values
    }
}
