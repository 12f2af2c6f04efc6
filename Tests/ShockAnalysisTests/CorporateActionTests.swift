import Foundation
import Schema
import Testing

@testable import ShockAnalysis

/// Splits and dividends of NAME9 in the synthetic world, ten sessions before its end.
@Suite("corporate actions")
struct CorporateActionTests {
    static let seed = SyntheticWorld.environmentSeed
    static let name: UInt32 = 9
    static let exDay: Int = {
        let days = Session.days(200, until: SyntheticWorld.lastDate)
        return days[days.count - 11]
    }()
    static var before: UInt64 { Session.open(exDay) - 3 * CivilTime.day }

    /// Prices before the ex-day as they were then: `ratio` times as high and a dividend higher.
    private static func raw(
        _ script: Script, ratio: Int64 = 1, dividend: Int64 = 0, insert: @escaping (inout Script) -> Void = { _ in },
        at insertion: UInt64 = before
    ) -> Script {
        var isInserted = false
        let first = UInt64(exDay) * CivilTime.day
        return script.changed(
            name,
            insert: { made, time in
                if time >= insertion, !isInserted {
                    isInserted = true
                    insert(&made)
                }
            }
        ) { price, end in end < first ? (price + dividend) * ratio : price }
    }

    private static func returns(_ said: [ShockSignal]) -> [String] {
        said.map { "\($0.shock) \($0.phase) \($0.reason) \($0.measure.simpleReturn) \($0.measure.volatilityZ)" }
    }

    private static func world() -> SyntheticWorld {
        var world = SyntheticWorld(seed: seed)
        world.planted[20] = [9: -0.17]
        world.planted[4] = [9: 0.16]
        return world
    }

    @Test("prices from before a split that is told of give the same shocks as adjusted ones", arguments: [2, 3, 4, 20])
    func split(ratio: Int64) {
        print("seed \(Self.seed)")
        let script = Self.world().script()
        let raw = Self.raw(script, ratio: ratio) {
            $0.split("NAME9", Double(ratio), exDay: Self.exDay, eventTime: Self.before)
        }
        let expected = signals(script.messages)
        #expect(Self.returns(signals(raw.messages)) == Self.returns(expected))
        #expect(Self.retraced(signals(raw.messages)) == Self.retraced(expected))
        // Without the fact it would be seen.
        #expect(Self.returns(signals(Self.raw(script, ratio: ratio).messages)) != Self.returns(expected))
    }

    private static func retraced(_ said: [ShockSignal]) -> [String] {
        said.map { signal in
            signal.measure.followUp.map { String(format: "%.9f", $0.retraced) }.joined(separator: " ")
        }
    }

    @Test("a dividend is no move; without the fact, a large one is")
    func dividend() {
        let script = SyntheticWorld(seed: Self.seed).script()
        let amount = Price.units(12) ?? 0
        let ex = CivilTime.date(day: Self.exDay)
        let told = Self.raw(script, dividend: amount) {
            $0.dividend("NAME9", 12, exDay: Self.exDay, eventTime: Self.before)
        }
        #expect(signals(told.messages).isEmpty)
        let untold = signals(Self.raw(script, dividend: amount).messages)
        #expect(untold.contains { $0.shock == "NAME9/\(ex)" && $0.phase == .open })
    }

