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

    /// The process's name: folder, binary, `ps` name, log label and configuration section.
    public var name: String
    public var executable: String
    public var arguments: [String]
    public var restart: Restart
    /// Names of the children that must be ready before this one is started.
    public var dependencies: [String]
    /// How long it may take from start to ready before it counts as hung.
    public var readinessDeadline: Duration
    /// How long it may go without a heartbeat before it counts as hung.
    public var heartbeatDeadline: Duration
    /// How long it may take to stop after SIGTERM before SIGKILL.
    public var stopPatience: Duration
    /// The first restart is at once; then these delays double up to the cap.
    public var backoffBase: Duration
    public var backoffCap: Duration
    /// More deaths than this within the window, and the child is given up.
    public var maximumDeaths: Int
    public var deathWindow: Duration
    /// Whether it reads the supervisor's standard input; otherwise it has none.
    public var readsInput: Bool

    public init(
        name: String, executable: String, arguments: [String] = [], restart: Restart = .permanent,
        dependencies: [String] = [], readinessDeadline: Duration = .seconds(60),
        heartbeatDeadline: Duration = .seconds(10), stopPatience: Duration = .seconds(20),
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
