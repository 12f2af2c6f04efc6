/// The market model `r = α + β·m + ε`, fitted by ordinary least squares.
///
/// It says what an asset's return would have been had nothing happened to it in
/// particular, given what the market did.
///
/// Source: MacKinlay, A. C. (1997), "Event Studies in Economics and Finance",
/// *Journal of Economic Literature* 35(1), 13–39.
public struct MarketModel: Codable, Equatable, Sendable {
    /// α, as a return per bar (0.0001 is one basis point per bar).
    public let alpha: Double
    /// β, dimensionless. It overshoots on extreme market days: see ``BetaShrinkage``.
    public let beta: Double
    /// s, the standard deviation of ε with T − 2 degrees of freedom, as a return per bar.
    public let residualDeviation: Double
    /// Standard error of ``alpha``, as a return per bar.
    public let alphaStandardError: Double
    /// Standard error of ``beta``, dimensionless.
    public let betaStandardError: Double
    /// T, the number of bars in the estimation window.
    public let windowLength: Int
    /// Mean market return over the window.
    public let marketMean: Double
    /// Sum over the window of the squared deviations of the market from its mean.
    public let marketSumOfSquares: Double

    /// Whether the window is shorter than advised, which a reader should be told.
    public var isFromShortWindow: Bool { windowLength < EstimationWindow.advisedMinimum }
}

extension MarketModel {
    /// Fits the model over an estimation window.
    ///
    /// - Parameters:
    ///   - asset: T returns of the asset, one per bar, oldest first.
    ///   - market: T returns of the market over the same bars.
    /// - Returns: The fitted model. O(T) time, no allocation.
    /// - Throws: ``EstimationError``; fewer than ``EstimationWindow/minimum`` bars are refused.
    public static func fit(asset: Span<Double>, market: Span<Double>) throws(EstimationError) -> MarketModel {
        guard asset.count == market.count else { throw .unequalLengths(asset.count, market.count) }
        return try fit(count: asset.count) { (asset[$0], market[$0]) }
    }

    /// Fits the model over two arrays. See ``fit(asset:market:)``.
    public static func fit(asset: [Double], market: [Double]) throws(EstimationError) -> MarketModel {
        try fit(asset: asset, market: market, minimum: EstimationWindow.minimum)
    }

    /// Fits the model over two arrays of at least `minimum` bars, 3 or more. Below ``EstimationWindow/minimum`` its
    /// errors are large, and are what is to be looked at.
    public static func fit(
        asset: [Double], market: [Double], minimum: Int
    ) throws(EstimationError) -> MarketModel {
        guard asset.count == market.count else { throw .unequalLengths(asset.count, market.count) }
        return try fit(count: asset.count, minimum: minimum) { (asset[$0], market[$0]) }
    }

    /// Fits the model over pairs that the caller keeps where it likes, such as in a ring.
    ///
    /// - Parameters:
    ///   - count: T, the number of pairs.
    ///   - minimum: Pairs under which it is refused, at least 3.
    ///   - pair: The returns of asset and market at one index of `0..<count`. Called three times
    ///     for each index, always in order; the order of the pairs does not matter to the model
    ///     beyond rounding.
    /// - Returns: The fitted model. O(T) time, no allocation.
    /// - Throws: ``EstimationError``; fewer than `minimum` pairs are refused.
    @inlinable
    public static func fit(
        count: Int, minimum: Int = EstimationWindow.minimum, pair: (Int) -> (asset: Double, market: Double)
    ) throws(EstimationError) -> MarketModel {
        guard count >= max(3, minimum) else { throw .tooFewObservations(count, minimum: max(3, minimum)) }
        var assetSum = 0.0
        var marketSum = 0.0
        for index in 0..<count {
            let (asset, market) = pair(index)
            guard asset.isFinite, market.isFinite else { throw .notFinite(index: index) }
            assetSum += asset
            marketSum += market
        }
        let assetMean = assetSum / Double(count)
        let marketMean = marketSum / Double(count)

        // Deviations from the mean, not raw sums: with returns of a few basis
        // points, Σx² − (Σx)²/T cancels most of its digits.
        var crossProducts = 0.0
        var marketSquares = 0.0
        for index in 0..<count {
            let (asset, market) = pair(index)
            crossProducts += (market - marketMean) * (asset - assetMean)
            marketSquares += (market - marketMean) * (market - marketMean)
        }
        guard marketSquares > roundingSquares(mean: marketMean, count: Double(count)) else {
            throw .collinear(regressor: 0)
        }
        let beta = crossProducts / marketSquares

        var residualSquares = 0.0
        for index in 0..<count {
            let (asset, market) = pair(index)
            let residual = (asset - assetMean) - beta * (market - marketMean)
            residualSquares += residual * residual
        }
        return MarketModel(
            count: count, assetMean: assetMean, marketMean: marketMean, marketSquares: marketSquares,
            beta: beta, residualSquares: residualSquares
        )
    }

