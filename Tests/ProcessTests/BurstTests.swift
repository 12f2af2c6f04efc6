import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// The Python client that misses nothing, in the repository or where `EPICENTER_CLIENT` says.
private enum Client {
    static let path =
        ProcessInfo.processInfo.environment["EPICENTER_CLIENT"]
        ?? Binaries.root + "/docs/examples/python/epicenter.py"
    static var isHere: Bool { FileManager.default.fileExists(atPath: path) }
}

/// Two hundred thousand alerts at once through the real publish, over findings that were made for it.
@Suite(
    "A burst of alerts", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"),
    .enabled(if: Client.isHere, "docs/examples/python/epicenter.py is not here"), .serialized)
struct BurstTests {
    static let count = 200_000

    @Test("a subscriber that stands still for 20 s and one that reconnects 50 times get every alert once")
    func burst() throws {
        let began = Date()
        let directory = TemporaryDirectory()
        try Self.makeFindings(directory.path + "/findings", from: directory.path + "/r")
        let made = seconds(since: began)
        let service = try Service("ingest: {ticks: false}\n" + BadInputTests.instruments)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let sockets = ["alerts", "replay"].map { "ipc://\(service.runDirectory)/\($0).sock" }
        let stopped = try Subscriber("client", Client.path, sockets[0], sockets[1], "\(Self.count)")
        let moving = try Subscriber("client", Client.path, sockets[0], sockets[1], "\(Self.count)", "50")
        let plain = try Subscriber("latency", sockets[0], "\(Self.count)")
        let all = [stopped, moving, plain]
        let listening = Date().addingTimeInterval(20)
        while Date() < listening, !all.allSatisfy({ $0.output.hasPrefix("live") }) { usleep(10_000) }
        #expect(all.allSatisfy { $0.output.hasPrefix("live") })

        let publish = try #require(try service.pid(of: "epicenter-publish"))
        try exchangeFindings(of: service, for: directory.path + "/findings")
        let burst = Date()
        Glibc.kill(stopped.process.processIdentifier, SIGSTOP)
        var peak: UInt64 = 0
        var published: String?
        while Date().timeIntervalSince(burst) < 20 {
            usleep(100_000)
            peak = max(peak, peakMemory(publish))
            let head = try service.wait(until: { _ in true })?.alertHead ?? 0
            if head >= UInt64(Self.count), published == nil { published = seconds(since: burst) }
        }
        Glibc.kill(stopped.process.processIdentifier, SIGCONT)
        for subscriber in all { subscriber.process.waitUntilExit() }
        peak = max(peak, peakMemory(publish))
        #expect(try service.pid(of: "epicenter-publish") == publish, "\(service.log)")
        #expect(service.stop() == 0)
        for subscriber in [stopped, moving] {
            let told = subscriber.told
            #expect(told["received"] == Double(Self.count), "\(subscriber.output)")
            #expect(told["repeats"] == 0 && told["gaps"] == 0 && told["wrong"] == 0, "\(subscriber.output)")
        }
        #expect(moving.told["reconnects"] == 50)
        print("Burst of \(Self.count) alerts, findings made in \(made) s, published in \(published ?? "over 20") s:")
        print(
            "  stopped for 20 s: \(stopped.output.dropFirst(5))  reconnecting: \(moving.output.dropFirst(5))"
                + "  plain: \(plain.output.dropFirst(5))  publish's peak memory \(peak >> 20) MB; \(seconds(since: began)) s"
        )
    }

    private final class Subscriber {
        let process = Process()
        private let directory = TemporaryDirectory()
        var output: String { (try? String(contentsOfFile: directory.path + "/out", encoding: .utf8)) ?? "" }

        init(_ arguments: String...) throws {
            _ = FileManager.default.createFile(atPath: directory.path + "/out", contents: nil)
            process.executableURL = URL(fileURLWithPath: Python.path)
            process.arguments = [Binaries.root + "/Tests/Interop/burst.py"] + arguments
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: directory.path + "/out"))
            try process.run()
        }

        /// The last line it has printed.
        var told: [String: Double] {
            let last = output.split(separator: "\n").last.map { Data($0.utf8) } ?? Data()
            let made = try? JSONSerialization.jsonObject(with: last) as? [String: Any]
            return made?.compactMapValues { ($0 as? NSNumber)?.doubleValue } ?? [:]
        }

        deinit { if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGKILL) } }
    }

    /// Writes findings of which each makes one alert: revisions of a hundred shocks that are firing.
    private static func makeFindings(_ path: String, from replayed: String) throws {
        #expect(
            try epicenter("replay", Binaries.recording, "--in-process", "--quiet", "--out", replayed).status == 0)
        var template: Finding?
        try LogIndex(reading: replayed + "/findings").forEachMessage { message in
            if case .finding(let finding) = message, finding.scope == .instrument, finding.phase == .open {
                template = finding
            }
            return template == nil
        }
        var finding = try #require(template)
        finding.partOf = []
        finding.members = []
        finding.clearDecomposition()
        finding.clearAttribution()
        finding.cause.sequence = 1
        let log = try EventLog(directory: path, stream: .findings, newEpoch: 1, options: .init(sync: .never))
        for number in 0..<count {
            finding.subject = "AAA\(number % 100)"
            finding.shock = finding.subject + "/2025-01-27"
            finding.revision = UInt32(number / 100 + 1)
            finding.cause.ordinal = UInt32(number + 1)
            log.append(.finding(finding))
            if log.pendingBytes > 1 << 18 { try log.commit() }
        }
        try log.close()
    }

    /// Puts findings in the place of those that a running service has none of yet, while attribute is being started
    /// again.
    private func exchangeFindings(of service: Service, for made: String) throws {
        let target = service.dataDirectory + "/findings"
        let pid = try #require(try service.pid(of: "epicenter-attribute"))
        Glibc.kill(service.process.processIdentifier, SIGSTOP)
        Glibc.kill(pid, SIGKILL)
        let end = Date().addingTimeInterval(5)
        while Date() < end, isAlive(pid) { usleep(1_000) }
        for file in try FileManager.default.contentsOfDirectory(atPath: made) where file.hasSuffix(".mcap") {
            try FileManager.default.moveItem(atPath: made + "/" + file, toPath: target + "/" + file)
        }
        Glibc.kill(service.process.processIdentifier, SIGCONT)
    }
}

extension ServiceStatus {
    var alertHead: UInt64 {
        children.first { $0.process == "epicenter-publish" }?.heartbeat.streams.first?.head ?? 0
    }
}
