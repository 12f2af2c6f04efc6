import Foundation
import Glibc
import Logging
import Schema
import ServiceKit
import Supervision
import SwiftProtobuf
import Synchronization
import ZeroMQ

/// The part of the supervisor that acts: carries out what ``ServicePlan`` decides, on one thread.
final class Daemon {
    private let context: ServiceContext
    private var plan: ServicePlan
    private let spawner: Spawner
    private let mailbox: Mailbox
    private var control: Socket<Router>
    private var pids: [Int: Int32] = [:]
    private var startedAt: [Int: Duration] = [:]
    private var heartbeats: [Int: (heartbeat: Heartbeat, at: Duration)] = [:]
    private var refused: UInt64 = 0
    private var saidReady = false
    /// Held for as long as we run.
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
        try ServiceMain.makePrivateDirectory(context.configuration.runDirectory)
        // libzmq would take the socket away from one that runs already.
        lock = try Self.lock(context.configuration.runDirectory + "/epicenterd.lock")
        var socket = try Socket(Router.self, in: context.zeroMQ)
        _ = try socket.bind(to: Endpoint(context.configuration.controlEndpoint))
        control = socket
        let mailbox = try Mailbox()
        self.mailbox = mailbox
        spawner = Spawner { mailbox.post($0) }
        plan = ServicePlan(Self.specs(context))
    }

    /// The stages in the order in which data flow. Each is started when the one before is ready.
    private static func specs(_ context: ServiceContext) -> [ChildSpec] {
        let names = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        return names.indices.map { index in
            ChildSpec(
                name: names[index], executable: folder + "/" + names[index],
                arguments: ["--config", context.configurationPath],
                dependencies: index == 0 ? [] : [names[index - 1]],
                // The child's own bound comes first: it has a checkpoint and a segment to close.
                stopPatience: context.configuration.stopWithin + .seconds(10),
                maximumDeaths: context.configuration.maximumDeaths, deathWindow: context.configuration.deathWindow,
                readsInput: index == 0 && context.configuration.readsInput)
        }
    }

    func run() throws {
        var poller = Poller()
        let requests = poller.add(control, for: .readable)
        let stop = poller.add(context.stop.waker)
        let mail = poller.add(mailbox.waker)
        var stopsSeen = 0
        perform(plan.start(at: ServiceClock.monotonic))
        while plan.mode != .stopped {
            _ = try poller.wait(timeout: .milliseconds(50))
            let now = ServiceClock.monotonic
            if poller.isReady(stop) { context.stop.waker.clear() }
            if poller.isReady(mail) { mailbox.waker.clear() }
            for report in mailbox.take() { handle(report, at: now) }
            if poller.isReady(requests) { try takeRequests(at: now) }
            while stopsSeen < context.stop.count {
                stopsSeen += 1
                context.logger.info(stopsSeen == 1 ? "stopping, in the data's order" : "stopping, at once")
                perform(plan.stop(at: now))
            }
            perform(plan.tick(at: now))
            announceReady()
        }
    }

    private func handle(_ report: Spawner.Report, at now: Duration) {
        switch report {
        case .spawned(let child, let pid):
            pids[child] = pid
            startedAt[child] = now
            // What was decided while it was being started.
            if case .stopping = plan.children[child].state { spawner.signal(pid, SIGTERM) }
            if plan.children[child].isKilled { spawner.signal(pid, SIGKILL) }
        case .exited(let child, let exit):
            pids[child] = nil
            heartbeats[child] = nil
            let isExpected = plan.mode == .stopping && exit == .status(0)
            context.logger.log(
                level: isExpected ? .info : .error, "child ended",
                metadata: ["child": "\(plan.children[child].spec.name)", "how": "\(exit)"])
            perform(plan.exited(child, exit, at: now))
        }
    }

    private func perform(_ steps: [ServicePlan.Step]) {
        for step in steps {
            let spec = plan.children[step.child].spec
            switch step.action {
            case .none: break
            case .spawn: spawner.spawn(spec, child: step.child, environment: ServiceMain.supervisedEnvironment())
            case .terminate: signal(step.child, SIGTERM)
            case .kill:
                context.logger.error("child is hung or will not stop: killed", metadata: ["child": "\(spec.name)"])
                signal(step.child, SIGKILL)
            case .giveUp(let deaths):
                context.logger.critical(
                    "child given up; the service goes on without it",
                    metadata: ["child": "\(spec.name)", "deaths": "\(deaths)"])
            }
        }
    }

    private func signal(_ child: Int, _ number: Int32) {
        if let pid = pids[child] { spawner.signal(pid, number) }
    }

    private func announceReady() {
        guard !saidReady, plan.isReady else { return }
        saidReady = true
        context.logger.info("ready")
    }

    private func takeRequests(at now: Duration) throws {
        while case .message(let frames) = try control.receiveParts(wait: false, limit: 4) {
            guard frames.count == 2, let request = try? ControlRequest(serializedBytes: frames[1]) else {
                refused += 1
                continue
            }
            switch request.request {
            case .heartbeat(let heartbeat): take(heartbeat, at: now)
            case .status:
                let bytes: [UInt8] = try status(at: now).serializedBytes()
                _ = try control.sendMultipart([frames[0], bytes])
            case nil: refused += 1
            }
        }
    }

    private func take(_ heartbeat: Heartbeat, at now: Duration) {
        // Of a life that is over, or of nobody's child: not news.
        guard let child = plan.index(of: heartbeat.process), pids[child] == heartbeat.pid else { return }
        heartbeats[child] = (heartbeat, now)
        perform(plan.heartbeat(heartbeat.process, ready: heartbeat.state == .ready, at: now))
    }

    private func status(at now: Duration) -> ServiceStatus {
        var status = ServiceStatus()
        status.version = ServiceVersion.text
        status.pid = getpid()
        status.ready = plan.isReady
        status.children = plan.children.indices.map { index in
            let life = plan.children[index]
            var child = ChildStatus()
            child.process = life.spec.name
            child.pid = pids[index] ?? 0
            child.restarts = UInt32(life.restarts)
            child.lastExit = life.lastExit.map { "\($0)" } ?? ""
            child.state = Self.state(of: life)
            if let (heartbeat, at) = heartbeats[index] {
                child.heartbeat = heartbeat
                child.heartbeatAgeSeconds = (now - at).inSeconds
            }
            if let started = startedAt[index], pids[index] != nil { child.uptimeSeconds = (now - started).inSeconds }
            return child
        }
        return status
    }

    private static func state(of life: ChildLifecycle) -> ProcessState {
        switch life.state {
        case .down, .waiting: .down
        case .starting: .starting
        case .up: .ready
        case .stopping: .draining
        case .failed: .failed
        }
    }
}

/// Reports from the spawner's threads to the daemon's.
private final class Mailbox: Sendable {
    let waker: Waker
    private let reports = Mutex<[Spawner.Report]>([])

    init() throws { waker = try Waker() }

    func post(_ report: Spawner.Report) {
        reports.withLock { $0.append(report) }
        waker.wake()
    }

    func take() -> [Spawner.Report] {
        reports.withLock { reports in
            defer { reports = [] }
            return reports
        }
    }
}
