import MarketModels
import TestKit
import Testing

@Suite("Contagion and lead–lag")
struct ContagionTests {
    /// Source: `golden/g3.json`, `FR` and `FR_fisher_z`, numpy 2.4.6.
    @Test("the adjusted correlation and its jump match the golden values")
    func adjusted() throws {
        let increase = 0.035 * 0.035 / (0.015 * 0.015) - 1
        #expect(increase.isClose(to: 4.4444444444444455))
        let adjusted = try Contagion.adjustedCorrelation(0.80, varianceIncrease: increase)
        #expect(adjusted.isClose(to: 0.49613893835683387))
        let raw = try Contagion.correlationJump(calm: 0.55, calmCount: 120, crisis: 0.80, crisisCount: 20)
        let jump = try Contagion.correlationJump(calm: 0.55, calmCount: 120, crisis: adjusted, crisisCount: 20)
        #expect(raw.isClose(to: 1.850185023411949))
        #expect(jump.isClose(to: -0.28590904014851104))
    }

    @Test("the adjustment keeps sign and certainty, and does nothing where variance did not change")
    func adjustedProperties() throws {
        for correlation in [-1, -0.6, 0, 0.3, 1.0] {
            #expect(try Contagion.adjustedCorrelation(correlation, varianceIncrease: 0) == correlation)
            let up = try Contagion.adjustedCorrelation(correlation, varianceIncrease: 3)
            let mirrored = try Contagion.adjustedCorrelation(-correlation, varianceIncrease: 3)
            #expect(up == -mirrored)
            #expect(abs(correlation) == 1 ? up == correlation : abs(up) <= abs(correlation))
        }
        #expect(throws: ParameterError.self) { try Contagion.adjustedCorrelation(1.1, varianceIncrease: 0) }
        #expect(throws: ParameterError.self) { try Contagion.adjustedCorrelation(0.5, varianceIncrease: -1) }
        #expect(throws: ParameterError.self) {
            try Contagion.correlationJump(calm: 1, calmCount: 120, crisis: 0, crisisCount: 20)
        }
        #expect(throws: ParameterError.self) {
            try Contagion.correlationJump(calm: 0, calmCount: 120, crisis: 0, crisisCount: 3)
        }
    }

    @Test("the jump of a beta is its change over both errors")
    func betaJump() throws {
        #expect(try Contagion.betaJump(before: 1, beforeError: 0.3, after: 2, afterError: 0.4).isClose(to: 2))
        #expect(try Contagion.betaJump(before: 2, beforeError: 0.4, after: 1, afterError: 0.3).isClose(to: -2))
        #expect(throws: ParameterError.self) {
            try Contagion.betaJump(before: 1, beforeError: 0, after: 2, afterError: 0.4)
        }
    }

    @Test("more variance of the same bond looks like contagion, and the adjustment takes it away")
    func moreVariance() throws {
        var noise = SeededGenerator(for: "contagion", default: 61)
        let (rounds, count) = (100, 100)
        var (raw, adjusted) = (0, 0)
        for _ in 0..<rounds {
            func pair(_ size: Double) -> (x: [Double], y: [Double]) {
                let x = noise.normals(count, deviation: size)
                return (x, x.map { 0.5 * $0 + noise.normal() })
            }
            let comparison = try Contagion.compare(calm: pair(1), crisis: pair(3))
            if comparison.unadjustedJump > 2 { raw += 1 }
            if comparison.jump > 2 { adjusted += 1 }
        }
        print("contagion: \(raw) of \(rounds) unadjusted, \(adjusted) adjusted")
        #expect(raw > 80)
        #expect(adjusted < 15)
    }

    @Test("refuses pairs it cannot compare")
    func refuses() {
        let (x, y) = ((0..<20).map { Double($0 % 7) }, (0..<20).map { Double($0 % 5) })
        let flat = [Double](repeating: 1, count: 20)
        let cases: [([Double], [Double], EstimationError)] = [
            (flat, y, .noVariation), (x, flat, .noVariation), (x, Array(y[1...]), .unequalLengths(20, 19)),
            (Array(x[..<9]), Array(y[..<9]), .tooFewObservations(9, minimum: 10)),
            ([.nan] + Array(x[1...]), y, .notFinite(index: 0)), (x, x, .collinear(regressor: 0)),
        ]
        for (first, second, expected) in cases {
            #expect(throws: expected) { try Contagion.compare(calm: (first, second), crisis: (x, y)) }
        }
    }

    /// Source: `golden/g3.json`, `HY_corr` to ten digits and `HY_best`; R's `leadLag` has the same sizes.
    @Test("lead–lag correlations match the golden values at all lags")
    func leadLag() throws {
        let (x, y) = try Self.dataC()
        let profile = try LeadLag.profile(x, y, lags: Array(-8...8))
        let expected = [
            -0.1436471348, -0.0041763118, -0.0067419019, -0.0280552967, -0.0945851156, -0.0571873838, -0.0365467342,
            0.092770048, 0.2983350301, 0.4125099686, 0.7186795343, 0.7420644341, 0.7052457752, 0.4046710387,
            0.0853631855, -0.0263008491, -0.2020383547,
        ]
        for (found, golden) in zip(profile.correlations, expected) { #expect(abs(found - golden) <= 6e-11) }
        #expect(profile.bestLag == 3)
        #expect(try #require(profile.ratio).isClose(to: 44.61757169211942, within: 1e-10))
    }

    @Test("lead–lag equals the sum over all pairs of overlapping increments, and exchanging the two mirrors it")
    func leadLagNaive() throws {
        var noise = SeededGenerator(for: "lead–lag", default: 71)
        for _ in 0..<40 {
            let (x, y) = (try Self.random(using: &noise), try Self.random(using: &noise))
            for lag in Int64(-30)...30 where lag % 5 == 0 || abs(lag) < 4 {
                let found = LeadLag.covariance(x, y, lag: lag)
                #expect(abs(found - Self.naive(x, y, lag: lag)) < 1e-9)
                #expect(abs(found - LeadLag.covariance(y, x, lag: -lag)) < 1e-9)
            }
        }
    }

    @Test("on the same times without a lag it is the ordinary covariance; far away there is none")
    func leadLagEdges() throws {
        let values = [0.0, 1, -1, 2, 0.5]
        let times: [Int64] = [1, 2, 5, 6, 9]
        let ticks = try LeadLag.Ticks(times: times, values: values)
        #expect(LeadLag.covariance(ticks, ticks) == ticks.squares)
        #expect(LeadLag.correlation(ticks, ticks).isClose(to: 1))
        for lag in [Int64.max, .min, 100, -100] { #expect(LeadLag.covariance(ticks, ticks, lag: lag) == 0) }
        #expect(try LeadLag.profile(ticks, ticks, lags: [100]).ratio == nil)
        #expect(throws: EstimationError.tooFewObservations(0, minimum: 1)) {
            try LeadLag.profile(ticks, ticks, lags: [])
        }
        #expect(throws: EstimationError.notIncreasing(index: 1)) { try LeadLag.Ticks(times: [3, 3], values: [1, 2]) }
        #expect(throws: EstimationError.noVariation) { try LeadLag.Ticks(times: [1, 2], values: [1, 1]) }
        #expect(throws: EstimationError.notFinite(index: 1)) { try LeadLag.Ticks(times: [1, 2], values: [1, .nan]) }
        #expect(throws: EstimationError.tooFewObservations(1, minimum: 2)) {
            try LeadLag.Ticks(times: [1], values: [1])
        }
        #expect(throws: EstimationError.unequalLengths(2, 1)) { try LeadLag.Ticks(times: [1, 2], values: [1]) }
    }

    /// Data C: y follows x by three steps; x is seen at every second step, y at every third. Source: `golden/g3.py`.
    private static func dataC() throws -> (x: LeadLag.Ticks, y: LeadLag.Ticks) {
        var noise = NoiseGenerator(seed: 31337)
        let steps = (0..<400).map { _ in noise.normal() }
        var (x, y) = ([Double](), [Double]())
        var (xSum, ySum) = (0.0, 0.0)
        for index in 0..<400 {
            xSum += steps[index]
            ySum += 0.7 * (index >= 3 ? steps[index - 3] : 0) + 0.7 * noise.normal()
            x.append(xSum)
            y.append(ySum)
        }
        let (even, third) = (Array(stride(from: 0, to: 400, by: 2)), Array(stride(from: 0, to: 400, by: 3)))
        return (
            try LeadLag.Ticks(times: even.map(Int64.init), values: even.map { x[$0] }),
            try LeadLag.Ticks(times: third.map(Int64.init), values: third.map { y[$0] })
        )
    }

    private static func random(using noise: inout SeededGenerator) throws -> LeadLag.Ticks {
        var (times, values) = ([Int64(0)], [0.0])
        for _ in 0..<Int.random(in: 1...30, using: &noise) {
            times.append(times[times.count - 1] + Int64.random(in: 1...6, using: &noise))
            values.append(values[values.count - 1] + noise.normal())
        }
        return try LeadLag.Ticks(times: times, values: values)
    }

    private static func naive(_ x: LeadLag.Ticks, _ y: LeadLag.Ticks, lag: Int64) -> Double {
        var sum = 0.0
        for i in 1..<x.times.count {
            for j in 1..<y.times.count where x.times[i - 1] < y.times[j] - lag && y.times[j - 1] - lag < x.times[i] {
                sum += (x.values[i] - x.values[i - 1]) * (y.values[j] - y.values[j - 1])
            }
        }
        return sum
    }
}
