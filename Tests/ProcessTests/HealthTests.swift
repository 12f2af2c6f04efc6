import EventLog
import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import Testing

/// The system's clock as a service's processes see it.
private final class FalseClock {
    private let shim: String
    private let file: String
    /// Seconds that it is ahead of the machine's.
    private(set) var offset = 0

    init(in directory: TemporaryDirectory) throws {
        shim = directory.path + "/clock.so"
        file = directory.path + "/offset"
        let source = Binaries.root + "/Tests/Faults/clock.c"
        let built = try run("/usr/bin/env", ["cc", "-shared", "-fPIC", "-o", shim, source, "-ldl"])
        guard built.status == 0 else { throw Unexpected(built.errors) }
    }

    var environment: [String: String] { ["LD_PRELOAD": shim, "EPICENTER_CLOCK": file] }

    func set(_ offset: Int) throws {
        self.offset = offset
        try "\(offset)".write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// How far it is to noon, UTC, of the next such day; 0: Monday.
    static func seconds(toNoonOf weekday: Int) -> Int {
        let now = Int(Date().timeIntervalSince1970)
        let day = now / 86_400
        // 1970-01-01, day 0, was a Thursday.
        let days = (weekday - (day + 3) % 7 + 7) % 7
        return (day + days) * 86_400 + 43_200 - now
    }
}

/// What the machine and the feeds do to a service: the real processes, a small disk, a clock that is set.
@Suite(
    "Health of disk, clock and feeds", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized
)
struct HealthTests {
    private static let model = """
        settings: {benchmark: SPY, calendar: {zone: UTC, open: "00:00", close: "24:00"}}
        instruments:
          - {symbol: SPY, name: Index fund, kind: etf, currency: USD}
          - {symbol: AAA, name: First, kind: equity, currency: USD}

        """

    /// Waits for notices of a topic.
    private func notices(_ port: ControlPort, _ topic: String, _ count: Int) throws -> [NoticeEvent] {
        let end = Date().addingTimeInterval(20)
        while true {
            let found = try port.notices(from: 1).records.filter { $0.topic == topic }
            if found.count >= count { return try found.map { try NoticeEvent(jsonUTF8Bytes: $0.body) } }
            guard Date() < end else { throw Unexpected("\(found.count) of \(count) notices on \(topic)") }
            usleep(20_000)
        }
    }

    @Test(
        "a disk that fills up is told before it is full, and told again when there is room",
        .enabled(if: SmallDisk.isAllowed, "mounting a tmpfs is not allowed here"))
    func disk() throws {
        let directory = TemporaryDirectory()
        let disk = try #require(try SmallDisk(directory.path + "/data", "size=64m"))
        let service = try Service(
            "ingest: {ticks: false}\n" + Self.model, data: ["segmentMegabytes: 1"], dataDirectory: disk.path)
        let port = try ControlPort(service)
        _ = try port.wait { $0.ready }
        let topic = "health/disk/data/"
        #expect(try port.notices(from: 1).records.allSatisfy { $0.topic != topic })
        try disk.fill(bytes: 62 << 20)
        let full = try notices(port, topic, 1)[0].data
        #expect(full.condition == "nearly full" && full.severity == "critical")
        let free = try #require(full.facts["free_bytes"].flatMap { Double($0) })
        let total = try #require(full.facts["total_bytes"].flatMap { Double($0) })
        #expect(free > 0 && free < 0.05 * total && total == 64 * 1_048_576)
        #expect(try port.status().alarms.contains { $0.contains("nearly full") })
        // It is a warning: events are taken as long as there is room.
        try NumberedProducer(service).sendAll(100)
        try disk.makeRoom()
        #expect(try notices(port, topic, 2).map(\.data.condition) == ["nearly full", "enough"])
        #expect(try port.status().alarms.isEmpty)
        #expect(service.log.contains("is nearly full"))
        #expect(service.stop() == 0)
    }

    @Test("a live feed that is silent in session is told, is heard again, and is let be when the session is over")
    func silentFeed() throws {
        let directory = TemporaryDirectory()
        let clock = try FalseClock(in: directory)
        let wednesday = FalseClock.seconds(toNoonOf: 2)
        try clock.set(wednesday)
        let service = try Service(
            "ingest: {ticks: false, silentSeconds: 2}\n" + Self.model, environment: clock.environment)
        let port = try ControlPort(service)
        _ = try port.wait { $0.ready }
        let topic = "health/feed/producers/"
        let silent = try notices(port, topic, 1)[0]
        #expect(silent.data.condition == "silent" && silent.data.severity == "warning")
        #expect(silent.data.facts["quiet_seconds"].flatMap { Int($0) } ?? 0 >= 2)
        #expect(try port.status().alarms.contains { $0.contains("nothing has come of producers") })
        try NumberedProducer(service).sendAll(100)
        #expect(try notices(port, topic, 3).map(\.data.condition) == ["silent", "heard", "silent"])
        // Saturday.
        try clock.set(wednesday + 3 * 86_400)
        #expect(try notices(port, topic, 4).last?.data.condition == "out of session")
        #expect(try port.status().alarms.isEmpty)
        #expect(service.log.contains("nothing has come of producers"))
        #expect(service.stop() == 0)
    }

    @Test("a clock that is set forward and back is told, and record time does not go back")
    func clockStep() throws {
        let directory = TemporaryDirectory()
        let clock = try FalseClock(in: directory)
        let service = try Service("ingest: {ticks: false}\n" + Self.model, environment: clock.environment)
        let port = try ControlPort(service)
        _ = try port.wait { $0.ready }
        let producer = try NumberedProducer(service)
        let topic = "health/clock/system/"
        for (count, offset) in [(1, 3_600), (2, 600)] {
            try producer.sendAll(100)
            let before = clock.offset
            // The first look has been taken when it is ready: a step is told within a second or two.
            try clock.set(offset)
            let notice = try notices(port, topic, count)[count - 1].data
            let step = try #require(notice.facts["step_ms"].flatMap { Int($0) })
            #expect(abs(step - (offset - before) * 1_000) < 1_000, "\(step)")
            #expect(notice.condition == "stepped by \(step) ms" && notice.severity == "warning")
        }
        try producer.sendAll(100)
        #expect(try port.status().children.allSatisfy { $0.restarts == 0 })
        #expect(service.stop() == 0)
        #expect(service.log.contains("clock was stepped"))
        var times: [UInt64] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .trades(let trades) = message { times += trades.recordTime }
            return true
        }
        #expect(times.count == 300 && times == times.sorted())
    }
}
