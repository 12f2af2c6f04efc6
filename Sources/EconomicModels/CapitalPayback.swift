import Glibc
import MarketModels

/// Whether capital spending pays back by the revenue it brings: undiscounted years, net present value, and the
/// revenue it would need.
///
/// Spent at once, earned in equal amounts at the end of each year of its life, nothing left after. All but the
/// spending is assumed: a what-if.
///
/// Source: Brealey, R. A., Myers, S. C. and Allen, F., *Principles of Corporate Finance*, chapters 2 and 5.
public struct CapitalPayback: Codable, Equatable, Sendable {
    /// Years until the cash earned is the money spent, without discounting; `nil` if not within the life.
    public let paybackYears: Double?
    /// The same without regard to the life; infinite where nothing is earned.
    public let undiscountedYears: Double
    /// −spending + revenue·margin·annuity, in the unit of the spending.
    public let netPresentValue: Double
    /// Revenue a year at which the net present value is 0.
    public let breakEvenRevenue: Double
    /// (1 − (1 + r)^−n)/r, what 1 a year is worth; n without discounting.
    public let annuityFactor: Double

    /// - Parameters:
    ///   - spending: Spent at the start, above 0, in money.
    ///   - annualRevenue: Revenue it brings a year, not negative, in the same money. Only what would not come
    ///     without it.
    ///   - margin: Cash kept of the revenue before the spending itself, in (0, 1].
    ///   - lifeYears: n, from 1 to 100.
    ///   - discountRate: r a year, as a fraction, from 0.
    /// - Throws: ``MarketModels/ParameterError`` outside these bounds, or if a result is not finite.
    public init(
        spending: Double, annualRevenue: Double, margin: Double, lifeYears: Int, discountRate: Double
    ) throws(ParameterError) {
        try require("spending", spending, "above 0") { $0 > 0 }
        try require("revenue", annualRevenue, "finite and not negative") { $0 >= 0 }
        try require("margin", margin, "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        try require("life", Double(lifeYears), "from 1 to 100 years") { $0 >= 1 && $0 <= 100 }
        try require("discount rate", discountRate, "finite and not negative") { $0 >= 0 }
        let years = Double(lifeYears)
        // By logarithms, so that a rate near 0 loses no digits.
        let annuity = discountRate == 0 ? years : -expm1(-years * log1p(discountRate)) / discountRate
        let cash = annualRevenue * margin
        annuityFactor = try finite("annuity factor", annuity)
        netPresentValue = try finite("net present value", cash * annuity - spending)
        breakEvenRevenue = try finite("break-even revenue", spending / (margin * annuity))
        undiscountedYears = spending / cash
        paybackYears = undiscountedYears <= years ? undiscountedYears : nil
    }
}
