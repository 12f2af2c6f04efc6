/// What one child is doing and what to do next: judgement without power.
///
/// Facts come in with the time they happened, an ``Action`` comes out. It starts no process, sends no
/// signal and reads no clock, so a minute of crashes is tested in microseconds.
///
/// | State | start | stop | restart | hasten | heartbeat | memory | exited | tick past deadline |
/// |---|---|---|---|---|---|---|---|---|
/// | down | → starting, spawn | – | → starting, spawn | – | – | – | – | – |
/// | starting | – | → stopping, terminate | → stopping (then start), terminate | → stopping, hasten | renews; ready: → up | kill if beyond | → waiting / failed / down | kill |
/// | up | – | → stopping, terminate | → stopping (then start), terminate | → stopping, hasten | renews | kill if beyond | → waiting / failed / down | kill |
/// | waiting | → starting, spawn | → down | → starting, spawn | → down | – | – | – | → starting, spawn |
/// | stopping | will start then | will not start then | will start then | hasten | – | – | → down, or → starting, spawn | kill |
/// | failed | → starting, spawn | → down | → starting, spawn | → down | – | – | – | – |
///
/// "–" changes nothing and asks for nothing. A heartbeat renews only if it shows progress. Facts of an earlier life
/// are kept away by whoever knows pids.
public struct ChildLifecycle: Sendable {
    public enum State: Equatable, Sendable {
        /// Not running, and nobody wants it to. Can transition to: starting.
        case down
        /// Started, not ready. Can transition to: up, waiting, stopping, failed, down.
        case starting(readyBy: Duration, silentAt: Duration)
        /// Ready. Can transition to: waiting, stopping, failed, down.
        case up(silentAt: Duration)
        /// Died, to be started again. Can transition to: starting, down.
        case waiting(until: Duration)
        /// Told to stop. Can transition to: down, starting.
        case stopping(killAt: Duration, startsThen: Bool)
        /// Given up; only an operator brings it back. Can transition to: starting, down.
        case failed
    }

    public enum Action: Equatable, Sendable {
        case none
        case spawn
        /// Ask it to stop.
        case terminate
        /// Ask it to end without being done.
        case hasten
        /// Because of this; nil: it did not stop in time.
        case kill(DeathKind?)
        /// It is given up: say so.
        case giveUp
    }

    /// What a heartbeat says.
    public struct Beat: Equatable, Sendable {
        public var isReady: Bool
        /// Turns of the main loop so far; one that has not moved is no progress.
        public var turns: UInt64
        /// The step begun now may take this long.
        public var patience: Duration

        public init(isReady: Bool, turns: UInt64, patience: Duration = .zero) {
            self.isReady = isReady
            self.turns = turns
            self.patience = patience
        }
    }

    /// `EX_CONFIG` of sysexits.h: the child says that starting it again cannot help.
    public static let configurationStatus: Int32 = 78
    /// From being hastened to SIGKILL.
    public static let hastePatience: Duration = .seconds(5)

    public internal(set) var spec: ChildSpec
    public private(set) var state: State = .down
    /// Times it was started again after a death.
    public private(set) var restarts = 0
    public private(set) var lastExit: ChildExit?
    /// Why it died last; nil: never, or it was told to.
    public private(set) var lastDeath: DeathKind?
    /// All deaths so far, by kind.
    public private(set) var deaths: [DeathKind: Int] = [:]
    /// Those that count towards giving up.
    private var recent: [(at: Duration, kind: DeathKind)] = []
    /// Deaths since it was last healthy, which the delay grows with.
    private var streak = 0
    private var readySince: Duration?
    private var lastTurns: UInt64?
    private var killReason: DeathKind?
    private var isKilled = false

    public init(_ spec: ChildSpec) { self.spec = spec }

    /// Whether a process exists.
    public var isRunning: Bool {
        switch state {
        case .starting, .up, .stopping: true
        case .down, .waiting, .failed: false
        }
    }

    public var isReady: Bool { if case .up = state { true } else { false } }
    public var isStopping: Bool { if case .stopping = state { true } else { false } }
    /// Whether it died and is not ready again.
    public var isRecovering: Bool {
        switch state {
        case .waiting: true
        case .starting: streak > 0
        case .down, .up, .stopping, .failed: false
        }
    }

    /// The deaths within the window, by kind: `5 exit` or `2 heartbeat, 3 signal`.
    public var recentDeaths: String {
        Dictionary(grouping: recent, by: \.kind).map { "\($1.count) \($0.rawValue)" }.sorted().joined(separator: ", ")
    }
}

// What an operator wants. Times are durations since any one instant, the same for all facts.
extension ChildLifecycle {
    public mutating func start(at now: Duration) -> Action {
        switch state {
        case .down, .failed, .waiting:
            forgetDeaths()
            return spawn(at: now)
        case .stopping(let killAt, _):
            forgetDeaths()
            state = .stopping(killAt: killAt, startsThen: true)
            return .none
        case .starting, .up: return .none
        }
    }

    /// - Parameters:
    ///   - now: Of a clock that never goes back.
    ///   - limit: It is killed no later than this, if that is before its own patience ends.
    public mutating func stop(at now: Duration, killAt limit: Duration? = nil) -> Action {
        let killAt = min(now + spec.stopPatience, limit ?? now + spec.stopPatience)
        switch state {
        case .starting, .up:
            state = .stopping(killAt: killAt, startsThen: false)
            return .terminate
        case .stopping(let before, _):
            state = .stopping(killAt: min(before, killAt), startsThen: false)
            return .none
        case .waiting, .failed:
            state = .down
            return .none
        case .down: return .none
        }
    }

