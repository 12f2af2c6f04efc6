import Foundation
import Glibc
import Logging
import Metrics
import Schema
import ServiceKit
import Supervision
import SwiftProtobuf
import ZeroMQ

/// The part of the supervisor that acts: carries out what ``ServicePlan`` decides, on one thread, in one loop.
final class Daemon {
    let context: ServiceContext
    private(set) var logger: Logger
    private(set) var accepted: AcceptedConfiguration
    private(set) var plan: ServicePlan
    private(set) var slots: [ChildSlot]
    private(set) var watch = HealthWatch()
    let health: HealthPublisher
    let lines = LogDesk()
    let startedAt = ServiceClock.monotonic
    private var control: Socket<Router>
    private var poller = Poller()
    private let manager: ServiceManager
    private var refused: UInt64 = 0
    private let turns = Metrics.Timer(label: "turn_duration")
    private var saidReady = false
    private var saidCondition = ""
    private var lastMeasured: Duration?
    private(set) var diskFree: UInt64 = 0
    private(set) var reloadProblem = ""
    private(set) var reloads: UInt32 = 0
    /// Held for as long as we run; the kernel lets go of it when we end, however we end.
    private let lock: Int32

    private static func lock(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(call: "open", path: path, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw SystemError(call: "flock (another epicenterd uses this run directory)", path: path, errno: errno)
        }
        return descriptor
    }

    init(_ context: ServiceContext) throws {
        self.context = context
        logger = context.logger
        accepted = try AcceptedConfiguration(path: context.configurationPath)
        let configuration = accepted.service
        try ServiceMain.makePrivateDirectory(configuration.runDirectory)
        // libzmq would take the socket away from one that runs already.
        lock = try Self.lock(configuration.runDirectory + "/epicenterd.lock")
        try accepted.publish()
        var socket = try Socket(Router.self, in: context.zeroMQ)
        _ = try socket.bind(to: Endpoint(configuration.controlEndpoint))
        control = socket
        health = try HealthPublisher(context)
        manager = ServiceManager(environment: ProcessInfo.processInfo.environment, pid: getpid())
        let specs = Stages.specs(configuration, path: AcceptedConfiguration.path(in: configuration.runDirectory))
        plan = ServicePlan(specs) { Double.random(in: 0...1) }
        slots = specs.map { ChildSlot($0.name) }
        Orphans.adopt()
        LogOutput.listen { [lines] in lines.note($0, of: "epicenterd") }
    }

    // MARK: the loop

    func run() throws {
        let requests = poller.add(control, for: .readable)
        let stop = poller.add(context.stop.waker)
        var stopsSeen = 0
        var reloadsSeen = 0
        try perform(plan.start(at: ServiceClock.monotonic))
        var last = ServiceClock.monotonic
        while plan.mode != .stopped {
            _ = try poller.wait(timeout: .milliseconds(50))
            let now = ServiceClock.monotonic
            // Held up ourselves: what children said meanwhile waits to be read, or was not sent for our sake.
            if now - last > .seconds(1) { plan.excuse(now - last) }
            last = now
            if poller.isReady(stop) { context.stop.waker.clear() }
            if poller.isReady(requests) { try takeRequests(at: now) }
            for child in slots.indices { try look(after: child, at: now) }
            while stopsSeen < context.stop.count {
                stopsSeen += 1
                try stopAll(at: now, isFirst: stopsSeen == 1)
            }
            if reloadsSeen < context.stop.reloads {
                reloadsSeen = context.stop.reloads
                _ = try reload(at: now)
            }
            try perform(plan.tick(at: now))
            try measureIfDue(at: now)
            try announce(at: now)
            try health.turn(at: now)
            manager.turn(at: now)
            turns.record(duration: ServiceClock.monotonic - now)
        }
    }

    private func stopAll(at now: Duration, isFirst: Bool) throws {
        logger.info(isFirst ? "stopping, in the data's order" : "stopping, at once")
        if isFirst { manager.stopping() }
        try perform(plan.stop(at: now, within: accepted.service.stopWithin))
    }

    /// Its lines, and its end.
    private func look(after child: Int, at now: Duration) throws {
        guard slots[child].process != nil else { return }
        _ = slots[child].readLines(&poller, at: now) { [self] in take($0, of: child) }
        guard let ending = slots[child].ending, poller.isReady(ending) else { return }
        let exit = slots[child].detach(from: &poller, at: now) { [self] in take($0, of: child) }
        if let exit { try ended(child, exit, at: now) }
    }

