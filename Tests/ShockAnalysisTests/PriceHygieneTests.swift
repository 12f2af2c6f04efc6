import Foundation
import Schema
import Testing

@testable import ShockAnalysis

/// Prices that are wrong, too many, too few or too late: each with its counter, and no shock.
@Suite("price hygiene")
struct PriceHygieneTests {
    static let seed = SyntheticWorld.environmentSeed
    static let days = Session.days(200, until: SyntheticWorld.lastDate)

    private static func eventful() -> SyntheticWorld {
        var world = SyntheticWorld(seed: seed)
        world.planted[20] = [9: -0.17]
        world.plantedMarket[8] = -0.06
        return world
    }

    /// One session's prices of NAME9 times a factor.
    private static func scaled(_ factor: Double, back: ClosedRange<Int>, _ script: Script) -> Script {
        let chosen = Set(back.map { days[days.count - 1 - $0] })
        return script.changed(9) { price, end in
            chosen.contains(CivilTime.dayNumber(end)) ? Int64(Double(price) * factor) : price
        }
    }

    @Test(
        "a session a thousandfold or a thousandth is not believed, and says nothing", arguments: [1e3, 1e-3, 12, 0.08])
    func absurdSession(factor: Double) {
        print("seed \(Self.seed)")
        let script = Self.eventful().script()
        var stage = AnalyzeStage()
        let said = signals(Self.scaled(factor, back: 12...12, script).messages, stage: &stage)
        #expect(said.map(\.shock) == signals(script.messages).map(\.shock))
        #expect(stage.counters.absurdPrice == 2)
        #expect(stage.counters.newLevel == 0)
    }

    @Test("a new level is believed when two sessions agree, and the jump to it is no move", arguments: [1e3, 1e-3, 15])
    func newLevel(factor: Double) {
        let script = Self.eventful().script()
        var stage = AnalyzeStage()
        let said = signals(Self.scaled(factor, back: 0...12, script).messages, stage: &stage)
        #expect(said.map(\.shock) == signals(script.messages).map(\.shock))
        // The opening print and the bar of one session, then the next opening print: it is measured from there.
        #expect(stage.counters.newLevel == 1)
        #expect(stage.counters.absurdPrice == 2)
        #expect(stage.table.states[9].closeDay == Int32(Self.days[Self.days.count - 1]))
        #expect(stage.table.rings.sessions(of: 9) == 198)
    }

    @Test("prices that alternate between two levels are of the first")
    func alternating() {
        let script = Self.eventful().script()
        var made = Script()
        for message in script.messages {
            made.add(message, at: message.recordTime(row: 0))
            guard case .trades(let trades) = message, trades.instrument[0] == 9 else { continue }
            for step in 1...6 {
                let price = Price.double(trades.price[0]) * (step % 2 == 0 ? 1 : 1_000)
                made.trade(9, price, time: trades.time[0] + UInt64(step))
            }
        }
        var stage = AnalyzeStage()
        let said = signals(made.messages, stage: &stage)
        #expect(Set(said.map(\.shock)) == Set(signals(script.messages).map(\.shock)))
        #expect(stage.counters.absurdPrice == 3 * 200)
        #expect(stage.counters.newLevel == 0)
    }

    @Test("an absurd open is left out of a bar that is otherwise sound")
    func absurdOpen() throws {
        var script = Script()
        script.define(0, "X", at: Session.open(Self.days[0]))
        for (index, day) in Self.days.prefix(3).enumerated() {
            script.bar(
                0, from: Session.open(day), to: Session.close(day), open: index == 2 ? 100_000 : 100, close: 101)
        }
        var stage = AnalyzeStage()
        _ = signals(script.messages, stage: &stage)
        let view = try #require(stage.table.states[0].completed)
        #expect(!view.open.exists && view.last.value == 101)
    }

    @Test("a price from the future is refused; those after it are taken")
    func future() {
        let script = Self.eventful().script()
        var made = Script()
        for message in script.messages {
            let time = message.recordTime(row: 0)
            made.add(message, at: time)
            guard case .clockTick = message else { continue }
            made.bar(9, from: time, to: time + 30 * CivilTime.day, open: 1, close: 1, at: time)
            made.trade(9, 50, time: time + 25 * 3_600 * CivilTime.second, at: time)
            made.bar(9, from: 0, to: .max, open: 1, close: 1, at: time)
        }
        var stage = AnalyzeStage()
        let said = signals(made.messages, stage: &stage)
        #expect(said.map(\.measure) == signals(script.messages).map(\.measure))
        #expect(stage.counters.futurePrice == 3 * 400)
    }

