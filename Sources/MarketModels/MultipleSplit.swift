import Glibc

/// A change of price split into what earnings did and what the market pays for them:
/// ln(P₁/P₀) = ln(E₁/E₀) + ln(M₁/M₀), where M = P/E.
///
/// An identity, not an explanation: a price may lead its earnings. Both ends need earnings of one kind
/// (trailing or forward) and one split basis.
public struct MultipleSplit: Codable, Equatable, Sendable {
    /// ln(E₁/E₀).
    public let earnings: Double
    /// ln(M₁/M₀).
    public let multiple: Double
    /// M₀ and M₁, price over earnings a share.
    public let multipleBefore: Double
    public let multipleAfter: Double

    /// ln(P₁/P₀).
    public var total: Double { earnings + multiple }
    /// The part of the change that is earnings'; outside [0, 1] where the two parts differ in sign. `nil` if
    /// the price did not change.
    public var earningsShare: Double? { total == 0 ? nil : earnings / total }

    /// Splits. O(1).
    ///
    /// - Parameters:
    ///   - priceBefore: P₀, in currency.
    ///   - priceAfter: P₁.
    ///   - earningsBefore: E₀ a share, in the same currency.
    ///   - earningsAfter: E₁.
    /// - Throws: ``ParameterError`` for a price or earnings that are not positive and finite. A loss has no
    ///   multiple: say so instead.
    public init(
        priceBefore: Double, priceAfter: Double, earningsBefore: Double, earningsAfter: Double
    ) throws(ParameterError) {
        try require("price before", priceBefore, "above 0") { $0 > 0 }
        try require("price after", priceAfter, "above 0") { $0 > 0 }
        try require("earnings before", earningsBefore, "above 0") { $0 > 0 }
        try require("earnings after", earningsAfter, "above 0") { $0 > 0 }
        multipleBefore = try finite("multiple before", priceBefore / earningsBefore)
        multipleAfter = try finite("multiple after", priceAfter / earningsAfter)
        earnings = log(earningsAfter) - log(earningsBefore)
        multiple = (log(priceAfter) - log(priceBefore)) - earnings
    }
}
