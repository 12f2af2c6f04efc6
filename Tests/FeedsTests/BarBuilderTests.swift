import Feeds
import Schema
import Testing

@Suite("Bars of trades and of shorter bars")
struct BarBuilderTests {
    private static func trade(_ at: String, _ price: Int64, _ size: UInt64, _ symbol: String = "NVDA") -> InputTrade {
        var trade = InputTrade()
        trade.symbol = symbol
        trade.time = time("2025-01-27T\(at)Z")
        trade.price = price * 1_000_000_000
        trade.size = size
        return trade
    }

    private static func shown(_ bar: InputBar) -> String {
        let prices = [bar.open, bar.high, bar.low, bar.close].map { "\($0 / 1_000_000_000)" }.joined(separator: " ")
        return
            "\(bar.symbol) \(CivilTime.rfc3339(bar.start).dropFirst(11)) \(CivilTime.rfc3339(bar.end).dropFirst(11)) "
            + "\(prices) \(bar.volume)"
    }

    private static func builder(_ size: BarBuilder.Size) throws -> BarBuilder {
        let settings = try Example.settings()
        return BarBuilder(size, symbols: settings.symbols, calendars: settings.calendars)
    }

    private static func bars(_ size: BarBuilder.Size, _ trades: [InputTrade]) throws -> [String] {
        var builder = try builder(size)
        var made: [InputBar] = []
        for trade in trades { if let bar = builder.add(trade) { made.append(bar) } }
        return (made + builder.finish()).map(shown)
    }

    static let trades = [
        trade("14:29:59", 90, 1), trade("14:30:00", 100, 10), trade("14:30:20", 104, 5), trade("14:30:59.999", 99, 7),
        trade("14:31:00", 101, 20), trade("14:33:10", 98, 0), trade("20:59:59", 95, 3), trade("21:00:00", 96, 4),
        trade("21:00:01", 80, 9),
    ]

    @Test("minutes without trades have no bar; a trade on the minute is of the one it begins")
    func minutes() throws {
        #expect(
            try Self.bars(.time(60 * CivilTime.second), Array(Self.trades[1..<6])) == [
                "NVDA 14:30:00Z 14:31:00Z 100 104 99 99 22", "NVDA 14:31:00Z 14:32:00Z 101 101 101 101 20",
                "NVDA 14:33:00Z 14:34:00Z 98 98 98 98 0",
            ])
    }

    @Test("a volume bar ends with the trade that fills it, which is not cut in two")
    func volume() throws {
        #expect(
            try Self.bars(.volume(15), Array(Self.trades[1..<6])) == [
                "NVDA 14:30:00Z 14:30:20Z 100 104 100 104 15", "NVDA 14:30:59.999Z 14:31:00Z 99 101 99 101 27",
                "NVDA 14:33:10Z 14:33:10.000000001Z 98 98 98 98 1",
            ])
    }

    @Test("a session's bar is of its regular hours, open and close included")
    func session() throws {
        #expect(try Self.bars(.session, Self.trades) == ["NVDA 14:30:00Z 21:00:00Z 100 104 95 96 49"])
    }

    @Test("sessions of shorter bars have their prices, whichever instrument comes when")
    func shorter() throws {
        var builder = try Self.builder(.session)
        var made: [InputBar] = []
        for (symbol, base) in [("NVDA", 100), ("AVGO", 200)] {
            for (start, end, change) in [
                ("14:00:00", "14:30:00", 90), ("14:30:00", "15:00:00", 1), ("15:00:00", "15:30:00", 5),
                ("20:30:00", "21:00:00", -3), ("21:00:00", "21:30:00", 40),
            ] {
                var bar = InputBar()
                bar.symbol = symbol
                (bar.start, bar.end) = (time("2025-01-27T\(start)Z"), time("2025-01-27T\(end)Z"))
                bar.open = Int64(base) * 1_000_000_000
                bar.close = Int64(base + change) * 1_000_000_000
                (bar.high, bar.low) = (max(bar.open, bar.close), min(bar.open, bar.close))
                bar.volume = 10
                if let bar = builder.add(bar) { made.append(bar) }
            }
        }
        made += builder.finish()
        #expect(
            made.map(Self.shown) == [
                "AVGO 14:30:00Z 21:00:00Z 200 205 197 197 30", "NVDA 14:30:00Z 21:00:00Z 100 105 97 97 30",
            ])
        #expect(builder.outside == 4 && builder.late == 0)
    }

    @Test("an older event than the last is left out and counted")
    func late() throws {
        var builder = try Self.builder(.time(60 * CivilTime.second))
        _ = builder.add(Self.trade("14:30:20", 100, 1))
        _ = builder.add(Self.trade("14:30:10", 50, 1))
        #expect(builder.late == 1)
        #expect(builder.finish().map(\.low) == [100_000_000_000])
    }
}

