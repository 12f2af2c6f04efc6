import CZeroMQ

/// Waits until one of several sockets or file descriptors is ready.
///
/// A poller belongs to the thread of its sockets. It does not own them: a
/// socket that was let go must be taken out with ``remove(_:)``, and until then
/// ``wait(timeout:)`` says so by throwing. Waiting allocates nothing.
///
/// ```swift
/// var poller = Poller()
/// let commands = poller.add(commandSocket, for: .readable)
/// let stop = poller.add(waker)
/// while true {
///     _ = try poller.wait(timeout: .seconds(1))
///     if poller.isReady(stop) { break }
///     if poller.isReady(commands) { … receive(wait: false) until nil … }
/// }
/// ```
public struct Poller: ~Copyable {
    /// What is waited for, and what has come.
    public struct Events: OptionSet, Hashable, Sendable {
        public let rawValue: Int16

        public init(rawValue: Int16) {
            self.rawValue = rawValue
        }

        /// A whole message can be received, or bytes be read.
        public static let readable = Self(rawValue: Int16(ZMQ_POLLIN))
        /// A message can be sent, or bytes be written. Of a ``Router`` this is always so.
        public static let writable = Self(rawValue: Int16(ZMQ_POLLOUT))
        /// A file descriptor is broken or hung up; reported whether or not asked for.
        public static let failed = Self(rawValue: Int16(ZMQ_POLLERR))
    }

    /// One thing waited for, as returned by `add`. It is good for this poller only, until removed.
    public struct Item: Hashable, Sendable {
        fileprivate let index: Int
        /// Which of the slot's tenants this is, so that an old item cannot pass for a new one.
        fileprivate let generation: Int
    }

    private struct Slot {
        var generation = 0
        var isUsed = false
        /// Empty for a file descriptor.
        var socket: SocketHandle?
        /// Keeps a waker's descriptor from being closed, and its number from being reused, under us.
        var waker: Waker?
    }

    private var slots: [Slot] = []
    /// Parallel to `slots`, in the form that libzmq reads and writes.
    private var pollItems: [zmq_pollitem_t] = []

    /// A poller that waits for nothing yet.
    public init() {}

    /// How many things are waited for.
    public private(set) var count = 0
}

extension Poller {
    /// Waits for `socket` too.
    public mutating func add<Role: SocketRole>(
        _ socket: borrowing Socket<Role>,
        for events: Events = .readable
    ) -> Item {
        insert(socket: socket.handle, descriptor: -1, events: events)
    }

    /// Waits for the events of `monitor` too.
    public mutating func add(_ monitor: borrowing Monitor) -> Item {
        insert(socket: monitor.handle, descriptor: -1, events: .readable)
    }

    /// Waits for a file descriptor too, which stays the caller's: remove it before closing it.
    public mutating func add(fileDescriptor: Int32, for events: Events = .readable) -> Item {
        precondition(fileDescriptor >= 0, "file descriptor \(fileDescriptor) is not open")
        return insert(socket: nil, descriptor: fileDescriptor, events: events)
    }

    /// Waits for `waker` too, and keeps it alive.
    public mutating func add(_ waker: Waker) -> Item {
        let item = insert(socket: nil, descriptor: waker.fileDescriptor, events: .readable)
        slots[item.index].waker = waker
        return item
    }

    /// Changes what is waited for; nothing (`[]`) leaves the item in but silent.
    public mutating func setEvents(_ events: Events, for item: Item) {
        check(item)
        pollItems[item.index].events = events.rawValue
    }

    /// Waits for `item` no longer.
    public mutating func remove(_ item: Item) {
        check(item)
        slots[item.index] = Slot(generation: item.generation + 1)
        pollItems[item.index] = zmq_pollitem_t(socket: nil, fd: -1, events: 0, revents: 0)
        count -= 1
    }

    /// What the last ``wait(timeout:)`` found for `item`.
    public func readiness(of item: Item) -> Events {
        check(item)
        return Events(rawValue: pollItems[item.index].revents)
    }

    /// Whether the last ``wait(timeout:)`` found anything for `item`.
    public func isReady(_ item: Item) -> Bool { !readiness(of: item).isEmpty }

    /// Waits until something is ready.
    ///
    /// - Parameter timeout: The longest wait, rounded up to milliseconds; zero
    ///   looks without waiting, `nil` waits for ever.
    /// - Returns: How many items are ready: 0 after the timeout, or when a
    ///   signal cut the wait short.
    /// - Throws: ``ZeroMQError``: ``ZeroMQError/Code/terminated`` when the
    ///   context of a socket was shut down, ``ZeroMQError/Code/notASocket`` when
    ///   one was let go without ``remove(_:)``.
    public mutating func wait(timeout: Duration? = nil) throws(ZeroMQError) -> Int {
        precondition(count > 0 || timeout != nil, "waiting for nothing, for ever")
        precondition(timeout.map { $0 >= .zero } ?? true, "a timeout is not negative")
        try checkSockets()
        let milliseconds = timeout.map { Int(min($0.wholeMilliseconds, Int64(Int32.max))) } ?? -1
        let ready = pollItems.withUnsafeMutableBufferPointer {
            zmq_poll($0.baseAddress, Int32($0.count), milliseconds)
        }
        if ready >= 0 { return Int(ready) }
        let error = ZeroMQError.last(during: .poll(itemCount: count))
        clearReadiness()
        if error.code == .interrupted { return 0 }
        throw error
    }
}

extension Poller {
    /// Finds sockets that were let go, before libzmq can follow their pointers.
    private mutating func checkSockets() throws(ZeroMQError) {
        for slot in slots {
            guard let socket = slot.socket, socket.raw == nil else { continue }
            clearReadiness()
            throw ZeroMQError(code: .notASocket, during: .poll(itemCount: count))
        }
    }

    /// Forgets the last answers, which libzmq leaves in place when it fails.
    private mutating func clearReadiness() {
        for index in pollItems.indices { pollItems[index].revents = 0 }
    }

    private mutating func insert(socket: SocketHandle?, descriptor: Int32, events: Events) -> Item {
        let entry = zmq_pollitem_t(socket: socket?.raw, fd: descriptor, events: events.rawValue, revents: 0)
        count += 1
        guard let index = slots.firstIndex(where: { !$0.isUsed }) else {
            slots.append(Slot(isUsed: true, socket: socket))
            pollItems.append(entry)
            return Item(index: slots.count - 1, generation: 0)
        }
        slots[index].isUsed = true
        slots[index].socket = socket
        pollItems[index] = entry
        return Item(index: index, generation: slots[index].generation)
    }

    private func check(_ item: Item) {
        precondition(
            slots.indices.contains(item.index) && slots[item.index].isUsed
                && slots[item.index].generation == item.generation,
            "the item is of another poller or was removed"
        )
    }
}
