import Foundation
import Glibc
import Synchronization

/// Rewrites closed segments to large chunks, one after the other, on a thread of its own and behind everything
/// else. It only writes a file beside the segment; the stream's owner puts it in place.
final class Compactor: Sendable {
    struct Job: Sendable, Equatable {
        let path: String
        let firstSequence: UInt64
        let lastSequence: UInt64

        var temporary: String { path + ".compact" + SegmentFile.newSuffix }
    }

    struct Result: Sendable {
        let job: Job
        /// nil: it could not be done, and the segment stays as it is.
        let chunks: [LogChunk]?
        let damage: LogError?
    }

    private struct State {
        var jobs: [Job] = []
        var results: [Result] = []
        var isRunning = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let rewriter: SegmentRewriter
    private let isBackground: Bool

    /// - Parameter isBackground: Whether jobs are done on a thread of their own, or when they are given.
    init(_ rewriter: SegmentRewriter, isBackground: Bool) {
        self.rewriter = rewriter
        self.isBackground = isBackground
    }

    func add(_ job: Job) {
        let starts = state.withLock { state in
            if state.isStopped || state.jobs.contains(job) { return false }
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts else { return }
        guard isBackground else { return run() }
        Thread.detachNewThread { [self] in
            // Of this thread alone, on Linux: the stages come first.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 15)
            run()
        }
    }

    private func run() {
        while let job = next() {
            var result = Result(job: job, chunks: nil, damage: nil)
            do throws(LogError) {
                result = Result(job: job, chunks: try rewriter.rewrite(job.path, to: job.temporary), damage: nil)
            } catch {
                result = Result(job: job, chunks: nil, damage: error.isDamage ? error : nil)
            }
            state.withLock { $0.results.append(result) }
        }
    }

    private func next() -> Job? {
        state.withLock { state in
            guard !state.jobs.isEmpty, !state.isStopped else {
                state.isRunning = false
                return nil
            }
            return state.jobs.removeFirst()
        }
    }

    /// What was done since the last time.
    func take() -> [Result] {
        state.withLock { state in
            defer { state.results = [] }
            return state.results
        }
    }

    func stop() { state.withLock { $0.isStopped = true } }
}
