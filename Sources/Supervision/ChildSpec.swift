/// How one child is started, watched, restarted and stopped. Erlang/OTP's words.
public struct ChildSpec: Sendable, Equatable {
    /// When a child that ended is started again.
    public enum Restart: String, Sendable, CaseIterable {
        /// Always.
        case permanent
        /// Only when it ended other than by exit status 0.
        case transient
        /// Never.
        case temporary
    }

    /// What a child may use; nil: as its parent may.
    public struct Limits: Sendable, Equatable {
        /// Set by the kernel for the child's life.
        public var openFiles: Int?
        /// Bytes of a core file; set by the kernel.
        public var coreBytes: Int?
        /// -20 (first) to 19 (last).
        public var nice: Int?
        /// Anonymous and swapped memory, bytes; watched by the supervisor, see `docs/design/supervision.md`.
        public var memoryBytes: UInt64?

        public init(openFiles: Int? = nil, coreBytes: Int? = nil, nice: Int? = nil, memoryBytes: UInt64? = nil) {
            self.openFiles = openFiles
            self.coreBytes = coreBytes
            self.nice = nice
            self.memoryBytes = memoryBytes
        }
    }

    /// The process's name: folder, binary, `ps` name, log label and configuration section.
    public var name: String
    public var executable: String
    public var arguments: [String]
    /// Added to the supervisor's own environment, less what is meant for the supervisor alone.
    public var environment: [String: String] = [:]
    public var restart: Restart
    /// Names of the children that must be ready, or given up, before this one is started.
    public var dependencies: [String]
    /// How long it may take from start to ready before it counts as hung.
    public var readinessDeadline: Duration
    /// How long it may take from start to its first heartbeat.
    public var firstHeartbeatDeadline: Duration = .seconds(10)
    /// How long it may go without a heartbeat that shows progress before it counts as hung.
    public var heartbeatDeadline: Duration
    /// The longest step that a child may announce.
    public var maximumPatience: Duration = .seconds(300)
    /// Asks it to stop.
    public var stopSignal: Int32 = 15
    /// How long it may take to stop after its stop signal before SIGKILL.
    public var stopPatience: Duration
    /// The first restart is at once; then these delays double up to the cap.
    public var backoffBase: Duration
    public var backoffCap: Duration
    /// Ready for this long, and its deaths before are forgotten.
    public var healthyAfter: Duration = .seconds(60)
    /// At this many deaths within the window the child is given up.
    public var maximumDeaths: Int
    public var deathWindow: Duration
    public var limits = Limits()
    /// Whether it reads the supervisor's standard input; otherwise it has none.
    public var readsInput: Bool

    public init(
        name: String, executable: String, arguments: [String] = [], restart: Restart = .permanent,
        dependencies: [String] = [], readinessDeadline: Duration = .seconds(300),
        heartbeatDeadline: Duration = .seconds(2), stopPatience: Duration = .seconds(20),
        backoffBase: Duration = .milliseconds(100), backoffCap: Duration = .seconds(30),
        maximumDeaths: Int = 5, deathWindow: Duration = .seconds(60),
        readsInput: Bool = false
    ) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.restart = restart
        self.dependencies = dependencies
        self.readinessDeadline = readinessDeadline
        self.heartbeatDeadline = heartbeatDeadline
        self.stopPatience = stopPatience
        self.backoffBase = backoffBase
        self.backoffCap = backoffCap
        self.maximumDeaths = maximumDeaths
        self.deathWindow = deathWindow
        self.readsInput = readsInput
    }
}

/// How a child ended.
public enum ChildExit: Sendable, Equatable, CustomStringConvertible {
    case status(Int32)
    case signal(Int32)
    /// It could not even be started; the text says why.
    case notStarted(String)

    public var description: String {
        switch self {
        case .status(let status): "exit status \(status)"
        case .signal(let signal): "signal \(signal)"
        case .notStarted(let reason): "not started: \(reason)"
        }
    }
}

/// Why a child died: of itself, or killed by the supervisor for a reason. Raw values are what users see.
public enum DeathKind: String, Sendable, CaseIterable {
    /// It ended with an exit status.
    case exit
    /// A signal ended it.
    case signal
    /// Killed: no heartbeat that showed progress came in time.
    case heartbeat
    /// Killed: it was not ready in time.
    case readiness
    /// Killed: it held more memory than it may.
    case memory
    /// It could not be started.
    case notStarted

    init(_ exit: ChildExit) {
        switch exit {
        case .status: self = .exit
        case .signal: self = .signal
        case .notStarted: self = .notStarted
        }
    }
}
