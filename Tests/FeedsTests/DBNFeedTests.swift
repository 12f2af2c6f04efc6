import Feeds
import Foundation
import Schema
import TestKit
import Testing

@Suite("DBN feed")
struct DBNFeedTests {
    static let open: UInt64 = 1_737_988_200_000_000_000  // 2025-01-27T14:30:00Z
    static let mappings = [
        DBNBytes.Mapping("NVDA", 2025_01_27, 2025_01_28, "11"), DBNBytes.Mapping("AVGO", 2025_01_27, 2025_01_28, "12"),
        // The number stands for another on the next day.
        DBNBytes.Mapping("SPY", 2025_01_28, 2025_01_29, "11"), DBNBytes.Mapping("OTHER", 2025_01_27, 2025_01_28, "13"),
    ]

    static func file(
        version: UInt8 = 3, schema: UInt16 = .max, stypeIn: UInt8 = 1, stypeOut: UInt8 = 0,
        mappings: [DBNBytes.Mapping] = mappings, _ records: (inout DBNBytes) -> Void
    ) -> [UInt8] {
        var file = DBNBytes()
        file.metadata(version: version, schema: schema, mappings: mappings, stypeIn: stypeIn, stypeOut: stypeOut)
        records(&file)
        return file.bytes
    }

    /// What a feed made of a file.
    struct Made {
        var events: [InputEvent] = []
        var lines: [UInt64] = []
        var refusals: [Refusal] = []
        var feed: DBNFeed

        init(_ bytes: [UInt8], _ options: DBNOptions = DBNOptions(), pieces: Int = .max) throws {
            feed = DBNFeed(source: "x.dbn", symbols: try Example.settings().symbols, options: options)
            var batch = FeedBatch()
            var (events, lines, refusals) = ([InputEvent](), [UInt64](), [Refusal]())
            func take(_ batch: borrowing FeedBatch) {
                events += batch.events.map(\.event)
                lines += batch.events.map(\.line)
                refusals += batch.refusals
            }
            try bytes.withUnsafeBytes { all in
                var start = 0
                while start < all.count {
                    let end = pieces < all.count - start ? start + pieces : all.count
                    try feed.read(UnsafeRawBufferPointer(rebasing: all[start..<end]), into: &batch) { take($0) }
                    start = end
                }
            }
            feed.finish(into: &batch)
            take(batch)
            (self.events, self.lines, self.refusals) = (events, lines, refusals)
        }

        var words: [String] {
            events.map { event in
                switch event.event {
                case .trade(let trade): "\(trade.symbol) \(trade.time - DBNFeedTests.open) \(trade.price) \(trade.size)"
                case .bar(let bar):
                    "\(bar.symbol) \(bar.start - DBNFeedTests.open) \((bar.end - bar.start) / CivilTime.second) s \(bar.open) \(bar.high) \(bar.low) \(bar.close) \(bar.volume)"
                default: "?"
                }
            }
        }
    }

