/// What a socket needs to let in only those who may: a key of its own, and somebody to ask.
public struct SocketGuard: Sendable {
    public let secretKey: CurveSecretKey
    public let domain: AccessDomain
    public let authenticator: Authenticator

    public init(secretKey: CurveSecretKey, domain: AccessDomain, authenticator: Authenticator) {
        self.secretKey = secretKey
        self.domain = domain
        self.authenticator = authenticator
    }
}

extension SocketOptions {
    /// Makes a socket the CURVE server that `guardian` describes; nil changes nothing.
    public mutating func guardBy(_ guardian: SocketGuard?) {
        guard let guardian else { return }
        security = .curveServer(secretKey: guardian.secretKey)
        zapDomain = guardian.domain.rawValue
        // A stranger may not hold a connection for long without showing a key.
        handshakeInterval = .seconds(5)
        // A peer whose machine vanished is noticed.
        heartbeatInterval = .seconds(10)
        heartbeatTimeout = .seconds(30)
    }
}

/// A socket's bound endpoint, guarded: counts peers that did not get as far as the authenticator, and cuts off
/// those whose key was revoked.
///
/// libzmq cannot close one peer's connection. It does close all connections of an endpoint that is unbound; so
/// after a revocation the endpoint is unbound and bound again, and who may come in comes back by itself.
/// Messages under way are lost in that, which both protocols on top find out and repair.
///
/// It belongs to the socket's thread.
public struct GuardedBinding: ~Copyable {
    /// The endpoint in use.
    public let endpoint: Endpoint
    private let guardian: SocketGuard?
    private var monitor: Monitor?
    private var revocations: UInt64
    /// Unbound, and not yet closed: binding now would fail, or lose the new socket file to the old one's end.
    private var isClosing = false

    /// Binds `socket`, whose options were guarded by the same guard.
    ///
    /// - Parameters:
    ///   - socket: Not bound yet.
    ///   - endpoint: Where to; see ``endpoint`` for what took the place of `*`.
    ///   - guardian: nil binds without a guard.
    public init<Role: SocketRole>(
        _ socket: inout Socket<Role>, to endpoint: Endpoint, guardedBy guardian: SocketGuard?
    ) throws(ZeroMQError) {
        var monitor: Monitor?
        if guardian != nil { monitor = try socket.monitor([.handshakeFailed, .closed, .closeFailed]) }
        self.endpoint = try socket.bind(to: endpoint)
        self.guardian = guardian
        self.monitor = monitor
        revocations = guardian?.authenticator.revocations(at: guardian?.domain ?? .subscribe) ?? 0
    }

    /// Counts and cuts off. Call it several times a second.
    ///
    /// - Throws: ``ZeroMQError`` when the endpoint cannot be bound again: the socket is then of no use.
    public mutating func service<Role: SocketRole>(_ socket: inout Socket<Role>) throws(ZeroMQError) {
        guard let guardian else { return }
        while let event = try monitor?.next(wait: false) {
            switch event.kind {
            case .handshakeFailed(.refused): break  // The authenticator has counted it.
            case .handshakeFailed(let failure):
                guardian.authenticator.noteHandshakeFailure(at: guardian.domain, Self.words(for: failure))
            case .closed, .closeFailed:
                guard isClosing else { continue }
                isClosing = false
                try socket.bind(to: endpoint)
            default: break
            }
        }
        let now = guardian.authenticator.revocations(at: guardian.domain)
        guard now != revocations, !isClosing else { return }
        revocations = now
        isClosing = true
        try socket.unbind(from: endpoint)
    }

    private static func words(for failure: SocketEvent.HandshakeFailure) -> String {
        switch failure {
        case .protocolViolation(.mechanismMismatch): "not CURVE"
        case .protocolViolation(.cryptographic): "a wrong server key"
        case .protocolViolation(let violation): "protocol violation 0x\(String(violation.rawValue, radix: 16))"
        case .system(let code): "hung up before it showed a key (\(code))"
        case .refused(let status): "refused with \(status)"
        }
    }
}
