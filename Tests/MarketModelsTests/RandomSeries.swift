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
    /// The s² under which a fit is exact and s what rounding left: 1e-13 of the asset's variance, or 1e-19 of
    /// its mean square.
    let exactVariance: Double

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
        let (variance, meanSquare) = (
            asset.reduce(0 as Precise) { $0 + (Precise($1) - assetMean) * (Precise($1) - assetMean) } / count,
            asset.reduce(0 as Precise) { $0 + Precise($1) * Precise($1) } / count
        )
        exactVariance = Double(1e-13 * variance + 1e-19 * meanSquare)
    }
}

/// The two-factor model by its definition, with more digits than the code under test has.
struct PreciseTwoFactorModel {
    let gamma: Double
    let marketBeta: Double
    let factorBeta: Double
    let residualDeviation: Double
    /// √(Σe²/Σf°²): a slope that is nothing but noise is of this size over √T.
    let factorScale: Double

    init(asset: ArraySlice<Double>, market: ArraySlice<Double>, factor: ArraySlice<Double>) {
        let (a, m, f) = (Self.centred(asset), Self.centred(market), Self.centred(factor))
        let slope = Self.product(f, m) / Self.product(m, m)
        let orthogonal = zip(f, m).map { $0 - slope * $1 }
        let beta = Self.product(a, m) / Self.product(m, m)
        let afterMarket = zip(a, m).map { $0 - beta * $1 }
        let second = Self.product(afterMarket, orthogonal) / Self.product(orthogonal, orthogonal)
        let rest = zip(afterMarket, orthogonal).map { $0 - second * $1 }
        gamma = Double(slope)
        marketBeta = Double(beta)
        factorBeta = Double(second)
        residualDeviation = Double((Self.product(rest, rest) / Precise(asset.count - 3)).squareRoot())
        factorScale = Double((Self.product(rest, rest) / Self.product(orthogonal, orthogonal)).squareRoot())
    }

    private static func centred(_ values: ArraySlice<Double>) -> [Precise] {
        let centre = values.reduce(0 as Precise) { $0 + Precise($1) } / Precise(values.count)
        return values.map { Precise($0) - centre }
    }

    private static func product(_ left: [Precise], _ right: [Precise]) -> Precise {
        zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
