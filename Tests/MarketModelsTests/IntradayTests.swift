import Glibc
import MarketModels
import TestKit
import Testing

/// Golden data B: 20 sessions of 78 five-minute returns with a U shape, and one jump of −3 % in bar 12 of the last.
///
/// Source: `golden/g2.py`, seed 777.
enum DataB {
    static let shape: [Double] = {
        let plain = (0..<78).map { bar -> Double in
            let place = (Double(bar) + 0.5) / 78
            return 1 + 1.2 * (2 * place - 1) * (2 * place - 1)
        }
        let size = (plain.reduce(0) { $0 + $1 * $1 } / 78).squareRoot()
        return plain.map { $0 / size }
    }()

    static let sessions: [[Double]] = {
        var noise = NoiseGenerator(seed: 777)
        var sessions = (0..<20).map { day -> [Double] in
            let deviation = 0.02 * (1 + 0.3 * sin(0.7 * Double(day)))
            return shape.map { deviation / 78.0.squareRoot() * $0 * noise.normal() }
        }
        sessions[19][12] += -0.03
        return sessions
    }()
}

@Suite("Jumps within the session")
struct IntradayTests {
    @Test("data B is the series the goldens were computed from")
    func dataB() {
        for (bar, expected) in [-0.0068385095867214045, -0.004047352398358551, -0.0012462958726534616].enumerated() {
            #expect(DataB.sessions[0][bar].isClose(to: expected, within: 1e-14))
        }
        #expect(DataB.sessions[19][12].isClose(to: -0.02940114303984909, within: 1e-14))
    }

    /// Source: `golden/g2.json` (numpy 2.4.6) for the measures; the statistics are those of R's highfrequency
    /// 1.0.0 `BNSjumpTest`, to all digits written down. The file's own z has a factor M/(M − 1) in BV.
    @Test("realized measures and the jump test match the golden values")
    func realized() throws {
        let jump = Self.measures(DataB.sessions[19])
        #expect(jump.realizedVariance.isClose(to: 0.0014776982517193523))
        #expect(jump.bipowerVariation.isClose(to: 0.0007442533916759714))
        #expect(jump.tripowerQuarticity.isClose(to: 1.051870750403405e-06))
        #expect(jump.medianVariance.isClose(to: 0.0006272712789756656))
        #expect(try #require(jump.jumpStatistic).isClose(to: 4.076263265687346))
        #expect(jump.hasJump == true)
        let quiet = Self.measures(DataB.sessions[18])
        #expect(quiet.realizedVariance.isClose(to: 0.000402290783803597))
        #expect(quiet.tripowerQuarticity.isClose(to: 2.520490907062758e-07, within: 1e-11))
        #expect(quiet.medianVariance.isClose(to: 0.00042057807469915524))
        #expect(try #require(quiet.jumpStatistic).isClose(to: -0.37871842616, within: 1e-10))
        #expect(quiet.hasJump == false)
        #expect(quiet.jumpShare == 0)
    }

