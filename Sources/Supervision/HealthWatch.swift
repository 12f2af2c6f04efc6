/// Which of what is measured is worth a notice: judgement without clock or disk.
public struct HealthWatch: Sendable {
    /// A disk with less than this share free is nearly full; it is so no longer with a fifth more.
    public static let freeShare = 0.05
    /// A clock that gains or loses more than this between two looks was stepped.
    public static let clockStep: Duration = .seconds(1)

    private var isDiskFull = false
    private var offset: Duration?
    private var silent: Set<String> = []
    private var failing: Set<String> = []

    public init() {}

    /// Conditions that last, for the status.
    public private(set) var alarms: [String: String] = [:]

    /// - Parameters:
    ///   - path: The folder looked at, for the notice.
    ///   - free: Bytes that we may still use.
    ///   - total: Bytes of the whole file system; 0 where it does not say.
    public mutating func disk(_ path: String, free: UInt64, total: UInt64) -> Notice? {
        guard total > 0 else { return nil }
        let share = Double(free) / Double(total)
        let facts = ["path": path, "free_bytes": "\(free)", "total_bytes": "\(total)"]
        let percent = "\(Int(share * 100)) % free"
        if !isDiskFull, share < Self.freeShare {
            isDiskFull = true
            alarms["disk"] = "the disk of \(path) is nearly full: \(percent)"
            return Notice(
                .disk, "data", "nearly full", .critical, "the disk of \(path) is nearly full: \(percent)", facts: facts)
        }
        if isDiskFull, share > Self.freeShare * 1.2 {
            isDiskFull = false
            alarms["disk"] = nil
            return Notice(
                .disk, "data", "enough", .info, "the disk of \(path) has room again: \(percent)", facts: facts)
        }
        return nil
    }

    /// - Parameter now: Wall clock less monotonic clock.
    public mutating func clock(offset now: Duration) -> Notice? {
        defer { offset = now }
        guard let offset, abs((now - offset).milliseconds) > Self.clockStep.milliseconds else { return nil }
        let step = (now - offset).milliseconds
        return Notice(
            .clock, "system", "stepped by \(step) ms", .warning, "the system's clock was stepped by \(step) ms",
            facts: ["step_ms": "\(step)"])
    }

    /// Failures of a feed in a row before it is worth a notice.
    public static let failuresInARow = 3

    /// - Parameters:
    ///   - name: The feed's.
    ///   - failures: Polls in a row that failed.
    ///   - isOver: Whether it is not asked any more.
    ///   - problem: Why the last one did; empty: it did not.
    public mutating func feed(_ name: String, failures: Int, isOver: Bool, problem: String) -> Notice? {
        let isFailing = !problem.isEmpty && (isOver || failures >= Self.failuresInARow)
        if isFailing {
            alarms["failing/\(name)"] = "the feed \(name) fails: \(problem)"
            guard failing.insert(name).inserted else { return nil }
            return Notice(
                .feed, name, "failing", .warning, "the feed \(name) fails: \(problem)",
                facts: ["failures_in_a_row": "\(failures)"])
        }
        if problem.isEmpty, failing.remove(name) != nil {
            alarms["failing/\(name)"] = nil
            return Notice(.feed, name, "working", .info, "the feed \(name) works again")
        }
        return nil
    }

    /// Forgets feeds that are not there any more.
    public mutating func keep(feeds: Set<String>) {
        for name in failing.union(silent) where !feeds.contains(name) {
            failing.remove(name)
            silent.remove(name)
            alarms["failing/\(name)"] = nil
            alarms["feed/\(name)"] = nil
        }
    }

    /// - Parameters:
    ///   - name: The feed's.
    ///   - quiet: How long nothing has come of a feed, seconds.
    ///   - limit: After how long that is worth saying, seconds; 0: never.
    ///   - isInSession: Whether something should come.
    public mutating func feed(_ name: String, quiet: Double, limit: Double, isInSession: Bool) -> Notice? {
        let isSilent = limit > 0 && isInSession && quiet >= limit
        if isSilent, silent.insert(name).inserted {
            let message = "nothing has come of \(name) for \(Int(quiet)) s, though its session is open"
            alarms["feed/\(name)"] = message
            return Notice(.feed, name, "silent", .warning, message, facts: ["quiet_seconds": "\(Int(quiet))"])
        }
        if !isSilent, silent.remove(name) != nil {
            alarms["feed/\(name)"] = nil
            let message = isInSession ? "\(name) is heard again" : "the session of \(name) is over"
            return Notice(.feed, name, isInSession ? "heard" : "out of session", .info, message)
        }
        return nil
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
