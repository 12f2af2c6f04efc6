import EventLog
import Glibc
import Logging
import Metrics
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

/// A stage's process: the runner on its sockets and one thread, with heartbeats, checkpoints and an orderly end.
public final class StageProcess<S: Stage> {
    private let context: ServiceContext
    private let runner: StageRunner<S>
    private let control: ControlLink
    private var lastCheckpoint: Duration
    private let checkpoints = Timer(label: "checkpoint_duration")

    private var engine: StageEngine<S> { runner.engine }
    /// What opening a log, writing a checkpoint or very many alerts may take on a slow disk.
    private static var longStep: Duration { .seconds(60) }

    /// - Parameters:
    ///   - stage: Which stage.
    ///   - context: Of this process.
    ///   - attachment: What else the process does; nil: nothing.
    ///   - configuration: Deployment settings that enter what the stage says, as text.
    ///   - configure: Applies them.
    public init(
        _ stage: S.Type, _ context: ServiceContext, attachment: (any StageAttachment)? = nil,
        configuration: String = "", configure: (inout S) -> Void = { _ in }
    ) throws {
        var context = context
        control = try ControlLink(context)
        context.control = control
        self.context = context
        let settings = context.configuration
        try ServiceMain.makePrivateDirectory(settings.runDirectory)
        try control.expect(Self.longStep, "opening \(S.output.rawValue) and restoring the checkpoint")
        let log = try context.openLog(S.output)
        let engine = try StageEngine(
            log: log, checkpointPath: settings.checkpointPath(context.name), configuration: configuration,
            configure: configure)
        var attachment = attachment
        try attachment?.start(context, log: log)
        let output = try RouterLink(
            in: context.zeroMQ,
            at: Endpoint(attachment?.endpoint(settings) ?? settings.endpoint(of: S.output.rawValue)),
            guardedBy: attachment?.guardian)
        let commits = Timer(label: "commit_duration", dimensions: [("stream", S.output.rawValue)])
        runner = try StageRunner(engine, output: output, attachment: attachment, commits: commits) { stream in
            try DealerLink(in: context.zeroMQ, to: Endpoint(settings.endpoint(of: stream.rawValue)))
        }
        runner.retention = settings.retention
        // A line that does not send says so at the next turn.
        engine.onOutput = { [control] in try? control.pulse() }
        runner.onLongWrite = { [control] bytes in
            try control.expect(Self.longStep, "writing \(bytes) bytes of \(S.output.rawValue)")
        }
        lastCheckpoint = ServiceClock.monotonic
        context.logger.info(
            "started", metadata: context.opening(of: log).merging(["checkpoint": "\(engine.restored)"]) { $1 })
    }

    /// Runs until told to stop and drained, or until something fails.
    public func run() throws {
        var poller = Poller()
        let items = runner.readers.map { ($0.stream, $0.add(to: &poller)) }
        _ = runner.owner.add(to: &poller)
        let stopItem = poller.add(context.stop.waker)
        var outcome = StageRunner<S>.Outcome()
        var stopDeadline: Duration?
        control.heartbeat.state = .ready
        // Whoever waits for us waits no longer than it must.
        try beat(now: ServiceClock.monotonic)
        while true {
            for (stream, item) in items {
                let isWanted = !runner.keeper.isStalled && !(stream == .market && runner.isFull)
                poller.setEvents(isWanted ? .readable : [], for: item)
            }
            _ = try poller.wait(timeout: outcome.hasMore ? .zero : .milliseconds(50))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            let now = ServiceClock.monotonic
            outcome = try runner.step(now: now)
            try maintainIfDue(now: now)
            try beat(now: now)
            if context.stop.count > 0, stopDeadline == nil {
                stopDeadline = now + context.configuration.stopWithin
                control.heartbeat.state = .draining
            }
            if let deadline = stopDeadline {
                if now >= deadline || context.stop.count > 1 { break }
                if !outcome.received {
                    runner.owner.isEnding = true
                    if runner.owner.isDrained, !runner.keeper.isStalled { break }
                }
            }
        }
        writeCheckpoint()
        try runner.close()
    }

