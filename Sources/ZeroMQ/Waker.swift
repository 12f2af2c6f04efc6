import CZeroMQ
import Glibc

/// Lets any thread end another's wait in a ``Poller``.
///
/// Sockets cannot be touched from outside their thread, so a thread that waits
/// for messages is told of anything else through a waker. Wake-ups do not
/// count: many before a ``clear()`` are one.
public final class Waker: Sendable {
    /// Readable while a wake-up is pending. Closed with the waker.
    public let fileDescriptor: Int32

    /// - Throws: ``ZeroMQError`` when the process has no file descriptor left.
    public init() throws(ZeroMQError) {
        fileDescriptor = czmq_eventfd()
        guard fileDescriptor >= 0 else { throw .last(during: .createWaker) }
    }

    deinit {
        close(fileDescriptor)
    }

    /// Ends the wait, now or as soon as it begins. Any thread may call it, and a signal handler.
    public func wake() {
        var one: UInt64 = 1
        // A full counter (EAGAIN) is a wake-up that is pending already.
        while write(fileDescriptor, &one, MemoryLayout<UInt64>.size) < 0 && errno == EINTR {}
    }

    /// Forgets pending wake-ups. Call it before looking for what the wake-up
    /// was about, so that one that comes meanwhile is not lost.
    public func clear() {
        var count: UInt64 = 0
        while read(fileDescriptor, &count, MemoryLayout<UInt64>.size) < 0 && errno == EINTR {}
    }
}