    private func take(_ line: ChildSlot.Line, of child: Int) {
        let name = plan.children[child].spec.name
        switch line {
        case .log(let text):
            if let level = LogOutput.level(of: text), level >= .error { lines.lastErrors[name] = text }
            lines.pass(text, of: name)
        case .stray(let text):
            lines.pass(
                LogOutput.line(level: .warning, process: name, message: "stray output", metadata: ["line": "\(text)"]),
                of: name)
        case .dropped(let count):
            lines.pass(
                LogOutput.line(
                    level: .warning, process: name, message: "stray output dropped", metadata: ["lines": "\(count)"]),
                of: name)
        }
    }

    // MARK: what is done

    private func perform(_ steps: [ServicePlan.Step]) throws {
        for step in steps {
            let spec = plan.children[step.child].spec
            switch step.action {
            case .none: break
            case .spawn: try start(step.child)
            case .terminate: slots[step.child].process?.signal(spec.stopSignal)
            case .hasten:
                // Two signals that are not the same: the kernel would make one of two that are.
                for number in [spec.stopSignal, spec.stopSignal == SIGTERM ? SIGINT : SIGTERM] {
                    slots[step.child].process?.signal(number)
                }
            case .kill(let reason):
                let message =
                    reason == nil ? "child did not stop in time: killed" : "child is hung or too large: killed"
                logger.error(
                    "\(message)",
                    metadata: ["child": "\(spec.name)", "why": "\(reason?.rawValue ?? "patience")"])
                slots[step.child].process?.signal(SIGKILL)
            case .giveUp: try giveUp(step.child)
            }
        }
    }

    private func start(_ child: Int) throws {
        let now = ServiceClock.monotonic
        do {
            let process = try ChildProcess(
                plan.children[child].spec, environment: ProcessInfo.processInfo.environment)
            slots[child].attach(process, to: &poller, at: now)
        } catch {
            try ended(child, .notStarted("\(error)"), at: now)
        }
    }

    private func ended(_ child: Int, _ exit: ChildExit, at now: Duration) throws {
        let wasStopping = plan.children[child].isStopping
        let steps = plan.exited(child, exit, at: now)
        let life = plan.children[child]
        let isExpected = wasStopping && exit == .status(0)
        var metadata: Logger.Metadata = ["child": "\(life.spec.name)", "how": "\(exit)"]
        if let kind = life.lastDeath, !wasStopping { metadata["kind"] = "\(kind.rawValue)" }
        if case .waiting(let until) = life.state { metadata["again_in_ms"] = "\(Int((until - now).inSeconds * 1_000))" }
        logger.log(level: isExpected ? .info : .error, "child ended", metadata: metadata)
        if case .waiting = life.state {
            try post(
                child, "restarting", .warning, "died (\(exit)) and is started again",
                ["kind": life.lastDeath?.rawValue ?? "", "restarts": "\(life.restarts)"])
        } else if wasStopping, life.state == .down {
            try post(child, "stopped", .info, "was stopped")
        }
        sweep()
        try perform(steps)
        // The first restart is at once.
        try perform(plan.tick(at: now))
    }

    /// What children started and left behind.
    private func sweep() {
        let ours = Set(slots.compactMap { $0.process?.pid })
        let killed = Orphans.sweep(except: ours, mark: ServiceMain.supervisorMark)
        if !killed.isEmpty { logger.warning("killed what a child left behind", metadata: ["pids": "\(killed)"]) }
    }

    private func giveUp(_ child: Int) throws {
        let life = plan.children[child]
        logger.critical(
            "child given up; the service goes on without it",
            metadata: [
                "child": "\(life.spec.name)", "deaths": "\(life.recentDeaths)",
                "last": "\(life.lastExit.map { "\($0)" } ?? "")",
            ])
        try post(
            child, "given up", .critical, "is given up after \(life.recentDeaths)", ["deaths": life.recentDeaths])
    }

    private func post(
        _ child: Int, _ condition: String, _ severity: Notice.Severity, _ what: String, _ facts: [String: String] = [:]
    ) throws {
        let name = plan.children[child].spec.name
        try health.post(Notice(.stage, name, condition, severity, "\(name) \(what)", facts: facts))
    }

    // MARK: what is seen

