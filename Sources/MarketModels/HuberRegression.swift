/// The market model fitted so that a few extreme bars do not decide it.
///
/// Bars whose residual exceeds k = 1.345 scales are weighted down to that size, by iteratively reweighted
/// least squares; the scale is the median absolute residual over 0.6745, made again at each step. For a
/// window that holds a shock of the past: the plain fit's β and s would carry it.
///
/// Source: Huber, P. J. (1964), *Annals of Mathematical Statistics* 35(1), 73–101.
public struct HuberRegression: Codable, Equatable, Sendable {
    /// k: 95 % efficient on normal residuals.
    public static let tuning = 1.345
    private static let maximumSteps = 200
    private static let tolerance = 1e-13

    /// α, as a return per bar.
    public let alpha: Double
    /// β, dimensionless.
    public let beta: Double
    /// The robust residual deviation, as a return per bar; 0 if more than half the bars fit exactly.
    public let scale: Double
    /// Bars weighted down.
    public let downweighted: Int
    /// Whether the coefficients had settled to about 1e-13 when it stopped.
    public let isConverged: Bool

    /// Fits the model. O(T) for each of some tens of steps, 200 at most; for the close or a shock.
    ///
    /// - Parameters:
    ///   - asset: T returns of the asset.
    ///   - market: T returns of the market over the same bars.
    /// - Throws: ``EstimationError``, as ``MarketModel/fitUnordered(asset:market:)``.
    public static func fit(asset: [Double], market: [Double]) throws(EstimationError) -> HuberRegression {
        let start = try MarketModel.fit(asset: asset, market: market)
        var (alpha, beta) = (start.alpha, start.beta)
        var weights = [Double](repeating: 1, count: asset.count)
        var sizes = weights
        for _ in 0..<maximumSteps {
            let scale = scale(asset, market, alpha, beta, into: &sizes)
            guard scale > 0 else { break }
            for index in asset.indices {
                let residual = abs(asset[index] - alpha - beta * market[index])
                weights[index] = residual > tuning * scale ? tuning * scale / residual : 1
            }
            guard let (nextAlpha, nextBeta) = weighted(asset, market, weights) else { break }
            let change = abs(nextAlpha - alpha) + abs(nextBeta - beta) * start.marketDeviation
            (alpha, beta) = (nextAlpha, nextBeta)
            if change <= tolerance * scale {
                return result(asset, market, alpha, beta, weights, isConverged: true)
            }
        }
        let exact = scale(asset, market, alpha, beta, into: &sizes) == 0
        return result(asset, market, alpha, beta, weights, isConverged: exact)
    }

    private static func result(
        _ asset: [Double], _ market: [Double], _ alpha: Double, _ beta: Double, _ weights: [Double], isConverged: Bool
    ) -> HuberRegression {
        var sizes = weights
        return HuberRegression(
            alpha: alpha, beta: beta, scale: scale(asset, market, alpha, beta, into: &sizes),
            downweighted: weights.count { $0 < 1 }, isConverged: isConverged
        )
    }

    private static func scale(
        _ asset: [Double], _ market: [Double], _ alpha: Double, _ beta: Double, into sizes: inout [Double]
    ) -> Double {
        for index in sizes.indices { sizes[index] = abs(asset[index] - alpha - beta * market[index]) }
        // The normal distribution's third quartile, 0.6745 in short.
        return median(&sizes) / 0.6744897501960817
    }

    /// Weighted least squares; `nil` where what weight is left saw no move of the market.
    private static func weighted(
        _ asset: [Double], _ market: [Double], _ weights: [Double]
    ) -> (alpha: Double, beta: Double)? {
        var (total, assetMean, marketMean) = (0.0, 0.0, 0.0)
        for (index, weight) in weights.enumerated() {
            total += weight
            assetMean += weight * asset[index]
            marketMean += weight * market[index]
        }
        assetMean /= total
        marketMean /= total
        var (products, squares) = (0.0, 0.0)
        for (index, weight) in weights.enumerated() {
            let deviation = market[index] - marketMean
            products += weight * deviation * (asset[index] - assetMean)
            squares += weight * deviation * deviation
        }
        guard squares > roundingSquares(mean: marketMean, count: total) else { return nil }
        let beta = products / squares
        return (assetMean - beta * marketMean, beta)
    }
}

extension MarketModel {
    /// Root mean square deviation of the market from its mean over the window.
    var marketDeviation: Double { (marketSumOfSquares / Double(windowLength)).squareRoot() }
}

/// The median; of an even number the mean of the middle two. Sorts the array, which must not be empty.
func median(_ values: inout [Double]) -> Double {
    values.sort()
    let middle = values.count / 2
    return values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
}
