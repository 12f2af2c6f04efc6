import CZeroMQ

extension SocketOptions {
    /// Sets on `handle` what means something to `role`.
    ///
    /// - Throws: ``ZeroMQError`` naming the option, its value and, where we know it, what is allowed.
    func apply<Role: SocketRole>(to handle: SocketHandle, role: Role.Type) throws(ZeroMQError) {
        try applyWaiting(to: handle)
        try applyLimits(to: handle)
        try applyConnections(to: handle)
        try applyRole(Role.rawType, to: handle)
        try applySecurity(to: handle)
    }

    private func applyWaiting(to handle: SocketHandle) throws(ZeroMQError) {
        try handle.set(ZMQ_LINGER, named: "linger", to: linger, ifNil: -1)
        try handle.set(ZMQ_RCVTIMEO, named: "receiveTimeout", to: receiveTimeout, ifNil: -1)
        try handle.set(ZMQ_SNDTIMEO, named: "sendTimeout", to: sendTimeout, ifNil: -1)
    }

    private func applyLimits(to handle: SocketHandle) throws(ZeroMQError) {
        if let size = maxMessageSize {
            try require(size >= 0, "maxMessageSize", size, allowed: "0 or more, or nil for no limit")
        }
        try handle.set(
            ZMQ_MAXMSGSIZE,
            named: "maxMessageSize",
            toRaw: Int64(maxMessageSize ?? -1),
            shownAs: "\(maxMessageSize ?? -1)"
        )
        try setHighWater(ZMQ_SNDHWM, named: "sendHighWater", to: sendHighWater, on: handle)
        try setHighWater(ZMQ_RCVHWM, named: "receiveHighWater", to: receiveHighWater, on: handle)
    }

    /// To libzmq zero is no limit at all; a queue without one is refused here.
    private func setHighWater(
        _ option: Int32,
        named name: String,
        to value: Int,
        on handle: SocketHandle
    ) throws(ZeroMQError) {
        try require((1...Int(Int32.max)).contains(value), name, value, allowed: "1 to \(Int32.max)")
        try handle.set(option, named: name, to: Int32(value))
    }

    private func applyConnections(to handle: SocketHandle) throws(ZeroMQError) {
        try require(
            reconnectInterval > .zero,
            "reconnectInterval",
            reconnectInterval,
            allowed: "more than 0"
        )
        try handle.set(ZMQ_HANDSHAKE_IVL, named: "handshakeInterval", to: handshakeInterval, ifNil: 0)
        try handle.set(ZMQ_HEARTBEAT_IVL, named: "heartbeatInterval", to: heartbeatInterval, ifNil: 0)
        try handle.set(ZMQ_HEARTBEAT_TIMEOUT, named: "heartbeatTimeout", to: heartbeatTimeout, ifNil: nil)
        // Sent as 16 bits of tenths of a second.
        try handle.set(ZMQ_HEARTBEAT_TTL, named: "heartbeatTTL", to: heartbeatTTL, ifNil: 0, limit: 6_553_599)
        try handle.set(ZMQ_RECONNECT_IVL, named: "reconnectInterval", to: reconnectInterval, ifNil: nil)
        try handle.set(
            ZMQ_RECONNECT_IVL_MAX,
            named: "reconnectIntervalMaximum",
            to: reconnectIntervalMaximum,
            ifNil: 0
        )
        try handle.set(ZMQ_IMMEDIATE, named: "immediate", to: immediate)
        try handle.set(ZMQ_IPV6, named: "ipv6", to: ipv6)
        try tcpKeepalive?.apply(to: handle)
    }

    private func applyRole(_ rawType: Int32, to handle: SocketHandle) throws(ZeroMQError) {
        if let routingID {
            try require(
                (1...255).contains(routingID.count) && routingID[0] != 0,
                "routingID",
                "\(routingID.count) bytes",
                allowed: "1 to 255 bytes, the first not zero"
            )
            try handle.set(ZMQ_ROUTING_ID, named: "routingID", to: routingID)
        }
        switch rawType {
        case ZMQ_ROUTER:
            try handle.set(ZMQ_ROUTER_MANDATORY, named: "routerMandatory", to: routerMandatory)
            try handle.set(ZMQ_ROUTER_HANDOVER, named: "routerHandover", to: routerHandover)
        case ZMQ_XPUB:
            try handle.set(ZMQ_XPUB_VERBOSE, named: "publishVerbose", to: publishVerbose)
            try handle.set(ZMQ_XPUB_NODROP, named: "publishNoDrop", to: publishNoDrop)
        case ZMQ_PUB:
            try handle.set(ZMQ_XPUB_NODROP, named: "publishNoDrop", to: publishNoDrop)
        default:
            break
        }
    }

