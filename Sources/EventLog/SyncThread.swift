import Foundation
import Glibc
import MCAP
import Synchronization

/// When what was written is made to survive power loss.
public enum SyncPolicy: Sendable, Equatable {
    /// Before each commit returns.
    case always
    /// In the background, this often while there is something to sync.
    case interval(milliseconds: Int)
    /// When ``EventLog/sync()`` is called, and each segment as it is closed.
    case onRequest
    /// When the system does.
    case never
}

/// Calls `fdatasync` in the background while segments are being written. A failure is kept for good: the
/// kernel may have dropped the pages, so a later success would prove nothing.
final class SyncThread: Sendable {
    private struct State {
        /// Segments with something to sync, the one written last at the end.
        var descriptors: [SharedDescriptor] = []
        var written: UInt64 = 0
        var synced: UInt64 = 0
        var failure: Int32 = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let milliseconds: Int
    private let calls: any FileCalls

    init(milliseconds: Int, calls: any FileCalls) {
        self.milliseconds = milliseconds
        self.calls = calls
        Thread.detachNewThread { [self] in run() }
    }

    private func run() {
        while true {
            usleep(UInt32(milliseconds) * 1_000)
            let (descriptors, written, isStopped) = state.withLock { state in
                let work = state.failure == 0 ? state.descriptors : []
                state.descriptors = []
                return (work, state.written, state.isStopped)
            }
            var failure: Int32 = 0
            for descriptor in descriptors where failure == 0 {
                failure = calls.sync(descriptor.raw) == 0 ? 0 : errno
            }
            if !descriptors.isEmpty {
                state.withLock { state in
                    if failure == 0 { state.synced = max(state.synced, written) } else { state.failure = failure }
                }
            }
            if isStopped { return }
        }
    }

    /// Says what there is to sync.
    func wrote(_ descriptor: SharedDescriptor, upTo sequence: UInt64) throws(LogError) {
        let failure = state.withLock { state -> Int32 in
            if state.descriptors.last !== descriptor { state.descriptors.append(descriptor) }
            state.written = sequence
            return state.failure
        }
        if failure != 0 { throw LogError(.syncFailed(errno: failure), "fdatasync") }
    }

    /// Everything up to here survives power loss.
    var synced: UInt64 { state.withLock { $0.synced } }

    /// The errno of the sync that failed; 0: none did.
    var failure: Int32 { state.withLock { $0.failure } }

    func stop() { state.withLock { $0.isStopped = true } }
}
