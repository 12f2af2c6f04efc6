import Glibc

/// GARCH(1,1) volatility of a stream of demeaned returns: `h ← ω + α·e² + β·h`.
///
/// For alerting ``EWMAVolatility`` is enough. This one knows a long-run level to return to, and how fast.
///
/// Source: Bollerslev, T. (1986), *Journal of Econometrics* 31(3), 307–327.
public struct GARCHVolatility: BitwiseCopyable, Codable, Equatable, Sendable {
    /// ω, α and β.
    public struct Parameters: BitwiseCopyable, Codable, Equatable, Sendable {
        /// ω, in squared returns.
        public let omega: Double
        /// α, how much the last return counts.
        public let alpha: Double
        /// β, how much of the variance stays.
        public let beta: Double

        /// - Throws: ``ParameterError`` unless ω > 0, α ≥ 0, β ≥ 0 and α + β < 1.
        public init(omega: Double, alpha: Double, beta: Double) throws(ParameterError) {
            try require("ω", omega, "above 0") { $0 > 0 }
            try require("α", alpha, "not negative") { $0 >= 0 }
            try require("β", beta, "not negative and below 1 - α") { $0 >= 0 && alpha + $0 < 1 }
            self.omega = omega
            self.alpha = alpha
            self.beta = beta
        }

        /// √(ω/(1 − α − β)), to which the volatility returns.
        public var longRunDeviation: Double { (omega / (1 - alpha - beta)).squareRoot() }
        /// Bars in which a deviation from the long-run variance halves, ln ½/ln(α + β); 0 if α + β = 0.
        public var halfLife: Double { log(0.5) / log(alpha + beta) }
    }

    public let parameters: Parameters
    /// h, the variance expected of the next return.
    public private(set) var variance: Double

    /// - Parameters:
    ///   - parameters: ω, α and β.
    ///   - initialVariance: h₀, not negative; usually the mean square of past returns.
    /// - Throws: ``ParameterError`` if it is negative or not finite.
    public init(_ parameters: Parameters, initialVariance: Double) throws(ParameterError) {
        try require("initial variance", initialVariance, "finite and not negative") { $0 >= 0 }
        self.parameters = parameters
        variance = initialVariance
    }

    /// Adds the next demeaned return, oldest first. O(1).
    ///
    /// - Returns: `false`, leaving the state as it was, if it is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard abs(value) <= largestReturn else { return false }
        variance = parameters.omega + parameters.alpha * value * value + parameters.beta * variance
        return true
    }

    /// σ expected of the next return.
    public var deviation: Double { variance.squareRoot() }

    /// z of a return that has *not* been added yet.
    public func standardized(_ value: Double) -> Double { value / deviation }
}

extension GARCHVolatility {
    /// Fewer returns than this say next to nothing about α and β.
    public static let fitMinimum = 250

    /// −½·Σ(ln 2π + ln h + e²/h), with h₀ the mean square of the returns.
    ///
    /// - Returns: −∞ where h is 0, which takes returns that are all 0.
    public static func logLikelihood(_ returns: [Double], _ parameters: Parameters) -> Double {
        logLikelihood(returns, initial: meanSquare(returns), parameters.omega, parameters.alpha, parameters.beta)
    }

    /// The parameters of the largest likelihood, by the simplex of Nelder and Mead.
    ///
    /// At a few hundred returns the estimates of α and β are themselves off by a third: use it to compare,
    /// not to alert. O(n) for each of a few hundred steps; for the close.
    ///
    /// Source: Nelder, J. A. and Mead, R. (1965), *Computer Journal* 7(4), 308–313.
    ///
    /// - Parameter returns: Demeaned returns, oldest first.
    /// - Throws: ``EstimationError``: fewer than ``fitMinimum`` returns, one not finite or above 1e50, none
    ///   that moved, or a search that did not settle.
    public static func fit(_ returns: [Double]) throws(EstimationError) -> Parameters {
        guard returns.count >= fitMinimum else { throw .tooFewObservations(returns.count, minimum: fitMinimum) }
        if let bad = returns.firstIndex(where: { !(abs($0) <= largestReturn) }) { throw .notFinite(index: bad) }
        let variance = meanSquare(returns)
        guard variance > 0, variance.isNormal else { throw .noVariation }
        // In units of their own size the search is the same for any returns.
        let size = variance.squareRoot()
        let scaled = returns.map { $0 / size }
        let initial = meanSquare(scaled)
        // ω as its logarithm; outside the domain the likelihood is −∞ and the simplex turns back.
        let found = Simplex.minimum(from: [log(0.02), 0.08, 0.90], steps: [0.5, 0.04, -0.04]) { point in
            guard point[1] >= 0, point[2] >= 0, point[1] + point[2] < 1 else { return .infinity }
            let value = logLikelihood(scaled, initial: initial, exp(point[0]), point[1], point[2])
            return value.isNaN ? .infinity : -value
        }
        guard let found,
            let parameters = try? Parameters(omega: exp(found[0]) * variance, alpha: found[1], beta: found[2])
        else { throw .notConverged }
        return parameters
    }

    private static func meanSquare(_ returns: [Double]) -> Double {
        returns.isEmpty ? 0 : returns.reduce(0) { $0 + $1 * $1 } / Double(returns.count)
    }

    private static func logLikelihood(
        _ returns: [Double], initial: Double, _ omega: Double, _ alpha: Double, _ beta: Double
    ) -> Double {
        var (variance, sum) = (initial, 0.0)
        for value in returns {
            guard variance > 0 else { return -.infinity }
            sum += log(2 * .pi) + log(variance) + value * value / variance
            variance = omega + alpha * value * value + beta * variance
        }
        return -sum / 2
    }
}
