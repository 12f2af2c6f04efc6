import CZeroMQ
import Synchronization

/// Hears what happens to the connections of one socket.
///
/// A monitor belongs to the socket's thread, like the socket. Only `tcp://` and
/// `ipc://` connections are reported. A socket has one monitor: a second takes
/// over from the first, which then ends with `monitorStopped`.
///
/// Read it to the end now and then (`next(wait: false)` until `nil`). Its queue
/// has no limit, because libzmq's I/O thread stops, with all its connections,
/// when a monitor's queue is full; ``SocketEvent/Mask/changes`` keeps it short.
public struct Monitor: ~Copyable {
    private let monitored: SocketHandle
    private let generation: Int
    private var events: Socket<Pair>

    var handle: SocketHandle { events.handle }

    fileprivate init(
        _ monitored: SocketHandle,
        mask: SocketEvent.Mask,
        receiveTimeout: Duration?
    ) throws(ZeroMQError) {
        var options = SocketOptions()
        options.receiveTimeout = receiveTimeout
        var events = try Socket(Pair.self, in: monitored.context, options: options)
        try events.handle.set(ZMQ_RCVHWM, named: "receiveHighWater", to: Int32(0))

        let endpoint = Endpoint.nextMonitor()
        guard zmq_socket_monitor(monitored.raw, endpoint.description, mask.rawValue) == 0 else {
            throw .last(during: .monitor)
        }
        do {
            try events.connect(to: endpoint)
        } catch {
            zmq_socket_monitor(monitored.raw, nil, 0)
            throw error
        }
        monitored.monitorGeneration += 1
        self.generation = monitored.monitorGeneration
        self.monitored = monitored
        self.events = events
    }

    deinit {
        // Before our end of the pair closes: libzmq's I/O thread would wait for
        // ever for a reader that is gone.
        if let raw = monitored.raw, monitored.monitorGeneration == generation {
            zmq_socket_monitor(raw, nil, 0)
        }
    }

    /// The next event, in the order they happened.
    ///
    /// - Parameter wait: Whether to wait, at most the monitor's `receiveTimeout`.
    /// - Returns: `nil` when none came in time or a signal cut the wait short.
    public mutating func next(wait: Bool = true) throws(ZeroMQError) -> SocketEvent? {
        guard case .message(let frames) = try events.receiveParts(wait: wait) else { return nil }
        guard frames.count == 2, let event = SocketEvent(frame: frames[0], endpoint: frames[1]) else {
            preconditionFailure("libzmq sent an event that its manual does not describe")
        }
        return event
    }
}

extension Socket {
    /// Begins to hear what happens to this socket's connections from here on.
    ///
    /// - Parameters:
    ///   - mask: Which events.
    ///   - receiveTimeout: How long ``Monitor/next(wait:)`` waits; `nil` is for ever.
    /// - Throws: ``ZeroMQError`` when the context's socket limit is reached
    ///   (a monitor takes two) or it was shut down.
    public mutating func monitor(
        _ mask: SocketEvent.Mask = .changes,
        receiveTimeout: Duration? = nil
    ) throws(ZeroMQError) -> Monitor {
        try Monitor(handle, mask: mask, receiveTimeout: receiveTimeout)
    }
}

extension Endpoint {
    private static let monitorCount = Atomic<UInt64>(0)

    /// A name that no other monitor of this process has.
    fileprivate static func nextMonitor() -> Self {
        let number = monitorCount.wrappingAdd(1, ordering: .relaxed).newValue
        guard let endpoint = try? Endpoint("inproc://zeromq.monitor.\(number)") else {
            preconditionFailure("a monitor's name is a valid endpoint")
        }
        return endpoint
    }
}
