import Glibc
import Synchronization
import ZeroMQ

/// SIGTERM and SIGINT as facts that a loop can wait for in its poller.
public final class StopSignal: Sendable {
    public let waker: Waker
    private let requests = Atomic<Int>(0)

    /// Takes over both signals for the whole process; make one, before any thread is started.
    public init() throws(ZeroMQError) {
        waker = try Waker()
        let address = UInt(bitPattern: Unmanaged.passRetained(self).toOpaque())
        StopSignal.current.store(address, ordering: .releasing)
        // Whoever started this process may have blocked them, and a mask is inherited.
        var ours = sigset_t()
        sigemptyset(&ours)
        for number in [SIGTERM, SIGINT] {
            signal(number, StopSignal.handle)
            sigaddset(&ours, number)
        }
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// How often the process was asked to stop. The second time means: now.
    public var count: Int { requests.load(ordering: .acquiring) }

    /// As if a signal had come.
    public func request() {
        requests.wrappingAdd(1, ordering: .acquiringAndReleasing)
        waker.wake()
    }

    /// The address of the one in use, 0 before there is one.
    private static let current = Atomic<UInt>(0)

    /// Runs in a signal handler: an atomic addition and a write to an eventfd, nothing else.
    private static let handle: @convention(c) (Int32) -> Void = { _ in
        guard let pointer = UnsafeRawPointer(bitPattern: StopSignal.current.load(ordering: .acquiring)) else { return }
        Unmanaged<StopSignal>.fromOpaque(pointer).takeUnretainedValue().request()
    }
}
