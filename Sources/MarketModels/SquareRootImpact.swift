/// The square-root law of market impact, `I = Y·σ·√(Q/V)`.
///
/// It holds for one large order worked over hours to a few days; do not sum the impacts of many.
/// Read it as a capacity: what an order could at most have moved, not that it did.
///
/// Source: Tóth, B. et al. (2011), *Physical Review X* 1, 021006. On all Tokyo shares the exponent
/// is 0.489 ± 0.0015 (Sato, Y. and Kanazawa, K.).
public struct SquareRootImpact: Codable, Equatable, Sendable {
    /// Y, of order one.
    public let prefactor: Double
    /// σ, the daily volatility as a fraction.
    public let dailyDeviation: Double
    /// V, the daily volume, in the units of the orders (money or shares).
    public let dailyVolume: Double

    /// - Throws: ``ParameterError`` for a parameter that is not positive and finite.
    public init(prefactor: Double = 1, dailyDeviation: Double, dailyVolume: Double) throws(ParameterError) {
        try require("prefactor", prefactor, "above 0") { $0 > 0 }
        try require("daily deviation", dailyDeviation, "above 0") { $0 > 0 }
        try require("daily volume", dailyVolume, "above 0") { $0 > 0 }
        self.prefactor = prefactor
        self.dailyDeviation = dailyDeviation
        self.dailyVolume = dailyVolume
    }

    /// The move of an order of signed size Q, as a fraction with the sign of Q.
    public func impact(of quantity: Double) -> Double {
        let magnitude = prefactor * dailyDeviation * (abs(quantity) / dailyVolume).squareRoot()
        return quantity < 0 ? -magnitude : magnitude
    }

    /// The order that a move would take, in days of volume: (I/(Y·σ))². The sign of the move is ignored.
    public func daysOfVolume(toMove move: Double) -> Double {
        let ratio = move / (prefactor * dailyDeviation)
        return ratio * ratio
    }
}
