import MarketModels

/// Margins and concentration: how far price can stand above cost.
///
/// Source: Lerner, A. P. (1934), *Review of Economic Studies* 1(3), 157–175; Cournot's margins after Cowling, K.
/// and Waterson, M. (1976), *Economica* 43, 267–274.
public enum MarketPower {
    /// L = (P − MC)/P. A gross margin stands for it only as far as the cost of goods sold is marginal cost.
    ///
    /// - Throws: ``MarketModels/ParameterError`` unless P > 0 and MC ≥ 0, or if the result is not finite.
    public static func lernerIndex(price: Double, marginalCost: Double) throws(ParameterError) -> Double {
        try require("price", price, "above 0") { $0 > 0 }
        try require("marginal cost", marginalCost, "finite and not negative") { $0 >= 0 }
        return try finite("Lerner index", (price - marginalCost) / price)
    }

    /// L = s/ε of a firm in Cournot competition.
    ///
    /// - Parameters:
    ///   - share: s of the market, from 0 to 1.
    ///   - elasticity: ε of market demand, without sign. Below s the firm would raise its price: there is no
    ///     equilibrium, and the value is refused.
    /// - Throws: ``MarketModels/ParameterError`` outside these bounds.
    public static func lernerIndex(share: Double, elasticity: Double) throws(ParameterError) -> Double {
        try require("share", share, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
        try require("elasticity", elasticity, "above 0 and at least the share of \(share)") { $0 > 0 && $0 >= share }
        return share / elasticity
    }

    /// ε = s/L, the elasticity at which a firm's margin is what Cournot competition would give it.
    ///
    /// - Throws: ``MarketModels/ParameterError`` unless the share is in (0, 1] and the margin in (0, 1], or if the
    ///   result is not finite.
    public static func impliedElasticity(share: Double, margin: Double) throws(ParameterError) -> Double {
        try require("share", share, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        try require("margin", margin, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        return try finite("implied elasticity", share / margin)
    }

    /// Herfindahl and Hirschman's index Σ(100·s)², to 10,000 for one firm.
    ///
    /// - Parameter shares: Of the market, as fractions; what they lack to 1 counts as many firms too small to count.
    /// - Throws: ``MarketModels/ParameterError`` for a share outside [0, 1], no share, or a sum above 1.
    public static func concentration(shares: [Double]) throws(ParameterError) -> Double {
        try require("number of shares", Double(shares.count), "at least 1") { $0 >= 1 }
        for share in shares { try require("share", share, "from 0 to 1") { $0 >= 0 && $0 <= 1 } }
        try require("sum of shares", shares.reduce(0, +), "at most 1") { $0 <= 1 + 1e-9 }
        return shares.reduce(0) { $0 + (100 * $1) * (100 * $1) }
    }

    /// Σs²/ε, the industry's margin in Cournot competition, weighted by share.
    ///
    /// - Throws: ``MarketModels/ParameterError``: as ``concentration(shares:)``, and for an elasticity below the
    ///   largest share.
    public static func industryLernerIndex(shares: [Double], elasticity: Double) throws(ParameterError) -> Double {
        let index = try concentration(shares: shares)
        _ = try lernerIndex(share: shares.max() ?? 0, elasticity: elasticity)
        return index / 10_000 / elasticity
    }

    /// P/MC = 1/(1 − 1/(N·ε)) of N equal firms.
    ///
    /// - Throws: ``MarketModels/ParameterError`` unless N ≥ 1, ε > 0 and N·ε > 1: below, any price could be raised.
    public static func priceOverCost(firms: Int, elasticity: Double) throws(ParameterError) -> Double {
        try require("firms", Double(firms), "at least 1") { $0 >= 1 }
        try require("elasticity", elasticity, "above 1/\(firms)") { $0 > 0 && Double(firms) * $0 > 1 }
        return try finite("price over cost", 1 / (1 - 1 / (Double(firms) * elasticity)))
    }
}
