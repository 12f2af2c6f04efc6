import MarketModels

/// How a supplier and a buyer split what they make together: each gets what it could have without the other,
/// and of the rest the supplier a share β, its bargaining power.
///
/// Source: Nash, J. F. (1950), *Econometrica* 18(2), 155–162; with unequal power Binmore, K., Rubinstein, A. and
/// Wolinsky, A. (1986), *RAND Journal of Economics* 17(2), 176–188.
public struct NashBargain: Codable, Equatable, Sendable {
    /// d_s + β·(S − d_s − d_b).
    public let supplier: Double
    /// d_b + (1 − β)·(S − d_s − d_b).
    public let buyer: Double

    /// Splits.
    ///
    /// - Parameters:
    ///   - surplus: S, what both make together, in any unit.
    ///   - supplierAlternative: d_s, what the supplier has without the buyer.
    ///   - buyerAlternative: d_b.
    ///   - supplierPower: β, from 0 to 1.
    /// - Returns: `nil` if they have more apart: no agreement.
    /// - Throws: ``MarketModels/ParameterError`` for a value that is not finite, or a power outside [0, 1].
    public static func split(
        surplus: Double, supplierAlternative: Double, buyerAlternative: Double, supplierPower: Double
    ) throws(ParameterError) -> NashBargain? {
        try require("surplus", surplus, "finite")
        try require("supplier's alternative", supplierAlternative, "finite")
        try require("buyer's alternative", buyerAlternative, "finite")
        try require("supplier's power", supplierPower, "from 0 to 1") { $0 >= 0 && $0 <= 1 }
        let gain = try finite("gain from agreement", surplus - supplierAlternative - buyerAlternative)
        guard gain >= 0 else { return nil }
        return NashBargain(
            supplier: try finite("supplier's part", supplierAlternative + supplierPower * gain),
            buyer: try finite("buyer's part", buyerAlternative + (1 - supplierPower) * gain))
    }
}
