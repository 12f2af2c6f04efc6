import EventLog
import Foundation
import Schema
import TestKit
import Testing

/// Logs of a stopped service that were cut or had bits flipped, and the real processes started on them.
@Suite("Damaged logs", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct DamageTests {
    /// What is done to the last segment of a stream.
    enum Damage: CustomStringConvertible {
        /// Cut to this length.
        case cut(Int)
        case flip(bit: Int)

        func apply(to bytes: inout Data) {
            switch self {
            case .cut(let length): bytes = bytes.prefix(length)
            case .flip(let bit): bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }

        var description: String {
            switch self {
            case .cut(let length): "cut to \(length)"
            case .flip(let bit): "bit \(bit) flipped"
            }
        }
    }

    @Test(
        "cut or flipped anywhere: it starts, says what is lost, takes what comes, and says of it what it should",
        arguments: ["market", "alerts"])
    func damaged(stream: String) throws {
        var random = SeededGenerator(for: "Damaged \(stream)", default: 5)
        let began = Date()
        let base = try Base()
        let file = try base.lastSegment(of: stream)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        let records = try Self.records(of: base.directory.path + "/data/" + stream)
        // Where the last two records begin: field 1 of each is its sequence.
        let last = try #require(whole.range(of: Self.needle(records[records.count - 1]), options: .backwards))
        let before = try #require(whole.range(of: Self.needle(records[records.count - 2]), options: .backwards))
        var damages: [Damage] = [.cut(0), .cut(9), .cut(whole.count - 1)]
        damages += [before.lowerBound, last.lowerBound + 5].map { .cut($0) }
        damages += (0..<2).map { _ in .cut(Int.random(in: before.lowerBound...last.lowerBound, using: &random)) }
        damages += [.flip(bit: last.lowerBound * 8 + 100)]
        damages += (0..<3).map { _ in .flip(bit: Int.random(in: 0..<whole.count * 8, using: &random)) }
        var told: [String] = []
        for damage in damages {
            var bytes = whole
            damage.apply(to: &bytes)
            told.append("\(damage): " + (try check(stream, base, file: file, bytes, "\(stream) \(damage)", damage)))
        }
        print("Damaged \(stream), \(whole.count) bytes, in \(Int(Date().timeIntervalSince(began))) s:")
        print("  " + told.joined(separator: "\n  "))
    }

    private static func needle(_ sequence: UInt64) -> Data {
        Data([0x09]) + withUnsafeBytes(of: sequence.littleEndian) { Data($0) }
    }

    /// The first sequence of each message.
    private static func records(of path: String) throws -> [UInt64] {
        var found: [UInt64] = []
        try LogIndex(reading: path).forEachMessage { message in
            found.append(message.firstSequence)
            return true
        }
        return found
    }

    /// A stopped service that has played the recording.
    private struct Base {
        let directory = TemporaryDirectory()
        let alerts: [AlertRecord]

        init() throws {
            let head = try LogIndex(reading: Binaries.recording).head
            let service = try Service(
                "ingest: {recording: \(Binaries.recording), rate: 20000000, ticks: false}",
                dataDirectory: directory.path + "/data")
            #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
            #expect(service.stop() == 0)
            alerts = try DamageTests.alerts(directory.path + "/data/alerts")
        }

        func lastSegment(of stream: String) throws -> String {
            let path = directory.path + "/data/" + stream
            let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".mcap") }
            return path + "/" + (try #require(names.max()))
        }
    }

    static func alerts(_ path: String) throws -> [AlertRecord] {
        var found: [AlertRecord] = []
        do {
            try LogIndex(reading: path).forEachMessage { message in
                if case .alertRecord(let alert) = message { found.append(alert) }
                return true
            }
        } catch let error as LogError where error.reason == .empty {
            return []
        }
        return found
    }

    /// - Returns: What became of it, in a few words.
    private func check(
        _ stream: String, _ base: Base, file: String, _ bytes: Data, _ name: String, _ damage: Damage
    ) throws -> String {
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        try FileManager.default.copyItem(atPath: base.directory.path + "/data", toPath: data)
        let damaged = data + "/" + stream + "/" + (file as NSString).lastPathComponent
        try bytes.write(to: URL(fileURLWithPath: damaged))
        let service = try Service("ingest: {ticks: false}", dataDirectory: data)
        #expect(try service.wait(20, until: \.ready) != nil, "\(name): \(service.log)")
        let trade = #"{"type":"trade","symbol":"NVDA","time":"2026-01-02T15:00:00Z","price":120.5,"size":1}"#
        let reply = try Producer(service).send(#"{"producer":"p","producer_sequence":1,"events":[\#(trade)]}"#)
        let isDefinitionLost = reply.refusals.count == 1
        #expect(reply.acknowledged == 1 && reply.error.isEmpty, "\(name): \(reply)")
        let status = try service.wait(20) {
            let head = $0.watermark(of: "epicenter-ingest")
            return head > 0 && $0.watermark(of: "epicenter-publish") == head && $0.ready
        }
        #expect(status != nil, "\(name): \(service.log)")
        #expect(service.stop() == 0)
        #expect(!service.log.contains("how=\"signal") && !service.log.contains("given up"), "\(name): \(service.log)")
        let place = ["market": 0, "alerts": 3][stream] ?? 0
        let lost = status?.children[place].heartbeat.streams.first?.lost ?? []
        let isMissing = service.log.contains("not there any more")
        // What it says is lost, is; and all else is there.
        let spans = lost.map { text in text.split(separator: "-").compactMap { UInt64($0) } }
        let index = try LogIndex(reading: data + "/" + stream)
        var held: UInt64 = 0
        try index.forEachMessage { message in
            held += UInt64(message.count)
            return true
        }
        #expect(held + spans.reduce(0) { $0 + $1[1] - $1[0] + 1 } == index.head, "\(name) \(lost)")
        if !lost.isEmpty { #expect(service.log.contains("records are lost to damage"), "\(name)") }
        let alerts = try Self.alerts(data + "/alerts")
        if stream == "alerts" {
            // Those that are there are as they were; those that were cut off were said again.
            let known = alerts.filter { $0.sequence <= UInt64(base.alerts.count) }
            let expected = base.alerts.filter { alert in
                !spans.contains { ($0[0]...$0[1]).contains(alert.sequence) }
            }
            #expect(known == expected, "\(name)")
        }
        if lost.isEmpty, !alerts.isEmpty {
            // Alerts are those of an undisturbed run over what market holds now.
            let undisturbed = try epicenter(
                "replay", data + "/market", "--in-process", "--quiet", "--out", directory.path + "/r")
            #expect(undisturbed.status == 0, "\(name): \(undisturbed.errors)")
            let digest = try StreamDigest.of(LogIndex(reading: directory.path + "/r/alerts")).hexadecimal
            #expect(try service.digest() == digest, "\(name)")
        }
        var words = [lost.isEmpty ? "nothing lost" : "lost \(lost.joined(separator: ", ")) of \(index.head)"]
        if isMissing { words.append("end missing") }
        if isDefinitionLost { words.append("definitions lost") }
        words.append("restarts \(status?.children.map(\.restarts) ?? [])")
        return words.joined(separator: ", ")
    }
}