    private func measureIfDue(at now: Duration) throws {
        guard lastMeasured.map({ now - $0 >= .seconds(1) }) ?? true else { return }
        lastMeasured = now
        sweep()
        for child in slots.indices {
            guard let process = slots[child].process else { continue }
            slots[child].memory = Machine.memory(of: process.pid)
            try perform(plan.memory(child, slots[child].memory))
        }
        let path = accepted.service.dataDirectory
        let disk = Machine.disk(path)
        diskFree = disk.free
        if let notice = watch.disk(path, free: disk.free, total: disk.total) { try say(notice) }
        if let notice = watch.clock(offset: Machine.clockOffset) { try say(notice) }
        for feed in slots[0].heartbeat?.feeds ?? [] {
            let since =
                feed.lastEvent > 0
                ? ServiceClock.wall &- feed.lastEvent : UInt64((now - slots[0].startedAt).inSeconds * 1e9)
            let notice = watch.feed(
                feed.feed, quiet: Double(Int64(bitPattern: since)) / 1e9, limit: feed.silentAfterSeconds,
                isInSession: feed.inSession)
            if let notice { try say(notice) }
            guard feed.hasPolls else { continue }
            let failing = watch.feed(
                feed.feed, failures: Int(feed.polls.failuresInARow), isOver: feed.polls.nextPoll == 0,
                problem: feed.problem)
            if let failing { try say(failing) }
        }
        if let heartbeat = slots[0].heartbeat { watch.keep(feeds: Set(heartbeat.feeds.map(\.feed))) }
    }

    private func say(_ notice: Notice) throws {
        let level: Logger.Level =
            switch notice.severity {
            case .info: .notice
            case .warning: .warning
            case .critical: .critical
            }
        logger.log(level: level, "\(notice.message)", metadata: ["notice": "\(notice.topic)"])
        try health.post(notice)
    }

    private func announce(at now: Duration) throws {
        let condition = plan.condition
        manager.status(condition)
        // One that is given up must not keep systemd waiting, and then from leaving the others alone.
        if !saidReady, plan.hasStarted {
            saidReady = true
            manager.ready()
            logger.info("\(condition)", metadata: ["after_ms": "\(Int((now - startedAt).inSeconds * 1_000))"])
        }
        // Who is still starting, or stopping, is news to nobody.
        let word = String(condition.prefix { $0 != ":" })
        guard word == "degraded" ? condition != saidCondition : word != saidCondition else { return }
        saidCondition = word == "degraded" ? condition : word
        try health.post(
            Notice(
                .service, "epicenterd", word, word == "degraded" ? .warning : .info, "the service is \(saidCondition)"))
    }

    // MARK: what is asked

    private func takeRequests(at now: Duration) throws {
        for _ in 0..<1_024 {
            switch try control.receiveParts(wait: false, limit: 4) {
            case .nothing: return
            case .tooManyFrames: refused += 1
            case .message(let frames):
                guard frames.count == 2, let request = try? ControlRequest(serializedBytes: frames[1]) else {
                    refused += 1
                    continue
                }
                guard let reply = try answer(request, at: now) else { continue }
                let bytes: [UInt8] = try reply.serializedBytes()
                _ = try control.sendMultipart([frames[0], bytes])
            }
        }
    }

    /// nil: none is due.
    private func answer(_ request: ControlRequest, at now: Duration) throws -> (any Message)? {
        switch request.request {
        case .heartbeat(let heartbeat):
            try take(heartbeat, at: now)
            return nil
        case .status: return status(at: now)
        case .command(let command): return try obey(command, at: now)
        case .reload: return try reload(at: now)
        case .logs(let ask): return lines.answer(ask)
        case .notices(let ask): return health.board.replay(from: ask.fromSequence, prefix: ask.prefix)
        case nil:
            refused += 1
            return nil
        }
    }

    private func take(_ heartbeat: Heartbeat, at now: Duration) throws {
        // Of a life that is over, or of nobody's child: not news.
        guard let child = plan.index(of: heartbeat.process), slots[child].process?.pid == heartbeat.pid else { return }
        let before = slots[child].heartbeat?.alarm ?? ""
        slots[child].take(heartbeat, at: now)
        if heartbeat.alarm != before {
            let isOver = heartbeat.alarm.isEmpty
            try post(
                child, isOver ? "going on" : "stalled", isOver ? .info : .critical,
                isOver ? "goes on again" : "does not go on: \(heartbeat.alarm)")
        }
        let wasReady = plan.children[child].isReady
        let patience = Duration.milliseconds(Int64(min(max(heartbeat.patienceSeconds, 0), 86_400) * 1_000))
        let beat = ChildLifecycle.Beat(isReady: heartbeat.state == .ready, turns: heartbeat.turns, patience: patience)
        try perform(plan.heartbeat(child, beat, at: now))
        if !wasReady, plan.children[child].isReady { try becameReady(child, at: now) }
    }