@Suite("Histories from files")
struct HistoryFilesTests {
    static func events(_ texts: [String]) throws -> (events: [InputEvent], counts: HistoryFiles.Counts) {
        let settings = try Example.settings()
        var history = HistoryFiles(symbols: settings.symbols, calendars: settings.calendars)
        for text in texts {
            let outcome = text.hasPrefix("{") ? try Example.json(text) : try Example.csv(text)
            #expect(outcome.refusals.isEmpty)
            for event in outcome.events { history.add(event) }
        }
        let events = history.events()
        return (events, history.counts)
    }

    static let daily = Example.dailyHeader + "2025-01-27,NVDA,10,11,9,10,5\n2025-01-24,NVDA,12,12,11,12,5\n"
    static let hourly =
        Example.hourlyHeader + "2025-01-23T14:30:00Z,NVDA,13,14,13,14,5\n2025-01-23T15:30:00Z,NVDA,14,15,14,15,5\n"
    static let facts = """
        {"type":"fact","kind":"split","subject":"NVDA","known":"2025-01-10","as_of":"2025-01-27","ratio":2,"source":"x"}
        {"type":"fact","kind":"dividend","subject":"NVDA","known":"2025-01-09","as_of":"2025-01-24","amount":0.5,"source":"x"}
        {"title":"Old news","published":"2025-01-09T10:00:00Z","source":"w"}
        """

    @Test("facts first, then sessions by their end; news is left out; the order of files is no matter")
    func order() throws {
        let (events, counts) = try Self.events([Self.daily, Self.hourly, Self.facts])
        #expect(
            events.map { $0.fact.asOf + CivilTime.date(day: CivilTime.dayNumber($0.bar.end)) } == [
                "2025-01-241970-01-01", "2025-01-271970-01-01", "2025-01-23", "2025-01-24", "2025-01-27",
            ])
        #expect(events[2].bar.close == 15_000_000_000 && events[2].bar.open == 13_000_000_000)
        #expect(counts.sessions == 2 && counts.made == 1 && counts.facts == 2 && counts.news == 1)
        let (again, _) = try Self.events([Self.facts, Self.hourly, Self.daily])
        #expect(again == events)
    }

    @Test("a session that is there twice is loaded once")
    func repeated() throws {
        let other = Example.dailyHeader + "2025-01-27,NVDA,10,11,9,10.5,5\n"
        let (events, counts) = try Self.events([Self.daily, other])
        let (swapped, _) = try Self.events([other, Self.daily])
        #expect(events == swapped && events.count == 2 && counts.repeated == 1)
    }
}

/// A precedence that expectations may ask.
private final class Feeds {
    private var precedence: FeedPrecedence

    init(_ order: [String], silence: UInt64) { precedence = FeedPrecedence(order: order, silence: silence) }

    var order: [String] { precedence.order }
    var counts: [FeedPrecedence.Counts] { precedence.counts }

    func admits(_ row: MarketRow, of feed: String, at time: UInt64) -> Bool {
        precedence.admits(row, of: feed, at: time)
    }
}

@Suite("Precedence of feeds")
struct FeedPrecedenceTests {
    static func row(_ instrument: UInt32, history: Bool = false) -> MarketRow {
        var event = InputEvent()
        event.bar = EventNormalizerTests.bar
        event.bar.symbol = instrument == 1 ? "NVDA" : "AVGO"
        var normalizer = EventNormalizer(symbols: (try? Example.settings().symbols) ?? SymbolTable())
        guard case .bar(var bar)? = try? normalizer.row(event, source: "p", line: 1, now: nil) else {
            Issue.record("not a bar")
            return .news(NewsItem())
        }
        bar.isHistory = history
        return .bar(bar)
    }

