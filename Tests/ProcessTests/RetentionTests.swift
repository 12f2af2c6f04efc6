import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// Old segments go while the service runs, and what is said does not change by it.
@Suite("Retention end to end", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct RetentionTests {
    let directory = TemporaryDirectory()

    @Test("segments go only behind what both stages can restore; killed and restarted, they say the same")
    func retention() throws {
        let began = Date()
        let recording = directory.path + "/long.mcap"
        let head = try SyntheticMarket().write(to: recording, seed: 3)
        let written = seconds(since: began)
        let all = try epicenter(
            "replay", recording, "--in-process", "--quiet", "--out", directory.path + "/all")
        #expect(all.status == 0, "\(all.errors)")
        let reference = try DamageTests.alerts(directory.path + "/all/alerts")
        // 1,500 days in about ten seconds.
        let service = try Service(
            "service: {checkpointSeconds: 1, maximumDeaths: 100}\n"
                + "ingest: {recording: \(recording), rate: 13000000, ticks: false}",
            data: ["segmentMegabytes: 1", "retainDays: 1"])
        var removed: [UInt64] = []
        var smallest = UInt64.max
        var crashes = 0
        let done = try service.wait(120) { status in
            // First the stream, then the checkpoints: those only move on.
            let first = Self.first(service.dataDirectory + "/market")
            if first > (removed.last ?? 1) { removed.append(first) }
            if first > 1 {
                let restorable = ["epicenter-analyze", "epicenter-attribute"].map {
                    Self.applied(service.dataDirectory + "/checkpoints/\($0).start")
                }
                #expect(restorable.allSatisfy { first - 1 <= $0 }, "\(first) \(restorable)")
                smallest = min(smallest, (restorable.min() ?? 0) - (first - 1))
            }
            if crashes < 2, removed.count > 2 * (crashes + 1) {
                crashes += 1
                service.crash()
                do { try service.start() } catch { Issue.record(error) }
            }
            return status.watermark(of: "epicenter-publish") == head
        }
        #expect(done != nil, "\(service.log)")
        #expect(removed.count > 4 && crashes == 2, "\(removed)")
        #expect(service.stop() == 0)
        let held = try DamageTests.alerts(service.dataDirectory + "/alerts")
        let begin = held.first?.sequence ?? 0
        #expect(!held.isEmpty)
        #expect(held == Array(reference.drop { $0.sequence < begin }))
        print(
            "Retention: \(head) records (written in \(written) s), market's first moved \(removed.count) times to",
            "\(removed.last ?? 0), at the closest \(smallest) records before the older checkpoint; \(crashes) crashes;",
            "\(reference.count) alerts, held from \(begin); \(seconds(since: began)) s")

        for name in ["epicenter-analyze", "epicenter-attribute"] { try restartWithout(name, service) }
    }

    @Test(
        "what a producer sends again after its marks were removed is still dropped, and instruments keep their numbers")
    func producers() throws {
        let service = try Service(
            "service: {checkpointSeconds: 1}\ningest: {ticks: false}\n" + BadInputTests.instruments,
            data: ["segmentMegabytes: 1", "retainDays: 1"])
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let trade = #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":7}"#
        let early = #"{"producer":"early","producer_sequence":1,"events":[\#(trade)]}"#
        #expect(try Producer(service).send(early).acknowledged == 1)
        #expect(service.stop() == 0)
        // What follows is two days younger: record time is moved on in the log itself.
        let path = service.dataDirectory + "/market"
        var last: UInt64 = 0
        do {
            let log = try EventLog(
                directory: path, stream: .market, newEpoch: 1,
                options: .init(segmentBytes: 1, compactsInBackground: false))
            for _ in 0..<3 {
                var tick = ClockTick()
                tick.recordTime = UInt64(Date().timeIntervalSince1970) * CivilTime.second + 2 * CivilTime.day
                tick.eventTime = tick.recordTime
                log.append(.clockTick(tick))
                try log.commit()
            }
            last = log.committed
            try log.close()
        }
        // Both of each stage's checkpoints must be beyond the mark.
        for _ in 0..<3 where Self.first(path) <= 5 {
            try service.start()
            #expect(try service.wait { $0.ready && $0.watermark(of: "epicenter-publish") >= last } != nil)
            _ = try Producer(service).send(#"{"producer":"late","producer_sequence":1,"events":[\#(trade)]}"#)
            _ = try service.wait(4) { _ in Self.first(path) > 5 }
            #expect(service.stop() == 0, "\(service.log)")
        }
        #expect(Self.first(path) > 5)
        // Another instrument in front: the known ones keep their numbers.
        let more = BadInputTests.instruments.replacingOccurrences(
            of: "instruments:\n", with: "instruments:\n  - {symbol: NEW, name: New, kind: equity, currency: USD}\n")
        try service.configure("ingest: {ticks: false}\n" + more)
        try service.start()
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let reply = try Producer(service).send(early)
        #expect(reply.acknowledged == 1)
        #expect(try service.wait { $0.counter("epicenter-ingest", "repeats_dropped") == 1 } != nil)
        #expect(service.stop() == 0)
        var defined: [String: UInt32] = [:]
        try LogIndex(reading: path).forEachMessage { message in
            if case .instrumentDefinition(let definition) = message {
                defined[definition.symbol] = definition.instrument
            }
            return true
        }
        // Said again at the segment's start.
        #expect(defined == ["SPY": 1, "AAA": 2, "NEW": 3])
        try knowsNames(service)
    }

    /// A stage that begins at what is left of the stream, as one of another version does, knows the instruments.
    private func knowsNames(_ service: Service) throws {
        for generation in ["", ".start"] {
            try FileManager.default.removeItem(
                atPath: service.dataDirectory + "/checkpoints/epicenter-analyze\(generation)")
        }
        try service.start()
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let trades = ["AAA", "NEW", "SPY"].map {
            #"{"type":"trade","symbol":"\#($0)","time":"2026-01-02T16:00:00Z","price":10.5,"size":7}"#
        }
        let batch = #"{"producer":"names","producer_sequence":1,"events":[\#(trades.joined(separator: ","))]}"#
        let reply = try Producer(service).send(batch)
        #expect(reply.acknowledged == 3 && reply.refusals.isEmpty, "\(reply)")
        let status = try service.wait {
            let head = $0.watermark(of: "epicenter-ingest")
            return head > 0 && $0.watermark(of: "epicenter-publish") == head
        }
        #expect(status?.counter("epicenter-analyze", "records_applied") ?? 0 > 0, "\(service.log)")
        #expect(status?.counter("epicenter-analyze", "unused_unknown_instrument") == 0, "\(service.log)")
        #expect(service.stop() == 0)
    }

    /// Without its checkpoints a stage cannot have its state again: it begins a new epoch and says so.
    private func restartWithout(_ name: String, _ service: Service) throws {
        let stream = name == "epicenter-analyze" ? "signals" : "findings"
        for generation in ["", ".start"] {
            try FileManager.default.removeItem(atPath: service.dataDirectory + "/checkpoints/\(name)\(generation)")
        }
        try service.configure("ingest: {ticks: false}", data: ["segmentMegabytes: 1", "retainDays: 1"])
        let told = service.log.count
        try service.start()
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let trade = #"{"type":"trade","symbol":"S1","time":"2026-01-02T15:00:00Z","price":120.5,"size":1}"#
        let reply = try Producer(service).send(#"{"producer":"\#(name)","producer_sequence":1,"events":[\#(trade)]}"#)
        // Instruments are known though the records that defined them are gone.
        #expect(reply.acknowledged == 1 && reply.error.isEmpty && reply.refusals.isEmpty, "\(reply)")
        let status = try service.wait {
            let head = $0.watermark(of: "epicenter-ingest")
            return head > 0 && $0.watermark(of: "epicenter-publish") == head
        }
        #expect(status != nil, "\(service.log)")
        #expect(service.stop() == 0)
        let lines = service.log.dropFirst(told).split(separator: "\n")
        let line = lines.first { $0.contains("a new epoch") && $0.contains("process=\(name) ") }
        #expect(line?.contains("stream=\(stream)") == true, "\(lines.joined(separator: "\n"))")
        #expect(line?.contains("begins at ") == true, "\(line ?? "")")
        // What the log said once, the stream's directory says for good.
        let inspected = try epicenter("inspect", service.dataDirectory + "/" + stream).output
        let history = inspected.split(separator: "\n").filter { $0.contains("(judgement)") || $0.contains("(cut)") }
        #expect(history.contains { $0.contains("begins at ") }, "\(inspected)")
    }

    /// The first sequence a stream's directory holds, by its names.
    private static func first(_ path: String) -> UInt64 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix(".mcap") }.min().flatMap { UInt64($0.dropLast(5)) } ?? 1
    }

    /// Up to where a checkpoint has market: `EPCK`, version, checksum, then a property list.
    private static func applied(_ path: String) -> UInt64 {
        guard let data = FileManager.default.contents(atPath: path),
            let list = try? PropertyListSerialization.propertyList(from: data.dropFirst(12), format: nil),
            let applied = (list as? [String: Any])?["applied"] as? [String: Any]
        else { return 0 }
        return (applied["market"] as? NSNumber)?.uint64Value ?? 0
    }
}
