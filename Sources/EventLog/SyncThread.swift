import Foundation
import Glibc
import Synchronization

/// When what was written is made to survive power loss.
public enum SyncPolicy: Sendable, Equatable {
    /// Before each commit returns.
    case always
    /// In the background, this often while there is something to sync.
    case interval(milliseconds: Int)
    /// When the system does.
    case never
}

/// Calls `fdatasync` in the background while a segment is being written. A failure is kept for good: the
/// kernel may have dropped the pages, so a later success would prove nothing.
final class SyncThread: Sendable {
    private struct State {
        var descriptor: SharedDescriptor?
        var written: UInt64 = 0
        var synced: UInt64 = 0
        var failure: Int32 = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let milliseconds: Int

    init(milliseconds: Int) {
        self.milliseconds = milliseconds
        Thread.detachNewThread { [self] in run() }
    }

    private func run() {
        while true {
            usleep(UInt32(milliseconds) * 1_000)
            let work = state.withLock { state -> (SharedDescriptor?, UInt64, Bool) in
                (
                    state.written > state.synced && state.failure == 0 ? state.descriptor : nil, state.written,
                    state.isStopped
                )
            }
            if let descriptor = work.0 {
                let failure = fdatasync(descriptor.raw) == 0 ? 0 : errno
                state.withLock { state in
                    if failure == 0 { state.synced = max(state.synced, work.1) } else { state.failure = failure }
                }
            }
            if work.2 { return }
        }
    }

    /// Says what there is to sync.
    func wrote(_ descriptor: SharedDescriptor, upTo sequence: UInt64) throws(LogError) {
        let failure = state.withLock { state -> Int32 in
            state.descriptor = descriptor
            state.written = sequence
            return state.failure
        }
        if failure != 0 { throw LogError(.syncFailed(errno: failure), "fdatasync") }
    }

    func stop() { state.withLock { $0.isStopped = true } }
}
