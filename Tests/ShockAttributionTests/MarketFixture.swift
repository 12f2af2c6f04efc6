import Foundation
import Schema
import Testing

@testable import ShockAttribution

/// Builds market records by hand, numbered as they come.
struct MarketFixture {
    private(set) var messages: [StreamMessage] = []
    private var sequence: UInt64 = 1
    private var numbers: [String: UInt32] = [:]

    static func day(_ date: String) -> UInt64 { UInt64(CivilTime.parseDate(date)!) * CivilTime.day }

    /// An instant of a date, such as `at("2025-01-27", "14:30:00")`.
    static func at(_ date: String, _ time: String) -> UInt64 { CivilTime.parseRFC3339("\(date)T\(time)Z")! }

    private mutating func next() -> UInt64 {
        defer { sequence += 1 }
        return sequence
    }

    var lastSequence: UInt64 { sequence - 1 }

    mutating func define(
        _ symbol: String, name: String = "", kind: InstrumentKind = .equity, aliases: [String] = [],
        ambiguous: [String] = []
    ) {
        var definition = InstrumentDefinition()
        definition.sequence = next()
        definition.instrument = UInt32(numbers.count + 1)
        numbers[symbol] = definition.instrument
        definition.symbol = symbol
        definition.name = name
        definition.kind = kind
        definition.aliases = aliases
        definition.ambiguousAliases = ambiguous
        messages.append(.instrumentDefinition(definition))
    }

    mutating func configure(_ settings: ModelSettings) {
        var change = ConfigurationChanged()
        change.sequence = next()
        change.settings = settings
        messages.append(.configurationChanged(change))
    }

    /// A session's bar, 14:30 to 21:00.
    mutating func daily(_ symbol: String, _ date: String, close: Double) {
        bar(symbol, from: Self.at(date, "14:30:00"), until: Self.at(date, "21:00:00"), close: close)
    }

    mutating func bar(
        _ symbol: String, from start: UInt64, until end: UInt64, close: Double, recorded: UInt64? = nil
    ) {
        var bars = Bars()
        bars.firstSequence = next()
        bars.recordTime = [recorded ?? end]
        bars.instrument = [numbers[symbol]!]
        bars.start = [start]
        bars.end = [end]
        let price = Price.units(close)!
        bars.open = [price]
        bars.high = [price]
        bars.low = [price]
        bars.close = [price]
        bars.volume = [0]
        messages.append(.bars(bars))
    }

    mutating func trade(_ symbol: String, at time: UInt64, price: Double) {
        var trades = Trades()
        trades.firstSequence = next()
        trades.recordTime = [time]
        trades.instrument = [numbers[symbol]!]
        trades.time = [time]
        trades.price = [Price.units(price)!]
        trades.size = [0]
        trades.condition = [0]
        messages.append(.trades(trades))
    }

    mutating func news(
        _ title: String, at time: UInt64, published: UInt64? = nil, source: String = "Wire", tier: SourceTier = .t5,
        language: String = "en", body: String = ""
    ) {
        var item = NewsItem()
        item.sequence = next()
        item.recordTime = time
        item.eventTime = published ?? time
        item.published = published ?? time
        item.firstSeen = time
        item.source = source
        item.tier = tier
        item.language = language
        item.title = title
        item.body = body
        messages.append(.newsItem(item))
    }

    mutating func fact(_ fact: Fact) {
        var fact = fact
        fact.sequence = next()
        messages.append(.fact(fact))
    }

    /// A signal of the last record's making.
    mutating func signal(_ signal: ShockSignal) {
        var signal = signal
        signal.cause.sequence = lastSequence
        signal.cause.ordinal = 1
        signal.sequence = UInt64(messages.count)
        messages.append(.shockSignal(signal))
    }
}

extension ShockSignal {
    static func made(
        _ phase: ShockPhase, _ subject: String, session: String, onset: Range<UInt64>, simpleReturn: Double,
        scope: ShockScope = .instrument, complete: Bool = true, reason: String = ""
    ) -> ShockSignal {
        var signal = ShockSignal()
        signal.eventTime = onset.upperBound
        signal.recordTime = onset.upperBound
        signal.shock = "\(subject)/\(session)"
        signal.phase = phase
        signal.scope = scope
        signal.subject = subject
        signal.measure.session = session
        signal.measure.onsetFrom = onset.lowerBound
        signal.measure.onsetUntil = onset.upperBound
        signal.measure.simpleReturn = simpleReturn
        signal.measure.complete = complete
        signal.reason = reason
        return signal
    }
}

extension AttributeStage {
    /// Applies messages and gives what was said.
    mutating func findings(_ messages: [StreamMessage]) -> [Finding] {
        var outbox = Outbox()
        for message in messages { apply(message, rows: 0..<message.count, to: &outbox) }
        return outbox.drain().compactMap { message in
            guard case .finding(let finding) = message else { return nil }
            return finding
        }
    }
}

/// The shared data beside the repository, which not every checkout has.
enum SharedData {
    static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"].map { URL(filePath: $0) }
        var beside = URL(filePath: #filePath)
        for _ in 0..<3 { beside.deleteLastPathComponent() }
        let candidates = [
            environment, beside.appending(path: "../shared/data"), beside.appending(path: "../../shared/data"),
        ]
        return candidates.compactMap { $0?.standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.appending(path: "deepseek/bars_daily.csv").path) }
    }()

    static var isPresent: Bool { folder != nil }

    /// Closes by symbol and date.
    static func dailyCloses() throws -> [(date: String, symbol: String, close: Double)] {
        let file = try #require(folder).appending(path: "deepseek/bars_daily.csv")
        return try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst().compactMap {
            line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count > 5, let close = Double(fields[5]) else { return nil }
            return (String(fields[0]), String(fields[1]), close)
        }
    }
}

/// A headline of the shared data. Others' sentences: read, never copied.
struct SharedHeadline: Decodable {
    let published_at: String
    let timestamp_kind: String
    let source: String
    let title: String
    let summary: String?

    static func all() throws -> [SharedHeadline] {
        let file = try #require(SharedData.folder).appending(path: "deepseek/news_headlines.jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
            .map { try JSONDecoder().decode(SharedHeadline.self, from: Data($0.utf8)) }
    }

    var time: UInt64 { CivilTime.parseRFC3339(published_at)! }
}
