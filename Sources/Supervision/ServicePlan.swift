/// All children together: who may start, who must stop first. Judgement without power, like
/// ``ChildLifecycle``, one of which it holds for each child.
///
/// - Starting: a child is started when all it depends on are ready.
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

    /// - Parameter specs: In the order in which data flow.
    public init(_ specs: [ChildSpec]) {
        children = specs.map(ChildLifecycle.init)
    }

    public func index(of name: String) -> Int? { children.firstIndex { $0.spec.name == name } }

    /// Whether every child is ready.
    public var isReady: Bool { children.allSatisfy(\.isReady) }

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
            let isAllowed = children[child].spec.dependencies.allSatisfy { name in
                index(of: name).map { children[$0].isReady } ?? true
            }
            guard isAllowed else { continue }
            unstarted.remove(child)
            steps.append(Step(child: child, action: children[child].start(at: now)))
        }
        return steps
    }

    public mutating func heartbeat(_ name: String, ready: Bool, at now: Duration) -> [Step] {
        guard let child = index(of: name) else { return [] }
        children[child].heartbeat(ready: ready, at: now)
        return startAllowed(at: now)
    }

    public mutating func exited(_ child: Int, _ exit: ChildExit, at now: Duration) -> [Step] {
        let action = children[child].exited(exit, at: now)
        var steps = action == .none ? [] : [Step(child: child, action: action)]
        steps += mode == .stopping ? stopNext(at: now) : []
        return steps
    }

    /// Time passed.
    public mutating func tick(at now: Duration) -> [Step] {
        children.indices.compactMap { child in
            let action = children[child].tick(at: now)
            return action == .none ? nil : Step(child: child, action: action)
        }
    }

    /// Begins to stop, the first child of the data's order first. Asked again, it hastens: all at once.
    public mutating func stop(at now: Duration) -> [Step] {
        guard mode != .stopped else { return [] }
        if mode == .stopping {
            return children.indices.compactMap { child in
                let action = children[child].stop(at: now)
                return action == .none ? nil : Step(child: child, action: action)
            }
        }
        mode = .stopping
        unstarted = []
        return stopNext(at: now)
    }

    private mutating func stopNext(at now: Duration) -> [Step] {
        for child in children.indices {
            if case .stopping = children[child].state { return [] }
            let action = children[child].stop(at: now)
            if action != .none { return [Step(child: child, action: action)] }
        }
        mode = .stopped
        return []
    }
}
