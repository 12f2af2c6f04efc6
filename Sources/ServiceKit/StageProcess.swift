import EventLog
import Logging
import Schema
import Streaming
import ZeroMQ

/// What a stage's process does besides running its stage: nothing, for most.
public protocol StageAttachment {
    /// Called once, before anything is read.
    mutating func start(_ context: ServiceContext, log: EventLog) throws
    /// Called after each commit with the head committed, and when nothing happened for a while.
    mutating func committed(upTo head: UInt64, now: Duration) throws
    /// How the stream's owner answers questions that only this process can.
    func answer(_ request: StreamRequest.OneOf_Request) -> StreamReply.OneOf_Reply?
    /// Where the stream is served.
    func endpoint(_ configuration: ServiceConfiguration) -> String?
    /// Who decides which readers of the stream may connect; asked after ``start(_:log:)``.
    var guardian: SocketGuard? { get }
    /// Adds what the process should tell of this to its heartbeat.
    func report(in heartbeat: inout Heartbeat)
}

/// A stage's process: reads its inputs' owners, runs the engine, serves the output, on one thread.
///
/// Reads, applies, commits, then serves and acknowledges: nothing leaves before it is in the log.
public final class StageProcess<S: Stage> {
    private let context: ServiceContext
    private let engine: StageEngine<S>
    private let owner: StreamOwner
    private let readers: [StreamReader]
    private let control: ControlLink
    private var attachment: (any StageAttachment)?
    private var lastCheckpoint: Duration
    private var checkpointed: UInt64 = 0
    private var failure: String?

    private var checkpointPath: String { context.configuration.checkpointPath(context.name) }

    public init(
        _ stage: S.Type, _ context: ServiceContext, attachment: (any StageAttachment)? = nil,
        configure: (inout S) -> Void = { _ in }
    ) throws {
        self.context = context
        let configuration = context.configuration
        try ServiceMain.makePrivateDirectory(configuration.runDirectory)
        let log = try EventLog(
            directory: configuration.streamDirectory(S.output.rawValue), stream: S.output,
            newEpoch: ServiceMain.newEpoch(), options: .init(sync: configuration.sync))
        engine = try StageEngine(
            log: log, checkpointPath: configuration.checkpointPath(context.name), configure: configure)
        var attachment = attachment
        try attachment?.start(context, log: log)
        let answering = attachment
        owner = try StreamOwner(
            log.index, in: context.zeroMQ,
            at: Endpoint(attachment?.endpoint(configuration) ?? configuration.endpoint(of: S.output.rawValue)),
            guardedBy: attachment?.guardian,
            answer: answering.map { attachment in { attachment.answer($0) } })
        readers = try S.inputs.map { [engine] stream in
            try StreamReader(
                stream, in: context.zeroMQ, at: Endpoint(configuration.endpoint(of: stream.rawValue)),
                from: (engine.applied[stream] ?? 0) + 1, epoch: engine.epochs[stream] ?? 0,
                credit: stream == .market ? 65_536 : 1_024, name: context.name)
        }
        control = try ControlLink(context)
        self.attachment = attachment
        lastCheckpoint = ServiceClock.monotonic
        context.logger.info(
            "started",
            metadata: [
                "checkpoint": "\(engine.restored)", "head": "\(log.committed)",
                "cut_bytes": "\(log.opening.cutBytes)",
            ])
    }

