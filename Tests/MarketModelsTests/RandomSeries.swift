import TestKit

/// Enough digits to be the truth against `Double`.
#if arch(x86_64)
typealias Precise = Float80
#else
typealias Precise = Double
#endif

extension SeededGenerator {
    /// Nearly normal: twelve uniform values less six.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
    }

    mutating func normals(_ count: Int, deviation: Double = 1) -> [Double] {
        (0..<count).map { _ in deviation * normal() }
    }
}

/// The market model by its definition, in two passes and more digits than the code under test has.
struct PreciseMarketModel {
    let alpha: Double
    let beta: Double
    let residualDeviation: Double
    /// |ā| + |β·m̄|, of which α is a difference: it cannot be known better than to an ulp of this.
    let alphaScale: Double
    /// Mean of a²: where a fit leaves less than 1e-19 of it, s is what rounding left.
    let assetMeanSquare: Double

    init(asset: ArraySlice<Double>, market: ArraySlice<Double>) {
        let count = Precise(asset.count)
        let assetMean = asset.reduce(0 as Precise) { $0 + Precise($1) } / count
        let marketMean = market.reduce(0 as Precise) { $0 + Precise($1) } / count
        var (products, squares, rest) = (0 as Precise, 0 as Precise, 0 as Precise)
        for (a, m) in zip(asset, market) {
            products += (Precise(a) - assetMean) * (Precise(m) - marketMean)
            squares += (Precise(m) - marketMean) * (Precise(m) - marketMean)
        }
        let slope = products / squares
        for (a, m) in zip(asset, market) {
            let residual = Precise(a) - assetMean - slope * (Precise(m) - marketMean)
            rest += residual * residual
        }
        alpha = Double(assetMean - slope * marketMean)
        beta = Double(slope)
        residualDeviation = Double((rest / (count - 2)).squareRoot())
        alphaScale = Double(abs(assetMean) + abs(slope * marketMean))
        assetMeanSquare = asset.reduce(0) { $0 + $1 * $1 } / Double(asset.count)
    }
}
