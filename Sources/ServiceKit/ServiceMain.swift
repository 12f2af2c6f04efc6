import CLinux
import CoreMetrics
import Exposition
import Foundation
import Glibc
import Logging
import ZeroMQ

/// What every process has at hand.
public struct ServiceContext {
    public let name: String
    public let configuration: ServiceConfiguration
    public let configurationPath: String
    public let logger: Logger
    /// What swift-metrics measures in this process; goes into its heartbeats.
    public let metrics: MetricsRegistry
    public let stop: StopSignal
    public let zeroMQ: Context
    /// Whether epicenterd started us.
    public let isSupervised: Bool
    /// Once it has been made: for steps that take long.
    public var control: ControlLink?
}

/// The outermost frame of every process: options, configuration, signals, logging; and nothing escapes it
/// as a crash. An error thrown out of Swift's own `main` ends in a signal, which a supervisor cannot tell
/// from a bug; here it is one log line and an exit status.
public enum ServiceMain {
    static let supervisorVariable = "EPICENTER_SUPERVISOR"
    /// Descriptors that a child of epicenterd inherits.
    static let logVariable = "EPICENTER_LOG_DESCRIPTOR"
    static let lifelineVariable = "EPICENTER_LIFELINE_DESCRIPTOR"

    /// Runs `body` to its end and exits.
    ///
    /// - Parameters:
    ///   - name: The process's name: folder, binary, `ps` name, log label.
    ///   - card: What `--help` says: reads, writes, keeps, dies when.
    ///   - body: The process; what it throws decides the exit status.
    public static func run(_ name: String, card: String, _ body: (ServiceContext) throws -> Void) -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("--help") || arguments.contains("-h") {
            print(
                "USAGE: \(name) --config FILE\n\n\(card)\n\nStarted by epicenterd; see docs/OPERATIONS.md. Exit status: 0 done, 1 try again, 78 configuration."
            )
            exit(ExitStatus.done.rawValue)
        }
        if let log = descriptor(logVariable) { LogOutput.descriptor = log }
        LoggingSystem.bootstrap { _ in LogLineHandler(process: name) }
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        var logger = Logger(label: name)
        keepFreedMemory()
        do {
            let context = try prepare(name, arguments, &logger, metrics)
            try body(context)
            logger.info("stopped")
            exit(ExitStatus.done.rawValue)
        } catch {
            logger.error("\(error)")
            exit(((error as? any ExitStatusProviding)?.exitStatus ?? .tryAgain).rawValue)
        }
    }

    /// Batches of a hundred kilobytes come and go by the thousand. By itself the C library would map and unmap
    /// memory for each, and the kernel would clear it page by page: a quarter of a hop's time.
    public static func keepFreedMemory() {
        epicenter_keep_freed_memory(32 << 20, 64 << 20)
    }

    private static func prepare(
        _ name: String, _ arguments: [String], _ logger: inout Logger, _ metrics: MetricsRegistry
    ) throws -> ServiceContext {
        let supervisor = try followSupervisor()
        guard let place = arguments.firstIndex(of: "--config"), arguments.count == place + 2, place == 0 else {
            throw ConfigurationError(["expected: \(name) --config FILE, found: \(arguments.joined(separator: " "))"])
        }
        let path = arguments[1]
        let configuration = try ServiceConfiguration.load(path: path)
        logger.logLevel = configuration.logLevel
        LogOutput.format = configuration.logFormat
        let stop = try StopSignal(reloads: true)
        return ServiceContext(
            name: name, configuration: configuration, configurationPath: path, logger: logger, metrics: metrics,
            stop: stop, zeroMQ: try Context(), isSupervised: supervisor)
    }

    /// Ends with the supervisor: no orphan survives it, whatever kills it.
    private static func followSupervisor() throws -> Bool {
        guard let text = ProcessInfo.processInfo.environment[supervisorVariable], let supervisor = Int32(text) else {
            return false
        }
        _ = epicenter_set_parent_death_signal(SIGKILL)
        if let lifeline = descriptor(lifelineVariable) { holdOn(to: lifeline) }
        // It may have died before the kernel was asked.
        guard getppid() == supervisor else {
            throw SystemError(call: "getppid (the supervisor is gone)", path: text, errno: ESRCH)
        }
        return true
    }

    /// Ends when the other end of a pipe is closed, should the kernel's signal not come.
    private static func holdOn(to lifeline: Int32) {
        let thread = Thread {
            var byte: UInt8 = 0
            while read(lifeline, &byte, 1) != 0 {}
            kill(getpid(), SIGKILL)
        }
        thread.stackSize = 64 << 10
        thread.start()
    }

    private static func descriptor(_ variable: String) -> Int32? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int32($0) }.flatMap {
            fcntl($0, F_GETFD) < 0 ? nil : $0
        }
    }

    /// What the environment of our children has, and nobody else's.
    public static var supervisorMark: String { "\(supervisorVariable)=\(getpid())" }

    /// What a supervisor adds to a child's environment.
    ///
    /// - Parameters:
    ///   - log: The child's descriptor for its log lines; nil: standard error.
    ///   - lifeline: The child's descriptor that ends when we do; nil: there is none.
    public static func supervisedEnvironment(log: Int32? = nil, lifeline: Int32? = nil) -> [String: String] {
        var variables = [supervisorVariable: "\(getpid())"]
        variables[logVariable] = log.map { "\($0)" }
        variables[lifelineVariable] = lifeline.map { "\($0)" }
        return variables
    }
}

extension ServiceMain {
    /// Makes a directory that only its owner may enter.
    public static func makePrivateDirectory(_ path: String) throws {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    public static var processID: Int32 { getpid() }

    /// A random identity for a new history of a stream; never 0.
    public static func newEpoch() -> UInt64 { UInt64.random(in: 1...UInt64.max) }

    /// Resident memory of this process, in bytes; 0 where the system does not say.
    public static var residentBytes: UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (UInt64(fields[1]) ?? 0) * UInt64(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
