import Glibc
import MarketModels

/// What a gain in efficiency does to the demand for the input it saves, now and later.
///
/// With gain g, service-demand elasticity ε and pass-through κ the demand for the input goes to g^(κε − 1) of
/// what it was: down by 1/g at once, up again as cheaper service finds use. Above κε = 1 it ends higher than
/// it began (Jevons). A what-if: ε is assumed, and nothing else changes.
///
/// Source: Jevons, W. S. (1865), *The Coal Question*, ch. VII; rebound after Sorrell, S. and Dimitropoulos, J.
/// (2008), *Ecological Economics* 65(3), 636–649.
public struct EfficiencyShock: Codable, Equatable, Sendable {
    /// g: service per unit of input over what it was before.
    public let gain: Double
    /// ε of the demand for the service to its price, without sign.
    public let elasticity: Double
    /// κ, the share of the gain (in logarithms) that reaches the price.
    public let passThrough: Double

    /// - Throws: ``MarketModels/ParameterError`` unless g > 1, ε ≥ 0 and 0 ≤ κ ≤ 1.
    public init(gain: Double, elasticity: Double, passThrough: Double = 1) throws(ParameterError) {
        try require("gain", gain, "above 1") { $0 > 1 }
        try require("elasticity", elasticity, "finite and not negative") { $0 >= 0 }
        try require("pass-through", passThrough, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
        self.gain = gain
        self.elasticity = elasticity
        self.passThrough = passThrough
    }

    /// Input demand in the end over what it was, g^(κε − 1).
    ///
    /// - Throws: ``MarketModels/ParameterError`` if it is not a finite number.
    public func demandMultiple() throws(ParameterError) -> Double {
        try finite(
            "demand multiple",
            BreakEvenElasticity.demandFactor(gain: gain, elasticity: elasticity, passThrough: passThrough))
    }

    /// R = 1 − (1 − demand multiple)/(1 − 1/g), the share of the possible saving that is used up again: 0 for
    /// none, 1 for all, above 1 where demand ends higher.
    ///
    /// - Throws: ``MarketModels/ParameterError`` if it is not a finite number.
    public func rebound() throws(ParameterError) -> Double {
        try finite("rebound", 1 - (1 - demandMultiple()) / (1 - 1 / gain))
    }

    /// Input demand after a time over what it was, g^(−1 + κε·(1 − e^(−t/τ))): the saving comes at once, its use
    /// with a lag.
    ///
    /// - Parameters:
    ///   - time: t, in the unit of the lag, from 0.
    ///   - lag: τ, in which the response gets to 63 % of the whole, above 0.
    /// - Throws: ``MarketModels/ParameterError`` outside these bounds, or if the result is not finite.
    public func demandMultiple(after time: Double, lag: Double) throws(ParameterError) -> Double {
        try require("time", time, "finite and not negative") { $0 >= 0 }
        try require("lag", lag, "above 0") { $0 > 0 }
        let response = passThrough * elasticity * -expm1(-time / lag)
        return try finite("demand multiple", pow(gain, response - 1))
    }

    /// When demand is back where it was, −τ·ln(1 − 1/(κε)), in the unit of the lag.
    ///
    /// - Returns: `nil` if it never is: κε ≤ 1.
    /// - Throws: ``MarketModels/ParameterError`` for a lag that is not positive, or so large that the result is not
    ///   finite.
    public func breakEvenTime(lag: Double) throws(ParameterError) -> Double? {
        try require("lag", lag, "above 0") { $0 > 0 }
        let strength = passThrough * elasticity
        guard strength > 1 else { return nil }
        return try finite("break-even time", -lag * log1p(-1 / strength))
    }
}
