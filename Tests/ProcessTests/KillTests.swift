import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// `kill -9` in numbers: a hundred at random over all five processes in one replay.
@Suite("A hundred kills", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct KillTests {
    static let names = [
        "epicenterd", "epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish",
    ]

    @Test("a hundred kill -9 over all processes, the supervisor's too, change nothing in alerts")
    func hundred() throws {
        var random = SeededGenerator(for: "A hundred kills", default: 20_250_127)
        let reference = try ReplayTests.reference()
        let head = try LogIndex(reading: Binaries.recording).head
        let began = Date()
        // 2.4 years in about a minute. What is killed so often would be given up.
        let service = try Service(
            """
            service: {checkpointSeconds: 1, maximumDeaths: 1000}
            ingest: {recording: \(Binaries.recording), rate: 1300000, ticks: false}
            """)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        var landed: [String: Int] = [:]
        var slowest = 0.0
        for _ in 0..<100 {
            usleep(UInt32.random(in: 100_000...700_000, using: &random))
            let name = try #require(Self.names.randomElement(using: &random))
            if name == "epicenterd" {
                slowest = max(slowest, try killSupervisor(of: service))
            } else {
                #expect(service.kill(try running(name, of: service)))
            }
            landed[name, default: 0] += 1
        }
        let replaying = Date().timeIntervalSince(began)
        let reached = try LogIndex(reading: service.dataDirectory + "/market").head
        #expect(reached < head, "the replay was over before the last kill")
        #expect(try service.wait(120) { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
        #expect(!service.log.contains("given up"))
        print(
            "A hundred kills: \(landed.values.reduce(0, +)) landed in \(Int(replaying)) s at \(reached)/\(head):",
            landed.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
            "- children gone within \(Int(slowest * 1_000)) ms of their supervisor, all in "
                + "\(Int(Date().timeIntervalSince(began))) s")
    }

    /// The process of that name, waited for while it is being started again.
    private func running(_ name: String, of service: Service) throws -> Int32 {
        let end = Date().addingTimeInterval(40)
        while Date() < end {
            if let pid = Service.children(of: service.process.processIdentifier)[name] { return pid }
            usleep(2_000)
        }
        throw Unexpected("\(name) was not started again: \(service.log)")
    }

    /// - Returns: Seconds until the last child was gone.
    private func killSupervisor(of service: Service) throws -> Double {
        let children = Service.children(of: service.process.processIdentifier)
        let killed = Date()
        #expect(service.kill(service.process.processIdentifier))
        while Date().timeIntervalSince(killed) < 1, children.values.contains(where: isAlive) { usleep(1_000) }
        let gone = Date().timeIntervalSince(killed)
        #expect(children.values.allSatisfy { !isAlive($0) }, "\(children)")
        service.process.waitUntilExit()
        try service.start()
        return gone
    }
}
