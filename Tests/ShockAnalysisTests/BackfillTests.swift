import Foundation
import MarketModels
import Schema
import Testing

@testable import ShockAnalysis

/// Histories loaded before or after what a stage knows: estimates as if it had been there, and nothing said of them.
@Suite("backfill")
struct BackfillTests {
    static let seed = SyntheticWorld.environmentSeed
    static let days = Session.days(200, until: SyntheticWorld.lastDate)

    private static func world() -> SyntheticWorld {
        var world = SyntheticWorld(seed: seed)
        world.planted[40] = [9: -0.25]
        world.planted[3] = [9: -0.17]
        return world
    }

    private static func isHistory(_ message: StreamMessage, before day: Int) -> Bool {
        guard case .bars(let bars) = message else { return false }
        return CivilTime.dayNumber(bars.end[0]) < day
    }

    private static func asHistory(_ message: StreamMessage) -> StreamMessage {
        guard case .bars(var bars) = message else { return message }
        bars.history = true
        return .bars(bars)
    }

    /// The live records from a day on, with the days before loaded once live day number `after` is over.
    private static func loaded(_ script: Script, from first: Int, after: Int, times: Int = 1) -> Script {
        let history = script.messages.filter { isHistory($0, before: days[first]) }.map(asHistory)
        var made = Script()
        var isLoaded = false
        for message in script.messages {
            let time = message.recordTime(row: 0)
            switch message {
            case .bars, .trades, .clockTick:
                guard CivilTime.dayNumber(time) >= days[first] else { continue }
                if !isLoaded, CivilTime.dayNumber(time) >= days[after] {
                    for _ in 0..<times { for old in history { made.add(old, at: time) } }
                    isLoaded = true
                }
                made.add(message, at: time)
            default: made.add(message, at: min(time, Session.open(days[0]) - CivilTime.day))
            }
        }
        return made
    }

