import Foundation
import Glibc
import ServiceKit

/// What the machine says of a process, a disk and its clocks.
enum Machine {
    /// What a process holds that only it can give back: anonymous memory, in use or swapped out; 0 for one that is gone.
    static func memory(of pid: Int32) -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return 0 }
        var kilobytes: UInt64 = 0
        for line in text.split(separator: "\n") where line.hasPrefix("RssAnon:") || line.hasPrefix("VmSwap:") {
            kilobytes += line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) } ?? 0
        }
        return kilobytes << 10
    }

    /// Bytes that may still be used, and all; zeros for a path that is not there.
    static func disk(_ path: String) -> (free: UInt64, total: UInt64) {
        var found = statvfs()
        guard statvfs(path, &found) == 0 else { return (0, 0) }
        let block = UInt64(found.f_frsize)
        return (UInt64(found.f_bavail) * block, UInt64(found.f_blocks) * block)
    }

    /// Wall clock less monotonic clock: constant, unless somebody sets the clock.
    static var clockOffset: Duration {
        .nanoseconds(Int64(bitPattern: ServiceClock.wall)) - ServiceClock.monotonic
    }
}
