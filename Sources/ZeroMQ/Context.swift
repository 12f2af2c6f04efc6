import CZeroMQ

/// The home of a process's sockets: its I/O threads and its `inproc://` names.
///
/// A context may be shared between threads; sockets may not. Each thread makes
/// its own sockets from the context it is handed.
///
/// Sockets keep their context alive, so it ends when the last of both is let go.
/// Ending it waits for messages that sockets still linger over, for ever if
/// their `SocketOptions.linger` is `nil`.
public final class Context: Sendable {
    /// Settings fixed when the context is made.
    public struct Options: Equatable, Sendable {
        /// Threads that move bytes to and from the network, one or more. One
        /// serves about a gigabyte a second; `inproc://` needs none.
        public var ioThreads = 1
        /// How many sockets may be open at once, one or more.
        public var maxSockets = 1023

        public init() {}
    }

    // Sound to share: libzmq documents contexts as thread-safe.
    nonisolated(unsafe) let raw: UnsafeMutableRawPointer

    /// Makes a context; its threads start with its first socket.
    ///
    /// - Throws: ``ZeroMQError`` when an option is out of range or memory is exhausted.
    public init(options: Options = Options()) throws(ZeroMQError) {
        guard let raw = zmq_ctx_new() else { throw .last(during: .createContext) }
        do {
            try Self.set(ZMQ_IO_THREADS, named: "ioThreads", to: options.ioThreads, in: raw)
            try Self.set(ZMQ_MAX_SOCKETS, named: "maxSockets", to: options.maxSockets, in: raw)
        } catch {
            zmq_ctx_term(raw)
            throw error
        }
        self.raw = raw
    }

    deinit {
        // A signal may cut the wait short; giving up would leak threads.
        while zmq_ctx_term(raw) != 0 && zmq_errno() == EINTR {}
    }

    /// Makes every blocking call on this context's sockets fail with
    /// ``ZeroMQError/Code/terminated``, now and later.
    ///
    /// It may be called from any thread and more than once; it is how a thread that waits in
    /// `receive` is told to stop. Its sockets must still be let go by their owners.
    public func shutdown() {
        zmq_ctx_shutdown(raw)
    }

    private static func set(
        _ option: Int32,
        named name: String,
        to value: Int,
        in raw: UnsafeMutableRawPointer
    ) throws(ZeroMQError) {
        let operation = ZeroMQError.Operation.setContextOption(name: name, value: value)
        let limit = option == ZMQ_MAX_SOCKETS ? Int(zmq_ctx_get(raw, ZMQ_SOCKET_LIMIT)) : Int(Int32.max)
        guard (1...limit).contains(value) else {
            throw ZeroMQError(code: .invalidArgument, during: operation, allowed: "1 to \(limit)")
        }
        guard zmq_ctx_set(raw, option, Int32(value)) == 0 else { throw .last(during: operation) }
    }
}
