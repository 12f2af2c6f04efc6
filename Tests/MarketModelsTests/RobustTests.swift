import MarketModels
import TestKit
import Testing

@Suite("Robust and forgetting fits")
struct RobustTests {
    /// Source: `golden/g1.json`, `robust_contaminated`, statsmodels 0.15.0 `RLM` with `HuberT(1.345)`. An
    /// iterative fit: 1e-8 of the coefficients' errors is far closer than the 1e-4 that is asked.
    @Test("Huber's fit matches the reference implementation where one bar is spoilt")
    func huber() throws {
        var asset = DataA.window(DataA.shared.securities[0])
        asset[60] += 0.25
        let market = DataA.window(DataA.shared.market)
        let plain = try MarketModel.fit(asset: asset, market: market)
        #expect(plain.alpha.isClose(to: -0.00013832312105621262))
        #expect(plain.beta.isClose(to: 2.1568073974531514))
        #expect(plain.residualDeviation.isClose(to: 0.02882911703675675))

        let robust = try HuberRegression.fit(asset: asset, market: market)
        #expect(robust.isConverged)
        #expect(robust.alpha.isClose(to: -0.0006501892788258151, within: 1e-8))
        #expect(robust.beta.isClose(to: 1.9136229315916755, within: 1e-8))
        #expect(robust.scale.isClose(to: 0.017421971121930592, within: 1e-8))
        #expect((1..<60).contains(robust.downweighted))
    }

    @Test("Huber's fit moves with scale, shift and sign, and not with the order of the bars")
    func huberInvariances() throws {
        var noise = SeededGenerator(for: "Huber invariances", default: 21)
        let market = noise.normals(150, deviation: 0.01)
        let asset = market.map { 1.4 * $0 + 0.02 * noise.normal() * (noise.normal() > 1.5 ? 8 : 1) }
        let plain = try HuberRegression.fit(asset: asset, market: market)
        let scaled = try HuberRegression.fit(asset: asset.map { -4 * $0 }, market: market)
        #expect(scaled.beta.isClose(to: -4 * plain.beta, within: 1e-9))
        #expect(scaled.scale.isClose(to: 4 * plain.scale, within: 1e-9))
        let shifted = try HuberRegression.fit(asset: asset.map { $0 + 0.5 }, market: market)
        #expect(shifted.alpha.isClose(to: plain.alpha + 0.5, within: 1e-9))
        #expect(shifted.beta.isClose(to: plain.beta, within: 1e-9))
        let order = (0..<150).shuffled(using: &noise)
        let permuted = try HuberRegression.fit(asset: order.map { asset[$0] }, market: order.map { market[$0] })
        #expect(permuted.beta.isClose(to: plain.beta, within: 1e-9))
        #expect(permuted.downweighted == plain.downweighted)
    }

