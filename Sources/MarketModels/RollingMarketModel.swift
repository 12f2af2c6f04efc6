/// The market model over a sliding estimation window, kept up to date bar by bar.
///
/// After each ``add(asset:market:)`` ``model()`` is the model for the *next* bar: fitted on the `length`
/// bars that end `gap` bars before it, exactly what ``EstimationWindow/range(beforeEvent:length:gap:)``
/// and ``MarketModel/fit(asset:market:)-(Span<Double>,_)`` give, and closer to the truth where the batch formula itself
/// loses digits: the sums carry twice the precision of `Double`.
///
/// Both are O(1). Nothing is allocated after `init`, which takes 16 bytes for each bar of window and gap
/// (4,160 by default). A bar the asset or the market has no return for is simply not added.
public struct RollingMarketModel: Codable, Equatable, Sendable {
    private var window: SlidingWindow<MarketSums>

    /// - Parameters:
    ///   - length: T, at least ``EstimationWindow/minimum``.
    ///   - gap: G, not negative.
    public init(length: Int = EstimationWindow.length, gap: Int = EstimationWindow.gap) {
        window = SlidingWindow(length: length, gap: gap)
    }

    /// T, the bars a full window holds.
    public var length: Int { window.length }
    /// G, the bars between the window and the bar the model is for.
    public var gap: Int { window.gap }
    /// Bars added so far.
    public var count: Int { window.count }
    /// Bars in the estimation window now, at most ``length``.
    public var windowCount: Int { window.moments.count }

    /// Adds the returns of the next bar, oldest first. O(1).
    ///
    /// - Returns: `false`, leaving the state as it was, if a return is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(asset: Double, market: Double) -> Bool {
        window.add(MarketSums.Bar(asset: asset, market: market))
    }

    /// The model for the next bar. O(1), no allocation.
    ///
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` under ``EstimationWindow/minimum`` bars
    ///   in the window, ``EstimationError/collinear(regressor:)`` if the market did not move in it.
    public func model() throws(EstimationError) -> MarketModel {
        try window.requireUsable(regressors: 1)
        return try window.moments.model()
    }
}

/// Σa, Σm, Σa², Σam and Σm² of a window, and what follows from them.
struct MarketSums: WindowMoments {
    struct Bar: WindowBar {
        let asset: Double
        let market: Double

        static var width: Int { 2 }
        var isUsable: Bool { abs(asset) <= largestReturn && abs(market) <= largestReturn }
        var regressors: SIMD2<Double> { SIMD2(market, 0) }
        var values: [Double] { [asset, market] }
    }

    private(set) var count = 0
    private var sums = CompensatedSums<SIMD8<Double>>()
    /// The largest Σa² and Σm² since the sums were made.
    private var peak = SIMD2<Double>()

    private static let (asset, market, assetSquares, products, marketSquares) = (0, 1, 2, 3, 4)

    mutating func add(_ bar: Bar) {
        accumulate(bar, sign: 1)
        peak = pointwiseMax(peak, squares)
        count += 1
    }

    mutating func remove(_ bar: Bar) {
        accumulate(bar, sign: -1)
        count -= 1
    }

    @inline(__always)
    private mutating func accumulate(_ bar: Bar, sign: Double) {
        let (a, m) = (bar.asset, bar.market)
        sums.add(sign * SIMD8(a, m, a, a, m, 0, 0, 0), times: SIMD8(1, 1, a, m, m, 0, 0, 0))
    }

    var isWorn: Bool {
        let least = peak * 0x1p-40
        return squares[0] < least[0] || squares[1] < least[1]
    }

    private var squares: SIMD2<Double> { SIMD2(sums.high[Self.assetSquares], sums.high[Self.marketSquares]) }

    func model() throws(EstimationError) -> MarketModel {
        let length = Double(count)
        let (assetMean, marketMean) = (sums[Self.asset] / length, sums[Self.market] / length)
        let marketSquares = sums[Self.marketSquares] - sums[Self.market] * marketMean
        guard marketSquares.high > roundingSquares(mean: marketMean.high, count: length) else {
            throw .collinear(regressor: 0)
        }
        let products = sums[Self.products] - sums[Self.asset] * marketMean
        let beta = products / marketSquares
        let residual = sums[Self.assetSquares] - sums[Self.asset] * assetMean - beta * products
        return MarketModel(
            count: count, assetMean: assetMean.high, marketMean: marketMean.high, marketSquares: marketSquares.high,
            beta: beta.high, residualSquares: max(0, residual.high)
        )
    }
}

extension MarketSums.Bar {
    init(values: some Collection<Double>) {
        let array = Array(values)
        self.init(asset: array[0], market: array[1])
    }
}
