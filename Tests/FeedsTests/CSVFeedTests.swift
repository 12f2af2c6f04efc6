import Feeds
import Foundation
import Schema
import TestKit
import Testing

@Suite("CSV feed")
struct CSVFeedTests {
    @Test("a daily bar lasts from the session's open to its close")
    func dailyBar() throws {
        let outcome = try Example.csv(Example.dailyHeader + "2025-01-27,NVDA,124.80,128.4,116.7,118.42,818830900\n")
        var bar = InputBar()
        bar.symbol = "NVDA"
        bar.start = time("2025-01-27T14:30:00Z")
        bar.end = time("2025-01-27T21:00:00Z")
        bar.open = 124_800_000_000
        bar.high = 128_400_000_000
        bar.low = 116_700_000_000
        bar.close = 118_420_000_000
        bar.volume = 818_830_900
        #expect(outcome.bars == [bar])
        #expect(outcome.refusals.isEmpty)
        #expect(outcome.counts.accepted == 1)
    }

    @Test(
        "an intraday bar without an end lasts an hour, or to the close",
        arguments: [
            ("2025-01-27T09:30:00-05:00", "2025-01-27T15:30:00Z"),
            ("2025-01-27T15:30:00-05:00", "2025-01-27T21:00:00Z"),
            ("2025-01-27T16:00:00-05:00", "2025-01-27T22:00:00Z"),
            ("2025-01-27T08:30:00-05:00", "2025-01-27T14:30:00Z"),
        ])
    func intradayEnd(start: String, end: String) throws {
        let outcome = try Example.csv(Example.hourlyHeader + "\(start),NVDA,1,2,0.5,1,10\n")
        #expect(outcome.bars.map(\.end) == [time(end)])
    }

    @Test("a bar's own end and the given interval are used")
    func ownEnd() throws {
        let header = "start,end,symbol,open,high,low,close,volume\n"
        var options = CSVOptions()
        options.interval = 300 * CivilTime.second
        let rows =
            "2025-01-27T14:30:00Z,2025-01-27T14:31:00Z,NVDA,1,2,0.5,1,1\n2025-01-27T14:40:00Z,,NVDA,1,2,0.5,1,1\n"
        let outcome = try Example.csv(header + rows, options)
        #expect(outcome.bars.map(\.end) == [time("2025-01-27T14:31:00Z"), time("2025-01-27T14:45:00Z")])
        let halfDay = try Example.csv(
            "date,symbol,open,high,low,close,volume,end\n2024-11-29,NVDA,1,1,1,1,1,2024-11-29T13:00:00-05:00\n")
        #expect(halfDay.bars.map(\.end) == [time("2024-11-29T18:00:00Z")])
    }

    @Test("columns are found by name, in any order and case, and others are passed over")
    func columnsByName() throws {
        let text = "Note,Volume,close,LOW,high,open,symbol,Date\nx,544514000.0,3,1,4,2,NVDA,2025-01-27\n"
        let bar = try #require(try Example.csv(text).bars.first)
        #expect([bar.open, bar.high, bar.low, bar.close] == [2, 4, 1, 3].map { $0 * 1_000_000_000 })
        #expect(bar.volume == 544_514_000)
    }

    @Test("byte-order mark, CRLF, blank lines and a missing last line end make no difference")
    func lineEnds() throws {
        let plain = try Example.csv(Example.dailyHeader + "2025-01-27,NVDA,1,2,1,1,5\n2025-01-27,SPY,1,2,1,1,5\n")
        let windows = "\u{FEFF}" + "date,symbol,open,high,low,close,volume\r\n\r\n2025-01-27,NVDA,1,2,1,1,5\r\n  \r\n"
        let other = try Example.csv(windows + "2025-01-27,SPY,1,2,1,1,5")
        #expect(other.events == plain.events)
        #expect(other.refusals.isEmpty)
    }