    @Test("realized measures equal their sums by definition, and scale, sign and time's arrow do not matter")
    func realizedProperties() throws {
        var noise = SeededGenerator(for: "realized measures", default: 31)
        for _ in 0..<50 {
            let values = (0..<Int.random(in: 20...120, using: &noise)).map { _ in 0.001 * noise.normal() }
            let plain = Self.measures(values)
            let (rv, bv, tq, median) = Self.naive(values)
            #expect(plain.realizedVariance.isClose(to: rv, within: 1e-9))
            #expect(plain.bipowerVariation.isClose(to: bv, within: 1e-9))
            #expect((plain.tripowerQuarticity / tq).isClose(to: 1, within: 1e-9))
            #expect(plain.medianVariance.isClose(to: median, within: 1e-9))
            let statistic = try #require(plain.jumpStatistic)
            #expect(
                try #require(Self.measures(values.map { -3e-8 * $0 }).jumpStatistic).isClose(
                    to: statistic, within: 1e-9))
            #expect(try #require(Self.measures(values.reversed()).jumpStatistic).isClose(to: statistic, within: 1e-9))
        }
    }

    @Test("sessions without movement, with one move, too short or absurd have no statistic and do not trap")
    func realizedEdges() {
        #expect(RealizedMeasures().jumpStatistic == nil)
        #expect(RealizedMeasures().jumpShare == nil)
        #expect(RealizedMeasures().medianVariance == 0)
        #expect(Self.measures([Double](repeating: 0, count: 78)).jumpStatistic == nil)
        var alone = [Double](repeating: 0, count: 78)
        alone[40] = 0.1
        #expect(Self.measures(alone).jumpStatistic == nil)
        #expect(Self.measures(alone).jumpShare == 1)
        #expect(Self.measures([Double](repeating: 0.01, count: 19)).jumpStatistic == nil)
        #expect(Self.measures([Double](repeating: 1e50, count: 78)).jumpStatistic?.isFinite == true)
        var measures = RealizedMeasures()
        let isAdded = [measures.add(.nan), measures.add(-.infinity), measures.add(2e50)]
        #expect(isAdded == [false, false, false])
        #expect(measures == RealizedMeasures())
    }

    /// Source: `golden/g2.json`, `LM`, numpy 2.4.6.
    @Test("Lee and Mykland's test matches the golden values and flags the one jump")
    func leeMykland() throws {
        let test = try LeeMykland()
        let (centre, scale) = LeeMykland.extremes(observations: 1560)
        #expect(centre.isClose(to: 4.292984061113288))
        #expect(scale.isClose(to: 0.3268354558270715))
        #expect(test.quantile.isClose(to: 4.600149226776579))
        #expect(test.threshold(observations: 1560).isClose(to: 5.796475930519362))
        let measures = try test.measure(DataB.sessions.flatMap { $0 })
        #expect(measures.count == 1560 - 269)
        #expect(measures.first?.index == 269)
        let jumps = measures.filter(\.isJump)
        #expect(jumps.map(\.index) == [1494])
        #expect(jumps[0].ratio.isClose(to: -17.162137419893043))
        #expect(jumps[0].statistic.isClose(to: 39.37502229130495))
    }

    /// Source: `golden/g2.json`, `WSD_f` and `LM_filtered`, numpy 2.4.6: 19 sessions, not smoothed.
    @Test("the shape of the session matches the golden values, and so does the filtered test")
    func periodicity() throws {
        let estimate = IntradayPeriodicity.estimate(
            sessions: Array(DataB.sessions[..<19]), slots: 78, minimumSessions: 19, smoothing: 0)
        guard case .estimated(let shape) = estimate else {
            Issue.record("\(estimate)")
            return
        }
        for (slot, expected) in [
            (0, 1.620370356687845), (12, 0.8909559726975548), (39, 0.6652303116464424), (77, 0.6255679080410775),
        ] {
            #expect(shape.factors[slot].isClose(to: expected, within: 1e-11))
        }
        let filtered = DataB.sessions.flatMap { shape.filtered($0) }
        let jumps = try LeeMykland().measure(filtered).filter(\.isJump)
        #expect(jumps.map(\.index) == [1494])
        #expect(jumps[0].ratio.isClose(to: -19.714190761279017, within: 1e-11))
        #expect(jumps[0].statistic.isClose(to: 47.183395880785596, within: 1e-11))
    }

    @Test("with enough sessions and smoothing the shape comes near the truth, ends included")
    func smoothing() throws {
        var noise = SeededGenerator(for: "periodicity", default: 41)
        let sessions = (0..<120).map { day -> [Double] in
            DataB.shape.map { 0.002 * (1 + 0.3 * sin(Double(day))) * $0 * noise.normal() }
        }
        guard case .estimated(let rough) = IntradayPeriodicity.estimate(sessions: sessions, slots: 78, smoothing: 0),
            case .estimated(let smooth) = IntradayPeriodicity.estimate(sessions: sessions, slots: 78)
        else {
            Issue.record("no estimate of 120 sessions")
            return
        }
        func error(_ shape: IntradayPeriodicity, _ slots: [Int]) -> Double {
            (slots.reduce(0) { sum, slot in
                let ratio = shape.factors[slot] / DataB.shape[slot] - 1
                return sum + ratio * ratio
            } / Double(slots.count)).squareRoot()
        }
        print("periodicity: rough \(error(rough, Array(0..<78))), smooth \(error(smooth, Array(0..<78)))")
        #expect(error(smooth, Array(0..<78)) < 0.06)
        #expect(error(smooth, Array(0..<78)) < 0.75 * error(rough, Array(0..<78)))
        #expect(error(smooth, [0, 1, 76, 77]) < 0.20)
        let size = smooth.factors.reduce(0) { $0 + $1 * $1 } / 78
        #expect(size.isClose(to: 1))
    }

    @Test("what is missing is named")
    func insufficient() {
        let sessions = DataB.sessions
        #expect(
            IntradayPeriodicity.estimate(sessions: sessions, slots: 78)
                == .insufficient(.sessions(found: 20, needed: 60)))
        let halfDays = sessions.map { Array($0[..<39]) }
        let broken = sessions.map { [.nan] + Array($0[1...]) }
        let still = sessions.map { $0.map { _ in 0.0 } }
        #expect(
            IntradayPeriodicity.estimate(sessions: sessions + halfDays + broken + still, slots: 78)
                == .insufficient(.sessions(found: 20, needed: 60)))
        #expect(
            IntradayPeriodicity.estimate(sessions: [[1, 2, 3]], slots: 3) == .insufficient(.slots(found: 3, needed: 5)))
        let quietOpen = sessions.map { [0.0] + Array($0[1...]) }
        #expect(
            IntradayPeriodicity.estimate(sessions: quietOpen, slots: 78, minimumSessions: 20)
                == .insufficient(.movement(slot: 0)))
        #expect(
            IntradayPeriodicity.Missing.sessions(found: 20, needed: 60).description
                == "20 sessions with all their bars, at least 60 are needed")
    }

    @Test("Lee and Mykland's test does not depend on scale or sign, and skips what it cannot measure")
    func leeMyklandProperties() throws {
        let series = DataB.sessions.flatMap { $0 }
        let test = try LeeMykland()
        let plain = try test.measure(series, in: 1482..<1560)
        #expect(plain.count == 78)
        let scaled = try test.measure(series.map { -8 * $0 }, in: 1482..<1560)
        for (left, right) in zip(plain, scaled) { #expect(left.ratio == -right.ratio && left.isJump == right.isJump) }
        #expect(try test.measure(Array(series[..<269])).isEmpty)
        #expect(try test.measure([]).isEmpty)
        #expect(try test.measure(series, in: 5000..<6000).isEmpty)
        #expect(try test.measure([Double](repeating: 0, count: 400)).isEmpty)
        #expect(throws: EstimationError.notFinite(index: 2)) { try test.measure([0, 0, .nan]) }
        #expect(throws: ParameterError.self) { try LeeMykland(window: 15) }
        #expect(throws: ParameterError.self) { try LeeMykland(level: 1) }
    }

    private static func measures(_ values: [Double]) -> RealizedMeasures {
        var measures = RealizedMeasures()
        for value in values { measures.add(value) }
        return measures
    }

    private static func naive(_ values: [Double]) -> (rv: Double, bv: Double, tq: Double, median: Double) {
        let (sizes, bars) = (values.map(abs), Double(values.count))
        var (bv, tq, median) = (0.0, 0.0, 0.0)
        for bar in 1..<sizes.count { bv += sizes[bar] * sizes[bar - 1] }
        for bar in 2..<sizes.count {
            tq += pow(sizes[bar] * sizes[bar - 1] * sizes[bar - 2], 4.0 / 3)
            let middle = [sizes[bar], sizes[bar - 1], sizes[bar - 2]].sorted()[1]
            median += middle * middle
        }
        let moment = pow(2, 2.0 / 3) * tgamma(7.0 / 6) / tgamma(0.5)
        return (
            values.reduce(0) { $0 + $1 * $1 }, .pi / 2 * bv, bars * bars / (bars - 2) * pow(moment, -3) * tq,
            .pi / (6 - 4 * 3.0.squareRoot() + .pi) * bars / (bars - 2) * median
        )
    }
}