    private func applySecurity(to handle: SocketHandle) throws(ZeroMQError) {
        if let zapDomain {
            let bytes = Array(zapDomain.utf8)
            try require((1...255).contains(bytes.count), "zapDomain", "\(bytes.count) bytes", allowed: "1 to 255 bytes")
            try handle.set(ZMQ_ZAP_DOMAIN, named: "zapDomain", to: bytes)
        }
        switch security {
        case .none:
            break
        case .curveServer(let secretKey):
            try handle.set(ZMQ_CURVE_SERVER, named: "curveServer", to: true)
            try handle.set(ZMQ_CURVE_SECRETKEY, named: "curveSecretKey", to: secretKey.bytes)
        case .curveClient(let keys, let serverKey):
            try handle.set(ZMQ_CURVE_SERVERKEY, named: "curveServerKey", to: serverKey.bytes)
            try handle.set(ZMQ_CURVE_PUBLICKEY, named: "curvePublicKey", to: keys.publicKey.bytes)
            try handle.set(ZMQ_CURVE_SECRETKEY, named: "curveSecretKey", to: keys.secretKey.bytes)
        }
    }
}

extension SocketOptions.TCPKeepalive {
    fileprivate func apply(to handle: SocketHandle) throws(ZeroMQError) {
        try require((1...Int(Int32.max)).contains(count), "tcpKeepalive.count", count, allowed: "1 to \(Int32.max)")
        try handle.set(ZMQ_TCP_KEEPALIVE, named: "tcpKeepalive", to: true)
        try handle.set(ZMQ_TCP_KEEPALIVE_IDLE, named: "tcpKeepalive.idle", to: seconds(idle, "tcpKeepalive.idle"))
        try handle.set(
            ZMQ_TCP_KEEPALIVE_INTVL,
            named: "tcpKeepalive.interval",
            to: seconds(interval, "tcpKeepalive.interval")
        )
        try handle.set(ZMQ_TCP_KEEPALIVE_CNT, named: "tcpKeepalive.count", to: Int32(count))
    }

    private func seconds(_ duration: Duration, _ name: String) throws(ZeroMQError) -> Int32 {
        let (seconds, attoseconds) = duration.components
        try require(
            attoseconds == 0 && (1...32_767).contains(seconds),
            name,
            duration,
            allowed: "whole seconds from 1 to 32767"
        )
        return Int32(seconds)
    }
}

extension SocketHandle {
    /// Sets a time in milliseconds, rounded up.
    ///
    /// - Parameter ifNil: What libzmq takes for "none" (its meaning differs
    ///   from option to option); `nil` leaves libzmq's own default.
    fileprivate func set(
        _ option: Int32,
        named name: String,
        to duration: Duration?,
        ifNil none: Int32?,
        limit: Int32 = .max
    ) throws(ZeroMQError) {
        guard let duration else {
            if let none { try set(option, named: name, to: none) }
            return
        }
        let milliseconds = duration.wholeMilliseconds
        try require(
            (0...Int64(limit)).contains(milliseconds),
            name,
            "\(milliseconds) ms",
            allowed: "0 to \(limit) ms"
        )
        try set(option, named: name, toRaw: Int32(milliseconds), shownAs: "\(milliseconds) ms")
    }
}

extension Duration {
    /// In milliseconds, rounded up; the largest value where it does not fit.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let perMillisecond: Int64 = 1_000_000_000_000_000
        let (quotient, remainder) = attoseconds.quotientAndRemainder(dividingBy: perMillisecond)
        let (sum, sumOverflow) = scaled.addingReportingOverflow(quotient + (remainder > 0 ? 1 : 0))
        return sumOverflow ? (seconds < 0 ? .min : .max) : sum
    }
}

/// Refuses a value that libzmq would misread or answer with a bare "invalid argument".
private func require(
    _ isAllowed: Bool,
    _ name: String,
    _ value: @autoclosure () -> Any,
    allowed: @autoclosure () -> String
) throws(ZeroMQError) {
    if isAllowed { return }
    let operation = ZeroMQError.Operation.setOption(name: name, value: "\(value())")
    throw ZeroMQError(code: .invalidArgument, during: operation, allowed: allowed())
}
