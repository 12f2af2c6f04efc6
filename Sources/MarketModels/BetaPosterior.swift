import Glibc

/// What is known of a probability that has been tried: Beta(successes, failures), the prior counted with both.
///
/// With few trials it stays near its prior and wide, where a share of 3 in 3 would say 1. Trials may count for less
/// than one.
///
/// Source: Bayes and Laplace's rule of succession; Gelman, A. et al. (2013), *Bayesian Data Analysis*, §2.1.
public struct BetaPosterior: Codable, Equatable, Sendable {
    /// α.
    public private(set) var successes: Double
    /// β.
    public private(set) var failures: Double

    /// The largest α or β accepted.
    public static let largest = 100_001.0
    /// The largest number of trials accepted by ``init(successes:trials:)``.
    public static let maximumTrials = 100_000

    /// - Parameters:
    ///   - successes: α.
    ///   - failures: β.
    /// - Throws: ``ParameterError`` unless both are above 0 and at most ``largest``.
    public init(successes: Double, failures: Double) throws(ParameterError) {
        for (name, value) in [("successes", successes), ("failures", failures)] {
            try require(name, value, "above 0 and at most \(Self.largest)") { $0 > 0 && $0 <= Self.largest }
        }
        self.successes = successes
        self.failures = failures
    }

    /// k successes in n trials of a probability that was uniform before: Beta(1 + k, 1 + n − k).
    ///
    /// - Throws: ``ParameterError`` unless 0 ≤ k ≤ n ≤ ``maximumTrials``.
    public init(successes: Int, trials: Int) throws(ParameterError) {
        try require("trials", Double(trials), "from 0 to \(Self.maximumTrials)") {
            $0 >= 0 && $0 <= Double(Self.maximumTrials)
        }
        try require("successes", Double(successes), "from 0 to \(trials)") { $0 >= 0 && $0 <= Double(trials) }
        try self.init(successes: Double(1 + successes), failures: Double(1 + trials - successes))
    }

    /// Takes one more trial in; beyond ``largest`` it says nothing new.
    ///
    /// - Throws: ``ParameterError`` for a weight outside [0, 1].
    public mutating func add(success: Bool, weight: Double = 1) throws(ParameterError) {
        try require("weight of a trial", weight, "from 0 to 1") { (0...1).contains($0) }
        if success {
            successes = min(Self.largest, successes + weight)
        } else {
            failures = min(Self.largest, failures + weight)
        }
    }

    /// α/(α + β).
    public var mean: Double { successes / (successes + failures) }

    public var standardDeviation: Double {
        let total = successes + failures
        return (successes * failures / (total * total * (total + 1))).squareRoot()
    }

    /// The equal-tailed interval of 95 %. Some thousands of operations each.
    public var lower: Double { quantile(0.025) }
    public var upper: Double { quantile(0.975) }

    /// P(probability ≤ x), the incomplete beta function I_x(α, β). O(√(α + β)).
    public func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        // The fraction converges fast on its own side of the mean.
        return x < (successes + 1) / (successes + failures + 2)
            ? Self.tail(x, successes, failures) : 1 - Self.tail(1 - x, failures, successes)
    }

    /// I_x(a, b) by its continued fraction (Lentz; DLMF 8.17.22).
    private static func tail(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let front = exp(
            lgammaOfPositive(a + b) - lgammaOfPositive(a) - lgammaOfPositive(b) + a * log(x) + b * log1p(-x))
        let tiny = 1e-300
        func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var (c, d) = (1.0, 1 / away(1 - (a + b) * x / (a + 1)))
        var fraction = d
        for step in 1...10_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / away(1 + even * d)
            c = away(1 + even / c)
            fraction *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / away(1 + odd * d)
            c = away(1 + odd / c)
            let change = d * c
            fraction *= change
            if abs(change - 1) < 1e-16 { break }
        }
        return min(1, max(0, front * fraction / a))
    }

    private func quantile(_ probability: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        // Each step halves: after 60 the two are neighbours for any quantile that matters.
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
