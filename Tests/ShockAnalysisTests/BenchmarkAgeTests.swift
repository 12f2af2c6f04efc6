import Schema
import Testing

@testable import ShockAnalysis

/// What the market did is read from its own price of the moment, or not at all.
@Suite("the benchmark's age")
struct BenchmarkAgeTests {
    private static let world = SyntheticWorld(seed: SyntheticWorld.environmentSeed)
    private static let day = Session.days(1, until: "2024-07-01")[0]
    private static func at(_ minutes: UInt64) -> UInt64 { Session.open(day) + minutes * 60 * CivilTime.second }

    /// A running session in which NAME9 falls by a sixth two hours after the open.
    private static func said(
        minutes: UInt32 = 0, _ market: (inout Script, _ price: Double) -> Void, close: Bool = false
    ) -> [ShockSignal] {
        var script = world.script()
        var stage = AnalyzeStage()
        _ = signals(script.messages, stage: &stage)
        let known = script.messages.count
        let (market0, name) = (stage.table.states[0].close.value, stage.table.states[9].close.value)
        script.configure(benchmark: "MKT", groups: [SyntheticWorld.group], at: at(0) - 60 * CivilTime.second) {
            $0.benchmarkAgeMinutes = minutes
        }
        market(&script, market0)
        script.trade(9, name * 0.83, time: at(120))
        script.tick(at: at(121))
        if close {
            script.bar(0, from: at(0), to: at(390), open: market0, close: market0 * 0.97)
            script.bar(9, from: at(0), to: at(390), open: name, close: name * 0.8)
            script.tick(at: at(391))
        }
        return signals(script.messages[known...], stage: &stage).filter { $0.subject == "NAME9" }
    }

    @Test("an opening print of two hours ago is no price of now: |z| alone, and it says so; the close mends it")
    func stale() throws {
        let said = Self.said({ $0.trade(0, $1 * 0.98, time: Self.at(0), condition: .openingAuction) }, close: true)
        let first = try #require(said.first)
        #expect(first.phase == .pending && !first.measure.hasMarketModel)
        #expect(first.measure.missing.contains("benchmark price: the last is 120 min older"))
        #expect(first.measure.returnPeriod.statistic == "EWMA volatility")
        let last = try #require(said.last)
        #expect(last.phase == .open && abs(last.measure.marketModel.marketReturn + 0.03) < 1e-9)
        #expect(!last.measure.missing.contains { $0.hasPrefix("benchmark price") })
    }

    @Test("a price of a few minutes ago is one, and so is the last bar of a feed of hours")
    func fresh() throws {
        let trade = Self.said({ $0.trade(0, $1 * 0.98, time: Self.at(106)) })
        #expect(abs(try #require(trade.first).measure.marketModel.marketReturn + 0.02) < 1e-9)
        let hours = Self.said({
            $0.bar(0, from: Self.at(0), to: Self.at(60), open: $1, close: $1 * 0.98)
        })
        #expect(abs(try #require(hours.first).measure.marketModel.marketReturn + 0.02) < 1e-9)
        let minute = Self.said({
            $0.bar(0, from: Self.at(59), to: Self.at(60), open: $1, close: $1 * 0.98)
        })
        #expect(try #require(minute.first).measure.missing.contains("benchmark price: the last is 60 min older"))
    }

    @Test("how old is for the settings to say")
    func setting() throws {
        let said = Self.said(minutes: 180, { $0.trade(0, $1 * 0.98, time: Self.at(0)) })
        #expect(try #require(said.first).measure.hasMarketModel)
    }
}