    @Test("a clock that jumps ten years ahead and stays there makes nothing of it")
    func clockJump() {
        let script = SyntheticWorld(seed: Self.seed).script()
        let jump = Session.open(Self.days[150])
        var made = Script()
        for message in script.messages {
            let time = message.recordTime(row: 0)
            made.add(message, at: time < jump ? time : time + 3_650 * CivilTime.day)
        }
        var stage = AnalyzeStage()
        #expect(signals(made.messages, stage: &stage).isEmpty)
        #expect(stage.table.rings.sessions(of: 9) == 199)
    }

    @Test("bars said twice count once", arguments: [1, 2])
    func duplicates(seed: Int64) {
        let script = Self.eventful().script()
        var made = Script()
        for message in script.messages {
            let time = message.recordTime(row: 0)
            made.add(message, at: time)
            switch message {
            case .bars, .trades: made.add(message, at: time)
            default: break
            }
        }
        var stage = AnalyzeStage()
        let said = signals(made.messages, stage: &stage)
        #expect(said.map(\.measure) == signals(script.messages).map(\.measure))
        #expect(said.map(\.reason) == signals(script.messages).map(\.reason))
        #expect(stage.counters.duplicatePrice == 2 * 13 * 200)
    }

    @Test("bars that only say the last price again, without volume, are no sessions")
    func stale() {
        let script = Self.eventful().script()
        let quiet = Set(Self.days[100..<130])
        let flat = Script.flattening(script, 9, on: quiet, volume: 0)
        var stage = AnalyzeStage()
        _ = signals(flat.messages, stage: &stage)
        #expect(stage.counters.stalePrice == 30)
        #expect(stage.table.rings.sessions(of: 9) == 199 - 30)
        // With volume the price did stand still.
        var traded = AnalyzeStage()
        _ = signals(Script.flattening(script, 9, on: quiet, volume: 5).messages, stage: &traded)
        #expect(traded.table.rings.sessions(of: 9) == 199)
    }

    @Test("a move over sessions without prices is judged against as many sessions")
    func missing() throws {
        func said(_ value: Double) -> [ShockSignal] {
            var world = SyntheticWorld(seed: Self.seed)
            world.planted[3] = [9: value]
            let gone = Set(Self.days[(Self.days.count - 13)..<(Self.days.count - 4)])
            let script = world.script()
            var made = Script()
            for message in script.messages {
                let time = message.recordTime(row: 0)
                switch message {
                case .bars(let bars)
                where bars.instrument[0] == 9 && gone.contains(CivilTime.dayNumber(bars.end[0])): continue
                case .trades(let trades)
                where trades.instrument[0] == 9 && gone.contains(CivilTime.dayNumber(trades.time[0])): continue
                default: made.add(message, at: time)
                }
            }
            return signals(made.messages).filter { $0.subject == "NAME9" && $0.phase == .open }
        }
        // Ten sessions' worth of 1.4 % a day is 4.4 %: six percent is nothing, thirty is.
        #expect(said(-0.06).isEmpty)
        let fall = try #require(said(-0.3).first)
        #expect(fall.measure.missing.contains("9 sessions before without prices"))
    }

    @Test("prices while a name is halted are none; what it resumes at is judged against the close before")
    func halted() throws {
        var world = SyntheticWorld(seed: Self.seed)
        world.planted[3] = [9: -0.2]
        let script = world.script()
        let day = Self.days[Self.days.count - 4]
        let (halt, resumption) = (
            Session.open(day) - 3_600 * CivilTime.second, Session.open(day) + 1_800 * CivilTime.second
        )
        var made = Script()
        var (isHalted, isResumed) = (false, false)
        for message in script.messages {
            let time = message.recordTime(row: 0)
            if time >= halt, !isHalted {
                made.status("NAME9", .halted, at: halt)
                for step in 1...5 { made.trade(9, 1, time: halt + UInt64(step) * CivilTime.second) }
                isHalted = true
            }
            if time > resumption, !isResumed {
                made.status("NAME9", .trading, at: resumption)
                made.trade(9, 88, time: resumption + CivilTime.second)
                isResumed = true
            }
            made.add(message, at: time)
        }
        var stage = AnalyzeStage()
        let said = signals(made.messages, stage: &stage).filter { $0.subject == "NAME9" }
        // The opening print falls into the halt, as does the bar's beginning.
        #expect(stage.counters.haltedPrice >= 6)
        #expect(said.allSatisfy { $0.measure.simpleReturn > -0.3 })
    }

