import Feeds
import Schema
import Testing

@Suite("Recording builder")
struct RecordingBuilderTests {
    static let daily =
        Example.dailyHeader + "2025-01-24,NVDA,142,145,140,142.62,5\n2025-01-24,SPY,600,610,590,607,5\n"
        + "2025-01-27,NVDA,124.8,128.4,116.7,118.42,818830900\n2025-01-27,SPY,590,600,580,598,5\n2025-01-27,AVGO,1,2,1,1,5\n"
    static let hourly =
        Example.hourlyHeader + "2025-01-27T15:30:00-05:00,NVDA,118,119,117,118.42,5\n"
        + "2025-01-27T15:30:00-05:00,SPY,598,599,597,598,5\n"
    static let trades =
        Example.tradeHeader + "2025-01-27T09:30:00-05:00,NVDA,124.80,0,opening\n"
        + "2025-01-27T16:00:00-05:00,NVDA,118.42,0,closing\n"
    static let lines =
        #"{"kind":"split","subject":"NVDA","known":"2025-01-27T16:00:00-05:00","source":"s","ratio":10}"# + "\n"
        + #"{"published":"2025-01-27T16:00:00-05:00","source":"R","title":"t"}"# + "\n"
        + #"{"kind":"split","subject":"AVGO","known":"2020-01-01","source":"s","ratio":10}"#

    static func events() throws -> [InputEvent] {
        try Example.csv(daily).events + Example.csv(hourly).events + Example.csv(trades).events
            + Example.json(lines).events
    }

    static func build(
        _ events: [InputEvent], from: UInt64? = nil
    ) throws -> (messages: [StreamMessage], summary: RecordingBuilder.Summary) {
        var builder = RecordingBuilder(settings: try Example.settings(), from: from)
        for event in events { try builder.add(event, source: "x", line: 1) }
        return builder.build()
    }

    /// Kind, instrument and record time of each record in words.
    static func words(_ messages: [StreamMessage]) -> [String] {
        messages.flatMap { message in
            (0..<message.count).map { row in
                let instrument =
                    switch message {
                    case .bars(let bars): " \(bars.instrument[row])"
                    case .trades(let trades): " \(trades.instrument[row])"
                    default: ""
                    }
                return "\(CivilTime.rfc3339(message.recordTime(row: row))) \(message.type)\(instrument)"
            }
        }
    }

    static let golden = """
        2020-01-02T00:00:00Z instrumentDefinition
        2020-01-02T00:00:00Z instrumentDefinition
        2020-01-02T00:00:00Z instrumentDefinition
        2020-01-02T00:00:00Z configurationChanged
        2020-01-02T00:00:00Z fact
        2025-01-24T14:30:00Z clockTick
        2025-01-24T14:31:00Z clockTick
        2025-01-24T21:00:00Z bars 3
        2025-01-24T21:00:00Z bars 1
        2025-01-24T21:00:00Z clockTick
        2025-01-24T21:01:00Z clockTick
        2025-01-27T14:30:00Z trades 1
        2025-01-27T14:30:00Z clockTick
        2025-01-27T14:31:00Z clockTick
        2025-01-27T21:00:00Z fact
        2025-01-27T21:00:00Z newsItem
        2025-01-27T21:00:00Z trades 1
        2025-01-27T21:00:00Z bars 3
        2025-01-27T21:00:00Z bars 1
        2025-01-27T21:00:00Z bars 3
        2025-01-27T21:00:00Z bars 1
        2025-01-27T21:00:00Z bars 2
        2025-01-27T21:00:00Z clockTick
        2025-01-27T21:01:00Z clockTick
        2025-01-27T21:02:00Z clockTick
        """

    @Test("records come in the order of their times, kinds and instruments")
    func order() throws {
        let (messages, summary) = try Self.build(try Self.events())
        #expect(Self.words(messages).joined(separator: "\n") == Self.golden)
        #expect(summary.records == 25 && summary.sessions == 2 && summary.duplicates == 0)
        #expect(summary.from == time("2020-01-02T00:00:00Z") && summary.until == time("2025-01-27T21:02:00Z"))
        guard case .bars(let last) = messages.last(where: { $0.type == .bars }) else { Issue.record("no bars"); return }
        // The intraday bars come first: they are an half hour long.
        #expect(zip(last.start, last.end).map { ($1 - $0) / (60 * CivilTime.second) } == [30, 30, 390, 390, 390])
    }

    @Test("sequences run from 1 without gaps and record times never decrease")
    func sequences() throws {
        let (messages, summary) = try Self.build(try Self.events())
        var next: UInt64 = 1
        var former: UInt64 = 0
        for message in messages {
            #expect(message.firstSequence == next)
            next = message.lastSequence + 1
            for row in 0..<message.count {
                #expect(message.recordTime(row: row) >= former)
                former = message.recordTime(row: row)
            }
        }
        #expect(summary.records == next - 1)
    }

    @Test("the order events are given in makes no difference")
    func shuffled() throws {
        var generator = SeededGenerator.fromEnvironment("shuffled recordings")
        let events = try Self.events() + Self.many(200, &generator)
        let expected = try Self.build(events)
        for _ in 0..<20 {
            let other = try Self.build(events.shuffled(using: &generator))
            #expect(other.messages == expected.messages)
            #expect(other.summary == expected.summary)
        }
    }