    @Test("a worse feed is taken only where the better ones are silent, name by name")
    func precedence() {
        let feeds = Feeds(["first", "second", "third", "first"], silence: 10)
        #expect(feeds.order == ["first", "second", "third"])
        #expect(feeds.admits(Self.row(1), of: "second", at: 100))
        #expect(!feeds.admits(Self.row(1), of: "third", at: 101))
        #expect(feeds.admits(Self.row(1), of: "first", at: 102))
        #expect(!feeds.admits(Self.row(1), of: "second", at: 111))
        // Another name, and feeds outside of the list.
        #expect(feeds.admits(Self.row(2), of: "third", at: 111))
        #expect(feeds.admits(Self.row(1), of: "stranger", at: 111))
        // The first is silent since 102; the second was held back and so not heard for the third.
        #expect(feeds.admits(Self.row(1), of: "third", at: 112))
        #expect(feeds.admits(Self.row(1), of: "second", at: 113))
        #expect(feeds.admits(Self.row(1), of: "first", at: 114))
        #expect(!feeds.admits(Self.row(1), of: "third", at: 115))
        #expect(feeds.counts.map(\.taken) == [2, 2, 2])
        #expect(feeds.counts.map(\.heldBack) == [0, 1, 2])
        #expect(feeds.counts.map(\.last) == [114, 113, 115])
    }

    @Test("histories, news and facts are always taken, and say nothing of a feed's silence")
    func others() {
        let feeds = Feeds(["first", "second"], silence: 10)
        #expect(feeds.admits(Self.row(1, history: true), of: "first", at: 100))
        #expect(feeds.admits(Self.row(1), of: "second", at: 101))
        #expect(feeds.admits(Self.row(1), of: "first", at: 102))
        #expect(feeds.admits(Self.row(1, history: true), of: "second", at: 103))
        #expect(feeds.admits(.news(NewsItem()), of: "second", at: 103))
        #expect(feeds.admits(.fact(Fact()), of: "second", at: 103))
    }

    @Test("a batch of history gives bars as history and facts; trades and news in it are refused")
    func history() throws {
        let text = """
            {"producer":"b","producer_sequence":1,"history":true,"events":[
            {"type":"bar","symbol":"NVDA","start":"2025-01-24T14:30:00Z","end":"2025-01-24T21:00:00Z","open":1,"high":2,"low":1,"close":2},
            {"type":"trade","symbol":"NVDA","time":"2025-01-24T14:30:00Z","price":1,"size":1},
            {"type":"fact","kind":"trading_status","subject":"NVDA","known":"2025-01-24T14:30:00Z","state":"halted","source":"x"}]}
            """
        var book = ProducerBook(symbols: try Example.settings().symbols, marks: [:])
        let outcome = book.take(Array(text.utf8).span, recordTime: EventNormalizerTests.now)
        #expect(outcome.messages.count == 3)
        guard case .bars(let bars) = outcome.messages[0], case .fact(let fact) = outcome.messages[1] else {
            Issue.record("\(outcome.messages)")
            return
        }
        #expect(bars.history && fact.tradingStatus.state == .halted)
        #expect(outcome.reply.refusals.map(\.producerSequence) == [2])
        #expect(outcome.reply.acknowledged == 3)
    }

    @Test("bars of now and of the past never share a message")
    func packing() throws {
        var packer = ColumnPacker(nextSequence: 1)
        for history in [false, false, true, true, false] { packer.append(Self.row(1, history: history), recordTime: 5) }
        let messages = packer.drain()
        #expect(messages.map(\.count) == [2, 2, 1])
        let flags = messages.compactMap { message -> Bool? in
            if case .bars(let bars) = message { bars.history } else { nil }
        }
        #expect(flags == [false, true, false])
        let slice = messages[1].slice(1..<2)
        guard case .bars(let bars) = slice else { Issue.record("not bars"); return }
        #expect(bars.history && bars.firstSequence == 4)
    }

    @Test(
        "no feed lets through what is not a price",
        arguments: ["NaN", "nan", "inf", "-inf", "Infinity", "0", "-1", "1e400", "0x10", "1e3", "", "1000000001"])
    func notPrices(text: String) throws {
        let row = Example.dailyHeader + "2025-01-27,NVDA,\(text),11,9,10,5\n"
        #expect(try Example.csv(row).events.isEmpty && Example.csv(row).refusals.count == 1)
        for value in [text, "\"\(text)\""] {
            let line =
                #"{"type":"trade","symbol":"NVDA","time":"2025-01-27T15:00:00Z","size":1,"price":"# + value + "}"
            #expect(try Example.json(line).events.isEmpty && Example.json(line).refusals.count == 1, "\(line)")
        }
    }
}
