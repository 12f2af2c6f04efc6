/// The model `r = α + β·m + b·f° + ε` of the market and one further factor made orthogonal to it.
///
/// f is a sector, theme or peer basket without the asset (``LeaveOneOut``); f° = f − γ₀ − γ₁·m is what it
/// did beyond what the market explains. β is the same as in the market model.
public struct TwoFactorModel: Codable, Equatable, Sendable {
    /// γ₀ and γ₁.
    public let orthogonal: OrthogonalFactor
    /// α, as a return per bar.
    public let alpha: Double
    /// β, dimensionless.
    public let marketBeta: Double
    /// b, dimensionless.
    public let factorBeta: Double
    /// s, the standard deviation of ε with T − 3 degrees of freedom, as a return per bar.
    public let residualDeviation: Double
    /// T, the number of bars in the estimation window.
    public let windowLength: Int
    /// Mean market return over the window.
    public let marketMean: Double
    /// Sum over the window of the squared deviations of the market from its mean.
    public let marketSumOfSquares: Double
    /// Sum over the window of f°², whose mean is 0.
    public let factorSumOfSquares: Double

    /// Whether the window is shorter than advised, which a reader should be told.
    public var isFromShortWindow: Bool { windowLength < EstimationWindow.advisedMinimum }
    /// Standard error of ``marketBeta``.
    public var marketBetaStandardError: Double { residualDeviation / marketSumOfSquares.squareRoot() }
    /// Standard error of ``factorBeta``.
    public var factorBetaStandardError: Double { residualDeviation / factorSumOfSquares.squareRoot() }
}

extension TwoFactorModel {
    /// One return in parts; they sum to it.
    public struct Split: Codable, Equatable, Sendable {
        /// α.
        public let drift: Double
        /// β·m.
        public let market: Double
        /// b·f°.
        public let factor: Double
        /// What neither explains, with its prediction error.
        public let own: AbnormalReturn
    }

    /// Splits the return of one bar outside the window. O(1), no allocation.
    public func split(asset: Double, market: Double, factor: Double) -> Split {
        let residual = orthogonal.residual(factor: factor, market: market)
        let (marketPart, factorPart) = (marketBeta * market, factorBeta * residual)
        let distance = market - marketMean
        var inflation = 1 + 1 / Double(windowLength) + distance * distance / marketSumOfSquares
        inflation += residual * residual / factorSumOfSquares
        return Split(
            drift: alpha, market: marketPart, factor: factorPart,
            own: AbnormalReturn(
                value: asset - alpha - marketPart - factorPart,
                standardError: residualDeviation * inflation.squareRoot(), degreesOfFreedom: windowLength - 3
            )
        )
    }

    /// The same return as ``OrderedDecomposition/compute(asset:event:steps:)`` splits it with the steps
    /// market and `role`: the drift is the window's mean, and the parts are deviations from it.
    public func ordered(
        asset: Double, market: Double, factor: Double, role: OrderedDecomposition.Role
    ) -> OrderedDecomposition {
        let split = split(asset: asset, market: market, factor: factor)
        let residual = orthogonal.residual(factor: factor, market: market)
        let distance = market - marketMean
        return OrderedDecomposition(
            total: asset, drift: alpha + marketBeta * marketMean,
            driftStandardError: residualDeviation / Double(windowLength).squareRoot(),
            parts: [
                .init(
                    role: .market, value: marketBeta * distance,
                    standardError: marketBetaStandardError * abs(distance)),
                .init(role: role, value: split.factor, standardError: factorBetaStandardError * abs(residual)),
            ],
            own: split.own, windowLength: windowLength
        )
    }
}

/// ``TwoFactorModel`` over a sliding estimation window, kept up to date bar by bar.
///
/// As ``RollingMarketModel``, with three variables: O(1) a bar, nothing allocated after `init`, which takes
/// 24 bytes for each bar of window and gap (6,240 by default).
public struct RollingTwoFactorModel: Codable, Equatable, Sendable {
    private var window: SlidingWindow<FactorSums>

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
    /// - Parameters:
    ///   - asset: The asset's return.
    ///   - market: The market's return.
    ///   - factor: The factor's return, as it is and without the asset.
    /// - Returns: `false`, leaving the state as it was, if a return is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(asset: Double, market: Double, factor: Double) -> Bool {
        window.add(FactorSums.Bar(asset: asset, market: market, factor: factor))
    }

    /// The model for the next bar. O(1), no allocation.
    ///
    /// - Throws: ``EstimationError/tooFewObservations(_:minimum:)`` under ``EstimationWindow/minimum`` bars
    ///   in the window, ``EstimationError/collinear(regressor:)`` if the market (0) did not move in it, or
    ///   the factor (1) only with it.
    public func model() throws(EstimationError) -> TwoFactorModel {
        try window.requireUsable(regressors: 2)
        return try window.moments.model()
    }
}

