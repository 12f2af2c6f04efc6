import EventLog
import Feeds
import Foundation
import Schema
import ServiceKit
import SwiftProtobuf

/// What ingest must know of its own stream, read back from it; of records that retention removed, from a file that
/// was written before they were.
struct StreamContents {
    private static let types: Set<MessageType> = [
        .instrumentDefinition, .configurationChanged, .producerMark, .newsItem,
    ]
    private(set) var symbols = SymbolTable()
    private(set) var definitions: [String: InstrumentDefinition] = [:]
    private(set) var settings: ModelSettings?
    /// The last sequence taken of each producer.
    private(set) var producers: [String: UInt64] = [:]
    /// What was taken of each feed that is polled.
    private(set) var feeds: [String: FeedMemory] = [:]
    private(set) var lastRecordTime: UInt64 = 0

    init() {}

    /// - Parameter kept: Where what was removed from the stream is kept.
    init(_ index: LogIndex, kept: String) throws {
        self.init()
        if let data = FileManager.default.contents(atPath: kept) { try take(Kept(data, kept)) }
        try index.forEachMessage(types: Self.types) { message in
            note(message)
            return true
        }
        if index.head > 0 {
            // Damage may have taken what followed.
            try index.forEachMessage(from: index.lastHeld) { message in
                lastRecordTime = message.recordTime(row: message.count - 1)
                return true
            }
        }
    }

    // MARK: what retention removes

    /// What was known of the records that are removed.
    private struct Kept: Codable {
        var definitions: [Data] = []
        var settings: Data?
        var producers: [String: UInt64] = [:]
        /// Files of old have none.
        var feeds: [String: [UInt64]]?

        init() {}

        init(_ data: Data, _ path: String) throws {
            guard let kept = try? JSONDecoder().decode(Kept.self, from: data) else {
                throw ConfigurationError([
                    "\(path): cannot be read; it holds instruments and producers of removed records: put back a copy, or move the stream away"
                ])
            }
            self = kept
        }
    }

    private mutating func take(_ kept: Kept) throws {
        for data in kept.definitions { note(.instrumentDefinition(try InstrumentDefinition(serializedBytes: data))) }
        settings = try kept.settings.map { try ModelSettings(serializedBytes: $0) }
        producers = kept.producers
        feeds = (kept.feeds ?? [:]).mapValues(FeedMemory.init(numbers:))
    }

    /// Keeps what is to be known of records that are about to be removed.
    ///
    /// - Parameter last: The last one of them.
    static func keep(of index: LogIndex, upTo last: UInt64, at path: String) throws {
        var contents = StreamContents()
        if let data = FileManager.default.contents(atPath: path) { try contents.take(Kept(data, path)) }
        try index.forEachMessage(types: types) { message in
            guard message.firstSequence <= last else { return false }
            contents.note(message)
            return true
        }
        var kept = Kept()
        kept.definitions = try contents.definitions.values.sorted { $0.instrument < $1.instrument }
            .map { try $0.serializedBytes() }
        kept.settings = try contents.settings?.serializedBytes()
        kept.producers = contents.producers
        kept.feeds = contents.feeds.mapValues(\.numbers)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try replaceFile(path, with: Array(JSONEncoder().encode(kept)))
    }

    /// Takes note of a record of the stream.
    mutating func note(_ message: StreamMessage) {
        switch message {
        case .instrumentDefinition(let definition):
            symbols.define(definition)
            definitions[definition.symbol] = definition
        case .configurationChanged(let changed): settings = changed.settings
        case .producerMark(let mark): producers[mark.producer] = mark.producerSequence
        case .newsItem(let news) where !news.feed.isEmpty: feeds[news.feed, default: FeedMemory()].note(news)
        default: break
        }
    }

    /// Records that bring the stream up to a settings file: definitions that are new or changed, and the
    /// settings if they are not those in force.
    func missing(_ file: SettingsFile, recordTime: UInt64) -> [StreamMessage] {
        var made: [StreamMessage] = []
        var next = symbols.highestNumber
        for wanted in file.instruments {
            var definition = wanted
            definition.sequence = 0
            if let known = definitions[wanted.symbol] {
                definition.instrument = known.instrument
                var comparable = known
                comparable.sequence = 0
                definition.recordTime = known.recordTime
                definition.eventTime = known.eventTime
                if comparable == definition { continue }
            } else {
                next += 1
                definition.instrument = next
            }
            made.append(Self.record(of: definition, at: recordTime))
        }
        if settings != file.model { made.append(Self.record(of: file.model, at: recordTime)) }
        return made
    }

    /// Definitions and settings as they are, to be said again where readers may begin once what is before is removed.
    ///
    /// Whoever heard them before notices nothing.
    func restated(recordTime: UInt64) -> [StreamMessage] {
        var made: [StreamMessage] = definitions.values.sorted { $0.instrument < $1.instrument }.map {
            Self.record(of: $0, at: recordTime)
        }
        if let settings { made.append(Self.record(of: settings, at: recordTime)) }
        return made
    }

    private static func record(of known: InstrumentDefinition, at recordTime: UInt64) -> StreamMessage {
        var definition = known
        definition.sequence = 0
        definition.recordTime = recordTime
        definition.eventTime = recordTime
        return .instrumentDefinition(definition)
    }

    private static func record(of settings: ModelSettings, at recordTime: UInt64) -> StreamMessage {
        var changed = ConfigurationChanged()
        changed.recordTime = recordTime
        changed.eventTime = recordTime
        changed.settings = settings
        return .configurationChanged(changed)
    }
}
