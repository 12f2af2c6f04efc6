import EventLog
import Metrics
import Schema
import Streaming

/// A stage at work, one step after the other: reads its inputs' owners, runs the engine, commits, serves the
/// output, acknowledges. It knows neither sockets nor a clock, so that all stages can be run in one process over a
/// simulated network and disk.
///
/// Nothing leaves before it is in the log: the order within ``step(now:)`` is the guarantee.
public final class StageRunner<S: Stage> {
    public let engine: StageEngine<S>
    public let owner: StreamOwner
    public let readers: [StreamReader]
    public private(set) var keeper: LogKeeper
    /// How much is kept of the stage's own stream.
    public var retention = RetentionPolicy.everything
    private(set) var attachment: (any StageAttachment)?
    /// Called before so many bytes are written at once that a busy disk may take longer than a supervisor waits.
    public var onLongWrite: ((_ bytes: Int) throws -> Void)?
    private var checkpointed: UInt64 = 0
    /// Begun with nothing, beside a stream that says something already.
    private var isBlind: Bool
    /// The inputs whose beginning was looked at.
    private var begun: Set<StreamName> = []

    /// - Parameters:
    ///   - engine: The stage, with its log.
    ///   - output: The lines to those who read what the stage says.
    ///   - attachment: What else its process does; nil: nothing.
    ///   - commits: Told how long each commit took; nil: nobody asks.
    ///   - input: The line to the owner of each input.
    public init(
        _ engine: StageEngine<S>, output: any OwnerLink, attachment: (any StageAttachment)? = nil,
        commits: Timer? = nil, input: (StreamName) throws -> any ReaderLink
    ) throws {
        self.engine = engine
        keeper = LogKeeper(timer: commits)
        self.attachment = attachment
        isBlind = !engine.isRestored && engine.log.committed > 0
        owner = StreamOwner(
            engine.log.index, over: output, answer: attachment.map { attachment in { attachment.answer($0) } })
        readers = try S.inputs.map { stream in
            let reader = StreamReader(
                stream, over: try input(stream), from: (engine.applied[stream] ?? 0) + 1,
                epoch: engine.epochs[stream] ?? 0, credit: stream == .market ? 65_536 : 1_024,
                name: S.output.readerName)
            reader.holdings = engine.holdings(of: stream)
            return reader
        }
    }

    /// What a step did.
    public struct Outcome: Sendable {
        /// Something was received.
        public var received = false
        /// A reader waits for more: step again soon.
        public var hasMore = false
    }

    /// - Throws: ``StageError`` when the stage must be started anew or cannot go on.
    public func step(now: Duration) throws -> Outcome {
        var outcome = Outcome()
        if !keeper.isStalled { outcome.received = try receive(now: now) }
        if engine.log.pendingBytes > Self.longWrite { try onLongWrite?(engine.log.pendingBytes) }
        if try keeper.commit(engine.log, now: now) {
            owner.watermark = engine.watermark
            try attachment?.committed(upTo: engine.log.committed, now: now)
        }
        outcome.hasMore = try owner.service(now: now) || (outcome.received && !keeper.isStalled)
        if !keeper.isStalled {
            for reader in readers {
                try reader.acknowledge(engine.applied[reader.stream] ?? 0, idle: !outcome.received)
            }
        }
        return outcome
    }

    /// Whether more market records wait for the other input than should.
    public var isFull: Bool { engine.isFull }

    /// Takes a bounded number of messages from each input and applies them.
    private func receive(now: Duration) throws -> Bool {
        var any = false
        let said = engine.outputsMade
        for reader in readers {
            if reader.stream == .market, engine.isFull {
                // What waits in the socket waits for us: the owner is not silent.
                reader.postpone(now: now)
                continue
            }
            try reader.keepOpen(now: now)
            for _ in 0..<8 {
                guard try take(from: reader, now: now) else { break }
                any = true
                // What is said takes longest to make, repeats too: the rest waits for the next step.
                if engine.outputsMade - said >= Self.outputsAStep { break }
            }
        }
        return engine.advance(messages: Self.messagesAStep, outputs: Self.outputsAStep) || any
    }

    /// A fraction of a second on a disk that has other work.
    private static var longWrite: Int { 8 << 20 }
    /// Messages of a merged input applied in one step: a heartbeat goes out between steps.
    private static var messagesAStep: Int { 512 }
    /// Outputs after which no more is taken in one step.
    private static var outputsAStep: UInt64 { 64 }

