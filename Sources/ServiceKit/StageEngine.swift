import EventLog
import MCAP
import Schema
import Streaming

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
    /// The cause of the last output, logged or appended.
    public private(set) var lastCause: Cause?
    private let checkpoints: CheckpointFile?
    private let configuration: String
    /// Inputs can start again without records up to these: the older checkpoint's.
    public private(set) var restorable: [StreamName: UInt64] = [:]
    private var market = PendingMessages()
    private var primary = PendingMessages()
    public private(set) var recordsApplied: UInt64 = 0
    public private(set) var repeatsDropped: UInt64 = 0
    /// What the stage has said since it started, repeats included.
    public private(set) var outputsMade: UInt64 = 0

    /// Called with each output, as it is made and again as it is appended: what one record has to say may take longer than
    /// a supervisor waits for a sign of life, and is said as one all the same.
    public var onOutput: (() -> Void)? {
        didSet { outbox.onOutput = onOutput }
    }

    private var isMerge: Bool { S.inputs.count == 2 }

    /// The histories of the inputs that we know; empty when starting from nothing. The log's, not the checkpoint's: what
    /// was taken back between the two has been dealt with, and a checkpoint that is still there holds nothing of it.
    public private(set) var epochs: [StreamName: UInt64] = [:]

    /// - Parameters:
    ///   - log: What the stage said; more is appended.
    ///   - checkpointPath: nil: always from the start.
    ///   - configuration: Deployment settings that enter what the stage says, as text; a change of them, as of the
    ///     judgement, begins a new epoch at the head.
    ///   - calls: How checkpoints are written.
    ///   - configure: Applies them, whatever a checkpoint says.
    public init(
        log: EventLog, checkpointPath: String?, configuration: String = "", calls: any FileCalls = SystemFileCalls(),
        configure: (inout S) -> Void = { _ in }
    ) throws {
        self.log = log
        self.configuration = configuration
        checkpoints = checkpointPath.map { CheckpointFile($0, calls: calls) }
        lastLogged = try Self.lastCause(of: log)
        lastCause = lastLogged
        applied = Dictionary(uniqueKeysWithValues: S.inputs.map { ($0, 0) })
        try log.note(judgement: configuration.isEmpty ? S.judgementVersion : "\(S.judgementVersion) \(configuration)")
        for input in S.inputs { epochs[input] = log.lineage.inputs[input.rawValue] }
        let (found, reason) = Self.usableCheckpoint(checkpoints, log)
        restored = reason
        stage = found?.stage ?? S()
        if let found {
            outbox.position = found.position
            for input in S.inputs {
                applied[input] = found.applied[input.rawValue] ?? 0
            }
        }
        configure(&stage)
        noteRestorable()
    }

    private static func lastCause(of log: EventLog) throws -> Cause? {
        var last: Cause?
        guard log.committed > 0 else { return nil }
        try log.index.forEachMessage(from: log.index.lastHeld) { message in
            last = message.cause
            return true
        }
        return last
    }

    /// The latest checkpoint whose outputs the log still holds.
    private static func usableCheckpoint(
        _ checkpoints: CheckpointFile?, _ log: EventLog
    ) -> (Checkpoint<S>?, reason: String) {
        guard let checkpoints else { return (nil, "not wanted") }
        var reasons: [String] = []
        for generation in checkpoints.generations {
            let (found, reason) = CheckpointFile.read(generation, as: S.self)
            guard let found else {
                reasons.append(reason)
                continue
            }
            if found.output <= log.committed,
                log.lineage.standing(epoch: found.outputEpoch, upTo: found.output) == .good
            {
                guard !reasons.isEmpty else { return (found, reason) }
                checkpoints.removeLatest()
                return (found, "restored the older one, the latest: \(reasons[0])")
            }
            reasons.append("ahead of the stream it belongs to")
        }
        return (nil, reasons.first ?? "none")
    }

    /// Whether the stage begins with the state of a checkpoint.
    public var isRestored: Bool { applied.values.contains { $0 > 0 } }

    /// What the owner of an input is to know of us.
    public func holdings(of input: StreamName) -> StreamReader.Holdings {
        var holdings = StreamReader.Holdings()
        // We may have said more than our log, let alone our checkpoint, still knows of, and others may hold it: whatever
        // of this history was taken back, they must learn it from us.
        holdings.applied = StreamMessage.sequences.upperBound
        holdings.restorable = restorable[input] ?? 0
        if input == .market { holdings.needed = stage.needed ?? 0 }
        return holdings
    }

    /// Writes the state as it is between two records. What was appended must have been committed.
    public func writeCheckpoint(epochs: [StreamName: UInt64]) throws {
        guard let checkpoints else { return }
        let checkpoint = Checkpoint(
            judgementVersion: S.judgementVersion, build: ServiceVersion.text, configuration: configuration,
            applied: Dictionary(uniqueKeysWithValues: applied.map { ($0.rawValue, $1) }),
            epochs: Dictionary(uniqueKeysWithValues: epochs.map { ($0.rawValue, $1) }), output: log.committed,
            outputEpoch: log.epoch, position: outbox.position, stage: stage)
        let before = latest
        try checkpoints.write(checkpoint)
        restorable = before
        latest = applied
    }

    /// What the latest checkpoint covers; it is the older one when the next is written.
    private var latest: [StreamName: UInt64] = [:]

    private func noteRestorable() {
        guard let checkpoints else { return }
        func covered(_ path: String) -> [StreamName: UInt64] {
            guard let found = CheckpointFile.read(path, as: S.self).0 else { return [:] }
            return Dictionary(uniqueKeysWithValues: S.inputs.map { ($0, found.applied[$0.rawValue] ?? 0) })
        }
        latest = covered(checkpoints.generations[0])
        restorable = covered(checkpoints.generations[1])
        // The older one stays the older one when the next is written.
        if latest.isEmpty { latest = restorable }
    }

    /// Records of an input that we may hold results of were taken back: takes back what we said of them.
    ///
    /// - Parameters:
    ///   - input: The stream whose owner took them back.
    ///   - first: Records of `input` from here on.
    ///   - cause: They had come of market records from here on.
    /// - Returns: Whether anything was taken back, or the state holds results of it; then the engine must be made
    ///   anew. Otherwise it goes on.
    public func takeBack(_ input: StreamName, from first: UInt64, cause: UInt64) throws -> Bool {
        checkpoints?.removeThose(of: S.self, holding: input, from: first, cause: cause)
        // By cause, where we know how far we are in market: what an owner lost and will say again, of earlier causes, we
        // hold by right.
        let inMarket = max(applied[.market] ?? 0, market.last, promised, primary.lastCause)
        let isInState = S.inputs.contains(.market) ? inMarket >= cause : (applied[input] ?? 0) >= first
        let isSaid = lastCause.map { $0.sequence >= cause } ?? false
        try log.cutBack(fromCause: cause, because: "\(input.rawValue) was taken back from sequence \(first) on")
        return isInState || isSaid
    }

    /// Everything caused by market records up to here has been appended.
    public private(set) var watermark: UInt64 = 0

    /// Whether so many market records wait for the first input that no more should be fetched.
    public var isFull: Bool { market.count > 256 }

    /// Takes a message of an input; messages of one input come in order.
    public func enqueue(_ message: StreamMessage, of stream: StreamName) {
        if isMerge, stream == .market {
            market.append(message, after: applied[.market] ?? 0)
        } else if isMerge {
            // Causes never go back, so all that earlier market records caused is here.
            if let cause = message.cause, cause.sequence > 0 { promised = max(promised, cause.sequence - 1) }
            primary.append(message, after: applied[stream] ?? 0)
        } else {
            apply(message, of: stream, rows: skipped(message, after: applied[stream] ?? 0)..<message.count)
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
    ///
    /// - Parameters:
    ///   - limit: Messages to apply at most, so that whoever has a heartbeat to send comes to send it: a month of news is
    ///     applied in seconds, not at once.
    ///   - outputs: Outputs after which no more is applied: what is said takes longest to make.
    /// - Returns: Whether there is more that could be applied now.
    @discardableResult
    public func advance(messages limit: Int = .max, outputs: UInt64 = .max) -> Bool {
        guard isMerge, let first = S.inputs.first else {
            if S.inputs == [.market] { watermark = max(watermark, applied[.market] ?? 0) }
            return false
        }
        var count = 0
        let said = outputsMade
        while count < limit, outputsMade - said < outputs {
            let reached = applied[.market] ?? 0
            if let next = primary.first, let cause = next.cause, isDue(cause, after: reached) {
                apply(next, of: first, rows: 0..<1)
                primary.removeFirst()
                count += 1
                continue
            }
            guard let next = market.first, next.firstSequence + UInt64(market.row) <= promised else { break }
            var last = min(promised, next.lastSequence)
            if let cause = primary.first?.cause { last = min(last, cause.sequence) }
            let end = Int(last - next.firstSequence) + 1
            apply(next, of: .market, rows: market.row..<end)
            market.advance(to: end)
            count += 1
        }
        let reached = applied[.market] ?? 0
        let isWaiting = primary.first != nil
        watermark = max(watermark, isWaiting ? min(watermark, reached) : min(reached, promised))
        return count == limit || outputsMade - said >= outputs
    }

    /// Whether the market record that caused something has been applied, or damage took it: then it is due before the
    /// next one there is.
    private func isDue(_ cause: Cause, after reached: UInt64) -> Bool {
        if cause.sequence <= reached { return true }
        guard let next = market.first else { return false }
        return cause.sequence < next.firstSequence + UInt64(market.row)
    }

    private func apply(_ message: StreamMessage, of stream: StreamName, rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        stage.apply(message, rows: rows, to: &outbox)
        applied[stream] = message.firstSequence + UInt64(rows.upperBound) - 1
        recordsApplied += UInt64(rows.count)
        if outbox.outputs.isEmpty { return }
        for output in outbox.drain() {
            outputsMade += 1
            if let lastLogged, let cause = output.cause, cause <= lastLogged {
                repeatsDropped += 1
            } else {
                log.append(output)
                lastCause = output.cause
            }
            onOutput?()
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
    private(set) var last: UInt64 = 0
    /// The market record that caused the last one taken in.
    private(set) var lastCause: UInt64 = 0

    var count: Int { messages.count - head }
    var first: StreamMessage? { head < messages.count ? messages[head] : nil }

    /// - Parameter sequence: Records up to it have been applied already.
    mutating func append(_ message: StreamMessage, after sequence: UInt64) {
        let seen = max(last, sequence)
        if message.lastSequence <= seen { return }
        let skip = message.firstSequence > seen ? 0 : Int(seen - message.firstSequence) + 1
        messages.append(message.slice(skip..<message.count))
        last = message.lastSequence
        lastCause = message.cause?.sequence ?? 0
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
