import EventLog
import Schema
import TestKit
import Testing

/// A small market: a benchmark, two symbols, a fact and news of each hour. Times are in hours since the epoch.
@Suite("Filter of recordings")
struct RecordingFilterTests {
    static let hour: UInt64 = 3_600 * 1_000_000_000

    static func definition(_ number: UInt32, _ symbol: String, at time: UInt64 = 1) -> StreamMessage {
        var definition = InstrumentDefinition()
        definition.instrument = number
        definition.symbol = symbol
        definition.recordTime = time * hour
        return .instrumentDefinition(definition)
    }

    static func fact(_ subject: String, at time: UInt64) -> StreamMessage {
        var fact = Fact()
        fact.subject = subject
        fact.recordTime = time * hour
        fact.eventTime = time * hour
        return .fact(fact)
    }

    static func bars(_ instruments: [UInt32], at time: UInt64) -> StreamMessage {
        var bars = Bars()
        for (row, instrument) in instruments.enumerated() {
            bars.recordTime.append(time * hour + UInt64(row))
            bars.instrument.append(instrument)
            bars.start.append(0)
            bars.end.append(time * hour)
            for column in [\Bars.open, \.high, \.low, \.close] { bars[keyPath: column].append(Int64(row) + 1) }
            bars.volume.append(UInt64(instrument) * 100)
        }
        return .bars(bars)
    }

    static var market: [StreamMessage] {
        var settings = ConfigurationChanged()
        settings.recordTime = hour
        settings.settings.benchmark = "SPY"
        var news = NewsItem()
        news.recordTime = 3 * hour + 10
        var tick = ClockTick()
        tick.recordTime = 4 * hour
        var mark = ProducerMark()
        mark.recordTime = 4 * hour
        var messages: [StreamMessage] = [
            definition(1, "SPY"), definition(2, "AAA"), definition(3, "BBB"), .configurationChanged(settings),
            fact("AAA", at: 2), fact("BBB", at: 2), bars([1, 2, 3, 2], at: 3), .newsItem(news), .clockTick(tick),
            .producerMark(mark), bars([3, 3, 1], at: 5),
        ]
        var next: UInt64 = 101
        for index in messages.indices {
            messages[index].firstSequence = next
            next = messages[index].lastSequence + 1
        }
        return messages
    }

    static func selection(_ change: (inout RecordingFilter.Selection) -> Void) -> RecordingFilter.Selection {
        var selection = RecordingFilter.Selection()
        change(&selection)
        return selection
    }