    @Test("a fit that is exact for most bars ignores the rest")
    func huberExact() throws {
        let market = (0..<100).map { 0.001 * Double($0 % 13) }
        var asset = market.map { 2 * $0 + 0.001 }
        asset[7] = 5
        let robust = try HuberRegression.fit(asset: asset, market: market)
        #expect(robust.beta.isClose(to: 2, within: 1e-6))
        #expect(robust.alpha.isClose(to: 0.001, within: 1e-6))
        let clean = try HuberRegression.fit(asset: market, market: market)
        #expect(clean.beta.isClose(to: 1))
        #expect(throws: EstimationError.collinear(regressor: 0)) {
            try HuberRegression.fit(asset: asset, market: asset.map { _ in 0.1 })
        }
        #expect(throws: EstimationError.notFinite(index: 0)) {
            try HuberRegression.fit(asset: [.nan] + asset, market: [0] + market)
        }
    }

    /// Source: `golden/g1.json`, `RLS_lambda0.99_sec1`, numpy 2.4.6, the recursion on P.
    @Test("recursive least squares match the reference implementation")
    func recursive() throws {
        var filter = RecursiveLeastSquares(forgetting: 0.99)
        for bar in 0..<DataA.length {
            filter.add(asset: DataA.shared.securities[0][bar], market: DataA.shared.market[bar])
        }
        let (alpha, beta) = try #require(filter.coefficients)
        #expect(alpha.isClose(to: -0.002611518935846727, within: 1e-9))
        #expect(beta.isClose(to: 1.7611827154186634, within: 1e-9))
    }

    @Test(
        "recursive least squares equal weighted least squares over ten years",
        arguments: RollingMarketModelTests.Hardship.allCases)
    func recursiveEqualsBatch(_ hardship: RollingMarketModelTests.Hardship) throws {
        var noise = SeededGenerator(for: "forgetting \(hardship)", default: 5)
        let (asset, market) = hardship.bars(2_520, using: &noise)
        var filter = RecursiveLeastSquares()
        var (worst, compared) = (0.0, 0)
        for bar in asset.indices {
            filter.add(asset: asset[bar], market: market[bar])
            guard bar % 101 == 100, let found = filter.coefficients else { continue }
            let truth = Self.weighted(asset[...bar], market[...bar], forgetting: 0.995)
            // Over what is added and subtracted to get there: one deviation of the asset by one of the market.
            worst = max(worst, abs(found.beta - truth.beta) / truth.scale)
            compared += 1
        }
        print("forgetting \(hardship): β \(worst)")
        #expect(worst < 1e-9)
        #expect(compared >= 12)
    }

    @Test("with nothing forgotten and many bars the fit is the plain one, error included")
    func nothingForgotten() throws {
        var noise = SeededGenerator(for: "forgetting nothing", default: 15)
        let market = noise.normals(2_000, deviation: 1)
        let asset = market.map { 0.5 * $0 + noise.normal() + 0.1 }
        var filter = RecursiveLeastSquares(forgetting: 1)
        for (a, m) in zip(asset, market) { filter.add(asset: a, market: m) }
        let batch = try MarketModel.fit(asset: asset, market: market)
        let event = try #require(filter.abnormalReturn(asset: 3, market: 1))
        let expected = batch.abnormalReturn(asset: 3, market: 1)
        // The prior weighs 1e-4 of two thousand bars.
        #expect(event.value.isClose(to: expected.value, within: 1e-6))
        #expect(event.standardError.isClose(to: expected.standardError, within: 1e-6))
        #expect(event.degreesOfFreedom == expected.degreesOfFreedom)
    }

    @Test("a market that stands still for years neither blows up nor traps, and unknown is said")
    func standstill() throws {
        var filter = RecursiveLeastSquares(forgetting: 0.9)
        #expect(filter.abnormalReturn(asset: 0, market: 0) == nil)
        for bar in 0..<100 { filter.add(asset: 0.01 * Double(bar % 5), market: 0.01 * Double(bar % 3)) }
        #expect(filter.coefficients != nil)
        for _ in 0..<10_000 { filter.add(asset: 0.01, market: 0.003) }
        #expect(filter.coefficients == nil)
        #expect(filter.abnormalReturn(asset: 0.1, market: 0.1) == nil)
        let before = filter
        let isAdded = filter.add(asset: .nan, market: 0)
        #expect(!isAdded && filter == before)
        for bar in 0..<100 { filter.add(asset: 0.02 * Double(bar % 3), market: 0.01 * Double(bar % 3)) }
        #expect(try #require(filter.coefficients).beta.isClose(to: 2, within: 1e-3))
    }

    /// Weighted least squares with the prior as two more bars, by its definition.
    private static func weighted(
        _ asset: ArraySlice<Double>, _ market: ArraySlice<Double>, forgetting: Precise
    ) -> (beta: Double, scale: Double) {
        var (weights, weight) = ([Precise](), 1 as Precise)
        for _ in asset {
            weights.append(weight)
            weight *= 0.995
        }
        weights.reverse()
        let prior = 1e-4 * weight
        let total = weights.reduce(0, +) + prior
        let assetMean = zip(weights, asset).reduce(0) { $0 + $1.0 * Precise($1.1) } / total
        let marketMean = zip(weights, market).reduce(0) { $0 + $1.0 * Precise($1.1) } / total
        var (xx, xy, yy) = (prior + prior * marketMean * marketMean, prior * marketMean * assetMean, 0 as Precise)
        for (weight, (a, m)) in zip(weights, zip(asset, market)) {
            let (y, x) = (Precise(a) - assetMean, Precise(m) - marketMean)
            xx += weight * x * x
            xy += weight * x * y
            yy += weight * y * y
        }
        return (Double(xy / xx), Double((yy / xx).squareRoot()))
    }
}
