import MarketModels

/// An input that does g times as much and costs m times as much: who gains, its user or its supplier.
///
/// The railway and the mine: with coal that pulls ten times as far at twice the price, the railway gets five
/// times the distance for its money, and the mine a fifth of its revenue for the same distance.
public struct InputProductivity: Codable, Equatable, Sendable {
    /// g: output per unit of input over what it was.
    public let gain: Double
    /// m: price per unit of input over what it was.
    public let priceMultiple: Double

    /// - Throws: ``MarketModels/ParameterError`` unless both are positive and finite, and so are their ratios.
    public init(gain: Double, priceMultiple: Double) throws(ParameterError) {
        try require("gain", gain, "above 0") { $0 > 0 }
        try require("price multiple", priceMultiple, "above 0") { $0 > 0 }
        try require("gain over price", gain / priceMultiple, "above 0") { $0 > 0 }
        try require("price over gain", priceMultiple / gain, "above 0") { $0 > 0 }
        self.gain = gain
        self.priceMultiple = priceMultiple
    }

    /// Output per unit of spending over what it was, g/m.
    public var outputPerSpending: Double { gain / priceMultiple }
    /// The supplier's revenue over what it was if output stays, m/g.
    public var supplierRevenueAtSameOutput: Double { priceMultiple / gain }
    /// Output over what it was at which the supplier's revenue is what it was, g/m.
    ///
    /// If the user's price falls with the cost of input per output, m/g, that takes a demand elasticity of 1. If
    /// the user keeps the gain, output stays and so does ``supplierRevenueAtSameOutput``.
    public var outputForSameSupplierRevenue: Double { gain / priceMultiple }

    /// The supplier's revenue over what it was with full pass-through and a demand elasticity: (g/m)^(ε − 1).
    ///
    /// - Throws: ``MarketModels/ParameterError`` for an elasticity that is negative or not finite, or a result that is
    ///   not.
    public func supplierRevenue(elasticity: Double) throws(ParameterError) -> Double {
        try require("elasticity", elasticity, "finite and not negative") { $0 >= 0 }
        return try finite(
            "supplier's revenue",
            BreakEvenElasticity.demandFactor(gain: outputPerSpending, elasticity: elasticity))
    }

    /// The share of the user's gain that the supplier's price took, (m − 1)/(g − 1).
    ///
    /// - Returns: `nil` without a gain, g ≤ 1.
    public var impliedCapture: Double? { gain > 1 ? (priceMultiple - 1) / (gain - 1) : nil }

    /// The user's profit per unit of revenue it had, at the same output and its own price unchanged.
    public struct Profit: Codable, Equatable, Sendable {
        /// 1 − f − c.
        public let before: Double
        /// 1 − f·m/g − c.
        public let after: Double
        /// After over before; `nil` unless there was a profit.
        public var multiple: Double? { before > 0 ? after / before : nil }
    }

    /// The user's full profit and loss: what other costs there are decides how much of g/m arrives.
    ///
    /// - Parameters:
    ///   - inputShare: f, cost of the input over revenue before.
    ///   - otherCost: c, all other cost over revenue before.
    /// - Throws: ``MarketModels/ParameterError`` for a share that is negative or not finite, or a result that is not
    ///   finite.
    public func userProfit(inputShare: Double, otherCost: Double) throws(ParameterError) -> Profit {
        try require("input's share", inputShare, "finite and not negative") { $0 >= 0 }
        try require("other cost", otherCost, "finite and not negative") { $0 >= 0 }
        return Profit(
            before: try finite("profit before", 1 - inputShare - otherCost),
            after: try finite("profit after", 1 - inputShare * priceMultiple / gain - otherCost))
    }
}