    /// Runs until told to stop and drained, or until something fails.
    public func run() throws {
        var poller = Poller()
        let items = readers.map { ($0.stream, $0.add(to: &poller)) }
        _ = owner.add(to: &poller)
        let stopItem = poller.add(context.stop.waker)
        var hasMore = false
        var stopDeadline: Duration?
        control.heartbeat.state = .ready
        while true {
            for (stream, item) in items where stream == .market {
                poller.setEvents(engine.isFull ? [] : .readable, for: item)
            }
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(50))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            let now = ServiceClock.monotonic
            let received = try receive(now: now)
            try commit(now: now)
            hasMore = try owner.service(now: now) || received
            try acknowledge(idle: !received)
            try checkpointIfDue(now: now)
            try beat(now: now)
            if context.stop.count > 0, stopDeadline == nil {
                stopDeadline = now + context.configuration.stopWithin
                control.heartbeat.state = .draining
            }
            if let deadline = stopDeadline {
                if now >= deadline || context.stop.count > 1 { break }
                if !received {
                    owner.isEnding = true
                    if owner.isDrained { break }
                }
            }
        }
        try finish()
    }

    /// Takes a bounded number of messages from each input and applies them.
    private func receive(now: Duration) throws -> Bool {
        var any = false
        for reader in readers {
            if reader.stream == .market, engine.isFull {
                // What waits in the socket waits for us: the owner is not silent.
                reader.postpone(now: now)
                continue
            }
            try reader.keepOpen(now: now)
            for _ in 0..<8 {
                let event = try reader.receive(now: now) { [engine] _, records in
                    var decoder = BatchDecoder()
                    while let message = try decoder.next(in: records) { try engine.enqueue(message, of: reader.stream) }
                }
                switch event {
                case .nothing: break
                case .progress:
                    any = true
                    if reader.stream == S.inputs[0] { engine.promise(reader.watermark) }
                    continue
                case .refused(let code, let reason):
                    throw StageError.refused(stream: reader.stream.rawValue, code, reason)
                }
                break
            }
        }
        try engine.advance()
        return any
    }

    private func commit(now: Duration) throws {
        let head = try engine.log.commit()
        owner.watermark = engine.watermark
        try attachment?.committed(upTo: head, now: now)
    }

    private func acknowledge(idle: Bool) throws {
        for reader in readers { try reader.acknowledge(engine.applied[reader.stream] ?? 0, idle: idle) }
    }

    private func checkpointIfDue(now: Duration) throws {
        guard now - lastCheckpoint >= context.configuration.checkpointInterval else { return }
        lastCheckpoint = now
        if engine.recordsApplied > checkpointed { writeCheckpoint() }
    }

    /// A checkpoint is only a shortcut: one that cannot be written is no reason to stop.
    private func writeCheckpoint() {
        let epochs = Dictionary(uniqueKeysWithValues: readers.map { ($0.stream, $0.epoch) })
        do {
            try engine.writeCheckpoint(to: checkpointPath, epochs: epochs)
            checkpointed = engine.recordsApplied
        } catch {
            context.logger.warning("no checkpoint was written", metadata: ["why": "\(error)"])
        }
    }

    private func beat(now: Duration) throws {
        try control.beat(at: now) { heartbeat in
            var status = StreamStatus()
            status.stream = S.output.rawValue
            status.epoch = engine.log.epoch
            status.head = engine.log.committed
            status.watermark = engine.watermark
            status.readers = UInt32(owner.readerCount)
            heartbeat.streams = [status]
            heartbeat.inputs = readers.map { reader in
                var status = StreamStatus()
                status.stream = reader.stream.rawValue
                status.epoch = reader.epoch
                status.head = engine.applied[reader.stream] ?? 0
                status.watermark = reader.watermark
                return status
            }
            heartbeat.set("records_applied", engine.recordsApplied)
            heartbeat.set("repeats_dropped", engine.repeatsDropped)
            heartbeat.set("requests_refused", owner.refused)
            heartbeat.set("batches_malformed", readers.reduce(0) { $0 + $1.malformed })
            heartbeat.set("reopened", UInt64(readers.reduce(0) { $0 + $1.reopened }))
            attachment?.report(in: &heartbeat)
        }
    }

    private func finish() throws {
        writeCheckpoint()
        try engine.log.close()
        for reader in readers { try reader.close() }
    }
}

/// Why a stage's process cannot go on.
public enum StageError: ExitStatusProviding, CustomStringConvertible {
    case refused(stream: String, RefusalCode, String)

    /// Another history than the one we were reading: starting again cannot bring the old one back.
    public var exitStatus: ExitStatus {
        switch self {
        case .refused(_, .epoch, _): .configuration
        case .refused: .tryAgain
        }
    }

    public var description: String {
        switch self {
        case .refused(let stream, let code, let reason): "the owner of \(stream) refused us: \(code): \(reason)"
        }
    }
}
