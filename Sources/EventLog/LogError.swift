import Glibc
import MCAP
import Schema

/// A stream on disk that cannot be opened, read or written: where, and what may be done about it.
public struct LogError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Reason: Equatable, Sendable {
        /// Another process writes this stream.
        case locked
        case system(call: String, errno: Int32)
        case container(ContainerError)
        /// Whole chunks lie behind damaged bytes, so cutting back would lose records that were served.
        case damagedInTheMiddle(at: UInt64)
        /// Not a recording of ours, or of another stream.
        case foreign(String)
        /// The next record's sequence is not the one after the last.
        case gap(expected: UInt64, found: UInt64)
        case notInLog(sequence: UInt64, first: UInt64, head: UInt64)
        case schema(SchemaError)
        case syncFailed(errno: Int32)
        case empty
        /// A recording that has no end: what is there is not all there was.
        case cutOff
    }

    public let reason: Reason
    public let path: String

    public init(_ reason: Reason, _ path: String) {
        self.reason = reason
        self.path = path
    }

    /// Whether bytes on the disk are not what was written there.
    public var isDamage: Bool {
        switch reason {
        case .container(let error): error.remedy == .recoverFile
        case .schema, .gap: true
        case .system(call: "pread", _): true
        default: false
        }
    }

    /// Whether trying again later may work and nothing is lost meanwhile: no room, or a write that failed.
    public var isStall: Bool {
        switch reason {
        case .container(let error):
            if case .system(let call, let code) = error.reason, call != .fdatasync, call != .pread {
                code == ENOSPC || code == EDQUOT || code == EIO
            } else {
                false
            }
        case .system(let call, let code):
            call != "pread" && (code == ENOSPC || code == EDQUOT || code == EIO)
        default: false
        }
    }

    /// Whether what was written may not reach the disk, and the process must end.
    public var isSyncFailure: Bool {
        switch reason {
        case .syncFailed: true
        case .container(let error): if case .system(.fdatasync, _) = error.reason { true } else { false }
        default: false
        }
    }

    public var description: String {
        switch reason {
        case .locked: "\(path): another process is writing this stream"
        case .system(_, ENOENT): "\(path): there is no such file or directory"
        case .system(let call, let errno): "\(path): \(call) failed: \(String(cString: strerror(errno)))"
        case .container(let error): "\(path): \(error)"
        case .damagedInTheMiddle(let offset):
            "\(path): damaged at byte \(offset) with whole chunks behind it; not cut back. Move the file away to go on without it"
        case .foreign(let what): "\(path): \(what)"
        case .gap(let expected, let found): "\(path): expected sequence \(expected), found \(found)"
        case .notInLog(let sequence, let first, let head):
            "\(path): sequence \(sequence) is not in the stream, which holds \(first) to \(head)"
        case .schema(let error): "\(path): \(error)"
        case .syncFailed(let errno):
            "\(path): writing to the disk failed (\(String(cString: strerror(errno)))); what was not yet synced may be lost, nothing more is taken"
        case .empty: "\(path): holds no recording"
        case .cutOff: "\(path): is cut off or damaged: it has no footer"
        }
    }
}

extension LogError {
    /// Runs a call of the container library, naming the file in what it throws.
    static func naming<Result: ~Copyable>(
        _ path: String, _ body: () throws(ContainerError) -> Result
    ) throws(LogError) -> Result {
        do {
            return try body()
        } catch {
            throw LogError(.container(error), path)
        }
    }
}
