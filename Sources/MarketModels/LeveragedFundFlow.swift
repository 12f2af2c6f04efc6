/// What a leveraged or inverse fund must trade at the close to restore its leverage.
///
/// The flow has the sign of the underlying's return for bull and bear funds alike, so it can
/// amplify; creations and redemptions of the same day work against or with it.
///
/// Source: Cheng, M. and Madhavan, A. (2009), *Journal of Investment Management* 7(4), 43–62.
public struct LeveragedFundFlow: Codable, Equatable, Sendable {
    /// L, the promised multiple of the daily return: 2, 3, −1, −2 …
    public let leverage: Double
    /// Net assets at the close before, in money.
    public let assets: Double
    /// The name's weight in what the fund tracks: 1 for a single-share fund.
    public let weight: Double

    /// - Throws: ``ParameterError`` for a leverage that is not finite, negative assets, or a weight
    ///   outside (0, 1].
    public init(leverage: Double, assets: Double, weight: Double = 1) throws(ParameterError) {
        try require("leverage", leverage, "finite")
        try require("assets", assets, "finite and not negative") { $0 >= 0 }
        try require("weight", weight, "in (0, 1]") { $0 > 0 && $0 <= 1 }
        self.leverage = leverage
        self.assets = assets
        self.weight = weight
    }

    /// Money to buy (positive) or sell of the name: L·(L − 1)·assets·r·weight.
    ///
    /// - Parameter underlyingReturn: The day's return of what the fund tracks, as a fraction.
    public func rebalancing(underlyingReturn: Double) -> Double {
        leverage * (leverage - 1) * assets * underlyingReturn * weight
    }

    /// Money to buy of the name for `inflow` of creations at the close (negative: redemptions).
    public func creation(inflow: Double) -> Double {
        leverage * inflow * weight
    }

    /// An upper bound of what a total flow can have moved, in percentage points without sign: its
    /// impact had it been one order. Whether it moved anything, and whether with the shock, is
    /// another question.
    ///
    /// - Parameters:
    ///   - flow: Total money to trade, of either sign.
    ///   - law: Impact of the traded name. Use volume known before the flow; the day's own is known
    ///     only afterwards.
    public static func capacityInPercentagePoints(flow: Double, law: SquareRootImpact) -> Double {
        100 * abs(law.impact(of: flow))
    }
}
