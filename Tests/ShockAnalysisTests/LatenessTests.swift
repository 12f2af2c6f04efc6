import Foundation
import Schema
import Testing

@testable import ShockAnalysis

/// Prices that come late and out of order, within what is allowed.
@Suite("allowed lateness")
struct LatenessTests {
    static let seeds = (0..<3).map { SyntheticWorld.environmentSeed + $0 * 104_729 }
    static let lateness: UInt64 = 600 * CivilTime.second

    private static func script(_ seed: Int64) -> Script {
        var world = AnalyzeStageTests.eventful(seed)
        world.planted[12] = [10: 0.2]
        var script = Script()
        var isConfigured = false
        for message in world.script().messages {
            let time = message.recordTime(row: 0)
            if case .configurationChanged(var changed) = message, !isConfigured {
                changed.settings.detection.allowedLatenessMs = UInt32(Self.lateness / 1_000_000)
                script.add(.configurationChanged(changed), at: time)
                isConfigured = true
            } else {
                script.add(message, at: time)
            }
        }
        // What waits is due by then.
        let end = (script.messages.last?.recordTime(row: 0) ?? 0) + 3 * Self.lateness
        script.tick(at: end)
        return script
    }

    /// Each price arrives up to the allowed lateness after it was made.
    private static func shuffled(_ script: Script, _ seed: Int64) -> Script {
        var random = LCG(seed)
        var arrivals: [(time: UInt64, message: StreamMessage)] = []
        for message in script.messages {
            let time = message.recordTime(row: 0)
            switch message {
            case .bars, .trades:
                arrivals.append((time + UInt64(random.uniform() * Double(lateness - CivilTime.second)), message))
            default: arrivals.append((time, message))
            }
        }
        var made = Script()
        for arrival in arrivals.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) })
        {
            made.add(arrival.element.message, at: arrival.element.time)
        }
        return made
    }

    private static func said(_ script: Script, _ stage: inout AnalyzeStage) -> [ShockSignal] {
        signals(script.messages, stage: &stage).map { signal in
            var signal = signal.withoutSequences
            signal.cause = Cause()
            signal.recordTime = 0
            signal.sequence = 0
            return signal
        }
    }

    @Test("shuffled within it, the same is said of the same instants", arguments: seeds)
    func shuffled(seed: Int64) {
        print("seed \(seed)")
        let script = Self.script(seed)
        var (stage, other) = (AnalyzeStage(), AnalyzeStage())
        let straight = Self.said(script, &stage)
        #expect(straight.contains { $0.phase == .open })
        let shuffled = Self.shuffled(script, seed)
        #expect(shuffled.messages.map { $0.recordTime(row: 0) } != script.messages.map { $0.recordTime(row: 0) })
        #expect(Self.said(shuffled, &other) == straight)
        #expect(other.counters == stage.counters)
        #expect(other.waitingPrices.count == 0)
    }

    @Test("and the same shocks as without waiting, later by what is allowed", arguments: seeds)
    func asWithout(seed: Int64) {
        let script = Self.script(seed)
        var stage = AnalyzeStage()
        let late = Self.said(script, &stage)
        let prompt = signals(
            AnalyzeStageTests.eventfulWith(seed) { $0.planted[12] = [10: 0.2] }.script().messages)
        #expect(late.map(\.shock) == prompt.map(\.shock))
        #expect(late.map(\.phase) == prompt.map(\.phase))
        #expect(late.map(\.measure.simpleReturn) == prompt.map(\.measure.simpleReturn))
        #expect(zip(late, prompt).allSatisfy { $0.eventTime == $1.eventTime + Self.lateness })
    }

    @Test("causes rise, so that what was said is found again after a restart", arguments: seeds)
    func causes(seed: Int64) {
        let said = signals(Self.shuffled(Self.script(seed), seed).messages)
        for (left, right) in zip(said, said.dropFirst()) { #expect(left.cause < right.cause) }
    }

    @Test("a checkpoint keeps the prices that wait")
    func checkpoint() throws {
        let messages = Self.shuffled(Self.script(Self.seeds[0]), 3).messages
        for cut in [messages.count / 2 + 7, messages.count - 100] {
            var stage = AnalyzeStage()
            _ = signals(messages[..<cut], stage: &stage)
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            var restored = try PropertyListDecoder().decode(AnalyzeStage.self, from: encoder.encode(stage))
            #expect(signals(messages[cut...], stage: &restored) == signals(messages[cut...], stage: &stage))
        }
    }

    @Test("what is later still is taken or dropped as if nothing waited")
    func tooLate() {
        let script = Self.script(Self.seeds[0])
        var made = Script()
        for message in script.messages {
            made.add(message, at: message.recordTime(row: 0))
            let time = message.recordTime(row: 0)
            // The first price of a name would be its level.
            guard case .clockTick = message, made.messages.count > 1_000 else { continue }
            made.trade(9, 1, time: time - 2 * CivilTime.day, at: time)
        }
        var (stage, other) = (AnalyzeStage(), AnalyzeStage())
        #expect(Self.said(made, &other).map(\.measure) == Self.said(script, &stage).map(\.measure))
        #expect(other.counters.latePrice > 200)
    }

    @Test("the heap gives prices back in order of time, then of number, whatever came first")
    func heap() {
        var random = LCG(Self.seeds[0])
        var prices = LatePrices()
        for _ in 0..<2_000 {
            prices.push(
                PriceRow(
                    sequence: 0, start: 0, end: UInt64(random.below(50)), open: 1, close: Int64(1 + random.below(9)),
                    instrument: UInt32(random.below(20)), kind: UInt8(random.below(5)), isFlat: false,
                    isHistory: false), lateness: 5)
        }
        var last: (UInt64, UInt8, UInt32, Int64)?
        while let price = prices.pop(lateness: 5) {
            let key = (price.end, price.kind, price.instrument, price.close)
            if let last { #expect(last <= key) }
            last = key
        }
        #expect(prices.due == .max)
    }
}

extension AnalyzeStageTests {
    static func eventfulWith(_ seed: Int64, _ change: (inout SyntheticWorld) -> Void) -> SyntheticWorld {
        var world = eventful(seed)
        change(&world)
        return world
    }
}
