import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// Restarts that find less than they left: checkpoints gone or damaged, streams cut by power loss, other settings.
@Suite("Exactly once", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct ExactlyOnceTests {
    static let stages = ["epicenter-analyze", "epicenter-attribute", "epicenter-publish"]

    /// What becomes of a stage's two checkpoints.
    enum Checkpoints: CaseIterable {
        case kept, removed, latestDamaged, bothDamaged

        func apply(_ path: String) throws {
            for generation in [path, path + ".start"] {
                switch self {
                case .kept: break
                case .removed: try? FileManager.default.removeItem(atPath: generation)
                case .latestDamaged where generation != path: break
                case .latestDamaged, .bothDamaged:
                    var bytes = try Data(contentsOf: URL(fileURLWithPath: generation))
                    bytes[bytes.count / 2] ^= 1
                    try bytes.write(to: URL(fileURLWithPath: generation))
                }
            }
        }

        /// How the stage begins then.
        var told: String {
            switch self {
            case .kept: "checkpoint=restored "
            case .removed: "checkpoint=none"
            case .latestDamaged: "checkpoint=\"restored the older one, the latest: damaged\""
            case .bothDamaged: "checkpoint=damaged"
            }
        }
    }

    @Test("each stage from its checkpoint, from none, from the older one and from damaged ones says the same")
    func checkpoints() throws {
        let reference = try ReplayTests.reference()
        let head = try LogIndex(reading: Binaries.recording).head
        let began = Date()
        let service = try Service(
            """
            service: {checkpointSeconds: 1, maximumDeaths: 100}
            ingest: {recording: \(Binaries.recording), rate: 5000000, ticks: false}
            """)
        // Both generations of each are there.
        let both = Self.stages.map { service.dataDirectory + "/checkpoints/" + $0 + ".start" }
        #expect(
            try service.wait { _ in both.allSatisfy(FileManager.default.fileExists) } != nil, "\(service.log)")
        for what in Checkpoints.allCases {
            for name in Self.stages {
                let path = service.dataDirectory + "/checkpoints/" + name
                let pid = try #require(try service.pid(of: name))
                try stop(pid, between: path, service)
                try what.apply(path)
                let before = service.log.count
                Glibc.kill(pid, SIGKILL)
                let again = try service.wait { status in
                    let child = status.children.first { $0.process == name }
                    return child?.state == .ready && child?.pid != pid
                }
                #expect(again != nil, "\(service.log)")
                let line = service.log.dropFirst(before).split(separator: "\n").first {
                    $0.contains("process=\(name) ") && $0.contains("msg=started")
                }
                #expect(line?.contains(what.told) == true, "\(what) \(name): \(line ?? "")")
            }
        }
        let reached = try LogIndex(reading: service.dataDirectory + "/market").head
        #expect(reached < head, "the replay was over before the last restart")
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
        print("Checkpoints: 12 restarts by \(reached)/\(head), all in \(seconds(since: began)) s")
    }

    /// Stops a stage so that it writes no checkpoint meanwhile, but not between the two renames of writing one.
    private func stop(_ pid: Int32, between path: String, _ service: Service) throws {
        let both = [path, path + ".start"]
        while true {
            #expect(try service.wait { _ in both.allSatisfy(FileManager.default.fileExists) } != nil, "\(service.log)")
            Glibc.kill(pid, SIGSTOP)
            if both.allSatisfy(FileManager.default.fileExists) { return }
            Glibc.kill(pid, SIGCONT)
        }
    }

    @Test(
        "power loss that leaves later stages ahead: what rests on lost market records is taken back, all else said again",
        arguments: [["market"], ["market", "alerts"], ["market", "signals"], ["signals"], ["findings", "alerts"]])
    func powerLoss(cut: [String]) throws {
        var random = SeededGenerator(for: "Power loss \(cut)", default: 77)
        let reference = try ReplayTests.reference()
        let head = try LogIndex(reading: Binaries.recording).head
        let began = Date()
        let service = try Service(
            "service: {checkpointSeconds: 1}\ningest: {recording: \(Binaries.recording), rate: 60000000, ticks: false}")
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        service.crash()
        let streams = ["market", "signals", "findings", "alerts"]
        var heads: [String: UInt64] = [:]
        for stream in streams {
            let path = service.dataDirectory + "/" + stream
            try "open another-boot".write(toFile: path + "/lock", atomically: false, encoding: .utf8)
            guard cut.contains(stream) else { continue }
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".mcap") }.max())
            var status = stat()
            stat(path + "/" + name, &status)
            let share = Double.random(in: 0.4...0.9, using: &random)
            truncate(path + "/" + name, off_t(Double(status.st_size) * share))
            heads[stream] = try LogIndex(reading: path).head
        }
        let epochs = try streams.map { try lineage(service, $0) }
        try service.start()
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head && $0.ready } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
        for (place, stream) in streams.enumerated() {
            // What followed market's head may be lost, and what the others had said of it too: nobody can tell.
            #expect(try lineage(service, stream).count > epochs[place].count, "\(stream)")
        }
        print(
            "Power loss, cut \(heads.sorted { $0.key < $1.key }.map { "\($0.key) at \($0.value)" }): "
                + "\(seconds(since: began)) s")
    }

    /// The epochs of a stream, as its lineage file has them.
    private func lineage(_ service: Service, _ stream: String) throws -> [UInt64] {
        struct File: Decodable {
            struct Entry: Decodable { var epoch: UInt64 }
            var entries: [Entry]
        }
        let path = service.dataDirectory + "/" + stream + "/lineage.json"
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path))).entries
            .map(\.epoch)
    }

    @Test("other model settings and a restart: a record of the market says so, and the recording shows it")
    func settings() throws {
        let service = try Service("ingest: {ticks: false}\n" + BadInputTests.instruments)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        #expect(service.stop() == 0)
        let changed = BadInputTests.instruments.replacingOccurrences(of: "benchmark: SPY", with: "benchmark: AAA")
        try service.configure("ingest: {ticks: false}\n" + changed)
        try service.start()
        #expect(try service.wait { $0.ready && $0.watermark(of: "epicenter-publish") >= 4 } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        let shown = try epicenter("inspect", service.dataDirectory + "/market", "--print")
        #expect(shown.status == 0)
        let records = shown.output.split(separator: "\n").filter { $0.contains("\"settings\"") }
        #expect(records.count == 2, "\(shown.output)")
        #expect(records.first?.contains("\"benchmark\":\"SPY\"") == true, "\(records)")
        #expect(records.last?.contains("\"benchmark\":\"AAA\"") == true, "\(records)")
    }
}

func seconds(since: Date) -> String {
    let tenths = Int(Date().timeIntervalSince(since) * 10)
    return "\(tenths / 10).\(tenths % 10)"
}
