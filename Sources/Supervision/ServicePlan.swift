/// All children together: who may start, who must stop first. Judgement without power, like
/// ``ChildLifecycle``, one of which it holds for each child.
///
/// - Starting: a child is started when all it depends on are ready, or out of the question.
/// - Running: `one_for_one`; hops reconnect by sequence, so no neighbour need restart.
/// - Stopping: in the order of the list, which is the order in which data flow; each child is told to
///   stop when the one before is down, so that what was acknowledged upstream is through downstream.
public struct ServicePlan: Sendable {
    public enum Mode: Equatable, Sendable {
        case idle, running, stopping, stopped
    }

    /// Something to be done to one child.
    public struct Step: Equatable, Sendable {
        public let child: Int
        public let action: ChildLifecycle.Action
    }

    public private(set) var mode: Mode = .idle
    public private(set) var children: [ChildLifecycle]
    /// Children that wait for what they depend on before their first start.
    private var unstarted: Set<Int> = []
    /// Children that an operator stopped.
    public private(set) var unwanted: Set<Int> = []
    private var hastenAt: Duration = .zero
    private var killAt: Duration = .zero
    private var isHastened = false
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - specs: In the order in which data flow.
    ///   - random: 0 to 1, for the jitter of restarts.
    public init(_ specs: [ChildSpec], random: @escaping @Sendable () -> Double) {
        children = specs.map(ChildLifecycle.init)
        self.random = random
    }

    public func index(of name: String) -> Int? { children.firstIndex { $0.spec.name == name } }

    /// Whether every child is ready.
    public var isReady: Bool { children.allSatisfy(\.isReady) }

    /// Whether the start is over: every child is ready, given up, or stopped by the operator.
    public var hasStarted: Bool { mode == .running && children.allSatisfy { isReadyOrHopeless($0.spec.name) } }

    /// What the service can say of itself, in one line.
    public var condition: String {
        func names(_ isOne: (Int) -> Bool) -> String {
            children.indices.filter(isOne).map { children[$0].spec.name }.joined(separator: ", ")
        }
        switch mode {
        case .idle: return "starting"
        case .stopped: return "stopped"
        case .stopping: return "stopping: " + names { children[$0].isRunning }
        case .running: break
        }
        let failed = names { children[$0].state == .failed }
        let stopped = names { unwanted.contains($0) }
        let recovering = names { children[$0].isRecovering }
        var parts: [String] = []
        if !failed.isEmpty { parts.append("\(failed) given up") }
        if !stopped.isEmpty { parts.append("\(stopped) stopped by the operator") }
        if !recovering.isEmpty { parts.append("\(recovering) restarting") }
        if !parts.isEmpty { return "degraded: " + parts.joined(separator: "; ") }
        return isReady ? "ready" : "starting: " + names { !children[$0].isReady }
    }
}

extension ServicePlan {
    public mutating func start(at now: Duration) -> [Step] {
        guard mode == .idle else { return [] }
        mode = .running
        unstarted = Set(children.indices)
        return startAllowed(at: now)
    }

    private mutating func startAllowed(at now: Duration) -> [Step] {
        guard mode == .running else { return [] }
        var steps: [Step] = []
        for child in children.indices where unstarted.contains(child) {
            guard children[child].spec.dependencies.allSatisfy(isReadyOrHopeless) else { continue }
            unstarted.remove(child)
            steps += step(child, children[child].start(at: now))
        }
        return steps
    }

    private func isReadyOrHopeless(_ name: String) -> Bool {
        guard let child = index(of: name) else { return true }
        return children[child].isReady || children[child].state == .failed || unwanted.contains(child)
    }

    /// A drained stop would wait in vain where what comes after is given up or stopped: what there is to give is in
    /// the streams, and stays there.
    private func inFitManner(_ child: Int, _ action: ChildLifecycle.Action) -> ChildLifecycle.Action {
        let isInVain = children.indices.contains { other in
            other > child && (children[other].state == .failed || unwanted.contains(other))
        }
        return action == .terminate && isInVain ? .hasten : action
    }