    /// The same to what a sum of rounding leaves.
    private static func expectAlike(_ stage: AnalyzeStage, _ whole: AnalyzeStage, last: Int) {
        for number in 0...12 {
            let (left, right) = (
                stage.table.rings.dated(of: number, before: .max), whole.table.rings.dated(of: number, before: .max)
            )
            #expect(left.days == right.days)
            for (one, other) in zip(left.values, right.values) { #expect(abs(one - other) < 1e-12) }
            let volatilities = (
                stage.table.states[number].volatility.deviation ?? 0,
                whole.table.states[number].volatility.deviation ?? 0
            )
            #expect(abs(volatilities.0 / volatilities.1 - 1) < 1e-6)
        }
        for day in days { #expect(stage.closes.close(day: Int32(day)) == whole.closes.close(day: Int32(day))) }
    }

    @Test("loaded first, it is as if the service had been there, but for what it would have said")
    func before() throws {
        let script = Self.world().script()
        var (whole, stage) = (AnalyzeStage(), AnalyzeStage())
        let all = signals(script.messages, stage: &whole)
        let said = signals(Self.loaded(script, from: 180, after: 180).messages, stage: &stage)
        let expected = all.filter { $0.eventTime > Session.open(Self.days[180]) }
        #expect(all.count > expected.count)
        #expect(said.map(\.shock) == expected.map(\.shock))
        #expect(said.map(\.phase) == expected.map(\.phase))
        for (left, right) in zip(said, expected) {
            #expect(left.measure.marketModel == right.measure.marketModel)
            #expect(left.measure.ownRank == right.measure.ownRank)
        }
        #expect(stage.counters.historyTaken == 13 * 180 && stage.counters.historyRefused == 0)
        Self.expectAlike(stage, whole, last: 199)
    }

    @Test("loaded into a running service, between its sessions' prices, and twice", arguments: [1, 2])
    func into(times: Int) throws {
        let script = Self.world().script()
        var (whole, stage) = (AnalyzeStage(), AnalyzeStage())
        let all = signals(script.messages, stage: &whole)
        let said = signals(Self.loaded(script, from: 180, after: 190, times: times).messages, stage: &stage)
        #expect(said.map(\.shock) == all.filter { $0.eventTime > Session.open(Self.days[190]) }.map(\.shock))
        #expect(stage.counters.historyTaken == 13 * 180)
        #expect(stage.counters.historyRefused == UInt64(13 * 180 * (times - 1)))
        Self.expectAlike(stage, whole, last: 199)
    }

    @Test("prices that are not adjusted, with the split between history and live, link as they should")
    func split() {
        let script = Self.world().script()
        let first = UInt64(Self.days[180]) * CivilTime.day
        let raw = script.changed(9) { price, end in end < first ? price * 5 : price }
        var made = Script()
        var isTold = false
        for message in Self.loaded(raw, from: 180, after: 190).messages {
            let time = message.recordTime(row: 0)
            if !isTold, time > Session.open(Self.days[180]) {
                made.split("NAME9", 5, exDay: Self.days[180], eventTime: time)
                isTold = true
            }
            made.add(message, at: time)
        }
        var (whole, stage) = (AnalyzeStage(), AnalyzeStage())
        _ = signals(script.messages, stage: &whole)
        _ = signals(made.messages, stage: &stage)
        Self.expectAlike(stage, whole, last: 199)
    }

    @Test("sessions of today, intraday bars and jumps to what is known are not taken")
    func refused() {
        let script = Self.world().script()
        var stage = AnalyzeStage()
        let live = Self.loaded(script, from: 150, after: 199)
        let cut = live.messages.firstIndex { $0.recordTime(row: 0) > Session.open(Self.days[170]) } ?? 0
        _ = signals(live.messages[..<cut], stage: &stage)
        let before = stage.table.rings.sessions(of: 9)
        var more = Script()
        let now = Session.open(Self.days[170]) + CivilTime.second
        let old = Self.days[10]
        more.bar(9, from: Session.open(old), to: Session.open(old) + 60, open: 100, close: 100, history: true, at: now)
        more.bar(9, from: Session.open(old), to: Session.close(old), open: 1e6, close: 1e6, history: true, at: now)
        more.bar(9, from: now - CivilTime.day, to: now, open: 100, close: 100, history: true, at: now)
        _ = signals(more.messages, stage: &stage)
        #expect(stage.counters.historyRefused == 3 && stage.counters.historyTaken == 0)
        #expect(stage.counters.absurdPrice == 1)
        #expect(stage.table.rings.sessions(of: 9) == before)
    }

    @Test("a checkpoint in the middle of loading changes nothing")
    func checkpoint() throws {
        let messages = Self.loaded(Self.world().script(), from: 180, after: 190).messages
        let start = messages.firstIndex { if case .bars(let bars) = $0 { bars.history } else { false } } ?? 0
        for cut in [start + 700, start + 13 * 180 + 40] {
            var stage = AnalyzeStage()
            _ = signals(messages[..<cut], stage: &stage)
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            let again = signals(messages[cut...], stage: &stage)
            #expect(signals(messages[cut...], stage: &restored) == again)
            #expect(restored.counters == stage.counters)
        }
    }

    @Test("a history longer than is kept exactly leaves the latest, and ranks know the rest")
    func long() {
        var rings = SessionRings()
        rings.grow(to: 1)
        for day in 1_000..<1_010 { rings.append(0.01, day: Int32(day), of: 0) }
        for day in 100..<900 {
            rings.insert(day == 100 ? nil : Double(day) / 1e6, day: Int32(day), next: (999, 0.5), of: 0)
        }
        #expect(rings.sessions(of: 0) == 810)
        let kept = rings.dated(of: 0, before: .max)
        #expect(kept.count == SessionRings.capacity)
        #expect(kept.days.suffix(12) == [899, 999] + (1_000..<1_010).map { Int32($0) })
        #expect(kept.values.first == 592e-6 - 2e-6 || kept.days == kept.days.sorted())
        #expect(rings.history(of: 0).count == 810)
        rings.append(0.02, day: 1_010, of: 0)
        #expect(rings.dated(of: 0, before: .max).days.suffix(3) == [1_008, 1_009, 1_010])
        #expect(rings.dated(of: 0, before: .max).days == rings.dated(of: 0, before: .max).days.sorted())
    }

    // MARK: The alert budget

    private static let longDays = Session.days(420, until: SyntheticWorld.lastDate)

    /// Eventful for a year and a half: names, the theme and the market.
    private static func eventful() -> SyntheticWorld {
        var world = SyntheticWorld(seed: seed)
        world.sessions = longDays.count
        world.budget = 8
        var random = LCG(seed &+ 7)
        for back in stride(from: 280, to: 2, by: -4) {
            // Both ways: a history tenfold off what is known would not be taken.
            let size = 0.06 + 0.2 * random.uniform()
            world.planted[back] = [UInt32(7 + random.below(6)): back % 8 == 0 ? size : -size]
        }
        for back in [250, 170, 90, 40] {
            world.planted[back + 1] = Dictionary(uniqueKeysWithValues: SyntheticWorld.theme.map { ($0, -0.09) })
        }
        for back in [230, 140, 60] { world.plantedMarket[back + 1] = -0.05 }
        return world
    }

    private static func loadedLong(_ script: Script, from first: Int, after: Int) -> Script {
        var made = Script()
        let history = script.messages.filter { isHistory($0, before: longDays[first]) }.map(asHistory)
        var isLoaded = false
        for message in script.messages {
            let time = message.recordTime(row: 0)
            guard message.type == .bars || message.type == .trades || message.type == .clockTick else {
                made.add(message, at: min(time, Session.open(longDays[0]) - CivilTime.day))
                continue
            }
            guard CivilTime.dayNumber(time) >= longDays[first] else { continue }
            if !isLoaded, CivilTime.dayNumber(time) >= longDays[after] {
                for old in history { made.add(old, at: time) }
                isLoaded = true
            }
            made.add(message, at: time)
        }
        return made
    }

    @Test(
        "a history that is loaded sets the budget's threshold as if it had been streamed",
        arguments: [(400, 400), (404, 406)])
    func budget(first: Int, after: Int) throws {
        print("seed \(Self.seed)")
        let script = Self.eventful().script()
        var (whole, stage) = (AnalyzeStage(), AnalyzeStage())
        let all = signals(script.messages, stage: &whole)
        let said = signals(Self.loadedLong(script, from: first, after: after).messages, stage: &stage)
        let began = CivilTime.date(day: Self.longDays[after])
        func opened(_ said: [ShockSignal]) -> [ShockSignal] {
            said.filter {
                $0.measure.hasBudget && $0.phase == .open && $0.measure.session >= began && $0.measure.followUp.isEmpty
            }
        }
        let (expected, found) = (opened(all), opened(said))
        #expect(!expected.isEmpty)
        #expect(whole.budget.ownWeeks == stage.budget.ownWeeks && stage.budget.ownWeeks > 30)
        let (threshold, streamed) = (try #require(stage.budget.threshold), try #require(whole.budget.threshold))
        // The last digits of what was put before the known are those of single precision.
        #expect(abs(threshold - streamed) < (first == after ? 1e-9 : 1e-3), "\(threshold) for \(streamed)")
        #expect(streamed > AlertBudget.leastThreshold)
        guard first == after else { return }
        #expect(found.map(\.shock) == expected.map(\.shock))
        #expect(found.map(\.measure.budget.threshold) == expected.map(\.measure.budget.threshold))
        #expect(found.map(\.measure.budget.weeks) == expected.map(\.measure.budget.weeks))
    }

    @Test("nothing is said of a history that is loaded with a budget, and a checkpoint in the middle changes nothing")
    func silentBudget() throws {
        let messages = Self.loadedLong(Self.eventful().script(), from: 400, after: 400).messages
        let end = messages.lastIndex { if case .bars(let bars) = $0 { bars.history } else { false } } ?? 0
        var stage = AnalyzeStage()
        #expect(signals(messages[...end], stage: &stage).isEmpty)
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        for cut in [end - 700, end + 1] {
            var stage = AnalyzeStage()
            _ = signals(messages[..<cut], stage: &stage)
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            #expect(signals(messages[cut...], stage: &restored) == signals(messages[cut...], stage: &stage))
        }
    }
}