    /// Bars of a minute at random times, none of them twice.
    static func many(_ count: Int, _ generator: inout SeededGenerator) -> [InputEvent] {
        var minutes: Set<UInt64> = []
        while minutes.count < count { minutes.insert(.random(in: 28_600_000..<28_601_000, using: &generator)) }
        return minutes.sorted().map { minute in
            var event = InputEvent()
            event.bar.symbol = ["NVDA", "AVGO", "SPY"].randomElement(using: &generator)!
            event.bar.start = minute * 60 * CivilTime.second
            event.bar.end = event.bar.start + 60 * CivilTime.second
            (event.bar.open, event.bar.high, event.bar.low, event.bar.close) = (2, 3, 1, 2)
            return event
        }
    }

    @Test("columns hold at most 1,024 rows and are as full as they can be", arguments: [1, 1_023, 1_024, 1_025, 3_000])
    func packing(count: Int) throws {
        var events: [InputEvent] = []
        for index in 0..<count {
            var event = InputEvent()
            event.trade.symbol = "NVDA"
            event.trade.time = time("2025-01-27T14:30:00Z") + UInt64(index)
            event.trade.price = Int64(index + 1)
            events.append(event)
        }
        let trades = try Self.build(events).messages.filter { $0.type == .trades }
        #expect(trades.map(\.count).reduce(0, +) == count)
        #expect(trades.dropLast().allSatisfy { $0.count == 1_024 })
        #expect(trades.count == (count + 1_023) / 1_024)
    }

    @Test("trades of one instrument at one instant keep the order given, between the auctions")
    func tape() throws {
        let rows = ["3,1,regular", "9,1,closing", "1,1,", "2,1,regular", "5,1,opening"]
        let text = Example.tradeHeader + rows.map { "2025-01-27T14:30:00Z,NVDA,\($0)\n" }.joined()
        let messages = try Self.build(try Example.csv(text).events).messages
        guard case .trades(let trades) = messages.first(where: { $0.type == .trades }) else {
            Issue.record("none"); return
        }
        #expect(trades.price.map { $0 / 1_000_000_000 } == [5, 3, 1, 2, 9])
    }

    @Test("what was said twice is there once, and a contradiction is told")
    func duplicates() throws {
        let events = try Self.events()
        let once = try Self.build(events)
        let twice = try Self.build(events + events)
        #expect(twice.messages == once.messages)
        #expect(Int(twice.summary.duplicates) == events.count)
        var changed = events[0]
        changed.bar.close -= 1
        for order in [events + [changed], [changed] + events] {
            let (messages, summary) = try Self.build(order)
            #expect(summary.refusals.map(\.reason) == [.conflictingDuplicate])
            #expect(messages.count == once.messages.count)
        }
    }

    @Test("a given beginning leaves out what was before it, but not what was known")
    func from() throws {
        let from = time("2025-01-27T14:30:00Z")
        let (messages, summary) = try Self.build(try Self.events(), from: from)
        #expect(summary.beforeBeginning == 2)
        #expect(messages.allSatisfy { $0.recordTime(row: 0) >= from })
        guard case .fact(let fact) = messages.first(where: { $0.type == .fact }) else {
            Issue.record("no fact"); return
        }
        #expect(fact.recordTime == from && fact.eventTime == time("2020-01-02T00:00:00Z"))
        #expect(messages.prefix(4).allSatisfy { $0.recordTime(row: 0) == from })
    }

    @Test("prices without any of the benchmark are told; with one, or without prices, nothing is")
    func lacksBenchmark() throws {
        let without = Example.dailyHeader + "2025-01-27,NVDA,124.8,128.4,116.7,118.42,5\n"
        #expect(try Self.build(Example.csv(without).events).summary.lacksBenchmark)
        #expect(try !Self.build(Example.csv(Self.daily).events).summary.lacksBenchmark)
        #expect(try !Self.build([]).summary.lacksBenchmark)
    }

    @Test("nothing gives definitions and settings only")
    func empty() throws {
        let (messages, summary) = try Self.build([])
        #expect(
            messages.map(\.type) == [
                .instrumentDefinition, .instrumentDefinition, .instrumentDefinition, .configurationChanged,
            ])
        #expect(summary.records == 4)
    }

    @Test("a recording taken apart and rebuilt is the same, alone and merged with itself")
    func rebuilt() throws {
        let (messages, _) = try Self.build(try Self.events())
        var decoder = RecordedEvents(source: "r")
        var refusals: [Refusal] = []
        let events = messages.flatMap { decoder.events(of: $0) { refusals.append($0) } }.map(\.event)
        #expect(refusals == [])
        #expect(decoder.symbols == (try Example.settings().symbols))
        #expect(decoder.instruments.map(\.symbol) == ["NVDA", "AVGO", "SPY"])
        #expect(decoder.settings == (try Example.settings().model))
        #expect(try Self.build(events).messages == messages)
        #expect(try Self.build(events + events).messages == messages)
    }

    @Test("a recorded row without a definition, or of another stream, is refused with its sequence")
    func undefined() throws {
        let (messages, _) = try Self.build(try Self.events())
        let bars = try #require(messages.first { $0.type == .bars })
        var decoder = RecordedEvents(source: "r")
        var refusals: [Refusal] = []
        #expect(decoder.events(of: bars) { refusals.append($0) }.isEmpty)
        #expect(decoder.events(of: .finding(Finding())) { refusals.append($0) }.isEmpty)
        #expect(refusals.map(\.reason) == [.unknownSymbol, .unknownSymbol, .unsupportedMessage])
        #expect(refusals[0].line == bars.firstSequence && refusals[1].line == bars.firstSequence + 1)
    }
}