    @Test("quoted fields hold commas, quotes and line breaks")
    func quoting() throws {
        let text =
            "date,symbol,note,open,high,low,close,volume\n"
            + "2025-01-27,\"NVDA\",\"a, \"\"b\"\"\nc\",1,2,1,1,5\n2025-01-28,NVDA,,\"1\",2,1,1,5\n2025-01-28,NVDA,,1,2,1,1,6\n"
        let outcome = try Example.csv(text)
        #expect(outcome.bars.count == 2)
        #expect(outcome.refusals.map(\.line) == [5])
        #expect(outcome.reasons == [.conflictingDuplicate])
    }

    @Test("a quote that is never closed costs its own line only", arguments: [3, 70, 200])
    func strayQuote(rows: Int) throws {
        var text = Example.dailyHeader + "2024-01-02,\"NVDA,1,2,1,1,5\n"
        for day in 0..<rows {
            text += "\(CivilTime.date(day: 20_000 + day)),NVDA,1,2,1,1,5\n"
        }
        let outcome = try Example.csv(text)
        #expect(outcome.refusals.map(\.line) == [2])
        #expect(outcome.reasons == [.malformedQuoting])
        #expect(outcome.bars.count == rows)
    }

    @Test("an opening print gets its condition from its row or from the importer")
    func conditions() throws {
        let rows = "2025-01-27T09:30:00-05:00,NVDA,124.80,0"
        var options = CSVOptions()
        options.tradeCondition = .openingAuction
        let byOption = try Example.csv("time,symbol,price,size\n" + rows + "\n", options)
        #expect(byOption.events.map(\.trade.condition) == [.openingAuction])
        let text = Example.tradeHeader + rows + ",closing\n" + rows + ",\n" + rows + ",regular\n" + rows + ",auction\n"
        let byRow = try Example.csv(text)
        #expect(byRow.events.map(\.trade.condition) == [.closingAuction, .regular, .regular])
        #expect(byRow.reasons == [.notAllowed])
        #expect(byRow.events[0].trade.price == 124_800_000_000)
        #expect(byRow.events[0].trade.time == time("2025-01-27T14:30:00Z"))
    }

    @Test("a row said twice is dropped, one said differently is refused")
    func duplicates() throws {
        let row = "2025-01-27,NVDA,1,2,1,1,5\n"
        let outcome = try Example.csv(Example.dailyHeader + row + row + "2025-01-27,NVDA,1,2,1,1.5,5\n")
        #expect(outcome.bars.count == 1)
        #expect(outcome.counts.duplicates == 1)
        #expect(outcome.refusals.map(\.line) == [4])
        #expect(outcome.reasons == [.conflictingDuplicate])
    }

    @Test("duplicates are noticed in whatever order rows come")
    func duplicatesOutOfOrder() throws {
        var generator = SeededGenerator.fromEnvironment("duplicates out of order")
        let rows = (20_000..<20_200).map { "\(CivilTime.date(day: $0)),NVDA,1,2,1,1,5\n" }
        let twice = (rows + rows).shuffled(using: &generator)
        let outcome = try Example.csv(Example.dailyHeader + twice.joined())
        #expect(outcome.bars.count == 200 && outcome.counts.duplicates == 200)
        let contradicted = try Example.csv(
            Example.dailyHeader + twice.joined() + rows.joined().replacing(",5", with: ",6"))
        #expect(contradicted.reasons == Array(repeating: .conflictingDuplicate, count: 200))
    }

    @Test("a bar is widened by up to a thousandth, and counted")
    func widening() throws {
        let outcome = try Example.csv(Example.dailyHeader + "2025-01-27,NVDA,100.1,100,99,98.901,5\n")
        #expect(outcome.counts.widened == 1)
        #expect(outcome.bars.map(\.high) == [100_100_000_000])
        #expect(outcome.bars.map(\.low) == [98_901_000_000])
    }

