import CLinux
import Glibc

/// The power of the supervisor over one process: starts it, signals it, finds out how it ended. It contains no
/// rule about when.
///
/// The process ends with the thread that started it, so that must be one that ends with the supervisor. Its
/// descriptors are readable when there is something to do; all calls come from that same thread.
public final class ChildProcess {
    public let pid: Int32
    /// Readable when it has ended.
    public let ending: Int32
    /// What it writes to standard output and error.
    public let output: Int32
    /// What it logs.
    public let log: Int32
    /// Its other end is the child's, which ends when this one is closed.
    private let lifeline: Int32
    private var isEnded = false

    /// Where the child finds what it inherits: standard output and error are 1 and 2.
    public static let logDescriptor: Int32 = 3
    public static let lifelineDescriptor: Int32 = 4

    /// What is meant for the supervisor itself, and would mislead a child.
    private static let ownVariables: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "FDSTORE",
    ]

    /// Why a child could not be started.
    public struct StartError: Error, CustomStringConvertible {
        public let description: String
    }

    /// Starts a child; returns after its exec.
    ///
    /// - Parameters:
    ///   - spec: What to run, and how.
    ///   - environment: The supervisor's own.
    public init(_ spec: ChildSpec, environment: [String: String]) throws(StartError) {
        let pipes = try Self.pipes(3)
        let (output, log, lifeline) = (pipes[0], pipes[1], pipes[2])
        let input = spec.readsInput ? 0 : open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { if input > 0 { close(input) } }
        let inherited = environment.filter { !Self.ownVariables.contains($0.key) }
        let variables = inherited.merging(spec.environment) { $1 }.map { "\($0)=\($1)" }
        var pid: Int32 = 0
        var ending: Int32 = -1
        var step: Int32 = 0
        let failure = Self.withStrings([spec.executable] + spec.arguments) { arguments in
            Self.withStrings(variables) { variables in
                var child = epicenter_child()
                child.path = UnsafePointer(arguments[0])
                child.arguments = arguments
                child.environment = variables
                child.input = input
                child.output = output.write
                child.log = log.write
                child.lifeline = lifeline.read
                child.open_files = Int64(spec.limits.openFiles ?? -1)
                child.core_bytes = Int64(spec.limits.coreBytes ?? -1)
                child.nice = Int32(spec.limits.nice ?? 0)
                child.sets_nice = spec.limits.nice == nil ? 0 : 1
                return epicenter_start(&child, &pid, &ending, &step)
            }
        }
        for descriptor in [output.write, log.write, lifeline.read] { close(descriptor) }
        guard failure == 0 else {
            for descriptor in [output.read, log.read, lifeline.write] { close(descriptor) }
            throw StartError(description: "\(Self.name(of: step)): \(String(cString: strerror(failure)))")
        }
        self.pid = pid
        self.ending = ending
        self.output = output.read
        self.log = log.read
        self.lifeline = lifeline.write
        for descriptor in [self.output, self.log] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        if !isEnded { _ = finish() }
        for descriptor in [ending, output, log, lifeline] { close(descriptor) }
    }

    public func signal(_ number: Int32) {
        // Not reaped yet, so the number is still its own.
        if !isEnded { kill(pid, number) }
    }

    /// How it ended; call when ``ending`` is readable. What it started itself is killed.
    public func finish() -> ChildExit {
        // Its group cannot be anybody else's as long as it is not reaped.
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        var reaped: Int32
        repeat { reaped = waitpid(pid, &status, 0) } while reaped < 0 && errno == EINTR
        isEnded = true
        guard reaped == pid else { return .notStarted("waitpid: \(String(cString: strerror(errno)))") }
        let signal = status & 0x7f
        return signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    }

    private struct Pipe {
        let read: Int32
        let write: Int32
    }

    /// All or none.
    private static func pipes(_ count: Int) throws(StartError) -> [Pipe] {
        var made: [Pipe] = []
        for _ in 0..<count {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else {
                let failure = errno
                for pipe in made { for end in [pipe.read, pipe.write] { close(end) } }
                throw StartError(description: "pipe: \(String(cString: strerror(failure)))")
            }
            // Nobody else forks in this process, so nobody can inherit them in between.
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            made.append(Pipe(read: ends[0], write: ends[1]))
        }
        return made
    }

    private static func name(of step: Int32) -> String {
        switch epicenter_start_step(UInt32(step)) {
        case EPICENTER_STEP_FORK: "fork"
        case EPICENTER_STEP_PARENT: "prctl"
        case EPICENTER_STEP_DESCRIPTORS: "dup2"
        case EPICENTER_STEP_LIMITS: "setrlimit"
        case EPICENTER_STEP_NICE: "setpriority"
        case EPICENTER_STEP_PIDFD: "pidfd_open"
        default: "exec"
        }
    }

    private static func withStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in body(UnsafePointer(buffer.baseAddress!)) }
    }
}
