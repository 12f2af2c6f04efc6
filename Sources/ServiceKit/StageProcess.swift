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

    public init(_ stage: S.Type, _ context: ServiceContext, attachment: (any StageAttachment)? = nil) throws {
        self.context = context
        let configuration = context.configuration
        try ServiceMain.makePrivateDirectory(configuration.runDirectory)
        let log = try EventLog(
            directory: configuration.streamDirectory(S.output.rawValue), stream: S.output,
            newEpoch: ServiceMain.newEpoch(), options: .init(sync: configuration.sync))
        engine = try StageEngine(log: log, checkpointPath: configuration.checkpointPath(context.name))
        var attachment = attachment
        try attachment?.start(context, log: log)
        let answering = attachment
        owner = try StreamOwner(
            log.index, in: context.zeroMQ,
            at: Endpoint(attachment?.endpoint(configuration) ?? configuration.endpoint(of: S.output.rawValue)),
            answer: answering.map { attachment in { attachment.answer($0) } })
        readers = try S.inputs.map { [engine] stream in
            try StreamReader(
                stream, in: context.zeroMQ, at: Endpoint(configuration.endpoint(of: stream.rawValue)),
                from: (engine.applied[stream] ?? 0) + 1, credit: stream == .market ? 65_536 : 1_024, name: context.name)
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
        for reader in readers { _ = reader.add(to: &poller) }
        _ = owner.add(to: &poller)
        let stopItem = poller.add(context.stop.waker)
        var hasMore = false
        var stopDeadline: Duration?
        control.heartbeat.state = .ready
        while true {
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
            if let deadline = stopDeadline, !received {
                owner.isEnding = true
                if owner.isDrained || now >= deadline || context.stop.count > 1 { break }
            }
        }
        try finish()
    }

    /// Takes a bounded number of messages from each input and applies them.
    private func receive(now: Duration) throws -> Bool {
        var any = false
        for reader in readers {
            try reader.keepOpen(now: now)
            if reader.stream == .market, engine.isFull { continue }
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
                    throw StageError.refused(stream: reader.stream.rawValue, "\(code): \(reason)")
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
        if engine.recordsApplied > checkpointed { try writeCheckpoint() }
    }

    private func writeCheckpoint() throws {
        let epochs = Dictionary(uniqueKeysWithValues: readers.map { ($0.stream, $0.epoch) })
        try engine.writeCheckpoint(to: checkpointPath, epochs: epochs)
        checkpointed = engine.recordsApplied
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
            heartbeat.set("reopened", UInt64(readers.reduce(0) { $0 + $1.reopened }))
        }
    }

    private func finish() throws {
        try writeCheckpoint()
        try engine.log.close()
        for reader in readers { try reader.close() }
    }
}

/// Why a stage's process cannot go on.
public enum StageError: Error, CustomStringConvertible {
    case refused(stream: String, String)

    public var description: String {
        switch self {
        case .refused(let stream, let reason): "the owner of \(stream) refused us: \(reason)"
        }
    }
}
