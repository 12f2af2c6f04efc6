public import ZeroMQ

/// What was found on a machine that the service is to run on. A value: ``Probe`` fills it, ``Diagnosis`` judges it.
public struct MachineFacts: Sendable {
    public struct Directory: Sendable {
        public var path: String
        public var exists = false
        public var isDirectory = false
        /// It, or where it is missing the nearest directory above that exists, can be written by this user.
        public var isWritable = false
        /// Permission bits; 0 where it does not exist.
        public var mode: UInt32 = 0
        public var isOwn = false
        public var freeBytes: UInt64 = 0
        public var freeFiles: UInt64 = 0
        public var kind = FileSystemKind.other

        public init(path: String) { self.path = path }
    }

    /// What of a file system matters to a log: whether it outlives a reboot, and whether its locks can be relied on.
    public enum FileSystemKind: String, Sendable { case memory, network, other }

    public struct Port: Sendable {
        /// The key that asks for it.
        public var key: String
        public var address: String
        /// nil: it is free.
        public var error: String?

        public init(key: String, address: String, error: String? = nil) {
            self.key = key
            self.address = address
            self.error = error
        }
    }

    public struct Program: Sendable {
        public var name: String
        public var canRun: Bool

        public init(name: String, canRun: Bool) {
            self.name = name
            self.canRun = canRun
        }
    }

    /// Whether the kernel believes in its clock (`adjtimex`).
    public enum ClockState: Sendable, Equatable { case synchronized, unsynchronized, unknown }

    /// Where the configuration came from; nil: the built-in one.
    public var configuration: String?
    public var problems: [String] = []
    /// Programs that belong beside this one, and whether each can be run.
    public var programs: [Program] = []
    public var zeroMQ = Library.Version(major: 0, minor: 0, patch: 0)
    public var hasCurve = false
    public var needsCurve = false
    public var run = Directory(path: "")
    public var data = Directory(path: "")
    /// The longest socket path and its bytes.
    public var longestSocket = ""
    public var ports: [Port] = []
    /// The service answers at its control socket.
    public var isRunning = false
    /// Of the running service; nil where it does not run.
    public var unready: [String] = []
    public var clock = ClockState.unknown
    /// ns since the Unix epoch.
    public var wall: UInt64 = 0
    public var openFiles: UInt64 = 0
    public var memoryBytes: UInt64 = 0
    public var availableBytes: UInt64 = 0
    public var processors = 0

    public init() {}
}
