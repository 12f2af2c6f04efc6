import EventLog
import Metrics

/// Commits a log and bears with a disk that has no room or refuses a write: what was appended is kept and tried
/// again, and until it is written nothing may be read, served or acknowledged that depends on it.
public struct LogKeeper {
    /// How long to wait before trying again.
    static let interval: Duration = .milliseconds(250)

    /// Why the log does not go on for now; empty: it does.
    public private(set) var alarm = ""
    /// How often it did not go on.
    public private(set) var stalls: UInt64 = 0
    private var nextAttempt: Duration = .zero
    /// Told how long each commit that had something to write took; nil: nobody asks, and no clock is read.
    private let timer: Timer?

    public init(timer: Timer? = nil) { self.timer = timer }

    public var isStalled: Bool { !alarm.isEmpty }

    /// Commits, or finds that it cannot for now.
    ///
    /// - Returns: Whether everything appended is written.
    /// - Throws: ``EventLog/LogError`` for what waiting cannot mend.
    public mutating func commit(_ log: EventLog, now: Duration) throws -> Bool {
        try attempt(now: now) { [timer] () throws(LogError) in
            if let timer, log.pendingBytes > 0 {
                try timer.measure { () throws(LogError) in _ = try log.commit() }
            } else {
                try log.commit()
            }
            try log.maintain(now: now)
        }
    }

    /// Does something that writes, unless it is too early to try again.
    ///
    /// - Returns: Whether it was done.
    public mutating func attempt(now: Duration, _ body: () throws(LogError) -> Void) throws -> Bool {
        if isStalled, now < nextAttempt { return false }
        do throws(LogError) {
            try body()
            alarm = ""
            return true
        } catch {
            guard error.isStall else { throw error }
            if !isStalled { stalls += 1 }
            alarm = "\(error)"
            nextAttempt = now + Self.interval
            return false
        }
    }
}
