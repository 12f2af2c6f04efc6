/// How much of a stock's variance each factor explains, fair to all orders of the factors.
///
/// A factor's share is what it adds to R², averaged over all orders in which the factors can be taken. It
/// tells what explains a stock in the long run. It is not for one day: shared moves are split evenly, and
/// the market's part of a fall can come out positive; use ``OrderedDecomposition`` there.
///
/// Source: Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980), *Introduction to Bivariate and Multivariate
/// Analysis*; the averaging is the value of Shapley, L. S. (1953).
public struct RelativeImportance: Codable, Equatable, Sendable {
    /// One share per regressor; they sum to ``explained``.
    public let shares: [Double]
    /// R² with all regressors.
    public let explained: Double

    /// Computes the shares. O(2ᵏ·T·k²) for k ≤ 4 regressors.
    ///
    /// - Parameters: as ``FactorModel/fit(target:regressors:)``.
    /// - Throws: ``EstimationError``, also ``EstimationError/noVariation`` for a target that did not move.
    public static func compute(
        target: [Double], regressors: [[Double]]
    ) throws(EstimationError) -> RelativeImportance {
        try requireUsable(target: target, regressors: regressors, minimum: EstimationWindow.minimum)
        let centre = mean(target)
        let total = target.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        guard total > roundingSquares(mean: centre, count: Double(target.count)) else { throw .noVariation }
        var explained: [Double] = []
        for subset in 0..<(1 << regressors.count) {
            let chosen = regressors.indices.filter { subset >> $0 & 1 == 1 }.map { regressors[$0] }
            let rest = try CentredQR(target: target, regressors: chosen).residualSquares
            explained.append(max(0, 1 - rest / total))
        }
        return RelativeImportance(
            shares: shapley(players: regressors.count) { explained[$0] }, explained: explained[explained.count - 1])
    }
}

/// The mean of what each player adds to the value of those before it, over all orders.
///
/// - Parameters:
///   - players: n, at most 20; the value is asked for 2ⁿ sets.
///   - value: Of a set of players, bit k set where k is one of them.
/// - Returns: One share per player; they sum to the value of all less that of none.
func shapley(players: Int, value: (Int) -> Double) -> [Double] {
    precondition((0...20).contains(players), "at most 20 players")
    // |S|!·(n − |S| − 1)!/n! is 1 over n times the number of sets of that size among the others.
    var weights: [Double] = []
    var choices = 1.0
    for size in 0..<max(1, players) {
        weights.append(1 / (Double(max(1, players)) * choices))
        choices *= Double(players - 1 - size) / Double(size + 1)
    }
    return (0..<players).map { player in
        var share = 0.0
        for others in 0..<(1 << players) where others >> player & 1 == 0 {
            share += weights[others.nonzeroBitCount] * (value(others | 1 << player) - value(others))
        }
        return share
    }
}
