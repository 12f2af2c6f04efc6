import CZeroMQ

/// A libzmq call that failed, with what it was given.
///
/// Would-block, timeouts and unreachable peers are results, not errors; what
/// is left is a bug, a wrong setting, an exhausted resource or a context that
/// was shut down.
public struct ZeroMQError: Error, Equatable, Sendable {
    public let code: Code
    public let operation: Operation
    /// What would have been accepted, where that is known before libzmq is asked.
    public let allowed: String?

    public init(code: Code, during operation: Operation, allowed: String? = nil) {
        self.code = code
        self.operation = operation
        self.allowed = allowed
    }

    /// The error that libzmq left on this thread.
    ///
    /// Call it before anything else: even closing a message can change it.
    public static func last(during operation: @autoclosure () -> Operation) -> Self {
        let code = Code.last
        return Self(code: code, during: operation())
    }
}

extension ZeroMQError {
    /// An errno value, or one of libzmq's own beyond them.
    ///
    /// Open on purpose: libzmq passes on whatever the system says.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        static var last: Self { Self(rawValue: zmq_errno()) }

        public static let wouldBlock = Self(rawValue: EAGAIN)
        public static let interrupted = Self(rawValue: EINTR)
        public static let unreachable = Self(rawValue: EHOSTUNREACH)
        public static let invalidArgument = Self(rawValue: EINVAL)
        public static let addressInUse = Self(rawValue: EADDRINUSE)
        public static let addressNotAvailable = Self(rawValue: EADDRNOTAVAIL)
        public static let permissionDenied = Self(rawValue: EACCES)
        public static let noSuchEntry = Self(rawValue: ENOENT)
        public static let tooManySockets = Self(rawValue: EMFILE)
        public static let notSupported = Self(rawValue: ENOTSUP)
        /// The socket was closed.
        public static let notASocket = Self(rawValue: ENOTSOCK)
        /// The role does not allow this now: a request socket that sends twice, say.
        public static let wrongState = Self(rawValue: EFSM)
        /// The context was shut down: the owner of the socket should end its loop.
        public static let terminated = Self(rawValue: ETERM)
    }

    /// What was tried, with its operands.
    public enum Operation: Equatable, Sendable {
        case createContext
        case setContextOption(name: String, value: Int)
        case createSocket(role: String)
        case setOption(name: String, value: String)
        case getOption(name: String)
        case bind(Endpoint)
        case unbind(Endpoint)
        case connect(Endpoint)
        case disconnect(Endpoint)
        case send(byteCount: Int)
        case receive
        case poll(itemCount: Int)
        case monitor
        case generateKeys
        case derivePublicKey
        case createWaker
    }
}

extension ZeroMQError: CustomStringConvertible {
    /// One line for the log: what was tried, what came of it, what is allowed.
    public var description: String {
        let line = "\(operation): \(code)"
        guard let allowed else { return line }
        return "\(line); allowed: \(allowed)"
    }
}

extension ZeroMQError.Code: CustomStringConvertible {
    public var description: String {
        "\(String(cString: zmq_strerror(rawValue))) (errno \(rawValue))"
    }
}

extension ZeroMQError.Operation: CustomStringConvertible {
    public var description: String {
        switch self {
        case .createContext: "create a context"
        case .setContextOption(let name, let value): "set context option \(name) to \(value)"
        case .createSocket(let role): "create a \(role) socket"
        case .setOption(let name, let value): "set socket option \(name) to \(value)"
        case .getOption(let name): "get socket option \(name)"
        case .bind(let endpoint): "bind to \(endpoint)"
        case .unbind(let endpoint): "unbind from \(endpoint)"
        case .connect(let endpoint): "connect to \(endpoint)"
        case .disconnect(let endpoint): "disconnect from \(endpoint)"
        case .send(let byteCount): "send a frame of \(byteCount) bytes"
        case .receive: "receive"
        case .poll(let itemCount): "poll \(itemCount) items"
        case .monitor: "monitor a socket"
        case .generateKeys: "generate a CURVE key pair"
        case .derivePublicKey: "derive a CURVE public key"
        case .createWaker: "create a waker"
        }
    }
}