    /// The same as the other fits but for the last digits, in a fifth of the time: one look at each pair, and additions
    /// that do not wait for each other (`PairSums`).
    ///
    /// - Throws: ``EstimationError``, as the others.
    public static func fitUnordered(asset: [Double], market: [Double]) throws(EstimationError) -> MarketModel {
        guard asset.count == market.count, asset.count >= EstimationWindow.minimum else {
            return try fit(asset: asset, market: market)
        }
        let sums = asset.withUnsafeBufferPointer { asset in
            market.withUnsafeBufferPointer { market in PairSums(x: market, y: asset) }
        }
        let count = Double(asset.count)
        let (assetMean, marketMean) = (sums.y / count, sums.x / count)
        let marketSquares = sums.xx - sums.x * marketMean
        let assetSquares = sums.yy - sums.y * assetMean
        let products = sums.xy - sums.x * assetMean
        let beta = products / marketSquares
        let residualSquares = assetSquares - beta * products
        // Where differences lose digits, and where something is wrong, the careful way.
        guard marketSquares > 1e-6 * sums.xx, assetSquares > 1e-6 * sums.yy, residualSquares > 1e-6 * assetSquares,
            residualSquares.isFinite, marketSquares.isFinite
        else { return try fit(asset: asset, market: market) }
        return MarketModel(
            count: asset.count, assetMean: assetMean, marketMean: marketMean, marketSquares: marketSquares,
            beta: beta, residualSquares: residualSquares
        )
    }

    @usableFromInline
    init(
        count: Int, assetMean: Double, marketMean: Double, marketSquares: Double, beta: Double, residualSquares: Double
    ) {
        let length = Double(count)
        self.alpha = assetMean - beta * marketMean
        self.beta = beta
        self.residualDeviation = (residualSquares / (length - 2)).squareRoot()
        self.alphaStandardError =
            residualDeviation * (1 / length + marketMean * marketMean / marketSquares).squareRoot()
        self.betaStandardError = residualDeviation / marketSquares.squareRoot()
        self.windowLength = count
        self.marketMean = marketMean
        self.marketSumOfSquares = marketSquares
    }

    /// What the model expects of the asset, given the market's return over the same bar.
    public func expectedReturn(market: Double) -> Double {
        alpha + beta * market
    }

    /// The part of one return that the market does not explain.
    ///
    /// - Parameters:
    ///   - asset: The asset's return over one bar outside the window.
    ///   - market: The market's return over the same bar.
    /// - Returns: The abnormal return and its prediction error, which exceeds
    ///   ``residualDeviation`` because α and β are themselves estimates
    ///   (Patell 1976, *Journal of Accounting Research* 14(2), 246–276).
    public func abnormalReturn(asset: Double, market: Double) -> AbnormalReturn {
        AbnormalReturn(
            value: asset - expectedReturn(market: market),
            standardError: residualDeviation * predictionInflation(market: market),
            degreesOfFreedom: windowLength - 2
        )
    }

    /// C, by how much a prediction error exceeds ``residualDeviation``: √(1 + 1/T + (m − m̄)²/Σ(m − m̄)²).
    public func predictionInflation(market: Double) -> Double {
        let distance = market - marketMean
        return (1 + 1 / Double(windowLength) + distance * distance / marketSumOfSquares).squareRoot()
    }
}

/// What rounding alone may leave of the centred squares of a series that never moved: its mean is off by up
/// to an ulp for each value summed.
@usableFromInline
func roundingSquares(mean: Double, count: Double) -> Double {
    let rounding = max(8, count) * abs(mean).ulp
    return count * rounding * rounding
}
