import EventLog
import Feeds
import Schema
import ServiceKit

/// Where recorded messages come from: a recording, or files that are made into one.
enum RecordedSource {
    case recording(LogIndex)
    case built([StreamMessage])
}

/// Plays recorded records into the log, keeping their sequences and record times and adding nothing.
///
/// After a restart it goes on behind the log's head: the source is the same, so its sequences are too.
struct RecordingPlayer: ~Copyable {
    private let source: RecordedSource
    private let rate: ReplayRate
    private var cursor: LogCursor
    private var pending: [StreamMessage] = []
    private var pendingRow = 0
    private var nextBuilt = 0
    private let buffer = RawBuffer()
    private var check: RecordingCheck
    private var began: (wall: Duration, market: UInt64)?
    private(set) var isDone = false

    init(_ source: RecordedSource, rate: ReplayRate, head: UInt64) {
        self.source = source
        self.rate = rate
        cursor = LogCursor(at: head + 1)
        check = RecordingCheck(.market)
        if case .built(let messages) = source {
            nextBuilt = messages.firstIndex { $0.lastSequence > head } ?? messages.count
            isDone = nextBuilt == messages.count
        }
    }

    /// Appends what is due, at most about a megabyte at a time.
    ///
    /// - Returns: How many records; 0 when nothing is due yet, or all is played.
    mutating func play(into log: EventLog, now: Duration) throws -> Int {
        switch (rate, source) {
        case (.maximum, .recording(let index)): return try copy(index, into: log)
        default: return try playPaced(into: log, now: now)
        }
    }

    /// As fast as it goes: records travel as they lie.
    private mutating func copy(_ index: LogIndex, into log: EventLog) throws -> Int {
        let position = cursor.position
        if position < index.firstSequence { cursor = LogCursor(at: index.firstSequence) }
        guard let batch = try cursor.next(in: index, limit: 1 << 18, into: buffer) else {
            isDone = true
            return 0
        }
        try check.check(buffer.bytes)
        if batch.firstSequence >= position {
            try log.append(records: buffer.bytes, batch)
            return Int(batch.lastSequence - batch.firstSequence + 1)
        }
        // The log ends inside a message of the source: a paced run cut it there.
        var decoder = BatchDecoder()
        var count = 0
        while let message = try decoder.next(in: buffer.bytes) {
            guard message.lastSequence >= position else { continue }
            let skip = position > message.firstSequence ? Int(position - message.firstSequence) : 0
            let rest = message.slice(skip..<message.count)
            log.append(rest)
            count += rest.count
        }
        return count
    }

    /// Row by row as record time comes due, rows of one instant together.
    private mutating func playPaced(into log: EventLog, now: Duration) throws -> Int {
        if case .recording(let index) = source, log.head == 0 { log.begin(at: index.firstSequence) }
        var count = 0
        while count < 16_384 {
            guard let message = try upcoming(after: log.head) else {
                isDone = true
                break
            }
            let rows = message.count
            guard pendingRow < rows else {
                pending.removeFirst()
                pendingRow = 0
                continue
            }
            guard isDue(message.recordTime(row: pendingRow), now: now) else { break }
            var end = pendingRow + 1
            while end < rows, isDue(message.recordTime(row: end), now: now) { end += 1 }
            log.append(message.slice(pendingRow..<end))
            count += end - pendingRow
            pendingRow = end
        }
        return count
    }

    private mutating func upcoming(after head: UInt64) throws -> StreamMessage? {
        if let first = pending.first { return first }
        switch source {
        case .built(let messages):
            guard nextBuilt < messages.count else { return nil }
            pending = [messages[nextBuilt]]
            nextBuilt += 1
        case .recording(let index):
            if cursor.position < index.firstSequence { cursor = LogCursor(at: index.firstSequence) }
            guard try cursor.next(in: index, limit: 1 << 16, into: buffer) != nil else { return nil }
            try check.check(buffer.bytes)
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: buffer.bytes) {
                if message.lastSequence > head { pending.append(message) }
            }
        }
        guard let first = pending.first else { return try upcoming(after: head) }
        pendingRow = head >= first.firstSequence ? Int(head - first.firstSequence) + 1 : 0
        return first
    }

    /// Whether a record time has come, counted from the first one asked about.
    private mutating func isDue(_ recordTime: UInt64, now: Duration) -> Bool {
        guard case .factor(let factor) = rate else { return true }
        guard let began else {
            self.began = (now, recordTime)
            return true
        }
        guard recordTime > began.market else { return true }
        return Double(recordTime - began.market) / 1e9 <= (now - began.wall).inSeconds * factor
    }
}
