import Foundation
import Glibc

/// The only reader of clocks in the package. Everything else is handed the time; how long a step takes, which decides nothing,
/// timers of swift-metrics measure by a clock of their own.
public enum ServiceClock {
    /// Time since some instant before the process began; never goes back.
    public static var monotonic: Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// The kernel's identity of this boot; a stream left open in another one may lack its end.
    public static var boot: String {
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?.split(separator: "\n").first
            .map(String.init) ?? "-"
    }

    /// Nanoseconds since the Unix epoch.
    public static var wall: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    public var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
