/// Estimated betas drawn towards what is known of betas in general.
///
/// A beta fitted on quiet days overshoots on an extreme one; shrink it before multiplying it
/// with a ten-percent market move, and report it with its error.
public enum BetaShrinkage {
    /// The precision-weighted mean of an estimate and a prior.
    ///
    /// Source: Vasicek, O. A. (1973), *Journal of Finance* 28(5), 1233–1239.
    ///
    /// - Parameters:
    ///   - beta: The fitted beta.
    ///   - standardError: Its standard error, above 0.
    ///   - prior: Mean beta across the universe.
    ///   - priorDeviation: Standard deviation of betas across the universe, above 0.
    /// - Returns: (b/se² + b₀/s₀²)/(1/se² + 1/s₀²) and its standard error.
    /// - Throws: ``ParameterError`` for a deviation that is not positive or a value that is not finite.
    public static func vasicek(
        beta: Double, standardError: Double, prior: Double, priorDeviation: Double
    ) throws(ParameterError) -> (beta: Double, standardError: Double) {
        try require("beta", beta, "finite")
        try require("prior beta", prior, "finite")
        try require("standard error", standardError, "above 0") { $0 > 0 }
        try require("prior deviation", priorDeviation, "above 0") { $0 > 0 }
        let precision = 1 / (standardError * standardError)
        let priorPrecision = 1 / (priorDeviation * priorDeviation)
        let total = precision + priorPrecision
        return ((beta * precision + prior * priorPrecision) / total, (1 / total).squareRoot())
    }

    /// 0.33 + 0.67·b, for when nothing is known of the estimate's error.
    ///
    /// Source: Blume, M. E. (1975), *Journal of Finance* 30(3), 785–795, with the rounded
    /// coefficients in common use.
    public static func blume(beta: Double) -> Double {
        0.33 + 0.67 * beta
    }
}
