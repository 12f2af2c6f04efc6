import EventLog
import Schema

/// A stage with its log: applies input records in their one order, appends what the stage says, and after a
/// restart drops what the log already holds. It knows no sockets, so the same engine runs alone in a
/// process, beside others in one process, and in tests.
///
/// With two inputs it is a merge: a record of the first input is applied right after the market record that
/// caused it, and a market record only once the first input's watermark covers it.
public final class StageEngine<S: Stage> {
    public let log: EventLog
    public private(set) var stage: S
    /// How the checkpoint was found at start, for the log.
    public let restored: String
    /// The last sequence applied of each input.
    public private(set) var applied: [StreamName: UInt64]
    /// The first input's promise, which lets market records be applied.
    private var promised: UInt64 = 0
    private var outbox = Outbox()
    /// What the log held last when it was opened: outputs up to it are repeats.
    private let lastLogged: Cause?
    private var market = PendingMessages()
    private var primary = PendingMessages()
    public private(set) var recordsApplied: UInt64 = 0
    public private(set) var repeatsDropped: UInt64 = 0

    private var isMerge: Bool { S.inputs.count == 2 }

    /// The histories that the checkpoint's sequences are of; empty when starting from nothing.
    public private(set) var epochs: [StreamName: UInt64] = [:]

    /// - Parameters:
    ///   - checkpointPath: nil: always from the start.
    ///   - configure: Deployment settings of the stage, whatever a checkpoint says.
    public init(log: EventLog, checkpointPath: String?, configure: (inout S) -> Void = { _ in }) throws {
        self.log = log
        var last: Cause?
        if log.committed > 0 {
            try log.index.forEachMessage(from: log.committed) { message in
                last = message.cause
                return true
            }
        }
        lastLogged = last
        applied = Dictionary(uniqueKeysWithValues: S.inputs.map { ($0, 0) })
        let (found, reason) =
            checkpointPath.map { CheckpointFile.read($0, as: S.self) } ?? (nil, reason: "not wanted")
        if let found, found.output <= log.committed, found.outputEpoch == log.epoch {
            stage = found.stage
            outbox.position = found.position
            for input in S.inputs {
                applied[input] = found.applied[input.rawValue] ?? 0
                epochs[input] = found.epochs[input.rawValue]
            }
            restored = reason
        } else {
            stage = S()
            restored = found == nil ? reason : "ahead of the stream it belongs to"
        }
        configure(&stage)
    }

    /// Writes the state as it is between two records.
    public func writeCheckpoint(to path: String, epochs: [StreamName: UInt64]) throws {
        let checkpoint = Checkpoint(
            judgementVersion: S.judgementVersion,
            applied: Dictionary(uniqueKeysWithValues: applied.map { ($0.rawValue, $1) }),
            epochs: Dictionary(uniqueKeysWithValues: epochs.map { ($0.rawValue, $1) }), output: log.committed,
            outputEpoch: log.epoch, position: outbox.position, stage: stage)
        try CheckpointFile.write(checkpoint, to: path)
    }

    /// Everything caused by market records up to here has been appended.
    public private(set) var watermark: UInt64 = 0

    /// Whether so many market records wait for the first input that no more should be fetched.
    public var isFull: Bool { market.count > 256 }

    /// Takes a message of an input; messages of one input come in order.
    public func enqueue(_ message: StreamMessage, of stream: StreamName) throws {
        if isMerge, stream == .market {
            market.append(message, after: applied[.market] ?? 0)
        } else if isMerge {
            // Causes never go back, so all that earlier market records caused is here.
            if let cause = message.cause, cause.sequence > 0 { promised = max(promised, cause.sequence - 1) }
            primary.append(message, after: applied[stream] ?? 0)
        } else {
            try apply(message, of: stream, rows: skipped(message, after: applied[stream] ?? 0)..<message.count)
        }
    }

    /// Takes the first input's watermark, once all records it covers have been enqueued.
    public func promise(_ watermark: UInt64) {
        promised = max(promised, watermark)
        // A reader of market alone makes its own promise: see advance().
        if !isMerge, S.inputs != [.market] { self.watermark = max(self.watermark, watermark) }
    }

    private func skipped(_ message: StreamMessage, after sequence: UInt64) -> Int {
        message.firstSequence > sequence ? 0 : min(message.count, Int(sequence - message.firstSequence) + 1)
    }

    /// Applies what may be applied, in order.
    public func advance() throws {
        guard isMerge, let first = S.inputs.first else {
            if S.inputs == [.market] { watermark = max(watermark, applied[.market] ?? 0) }
            return
        }
        while true {
            let reached = applied[.market] ?? 0
            if let next = primary.first, let cause = next.cause, cause.sequence <= reached {
                try apply(next, of: first, rows: 0..<1)
                primary.removeFirst()
                continue
            }
            guard let next = market.first, next.firstSequence + UInt64(market.row) <= promised else { break }
            var limit = min(promised, next.lastSequence)
            if let cause = primary.first?.cause { limit = min(limit, cause.sequence) }
            let end = Int(limit - next.firstSequence) + 1
            try apply(next, of: .market, rows: market.row..<end)
            market.advance(to: end)
        }
        let reached = applied[.market] ?? 0
        let isWaiting = primary.first != nil
        watermark = max(watermark, isWaiting ? min(watermark, reached) : min(reached, promised))
    }

    private func apply(_ message: StreamMessage, of stream: StreamName, rows: Range<Int>) throws {
        guard !rows.isEmpty else { return }
        stage.apply(message, rows: rows, to: &outbox)
        applied[stream] = message.firstSequence + UInt64(rows.upperBound) - 1
        recordsApplied += UInt64(rows.count)
        if outbox.outputs.isEmpty { return }
        for output in outbox.drain() {
            if let lastLogged, let cause = output.cause, cause <= lastLogged {
                repeatsDropped += 1
            } else {
                try log.append(output)
            }
        }
    }
}

/// Messages that wait to be applied, and how far into the first one that has come.
struct PendingMessages {
    private var messages: [StreamMessage] = []
    private var head = 0
    /// The first message's rows before this one have been applied.
    private(set) var row = 0
    /// The last sequence taken in: after its owner was asked again, a reader may hand over more than once.
    private var last: UInt64 = 0

    var count: Int { messages.count - head }
    var first: StreamMessage? { head < messages.count ? messages[head] : nil }

    /// - Parameter sequence: Records up to it have been applied already.
    mutating func append(_ message: StreamMessage, after sequence: UInt64) {
        let seen = max(last, sequence)
        if message.lastSequence <= seen { return }
        let skip = message.firstSequence > seen ? 0 : Int(seen - message.firstSequence) + 1
        messages.append(message.slice(skip..<message.count))
        last = message.lastSequence
    }

    mutating func advance(to end: Int) {
        row = end
        if let first, end >= first.count { removeFirst() }
    }

    mutating func removeFirst() {
        head += 1
        row = 0
        if head > 64, head * 2 > messages.count {
            messages.removeFirst(head)
            head = 0
        }
    }
}
