import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit

/// How long a commit of 256 events takes, beside writing and syncing the same bytes bare.
struct CommitBenchmark {
    let commits: Int

    func run() throws {
        let message = Events.columns(256, time: 1_700_000_000_000_000_000)
        let bytes = [UInt8](message.serialized())
        print("\ncommit latency, 256 events (\(bytes.count) bytes) a commit, \(commits) commits one after the other")
        line("", "p50", "p99", "p99.9", "worst")
        let scratch = try Scratch()
        try report("write + fdatasync", bare(scratch, bytes, isSynced: true))
        try report("log, sync: always", log(scratch, message, .always))
        try report("write", bare(scratch, bytes, isSynced: false))
        try report("log, sync: interval (200 ms)", log(scratch, message, .interval(milliseconds: 200)))
        try report("log, sync: never", log(scratch, message, .never))
    }

    private func report(_ name: String, _ sample: Sample) throws {
        let cells = [0.5, 0.99, 0.999, 1].map { microseconds(sample.quantile($0)) }
        line(name, cells[0], cells[1], cells[2], cells[3])
    }

    private func bare(_ scratch: borrowing Scratch, _ bytes: [UInt8], isSynced: Bool) throws -> Sample {
        let path = try scratch.fresh("bare") + "/file"
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw BenchmarkFailure("open \(path): errno \(errno)") }
        defer { close(descriptor) }
        return Sample(
            try (0..<commits).map { _ in
                try seconds {
                    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw BenchmarkFailure("write") }
                    if isSynced, fdatasync(descriptor) != 0 { throw BenchmarkFailure("fdatasync: errno \(errno)") }
                }
            })
    }

    private func log(_ scratch: borrowing Scratch, _ message: StreamMessage, _ sync: SyncPolicy) throws -> Sample {
        let log = try EventLog(
            directory: try scratch.fresh("log"), stream: .market, newEpoch: 1, options: .init(sync: sync))
        return Sample(
            try (0..<commits).map { _ in
                log.append(message)
                return try seconds { try log.commit() }
            })
    }
}
