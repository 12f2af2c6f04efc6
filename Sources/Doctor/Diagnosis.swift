import Schema
import ServiceKit
import ZeroMQ

/// One thing that was looked at: what was found, and what to do where it is not well.
public struct Diagnosis: Sendable, Equatable, Codable {
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        case ok, warning, failure
    }

    public var check: String
    public var verdict: Verdict
    public var found: String
    /// Empty where all is well.
    public var remedy: String

    init(_ check: String, _ verdict: Verdict, _ found: String, _ remedy: String = "") {
        self.check = check
        self.verdict = verdict
        self.found = found
        self.remedy = remedy
    }

    /// All checks, in the order in which a service meets what they look at.
    public static func all(_ facts: MachineFacts) -> [Diagnosis] {
        [
            configuration(facts), programs(facts), library(facts), runDirectory(facts), sockets(facts),
            dataDirectory(facts), disk(facts),
        ] + facts.ports.map { port($0, facts) } + [clock(facts), openFiles(facts), memory(facts), service(facts)]
    }

    private static func configuration(_ facts: MachineFacts) -> Diagnosis {
        guard facts.problems.isEmpty else {
            return Diagnosis(
                "configuration", .failure, facts.problems.joined(separator: "\n"),
                "mend these, then `epicenter config check \(facts.configuration ?? "FILE")`")
        }
        return Diagnosis(
            "configuration", .ok,
            facts.configuration ?? "none: the built-in one (`epicenter init` writes one to change)")
    }

    private static func programs(_ facts: MachineFacts) -> Diagnosis {
        let missing = facts.programs.filter { !$0.canRun }.map(\.name)
        guard missing.isEmpty else {
            return Diagnosis(
                "programs", .failure, "cannot be run beside this one: \(missing.joined(separator: ", "))",
                "install the whole package, or build all of it: make build")
        }
        return Diagnosis("programs", .ok, "\(facts.programs.count) beside this one, version \(ServiceVersion.text)")
    }

    private static func library(_ facts: MachineFacts) -> Diagnosis {
        let version = "libzmq \(facts.zeroMQ)"
        guard (facts.zeroMQ.major, facts.zeroMQ.minor) >= (4, 3) else {
            return Diagnosis("libraries", .failure, version, "libzmq 4.3 or newer: apt-get install libzmq5")
        }
        if !facts.hasCurve {
            return Diagnosis(
                "libraries", facts.needsCurve ? .failure : .warning, "\(version) without CURVE",
                "sockets off the loopback need it: apt-get install libzmq5 (Debian's has it)")
        }
        return Diagnosis("libraries", .ok, "\(version), with CURVE")
    }

    private static func runDirectory(_ facts: MachineFacts) -> Diagnosis {
        let run = facts.run
        let name = "run directory"
        if let unusable = unusable(run, name, mode: "700", key: "run.directory") { return unusable }
        if run.exists, run.mode & 0o022 != 0 || !run.isOwn {
            return Diagnosis(
                name, run.mode & 0o022 != 0 ? .failure : .warning,
                "\(run.path) \(run.isOwn ? "may be written by others" : "belongs to another user")",
                "whoever writes there can pass for a stage: chmod 700 \(run.path)")
        }
        return Diagnosis(name, .ok, run.exists ? run.path : "\(run.path), made at the start")
    }

    /// What is wrong with a directory that the service must write in; nil: nothing that holds for both.
    private static func unusable(
        _ directory: MachineFacts.Directory, _ name: String, mode: String, key: String
    ) -> Diagnosis? {
        if directory.exists, !directory.isDirectory {
            return Diagnosis(name, .failure, "\(directory.path) is no directory", "remove it, or change \(key)")
        }
        guard !directory.isWritable else { return nil }
        let what = directory.exists ? "cannot be written" : "is not there and cannot be made"
        return Diagnosis(
            name, .failure, "\(directory.path) \(what)",
            "as root: install -d -m \(mode) -o $USER \(directory.path); or change \(key)")
    }

    private static func sockets(_ facts: MachineFacts) -> Diagnosis {
        let length = facts.longestSocket.utf8.count
        guard length <= Endpoint.maximumPathLength else {
            return Diagnosis(
                "socket paths", .failure, "\(facts.longestSocket) has \(length) bytes",
                "the kernel allows \(Endpoint.maximumPathLength): choose a shorter run.directory")
        }
        return Diagnosis("socket paths", .ok, "\(length) of \(Endpoint.maximumPathLength) bytes at most")
    }

    private static func dataDirectory(_ facts: MachineFacts) -> Diagnosis {
        let data = facts.data
        let name = "data directory"
        if let unusable = unusable(data, name, mode: "750", key: "data.directory") { return unusable }
        switch data.kind {
        case .memory:
            return Diagnosis(
                name, .warning, "\(data.path) is in memory", "streams are gone after a reboot: choose a disk")
        case .network:
            return Diagnosis(
                name, .warning, "\(data.path) is on a network file system",
                "locks and syncs may not hold there: choose a local disk")
        case .other: return Diagnosis(name, .ok, data.exists ? data.path : "\(data.path), made at the start")
        }
    }

    private static func disk(_ facts: MachineFacts) -> Diagnosis {
        let free = facts.data.freeBytes
        let text = "\(Self.size(free)) free for \(facts.data.path)"
        let remedy = "make room, or bound streams: data.retainDays, data.retainGigabytes"
        if facts.data.freeFiles == 0, free > 0 {
            return Diagnosis("disk", .failure, "no file can be made in \(facts.data.path): no inodes", remedy)
        }
        if free < 100 << 20 { return Diagnosis("disk", .failure, text, remedy) }
        if free < 2 << 30 { return Diagnosis("disk", .warning, text, remedy) }
        return Diagnosis("disk", .ok, text)
    }

    private static func port(_ port: MachineFacts.Port, _ facts: MachineFacts) -> Diagnosis {
        guard let error = port.error else { return Diagnosis(port.key, .ok, "\(port.address) is free") }
        if facts.isRunning { return Diagnosis(port.key, .ok, "\(port.address) is in use; the service runs") }
        return Diagnosis(
            port.key, .failure, "\(port.address): \(error)",
            "see who has it: ss -ltnp; or choose another in the configuration")
    }

    private static func clock(_ facts: MachineFacts) -> Diagnosis {
        let now = CivilTime.rfc3339(facts.wall)
        // A machine without a battery begins in 1970; records with such times stay.
        guard (2_025...2_100).contains(Int(now.prefix(4)) ?? 0) else {
            return Diagnosis("clock", .failure, "it says \(now)", "set it: timedatectl set-ntp true")
        }
        switch facts.clock {
        case .synchronized: return Diagnosis("clock", .ok, "\(now), synchronized")
        case .unsynchronized:
            return Diagnosis(
                "clock", .warning, "\(now); the kernel does not know it to be synchronized",
                "events are dated by it: timedatectl set-ntp true (in a container, on the host)")
        case .unknown: return Diagnosis("clock", .ok, "\(now); whether it is synchronized cannot be asked here")
        }
    }

    private static func openFiles(_ facts: MachineFacts) -> Diagnosis {
        let text = "\(facts.openFiles) a process"
        guard facts.openFiles >= 1_024 else {
            return Diagnosis("open files", .warning, text, "service.openFiles: 1024, or ulimit -n 1024")
        }
        return Diagnosis("open files", .ok, text)
    }

    private static func memory(_ facts: MachineFacts) -> Diagnosis {
        let text =
            "\(Self.size(facts.availableBytes)) of \(Self.size(facts.memoryBytes)) available, "
            + "\(facts.processors) processors"
        guard facts.availableBytes >= 512 << 20 else {
            return Diagnosis(
                "memory", .warning, text, "a thousand names need about half a gigabyte (docs/PERFORMANCE.md)")
        }
        return Diagnosis("memory", .ok, text)
    }

    private static func service(_ facts: MachineFacts) -> Diagnosis {
        guard facts.isRunning else { return Diagnosis("service", .ok, "not running: epicenter run starts it") }
        guard facts.unready.isEmpty else {
            return Diagnosis(
                "service", .failure, "running; not ready: \(facts.unready.joined(separator: ", "))",
                "epicenter status and epicenter logs say why")
        }
        return Diagnosis("service", .ok, "running, every process is ready")
    }

    static func size(_ bytes: UInt64) -> String {
        guard bytes >= 1 << 30 else { return "\(bytes >> 20) MiB" }
        let tenths = (bytes >> 20) * 10 / 1_024
        return "\(tenths / 10).\(tenths % 10) GiB"
    }
}
