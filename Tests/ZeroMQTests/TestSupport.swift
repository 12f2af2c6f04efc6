import Foundation
import Synchronization
import Testing
import ZeroMQ

/// Longer than anything here takes, so that a test that would hang fails instead.
let patience = Duration.seconds(10)

/// Where a test binds: the port or path of each is picked by the system.
enum Place: String, CaseIterable, CustomTestStringConvertible {
    case inproc = "inproc://place"
    case ipc = "ipc://*"
    case tcp = "tcp://127.0.0.1:*"

    var testDescription: String { rawValue }
    var endpoint: Endpoint { get throws { try Endpoint(rawValue) } }
}

/// Options under which nothing here waits for ever.
func patientOptions(_ change: (inout SocketOptions) -> Void = { _ in }) -> SocketOptions {
    var options = SocketOptions()
    options.receiveTimeout = patience
    options.sendTimeout = patience
    change(&options)
    return options
}

func utf8(_ texts: String...) -> [[UInt8]] {
    texts.map { Array($0.utf8) }
}

/// What a peer of `publisher` subscribes to or no longer does; `nil` when it sent something else or nothing.
func subscriptionChange(at publisher: inout Socket<XPublish>) throws(ZeroMQError) -> SubscriptionChange? {
    guard let frame = try publisher.receive() else { return nil }
    return SubscriptionChange(frame)
}

/// The next event that `isWanted`, or `nil` when none comes in the monitor's time.
func firstEvent(
    of monitor: inout Monitor,
    where isWanted: (SocketEvent.Kind) -> Bool
) throws(ZeroMQError) -> SocketEvent? {
    while let event = try monitor.next() {
        if isWanted(event.kind) { return event }
    }
    return nil
}

/// A thread of its own, since Swift's pool must not be blocked.
final class Background<Output: Sendable>: Sendable {
    private let output = Mutex<Output?>(nil)
    private let finished = DispatchSemaphore(value: 0)
    private let thread = Mutex<pthread_t?>(nil)

    init(_ body: @escaping @Sendable () -> Output) {
        Thread.detachNewThread { [self] in
            // A thread inherits what its maker blocks, and the pool's threads block all signals.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_UNBLOCK, &all, nil)
            thread.withLock { $0 = pthread_self() }
            let result = body()
            output.withLock { $0 = result }
            thread.withLock { $0 = nil }
            finished.signal()
        }
    }

    /// What the body returned; `nil` if it does not end.
    func result() -> Output? {
        guard finished.wait(timeout: .now() + .seconds(10)) == .success else { return nil }
        return output.withLock { $0 }
    }

    /// Sends `signal` to the thread until its body ends: one alone could come before it waits.
    func resultAfterSignals(_ signal: Int32) -> Output? {
        for _ in 0..<2000 {
            thread.withLock { if let thread = $0 { _ = pthread_kill(thread, signal) } }
            if finished.wait(timeout: .now() + .milliseconds(5)) == .success { return output.withLock { $0 } }
        }
        return nil
    }
}
