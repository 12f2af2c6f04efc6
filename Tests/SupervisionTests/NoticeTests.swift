import Foundation
import Glibc
import Schema
import Supervision
import SwiftProtobuf
import Testing

@Suite("Notices")
struct NoticeTests {
    private func notice(_ condition: String, _ subject: String = "a b/c") -> Notice {
        Notice(.stage, subject, condition, .warning, "it is \(condition)")
    }

    @Test("each has a topic of its kind and subject, and counts in it and in all")
    func sequences() throws {
        var board = NoticeBoard(epoch: 7, source: "urn:x")
        let posted = [board.post(notice("down"), at: 1_000_000_000), board.post(notice("down"), at: 2)]
        let first = try #require(posted[0])
        #expect(first.topic == "health/stage/a%20b%2Fc/")
        #expect(posted[1] == nil)
        let later = [board.post(notice("down", "d"), at: 3), board.post(notice("up"), at: 4)]
        let other = try #require(later[0])
        let second = try #require(later[1])
        #expect([first, other, second].map(\.sequence) == [1, 2, 3])
        #expect([first, other, second].map(\.topicSequence) == [1, 1, 2])
        let body = try NoticeEvent(jsonUTF8Bytes: Array(first.body))
        #expect(body.id == "7/1")
        #expect(body.type == "org.epicenter.notice.v1")
        #expect(body.time == "1970-01-01T00:00:01Z")
        #expect(body.data.condition == "down")
    }

    @Test("the last are held and can be asked for from any sequence; the marks are of all")
    func replay() {
        var board = NoticeBoard(epoch: 7, source: "urn:x", capacity: 3)
        #expect(board.replay(from: 1, prefix: "").records.isEmpty)
        for number in 1...10 { _ = board.post(notice("\(number)", "s\(number % 2)"), at: UInt64(number)) }
        let all = board.replay(from: 1, prefix: "")
        #expect(all.first == 8 && all.head == 10)
        #expect(all.records.map(\.sequence) == [8, 9, 10])
        #expect(board.replay(from: 9, prefix: "health/stage/s1/").records.map(\.sequence) == [9])
        #expect(board.replay(from: 0, prefix: "").records.isEmpty)
        #expect(all.marks.map(\.sequence) == [10, 9])
        #expect(all.marks.map(\.topicSequence) == [5, 5])
    }

    @Test("a disk is nearly full below a twentieth, and has room again a fifth above that")
    func disk() {
        var watch = HealthWatch()
        #expect(watch.disk("/d", free: 5, total: 100) == nil)
        #expect(watch.disk("/d", free: 4, total: 100)?.condition == "nearly full")
        #expect(watch.disk("/d", free: 3, total: 100) == nil)
        #expect(watch.alarms.count == 1)
        #expect(watch.disk("/d", free: 6, total: 100) == nil)
        #expect(watch.disk("/d", free: 7, total: 100)?.condition == "enough")
        #expect(watch.alarms.isEmpty)
        #expect(watch.disk("/d", free: 0, total: 0) == nil)
    }

    @Test("a clock that is set is told, one that is slewed is not")
    func clock() {
        var watch = HealthWatch()
        #expect(watch.clock(offset: .seconds(1_000)) == nil)
        #expect(watch.clock(offset: .milliseconds(1_000_500)) == nil)
        #expect(watch.clock(offset: .milliseconds(998_000))?.facts == ["step_ms": "-2500"])
        #expect(watch.clock(offset: .milliseconds(998_000)) == nil)
    }

    @Test("a feed is silent only in session, and told once")
    func feed() {
        var watch = HealthWatch()
        #expect(watch.feed("f", quiet: 100, limit: 60, isInSession: false) == nil)
        #expect(watch.feed("f", quiet: 59, limit: 60, isInSession: true) == nil)
        #expect(watch.feed("f", quiet: 60, limit: 60, isInSession: true)?.condition == "silent")
        #expect(watch.feed("f", quiet: 61, limit: 60, isInSession: true) == nil)
        #expect(watch.feed("f", quiet: 0, limit: 60, isInSession: true)?.condition == "heard")
        #expect(watch.feed("f", quiet: 1_000, limit: 0, isInSession: true) == nil)
    }

    @Test("a feed that is polled is failing at the third failure in a row, or at once when it is gone; told once")
    func failing() {
        var watch = HealthWatch()
        #expect(watch.feed("f", failures: 2, isOver: false, problem: "status 500") == nil)
        #expect(watch.feed("f", failures: 3, isOver: false, problem: "status 500")?.condition == "failing")
        #expect(watch.feed("f", failures: 4, isOver: false, problem: "status 502") == nil)
        #expect(watch.alarms.values.map { $0.contains("502") } == [true])
        #expect(watch.feed("f", failures: 0, isOver: false, problem: "")?.condition == "working")
        #expect(watch.alarms.isEmpty)
        #expect(watch.feed("g", failures: 0, isOver: true, problem: "gone")?.condition == "failing")
        watch.keep(feeds: ["f"])
        #expect(watch.alarms.isEmpty)
    }
}

