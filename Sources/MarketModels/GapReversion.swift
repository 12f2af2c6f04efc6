import Glibc

/// How fast a gap closes: `Δg = c + λ·g₋₁ + ε` by ordinary least squares.
///
/// On a random walk λ comes out negative too, and more so the shorter the series: under 30 steps it is
/// refused, and the retracement (``retracement(price:before:after:)``) should be shown instead.
public struct GapReversion: Codable, Equatable, Sendable {
    /// Steps under which the half-life is noise.
    public static let minimum = 30

    /// c, in units of the gap per step.
    public let intercept: Double
    /// λ, per step; negative where the gap closes.
    public let speed: Double
    /// Standard error of ``speed``. Not a t test: see Dickey and Fuller.
    public let speedStandardError: Double
    /// Steps it was fitted on.
    public let steps: Int

    /// Steps in which a gap halves, −ln 2/ln(1 + λ); `nil` unless −1 < λ < 0, that is, where it does not
    /// close or overshoots within a step.
    public var halfLife: Double? {
        speed > -1 && speed < 0 ? -log(2) / log1p(speed) : nil
    }

    /// Fits the speed. O(n).
    ///
    /// - Parameter gaps: g, oldest first and evenly spaced, at least 31.
    /// - Throws: ``EstimationError``: too few steps, a value that is not finite or above 1e50, or a gap
    ///   that did not move.
    public static func fit(_ gaps: [Double]) throws(EstimationError) -> GapReversion {
        guard gaps.count > minimum else { throw .tooFewObservations(max(0, gaps.count - 1), minimum: minimum) }
        if let bad = gaps.firstIndex(where: { !(abs($0) <= largestReturn) }) { throw .notFinite(index: bad) }
        let (before, count) = (Array(gaps.dropLast()), Double(gaps.count - 1))
        let changes = zip(gaps.dropFirst(), gaps).map { $0 - $1 }
        let (level, change) = (mean(before), mean(changes))
        var (squares, products) = (0.0, 0.0)
        for (gap, step) in zip(before, changes) {
            squares += (gap - level) * (gap - level)
            products += (gap - level) * (step - change)
        }
        guard squares > roundingSquares(mean: level, count: count) else { throw .noVariation }
        let speed = products / squares
        let rest = zip(before, changes).reduce(0) { sum, pair in
            let residual = (pair.1 - change) - speed * (pair.0 - level)
            return sum + residual * residual
        }
        return GapReversion(
            intercept: change - speed * level, speed: speed,
            speedStandardError: (rest / (count - 2) / squares).squareRoot(), steps: before.count)
    }
}
