import EventLog
import Foundation
import Pages
import Schema
import Synchronization

/// Prices, news and records around shocks, read from the `market` log by a thread of its own, one shock after the other.
///
/// A page is shown without them until they are there. Reading takes as long as the log is: so it is done once for a
/// shock, and again at the earliest fifteen seconds later when there is a newer revision. Bounded: the shocks looked at last.
final class SurroundingsDesk: Sendable {
    private struct Held {
        var surroundings: Surroundings?
        var revision: UInt32
        var asked: Duration
    }
    private struct State {
        var held: [String: Held] = [:]
        /// Those that are held, the one looked at last at the end.
        var order: [String] = []
        var queue: [Finding] = []
        var isClosed = false
    }
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let path: String
    private static let capacity = 32
    private static let pause: Duration = .seconds(15)
    /// Of a log that is being written, what came up to so long after a finding is looked at.
    private static let margin = CivilTime.day

    /// - Parameter done: Called on the thread when a shock's are there.
    init(_ path: String, done: @escaping @Sendable (String) -> Void) {
        self.path = path
        let thread = Thread { [self] in
            while let finding = next() {
                let made = read(finding)
                state.withLock { $0.held[finding.shock]?.surroundings = made }
                if made != nil { done(finding.shock) }
            }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// What is there; nil: not yet. It is asked for then.
    func surroundings(of finding: Finding, now: Duration) -> Surroundings? {
        let (found, isNew) = state.withLock { state -> (Surroundings?, Bool) in
            let shock = finding.shock
            if let held = state.held[shock] {
                state.order.removeAll { $0 == shock }
                state.order.append(shock)
                guard held.revision != finding.revision, now - held.asked > Self.pause else {
                    return (held.surroundings, false)
                }
                state.held[shock]?.revision = finding.revision
                state.held[shock]?.asked = now
                state.queue.append(finding)
                return (held.surroundings, true)
            }
            state.held[shock] = Held(surroundings: nil, revision: finding.revision, asked: now)
            state.order.append(shock)
            if state.order.count > Self.capacity {
                let gone = state.order.removeFirst()
                state.held[gone] = nil
                state.queue.removeAll { $0.shock == gone }
            }
            state.queue.append(finding)
            return (nil, true)
        }
        if isNew { work.signal() }
        return found
    }

    func close() {
        state.withLock { $0.isClosed = true }
        work.signal()
    }

    private func next() -> Finding? {
        while true {
            work.wait()
            let (finding, isClosed) = state.withLock { state in
                (state.queue.isEmpty ? nil : state.queue.removeFirst(), state.isClosed)
            }
            if isClosed { return nil }
            if let finding { return finding }
        }
    }

    /// nil: the log cannot be read now.
    private func read(_ finding: Finding) -> Surroundings? {
        var made = Surroundings(of: finding)
        do {
            try LogIndex(reading: path).forEachMessage(types: Surroundings.types) { message in
                guard message.recordTime(row: 0) <= finding.eventTime + Self.margin else { return false }
                made.add(message)
                return !state.withLock { $0.isClosed }
            }
        } catch {
            return nil
        }
        return made
    }
}
