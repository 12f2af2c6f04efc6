import Feeds
import Schema
import Testing

@Suite("Event normalizer")
struct EventNormalizerTests {
    static let now = time("2025-01-27T15:00:00Z")

    static var bar: InputBar {
        var bar = InputBar()
        bar.symbol = "AVGO"
        bar.start = time("2025-01-27T14:30:00Z")
        bar.end = time("2025-01-27T14:31:00Z")
        (bar.open, bar.high, bar.low, bar.close) = (100_050_000_000, 100_000_000_000, 99_000_000_000, 99_500_000_000)
        bar.volume = 7
        return bar
    }

    private func reason(_ event: InputEvent) throws -> RefusalReason? {
        var normalizer = EventNormalizer(symbols: try Example.settings().symbols)
        do {
            _ = try normalizer.row(event, source: "p", line: 9, now: Self.now)
            return nil
        } catch {
            #expect(error.source == "p" && error.line == 9)
            #expect(normalizer.counts.refused == [error.reason: 1])
            return error.reason
        }
    }

    @Test("a bar becomes a row with its instrument's number, widened where it must be")
    func row() throws {
        var normalizer = EventNormalizer(symbols: try Example.settings().symbols)
        var event = InputEvent()
        event.bar = Self.bar
        let row = try normalizer.row(event, source: "p", line: 1, now: Self.now)
        guard case .bar(let bar) = row else { Issue.record("not a bar"); return }
        #expect(bar.instrument == 2 && bar.high == 100_050_000_000 && bar.volume == 7)
        #expect(normalizer.counts.widened == 1 && normalizer.counts.accepted == 1)
    }

    @Test("a producer's bars are checked like anyone's")
    func refusesBars() throws {
        let changes: [(RefusalReason, (inout InputBar) -> Void)] = [
            (.unknownSymbol, { $0.symbol = "XYZ" }), (.priceNotPositive, { $0.low = 0 }),
            (.priceNotPositive, { $0.close = .min }), (.numberTooLarge, { $0.high = .max }),
            (
                .highBelowLow,
                {
                    $0.high = 1; $0.open = 1; $0.close = 1
                }
            ), (.outsideRange, { $0.open = 105_000_000_000 }),
            (.endNotAfterStart, { $0.end = $0.start }), (.timeOutOfRange, { $0.start = 0 }),
            (.timeOutOfRange, { $0.end = .max }), (.timeOutOfRange, { $0.end = Self.now + CivilTime.day + 1 }),
        ]
        for (expected, change) in changes {
            var event = InputEvent()
            event.bar = Self.bar
            change(&event.bar)
            #expect(try reason(event) == expected)
        }
        var event = InputEvent()
        event.bar = Self.bar
        event.bar.end = Self.now + CivilTime.day
        #expect(try reason(event) == nil)
        #expect(try reason(InputEvent()) == .unknownType)
    }

    @Test("a producer's news, facts and trades are checked too")
    func refusesOthers() throws {
        var event = InputEvent()
        event.trade.symbol = "NVDA"
        event.trade.price = 1
        event.trade.time = Self.now
        #expect(try reason(event) == nil)
        event.trade.condition = .UNRECOGNIZED(9)
        #expect(try reason(event) == .notAllowed)
        event.news.title = "t"
        event.news.source = "s"
        #expect(try reason(event) == nil)
        event.news.tier = .UNRECOGNIZED(9)
        #expect(try reason(event) == .notAllowed)
        event.fact.subject = "NVDA"
        event.fact.source = "s"
        event.fact.asOf = "2025-01-27"
        #expect(try reason(event) == .missingValue)
        event.fact.eventTime = Self.now
        #expect(try reason(event) == .missingValue)
        event.fact.sharesOutstanding.value = .nan
        #expect(try reason(event) == .notANumber)
        event.fact.sharesOutstanding.value = 1e9
        #expect(try reason(event) == nil)
    }

    @Test("news without a time was first seen now, and a later published time is not believed")
    func newsTimes() throws {
        var normalizer = EventNormalizer(symbols: SymbolTable())
        var event = InputEvent()
        event.news.title = "t"
        event.news.source = "s"
        event.news.published = Self.now + 301 * CivilTime.second
        event.news.sequence = 77
        (event.news.feed, event.news.itemID, event.news.revision) = ("polled", "1", 3)
        let row = try normalizer.row(event, source: "p", line: 1, now: Self.now)
        guard case .news(let news) = row else { Issue.record("not news"); return }
        #expect(news.publishedMark == .future && news.published == Self.now + 301 * CivilTime.second)
        #expect(news.firstSeen == Self.now && news.eventTime == Self.now && news.sequence == 0)
        #expect(news.feed.isEmpty && news.itemID.isEmpty && news.revision == 0, "only what is polled is of a feed")
        #expect(normalizer.counts.publishedMarked == 1)
    }

    @Test("a batch becomes messages with one record time, and refusals")
    func batch() throws {
        var normalizer = EventNormalizer(symbols: try Example.settings().symbols)
        var good = InputEvent()
        good.bar = Self.bar
        var news = InputEvent()
        news.news.title = "t"
        news.news.source = "s"
        let batch = ParsedBatch(
            producer: "p", firstSequence: 4, events: [good, good, InputEvent(), news, good].map { .success($0) },
            ignoredKeys: [])
        let (messages, refusals) = normalizer.messages(of: batch, recordTime: Self.now)
        #expect(messages.map(\.type) == [.bars, .newsItem, .bars])
        #expect(messages.map(\.count) == [2, 1, 1])
        #expect(messages.allSatisfy { $0.firstSequence == 0 && $0.recordTime(row: 0) == Self.now })
        #expect(refusals.map(\.line) == [6])
    }
}
