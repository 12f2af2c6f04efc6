/// How much a price path looks like some stretch of another, and how much any path would.
///
/// Both are brought to mean 0 and deviation 1; ρ is their correlation and d = √(2n(1 − ρ)) their Euclidean
/// distance. Paths that only drift look alike too, so the best ρ means nothing without its null: the best ρ,
/// in the same history, of random walks with the query's drift and variance. Likeness says nothing about what
/// comes next.
///
/// Source: Mueen, A. et al. (2017), MASS, the fastest similarity search algorithm for time series.
public struct PathLikeness: Codable, Equatable, Sendable {
    /// Start of the best stretch in the history; of equals the first.
    public let index: Int
    /// ρ there.
    public let correlation: Double
    /// d there.
    public let distance: Double
    /// Simulated best ρ, increasing.
    public let null: [Double]

    /// P(a random walk has a stretch at least as alike), (1 + how many had)/(1 + simulations): never 0.
    public var probability: Double {
        Double(1 + null.count { $0 >= correlation }) / Double(1 + null.count)
    }

    /// Share of simulations that were less alike, in [0, 1]; 0 without simulations.
    public var percentile: Double {
        null.isEmpty ? 0 : Double(null.count { $0 < correlation }) / Double(null.count)
    }

    /// Shorter queries look like anything.
    public static let minimumLength = 10
    /// Bounds on what one comparison may cost.
    public static let maximumSimulations = 10_000

    /// Finds the best stretch and simulates the null. O((1 + simulations) · history · query).
    ///
    /// - Parameters:
    ///   - query: Log prices, oldest first.
    ///   - history: Log prices of another time or name, at least as long as the query. Stretches in which
    ///     it stands still are passed over.
    ///   - simulations: How many random walks; 0 for none.
    ///   - seed: Of the walks: the same seed gives the same answer.
    /// - Throws: ``EstimationError``: a query under ``minimumLength``, a history shorter than it, a value not
    ///   finite or above 1e50, or nothing that moves. More simulations than ``maximumSimulations`` are as many.
    public static func compare(
        query: [Double], history: [Double], simulations: Int, seed: UInt64
    ) throws(EstimationError) -> PathLikeness {
        guard query.count >= minimumLength else { throw .tooFewObservations(query.count, minimum: minimumLength) }
        guard history.count >= query.count else { throw .tooFewObservations(history.count, minimum: query.count) }
        for series in [query, history] {
            if let bad = series.firstIndex(where: { !(abs($0) <= largestReturn) }) { throw .notFinite(index: bad) }
        }
        let stretches = Stretches(history, length: query.count)
        guard let shape = standardized(query), let best = stretches.best(shape) else { throw .noVariation }
        let null = simulate(query, min(simulations, maximumSimulations), seed, stretches)
        let size = Double(query.count)
        return PathLikeness(
            index: best.index, correlation: best.correlation,
            distance: (2 * size * max(0, 1 - best.correlation)).squareRoot(), null: null)
    }

    private static func simulate(
        _ query: [Double], _ count: Int, _ seed: UInt64, _ stretches: Stretches
    ) -> [Double] {
        let steps = zip(query.dropFirst(), query).map { $0 - $1 }
        let size = Double(steps.count)
        let drift = steps.reduce(0, +) / size
        let deviation = (steps.reduce(0) { $0 + ($1 - drift) * ($1 - drift) } / (size - 1)).squareRoot()
        var random = SplitMix64(seed: seed)
        var found: [Double] = []
        for _ in 0..<max(0, count) {
            var level = 0.0
            var walk = [level]
            for _ in steps {
                level += drift + deviation * random.normal()
                walk.append(level)
            }
            if let shape = standardized(walk), let best = stretches.best(shape) { found.append(best.correlation) }
        }
        return found.sorted()
    }

    /// Mean 0 and mean square 1, or `nil` if it moves by no more than rounding.
    private static func standardized(_ series: [Double]) -> [Double]? {
        scale(series[...]).map { scale in series.map { ($0 - scale.centre) * scale.inverse } }
    }

    /// Mean and 1/deviation.
    private static func scale(_ series: ArraySlice<Double>) -> (centre: Double, inverse: Double)? {
        let count = Double(series.count)
        let centre = series.reduce(0, +) / count
        let squares = series.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        guard squares > roundingSquares(mean: centre, count: count) else { return nil }
        return (centre, 1 / (squares / count).squareRoot())
    }

    /// All stretches of a history, each with its scale, for every query of their length.
    private struct Stretches {
        let history: [Double]
        let length: Int
        let scales: [(start: Int, centre: Double, inverse: Double)]

        init(_ history: [Double], length: Int) {
            self.history = history
            self.length = length
            scales = (0...history.count - length).compactMap { start in
                scale(history[start..<start + length]).map { (start, $0.centre, $0.inverse) }
            }
        }

        func best(_ shape: [Double]) -> (index: Int, correlation: Double)? {
            var (found, largest) = (-1, -Double.infinity)
            history.withUnsafeBufferPointer { history in
                shape.withUnsafeBufferPointer { shape in
                    for scale in scales {
                        var sum = 0.0
                        for offset in 0..<length {
                            sum += shape[offset] * (history[scale.start + offset] - scale.centre)
                        }
                        sum *= scale.inverse
                        if sum > largest { (found, largest) = (scale.start, sum) }
                    }
                }
            }
            guard found >= 0 else { return nil }
            return (found, min(1, max(-1, largest / Double(length))))
        }
    }
}
