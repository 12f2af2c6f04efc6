import MarketModels
import TestKit
import Testing

@Suite("Streaming measures")
struct StreamingTests {
    /// Source: `golden/g1.json`, `EWMA0.94_sec1`.
    @Test("volatility matches the golden values on data A")
    func volatility() throws {
        let series = DataA.shared.securities[0]
        var volatility = EWMAVolatility()
        for (index, value) in DataA.window(series).enumerated() {
            #expect((volatility.deviation == nil) == (index < 20))
            volatility.add(value)
            if index == 19 {
                let seed = try #require(volatility.deviation)
                #expect((seed * seed).isClose(to: 0.0009376118909370662))
            }
        }
        #expect(try #require(volatility.deviation).isClose(to: 0.023602297680321054))
        #expect(try #require(volatility.standardized(DataA.event(series))).isClose(to: -7.6624632329116))
    }

    @Test("volatility ignores what is not a number and has no z where nothing moved")
    func volatilityEdges() {
        var volatility = EWMAVolatility()
        let wasAdded = volatility.add(.nan)
        #expect(!wasAdded)
        #expect(volatility == EWMAVolatility())
        for _ in 0..<25 { volatility.add(0) }
        #expect(volatility.deviation == 0)
        #expect(volatility.standardized(0.1) == nil)
    }

    @Test("volatility of constant size stays at that size, and scales with the returns")
    func volatilityProperties() throws {
        var (constant, plain, scaled) = (EWMAVolatility(), EWMAVolatility(), EWMAVolatility())
        var noise = NoiseGenerator(seed: 7)
        for index in 0..<200 {
            constant.add(index.isMultiple(of: 2) ? 0.01 : -0.01)
            let value = noise.normal()
            plain.add(value)
            scaled.add(8 * value)
        }
        #expect(try #require(constant.deviation).isClose(to: 0.01))
        #expect(try #require(scaled.deviation) == 8 * (try #require(plain.deviation)))
    }

    @Test(
        "volatility equals the weighted sum over all returns, ten years on",
        arguments: RollingMarketModelTests.Hardship.allCases)
    func volatilityEqualsBatch(_ hardship: RollingMarketModelTests.Hardship) throws {
        var noise = SeededGenerator(for: "volatility \(hardship)", default: 17)
        let series = hardship.bars(2_520, using: &noise).asset
        var volatility = EWMAVolatility()
        var worst = 0.0
        for (index, value) in series.enumerated() {
            volatility.add(value)
            guard index >= 20, index % 89 == 0 else { continue }
            var (sum, weight) = (0 as Precise, 1 - Precise(0.94))
            for past in series[20...index].reversed() {
                sum += weight * Precise(past) * Precise(past)
                weight *= Precise(0.94)
            }
            let seed = series[..<20].reduce(0 as Precise) { $0 + Precise($1) * Precise($1) } / 20
            let expected = (sum + seed * weight / (1 - Precise(0.94))).squareRoot()
            worst = max(worst, abs(try #require(volatility.deviation) / Double(expected) - 1))
        }
        #expect(worst < 1e-9)
    }

    @Test("the cumulative sum equals the largest sum over all beginnings")
    func cusumEqualsBatch() {
        var noise = SeededGenerator(for: "cumulative sum", default: 18)
        var (cusum, values) = (CUSUM(), [Double]())
        for _ in 0..<600 {
            values.append(noise.normal())
            cusum.add(values[values.count - 1])
            var (upper, lower, up, down) = (0.0, 0.0, 0.0, 0.0)
            for value in values.reversed() {
                up += value - 0.5
                down -= value + 0.5
                (upper, lower) = (max(upper, up), max(lower, down))
            }
            #expect(abs(cusum.upper - upper) < 1e-9 && abs(cusum.lower - lower) < 1e-9)
        }
    }

    /// Source: `golden/g2.json`, `CUSUM`.
    @Test("the cumulative sum alarms where the golden series does")
    func cusum() {
        var noise = NoiseGenerator(seed: 99)
        var cusum = CUSUM()
        var alarm: Int?
        for index in 0..<70 {
            let value = index < 60 ? noise.normal() : noise.normal() - 1.5
            if cusum.add(value), alarm == nil {
                alarm = index
                #expect(cusum.lower.isClose(to: 6.477299689071858))
            }
            if index == 60 { #expect(cusum.lower.isClose(to: 4.761016423237052)) }
        }
        #expect(alarm == 61)
    }

    @Test("the cumulative sum is symmetric, ignores what is not a number, and can be reset")
    func cusumProperties() {
        var (plain, mirrored) = (CUSUM(), CUSUM())
        for value in [0.3, 2.0, -1.0, 6.0, .nan, 1.0] {
            plain.add(value)
            mirrored.add(-value)
        }
        #expect(plain.upper == mirrored.lower)
        #expect(plain.isAlarmed)
        plain.reset()
        #expect(plain == CUSUM())
    }
}