@Suite("Lines of children")
struct ChildLinesTests {
    @Test("bytes become lines, however they come; a line without an end is cut")
    func assembles() {
        var lines = LineAssembler()
        #expect(lines.push(Array("a\nb".utf8)) == ["a"])
        #expect(lines.push(Array("c\n\n".utf8)) == ["bc", ""])
        #expect(lines.finish() == nil)
        let long = lines.push([UInt8](repeating: 65, count: LineAssembler.maximumBytes * 2 + 1))
        #expect(long.map(\.utf8.count) == [LineAssembler.maximumBytes, LineAssembler.maximumBytes])
        #expect(lines.finish() == "A")
        #expect(lines.push([0xFF, 0xFE, 10]) == ["\u{FFFD}\u{FFFD}"])
    }

    @Test("so many lines a second pass, and the others are counted")
    func gate() {
        var gate = LineGate(perSecond: 3)
        let passed = (0..<10).filter { _ in gate.admit(at: .zero) }.count
        #expect(passed == 3)
        #expect(gate.dropped(at: .milliseconds(999)) == 0)
        #expect(gate.dropped(at: .seconds(1)) == 7)
        #expect(gate.dropped(at: .seconds(1)) == 0)
        let next = gate.admit(at: .seconds(1))
        #expect(next)
    }

    @Test("the last lines are held, by number and by process")
    func ring() {
        var ring = LogRing(maximumLines: 4, maximumBytes: 100)
        for number in 1...10 { ring.append("line \(number)", of: number % 2 == 0 ? "even" : "odd") }
        #expect(ring.lines(from: 0, of: nil, limit: 2).lines.map(\.number) == [9, 10])
        let from = ring.lines(from: 3, of: "even", limit: 10)
        #expect(from.lines.map(\.text) == ["line 8", "line 10"])
        #expect(from.next == 11 && from.forgotten == 4)
        let first = ring.lines(from: 7, of: nil, limit: 1)
        #expect(first.lines.map(\.number) == [7] && first.next == 8)
        ring.append(String(repeating: "x", count: 200), of: "odd")
        #expect(ring.lines(from: 0, of: nil, limit: 9).lines.map(\.number) == [11])
    }
}

@Suite("Service manager")
struct ServiceManagerTests {
    /// A datagram socket as systemd's; an abstract name has a leading `@`.
    private final class Listener {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

        init(_ name: String) {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { path in
                path.copyBytes(from: Array(name.utf8))
                if name.hasPrefix("@") { path[0] = 0 }
            }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { #expect(bind(descriptor, $0, length) == 0) }
            }
        }

        deinit { close(descriptor) }

        var next: String? {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    @Test("says what sd_notify(3) asks for, to a path and to an abstract name", arguments: [false, true])
    func says(isAbstract: Bool) {
        let name = (isAbstract ? "@" : "/tmp/") + "epicenter-notify-\(getpid())-\(isAbstract)"
        defer { if !isAbstract { unlink(name) } }
        let listener = Listener(name)
        let manager = ServiceManager(
            environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "42"], pid: 42)
        manager.status("starting: a\nb")
        manager.status("starting: a\nb")
        manager.ready()
        manager.reloading(at: .seconds(3) + .microseconds(5))
        manager.stopping()
        #expect(listener.next == "STATUS=starting: a b")
        #expect(listener.next == "READY=1")
        #expect(listener.next == "RELOADING=1\nMONOTONIC_USEC=3000005")
        #expect(listener.next == "STOPPING=1")
        // At half of the time.
        #expect(manager.watchdog == .seconds(2))
        manager.turn(at: .zero)
        manager.turn(at: .milliseconds(999))
        #expect(listener.next == "WATCHDOG=1")
        #expect(listener.next == nil)
        manager.turn(at: .seconds(1))
        #expect(listener.next == "WATCHDOG=1")
    }

    @Test(
        "without a socket that can be one it says nothing, and a watchdog of another process is not ours",
        arguments: [
            [:], ["NOTIFY_SOCKET": ""], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/nobody/listens"],
            ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200), "WATCHDOG_USEC": "1000"],
            ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "41"],
            ["NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "soon"],
        ])
    func nobody(environment: [String: String]) {
        let manager = ServiceManager(environment: environment, pid: 42)
        #expect(manager.watchdog == nil)
        manager.ready()
        manager.turn(at: .zero)
    }
}
