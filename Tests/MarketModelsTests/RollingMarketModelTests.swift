import Foundation
import TestKit
import Testing

@testable import MarketModels

@Suite("Rolling market model")
struct RollingMarketModelTests {
    /// Source: `golden/g1.json`, statsmodels 0.15.0 `OLS`.
    @Test("matches the reference implementation", arguments: Golden.all)
    func matchesReference(_ golden: Golden) throws {
        let series = DataA.shared.securities[golden.security]
        var rolling = RollingMarketModel(length: DataA.length, gap: 0)
        for bar in 0..<DataA.length { rolling.add(asset: series[bar], market: DataA.shared.market[bar]) }
        let model = try rolling.model()
        let event = model.abnormalReturn(asset: DataA.event(series), market: DataA.event(DataA.shared.market))
        #expect(model.alpha.isClose(to: golden.alpha))
        #expect(model.beta.isClose(to: golden.beta))
        #expect(model.residualDeviation.isClose(to: golden.residualDeviation))
        #expect(model.betaStandardError.isClose(to: golden.betaError))
        #expect(event.value.isClose(to: golden.abnormal))
        #expect(event.standardized.isClose(to: golden.standardized))
        #expect(model.predictionInflation(market: -0.015).isClose(to: 1.015241744040875))
    }

    /// Ten years of bars whose moments are hard on a sliding sum.
    enum Hardship: String, CaseIterable, CustomTestStringConvertible {
        case plain, drifting, tiny, huge, constantStretches, variancePlunges, outliers, absurdPrices, nearlyExact
        var testDescription: String { rawValue }

        func bars(_ count: Int, using noise: inout SeededGenerator) -> (asset: [Double], market: [Double]) {
            var market = noise.normals(count, deviation: 0.01)
            var rest = noise.normals(count, deviation: 0.02)
            for bar in 0..<count {
                switch self {
                case .plain: break
                case .drifting: market[bar] += 1e-2 * Double(bar)
                case .tiny: (market[bar], rest[bar]) = (market[bar] * 1e-12, rest[bar] * 1e-12)
                case .huge: (market[bar], rest[bar]) = (market[bar] * 1e12, rest[bar] * 1e12)
                case .constantStretches: if bar / 300 % 2 == 1 { (market[bar], rest[bar]) = (0.003, 0) }
                case .variancePlunges:
                    let size = bar / 400 % 2 == 1 ? 1e-7 : 1
                    (market[bar], rest[bar]) = (market[bar] * size, rest[bar] * size)
                case .outliers: if bar % 97 == 13 { rest[bar] *= 1e6 }
                case .absurdPrices: if bar == 500 || bar == 1_400 { (market[bar], rest[bar]) = (-1, 1e15) }
                case .nearlyExact: rest[bar] *= 1e-6
                }
            }
            return (zip(market, rest).map { 0.0003 + 1.3 * $0 + $1 }, market)
        }
    }

    /// The largest deviations seen are in docs/MODELS.md.
    @Test("equals the batch formula bar by bar over ten years", arguments: Hardship.allCases)
    func equalsBatch(_ hardship: Hardship) throws {
        var noise = SeededGenerator(for: "rolling \(hardship)", default: 20_250_127)
        let (asset, market) = hardship.bars(2_520, using: &noise)
        var rolling = RollingMarketModel()
        var worst = (alpha: 0.0, beta: 0.0, variance: 0.0)
        for bar in asset.indices {
            // Sampled: the precise reference takes T steps for each bar.
            if bar >= 70, bar % 7 == 0 || hardship == .absurdPrices {
                let window = try EstimationWindow.range(beforeEvent: bar)
                if let model = try? rolling.model() {
                    let truth = PreciseMarketModel(asset: asset[window], market: market[window])
                    #expect(model.windowLength == window.count)
                    worst.alpha = max(worst.alpha, abs(model.alpha - truth.alpha) / truth.alphaScale)
                    worst.beta = max(worst.beta, abs(model.beta / truth.beta - 1))
                    let (found, expected) = (model.residualDeviation, truth.residualDeviation)
                    let error = abs(found * found - expected * expected)
                    // Through two bars any line fits exactly, and of s only rounding is left.
                    if Set(market[window]).count > 2 {
                        worst.variance = max(worst.variance, error / (expected * expected + truth.exactVariance))
                    }
                } else {
                    #expect(Set(market[window]).count == 1)
                }
            }
            rolling.add(asset: asset[bar], market: market[bar])
        }
        print("rolling \(hardship): α \(worst.alpha), β \(worst.beta), s² \(worst.variance)")
        #expect(worst.alpha < 1e-14)
        #expect(worst.beta < 1e-14)
        #expect(worst.variance < 1e-9)
    }

