import Exposition
import Glibc
import Schema
import ServiceKit
import Supervision

extension Daemon {
    /// What `epicenter status` shows.
    func status(at now: Duration) -> ServiceStatus {
        var status = ServiceStatus()
        status.version = ServiceVersion.text
        status.pid = getpid()
        status.ready = plan.isReady
        status.condition = plan.condition
        status.uptimeSeconds = (now - startedAt).inSeconds
        status.alarms = watch.alarms.keys.sorted().compactMap { watch.alarms[$0] }
        status.configurationError = reloadProblem
        status.reloads = reloads
        status.diskFreeBytes = diskFree
        status.notices = health.board.head
        status.metrics = context.metrics.snapshot()
        let errors = lines.lastErrors
        status.children = plan.children.indices.map { index in
            var child = self.child(index, at: now)
            child.lastError = errors[child.process] ?? ""
            return child
        }
        return status
    }

    private func child(_ index: Int, at now: Duration) -> ChildStatus {
        let life = plan.children[index]
        let slot = slots[index]
        var child = ChildStatus()
        child.process = life.spec.name
        child.pid = slot.process?.pid ?? 0
        child.restarts = UInt32(life.restarts)
        child.lastExit = life.lastExit.map { "\($0)" } ?? ""
        child.state = Self.state(of: life)
        child.isStoppedByOperator = plan.unwanted.contains(index)
        child.memoryBytes = slot.memory
        child.eventsPerSecond = slot.rate
        child.deaths = life.deaths.map { kind, count in
            var counter = Counter()
            counter.name = kind.rawValue
            counter.value = UInt64(count)
            return counter
        }.sorted { $0.name < $1.name }
        if case .waiting(let until) = life.state { child.restartInSeconds = max(0, (until - now).inSeconds) }
        if let heartbeat = slot.heartbeat {
            child.heartbeat = heartbeat
            child.heartbeatAgeSeconds = (now - slot.heartbeatAt).inSeconds
        }
        if slot.process != nil { child.uptimeSeconds = (now - slot.startedAt).inSeconds }
        return child
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