    private func maintainIfDue(now: Duration) throws {
        guard now - lastCheckpoint >= context.configuration.checkpointInterval else { return }
        lastCheckpoint = now
        try control.expect(Self.longStep, "writing a checkpoint", at: now)
        writeCheckpoint()
        if let first = try runner.retain() {
            context.logger.info("old records removed", metadata: ["first": "\(first)"])
        }
    }

    /// A checkpoint is only a shortcut: one that cannot be written is no reason to stop.
    private func writeCheckpoint() {
        do {
            try checkpoints.measure { _ = try runner.writeCheckpoint() }
        } catch {
            context.logger.warning("no checkpoint was written", metadata: ["why": "\(error)"])
        }
    }

    private func beat(now: Duration) throws {
        control.say(alarm: runner.keeper.alarm, context.logger)
        control.say(historyOf: engine.log, context.logger)
        try control.beat(at: now) { [engine, runner] heartbeat in
            heartbeat.streams = [
                StreamStatus(of: engine.log, watermark: engine.watermark, readers: runner.owner.readerCount)
            ]
            heartbeat.inputs = runner.readers.map { reader in
                var status = StreamStatus()
                status.stream = reader.stream.rawValue
                status.epoch = reader.epoch
                status.head = engine.applied[reader.stream] ?? 0
                status.watermark = reader.watermark
                return status
            }
            heartbeat.set("records_applied", engine.recordsApplied)
            heartbeat.set("repeats_dropped", engine.repeatsDropped)
            heartbeat.set("requests_refused", runner.owner.refused)
            heartbeat.set("batches_malformed", runner.readers.reduce(0) { $0 + $1.malformed })
            heartbeat.set("reopened", UInt64(runner.readers.reduce(0) { $0 + $1.reopened }))
            heartbeat.set("records_lost", runner.readers.reduce(0) { $0 + $1.lost })
            heartbeat.set("stalls", runner.keeper.stalls)
            for (reason, count) in engine.stage.unused where count > 0 { heartbeat.set("unused_\(reason)", count) }
            for (name, value) in engine.stage.figures { heartbeat.set(name, value) }
            heartbeat.recentErrors = []
            runner.attachment?.report(in: &heartbeat)
        }
    }
}

extension StreamStatus {
    /// Of a stream that this process owns.
    public init(of log: EventLog, watermark: UInt64, readers: Int) {
        self.init()
        stream = log.stream.rawValue
        epoch = log.epoch
        first = log.index.firstSequence
        head = log.committed
        synced = log.synced
        bytes = log.index.bytes
        lost = log.lineage.lost.map { "\($0.first)-\($0.last)" }
        self.watermark = watermark
        self.readers = UInt32(readers)
    }
}

extension ServiceContext {
    /// Opens a stream of this process, as the configuration wants it kept. Where the disk has no room for what opening
    /// writes, waits until it has, and says so.
    public func openLog(_ stream: StreamName) throws -> EventLog {
        while true {
            do throws(LogError) {
                let log = try EventLog(
                    directory: configuration.streamDirectory(stream.rawValue), stream: stream,
                    newEpoch: ServiceMain.newEpoch(), options: configuration.logOptions)
                control?.say(alarm: "", logger)
                return log
            } catch {
                guard error.isStall, stop.count == 0 else { throw error }
                control?.say(alarm: "\(error)", logger)
            }
            try pulse()
            usleep(250_000)
        }
    }

    /// What opening a stream found, for the log; what was lost is said aloud.
    public func opening(of log: EventLog) -> Logger.Metadata {
        if let missing = log.opening.missing {
            logger.critical(
                "the end of the stream is not there any more",
                metadata: ["stream": "\(log.stream.rawValue)", "first": "\(missing.first)", "last": "\(missing.last)"])
        } else if log.opening.wasInDoubt {
            logger.warning(
                "the end of the stream may be missing, after power loss or a failed sync",
                metadata: ["stream": "\(log.stream.rawValue)", "epoch_from": "\(log.lineage.current.first)"])
        }
        return [
            "head": "\(log.committed)", "cut_bytes": "\(log.opening.cutBytes)",
            "epoch": "\(String(log.epoch, radix: 16))",
        ]
    }
}