    public mutating func restart(at now: Duration) -> Action {
        switch state {
        case .starting, .up:
            forgetDeaths()
            state = .stopping(killAt: now + spec.stopPatience, startsThen: true)
            return .terminate
        case .down, .waiting, .failed, .stopping: return start(at: now)
        }
    }

    /// It is to be down soon, done or not: in five seconds, or at `bound` if that is earlier.
    public mutating func hasten(at now: Duration, bound: Duration = .seconds(Int64.max)) -> Action {
        switch state {
        case .starting, .up, .stopping:
            _ = stop(at: now, killAt: min(bound, now + Self.hastePatience))
            return .hasten
        case .down, .waiting, .failed: return stop(at: now)
        }
    }

    private mutating func forgetDeaths() {
        recent = []
        streak = 0
    }

    private mutating func spawn(at now: Duration) -> Action {
        isKilled = false
        killReason = nil
        lastTurns = nil
        readySince = nil
        state = .starting(
            readyBy: now + spec.readinessDeadline, silentAt: now + spec.firstHeartbeatDeadline)
        return .spawn
    }
}

// What happens.
extension ChildLifecycle {
    /// The child says that it is alive.
    public mutating func heartbeat(_ beat: Beat, at now: Duration) {
        let hasMoved = lastTurns.map { beat.turns > $0 } ?? true
        lastTurns = beat.turns
        let renewed = now + max(spec.heartbeatDeadline, min(beat.patience, spec.maximumPatience))
        switch state {
        case .starting where beat.isReady:
            readySince = now
            state = .up(silentAt: renewed)
        case .starting(let readyBy, _) where hasMoved: state = .starting(readyBy: readyBy, silentAt: renewed)
        case .up where hasMoved: state = .up(silentAt: renewed)
        case .starting, .up, .down, .waiting, .stopping, .failed: break
        }
    }

    /// It holds so much memory.
    public mutating func memory(_ bytes: UInt64) -> Action {
        guard let limit = spec.limits.memoryBytes, bytes > limit else { return .none }
        switch state {
        case .starting, .up: return kill(.memory)
        case .stopping, .down, .waiting, .failed: return .none
        }
    }

    /// - Parameters:
    ///   - exit: How it ended.
    ///   - now: When that was noticed.
    ///   - jitter: A random number, 0 to 1, that spreads restarts.
    public mutating func exited(_ exit: ChildExit, at now: Duration, jitter: Double) -> Action {
        switch state {
        case .down, .waiting, .failed: return .none
        case .stopping(_, let startsThen):
            lastExit = exit
            lastDeath = nil
            if startsThen { return spawn(at: now) }
            state = .down
            return .none
        case .starting, .up:
            lastExit = exit
            return died(exit, at: now, jitter: jitter)
        }
    }

    private mutating func died(_ exit: ChildExit, at now: Duration, jitter: Double) -> Action {
        guard isRestarted(after: exit) else {
            lastDeath = nil
            state = .down
            return .none
        }
        let kind = killReason ?? DeathKind(exit)
        lastDeath = kind
        deaths[kind, default: 0] += 1
        if let readySince, now - readySince >= spec.healthyAfter { forgetDeaths() }
        recent.removeAll { now - $0.at >= spec.deathWindow }
        recent.append((now, kind))
        streak += 1
        if exit == .status(Self.configurationStatus) || recent.count >= spec.maximumDeaths {
            state = .failed
            return .giveUp
        }
        restarts += 1
        state = .waiting(until: now + delay(jitter))
        return .none
    }

    private func isRestarted(after exit: ChildExit) -> Bool {
        switch spec.restart {
        case .permanent: true
        case .transient: exit != .status(0)
        case .temporary: false
        }
    }

    /// Nothing after the first death, then base, 2·base, … up to the cap, of which half is left to chance.
    private func delay(_ jitter: Double) -> Duration {
        guard streak > 1 else { return .zero }
        let whole = min(spec.backoffBase * (1 << min(streak - 2, 20)), spec.backoffCap)
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }

    /// Time passed. Safe to call early, late or twice.
    public mutating func tick(at now: Duration) -> Action {
        switch state {
        case .waiting(let until) where now >= until: return spawn(at: now)
        case .starting(let readyBy, _) where now >= readyBy: return kill(.readiness)
        case .starting(_, let silentAt) where now >= silentAt: return kill(.heartbeat)
        case .up(let silentAt) where now >= silentAt: return kill(.heartbeat)
        case .stopping(let killAt, _) where now >= killAt: return kill(nil)
        case .down, .waiting, .starting, .up, .stopping, .failed: return .none
        }
    }

    /// One SIGKILL a life: its death comes back as a fact.
    private mutating func kill(_ reason: DeathKind?) -> Action {
        guard !isKilled else { return .none }
        isKilled = true
        killReason = reason
        return .kill(reason)
    }

    /// Heartbeats were not read for so long, through no fault of the child's.
    public mutating func excuse(_ gap: Duration) {
        switch state {
        case .starting(let readyBy, let silentAt):
            state = .starting(readyBy: readyBy + gap, silentAt: silentAt + gap)
        case .up(let silentAt): state = .up(silentAt: silentAt + gap)
        case .down, .waiting, .stopping, .failed: break
        }
    }
}
