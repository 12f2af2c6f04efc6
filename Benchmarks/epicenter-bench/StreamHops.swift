import EventLog
import Foundation
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// One hop and three hops of our streams beside raw libzmq: each hop is an owner that serves its log over the stream
/// protocol, and a reader that appends what comes to a log of its own, commits it and serves it on.
struct HopBenchmark {
    let events: Int
    let rounds: Int

    func run() throws {
        print("\nhops, \(events) events of 64 bytes, processes of their own, \(rounds) rounds in turn")
        line("", "raw libzmq", "range", "epicenter", "range", "ratio", "range")
        let scratch = try Scratch()
        for hops in [1, 3] {
            for size in [16, 256, 1_024] {
                var (raw, ours, ratio): ([Double], [Double], [Double]) = ([], [], [])
                for _ in 0..<rounds {
                    let bytes = size * Events.rowBytes
                    raw.append(
                        Double(events)
                            / (try RawHops.run(in: scratch.path, count: events / size, bytes: bytes, hops: hops)))
                    ours.append(Double(events) / (try StreamHops.run(scratch, events: events, rows: size, hops: hops)))
                    ratio.append(ours[ours.count - 1] / raw[raw.count - 1])
                }
                let (left, right, share) = (Sample(raw), Sample(ours), Sample(ratio))
                line(
                    "\(hops) hop\(hops == 1 ? "" : "s"), \(size) events a message", million(left), range(left),
                    million(right), range(right), String(format: "%.2f", share.median), range(share, 1))
            }
        }
    }
}

enum StreamHops {
    /// - Returns: Seconds from the start of the processes behind the origin until the last of them has committed
    ///   everything. The origin's log is there before.
    static func run(_ scratch: borrowing Scratch, events: Int, rows: Int, hops: Int) throws -> Double {
        let directory = try scratch.fresh("hops")
        func endpoint(_ number: Int) -> String { "ipc://\(directory)/hop\(number)" }
        let ready = Pipe()
        let origin = try Child.start(
            ["origin", "\(directory)/log0", endpoint(0), "\(events)", "\(rows)"], output: ready)
        defer {
            origin.terminate()
            origin.waitUntilExit()
        }
        _ = ready.fileHandleForReading.availableData
        let began = ServiceClock.monotonic
        let done = Pipe()
        let processes = try (1...hops).map { hop in
            try Child.start(
                ["hop", "\(directory)/log\(hop)", endpoint(hop - 1), hop == hops ? "-" : endpoint(hop), "\(events)"],
                output: hop == hops ? done : nil)
        }
        _ = done.fileHandleForReading.availableData
        let ended = ServiceClock.monotonic
        processes.forEach { $0.waitUntilExit() }
        guard processes.allSatisfy({ $0.terminationStatus == 0 }) else { throw BenchmarkFailure("a hop failed") }
        return (ended - began).inSeconds
    }

    private static func log(_ directory: String) throws -> EventLog {
        try EventLog(directory: directory, stream: .market, newEpoch: 1, options: .init(sync: .never))
    }

    private static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// `origin DIRECTORY ENDPOINT EVENTS ROWS`: writes a log, then serves it until told to end.
    static func origin(_ arguments: [String]) throws {
        guard arguments.count == 4, let events = Int(arguments[2]), let rows = Int(arguments[3]) else { return }
        let log = try log(arguments[0])
        let message = Events.columns(rows, time: 1_700_000_000_000_000_000)
        for _ in 0..<events / rows {
            log.append(message)
            if log.pendingBytes >= 64 * 1_024 { try log.commit() }
        }
        try log.commit()
        let owner = try StreamOwner(log.index, in: Context(), at: Endpoint(arguments[1]))
        owner.watermark = log.committed
        var poller = Poller()
        _ = owner.add(to: &poller)
        say("ready")
        var hasMore = false
        while true {
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(50))
            hasMore = try owner.service(now: ServiceClock.monotonic)
        }
    }

    /// `hop DIRECTORY FROM TO EVENTS`: `-` as TO serves nobody. Says so when all is committed.
    static func hop(_ arguments: [String]) throws {
        guard arguments.count == 4, let events = UInt64(arguments[3]) else { return }
        let context = try Context()
        let log = try log(arguments[0])
        let reader = try StreamReader(
            .market, in: context, at: Endpoint(arguments[1]), credit: 65_536, name: "hop")
        var poller = Poller()
        _ = reader.add(to: &poller)
        var owner: StreamOwner?
        if arguments[2] != "-" {
            let made = try StreamOwner(log.index, in: context, at: Endpoint(arguments[2]))
            _ = made.add(to: &poller)
            owner = made
        }
        let last = events
        var hasMore = true
        while log.committed < last || !(owner?.isDrained ?? true) || owner?.readerCount == 0 {
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(50))
            let now = ServiceClock.monotonic
            try reader.keepOpen(now: now)
            var received = false
            for _ in 0..<8 {
                let event = try reader.receive(now: now) { batch, records in
                    let last = batch.firstSequence + UInt64(batch.count) - 1
                    try log.append(
                        records: records, LogBatch(firstSequence: batch.firstSequence, lastSequence: last))
                }
                if event == .nothing { break }
                received = true
            }
            try log.commit()
            owner?.watermark = reader.watermark
            hasMore = try owner?.service(now: now) ?? false || received
            try reader.acknowledge(log.committed, idle: !received)
        }
        if owner == nil { say("done") }
        try reader.acknowledge(log.committed, idle: true)
    }
}
