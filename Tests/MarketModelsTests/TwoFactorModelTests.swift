import Foundation
import MarketModels
import TestKit
import Testing

@Suite("Rolling two-factor model")
struct TwoFactorModelTests {
    /// Source: `golden/g1.json`, `two_factor_sec1`, statsmodels 0.15.0 `OLS`.
    @Test("matches the reference implementation")
    func matchesReference() throws {
        let model = try Self.dataA().model()
        #expect(model.orthogonal.intercept.isClose(to: 8.215122327635588e-05))
        #expect(model.orthogonal.marketBeta.isClose(to: 1.26290255046596))
        #expect(model.alpha.isClose(to: -0.002059115794883674))
        #expect(model.marketBeta.isClose(to: 1.8072623949200577))
        #expect(model.factorBeta.isClose(to: 0.8232263652164123))
        #expect(model.residualDeviation.isClose(to: 0.01832358783547942))
        let split = model.split(asset: -0.18085173818769482, market: -0.015, factor: -0.060)
        #expect(split.drift.isClose(to: -0.002059115794883674))
        #expect(split.market.isClose(to: -0.027108935923800863))
        #expect(split.factor.isClose(to: -0.033866390822281184))
        #expect(split.own.value.isClose(to: -0.11781729564672909))
        #expect(split.own.standardized.isClose(to: -5.7146076392393725))
        #expect(split.own.degreesOfFreedom == 117)
        #expect(
            (split.drift + split.market + split.factor + split.own.value).isClose(to: -0.18085173818769482))
    }

    @Test("splits a return as the batch decomposition does, errors included")
    func ordered() throws {
        let rolling = try Self.dataA().model().ordered(
            asset: -0.18085173818769482, market: -0.015, factor: -0.060, role: .theme)
        let batch = try OrderedDecomposition.compute(
            asset: DataA.window(DataA.shared.securities[0]), event: -0.18085173818769482,
            steps: [
                .init(.market, window: DataA.window(DataA.shared.market), event: -0.015),
                .init(.theme, window: DataA.window(DataA.shared.sector), event: -0.060),
            ])
        #expect(rolling.drift.isClose(to: batch.drift))
        #expect(rolling.driftStandardError.isClose(to: batch.driftStandardError))
        for (left, right) in zip(rolling.parts, batch.parts) {
            #expect(left.role == right.role)
            #expect(left.value.isClose(to: right.value))
            #expect(left.standardError.isClose(to: right.standardError))
        }
        #expect(rolling.own.value.isClose(to: batch.own.value))
        #expect(rolling.own.standardError.isClose(to: batch.own.standardError))
        #expect(rolling.own.degreesOfFreedom == batch.own.degreesOfFreedom)
        #expect(rolling.total == batch.total && rolling.windowLength == batch.windowLength)
    }

    @Test("equals the batch formula bar by bar over ten years", arguments: RollingMarketModelTests.Hardship.allCases)
    func equalsBatch(_ hardship: RollingMarketModelTests.Hardship) throws {
        var noise = SeededGenerator(for: "two factors \(hardship)", default: 20_250_128)
        let (asset, market) = hardship.bars(2_520, using: &noise)
        let factor = market.map { 1.2 * $0 + 0.008 * noise.normal() }
        var rolling = RollingTwoFactorModel()
        var worst = (coefficients: 0.0, deviation: 0.0)
        for bar in asset.indices {
            if bar >= 70, bar % 41 == 0, let model = try? rolling.model() {
                let window = try EstimationWindow.range(beforeEvent: bar)
                let truth = PreciseTwoFactorModel(
                    asset: asset[window], market: market[window], factor: factor[window])
                worst.coefficients = max(
                    worst.coefficients, abs(model.orthogonal.marketBeta / truth.gamma - 1),
                    abs(model.marketBeta / truth.marketBeta - 1),
                    abs(model.factorBeta - truth.factorBeta) / (abs(truth.factorBeta) + truth.factorScale))
                worst.deviation = max(worst.deviation, abs(model.residualDeviation / truth.residualDeviation - 1))
            }
            rolling.add(asset: asset[bar], market: market[bar], factor: factor[bar])
        }
        print("two factors \(hardship): b \(worst.coefficients), s \(worst.deviation)")
        #expect(worst.coefficients < 1e-9)
        #expect(worst.deviation < 1e-9)
    }

    @Test("is refused while the market or the factor does not move on its own")
    func refusals() throws {
        var noise = SeededGenerator(for: "two factors refusals", default: 3)
        var rolling = RollingTwoFactorModel(length: 60, gap: 0)
        #expect(throws: EstimationError.tooFewObservations(0, minimum: 60)) { try rolling.model() }
        for _ in 0..<60 { rolling.add(asset: noise.normal(), market: 0.01, factor: noise.normal()) }
        #expect(throws: EstimationError.collinear(regressor: 0)) { try rolling.model() }
        for _ in 0..<60 { rolling.add(asset: noise.normal(), market: noise.normal(), factor: 0.02) }
        #expect(throws: EstimationError.collinear(regressor: 1)) { try rolling.model() }
        for _ in 0..<60 {
            let market = noise.normal()
            rolling.add(asset: noise.normal(), market: market, factor: 2 * market)
        }
        #expect(throws: EstimationError.collinear(regressor: 1)) { try rolling.model() }
        rolling.add(asset: 0.1, market: 0.2, factor: 0.3)
        #expect(try rolling.model().windowLength == 60)
    }

    @Test("what is not a usable number changes nothing", arguments: [.nan, .infinity, 2e50])
    func refusesBars(value: Double) {
        var rolling = Self.dataA()
        let before = rolling
        let isAdded = [
            rolling.add(asset: value, market: 0, factor: 0), rolling.add(asset: 0, market: value, factor: 0),
            rolling.add(asset: 0, market: 0, factor: value),
        ]
        #expect(isAdded == [false, false, false])
        #expect(rolling == before)
    }

    @Test("state that was written and read goes on as if nothing had happened")
    func checkpoint() throws {
        var noise = SeededGenerator(for: "two factors checkpoint", default: 6)
        var rolling = Self.dataA()
        var restored = try JSONDecoder().decode(RollingTwoFactorModel.self, from: JSONEncoder().encode(rolling))
        for _ in 0..<1_100 {
            let bar = (noise.normal(), noise.normal(), noise.normal())
            rolling.add(asset: bar.0, market: bar.1, factor: bar.2)
            restored.add(asset: bar.0, market: bar.1, factor: bar.2)
        }
        #expect(restored == rolling)
        #expect(try restored.model() == rolling.model())
    }

    private static func dataA() -> RollingTwoFactorModel {
        var rolling = RollingTwoFactorModel(length: DataA.length, gap: 0)
        for bar in 0..<DataA.length {
            rolling.add(
                asset: DataA.shared.securities[0][bar], market: DataA.shared.market[bar],
                factor: DataA.shared.sector[bar])
        }
        return rolling
    }
}
