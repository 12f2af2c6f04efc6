import CZeroMQ

/// One ZeroMQ socket, owned by one thread.
///
/// Sockets are not thread-safe, and libzmq leaves their concurrent use
/// undefined. The type says so: a `Socket` is neither copyable (two owners
/// could use it at once) nor `Sendable` (two threads could). It closes when its
/// owner lets go of it, so there is no `close()` to forget or to call twice.
///
/// Make a socket on the thread that will use it: hand over the ``Context`` and
/// the ``Endpoint``, both `Sendable`. The compiler does let a whole socket move
/// into a task, never to be used outside again; that is no data race, but the
/// task may change threads, and a waiting call blocks a thread of Swift's pool.
public struct Socket<Role: SocketRole>: ~Copyable {
    let handle: SocketHandle
    /// Whether the frame sent last announced another of the same message.
    var isSendingMessage = false
    /// Whether the frame received last announced another of the same message.
    var isReceivingMessage = false

    /// Creates an unconnected socket.
    ///
    /// - Throws: ``ZeroMQError`` when an option is out of range, the context's
    ///   socket limit is reached or the context was shut down.
    public init(
        _ role: Role.Type = Role.self,
        in context: Context,
        options: SocketOptions = SocketOptions()
    ) throws(ZeroMQError) {
        // All that can fail happens before the first property is set: Swift
        // cannot yet destroy a half-initialised noncopyable value.
        let handle = try SocketHandle(role, in: context)
        try options.apply(to: handle, role: role)
        self.handle = handle
    }

    deinit {
        // Not left to the handle's own end: a poller may hold it for longer.
        handle.close()
    }

    var raw: UnsafeMutableRawPointer? { handle.raw }
}

extension Socket {
    /// Waits for peers at `endpoint`.
    ///
    /// - Returns: The endpoint in use, with the port or path that took the place of `*`.
    /// - Throws: ``ZeroMQError``, such as ``ZeroMQError/Code/addressInUse``. A
    ///   stale `ipc://` file is no obstacle: it is replaced.
    @discardableResult
    public mutating func bind(to endpoint: Endpoint) throws(ZeroMQError) -> Endpoint {
        guard zmq_bind(raw, endpoint.description) == 0 else { throw .last(during: .bind(endpoint)) }
        let used = try handle.string(ZMQ_LAST_ENDPOINT, named: "lastEndpoint")
        // libzmq may spell an address in a form we would not accept; the one asked for is then right.
        return (try? Endpoint(used)) ?? endpoint
    }

    /// Reaches for the peer at `endpoint`, now and again whenever it goes away.
    ///
    /// Success says nothing about the peer, which need not exist yet; a
    /// ``Monitor`` tells when it answers.
    ///
    /// - Throws: ``ZeroMQError`` when the endpoint cannot be connected to at all (`*`, say).
    public mutating func connect(to endpoint: Endpoint) throws(ZeroMQError) {
        guard zmq_connect(raw, endpoint.description) == 0 else { throw .last(during: .connect(endpoint)) }
    }

    /// Stops accepting peers at `endpoint`, which must be what ``bind(to:)`` returned.
    public mutating func unbind(from endpoint: Endpoint) throws(ZeroMQError) {
        guard zmq_unbind(raw, endpoint.description) == 0 else { throw .last(during: .unbind(endpoint)) }
    }

    /// Lets go of the peer at `endpoint`; messages still queued for it are lost.
    public mutating func disconnect(from endpoint: Endpoint) throws(ZeroMQError) {
        guard zmq_disconnect(raw, endpoint.description) == 0 else { throw .last(during: .disconnect(endpoint)) }
    }
}