    private func take(from reader: StreamReader, now: Duration) throws -> Bool {
        let event = try reader.receive(now: now) { [engine] _, records in
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: records) { engine.enqueue(message, of: reader.stream) }
        }
        switch event {
        case .nothing: return false
        case .progress:
            if reader.stream == S.inputs[0] { engine.promise(reader.watermark) }
            return try noteHistory(of: reader, now: now)
        case .refused(let code, let reason):
            throw StageError.refused(stream: reader.stream.rawValue, code, reason)
        case .withdrawn(let first, let cause):
            if try engine.takeBack(reader.stream, from: first, cause: cause) {
                throw StageError.takenBack(stream: reader.stream.rawValue, first: first)
            }
            reader.adopt()
            return true
        }
    }

    /// The log remembers of which history its records are made, before the first one is.
    ///
    /// - Returns: false when it cannot be written down for now: nothing more is taken.
    private func noteHistory(of reader: StreamReader, now: Duration) throws -> Bool {
        guard reader.epoch != 0 else { return true }
        let isFirst = !begun.contains(reader.stream)
        guard isFirst || engine.log.lineage.inputs[reader.stream.rawValue] != reader.epoch else { return true }
        return try keeper.attempt(now: now) { () throws(LogError) in
            if isFirst, isBlind, reader.first > 1 {
                let begin = "\(reader.stream.rawValue) begins at \(reader.first)"
                try engine.log.beginEpoch(because: "\(begin) and there is no checkpoint: the state before is lost")
                isBlind = false
            }
            begun.insert(reader.stream)
            try engine.log.note(epoch: reader.epoch, of: reader.stream)
        }
    }

    // MARK: now and then

    /// Writes a checkpoint if anything was applied since the last one. Nothing may be appended and uncommitted.
    ///
    /// - Returns: Whether one was written.
    @discardableResult
    public func writeCheckpoint() throws -> Bool {
        guard engine.recordsApplied > checkpointed, !keeper.isStalled else { return false }
        try engine.writeCheckpoint(epochs: Dictionary(uniqueKeysWithValues: readers.map { ($0.stream, $0.epoch) }))
        checkpointed = engine.recordsApplied
        for reader in readers {
            reader.holdings.restorable = engine.restorable[reader.stream] ?? 0
            if reader.stream == .market { reader.holdings.needed = engine.stage.needed ?? 0 }
        }
        return true
    }

    /// Removes what nobody needs any more from the stage's own stream.
    ///
    /// - Returns: The new first sequence, if anything was removed.
    public func retain() throws -> UInt64? {
        guard retention != .everything else { return nil }
        var limit = owner.removable(by: S.output.readerNames)
        if S.output.readerNames.isEmpty { limit = engine.log.committed }
        if let needed = engine.stage.needed { limit = min(limit, try engine.log.last(causedBefore: needed)) }
        return try engine.log.retain(behind: limit, retention)
    }

    public func close() throws {
        try engine.log.close()
        for reader in readers { try reader.close() }
    }
}

extension StreamName {
    /// By what name the stage that writes this stream reads its inputs.
    public var readerName: String {
        switch self {
        case .market: "epicenter-ingest"
        case .signals: "epicenter-analyze"
        case .findings: "epicenter-attribute"
        case .alerts: "epicenter-publish"
        }
    }

    /// Those without whom nothing may be removed from this stream.
    public var readerNames: [String] {
        StreamName.allCases.filter { $0.sources.contains(self) }.map(\.readerName)
    }
}

/// Why a stage cannot go on as it is.
public enum StageError: ExitStatusProviding, CustomStringConvertible {
    case refused(stream: String, RefusalCode, String)
    /// Records were taken back, and so was what we had said of them: a new start goes on from there.
    case takenBack(stream: String, first: UInt64)

    /// Of another history than the one we were reading: starting again cannot bring the old one back.
    public var exitStatus: ExitStatus {
        switch self {
        case .refused(_, .epoch, _): .configuration
        case .refused, .takenBack: .tryAgain
        }
    }

    public var description: String {
        switch self {
        case .refused(let stream, .epoch, let reason):
            "\(stream) is not the stream that we read before (\(reason)): put back the one that belongs to this data directory, or move all four away"
        case .refused(let stream, let code, let reason): "the owner of \(stream) refused us: \(code): \(reason)"
        case .takenBack(let stream, let first):
            "\(stream) was taken back from sequence \(first) on, and what was said of it; starting again from there"
        }
    }
}