    @Test(
        "trades and bars come with the symbol of their day, exact prices and the interval of their kind",
        arguments: [1, 2, 3] as [UInt8])
    func reads(version: UInt8) throws {
        let bytes = Self.file(version: version) { file in
            file.trade(11, time: Self.open, price: 124_800_000_001, size: 7)
            file.trade(12, time: Self.open + 1, price: 2, size: .max)
            file.trade(11, time: Self.open + CivilTime.day, price: 3)
            file.bar(11, rtype: 0x20, start: Self.open, (10, 12, 9, 11))
            file.bar(11, rtype: 0x21, start: Self.open, (10, 12, 9, 11))
            file.bar(12, rtype: 0x22, start: Self.open, (10, 12, 9, 11), volume: .max)
            file.bar(12, rtype: 0x23, start: Self.open, (10, 12, 9, 11))
        }
        for size in [1, 50, .max] {
            let made = try Made(bytes, pieces: size)
            #expect(made.refusals.isEmpty && made.lines == [1, 2, 3, 4, 5, 6, 7])
            #expect(
                made.words == [
                    "NVDA 0 124800000001 7", "AVGO 1 2 0", "SPY 86400000000000 3 100", "NVDA 0 1 s 10 12 9 11 7",
                    "NVDA 0 60 s 10 12 9 11 7", "AVGO 0 3600 s 10 12 9 11 0", "AVGO 0 86400 s 10 12 9 11 7",
                ])
            #expect(made.feed.counts.accepted == 7)
        }
    }

    @Test("bars that do not say their length have the schema's")
    func oldBars() throws {
        for (schema, seconds) in [(5, 1), (6, 60), (7, 3_600), (8, 86_400)] as [(UInt16, UInt64)] {
            let made = try Made(Self.file(schema: schema) { $0.bar(11, rtype: 0x11, start: Self.open, (1, 1, 1, 1)) })
            #expect(made.words == ["NVDA 0 \(seconds) s 1 1 1 1 7"])
        }
        let made = try Made(Self.file { $0.bar(11, rtype: 0x11, start: Self.open, (1, 1, 1, 1)) })
        #expect(made.events.isEmpty && made.feed.passedOver.values.reduce(0, +) == 1)
    }

    @Test("undefined prices and times are refused with the byte, one by one")
    func undefined() throws {
        let bytes = Self.file { file in
            file.trade(11, time: Self.open, price: .max)
            file.trade(11, time: .max, price: 5)
            file.trade(11, time: .max, price: 5, flags: 8, received: Self.open)
            file.trade(11, time: .max, price: 6, received: Self.open)
            file.trade(11, time: Self.open, price: -5)
            file.trade(11, time: 3, price: 5)
            file.bar(11, start: Self.open, (10, 12, .max, 11))
            file.bar(11, start: Self.open, (10, 9, 12, 11))
            file.bar(11, start: .max, (10, 12, 9, 11))
            file.trade(11, time: Self.open, price: 7)
        }
        let made = try Made(bytes)
        #expect(made.words == ["NVDA 0 6 100", "NVDA 0 7 100"])
        #expect(
            made.refusals.map(\.reason) == [
                .missingValue, .missingValue, .missingValue, .priceNotPositive, .timeOutOfRange, .missingValue,
                .highBelowLow, .timeOutOfRange,
            ])
        #expect(made.refusals.map(\.line) == [1, 2, 3, 5, 6, 7, 8, 9])
        #expect(made.refusals.allSatisfy { $0.text.hasPrefix("byte ") })
        #expect(made.refusals[0].description.contains("x.dbn:1: byte ") && made.refusals[0].text.contains("undefined"))
    }

    @Test("what is no trade is passed over and counted by why")
    func passedOver() throws {
        let bytes = Self.file { file in
            file.trade(11, time: Self.open, price: 5, action: "C")
            file.trade(11, time: Self.open, price: 5, flags: 32)
            file.sample(11, time: Self.open, price: 5, received: Self.open + 9)
            file.sample(11, time: Self.open, price: 5, received: Self.open + 10)
            file.sample(11, time: Self.open + 11, price: 6, received: Self.open + 12)
            file.sample(11, time: .max, price: .max, received: Self.open + 13)
            file.header(words: 4, rtype: 0x99, instrument: 11, time: 5)
            file.error("no \"entitlement\"")
        }
        let made = try Made(bytes)
        #expect(made.words == ["NVDA 0 5 10", "NVDA 11 6 10"] && made.refusals.isEmpty)
        #expect(
            made.feed.passedOver == [
                "changes of the order book": 1, "records of a snapshot": 1, "samples without a new trade": 1,
                "samples without a trade": 1, "records of unknown kinds": 1, "error records": 1,
            ])
        #expect(made.feed.warnings.first == #"the gateway said: "no "entitlement"""#)
    }

    @Test("an instrument without a symbol of the settings is refused once a day, and its further records counted")
    func unknown() throws {
        let bytes = Self.file { file in
            for price in 1...3 { file.trade(13, time: Self.open, price: Int64(price)) }
            for price in 1...2 { file.trade(99, time: Self.open, price: Int64(price)) }
            file.trade(11, time: Self.open, price: 4)
        }
        let made = try Made(bytes)
        #expect(made.words == ["NVDA 0 4 100"])
        #expect(
            made.refusals.map(\.line) == [1, 4] && made.refusals.map(\.reason) == [.unknownSymbol, .unknownSymbol])
        #expect(made.refusals[0].text.contains("\"OTHER\"") && made.refusals[1].text.contains("instrument 99"))
        #expect(made.feed.passedOver == ["records of instruments refused before": 3])
    }

    @Test("symbols come from mapping records of a live stream, and from metadata the other way round")
    func symbology() throws {
        let live = Self.file(mappings: []) { file in
            file.mapping(21, input: "NVDA", stypeIn: 1, output: "NVDA")
            file.mapping(22, input: "SPY", stypeIn: 3, output: "SPYH5")
            file.mapping(23, input: "AVGO", stypeIn: 4, output: "AVGOH5")
            for instrument in 21...23 as ClosedRange<UInt32> { file.trade(instrument, time: Self.open, price: 5) }
        }
        let made = try Made(live)
        // A parent stands for many instruments: only the output counts.
        #expect(made.words == ["NVDA 0 5 100", "SPY 0 5 100"] && made.refusals.map(\.reason) == [.unknownSymbol])
        let reversed = Self.file(
            stypeIn: 0, stypeOut: 1, mappings: [DBNBytes.Mapping("31", 2025_01_27, 2025_01_28, "NVDA")]
        ) { $0.trade(31, time: Self.open, price: 5) }
        #expect(try Made(reversed).words == ["NVDA 0 5 100"])
        let parents = try Made(Self.file(stypeIn: 4) { $0.trade(11, time: Self.open, price: 5) })
        #expect(parents.events.isEmpty && parents.refusals.first?.text.contains("parent symbols") == true)
    }

    @Test("a bar twice is dropped, with other values refused, unless one publisher is chosen")
    func publishers() throws {
        let bytes = Self.file { file in
            file.bar(11, start: Self.open, (10, 12, 9, 11), publisher: 1)
            file.bar(11, start: Self.open, (10, 12, 9, 11), publisher: 1)
            file.bar(11, start: Self.open, (10, 12, 9, 12), publisher: 2)
        }
        let made = try Made(bytes)
        #expect(made.events.count == 1 && made.refusals.map(\.reason) == [.conflictingDuplicate])
        #expect(made.feed.counts.duplicates == 1)
        var options = DBNOptions()
        options.publisher = 2
        let chosen = try Made(bytes, options)
        #expect(chosen.words == ["NVDA 0 60 s 10 12 9 12 7"] && chosen.refusals.isEmpty)
    }

    @Test("a torn file keeps what is whole and refuses the rest once")
    func torn() throws {
        var bytes = Self.file { file in
            file.trade(11, time: Self.open, price: 5)
            file.trade(11, time: Self.open, price: 6)
        }
        bytes.removeLast(3)
        let made = try Made(bytes)
        #expect(made.words == ["NVDA 0 5 100"] && made.refusals.map(\.reason) == [.malformedDBN])
        #expect(made.refusals[0].line == 2)
        let none = try Made(Array("date,symbol".utf8))
        #expect(none.events.isEmpty && none.refusals.map(\.reason) == [.malformedDBN])
        #expect(try Made([]).refusals.map(\.reason) == [.malformedDBN])
    }

    @Test("a recording is made of a file, through a file descriptor")
    func recording() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/x.dbn"
        let bytes = Self.file { file in
            for index in 0..<20_000 as Range<UInt64> { file.trade(11, time: Self.open + index, price: 5) }
            file.bar(11, start: Self.open, (5, 5, 5, 5))
        }
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
        let settings = try Example.settings()
        var builder = RecordingBuilder(settings: settings)
        var feed = DBNFeed(source: path, symbols: settings.symbols)
        try builder.add(file: path, through: &feed, refused: { Issue.record("\($0)") })
        #expect(feed.counts.accepted == 20_001)
        #expect(builder.build().messages.filter { $0.type == .trades }.reduce(0) { $0 + $1.count } == 20_000)
    }
}