    @Test("a split told of after its session takes the shock back and corrects the return")
    func lateSplit() throws {
        let script = SyntheticWorld(seed: Self.seed).script()
        let told = Session.close(Self.exDay) + 20 * 3_600 * CivilTime.second
        let raw = Self.raw(
            script, ratio: 4,
            insert: { $0.split("NAME9", 4, exDay: Self.exDay, eventTime: told) }, at: told)
        var stage = AnalyzeStage()
        let said = signals(raw.messages, stage: &stage).filter { $0.subject == "NAME9" }
        #expect(said.map(\.phase) == [.pending, .open, .closed])
        #expect(said.last?.reason == "split")
        #expect(said.first?.measure.missing.contains("split: the price looks like one, none is known") == true)
        #expect(stage.counters.lateAction == 1)
        // From there on it is as if the split had been known: the same returns to 1e-15, in the ring too.
        var adjusted = AnalyzeStage()
        _ = signals(script.messages, stage: &adjusted)
        let (late, right) = (
            stage.table.rings.dated(of: 9, before: .max).values, adjusted.table.rings.dated(of: 9, before: .max).values
        )
        #expect(late.count == right.count)
        for (left, right) in zip(late, right) { #expect(abs(left - right) < 1e-14) }
    }

    @Test("a split told of while its session runs withdraws what is pending")
    func splitInSession() {
        let script = SyntheticWorld(seed: Self.seed).script()
        let told = Session.open(Self.exDay) + 3_600 * CivilTime.second
        let raw = Self.raw(
            script, ratio: 10, insert: { $0.split("NAME9", 10, exDay: Self.exDay, eventTime: told) }, at: told)
        let said = signals(raw.messages).filter { $0.subject == "NAME9" }
        #expect(said.map(\.phase) == [.pending, .withdrawn])
        #expect(said.last?.reason == "split")
    }

    @Test("a split of the benchmark is no market shock, and pairs stay pairs")
    func benchmark() {
        var world = Self.world()
        world.planted[9] = [7: -0.2]
        let script = world.script()
        let first = UInt64(Self.exDay) * CivilTime.day
        var isInserted = false
        let raw = script.changed(
            0,
            insert: { made, time in
                guard time >= Self.before, !isInserted else { return }
                isInserted = true
                made.split("MKT", 8, exDay: Self.exDay, eventTime: time)
            }
        ) { price, end in end < first ? price * 8 : price }
        let (said, expected) = (signals(raw.messages), signals(script.messages))
        #expect(said.map(\.shock) == expected.map(\.shock))
        for (left, right) in zip(said, expected) {
            #expect(abs(left.measure.marketModel.standardized - right.measure.marketModel.standardized) < 1e-9)
        }
    }

    @Test("share counts from before a split count in new shares after it; of prices already adjusted, always")
    func shares() {
        var actions = CorporateActions()
        let day = Int32(Self.exDay)
        _ = actions.take(symbol: "X", day: day) { $0.ratio = 4 }
        #expect(actions.shares(of: "X", after: day - 10, through: day - 1) == 1)
        #expect(actions.shares(of: "X", after: day - 10, through: day) == 4)
        #expect(actions.shares(of: "X", after: day, through: day + 5) == 1)
        _ = actions.take(symbol: "X", day: day) { $0.isApplied = true }
        #expect(actions.shares(of: "X", after: day - 10, through: day - 1) == 4)
        #expect(actions.adjusted(100, of: "X", after: day - 1, through: day) == 100)
        #expect(actions.next(of: "X", after: day - 1) == .max)
    }

    @Test("one ex-day has a split, then a dividend of each new share; said twice it counts once")
    func order() {
        var actions = CorporateActions()
        for _ in 0..<2 {
            _ = actions.take(symbol: "X", day: 20) { $0.dividend = 5_000_000_000 }
            _ = actions.take(symbol: "X", day: 20) { $0.ratio = 2 }
            _ = actions.take(symbol: "X", day: 30) { $0.ratio = 0.1 }
        }
        #expect(actions.adjusted(100_000_000_000, of: "X", after: 19, through: 20) == 45_000_000_000)
        #expect(actions.adjusted(100_000_000_000, of: "X", after: 19, through: 40) == 450_000_000_000)
        #expect(actions.adjusted(100_000_000_000, of: "X", after: 20, through: 29) == 100_000_000_000)
        #expect(actions.next(of: "X", after: 20) == 30)
        #expect(actions.next(of: "W", after: 20) == .max)
        // What would leave nothing of a price is passed over.
        #expect(actions.adjusted(10_000_000_000, of: "X", after: 19, through: 20) == 10_000_000_000)
    }

    @Test("facts that make no sense are counted and change nothing")
    func nonsense() {
        let script = Self.world().script()
        let raw = script.changed(
            9,
            insert: { made, time in
                guard time % CivilTime.day > 60_000 * CivilTime.second else { return }
                made.split("NAME9", .nan, exDay: Self.exDay, eventTime: time)
                made.split("NAME9", -2, exDay: Self.exDay, eventTime: time)
                made.dividend("NAME9", .infinity, exDay: Self.exDay, eventTime: time)
                made.dividend("NAME9", -1, exDay: Self.exDay, eventTime: time)
                made.split("NOBODY", 2, exDay: Self.exDay, eventTime: time)
            }
        ) { price, _ in price }
        var stage = AnalyzeStage()
        #expect(Self.returns(signals(raw.messages, stage: &stage)) == Self.returns(signals(script.messages)))
        #expect(stage.counters.unusableFact > 0)
    }
}
