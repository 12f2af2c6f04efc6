import Foundation
import Schema
import ShockAnalysis
import Testing

@Suite("AnalyzeStage")
struct AnalyzeStageTests {
    static let seeds = (0..<4).map { SyntheticWorld.environmentSeed + $0 * 7_919 }

    /// Session 20 back: one name −17 %; 8 back: the theme −12 %; 4 back: the market −6 %.
    static func eventful(_ seed: Int64) -> SyntheticWorld {
        var world = SyntheticWorld(seed: seed)
        world.planted[20] = [9: -0.17]
        world.planted[8] = Dictionary(uniqueKeysWithValues: SyntheticWorld.theme.map { ($0, -0.12) })
        world.plantedMarket[4] = -0.06
        return world
    }

    private static func date(_ world: SyntheticWorld, back: Int) -> String {
        let days = Session.days(world.sessions, until: SyntheticWorld.lastDate)
        return CivilTime.date(day: days[days.count - 1 - back])
    }

    // MARK: What opens

    @Test("a name that falls 17 % alone opens a shock of its own", arguments: seeds)
    func nameAlone(seed: Int64) throws {
        print("seed \(seed)")
        let world = Self.eventful(seed)
        let id = "NAME9/" + Self.date(world, back: 20)
        let said = signals(world.script().messages).filter { $0.shock == id }
        #expect(said.map(\.phase).prefix(2) == [.pending, .open])
        let shock = try #require(said.first { $0.phase == .open })
        #expect(shock.scope == .instrument)
        #expect(abs(shock.measure.simpleReturn + 0.17) < 1e-6)
        #expect(shock.partOf.isEmpty)
        #expect(shock.measure.returnPeriod.years > 2)
        #expect(shock.measure.ownRank.rank == 1)
        #expect(abs(shock.measure.overnight.share - 0.6) < 1e-6)
        #expect(shock.measure.onsetUntil == Session.open(try #require(CivilTime.parseDate(shock.measure.session))))
        #expect(shock.evidence.count == 5)
        #expect(said.last?.phase == .closed)
        #expect(said.last?.measure.followUp.count == 10)
    }

    @Test("a theme that falls 12 % opens one group shock, of which its members' are part", arguments: seeds)
    func theme(seed: Int64) throws {
        print("seed \(seed)")
        let world = Self.eventful(seed)
        let date = Self.date(world, back: 8)
        let said = signals(world.script().messages).filter { $0.measure.session == date && $0.reason == "close" }
        let group = try #require(said.first { $0.scope == .group })
        #expect(group.shock == "theme/\(date)")
        #expect(abs(group.measure.simpleReturn + 0.12) < 1e-6)
        #expect(group.measure.value.covered == 7)
        #expect(group.measure.members.count == 7)
        let members = said.filter { $0.scope == .instrument && $0.subject.hasPrefix("THEME") }
        #expect(members.count == 6)
        #expect(members.allSatisfy { $0.partOf == ["theme/\(date)"] })
    }

    @Test("a market-wide fall opens one market shock and no single names", arguments: seeds)
    func marketWide(seed: Int64) {
        print("seed \(seed)")
        let world = Self.eventful(seed)
        let date = Self.date(world, back: 4)
        let opened = signals(world.script().messages).filter { $0.measure.session == date && $0.phase == .open }
        #expect(Set(opened.map(\.shock)) == ["MKT/\(date)"])
        #expect(opened.first?.scope == .market)
    }

    @Test("a quiet world has no shocks of its groups or its market", arguments: seeds)
    func quiet(seed: Int64) {
        print("seed \(seed)")
        let said = signals(SyntheticWorld(seed: seed).script().messages)
        #expect(said.isEmpty)
    }

    @Test("while history is short nothing opens")
    func warming() {
        var world = SyntheticWorld(seed: Self.seeds[0], sessions: 120)
        world.planted[0] = [9: -0.5]
        world.plantedMarket[1] = -0.1
        #expect(signals(world.script().messages).isEmpty)
    }

    @Test("funds and indices open nothing of their own")
    func funds() {
        var world = SyntheticWorld(seed: Self.seeds[0])
        world.planted[0] = [9: -0.3, 10: -0.3]
        let messages = world.script().messages
        #expect(Set(signals(messages).map(\.subject)) == ["NAME9", "NAME10"])
        let funds = messages.map { message -> StreamMessage in
            guard case .instrumentDefinition(var definition) = message else { return message }
            if definition.instrument == 9 { definition.kind = .etf }
            if definition.instrument == 10 { definition.kind = .index }
            return .instrumentDefinition(definition)
        }
        #expect(signals(funds).isEmpty)
    }

    // MARK: Guarantees

