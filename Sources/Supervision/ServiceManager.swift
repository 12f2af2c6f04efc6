import Glibc

/// What we tell systemd, or whoever else listens at `NOTIFY_SOCKET`: one datagram a message (`sd_notify(3)`).
///
/// Without a socket everything is a no-op, and a manager that does not listen is no error: it is told, not asked.
public final class ServiceManager {
    private let descriptor: Int32
    private let address: [UInt8]
    /// How often it wants to hear from us; nil: it does not watch.
    public let watchdog: Duration?
    private var lastWatchdog: Duration?
    private var lastStatus = ""

    /// - Parameters:
    ///   - environment: `NOTIFY_SOCKET` is a path or, with a leading `@`, an abstract name; `WATCHDOG_USEC` counts if
    ///     `WATCHDOG_PID` is this process or absent.
    ///   - pid: Of this process.
    public init(environment: [String: String], pid: Int32) {
        let name = Array((environment["NOTIFY_SOCKET"] ?? "").utf8)
        let isUsable =
            name.count > 1 && name.count < 108 && (name[0] == UInt8(ascii: "/") || name[0] == UInt8(ascii: "@"))
        address = isUsable ? name : []
        descriptor = isUsable ? socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0) : -1
        let isWatched = environment["WATCHDOG_PID"].map { $0 == "\(pid)" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isWatched && microseconds > 0 && descriptor >= 0 ? .microseconds(microseconds) : nil
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// The service can be used.
    public func ready() { send(["READY=1"]) }

    /// Its configuration is being read again; ``ready()`` says that this is over.
    ///
    /// - Parameter now: CLOCK_MONOTONIC.
    public func reloading(at now: Duration) {
        let (seconds, attoseconds) = now.components
        send(["RELOADING=1", "MONOTONIC_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)"])
    }

    public func stopping() { send(["STOPPING=1"]) }

    /// What `systemctl status` shows; sent when it is another than before.
    public func status(_ text: String) {
        guard text != lastStatus else { return }
        lastStatus = text
        send(["STATUS=" + text.split(separator: "\n").joined(separator: " ")])
    }

    /// Shows that the main loop turns, at half of the time in which the manager wants to hear it.
    public func turn(at now: Duration) {
        guard let watchdog, lastWatchdog.map({ now - $0 >= watchdog / 2 }) ?? true else { return }
        lastWatchdog = now
        send(["WATCHDOG=1"])
    }

    private func send(_ lines: [String]) {
        guard descriptor >= 0 else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { path in
            path.copyBytes(from: address)
            if address[0] == UInt8(ascii: "@") { path[0] = 0 }
        }
        // An abstract name is exactly as long as it is.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
        let message = Array(lines.joined(separator: "\n").utf8)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(descriptor, message, message.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), pointer, length)
            }
        }
    }
}
