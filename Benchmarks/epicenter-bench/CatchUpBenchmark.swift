import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// A reader that begins at sequence 1 while the owner appends at a fixed rate and another reader follows live: how
/// fast the one catches up, and whether the other notices. Three processes.
struct CatchUpBenchmark {
    let history: Int
    /// Events a second that are appended meanwhile.
    let rate: Int
    /// How long the live reader is alone before.
    let seconds: Int

    private static let rows = 100

    func run() throws {
        print("\ncatching up over \(history) events while \(rate) a second are appended and followed")
        let scratch = try Scratch()
        let directory = try scratch.fresh("catch-up")
        let endpoint = "ipc://\(directory)/owner"
        let ready = Pipe()
        let owner = try Child.start(
            ["live-owner", directory + "/log", endpoint, "\(history)", "\(rate)"], output: ready)
        defer {
            owner.terminate()
            owner.waitUntilExit()
        }
        _ = ready.fileHandleForReading.availableData
        let reader = try StreamReader(
            .market, in: Context(), at: Endpoint(endpoint), from: UInt64(history) + 1, name: "live")
        let deadline = ServiceClock.monotonic + .seconds(seconds)
        let alone = try follow(reader) { ServiceClock.monotonic >= deadline }
        let done = Pipe()
        let behind = try Child.start(["catch-up", directory + "/copy", endpoint], output: done)
        let beside = try follow(reader) { !behind.isRunning }
        guard behind.terminationStatus == 0 else { throw BenchmarkFailure("catching up failed") }
        let text = String(decoding: done.fileHandleForReading.availableData, as: UTF8.self)
        print("caught up: \(text.trimmingCharacters(in: .whitespacesAndNewlines))")
        line("latency of the live reader", "p50", "p99", "p99.9", "worst")
        for (name, sample) in [("alone", alone), ("while another catches up", beside)] {
            let cells = [0.5, 0.99, 0.999, 1].map { microseconds(sample.quantile($0)) }
            line("\(name) (\(sample.sorted.count) batches)", cells[0], cells[1], cells[2], cells[3])
        }
    }

    /// From the owner's append to the batch being here, of each batch.
    private func follow(_ reader: StreamReader, until isOver: () -> Bool) throws -> Sample {
        var poller = Poller()
        _ = reader.add(to: &poller)
        var values: [Double] = []
        while !isOver() {
            _ = try poller.wait(timeout: .milliseconds(20))
            let now = ServiceClock.monotonic
            try reader.keepOpen(now: now)
            while try reader.receive(
                now: now,
                { _, records in
                    var decoder = BatchDecoder()
                    while let message = try decoder.next(in: records) {
                        values.append(Double(ServiceClock.wall - message.recordTime(row: 0)) / 1e9)
                    }
                }) != .nothing
            {}
            try reader.acknowledge(reader.next - 1, idle: true)
        }
        return Sample(values)
    }

    /// `live-owner DIRECTORY ENDPOINT HISTORY RATE`: appends a message each so often, until told to end.
    static func own(_ arguments: [String]) throws {
        guard arguments.count == 4, let history = Int(arguments[2]), let rate = Int(arguments[3]) else { return }
        let log = try EventLog(
            directory: arguments[0], stream: .market, newEpoch: 1, options: .init(sync: .interval(milliseconds: 200)))
        let old = Events.columns(1_000, time: 1_700_000_000_000_000_000)
        for _ in 0..<history / 1_000 {
            log.append(old)
            if log.pendingBytes >= 1 << 18 { try log.commit() }
        }
        try log.commit()
        let owner = try StreamOwner(log.index, in: Context(), at: Endpoint(arguments[1]))
        var poller = Poller()
        _ = owner.add(to: &poller)
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        let interval = Duration.nanoseconds(1_000_000_000 * rows / rate)
        var due = ServiceClock.monotonic
        var message = Events.columns(rows, time: 1_700_000_000_000_000_000)
        var hasMore = false
        while true {
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(1))
            let now = ServiceClock.monotonic
            while due <= now {
                message.stamp(recordTime: ServiceClock.wall)
                log.append(message)
                due += interval
            }
            try log.commit()
            owner.watermark = log.committed
            hasMore = try owner.service(now: now)
        }
    }

    /// `catch-up DIRECTORY FROM`: appends all there is to a log of its own, until it is at the head.
    static func catchUp(_ arguments: [String]) throws {
        guard arguments.count == 2 else { return }
        let log = try EventLog(directory: arguments[0], stream: .market, newEpoch: 2, options: .init(sync: .never))
        let reader = try StreamReader(
            .market, in: Context(), at: Endpoint(arguments[1]), credit: 65_536, name: "catch-up")
        var poller = Poller()
        _ = reader.add(to: &poller)
        var began: Duration?
        while reader.head == 0 || log.committed < reader.head {
            _ = try poller.wait(timeout: .milliseconds(20))
            let now = ServiceClock.monotonic
            try reader.keepOpen(now: now)
            while try reader.receive(
                now: now,
                { batch, records in
                    began = began ?? now
                    try log.append(
                        records: records,
                        LogBatch(
                            firstSequence: batch.firstSequence,
                            lastSequence: batch.firstSequence + UInt64(batch.count) - 1))
                }) != .nothing
            { if log.pendingBytes > 1 << 20 { break } }
            try log.commit()
            try reader.acknowledge(log.committed, idle: true)
        }
        let taken = (ServiceClock.monotonic - (began ?? .zero)).inSeconds
        let speed = Double(log.committed) / taken / 1e6
        FileHandle.standardOutput.write(
            Data(String(format: "%.2f s, %.2f M events/s\n", taken, speed).utf8))
    }
}
