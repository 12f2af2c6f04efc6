/// Confidence interval of a proportion that behaves for small counts.
///
/// Source: Wilson, E. B. (1927), *Journal of the American Statistical Association* 22, 209–212.
public struct WilsonInterval: Codable, Equatable, Sendable {
    /// The 97.5 % quantile of the normal distribution: a two-sided 95 % interval.
    public static let quantile95 = 1.959963984540054

    /// In [0, 1].
    public let lower: Double
    /// In [0, 1].
    public let upper: Double

    /// - Parameters:
    ///   - successes: k, from 0 to `trials`.
    ///   - trials: n, at least 1.
    ///   - quantile: z of the normal distribution for the coverage wanted, not negative.
    /// - Throws: ``ParameterError`` if a parameter is outside these bounds.
    public init(successes: Int, trials: Int, quantile: Double = quantile95) throws(ParameterError) {
        try require("trials", Double(trials), "at least 1") { $0 >= 1 }
        try require("successes", Double(successes), "from 0 to \(trials)") { $0 >= 0 && $0 <= Double(trials) }
        try require("quantile", quantile, "not negative") { $0 >= 0 }
        let count = Double(trials)
        let proportion = Double(successes) / count
        let square = quantile * quantile
        let scale = 1 + square / count
        let centre = (proportion + square / (2 * count)) / scale
        let spread = proportion * (1 - proportion) / count + square / (4 * count * count)
        let half = quantile * spread.squareRoot() / scale
        // Exact at the ends, where rounding would leave the interval a hair short of the proportion.
        lower = successes == 0 ? 0 : centre - half
        upper = successes == trials ? 1 : centre + half
    }
}
