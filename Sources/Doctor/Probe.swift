import CLinux
import Foundation
import Glibc
public import ServiceKit
import ZeroMQ

/// Looks at the machine; the one place here that does. Nothing is changed: a port is bound for a moment, no file made.
public enum Probe {
    /// - Parameters:
    ///   - configuration: What the service runs, or would run, by.
    ///   - file: The configuration's path; nil where it is built in.
    ///   - problems: What is wrong with it; then `configuration` is the default one.
    ///   - programs: Paths of those that belong to the service.
    public static func look(
        _ configuration: ServiceConfiguration, file: String?, problems: [String], programs: [String]
    ) -> MachineFacts {
        var facts = MachineFacts()
        facts.configuration = file
        facts.problems = problems
        facts.programs = programs.map { path in
            MachineFacts.Program(name: URL(fileURLWithPath: path).lastPathComponent, canRun: access(path, X_OK) == 0)
        }
        facts.zeroMQ = Library.version
        facts.hasCurve = Library.has(.curve)
        facts.needsCurve = configuration.publicEndpoints.contains(where: configuration.needsCurve)
        facts.run = directory(configuration.runDirectory)
        facts.data = directory(configuration.dataDirectory)
        facts.longestSocket = "\(configuration.runDirectory)/producers.sock"
        facts.ports = ports(configuration)
        facts.wall = ServiceClock.wall
        facts.clock = clock()
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            facts.openFiles = UInt64(limit.rlim_cur)
        }
        (facts.memoryBytes, facts.availableBytes) = memory()
        facts.processors = ProcessInfo.processInfo.activeProcessorCount
        return facts
    }

    private static func directory(_ path: String) -> MachineFacts.Directory {
        var made = MachineFacts.Directory(path: path)
        var found = stat()
        if stat(path, &found) == 0 {
            made.exists = true
            made.isDirectory = found.st_mode & S_IFMT == S_IFDIR
            made.mode = found.st_mode & 0o777
            made.isOwn = found.st_uid == geteuid()
        }
        var place = URL(fileURLWithPath: path)
        while access(place.path, F_OK) != 0, place.path != "/" { place.deleteLastPathComponent() }
        made.isWritable = access(place.path, W_OK | X_OK) == 0
        var disk = statvfs()
        if statvfs(place.path, &disk) == 0 {
            made.freeBytes = UInt64(disk.f_bavail) * UInt64(disk.f_frsize)
            // File systems that make inodes as they go say 0 of 0.
            made.freeFiles = disk.f_files == 0 ? .max : UInt64(disk.f_favail)
        }
        made.kind = kind(place.path)
        return made
    }

    /// Numbers of statfs(2).
    private static func kind(_ path: String) -> MachineFacts.FileSystemKind {
        switch epicenter_file_system(path) {
        case 0x0102_1994, 0x8584_58F6: return .memory
        case 0x6969, 0xFF53_4D42, 0x517B, 0xFE53_4D42, 0x0102_1997, 0x6573_5546, 0x00C3_6400: return .network
        default: return .other
        }
    }

    /// Each port that the configuration asks for, bound for a moment.
    private static func ports(_ configuration: ServiceConfiguration) -> [MachineFacts.Port] {
        var wanted: [(key: String, address: String)] = []
        for (key, endpoint) in [
            ("publish.alerts", configuration.alertsEndpoint), ("publish.replay", configuration.replayEndpoint),
            ("ingest.producers", configuration.producersEndpoint), ("ingest.pull", configuration.pullEndpoint),
            ("service.health", configuration.healthEndpoint),
        ] where endpoint.hasPrefix("tcp://") { wanted.append((key, endpoint)) }
        if let metrics = configuration.metrics { wanted.append(("metrics.listen", "tcp://\(metrics)")) }
        if let dashboard = configuration.dashboard { wanted.append(("dashboard.listen", "tcp://\(dashboard)")) }
        return wanted.map { key, address in
            MachineFacts.Port(key: key, address: String(address.dropFirst("tcp://".count)), error: refusal(of: address))
        }
    }

    /// Why an address cannot be bound; nil: it can.
    private static func refusal(of address: String) -> String? {
        do {
            var socket = try Socket(Pull.self, in: Context())
            _ = try socket.bind(to: Endpoint(address))
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func clock() -> MachineFacts.ClockState {
        switch epicenter_clock_is_synchronized() {
        case 1: .synchronized
        case 0: .unsynchronized
        default: .unknown
        }
    }

    private static func memory() -> (total: UInt64, available: UInt64) {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        func kilobytes(_ name: String) -> UInt64 {
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?
                .split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) } ?? 0
        }
        return (kilobytes("MemTotal") << 10, kilobytes("MemAvailable") << 10)
    }
}