    /// Date, symbol, open, high, low, close and volume of a row, and why it is refused.
    static let malformed: [(row: String, reason: RefusalReason)] = [
        ("2025-01-27,NVDA,1,2,1,1", .columnCount),
        ("2025-01-27,NVDA,1,2,1,1,5,6", .columnCount),
        ("2025-01-27,NVDA,1,2,1,1,1,234", .columnCount),
        ("2025-01-27,XYZ,1,2,1,1,5", .unknownSymbol),
        ("2025-01-27,,1,2,1,1,5", .missingValue),
        ("2025-01-27,nvda,1,2,1,1,5", .unknownSymbol),
        (",NVDA,1,2,1,1,5", .missingValue),
        ("2025-02-30,NVDA,1,2,1,1,5", .notATime),
        ("27/01/2025,NVDA,1,2,1,1,5", .notATime),
        ("1989-12-31,NVDA,1,2,1,1,5", .timeOutOfRange),
        ("9999-01-01,NVDA,1,2,1,1,5", .timeOutOfRange),
        ("2025-01-27,NVDA,,2,1,1,5", .missingValue),
        ("2025-01-27,NVDA,NaN,2,1,1,5", .notANumber),
        ("2025-01-27,NVDA,inf,2,1,1,5", .notANumber),
        ("2025-01-27,NVDA,1e2,200,1,100,5", .notANumber),
        ("2025-01-27,NVDA,1.2.3,2,1,1,5", .notANumber),
        ("2025-01-27,NVDA,.,2,1,1,5", .notANumber),
        ("2025-01-27,NVDA,-1,2,1,1,5", .priceNotPositive),
        ("2025-01-27,NVDA,0,2,1,1,5", .priceNotPositive),
        ("2025-01-27,NVDA,0.0000000001,2,1,1,5", .priceNotPositive),
        ("2025-01-27,NVDA,1000000000.01,2,1,1,5", .numberTooLarge),
        ("2025-01-27,NVDA,99999999999999999999999999,2,1,1,5", .numberTooLarge),
        ("2025-01-27,NVDA,1,1,2,1,5", .highBelowLow),
        ("2025-01-27,NVDA,2.1,2,1,1,5", .outsideRange),
        ("2025-01-27,NVDA,1,2,1,0.99,5", .outsideRange),
        ("2025-01-27,NVDA,1,2,1,1,-5", .notANumber),
        ("2025-01-27,NVDA,1,2,1,1,5.5", .notWhole),
        ("2025-01-27,NVDA,1,2,1,1,99999999999999999999", .numberTooLarge),
        ("2025-01-27,NV\"DA,1,2,1,1,5", .malformedQuoting),
        ("2025-01-27,\"NVDA\"x,1,2,1,1,5", .malformedQuoting),
    ]

    @Test("a malformed row is refused with file, line and reason, and the next is read", arguments: malformed)
    func refuses(row: String, reason: RefusalReason) throws {
        let good = "2025-01-28,NVDA,1,2,1,1,5\n"
        let outcome = try Example.csv(Example.dailyHeader + good + row + "\n2025-01-29,NVDA,1,2,1,1,5\n")
        #expect(outcome.refusals.map(\.source) == ["x.csv"])
        #expect(outcome.refusals.map(\.line) == [3])
        #expect(outcome.reasons == [reason])
        #expect(outcome.refusals[0].text.contains("allowed"))
        #expect(outcome.bars.count == 2)
        #expect(outcome.counts.refused == [reason: 1])
    }

    @Test(
        "an intraday row with times that cannot be is refused",
        arguments: [
            ("2025-01-27T09:30:00,", RefusalReason.notATime),
            ("2025-01-27 14:30,", .notATime),
            ("2600-01-27T09:30:00Z,", .timeOutOfRange),
            ("2025-01-27T14:30:00Z,2025-01-27T14:30:00Z", .endNotAfterStart),
            ("2025-01-27T14:30:00Z,2025-01-27T13:30:00Z", .endNotAfterStart),
        ])
    func refusesTimes(times: String, reason: RefusalReason) throws {
        let outcome = try Example.csv("start,end,symbol,open,high,low,close,volume\n\(times),NVDA,1,2,1,1,5\n")
        #expect(outcome.reasons == [reason])
    }