    static func pattern(_ text: String) -> TopicPattern { TopicPattern(text)! }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let selection: RecordingFilter.Selection
        /// Sequences kept. The market: 101–103 definitions, 104 settings, 105–106 facts, 107–110 bars, 111 news,
        /// 112 tick, 113 mark, 114–116 bars.
        let kept: [UInt64]
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing asked", selection: .init(), kept: Array(101...116)),
        Case(
            testDescription: "one symbol, and the benchmark", selection: selection { $0.symbols = ["AAA"] },
            kept: [101, 102, 104, 105, 107, 108, 110, 111, 112, 113, 116]),
        Case(
            testDescription: "one symbol without the benchmark's prices",
            selection: selection {
                $0.symbols = ["BBB"]
                $0.excludedSymbols = ["SPY"]
            }, kept: [101, 103, 104, 106, 109, 111, 112, 113, 114, 115]),
        Case(
            testDescription: "without a symbol", selection: selection { $0.excludedSymbols = ["AAA"] },
            kept: [101, 103, 104, 106, 107, 109, 111, 112, 113, 114, 115, 116]),
        Case(
            testDescription: "one kind", selection: selection { $0.topics = [pattern("bars")] },
            kept: [101, 102, 103, 104, 107, 108, 109, 110, 112, 114, 115, 116]),
        Case(
            testDescription: "kinds by the beginning of a topic",
            selection: selection { $0.topics = [pattern("market/N")] },
            kept: [101, 102, 103, 104, 111, 112]),
        Case(
            testDescription: "without a kind and with a symbol",
            selection: selection {
                $0.symbols = ["AAA"]
                $0.excludedTopics = [pattern("NewsItem"), pattern("market/ProducerMark")]
            }, kept: [101, 102, 104, 105, 107, 108, 110, 112, 116]),
        Case(
            testDescription: "what is always kept cannot be excluded",
            selection: selection { $0.excludedTopics = [pattern("market/")] }, kept: [101, 102, 103, 104, 112]),
        Case(
            testDescription: "from: definitions, settings and facts are known from there",
            selection: selection { $0.span.from = 4 * hour },
            kept: [101, 102, 103, 104, 105, 106, 112, 113, 114, 115, 116]
        ),
        Case(
            testDescription: "until cuts rows within a message", selection: selection { $0.span.until = 3 * hour + 1 },
            kept: Array(101...108)),
    ]

    @Test("keeps what was asked for, renumbered, with its origin", arguments: cases)
    func keeps(example: Case) {
        var copy = FilteredCopy(RecordingFilter(example.selection, benchmarks: ["SPY"]), sourceOrigin: nil)
        var origin = RecordingOrigin(epoch: 1, firstSequence: 101, head: 116, filter: "")
        var messages: [StreamMessage] = []
        for message in Self.market {
            if let kept = copy.take(message) { messages.append(kept) }
            origin.runs += copy.takeRuns()
        }
        origin.runs += copy.takeRuns(isLast: true)
        var next: UInt64 = 1
        var found: [UInt64] = []
        for message in messages {
            #expect(message.firstSequence == next)
            next = message.lastSequence + 1
            for row in 0..<message.count {
                let sequence = origin.origin(of: message.firstSequence + UInt64(row)) ?? 0
                found.append(sequence)
                expectSame(message.slice(row..<row + 1), as: sequence, from: example.selection.span.from)
            }
        }
        #expect(found == example.kept)
        #expect(origin.origin(of: next) == nil && origin.origin(of: 0) == nil)
    }

    /// The record of the market with a sequence, but for its own sequence and, before the span, its record time.
    private func expectSame(_ record: StreamMessage, as sequence: UInt64, from: UInt64) {
        guard let source = Self.market.first(where: { $0.lastSequence >= sequence }) else {
            Issue.record("sequence \(sequence)")
            return
        }
        let row = Int(sequence - source.firstSequence)
        var expected = source.slice(row..<row + 1)
        expected.firstSequence = record.firstSequence
        if expected.recordTime(row: 0) < from { expected.stamp(recordTime: from) }
        #expect(record == expected)
    }

    @Test("a symbol that nothing is about is named")
    func unknown() {
        var filter = RecordingFilter(
            Self.selection {
                $0.symbols = ["AAA", "CCC"]
                $0.excludedSymbols = ["DDD"]
            }, benchmarks: ["SPY"])
        for message in Self.market { _ = filter.rows(of: message) }
        #expect(filter.unknownSymbols == ["CCC", "DDD"])
    }

    @Test(
        "patterns of topics",
        arguments: [
            ("Bars", [.bars] as [MessageType]), ("bars", [.bars]), ("newsItem", [.newsItem]),
            ("market/Bars", [.bars]), ("market/C", [.configurationChanged, .clockTick]),
            ("market/", MessageType.all(of: .market)),
        ])
    func patterns(text: String, types: [MessageType]) throws {
        let pattern = try #require(TopicPattern(text))
        #expect(MessageType.allCases.filter(pattern.matches) == types)
    }

    @Test("what is no topic is refused", arguments: ["", "BARS", "bar", "alerts/AlertRecord", "market", "market/X"])
    func noPattern(text: String) { #expect(TopicPattern(text) == nil) }

    @Test("a copy on disk tells its origin, a copy of it the first one's; damaged tables are refused")
    func onDisk() throws {
        let directory = TemporaryDirectory()
        let (source, first, second) = (
            directory.path + "/s.mcap", directory.path + "/1.mcap", directory.path + "/2.mcap"
        )
        var writer = try RecordingWriter(path: source, stream: .market, epoch: 7)
        for message in Self.market { try writer.append(message) }
        try writer.finish()
        let index = try LogIndex(reading: source)
        #expect(try RecordingFilter.benchmarks(of: index) == ["SPY"])
        #expect(try RecordingOrigin.read(source) == nil)
        let some = RecordingFilter(Self.selection { $0.symbols = ["AAA"] }, benchmarks: ["SPY"])
        #expect(try some.copy(index, origin: nil, to: first, compression: .none).records == 11)
        let origin = try #require(try RecordingOrigin.read(first))
        #expect(origin.epoch == 7 && origin.firstSequence == 101 && origin.head == 116)
        #expect(origin.filter == "--symbol AAA")
        #expect(origin.runs.map(\.origin) == [101, 104, 107, 110, 116])
        let bars = RecordingFilter(Self.selection { $0.topics = [Self.pattern("Bars")] }, benchmarks: ["SPY"])
        #expect(try bars.copy(LogIndex(reading: first), origin: origin, to: second, compression: .lz4).records == 8)
        let again = try #require(try RecordingOrigin.read(second))
        #expect((1...8).compactMap { again.origin(of: $0) } == [101, 102, 104, 107, 108, 110, 112, 116])
        #expect(again.epoch == 7 && again.filter == "--symbol AAA, then --topic Bars")
        // Nothing kept: nothing is written, and what is there stays.
        let nothing = RecordingFilter(Self.selection { $0.span.until = 5 }, benchmarks: ["SPY"])
        #expect(try nothing.copy(index, origin: nil, to: second).records == 0)
        #expect(try LogIndex(reading: second).head == 8)
    }
}
