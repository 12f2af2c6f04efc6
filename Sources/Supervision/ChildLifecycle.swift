/// What one child is doing and what to do next: judgement without power.
///
/// Facts come in with the time they happened, an ``Action`` comes out. It starts no process, sends no
/// signal and reads no clock, so a minute of crashes is tested in microseconds.
///
/// | State | start | spawned | ready | heartbeat | exited | tick past deadline | stop |
/// |---|---|---|---|---|---|---|---|
/// | down | → starting, spawn | – | – | – | – | – | – |
/// | starting | – | – | → up | – | → waiting / failed / down | kill | → stopping, terminate |
/// | up | – | – | – | renews | → waiting / failed / down | kill | → stopping, terminate |
/// | waiting | – | – | – | – | – | → starting, spawn | → down |
/// | stopping | – | – | – | – | → down | kill | terminate again |
/// | failed | → starting, spawn | – | – | – | – | – | → down |
public struct ChildLifecycle: Sendable {
    public enum State: Equatable, Sendable {
        /// Not running, and nobody wants it to. Can transition to: starting.
        case down
        /// Started, not ready. Can transition to: up, waiting, stopping, failed, down.
        case starting(deadline: Duration)
        /// Ready, with its last heartbeat. Can transition to: waiting, stopping, failed, down.
        case up(lastHeartbeat: Duration)
        /// Died, to be started again. Can transition to: starting, down.
        case waiting(until: Duration)
        /// Told to stop. Can transition to: down.
        case stopping(killAt: Duration)
        /// Given up; only an operator brings it back. Can transition to: starting, down.
        case failed
    }

    public enum Action: Equatable, Sendable {
        case none
        case spawn
        case terminate
        case kill
        /// It is given up: say so.
        case giveUp(deaths: Int)
    }

    /// `EX_CONFIG` of sysexits.h: the child says that starting it again cannot help.
    public static let configurationStatus: Int32 = 78

    public let spec: ChildSpec
    public private(set) var state: State = .down
    /// Times it was started again after a death.
    public private(set) var restarts = 0
    public private(set) var lastExit: ChildExit?
    private var deaths: [Duration] = []
    /// Whether SIGKILL was decided in this life.
    public var isKilled: Bool { killSent }
    private var killSent = false

    public init(_ spec: ChildSpec) { self.spec = spec }

    /// Whether a process exists or is about to.
    public var isRunning: Bool {
        switch state {
        case .starting, .up, .stopping: true
        case .down, .waiting, .failed: false
        }
    }

    public var isReady: Bool { if case .up = state { true } else { false } }
}

// Times are durations since any one instant, the same for all facts.
extension ChildLifecycle {
    public mutating func start(at now: Duration) -> Action {
        switch state {
        case .down, .failed:
            deaths = []
            return spawn(at: now)
        case .starting, .up, .waiting, .stopping: return .none
        }
    }

    private mutating func spawn(at now: Duration) -> Action {
        killSent = false
        state = .starting(deadline: now + spec.readinessDeadline)
        return .spawn
    }

    /// The child said it is alive, and perhaps ready.
    public mutating func heartbeat(ready: Bool, at now: Duration) {
        switch state {
        case .starting where ready: state = .up(lastHeartbeat: now)
        case .up: state = .up(lastHeartbeat: now)
        case .starting, .down, .waiting, .stopping, .failed: break
        }
    }

    public mutating func exited(_ exit: ChildExit, at now: Duration) -> Action {
        lastExit = exit
        if case .stopping = state {
            state = .down
            return .none
        }
        guard isRestarted(after: exit) else {
            state = .down
            return .none
        }
        deaths.removeAll { now - $0 > spec.deathWindow }
        deaths.append(now)
        if exit == .status(Self.configurationStatus) || deaths.count > spec.maximumDeaths {
            state = .failed
            return .giveUp(deaths: deaths.count)
        }
        restarts += 1
        state = .waiting(until: now + delay(afterDeath: deaths.count))
        return .none
    }

    private func isRestarted(after exit: ChildExit) -> Bool {
        switch spec.restart {
        case .permanent: true
        case .transient: exit != .status(0)
        case .temporary: false
        }
    }

    /// Nothing after the first death, then base, 2·base, … up to the cap.
    private func delay(afterDeath count: Int) -> Duration {
        guard count > 1 else { return .zero }
        return min(spec.backoffBase * (1 << min(count - 2, 20)), spec.backoffCap)
    }

    /// Time passed. Safe to call early, late or twice.
    public mutating func tick(at now: Duration) -> Action {
        switch state {
        case .waiting(let until) where now >= until: return spawn(at: now)
        case .starting(let deadline) where now >= deadline: return killOnce()
        case .up(let last) where now - last >= spec.heartbeatDeadline: return killOnce()
        case .stopping(let killAt) where now >= killAt: return killOnce()
        case .down, .waiting, .starting, .up, .stopping, .failed: return .none
        }
    }

    /// One SIGKILL a life: its death comes back as a fact.
    private mutating func killOnce() -> Action {
        guard !killSent else { return .none }
        killSent = true
        return .kill
    }

    public mutating func stop(at now: Duration) -> Action {
        switch state {
        case .starting, .up:
            state = .stopping(killAt: now + spec.stopPatience)
            return .terminate
        case .waiting, .failed:
            state = .down
            return .none
        case .stopping: return .terminate
        case .down: return .none
        }
    }
}