    @Test("a halt that nobody ended is ended by a later session's trading")
    func forgottenHalt() {
        let script = SyntheticWorld(seed: Self.seed).script()
        var isHalted = false
        var made = Script()
        for message in script.messages {
            let time = message.recordTime(row: 0)
            if time >= Session.open(Self.days[150]), !isHalted {
                made.status("NAME9", .halted, at: Session.open(Self.days[150]))
                isHalted = true
            }
            made.add(message, at: time)
        }
        var stage = AnalyzeStage()
        #expect(signals(made.messages, stage: &stage).isEmpty)
        #expect(stage.table.states[9].haltedFrom == .max)
        #expect(stage.table.rings.sessions(of: 9) == 198)
    }

    @Test("a name that is delisted ends its shock, and its prices are none from then on")
    func delisted() {
        var world = SyntheticWorld(seed: Self.seed)
        world.planted[6] = [9: -0.3]
        let script = world.script()
        let time = Session.close(Self.days[Self.days.count - 5]) + 60 * CivilTime.second
        var isGone = false
        var made = Script()
        for message in script.messages {
            if message.recordTime(row: 0) >= time, !isGone {
                made.status("NAME9", .delisted, at: time)
                isGone = true
            }
            made.add(message, at: message.recordTime(row: 0))
        }
        var stage = AnalyzeStage()
        let said = signals(made.messages, stage: &stage).filter { $0.subject == "NAME9" }
        #expect(said.last?.phase == .closed && said.last?.reason == "delisted")
        #expect(said.last?.eventTime == time)
        #expect(stage.counters.haltedPrice == 8)
        #expect(stage.figures.first { $0.key == "instruments" }?.value == 12)
    }

    @Test("a name that appears in mid-stream is warming until it has its history, and disturbs nobody")
    func appears() throws {
        var world = SyntheticWorld(seed: Self.seed, sessions: 300)
        world.planted[0] = [9: -0.4]
        world.planted[150] = [9: -0.4]
        let days = Session.days(300, until: SyntheticWorld.lastDate)
        let first = Session.open(days[120])
        var made = Script()
        for message in world.script().messages {
            let time = message.recordTime(row: 0)
            switch message {
            case .bars(let bars) where bars.instrument[0] == 9 && time < first: continue
            case .trades(let trades) where trades.instrument[0] == 9 && time < first: continue
            default: made.add(message, at: time)
            }
        }
        var stage = AnalyzeStage()
        let cut = made.messages.firstIndex { $0.recordTime(row: 0) >= Session.open(days[200]) } ?? 0
        let early = signals(made.messages[..<cut], stage: &stage)
        #expect(early.isEmpty)
        #expect(stage.figures.first { $0.key == "instruments_warming" }?.value == 1)
        let late = signals(made.messages[cut...], stage: &stage)
        #expect(stage.figures.first { $0.key == "instruments_warming" }?.value == 0)
        #expect(late.contains { $0.subject == "NAME9" && $0.phase == .open })
    }
}

extension Script {
    /// The bars of some days made into ones that say the close before again; opening prints are left out.
    static func flattening(_ script: Script, _ number: UInt32, on days: Set<Int>, volume: UInt64) -> Script {
        var made = Script()
        var last: Int64 = 0
        for message in script.messages {
            let time = message.recordTime(row: 0)
            switch message {
            case .bars(var bars) where bars.instrument[0] == number:
                if days.contains(CivilTime.dayNumber(bars.end[0])) {
                    (bars.open, bars.high, bars.low, bars.close) = ([last], [last], [last], [last])
                    bars.volume = [volume]
                }
                last = bars.close[0]
                made.add(.bars(bars), at: time)
            case .trades(let trades)
            where trades.instrument[0] == number && days.contains(CivilTime.dayNumber(trades.time[0])): continue
            default: made.add(message, at: time)
            }
        }
        return made
    }
}
