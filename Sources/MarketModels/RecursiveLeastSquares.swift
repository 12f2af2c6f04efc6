/// The market model by recursive least squares with forgetting: old bars fade instead of falling out.
///
/// A bar `j` bars ago has weight λʲ. The state is five moments, so it costs little where a window is too
/// much to keep. It starts from a prior of α = β = 0 with covariance P₀ = 10⁴·I, which fades too.
///
/// The weighted moments are kept, centred, rather than the covariance P of the textbook recursion
/// `k = Px/(λ + x'Px)`. The solution is the same; but a market that stands still makes P grow without
/// bound, and here merely lets the moments fade until the slope is said to be unknown.
///
/// Source: Haykin, S. (2002), *Adaptive Filter Theory*, 4th ed., §9.3.
public struct RecursiveLeastSquares: BitwiseCopyable, Codable, Equatable, Sendable {
    /// λ for daily bars: a memory of 1/(1 − λ) = 200 bars.
    public static let dailyForgetting = 0.995
    /// Bars before there is a model.
    public static let minimum = EstimationWindow.minimum
    private static let priorWeight = 1e-4

    /// λ, in (0, 1].
    public let forgetting: Double
    /// Bars added so far.
    public private(set) var count = 0
    private var weight = priorWeight
    private var assetMean = 0.0
    private var marketMean = 0.0
    private var assetSquares = 0.0
    private var products = 0.0
    private var marketSquares = priorWeight

    /// - Parameter forgetting: λ in (0, 1].
    public init(forgetting: Double = dailyForgetting) {
        precondition(forgetting > 0 && forgetting <= 1, "λ must be in (0, 1]")
        self.forgetting = forgetting
    }

    /// Adds the returns of the next bar, oldest first. O(1).
    ///
    /// - Returns: `false`, leaving the state as it was, if a return is not finite or above 1e50 in size.
    @discardableResult
    public mutating func add(asset: Double, market: Double) -> Bool {
        guard abs(asset) <= largestReturn, abs(market) <= largestReturn else { return false }
        let remembered = forgetting * weight
        weight = remembered + 1
        let (assetStep, marketStep) = (asset - assetMean, market - marketMean)
        assetMean += assetStep / weight
        marketMean += marketStep / weight
        let share = remembered / weight
        assetSquares = forgetting * assetSquares + share * assetStep * assetStep
        products = forgetting * products + share * assetStep * marketStep
        marketSquares = forgetting * marketSquares + share * marketStep * marketStep
        count += 1
        return true
    }

    /// α and β for the next bar, or `nil` if the remembered market did not move. From the first bar on.
    public var coefficients: (alpha: Double, beta: Double)? {
        guard marketSquares > roundingSquares(mean: marketMean, count: weight) else { return nil }
        let beta = products / marketSquares
        return (assetMean - beta * marketMean, beta)
    }

    /// The abnormal part of the next bar's return, which has not been added yet. O(1).
    ///
    /// Its standard error is that of weighted least squares, s·√(1 + 1/W + (m − m̄)²/Σw(m − m̄)²) with
    /// W = Σw and s² = Σwe²/(W − 2).
    ///
    /// - Returns: `nil` under ``minimum`` bars, if λ forgets all but a few, or if the remembered market
    ///   did not move.
    public func abnormalReturn(asset: Double, market: Double) -> AbnormalReturn? {
        guard count >= Self.minimum, weight > 10, let (alpha, beta) = coefficients else { return nil }
        let residual = max(0, assetSquares - beta * products) / (weight - 2)
        let distance = market - marketMean
        let inflation = 1 + 1 / weight + distance * distance / marketSquares
        return AbnormalReturn(
            value: asset - alpha - beta * market, standardError: (residual * inflation).squareRoot(),
            degreesOfFreedom: Int(weight.rounded()) - 2
        )
    }
}