/// Sums and sums of products of asset, market and factor over a window.
struct FactorSums: WindowMoments {
    struct Bar: WindowBar {
        let asset: Double
        let market: Double
        let factor: Double

        static var width: Int { 3 }
        var isUsable: Bool {
            abs(asset) <= largestReturn && abs(market) <= largestReturn && abs(factor) <= largestReturn
        }
        var regressors: SIMD2<Double> { SIMD2(market, factor) }
        var values: [Double] { [asset, market, factor] }
    }

    private(set) var count = 0
    private var sums = CompensatedSums<SIMD8<Double>>()
    /// Σf², the ninth: two vectors of four registers are faster than one of eight.
    private var factorSums = CompensatedSums<SIMD2<Double>>()
    /// The largest Σa², Σm² and Σf² since the sums were made.
    private var peak = SIMD4<Double>()

    private static let (asset, market, factor) = (0, 1, 2)
    private static let (assetSquares, assetMarket, assetFactor) = (3, 4, 5)
    private static let (marketSquares, marketFactor) = (6, 7)

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
        let (a, m, f) = (sign * bar.asset, sign * bar.market, sign * bar.factor)
        sums.add(
            SIMD8(a, m, f, a, a, a, m, m),
            times: SIMD8(1, 1, 1, bar.asset, bar.market, bar.factor, bar.market, bar.factor))
        factorSums.add(SIMD2(f, 0), times: SIMD2(bar.factor, 0))
    }

    var isWorn: Bool { any(squares .< peak * 0x1p-40) }

    private var squares: SIMD4<Double> {
        SIMD4(sums.high[Self.assetSquares], sums.high[Self.marketSquares], factorSums.high[0], 0)
    }

    func model() throws(EstimationError) -> TwoFactorModel {
        let length = Double(count)
        let (asset, market, factor) = (sums[Self.asset], sums[Self.market], sums[Self.factor])
        let (assetMean, marketMean, factorMean) = (asset / length, market / length, factor / length)
        let marketSquares = sums[Self.marketSquares] - market * marketMean
        guard marketSquares.high > roundingSquares(mean: marketMean.high, count: length) else {
            throw .collinear(regressor: 0)
        }
        // Gram–Schmidt on the normal equations: the factor and the asset with the market taken out.
        let marketFactor = sums[Self.marketFactor] - market * factorMean
        let gamma = marketFactor / marketSquares
        let allFactorSquares = factorSums[0] - factor * factorMean
        let factorSquares = allFactorSquares - gamma * marketFactor
        let rounding = roundingSquares(mean: factorMean.high, count: length)
        guard factorSquares.high > max(1e-20 * allFactorSquares.high, rounding) else {
            throw .collinear(regressor: 1)
        }
        let assetMarket = sums[Self.assetMarket] - asset * marketMean
        let beta = assetMarket / marketSquares
        let assetFactor = sums[Self.assetFactor] - asset * factorMean - gamma * assetMarket
        let slope = assetFactor / factorSquares
        var residual = sums[Self.assetSquares] - asset * assetMean
        residual = residual - beta * assetMarket - slope * assetFactor
        return TwoFactorModel(
            orthogonal: OrthogonalFactor(
                intercept: (factorMean - gamma * marketMean).high, marketBeta: gamma.high),
            alpha: (assetMean - beta * marketMean).high, marketBeta: beta.high, factorBeta: slope.high,
            residualDeviation: (max(0, residual.high) / (length - 3)).squareRoot(), windowLength: count,
            marketMean: marketMean.high, marketSumOfSquares: marketSquares.high, factorSumOfSquares: factorSquares.high
        )
    }
}

extension FactorSums.Bar {
    init(values: some Collection<Double>) {
        let array = Array(values)
        self.init(asset: array[0], market: array[1], factor: array[2])
    }
}
