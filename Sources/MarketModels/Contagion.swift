import Glibc

/// Whether two markets became more tightly bound in a crisis, or merely more volatile.
public enum Contagion {
    /// A correlation measured in a crisis, corrected for the variance that alone would raise it.
    ///
    /// It assumes that the shock came from x, and that nothing left out moved both.
    ///
    /// Source: Forbes, K. J. and Rigobon, R. (2002), *Journal of Finance* 57(5), 2223–2261.
    ///
    /// - Parameters:
    ///   - correlation: ρ in the crisis, in [−1, 1].
    ///   - varianceIncrease: δ = var(x) in the crisis over var(x) in calm, less 1; above −1.
    /// - Returns: ρ/√(1 + δ·(1 − ρ²)).
    /// - Throws: ``ParameterError`` for a parameter outside these bounds.
    public static func adjustedCorrelation(
        _ correlation: Double, varianceIncrease: Double
    ) throws(ParameterError) -> Double {
        try require("correlation", correlation, "in [-1, 1]") { abs($0) <= 1 }
        try require("increase of variance", varianceIncrease, "above -1") { $0 > -1 }
        // 1 − ρ² as a product, which stays exact near 1.
        return correlation / (1 + varianceIncrease * ((1 - correlation) * (1 + correlation))).squareRoot()
    }

    /// z of the difference of two correlations, crisis less calm, by Fisher's transformation.
    ///
    /// - Parameters:
    ///   - calm: Correlation before the crisis, in (−1, 1).
    ///   - calmCount: Pairs it was measured from, at least 4.
    ///   - crisis: Correlation in the crisis, in (−1, 1); it should be adjusted.
    ///   - crisisCount: Pairs it was measured from, at least 4.
    /// - Throws: ``ParameterError`` for a parameter outside these bounds.
    public static func correlationJump(
        calm: Double, calmCount: Int, crisis: Double, crisisCount: Int
    ) throws(ParameterError) -> Double {
        try require("calm correlation", calm, "in (-1, 1)") { abs($0) < 1 }
        try require("crisis correlation", crisis, "in (-1, 1)") { abs($0) < 1 }
        try require("calm count", Double(calmCount), "at least 4") { $0 >= 4 }
        try require("crisis count", Double(crisisCount), "at least 4") { $0 >= 4 }
        let variance = 1 / Double(calmCount - 3) + 1 / Double(crisisCount - 3)
        return (atanh(crisis) - atanh(calm)) / variance.squareRoot()
    }

    /// z of the difference of two betas, (b₂ − b₁)/√(se₁² + se₂²), from windows that share no bar.
    ///
    /// - Throws: ``ParameterError`` for a standard error that is not positive or a value not finite.
    public static func betaJump(
        before: Double, beforeError: Double, after: Double, afterError: Double
    ) throws(ParameterError) -> Double {
        try require("beta before", before, "finite")
        try require("beta after", after, "finite")
        try require("standard error before", beforeError, "above 0") { $0 > 0 }
        try require("standard error after", afterError, "above 0") { $0 > 0 }
        return (after - before) / hypot(beforeError, afterError)
    }

    /// Two series in calm and in crisis.
    public struct Comparison: Codable, Equatable, Sendable {
        /// ρ in calm.
        public let calm: Double
        /// ρ in the crisis.
        public let crisis: Double
        /// δ of x.
        public let varianceIncrease: Double
        /// ρ in the crisis, adjusted for δ.
        public let adjusted: Double
        /// z of ``crisis`` against ``calm``, which more variance alone can make large.
        public let unadjustedJump: Double
        /// z of ``adjusted`` against ``calm``; under 2 in size there is no sign of contagion.
        public let jump: Double
    }

    /// Compares the correlation of two series in a crisis with that in calm. O(n).
    ///
    /// - Parameters:
    ///   - calm: Returns of x, from which the shock came, and y over the same bars.
    ///   - crisis: The same in the crisis.
    /// - Throws: ``EstimationError``: unequal lengths, fewer than 10 pairs, a value that is not finite or
    ///   above 1e50, or a series that did not move or moved only with the other.
    public static func compare(
        calm: (x: [Double], y: [Double]), crisis: (x: [Double], y: [Double])
    ) throws(EstimationError) -> Comparison {
        let before = try PairMoments(calm.x, calm.y)
        let after = try PairMoments(crisis.x, crisis.y)
        guard abs(before.correlation) < 1 - 1e-12, abs(after.correlation) < 1 - 1e-12 else {
            throw .collinear(regressor: 0)
        }
        let increase = after.xVariance / before.xVariance - 1
        guard let adjusted = try? adjustedCorrelation(after.correlation, varianceIncrease: increase),
            let raw = try? correlationJump(
                calm: before.correlation, calmCount: before.count, crisis: after.correlation,
                crisisCount: after.count),
            let jump = try? correlationJump(
                calm: before.correlation, calmCount: before.count, crisis: adjusted, crisisCount: after.count)
        else { throw .collinear(regressor: 0) }
        return Comparison(
            calm: before.correlation, crisis: after.correlation, varianceIncrease: increase, adjusted: adjusted,
            unadjustedJump: raw, jump: jump)
    }
}

/// Correlation and variance of two series over the same bars.
struct PairMoments {
    static let minimum = 10
    let count: Int
    let correlation: Double
    /// With divisor n − 1.
    let xVariance: Double

    init(_ x: [Double], _ y: [Double]) throws(EstimationError) {
        guard x.count == y.count else { throw .unequalLengths(x.count, y.count) }
        guard x.count >= Self.minimum else { throw .tooFewObservations(x.count, minimum: Self.minimum) }
        for index in x.indices {
            guard abs(x[index]) <= largestReturn, abs(y[index]) <= largestReturn else { throw .notFinite(index: index) }
        }
        let (xMean, yMean) = (mean(x), mean(y))
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for (a, b) in zip(x, y) {
            xx += (a - xMean) * (a - xMean)
            xy += (a - xMean) * (b - yMean)
            yy += (b - yMean) * (b - yMean)
        }
        let length = Double(x.count)
        guard xx > roundingSquares(mean: xMean, count: length), yy > roundingSquares(mean: yMean, count: length)
        else { throw .noVariation }
        count = x.count
        correlation = max(-1, min(1, xy / (xx.squareRoot() * yy.squareRoot())))
        xVariance = xx / (length - 1)
    }
}
