import Glibc

/// What happens to the demand for an input when using it becomes more efficient.
///
/// With the gain passed on in full and a service demand of elasticity ε, an efficiency gain of factor
/// g multiplies the demand for the input by g^(ε−1): below ε = 1 it falls, above it rises (Jevons).
public enum BreakEvenElasticity {
    /// The factor on input demand, g^(κ·ε − 1).
    ///
    /// - Parameters:
    ///   - gain: g, the efficiency factor, above 0 (10: a tenth of the input per unit of service).
    ///   - elasticity: ε of the demand for the service to its price, without sign.
    ///   - passThrough: κ, the share of the gain that reaches the price, 1 for all of it.
    /// - Throws: ``ParameterError`` for a gain that is not positive, or a value that is not finite.
    public static func demandFactor(
        gain: Double, elasticity: Double, passThrough: Double = 1
    ) throws(ParameterError) -> Double {
        try require("gain", gain, "above 0") { $0 > 0 }
        try require("elasticity", elasticity, "finite")
        try require("pass-through", passThrough, "finite")
        return pow(gain, passThrough * elasticity - 1)
    }

    /// The elasticity at which a change of value would have been right: 1 + ln(1 + x)/ln g.
    ///
    /// It reads a price as if the value of the supplier were proportional to the demand for its input
    /// and nothing else had changed; label it what-if.
    ///
    /// - Parameters:
    ///   - change: x, the change of value as a fraction, above −1.
    ///   - gain: g, the efficiency factor, above 0 and not 1.
    /// - Throws: ``ParameterError`` if a parameter is outside these bounds.
    public static func implied(change: Double, gain: Double) throws(ParameterError) -> Double {
        try require("change", change, "above -1") { $0 > -1 }
        try require("gain", gain, "above 0 and not 1") { $0 > 0 && $0 != 1 }
        return 1 + log1p(change) / log(gain)
    }
}