    @Test(
        "a header that is not understood refuses the file, once",
        arguments: [
            "date,symbol,reason", "date,symbol,open,high,low,close", "date,date,symbol,open,high,low,close,volume",
            "\u{0}",
        ])
    func refusesHeader(header: String) throws {
        let outcome = try Example.csv(header + "\n2025-01-27,NVDA,1,2,1,1,5\n2025-01-27,NVDA,1,2,1,1,5\n")
        #expect(outcome.reasons == [.unknownHeader])
        #expect(outcome.refusals.map(\.line) == [1])
        #expect(outcome.events.isEmpty)
    }

    @Test("an empty file is refused as a whole", arguments: ["", "\n\n", "\u{FEFF}"])
    func refusesEmpty(text: String) throws {
        let outcome = try Example.csv(text)
        #expect(outcome.reasons == [.unknownHeader])
        #expect(outcome.refusals.map(\.line) == [0])
    }

    @Test(
        "digits past the ninth decimal are rounded half to even",
        arguments: [
            ("1.0000000005", 1_000_000_000), ("1.0000000015", 1_000_000_002), ("1.00000000050001", 1_000_000_001),
            ("1.0000000004999", 1_000_000_000), ("135.955002000000000000000000001", 135_955_002_000),
            ("+1.5", 1_500_000_000),
            ("1.", 1_000_000_000), (".5", 500_000_000), ("1000000000", 1_000_000_000_000_000_000),
        ])
    func rounding(text: String, units: Int64) throws {
        let outcome = try Example.csv(Example.tradeHeader + "2025-01-27T14:30:00Z,NVDA,\(text),1,\n")
        #expect(outcome.events.map(\.trade.price) == [units])
    }

    @Test("20,000 mutated files are read without a crash")
    func mutations() throws {
        var generator = SeededGenerator.fromEnvironment("CSV mutations")
        let sample = Array(
            (Example.hourlyHeader + "2025-01-27T09:30:00-05:00,NVDA,124.8,128.4,116.7,118.42,818830900\n"
                + "2025-01-27T10:30:00-05:00,\"AVGO\",1.25,2,1.0,1.5,10.0\n2025-01-27T10:30:00-05:00,SPY,1,2,1,1,5\n")
                .utf8)
        let settings = try Example.settings()
        for _ in 0..<20_000 {
            let feed = CSVFeed(source: "x.csv", symbols: settings.symbols, calendars: settings.calendars)
            let outcome = Outcome(feed, generator.mutate(sample))
            #expect(outcome.counts.refusedTotal == outcome.refusals.count)
            #expect(outcome.counts.accepted == outcome.events.count)
        }
    }
}

@Suite("Symbols of CSV files")
struct CSVSymbolsTests {
    private func symbols(_ text: String) throws -> [String] {
        let file = TemporaryDirectory()
        let path = file.path + "/a.csv"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try CSVSymbols.read(path)
    }

    @Test("each once, in the order of their first row; rows that are no rows do not count")
    func order() throws {
        let text = """
            date,symbol,open,high,low,close,volume
            2025-01-02,B,1,1,1,1,1
            2025-01-02, A ,1,1,1,1,1
            2025-01-02,B,1,1,1,1,1
            2025-01-02,short,1
            2025-01-02,has space,1,1,1,1,1
            2025-01-02,"C,D",1,1,1,1,1
            2025-01-02,,1,1,1,1,1
            """
        #expect(try symbols(text) == ["B", "A", "C,D"])
        #expect(try symbols("time,symbol,price,size\n") == [])
    }

    @Test("a header that is not understood is refused with its line")
    func header() {
        #expect(throws: Refusal.self) { try symbols("a,b\n1,2\n") }
    }
}
