/// A sector or theme factor with the market taken out of it: `s° = s − γ₀ − γ₁·m`.
///
/// A stock regressed on the market and s° has the market model's own β for the market, so the
/// sector's part of a day is what the sector did beyond what the market explains.
/// Never use a factor that contains the stock itself: see ``LeaveOneOut``.
public struct OrthogonalFactor: Codable, Equatable, Sendable {
    /// γ₀, as a return per bar.
    public let intercept: Double
    /// γ₁, the factor's own market beta.
    public let marketBeta: Double

    /// Regresses the factor on the market over an estimation window.
    ///
    /// - Parameters:
    ///   - factor: T returns of the factor, one per bar, oldest first.
    ///   - market: T returns of the market over the same bars.
    /// - Throws: ``EstimationError``, as ``MarketModel/fitUnordered(asset:market:)``.
    public static func fit(factor: [Double], market: [Double]) throws(EstimationError) -> OrthogonalFactor {
        let model = try MarketModel.fit(asset: factor, market: market)
        return OrthogonalFactor(intercept: model.alpha, marketBeta: model.beta)
    }

    /// s° of one bar, inside the window or outside.
    public func residual(factor: Double, market: Double) -> Double {
        factor - intercept - marketBeta * market
    }

    /// s° of each bar of two series of equal length.
    public func residuals(factor: [Double], market: [Double]) -> [Double] {
        precondition(factor.count == market.count, "the same bars")
        return zip(factor, market).map { residual(factor: $0, market: $1) }
    }
}