    private func step(_ child: Int, _ action: ChildLifecycle.Action) -> [Step] {
        action == .none ? [] : [Step(child: child, action: action)]
    }
}

// What an operator wants of one child. Nothing, once the service stops.
extension ServicePlan {
    public mutating func start(_ child: Int, at now: Duration) -> [Step] {
        guard mode == .running else { return [] }
        unwanted.remove(child)
        unstarted.remove(child)
        return step(child, children[child].start(at: now)) + startAllowed(at: now)
    }

    public mutating func stop(_ child: Int, at now: Duration) -> [Step] {
        guard mode == .running else { return [] }
        unwanted.insert(child)
        unstarted.remove(child)
        return step(child, inFitManner(child, children[child].stop(at: now))) + startAllowed(at: now)
    }

    public mutating func restart(_ child: Int, at now: Duration) -> [Step] {
        guard mode == .running else { return [] }
        unwanted.remove(child)
        unstarted.remove(child)
        return step(child, inFitManner(child, children[child].restart(at: now))) + startAllowed(at: now)
    }

    /// The deadlines, limits and arguments of a child's next start; watched limits hold at once.
    public mutating func adopt(_ spec: ChildSpec, for child: Int) { children[child].spec = spec }
}

// What happens.
extension ServicePlan {
    public mutating func heartbeat(_ child: Int, _ beat: ChildLifecycle.Beat, at now: Duration) -> [Step] {
        children[child].heartbeat(beat, at: now)
        return startAllowed(at: now) + (mode == .stopping ? stopNext(at: now) : [])
    }

    public mutating func memory(_ child: Int, _ bytes: UInt64) -> [Step] {
        step(child, children[child].memory(bytes))
    }

    public mutating func exited(_ child: Int, _ exit: ChildExit, at now: Duration) -> [Step] {
        var steps = step(child, children[child].exited(exit, at: now, jitter: random()))
        steps += startAllowed(at: now)
        steps += mode == .stopping ? stopNext(at: now) : []
        return steps
    }

    /// Time passed.
    public mutating func tick(at now: Duration) -> [Step] {
        var steps = children.indices.flatMap { step($0, children[$0].tick(at: now)) }
        if mode == .stopping, !isHastened, now >= hastenAt { steps += hasten(at: now) }
        return steps
    }

    /// The supervisor was held up for so long.
    public mutating func excuse(_ gap: Duration) {
        for child in children.indices { children[child].excuse(gap) }
    }
}

// The end of all.
extension ServicePlan {
    /// Begins to stop, the first child of the data's order first. Asked again, it hastens.
    ///
    /// - Parameters:
    ///   - now: Of a clock that never goes back.
    ///   - within: How long it may take until all are down.
    public mutating func stop(at now: Duration, within: Duration) -> [Step] {
        switch mode {
        case .stopped: return []
        case .stopping: return hasten(at: now)
        case .idle, .running: break
        }
        mode = .stopping
        unstarted = []
        hastenAt = now + within * 4 / 5
        killAt = now + within
        return stopNext(at: now)
    }

    private mutating func hasten(at now: Duration) -> [Step] {
        isHastened = true
        let steps = children.indices.flatMap { step($0, children[$0].hasten(at: now, bound: killAt)) }
        return steps + stopNext(at: now)
    }

    private mutating func stopNext(at now: Duration) -> [Step] {
        for child in children.indices {
            if children[child].isStopping { return [] }
            // One that died has still to deal with what it was given, and to take what this one has to give.
            if !isHastened, children[child...].contains(where: \.isRecovering) { return [] }
            let action = inFitManner(child, children[child].stop(at: now, killAt: killAt))
            if action != .none { return [Step(child: child, action: action)] }
        }
        mode = .stopped
        return []
    }
}
