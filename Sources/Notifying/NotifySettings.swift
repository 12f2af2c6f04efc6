/// Whom to tell what, and how: the section `notify` of the configuration.
public struct NotifySettings: Equatable, Sendable {
    /// The first that matches decides, and those after it where it says `continue`.
    public var routes: [Route]
    public var sinks: [Sink]
    /// A group's or the market's alert silences those that are part of it while it fires.
    public var inhibit = true
    /// Replayed and backfilled alerts are told too.
    public var history = false

    public init(routes: [Route], sinks: [Sink]) {
        self.routes = routes
        self.sinks = sinks
    }

    public struct Route: Equatable, Sendable {
        public var name: String
        public var match = LabelMatch()
        public var sinks: [String]
        /// Alerts with the same values of these labels are told together.
        public var groupBy: [String] = ["kind", "shock"]
        /// A new group waits for others to join, ns.
        public var wait: UInt64 = 10_000_000_000
        /// The least time between two deliveries of a group, ns.
        public var interval: UInt64 = 60_000_000_000
        /// What still fires is told again after so long, ns; 0: never.
        public var repeatAfter: UInt64 = 0
        /// Each revision of what fires is told, not only that it fires and ends.
        public var revisions = false
        public var continues = false

        public init(_ name: String, sinks: [String]) {
            self.name = name
            self.sinks = sinks
        }
    }

    public struct Sink: Equatable, Sendable {
        public enum Kind: Equatable, Sendable {
            case alertmanager(url: String)
            /// - Parameter secretFile: Of the key that messages are signed with; nil: they are not.
            case webhook(url: String, secretFile: String?)
            case file(path: String)
            case mail(to: [String], from: String, program: String)
        }

        public var name: String
        public var kind: Kind
        /// For one attempt, s.
        public var timeout = 10
        /// After so many failed attempts a delivery is a dead letter.
        public var attempts = 20
        /// Deliveries that may wait; the oldest of more is a dead letter.
        public var capacity = 1_000
        /// What fires is said again so often, s (Alertmanager).
        public var resend = 60
        /// Deliveries an hour; 0: any number.
        public var perHour = 0
        public var quiet: QuietHours?

        public init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }

        var isAlertmanager: Bool {
            if case .alertmanager = kind { true } else { false }
        }
    }

    func sink(_ name: String) -> Sink? { sinks.first { $0.name == name } }
    func route(_ name: String) -> Route? { routes.first { $0.name == name } }
}
