import CSQLite
import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit

/// Append, then read with checksums: our log beside a plain file and beside SQLite, 64-byte events.
struct LogBenchmark {
    let events: Int
    let rounds: Int

    private struct Speed {
        var write: [Double] = []
        var read: [Double] = []

        mutating func add(_ events: Int, _ writing: Double, _ reading: Double) {
            write.append(Double(events) / writing)
            read.append(Double(events) / reading)
        }
    }

    func run() throws {
        print("\nappend and read, \(events) events of 64 bytes, nothing synced, \(rounds) rounds in turn")
        let scratch = try Scratch()
        var speeds = [Speed](repeating: Speed(), count: 4)
        for _ in 0..<rounds {
            try file(scratch, &speeds[0])
            try log(scratch, Events.columns(1_024, time: 1_700_000_000_000_000_000), every: 1, &speeds[1])
            try log(scratch, Events.row(time: 1_700_000_000_000_000_000), every: 1_024, &speeds[2])
            try database(scratch, &speeds[3])
        }
        line("", "append", "range", "of file", "read+CRC", "range")
        let names = [
            "plain file, blocks of 64 KiB, no CRC", "log, columns of 1,024 (68 B an event)",
            "log, a protobuf message an event (64 B)", "SQLite, a row an event, 1,024 a transaction",
        ]
        let base = Sample(speeds[0].write).median
        for (name, speed) in zip(names, speeds) {
            let (write, read) = (Sample(speed.write), Sample(speed.read))
            line(
                name, million(write), range(write), String(format: "%.2f", write.median / base), million(read),
                range(read))
        }
    }

    private func file(_ scratch: borrowing Scratch, _ speed: inout Speed) throws {
        let path = try scratch.fresh("file") + "/events"
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw BenchmarkFailure("open \(path): errno \(errno)") }
        defer { close(descriptor) }
        var block = [UInt8](repeating: 7, count: 64 * 1_024)
        let event = [UInt8](repeating: 9, count: 64)
        let blocks = events / 1_024
        let writing = try seconds {
            for _ in 0..<blocks {
                for place in 0..<1_024 {
                    block.withUnsafeMutableBytes {
                        ($0.baseAddress! + place * 64).copyMemory(from: event, byteCount: 64)
                    }
                }
                guard write(descriptor, block, block.count) == block.count else { throw BenchmarkFailure("write") }
            }
        }
        let reading = try seconds {
            for place in 0..<blocks {
                guard pread(descriptor, &block, block.count, off_t(place * block.count)) == block.count else {
                    throw BenchmarkFailure("pread")
                }
            }
        }
        speed.add(blocks * 1_024, writing, reading)
    }

    /// Appends, commits each 1,024 events, then reads it all through the checksums as another process does.
    private func log(
        _ scratch: borrowing Scratch, _ message: StreamMessage, every messages: Int, _ speed: inout Speed
    ) throws {
        let directory = try scratch.fresh("log")
        var options = EventLog.Options(sync: .never)
        options.segmentBytes = 64 << 30
        let log = try EventLog(directory: directory, stream: .market, newEpoch: 1, options: options)
        let commits = events / (message.count * messages)
        let writing = try seconds {
            for _ in 0..<commits {
                for _ in 0..<messages { log.append(message) }
                try log.commit()
            }
        }
        let index = try LogIndex(reading: directory)
        let buffer = RawBuffer()
        var last: UInt64 = 0
        let reading = try seconds {
            var cursor = LogCursor(at: 1)
            while let batch = try cursor.next(in: index, into: buffer) { last = batch.lastSequence }
        }
        guard last == log.committed else { throw BenchmarkFailure("read \(last) of \(log.committed)") }
        speed.add(Int(last), writing, reading)
    }

    private func database(_ scratch: borrowing Scratch, _ speed: inout Speed) throws {
        var database: OpaquePointer?
        let path = try scratch.fresh("sqlite") + "/events.db"
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw BenchmarkFailure("sqlite3_open") }
        defer { sqlite3_close(database) }
        func run(_ statement: String) throws {
            guard sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK else {
                throw BenchmarkFailure("\(statement): \(String(cString: sqlite3_errmsg(database)))")
            }
        }
        try run(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE events(id INTEGER PRIMARY KEY, event BLOB)")
        var insert: OpaquePointer?
        sqlite3_prepare_v2(database, "INSERT INTO events(event) VALUES (?)", -1, &insert, nil)
        let event = [UInt8](repeating: 9, count: 64)
        // A tenth of the events: it is that much slower.
        let transactions = max(1, events / 1_024 / 10)
        let writing = try event.withUnsafeBytes { bytes in
            try seconds {
                for _ in 0..<transactions {
                    try run("BEGIN")
                    for _ in 0..<1_024 {
                        sqlite3_bind_blob(insert, 1, bytes.baseAddress, 64, nil)
                        guard sqlite3_step(insert) == SQLITE_DONE else { throw BenchmarkFailure("INSERT") }
                        sqlite3_reset(insert)
                    }
                    try run("COMMIT")
                }
            }
        }
        sqlite3_finalize(insert)
        var select: OpaquePointer?
        sqlite3_prepare_v2(database, "SELECT event FROM events", -1, &select, nil)
        var sum = 0
        let reading = seconds {
            while sqlite3_step(select) == SQLITE_ROW { sum += Int(sqlite3_column_bytes(select, 0)) }
        }
        sqlite3_finalize(select)
        guard sum == transactions * 1_024 * 64 else { throw BenchmarkFailure("SELECT found \(sum) bytes") }
        speed.add(transactions * 1_024, writing, reading)
    }
}
