public import Schema

/// What came of the input read since the batch was last emptied.
///
/// A reader empties it every few thousand lines (``removeAll()``), so that memory does not grow with the file.
public struct FeedBatch: Sendable {
    public private(set) var events: [AcceptedEvent] = []
    public private(set) var refusals: [Refusal] = []

    public init() {}

    public mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        refusals.removeAll(keepingCapacity: true)
    }

    mutating func accept(_ event: InputEvent, line: UInt64) { events.append(AcceptedEvent(event: event, line: line)) }
    mutating func refuse(_ refusal: Refusal) { refusals.append(refusal) }
}

/// An event and the line it stands on, so that what is found wrong with it later can be said of the line.
public struct AcceptedEvent: Sendable, Equatable {
    public var event: InputEvent
    public var line: UInt64
}

extension InputEvent {
    init(_ event: OneOf_Event) {
        self.init()
        self.event = event
    }
}

/// What a feed has met so far, for counters and for the last line of an import.
public struct FeedCounts: Sendable, Equatable, Codable {
    public var accepted: UInt64 = 0
    public var refused: [RefusalReason: UInt64] = [:]
    /// Rows that said again exactly what an earlier one said; dropped.
    public var duplicates: UInt64 = 0
    /// Bars whose high or low was moved by at most 0.1 % to hold their open and close.
    public var widened: UInt64 = 0
    /// News whose published time is marked: after it was first seen, long before, or unreadable.
    public var publishedMarked: UInt64 = 0
    /// Keys nothing is done with, and in how many objects each occurred.
    public private(set) var ignoredKeys: [String: UInt64] = [:]

    /// Past this many different ignored keys, further ones are not remembered by name.
    public static let maximumIgnoredKeys = 256

    public init() {}

    public var refusedTotal: UInt64 { refused.values.reduce(0, +) }

    /// One line for each ignored key, in alphabetical order.
    public var warnings: [String] {
        ignoredKeys.sorted { $0.key < $1.key }.map { key, count in
            "key \(quoted(key)) is not known and was ignored in \(count) object\(count == 1 ? "" : "s")"
        }
    }

    mutating func countRefusal(_ reason: RefusalReason) { refused[reason, default: 0] += 1 }

    mutating func countIgnored(_ key: String) {
        guard ignoredKeys[key] != nil || ignoredKeys.count < Self.maximumIgnoredKeys else { return }
        ignoredKeys[String(key.prefix(64)), default: 0] += 1
    }
}

/// A feed that reads lines: give it each line in order, then say that there are no more.
///
/// Pure: no file, no clock. ``LineReader`` and ``LineSplitter`` make lines.
public protocol LineFeed {
    /// File name for refusals.
    var source: String { get }
    var counts: FeedCounts { get set }
    /// Reads one line, given without its line end.
    mutating func read(_ line: Span<UInt8>, number: UInt64, into batch: inout FeedBatch)
    /// The input ended.
    mutating func finish(into batch: inout FeedBatch)
}

extension LineFeed {
    /// Takes note of a line the reader skipped because it is over the limit.
    public mutating func skippedLine(number: UInt64, bytes: UInt64, into batch: inout FeedBatch) {
        let text = "line has \(bytes) bytes, allowed are \(LineSplitter.maximumLineBytes)"
        refuse(Fault(.lineTooLong, text), number, into: &batch)
    }

    mutating func refuse(_ fault: Fault, _ line: UInt64, into batch: inout FeedBatch) {
        counts.countRefusal(fault.reason)
        batch.refuse(fault.at(source, line))
    }

    /// Reads what a splitter or a reader gives.
    public mutating func read(_ bytes: Span<UInt8>, _ line: LineSplitter.Line, into batch: inout FeedBatch) {
        if line.isTooLong {
            skippedLine(number: line.number, bytes: line.byteCount, into: &batch)
        } else {
            read(bytes, number: line.number, into: &batch)
        }
    }

    /// Reads a whole file held in memory.
    public mutating func readAll(_ bytes: Span<UInt8>) -> FeedBatch {
        var batch = FeedBatch()
        var splitter = LineSplitter()
        splitter.push(bytes) { read($0, $1, into: &batch) }
        splitter.finish { read($0, $1, into: &batch) }
        finish(into: &batch)
        return batch
    }
}
