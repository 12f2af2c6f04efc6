import Feeds
import Foundation
import Schema

/// A small market: three symbols on the New York exchange.
enum Example {
    static let yaml = """
        settings:
          benchmark: SPY
          calendar: {zone: America/New_York, open: "09:30", close: "16:00"}
        instruments:
          - {symbol: NVDA, name: NVIDIA, kind: equity, currency: USD}
          - {symbol: AVGO, name: Broadcom, kind: equity, currency: USD}
          - {symbol: SPY, name: S&P 500 ETF, kind: etf, currency: USD}
        """

    static func settings() throws -> SettingsFile {
        let bytes = Array(yaml.utf8)
        return try SettingsFile.parse(bytes.span, source: "small.yaml")
    }

    static func csv(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> Outcome {
        let settings = try settings()
        let feed = CSVFeed(source: "x.csv", symbols: settings.symbols, calendars: settings.calendars, options: options)
        return Outcome(feed, text)
    }

    static func json(_ text: String) throws -> Outcome {
        Outcome(JSONLinesFeed(source: "x.jsonl", symbols: try settings().symbols), text)
    }

    static let dailyHeader = "date,symbol,open,high,low,close,volume\n"
    static let hourlyHeader = "start,symbol,open,high,low,close,volume\n"
    static let tradeHeader = "time,symbol,price,size,condition\n"
}

/// What came of a text.
struct Outcome {
    var events: [InputEvent]
    var refusals: [Refusal]
    var counts: FeedCounts

    init(_ feed: some LineFeed, _ text: String) { self.init(feed, Array(text.utf8)) }

    init(_ feed: some LineFeed, _ bytes: [UInt8]) {
        var feed = feed
        let batch = feed.readAll(bytes.span)
        events = batch.events.map(\.event)
        refusals = batch.refusals
        counts = feed.counts
    }

    var bars: [InputBar] { events.map(\.bar) }
    var reasons: [RefusalReason] { refusals.map(\.reason) }
}

func time(_ text: String) -> UInt64 { CivilTime.parseRFC3339(text)! }

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers from the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From `EPICENTER_SEED`, or a fixed one; printed, so that a failure can be had again.
    static func fromEnvironment(_ test: String) -> SeededGenerator {
        let seed = ProcessInfo.processInfo.environment["EPICENTER_SEED"].flatMap { UInt64($0) } ?? 20_250_127
        print("\(test): EPICENTER_SEED=\(seed)")
        return SeededGenerator(seed: seed)
    }

    /// `bytes` with one to four bytes changed, inserted, removed or repeated.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let likely = Array("\",\n\r\\{}[]:-.0123456789eEnT\u{0}".utf8) + [0xFF, 0xC3, 0xEF]
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let byte =
                Bool.random(using: &self)
                ? likely.randomElement(using: &self)! : UInt8.random(in: 0...255, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...40, using: &self))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }
}
