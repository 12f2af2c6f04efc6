import EventLog
import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import Testing

/// The shipped recording through the real processes. Not parallel: each replay wants both cores.
@Suite(
    "Replay through the real processes", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct ReplayTests {
    /// The digest of the alerts by all stages in one process, the reference for every other way to run.
    static func reference() throws -> String {
        let directory = TemporaryDirectory()
        let ended = try epicenter(
            "replay", Binaries.recording, "--in-process", "--quiet", "--out", directory.path + "/r")
        guard ended.status == 0 else { throw Unexpected(ended.errors) }
        return try StreamDigest.of(LogIndex(reading: directory.path + "/r/alerts")).hexadecimal
    }

    private func replay(_ arguments: String...) throws -> (digest: String, output: String) {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        let ended = try run(
            Binaries.path("epicenter"), ["replay", Binaries.recording, "--out", out] + arguments)
        #expect(ended.status == 0, "\(ended.errors)")
        return (try StreamDigest.of(LogIndex(reading: out + "/alerts")).hexadecimal, ended.output)
    }

    @Test("live at any speed and in one process it says the same")
    func sameAtAnySpeed() throws {
        let reference = try Self.reference()
        #expect(try replay("--quiet").digest == reference)
        // The recording's 2.4 years in about 20 seconds.
        #expect(try replay("--quiet", "--rate", "4000000").digest == reference)
    }

    @Test(
        "kill -9 of any process in mid-replay changes nothing in alerts",
        arguments: ["epicenter-analyze", "epicenter-attribute", "epicenter-publish", "epicenter-ingest"])
    func kills(name: String) throws {
        let reference = try Self.reference()
        let service = try Service(
            "service: {checkpointSeconds: 1}\ningest: {recording: \(Binaries.recording), rate: 8000000, ticks: false}")
        let head = try LogIndex(reading: Binaries.recording).head
        var killed = 0
        for share in [0.2, 0.5, 0.8] {
            let reached = try service.wait { $0.watermark(of: name) >= UInt64(Double(head) * share) }
            guard reached != nil, let pid = try service.pid(of: name), pid > 0 else { break }
            if service.kill(pid) { killed += 1 }
            // A pid of a process that is dead and not yet noticed could be killed again.
            _ = try service.wait { status in
                status.children.contains { $0.process == name && $0.pid != pid && $0.pid > 0 }
            }
        }
        #expect(killed == 3)
        let done = try service.wait { $0.watermark(of: "epicenter-publish") == head }
        #expect(done?.children.first { $0.process == name }?.restarts == 3, "\(service.log)")
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
    }

    @Test("no orphan outlives a supervisor that is killed, and the next one goes on")
    func supervisorKilled() throws {
        let reference = try Self.reference()
        let head = try LogIndex(reading: Binaries.recording).head
        let configuration = "ingest: {recording: \(Binaries.recording), rate: 8000000, ticks: false}"
        let service = try Service(configuration)
        let running = try service.wait { $0.ready && $0.watermark(of: "epicenter-publish") > head / 4 }
        let pids = running?.children.map(\.pid) ?? []
        #expect(pids.count == 4)
        #expect(service.kill(service.process.processIdentifier))
        service.process.waitUntilExit()
        let end = Date().addingTimeInterval(1)
        while Date() < end, pids.contains(where: isAlive) { usleep(5_000) }
        #expect(pids.filter(isAlive).isEmpty)
        let again = Process()
        again.executableURL = URL(fileURLWithPath: Binaries.path("epicenterd"))
        again.arguments = ["--config", service.configurationPath]
        again.standardError = FileHandle.nullDevice
        try again.run()
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil)
        again.terminate()
        again.waitUntilExit()
        #expect(again.terminationStatus == 0)
        #expect(try service.digest() == reference)
    }

    @Test("the story of the recording is told with the figures of the models")
    func story() throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        #expect(try epicenter("replay", Binaries.recording, "--quiet", "--out", out).status == 0)
        let finding = try Finding(jsonString: epicenter("report", "NVDA/2025-01-27", "--data", out, "--json").output)
        let measure = finding.measure
        #expect(abs(measure.simpleReturn - -0.16968) < 0.00005)
        #expect(abs(measure.value.usd / 1e9 - -592.7) < 0.1)
        #expect(measure.value.rank == 1)
        #expect(abs(measure.overnight.share - 0.7178) < 0.001)
        #expect(abs(measure.volatilityZ - -6.15) < 0.01)
        #expect(abs(measure.returnPeriod.years - 1.82) < 0.02)
        #expect(measure.marketModel.standardError > 0)
        #expect(
            measure.followUp.first.map { abs($0.simpleReturn - 0.0893) < 0.0001 && abs($0.retraced - 0.4368) < 0.0001 }
                == true)
        // docs/decisions/0002: the window's 250 sessions, none left out.
        let parts = finding.decomposition
        for (part, expected) in [
            (parts.drift, 0.434), (parts.market, -4.015), (parts.group, -9.890), (parts.own, -3.498),
        ] {
            #expect(abs(part * 100 - expected) < 0.02)
        }
        let first = try #require(finding.attribution.candidates.first)
        #expect(first.headline.contains("DeepSeek"))
        #expect(finding.attribution.unexplained > 0)
        let group = try Finding(
            jsonString: epicenter("report", "ai-hardware/2025-01-27", "--data", out, "--json").output)
        #expect(abs(group.measure.value.usd / 1e9 - -979.4) < 0.5)
        #expect(group.measure.value.covered == 9)
        #expect(!group.measure.value.withoutShares.isEmpty)
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Whether a process runs; one that is dead and not yet reaped by its new parent does not.
func isAlive(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let state = stat.split(separator: ")").last?.split(separator: " ").first
    else { return false }
    return state != "Z" && state != "X"
}

extension Service {
    func kill(_ pid: Int32) -> Bool { Glibc.kill(pid, SIGKILL) == 0 }
}