    @Test("is refused where the batch formula is, and only there")
    func refusals() throws {
        var rolling = RollingMarketModel(length: 60, gap: 10)
        for bar in 0..<70 {
            #expect(throws: EstimationError.tooFewObservations(max(0, bar - 10), minimum: 60)) {
                try rolling.model()
            }
            rolling.add(asset: 0.001 * Double(bar % 7), market: 0.002)
        }
        #expect(throws: EstimationError.collinear(regressor: 0)) { try rolling.model() }
        // A move counts once it is a gap old.
        for bar in 0..<71 {
            rolling.add(asset: 0.001, market: bar == 0 ? 0.01 : 0.002)
            if (10..<70).contains(bar) {
                #expect(try rolling.model().windowLength == 60)
            } else {
                #expect(throws: EstimationError.collinear(regressor: 0)) { try rolling.model() }
            }
        }
    }

    @Test("what is not a usable number changes nothing", arguments: [.nan, .infinity, -.infinity, 2e50])
    func refusesBars(value: Double) {
        var rolling = RollingMarketModel(length: 60, gap: 0)
        rolling.add(asset: 0.01, market: 0.02)
        let before = rolling
        let isAdded = [rolling.add(asset: value, market: 0), rolling.add(asset: 0, market: value)]
        #expect(isAdded == [false, false])
        #expect(rolling == before)
    }

    @Test("scaling by a power of two and changing signs carry through exactly")
    func invariances() throws {
        var noise = SeededGenerator(for: "rolling invariances", default: 4)
        var (plain, scaled, mirrored) = (RollingMarketModel(), RollingMarketModel(), RollingMarketModel())
        for _ in 0..<600 {
            let (market, rest) = (0.01 * noise.normal(), 0.02 * noise.normal())
            plain.add(asset: market + rest, market: market)
            scaled.add(asset: 8 * (market + rest), market: market)
            mirrored.add(asset: -(market + rest), market: market)
        }
        let (a, b, c) = (try plain.model(), try scaled.model(), try mirrored.model())
        #expect(b.alpha == 8 * a.alpha && b.beta == 8 * a.beta && b.residualDeviation == 8 * a.residualDeviation)
        #expect(c.alpha == -a.alpha && c.beta == -a.beta && c.residualDeviation == a.residualDeviation)
    }

    @Test("an asset that is a multiple of the market leaves nothing over")
    func exactMultiple() throws {
        var noise = SeededGenerator(for: "rolling exact", default: 5)
        var rolling = RollingMarketModel()
        for _ in 0..<400 {
            let market = 0.01 * noise.normal()
            rolling.add(asset: 2 * market, market: market)
        }
        let model = try rolling.model()
        #expect(model.beta == 2)
        #expect(model.residualDeviation < 1e-15)
    }

    @Test("state that was written and read goes on as if nothing had happened, broken state is refused")
    func checkpoint() throws {
        var noise = SeededGenerator(for: "rolling checkpoint", default: 6)
        var rolling = RollingMarketModel(length: 60, gap: 3)
        for _ in 0..<200 { rolling.add(asset: noise.normal(), market: noise.normal()) }
        let written = try JSONEncoder().encode(rolling)
        var restored = try JSONDecoder().decode(RollingMarketModel.self, from: written)
        #expect(restored == rolling)
        for _ in 0..<1_100 {
            let (asset, market) = (noise.normal(), noise.normal())
            rolling.add(asset: asset, market: market)
            restored.add(asset: asset, market: market)
        }
        #expect(restored == rolling)

        let text = try #require(String(data: written, encoding: .utf8))
        for (sound, broken) in [
            ("\"gap\":3", "\"gap\":4"), ("\"length\":60", "\"length\":6"), ("\"slot\":11", "\"slot\":99"),
        ] {
            #expect(text.contains(sound))
            let data = Data(text.replacingOccurrences(of: sound, with: broken).utf8)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(RollingMarketModel.self, from: data) }
        }
    }

    @Test("the state of an instrument stays under 8 KB, with a factor too")
    func memory() {
        let bars = EstimationWindow.length + EstimationWindow.gap
        // The ring's header is 32 bytes.
        let market = MemoryLayout<RollingMarketModel>.size + 32 + bars * MemoryLayout<MarketSums.Bar>.stride
        let factor = MemoryLayout<RollingTwoFactorModel>.size + 32 + bars * MemoryLayout<FactorSums.Bar>.stride
        print("state: \(market) and \(factor) bytes")
        #expect(market < 8_192 && factor < 8_192)
    }

    @Test("refuses a window that is too short, and a negative gap")
    func refusesWindow() async {
        await #expect(processExitsWith: .failure) { _ = RollingMarketModel(length: 59) }
        await #expect(processExitsWith: .failure) { _ = RollingMarketModel(gap: -1) }
    }
}