    @Test("message boundaries carry no meaning", arguments: seeds)
    func boundaries(seed: Int64) {
        print("seed \(seed)")
        let messages = Self.eventful(seed).script().messages
        var random = LCG(seed)
        let packed = repacked(messages, &random)
        #expect(packed.count < messages.count)
        var stage = AnalyzeStage()
        var outbox = Outbox()
        for message in packed {
            // And in pieces of a message, as after a restart.
            let middle = random.below(message.count + 1)
            for rows in [0..<middle, middle..<message.count] where !rows.isEmpty {
                stage.apply(message, rows: rows, to: &outbox)
            }
        }
        let said = outbox.drain()
        #expect(!said.isEmpty)
        #expect(said == signals(messages).map { .shockSignal($0) })
    }

    @Test("the order of records within the settle window does not matter", arguments: seeds)
    func order(seed: Int64) {
        print("seed \(seed)")
        var world = Self.eventful(seed)
        let straight = signals(world.script().messages).map(\.withoutSequences)
        world.order = seed + 1
        #expect(signals(world.script().messages).map(\.withoutSequences) == straight)
    }

    @Test("a stage restored from its checkpoint says the same from there on", arguments: seeds)
    func checkpoint(seed: Int64) throws {
        print("seed \(seed)")
        let messages = Self.eventful(seed).script().messages
        var random = LCG(seed)
        for _ in 0..<3 {
            // In the last quarter, where shocks are open, and often within a settle window.
            let cut = messages.count * 3 / 4 + random.below(messages.count / 4)
            var stage = AnalyzeStage()
            _ = signals(messages[..<cut], stage: &stage)
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            let (later, again) = (messages[cut...], signals(messages[cut...], stage: &stage))
            #expect(!again.isEmpty)
            #expect(signals(later, stage: &restored) == again)
            #expect(restored.counters == stage.counters)
        }
    }

    @Test("taking away all records after an instant changes nothing said up to it", arguments: seeds)
    func noLookAhead(seed: Int64) {
        print("seed \(seed)")
        let messages = Self.eventful(seed).script().messages
        let all = signals(messages)
        var random = LCG(seed)
        for _ in 0..<5 {
            let cut = messages.count / 2 + random.below(messages.count / 2)
            let last = messages[cut - 1].lastSequence
            #expect(signals(messages[..<cut]) == all.filter { $0.cause.sequence <= last })
        }
    }

    @Test("how many ticks there are means nothing but the cause")
    func ticks() {
        let messages = Self.eventful(Self.seeds[0]).script().messages
        var script = Script()
        for message in messages {
            script.add(message, at: message.recordTime(row: 0))
            if case .clockTick = message { script.tick(at: message.recordTime(row: 0)) }
        }
        let (few, many) = (signals(messages), signals(script.messages))
        #expect(few.map(\.eventTime) == many.map(\.eventTime))
        #expect(few.map(\.measure.simpleReturn) == many.map(\.measure.simpleReturn))
    }

    @Test("signals are stamped with the deadline and caused by the record that reached it")
    func stamp() throws {
        let world = Self.eventful(Self.seeds[0])
        let messages = world.script().messages
        let said = signals(messages)
        let byEnd = messages.filter { if case .clockTick = $0 { true } else { false } }.map(\.firstSequence)
        for signal in said {
            #expect(byEnd.contains(signal.cause.sequence))
            #expect(signal.recordTime - signal.eventTime == CivilTime.second)
        }
        let ordinals = Dictionary(grouping: said, by: \.cause.sequence).values.map { $0.map(\.cause.ordinal) }
        #expect(ordinals.allSatisfy { $0 == Array(1...UInt32($0.count)) })
    }

    // MARK: Bad input

    @Test("records that cannot be used are counted, and change nothing")
    func badInput() {
        let world = Self.eventful(Self.seeds[0])
        var script = Script()
        for message in world.script().messages {
            let time = message.recordTime(row: 0)
            script.add(message, at: time)
            guard case .clockTick = message else { continue }
            script.bar(99, from: time - CivilTime.second, to: time, open: 1, close: 1)
            script.bar(3, from: time - CivilTime.second, to: time, open: 0, close: 1)
            script.bar(3, from: time, to: time - 1, open: 1, close: 1, at: time)
            script.trade(3, -5, time: time)
            script.trade(3, 5, time: 1, at: time)
            script.define(4_000_000, "FAR", at: time)
            script.shares("NAME9", -.infinity, asOf: "", eventTime: time)
        }
        var stage = AnalyzeStage()
        let said = signals(script.messages, stage: &stage)
        #expect(said.map(\.measure) == signals(world.script().messages).map(\.measure))
        let ticks = UInt64(2 * world.sessions)
        #expect(stage.counters.unknownInstrument == ticks)
        #expect(stage.counters.malformedPrice == 3 * ticks)
        #expect(stage.counters.refusedDefinition == ticks)
        #expect(stage.counters.unusableFact == ticks)
        #expect(stage.counters.latePrice >= ticks - 2)
    }
}
