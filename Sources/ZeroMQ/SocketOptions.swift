/// How a socket behaves, fixed before it binds or connects.
///
/// Each is applied only to the roles it means something to. Durations are
/// rounded up to whole milliseconds, so that a short wait does not become none;
/// one beyond about 24 days is refused.
public struct SocketOptions: Equatable, Sendable {
    // MARK: Waiting

    /// How long a message that was sent outlives its socket while it is still
    /// on its way; `nil` is for ever. Zero, the default, lets a process end at
    /// once. Neither is delivery: a peer may lose what it was given, so acknowledge.
    public var linger: Duration? = .zero
    /// How long a waiting `receive` waits; `nil`, the default, is until a
    /// message comes or the context is shut down.
    public var receiveTimeout: Duration?
    /// How long a waiting `send` waits; `nil`, the default, is until there is
    /// room or the context is shut down.
    public var sendTimeout: Duration?

    // MARK: Limits

    /// The longest frame accepted from a peer, in bytes; `nil` is no limit. A
    /// peer that sends a longer one is disconnected. The default is 64 MiB. It
    /// does not bound the number of frames in a message, nor `inproc://`.
    public var maxMessageSize: Int? = 64 * 1024 * 1024
    /// Messages queued for each peer before `send` would block (or, for
    /// ``Publish``, drops); 1 or more. With big batches choose a small number.
    public var sendHighWater = 1000
    /// Messages from each peer queued before it is stopped from sending more; 1 or more.
    public var receiveHighWater = 1000

    // MARK: Connections

    /// How long a peer may take to introduce itself before it is cut off; `nil` is for ever.
    public var handshakeInterval: Duration? = .seconds(30)
    /// How often a silent peer is asked for a sign of life; `nil`, the default,
    /// is never, so that a peer whose machine vanished is not noticed.
    public var heartbeatInterval: Duration?
    /// How long the answer may take before the peer is cut off; `nil` is as long as ``heartbeatInterval``.
    public var heartbeatTimeout: Duration?
    /// How long the peer is told to wait for our own sign of life; in steps of
    /// 100 ms, at most 6,553 s; `nil` asks nothing of it.
    public var heartbeatTTL: Duration?
    /// The pause before reconnecting to a peer that went away; at least 1 ms.
    public var reconnectInterval: Duration = .milliseconds(100)
    /// The longest pause when each attempt doubles the last; `nil`, the default, keeps them equal.
    public var reconnectIntervalMaximum: Duration?
    /// Whether messages are queued only for peers that have answered. With
    /// `false`, the default, they are also queued for a peer that was only named in `connect`.
    public var immediate = false
    /// Whether IPv6 addresses are understood, beside IPv4. Off by default.
    public var ipv6 = false
    /// TCP's own probes of silent connections; `nil` leaves them to the system.
    public var tcpKeepalive: TCPKeepalive?

    // MARK: Roles

    /// The name by which a ``Router`` peer knows this socket: 1 to 255 bytes,
    /// the first not zero; `nil` lets the router make one up per connection.
    public var routingID: [UInt8]?
    /// Whether a ``Router`` tells of a peer it cannot reach, as
    /// ``SendResult/unreachable``, instead of dropping the message. On by default, unlike in libzmq.
    public var routerMandatory = true
    /// Whether a peer may take over a routing id in use, which is how one comes
    /// back before its old connection is known to be dead. Off by default: then
    /// the newcomer is turned away.
    public var routerHandover = false
    /// Whether an ``XPublish`` receives every subscription, not only the first to each prefix.
    public var publishVerbose = false
    /// Whether a full subscriber makes ``Publish`` and ``XPublish`` block
    /// instead of losing messages; one slow peer then stops all.
    public var publishNoDrop = false

    // MARK: Security

    /// Encryption and authentication; none by default.
    public var security = Security.none
    /// The domain reported to the authenticator (ZAP) bound to
    /// `inproc://zeromq.zap.01`, at most 255 bytes; `nil` is none. Without an
    /// authenticator a CURVE server admits every client that knows its public key.
    public var zapDomain: String?

    public init() {}
}

extension SocketOptions {
    /// How a connection is protected.
    public enum Security: Equatable, Sendable {
        /// Plain bytes and no proof of who sends them.
        case none
        /// CURVE, the side that is known by its public key; need not be the one that binds.
        case curveServer(secretKey: CurveSecretKey)
        /// CURVE, the side that knows the other's public key.
        case curveClient(keys: CurveKeyPair, serverKey: CurvePublicKey)
    }

    /// TCP's probes of a silent connection, in whole seconds.
    public struct TCPKeepalive: Equatable, Sendable {
        /// Silence before the first probe.
        public var idle: Duration
        /// Time between probes.
        public var interval: Duration
        /// Unanswered probes before the connection is given up.
        public var count: Int

        public init(idle: Duration, interval: Duration, count: Int) {
            self.idle = idle
            self.interval = interval
            self.count = count
        }
    }
}
