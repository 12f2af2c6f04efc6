import CZeroMQ

/// Something that happened to a connection of a monitored socket.
public struct SocketEvent: Equatable, Sendable {
    /// What happened. File descriptors that libzmq reports are left out: they may be closed or reused already.
    public enum Kind: Equatable, Sendable {
        case connected
        case connectDelayed
        /// A connection failed; the next attempt comes after this pause.
        case connectRetried(after: Duration)
        case listening
        case bindFailed(ZeroMQError.Code)
        case accepted
        case acceptFailed(ZeroMQError.Code)
        case closed
        case closeFailed(ZeroMQError.Code)
        /// The peer went away, or was cut off.
        case disconnected
        /// The last event: the socket was let go or got another monitor.
        case monitorStopped
        /// The peer is known and may send and receive.
        case handshakeSucceeded
        case handshakeFailed(HandshakeFailure)
        /// From a libzmq newer than this code.
        case unknown(event: UInt16, value: UInt32)
    }

    /// Why a peer was turned away before its first message.
    public enum HandshakeFailure: Equatable, Sendable {
        case system(ZeroMQError.Code)
        /// The peers do not fit together or one does not keep to the protocol.
        case protocolViolation(ProtocolViolation)
        /// The authenticator said no: 300 try again, 400 not allowed, 500 it failed itself.
        case refused(status: Int)
    }

    /// One of libzmq's `ZMQ_PROTOCOL_ERROR_…` values.
    public struct ProtocolViolation: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// A box could not be opened: most likely a wrong server key.
        public static let cryptographic = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC))
        /// One side asks for security that the other does not offer.
        public static let mechanismMismatch = Self(rawValue: UInt32(ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH))
    }

    public let kind: Kind
    /// The affected endpoint as libzmq spells it.
    public let endpoint: String
}

extension SocketEvent {
    /// Which events to hear of.
    public struct Mask: OptionSet, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let connected = Self(rawValue: ZMQ_EVENT_CONNECTED)
        public static let connectDelayed = Self(rawValue: ZMQ_EVENT_CONNECT_DELAYED)
        public static let connectRetried = Self(rawValue: ZMQ_EVENT_CONNECT_RETRIED)
        public static let listening = Self(rawValue: ZMQ_EVENT_LISTENING)
        public static let bindFailed = Self(rawValue: ZMQ_EVENT_BIND_FAILED)
        public static let accepted = Self(rawValue: ZMQ_EVENT_ACCEPTED)
        public static let acceptFailed = Self(rawValue: ZMQ_EVENT_ACCEPT_FAILED)
        public static let closed = Self(rawValue: ZMQ_EVENT_CLOSED)
        public static let closeFailed = Self(rawValue: ZMQ_EVENT_CLOSE_FAILED)
        public static let disconnected = Self(rawValue: ZMQ_EVENT_DISCONNECTED)
        public static let monitorStopped = Self(rawValue: ZMQ_EVENT_MONITOR_STOPPED)
        public static let handshakeSucceeded = Self(rawValue: ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
        public static let handshakeFailed = Self(
            rawValue: ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
                | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
        )
        public static let all = Self(rawValue: ZMQ_EVENT_ALL)
        /// All but those that come with every attempt to reach a peer that is away.
        public static let changes = all.subtracting([.connectDelayed, .connectRetried, .closed])
    }

    /// Decodes a monitor's two frames: event (16 bits) and value (32 bits) in
    /// the machine's byte order, then the endpoint.
    init?(frame: [UInt8], endpoint: [UInt8]) {
        guard frame.count == 6 else { return nil }
        let bytes = frame.span.bytes
        let event = bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)
        let value = bytes.unsafeLoadUnaligned(fromByteOffset: 2, as: UInt32.self)
        self.init(
            kind: Kind(event: event, value: value),
            endpoint: String(decoding: endpoint, as: UTF8.self)
        )
    }
}

extension SocketEvent.Kind {
    init(event: UInt16, value: UInt32) {
        let code = ZeroMQError.Code(rawValue: Int32(truncatingIfNeeded: value))
        switch Int32(event) {
        case ZMQ_EVENT_CONNECTED: self = .connected
        case ZMQ_EVENT_CONNECT_DELAYED: self = .connectDelayed
        case ZMQ_EVENT_CONNECT_RETRIED: self = .connectRetried(after: .milliseconds(value))
        case ZMQ_EVENT_LISTENING: self = .listening
        case ZMQ_EVENT_BIND_FAILED: self = .bindFailed(code)
        case ZMQ_EVENT_ACCEPTED: self = .accepted
        case ZMQ_EVENT_ACCEPT_FAILED: self = .acceptFailed(code)
        case ZMQ_EVENT_CLOSED: self = .closed
        case ZMQ_EVENT_CLOSE_FAILED: self = .closeFailed(code)
        case ZMQ_EVENT_DISCONNECTED: self = .disconnected
        case ZMQ_EVENT_MONITOR_STOPPED: self = .monitorStopped
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: self = .handshakeSucceeded
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: self = .handshakeFailed(.system(code))
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
            self = .handshakeFailed(.protocolViolation(.init(rawValue: value)))
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .handshakeFailed(.refused(status: Int(value)))
        default: self = .unknown(event: event, value: value)
        }
    }
}
