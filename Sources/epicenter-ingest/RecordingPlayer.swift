import EventLog
import Feeds
import MCAP
import Schema
import ServiceKit

/// Where recorded messages come from: a recording, or files that are made into one.
enum RecordedSource {
    case recording(LogIndex)
    case built([StreamMessage])
}

/// Plays recorded records into the log, keeping their sequences and record times and adding nothing.
///
/// What is due when is ``ReplayPace``'s to say. After a restart it goes on behind the log's head: the source is
/// the same, so its sequences are too.
struct RecordingPlayer: ~Copyable {
    /// About so much is appended at a time, so that the log's owner serves and answers in between. A single
    /// message is less.
    static let stepBytes = 256 * 1_024

    /// A message that is read and not yet played, with the place of its bytes in the buffer.
    private struct Waiting {
        var message: StreamMessage
        var bytes: Range<Int>?
        var lastTime: UInt64
    }

    private let source: RecordedSource
    /// Record times beyond it are not played.
    private let until: UInt64
    private var cursor: LogCursor
    private var waiting: [Waiting] = []
    /// The first row in `waiting` that was not played.
    private var place = (message: 0, row: 0)
    private var nextBuilt = 0
    private let buffer = RawBuffer()
    private var check: RecordingCheck
    /// What commands change.
    var pace: ReplayPace
    private(set) var isDone = false
    /// The last record played by this process; zeros before the first.
    private(set) var last: (sequence: UInt64, recordTime: UInt64) = (0, 0)

    init(_ source: RecordedSource, pace: ReplayPace, until: UInt64 = .max, head: UInt64) {
        self.source = source
        self.pace = pace
        self.until = until
        cursor = LogCursor(at: head + 1)
        check = RecordingCheck(.market)
        if case .built(let messages) = source {
            nextBuilt = messages.firstIndex { $0.lastSequence > head } ?? messages.count
        }
    }

    /// The record time of the next record; nil when it was not read yet or there is none.
    var nextTime: UInt64? {
        place.message < waiting.count ? waiting[place.message].message.recordTime(row: place.row) : nil
    }

    /// Whether what is played now only restores state: it lies before where playing is to begin.
    var isRestoring: Bool { !isDone && (nextTime ?? last.recordTime) < pace.from }

    /// How long nothing will be due, at most 50 ms: then it is time to look around anyway.
    func idle(now: Duration) -> Duration {
        if isDone { return .milliseconds(50) }
        guard let nextTime else { return .zero }
        return min(max(pace.wait(until: nextTime, now: now) ?? .milliseconds(50), .milliseconds(1)), .milliseconds(50))
    }

    /// Appends what is due, about ``stepBytes`` at the most.
    ///
    /// - Returns: How many records; 0 when nothing is due yet, or all is played.
    mutating func play(into log: EventLog, now: Duration) throws -> Int {
        var count = 0
        var bytes = 0
        while bytes < Self.stepBytes, !isDone {
            guard let nextTime else {
                try refill(after: log.head)
                continue
            }
            guard nextTime <= until else {
                finish()
                break
            }
            guard let due = pace.due(next: nextTime, now: now) else { break }
            if log.head == 0, case .recording(let index) = source { log.begin(at: index.firstSequence) }
            let played = try append(through: min(due, until), room: Self.stepBytes - bytes, to: log)
            count += played.records
            bytes += played.bytes
            last.sequence = log.head
        }
        return count
    }

    private mutating func finish() {
        isDone = true
        waiting = []
        place = (0, 0)
    }

    // MARK: appending

    /// Appends whole messages as they lie, or the rows of one that are due. The first row is.
    private mutating func append(
        through time: UInt64, room: Int, to log: EventLog
    ) throws -> (records: Int, bytes: Int) {
        if let whole = wholeMessages(through: time, room: room) { return try copy(whole, to: log) }
        let message = waiting[place.message].message
        var end = place.row + 1
        while end < message.count, message.recordTime(row: end) <= time { end += 1 }
        let rows = message.slice(place.row..<end)
        log.append(rows)
        note(message.recordTime(row: end - 1))
        let count = end - place.row
        place = end == message.count ? (place.message + 1, 0) : (place.message, end)
        // A record of columns is about 80 bytes; others are messages of their own.
        return (count, message.count == 1 ? rows.serialized().count : count * 80)
    }

    /// The messages from here on that are due as a whole; nil if the next one is not, or has no bytes.
    private func wholeMessages(through time: UInt64, room: Int) -> Range<Int>? {
        guard place.row == 0 else { return nil }
        var end = place.message
        var bytes = 0
        while end < waiting.count, bytes < room, let range = waiting[end].bytes, waiting[end].lastTime <= time {
            bytes += range.count
            end += 1
        }
        return end > place.message ? place.message..<end : nil
    }

    private mutating func copy(_ messages: Range<Int>, to log: EventLog) throws -> (records: Int, bytes: Int) {
        let (first, final) = (waiting[messages.lowerBound], waiting[messages.upperBound - 1])
        guard let begin = first.bytes?.lowerBound, let end = final.bytes?.upperBound else { return (0, 0) }
        let batch = LogBatch(firstSequence: first.message.firstSequence, lastSequence: final.message.lastSequence)
        try log.append(records: UnsafeRawBufferPointer(rebasing: buffer.bytes[begin..<end]), batch)
        note(final.lastTime)
        place = (messages.upperBound, 0)
        return (Int(batch.lastSequence - batch.firstSequence + 1), end - begin)
    }

    private mutating func note(_ time: UInt64) {
        pace.played(through: time)
        last.recordTime = time
    }

    // MARK: reading

    /// Reads on until there is a row behind the log's head, or the end.
    private mutating func refill(after head: UInt64) throws {
        waiting.removeAll(keepingCapacity: true)
        place = (0, 0)
        switch source {
        case .built(let messages):
            guard nextBuilt < messages.count else { return finish() }
            wait(for: messages[nextBuilt], after: head, bytes: nil)
            nextBuilt += 1
        case .recording(let index):
            if cursor.position < index.firstSequence { cursor = LogCursor(at: index.firstSequence) }
            guard try cursor.next(in: index, limit: Self.stepBytes, into: buffer) != nil else { return finish() }
            var messages = MessageCursor()
            while let view = try messages.next(in: buffer.bytes.bytes) {
                guard let type = MessageType(rawValue: view.channelID) else {
                    throw LogError(.schema(.unknownType(view.channelID)), "recording")
                }
                let message = try StreamMessage(
                    type: type, bytes: UnsafeRawBufferPointer(rebasing: buffer.bytes[view.dataRange]))
                try check.check(message)
                wait(for: message, after: head, bytes: view.recordRange)
            }
        }
    }

    /// Puts a message in the queue, unless the log has all of it: a paced run may have cut it anywhere.
    private mutating func wait(for message: StreamMessage, after head: UInt64, bytes: Range<Int>?) {
        guard message.lastSequence > head else { return }
        if waiting.isEmpty, head >= message.firstSequence { place.row = Int(head - message.firstSequence) + 1 }
        waiting.append(
            Waiting(message: message, bytes: bytes, lastTime: message.recordTime(row: message.count - 1)))
    }
}
