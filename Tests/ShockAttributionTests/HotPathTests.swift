import Foundation
import Schema
import Testing

@testable import ShockAttribution

@Suite("The hot path")
struct HotPathTests {
    /// 1,000 instruments, messages of 1,024 minute bars, as a live day would bring them.
    static func stream(messages: Int) -> (setup: [StreamMessage], bars: [StreamMessage]) {
        var fixture = MarketFixture()
        for number in 1...1_000 { fixture.define("S\(number)") }
        var sequence = fixture.lastSequence + 1
        let minute = 60 * CivilTime.second
        let bars = (0..<messages).map { index in
            var bars = Bars()
            bars.firstSequence = sequence
            sequence += 1_024
            let start = MarketFixture.at("2025-01-27", "14:30:00") + UInt64(index) * minute
            bars.recordTime = Array(repeating: start + minute, count: 1_024)
            bars.start = Array(repeating: start, count: 1_024)
            bars.end = Array(repeating: start + minute, count: 1_024)
            bars.instrument = (0..<1_024).map { UInt32(($0 * 7 + index) % 1_000 + 1) }
            bars.close = (0..<1_024).map { Int64($0 + 1) * 1_000_000_000 }
            bars.open = bars.close
            bars.high = bars.close
            bars.low = bars.close
            bars.volume = Array(repeating: 0, count: 1_024)
            return StreamMessage.bars(bars)
        }
        return (fixture.messages, bars)
    }

    @Test("a bar of an instrument nobody defined is passed over, and so is a price that is none")
    func unknown() {
        var fixture = MarketFixture()
        fixture.define("S1")
        fixture.daily("S1", "2025-01-27", close: 10)
        var bars = Bars()
        bars.firstSequence = 99
        bars.recordTime = [1, 1, 1]
        bars.instrument = [2, UInt32.max, 1]
        bars.start = [0, 0, 0]
        bars.end = [1, 1, 1]
        bars.close = [1, 1, 0]
        bars.open = bars.close
        bars.high = bars.close
        bars.low = bars.close
        bars.volume = [0, 0, 0]
        var stage = AttributeStage()
        _ = stage.findings(fixture.messages + [.bars(bars)])
        #expect(stage.prices.latest(slot: 0).price == 10_000_000_000)
    }

    @Test("boundaries of messages mean nothing", arguments: [1, 3, 1_000, 1_024])
    func boundaries(size: Int) {
        let (setup, bars) = Self.stream(messages: 3)
        var whole = AttributeStage()
        _ = whole.findings(setup + bars)
        var parts = AttributeStage()
        _ = parts.findings(setup)
        var outbox = Outbox()
        for message in bars {
            for start in stride(from: 0, to: message.count, by: size) {
                parts.apply(message, rows: start..<min(start + size, message.count), to: &outbox)
            }
        }
        #expect(whole.prices == parts.prices)
    }

    /// Prints the cost; set in release with `swift test -c release -Xswiftc -enable-testing`.
    @Test(
        "costs far less than 100 ns a bar",
        .enabled(if: ProcessInfo.processInfo.environment["EPICENTER_BENCHMARK"] != nil))
    func cost() {
        let (setup, bars) = Self.stream(messages: 500)
        var stage = AttributeStage()
        _ = stage.findings(setup)
        var outbox = Outbox()
        let clock = ContinuousClock()
        var best = Duration.seconds(1_000)
        for _ in 0..<10 {
            best = min(best, clock.measure { for bar in bars { stage.apply(bar, rows: 0..<bar.count, to: &outbox) } })
        }
        let nanoseconds = Double(best.components.attoseconds) / 1e9 / Double(500 * 1_024)
        print("hot path: \(nanoseconds) ns a bar")
        #expect(nanoseconds < 100)
    }

    @Test("a close replaces its day's, corrects an earlier one, and the ring keeps the last 320")
    func ring() {
        var fixture = MarketFixture()
        fixture.define("S1")
        for index in 0..<330 { fixture.daily("S1", CivilTime.date(day: 20_000 + index), close: Double(index + 1)) }
        fixture.daily("S1", CivilTime.date(day: 20_329), close: 1_000)
        fixture.daily("S1", CivilTime.date(day: 20_320), close: 2_000)
        fixture.daily("S1", CivilTime.date(day: 20_001), close: 3_000)
        var stage = AttributeStage()
        _ = stage.findings(fixture.messages)
        let closes = stage.prices.closes(slot: 0)
        #expect(closes.count == 320)
        #expect(closes.map(\.day) == (20_010...20_329).map { Int64($0) })
        #expect(closes.last?.price == 1_000_000_000_000)
        #expect(closes[310].price == 2_000_000_000_000)
    }
}
