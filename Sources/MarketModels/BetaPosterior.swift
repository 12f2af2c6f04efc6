import Glibc

/// What k successes in n trials say about a probability that was uniform before: Beta(1 + k, 1 + n − k).
///
/// With few trials it stays near ½ and wide, where a share of 3 in 3 would say 1.
///
/// Source: Bayes and Laplace's rule of succession; Gelman, A. et al. (2013), *Bayesian Data Analysis*, §2.1.
public struct BetaPosterior: Codable, Equatable, Sendable {
    /// k.
    public let successes: Int
    /// n. With none the posterior is the prior, and its interval says so.
    public let trials: Int
    /// The equal-tailed interval of 95 %.
    public let lower: Double
    public let upper: Double

    /// (1 + k)/(2 + n).
    public var mean: Double { Double(1 + successes) / Double(2 + trials) }

    /// The largest number of trials accepted.
    public static let maximumTrials = 100_000

    /// O(n).
    ///
    /// - Throws: ``ParameterError`` unless 0 ≤ k ≤ n ≤ ``maximumTrials``.
    public init(successes: Int, trials: Int) throws(ParameterError) {
        try require("trials", Double(trials), "from 0 to \(Self.maximumTrials)") {
            $0 >= 0 && $0 <= Double(Self.maximumTrials)
        }
        try require("successes", Double(successes), "from 0 to \(trials)") { $0 >= 0 && $0 <= Double(trials) }
        self.successes = successes
        self.trials = trials
        lower = Self.quantile(0.025, successes, trials)
        upper = Self.quantile(0.975, successes, trials)
    }

    /// P(probability ≤ x). O(n).
    public func cumulative(_ x: Double) -> Double { Self.cumulative(x, successes, trials) }

    /// With whole parameters the incomplete beta function is a binomial tail: I_x(k + 1, n − k + 1) =
    /// P(at least k + 1 of n + 1). Summed on the side that has no cancellation.
    private static func cumulative(_ x: Double, _ successes: Int, _ trials: Int) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let count = trials + 1
        let (logX, logRest) = (log(x), log1p(-x))
        let whole = lgammaOfPositive(Double(count + 1))
        func term(_ hits: Int) -> Double {
            exp(
                whole - lgammaOfPositive(Double(hits + 1)) - lgammaOfPositive(Double(count - hits + 1))
                    + Double(hits) * logX + Double(count - hits) * logRest)
        }
        let isUpperHalf = Double(successes + 1) > Double(count) * x
        return isUpperHalf
            ? min(1, (successes + 1...count).reduce(0) { $0 + term($1) })
            : max(0, 1 - (0...successes).reduce(0) { $0 + term($1) })
    }

    private static func quantile(_ probability: Double, _ successes: Int, _ trials: Int) -> Double {
        var (low, high) = (0.0, 1.0)
        // Each step halves: after 60 the two are neighbours for any quantile that matters.
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if cumulative(middle, successes, trials) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
