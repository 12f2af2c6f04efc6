import Alerting
import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// The dashboard with ten thousand shocks in its stream: how long list, search and page take, and what memory it holds
/// with fifty browsers listening. The real program, asked over HTTP by `Benchmarks/dashboard.py`.
struct DashboardBenchmark {
    let shocks: Int
    let requests: Int
    let browsers: Int

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static var folder: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    }

    func run() throws {
        print("\nthe dashboard with \(shocks) shocks")
        let scratch = try Scratch()
        let data = scratch.path + "/data"
        let replay = try start(
            Self.folder + "/epicenter",
            ["replay", Self.root + "/docs/examples/deepseek-2025-01.mcap", "--in-process", "--quiet", "--out", data])
        replay.waitUntilExit()
        guard replay.terminationStatus == 0 else { throw BenchmarkFailure("the recording could not be replayed") }
        let log = try multiply(data)
        let run = try scratch.fresh("run")
        let owner = try StreamOwner(log.index, in: Context(), at: Endpoint("ipc://\(run)/replay.sock"))
        owner.watermark = log.committed
        let port = 20_000 + Int(getpid()) % 20_000
        let settings = """
            run: {directory: \(run)}
            data: {directory: \(data)}
            log: {level: warning}
            dashboard: {listen: "127.0.0.1:\(port)"}
            """
        try settings.write(toFile: scratch.path + "/e.yaml", atomically: true, encoding: .utf8)
        let dashboard = try start(Self.folder + "/epicenter-dashboard", ["--config", scratch.path + "/e.yaml"])
        defer {
            dashboard.terminate()
            dashboard.waitUntilExit()
        }
        let asking = try start(
            "/usr/bin/python3",
            [
                Self.root + "/Benchmarks/dashboard.py", "\(port)", "\(dashboard.processIdentifier)", "\(requests)",
                "\(browsers)",
            ])
        var poller = Poller()
        _ = owner.add(to: &poller)
        var hasMore = false
        while asking.isRunning {
            _ = try poller.wait(timeout: hasMore ? .zero : .milliseconds(10))
            hasMore = try owner.service(now: ServiceClock.monotonic)
        }
        guard asking.terminationStatus == 0 else { throw BenchmarkFailure("the dashboard did not answer as it should") }
    }

    private func start(_ program: String, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        return process
    }

    /// The alerts of the recording's shocks as often as it takes, each under a name and a time of its own.
    private func multiply(_ data: String) throws -> EventLog {
        var latest: [String: AlertRecord] = [:]
        try LogIndex(reading: data + "/alerts").forEachMessage { message in
            if case .alertRecord(let record) = message, record.topic.hasPrefix("alert/shock/") {
                latest[record.fingerprint] = record
            }
            return true
        }
        let originals = latest.values.sorted { $0.sequence < $1.sequence }.compactMap { record in
            CloudEvent.alert(in: Array(record.body)).map { (record, $0) }
        }
        .filter { !$0.1.labels.contains { $0.name == "part_of" } }
        try FileManager.default.removeItem(atPath: data + "/alerts")
        let log = try EventLog(directory: data + "/alerts", stream: .alerts, newEpoch: 1, options: .init(sync: .never))
        for number in 0..<shocks {
            var (record, alert) = originals[number % originals.count]
            let subject = String(format: "%@-%05d", alert.subject, number)
            let shock = "\(subject)/2025-01-27"
            let labels = AlertLabels(scope: alert.scope, subject: subject, shock: shock)
            (alert.subject, alert.labels, alert.fingerprint) = (subject, labels.messages, labels.fingerprint)
            alert.startsAt.seconds += Int64(number) * 60
            record.sequence = UInt64(number + 1)
            record.recordTime = 1_738_000_000_000_000_000 + UInt64(number)
            record.fingerprint = labels.fingerprint
            record.topic = AlertTopic.name(kind: "shock", subject: subject)
            record.topicSequence = 1
            record.body = Data(CloudEvent(source: "urn:epicenter", time: record.eventTime, alert: alert).encoded())
            log.append(.alertRecord(record))
            if log.pendingBytes > 1 << 20 { try log.commit() }
        }
        try log.commit()
        return log
    }
}