    private func becameReady(_ child: Int, at now: Duration) throws {
        let slot = slots[child]
        var metadata: Logger.Metadata = [
            "child": "\(slot.name)", "after_ms": "\(Int((now - slot.startedAt).inSeconds * 1_000))",
        ]
        if let diedAt = slot.diedAt { metadata["since_death_ms"] = "\(Int((now - diedAt).inSeconds * 1_000))" }
        logger.info("child ready", metadata: metadata)
        try post(child, "ready", .info, "is ready", ["restarts": "\(plan.children[child].restarts)"])
    }

    private func obey(_ command: Command, at now: Duration) throws -> CommandResult {
        var result = CommandResult()
        guard let child = plan.index(of: command.process) else {
            result.problems = [
                "\"\(command.process)\" is no stage, allowed are \(ServiceProcesses.names.joined(separator: ", "))"
            ]
            return result
        }
        guard plan.mode == .running else {
            result.problems = ["the service is stopping"]
            return result
        }
        let steps: [ServicePlan.Step]
        switch command.verb {
        case .start: steps = plan.start(child, at: now)
        case .stop: steps = plan.stop(child, at: now)
        case .restart: steps = plan.restart(child, at: now)
        case .unspecified, .UNRECOGNIZED:
            result.problems = ["the verb is unknown, allowed are start, stop, restart"]
            return result
        }
        logger.notice("operator", metadata: ["command": "\(command.verb)", "child": "\(command.process)"])
        try perform(steps)
        if command.verb == .stop, !plan.children[child].isRunning { try post(child, "stopped", .info, "was stopped") }
        result.accepted = true
        return result
    }
}

// MARK: reloading

extension Daemon {
    /// Reads the configuration again: all of it is applied, or nothing.
    private func reload(at now: Duration) throws -> CommandResult {
        manager.reloading(at: now)
        defer { if saidReady { manager.ready() } }
        var result = CommandResult()
        do {
            let new = try AcceptedConfiguration(path: context.configurationPath)
            let plan = ReloadPlan(from: accepted, to: new)
            guard plan.problems.isEmpty else { throw ConfigurationError(plan.problems) }
            try new.publish()
            result.message = try apply(new, plan, at: now)
            result.accepted = true
            reloadProblem = ""
            reloads += 1
            logger.notice("configuration reloaded", metadata: ["what": "\(result.message)"])
            try health.post(
                Notice(.service, "configuration", "reloaded", .info, result.message, facts: ["count": "\(reloads)"]))
        } catch {
            result.problems = (error as? ConfigurationError)?.problems ?? ["\(error)"]
            reloadProblem = result.problems.joined(separator: "\n")
            logger.error("configuration not reloaded; the old one holds", metadata: ["why": "\(reloadProblem)"])
            try health.post(Notice(.service, "configuration", "refused", .warning, reloadProblem))
        }
        return result
    }

    private func apply(_ new: AcceptedConfiguration, _ reload: ReloadPlan, at now: Duration) throws -> String {
        accepted = new
        logger.logLevel = new.service.logLevel
        LogOutput.format = new.service.logFormat
        let specs = Stages.specs(new.service, path: AcceptedConfiguration.path(in: new.service.runDirectory))
        for child in specs.indices { plan.adopt(specs[child], for: child) }
        var done: [String] = []
        for child in specs.indices where !plan.unwanted.contains(child) {
            let name = specs[child].name
            // What was given up may have been so for what is mended now.
            guard reload.restarts.contains(name) || plan.children[child].state == .failed else { continue }
            done.append(name)
            try perform(plan.restart(child, at: now))
        }
        var told: [String] = []
        if !done.isEmpty { told.append("restarting \(done.joined(separator: ", "))") }
        if reload.rereads, !done.contains(ServiceProcesses.names[0]) {
            slots[0].process?.signal(SIGHUP)
            told.append("model settings given to \(ServiceProcesses.names[0])")
        }
        return told.isEmpty ? "no stage is concerned" : told.joined(separator: "; ")
    }
}
