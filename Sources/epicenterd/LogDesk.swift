import Schema
import ServiceKit
import Supervision
import Synchronization

/// All lines pass here: out, and into the memory that `epicenter logs` asks.
final class LogDesk: Sendable {
    private let ring = Mutex(LogRing())
    private let errors = Mutex<[String: String]>([:])

    /// The last line of level error or above, by process.
    var lastErrors: [String: String] {
        get { errors.withLock { $0 } }
        set { errors.withLock { $0 = newValue } }
    }

    /// Remembers a line that was written already.
    func note(_ line: String, of process: String) { ring.withLock { $0.append(line, of: process) } }

    /// Writes a child's line.
    func pass(_ line: String, of process: String) {
        LogOutput.write(line)
        note(line, of: process)
    }

    func answer(_ ask: AskLogs) -> LogLines {
        let limit = ask.limit == 0 ? 1_000 : min(Int(ask.limit), 1_000)
        let found = ring.withLock {
            $0.lines(from: ask.from, of: ask.process.isEmpty ? nil : ask.process, limit: limit)
        }
        var answer = LogLines()
        answer.next = found.next
        answer.forgotten = found.forgotten
        answer.lines = found.lines.map(\.text)
        return answer
    }
}
