import EventLog
import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import Testing
import ZeroMQ

/// How a replay is controlled. Not parallel: each wants both cores.
@Suite(
    "Control of a replay", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct ReplayControlTests {
    let directory = TemporaryDirectory()
    private var out: String { directory.path + "/r" }

    private func alerts(_ path: String) throws -> [AlertRecord] {
        var found: [AlertRecord] = []
        try LogIndex(reading: path + "/alerts").forEachMessage { message in
            if case .alertRecord(let alert) = message { found.append(alert) }
            return true
        }
        return found
    }

    /// Record times of the shipped recording, by sequence from 1.
    private static func recordTimes() throws -> [UInt64] {
        var times: [UInt64] = []
        try LogIndex(reading: Binaries.recording).forEachMessage { message in
            times += (0..<message.count).map(message.recordTime(row:))
            return true
        }
        return times
    }

    // MARK: where it begins and ends

    @Test("from the middle it shows exactly the alerts of a whole replay from then on", arguments: ["max", "5000000"])
    func fromTheMiddle(rate: String) throws {
        let whole = directory.path + "/whole"
        #expect(try epicenter("replay", Binaries.recording, "--in-process", "--quiet", "--out", whole).status == 0)
        let from = try #require(RecordSpan.start("2025-01-27T15:00:00Z"))
        let first = try #require(Self.recordTimes().firstIndex { $0 >= from }).magnitude + 1
        let expected = try alerts(whole).filter { $0.cause.sequence >= first }
        #expect(!expected.isEmpty)
        let ended = try epicenter(
            "replay", Binaries.recording, "--from", "2025-01-27T15:00:00Z", "--rate", rate, "--json", "--out", out)
        #expect(ended.status == 0, "\(ended.errors)")
        let shown = ended.output.split(separator: "\n").map(String.init)
        #expect(shown == expected.map { String(decoding: $0.body, as: UTF8.self) })
        // The same sequences, bodies and times, those before included: nothing was judged without its history.
        #expect(try alerts(out) == alerts(whole))
    }

    @Test("it stops after --until, and what it said by then is what a whole replay said")
    func until() throws {
        let until = try #require(RecordSpan.end("2025-01-27"))
        let last = UInt64(try Self.recordTimes().filter { $0 <= until }.count)
        let ended = try epicenter("replay", Binaries.recording, "--until", "2025-01-27", "--quiet", "--out", out)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try LogIndex(reading: out + "/market").head == last)
        let whole = directory.path + "/whole"
        #expect(try epicenter("replay", Binaries.recording, "--in-process", "--quiet", "--out", whole).status == 0)
        #expect(try alerts(out) == alerts(whole).filter { $0.cause.sequence <= last })
    }

    @Test("a dry run says what would be played and starts nothing")
    func dryRun() throws {
        let ended = try epicenter(
            "replay", Binaries.recording, "--dry-run", "--from", "2025-01-27", "--until", "2025-01-27", "--rate",
            "3600",
            "--out", out)
        #expect(ended.status == 0)
        let from = try #require(RecordSpan.start("2025-01-27"))
        let until = try #require(RecordSpan.end("2025-01-27"))
        let times = try Self.recordTimes()
        let inside = times.filter { $0 >= from && $0 <= until }
        #expect(ended.output.contains("playing    \(inside.count) records"), "\(ended.output)")
        #expect(ended.output.contains("restoring  \(times.filter { $0 < from }.count) records"))
        #expect(ended.output.contains("market/Bars") && ended.output.contains("rate       3600: "))
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test("a filtered replay says so, and plays what was kept")
    func filtered() throws {
        let ended = try epicenter(
            "replay", Binaries.recording, "--exclude", "NewsItem", "--symbol", "NVDA", "--out", out)
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.contains("Filtered first (--symbol NVDA --exclude NewsItem)"))
        #expect(ended.output.contains("not those of the original"))
        var symbols: Set<String> = []
        try LogIndex(reading: out + "/market").forEachMessage { message in
            if case .instrumentDefinition(let definition) = message { symbols.insert(definition.symbol) }
            #expect(message.type != .newsItem)
            return true
        }
        #expect(symbols == ["NVDA", "SPY"])
        #expect(ended.output.contains("NVIDIA") || ended.output.contains("NVDA"), "it is still judged: \(ended.output)")
    }

    @Test("rounds say the same each time, until interrupted")
    func loop() throws {
        let reference = try ReplayTests.reference()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Binaries.path("epicenter"))
        process.arguments = ["replay", Binaries.recording, "--loop", "--quiet"]
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var output = ""
        while output.components(separatedBy: "Digest of alerts: \(reference)").count < 3 {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { break }
            output += String(decoding: data, as: UTF8.self)
        }
        Glibc.kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(output.contains("Round 1: ") && output.contains("Round 2: ") && output.contains(", as in round 1"))
    }

    // MARK: commands

    final class Remote {
        private var socket: Socket<Dealer>

        init(_ service: Service) throws {
            var options = SocketOptions()
            options.receiveTimeout = .seconds(10)
            var socket = try Socket(Dealer.self, in: Context(), options: options)
            try socket.connect(to: Endpoint("ipc://\(service.runDirectory)/player.sock"))
            self.socket = socket
        }

        func send(_ bytes: [UInt8]) throws { #expect(try socket.send(bytes, wait: true) == .sent) }

        func ask(_ bytes: [UInt8]) throws -> PlayerStatus {
            try send(bytes)
            guard let frame = try socket.receive() else { throw Unexpected("no reply") }
            return try frame.withBytes { try PlayerStatus(serializedBytes: $0) }
        }

        func ask(_ command: PlayerCommand.OneOf_Command) throws -> PlayerStatus {
            var message = PlayerCommand()
            message.command = command
            return try ask(message.serializedBytes())
        }

        /// Asks for the status until it is as expected.
        func wait(_ isReached: (PlayerStatus) -> Bool) throws -> PlayerStatus {
            let end = Date().addingTimeInterval(30)
            while true {
                let status = try ask(.status(AskPlayer()))
                if isReached(status) { return status }
                guard Date() < end else { throw Unexpected("it stayed at \(status)") }
            }
        }
    }

    private func rate(_ factor: Double, maximum: Bool = false) -> PlayerCommand.OneOf_Command {
        var rate = PlayerRate()
        rate.factor = factor
        rate.maximum = maximum
        return .rate(rate)
    }

    @Test("pause, step, rate and resume through the socket change nothing in alerts, and bad commands are refused")
    func commands() throws {
        let times = try Self.recordTimes()
        let from = try #require(RecordSpan.start("2025-01-27"))
        let before = try #require(times.firstIndex { $0 >= from })
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: 1, from: 2025-01-27, startPaused: true, ticks: false}")
        _ = try service.wait { $0.ready }
        let remote = try Remote(service)
        // What comes before was played at once, though it is paused.
        let held = try remote.wait { $0.state == .paused }
        #expect(held.sequence == UInt64(before))
        #expect(held.nextRecordTime == times[before])
        #expect(held.rate.factor == 1)

        // A step is all records of the next record time, and no more.
        var expected = before
        for _ in 0..<5 {
            let time = times[expected]
            while times[expected] == time { expected += 1 }
            _ = try remote.ask(.step(StepPlaying()))
            let status = try remote.wait { $0.sequence >= UInt64(expected) }
            #expect(status.sequence == UInt64(expected))
            #expect(status.recordTime == time && status.state == .paused)
        }

        // Bad commands are answered with why, counted, and change nothing.
        #expect(try remote.ask([0xFF, 0xFF]).refusal.contains("PlayerCommand"))
        #expect(try remote.ask([]).refusal.contains("none of status, pause"))
        #expect(try remote.ask(rate(0)).refusal.contains("above 0"))
        #expect(try remote.ask(rate(-.infinity)).refusal.contains("above 0"))
        #expect(try remote.ask(rate(5, maximum: true)).refused == 5)
        // Who sends more than a command is cut off, and others are served.
        try Remote(service).send([UInt8](repeating: 0, count: 100_000))
        let after = try Remote(service).wait { $0.refused == 5 }
        #expect(after.sequence == UInt64(expected) && after.state == .paused && after.rate.factor == 1)

        #expect(try remote.ask(.resume(ResumePlaying())).state == .playing)
        #expect(try remote.ask(.pause(PausePlaying())).state == .paused)
        #expect(try remote.ask(rate(0, maximum: true)).rate.maximum)
        _ = try remote.ask(.resume(ResumePlaying()))
        let done = try remote.wait { $0.state == .done }
        #expect(done.sequence == UInt64(times.count) && done.nextRecordTime == 0)
        // Record time stands at the last record, however fast it would go on.
        _ = try remote.ask(rate(1e12))
        #expect(try remote.ask(.status(AskPlayer())).time == done.recordTime)
        let ended = try service.wait {
            $0.watermark(of: "epicenter-publish") == UInt64(times.count)
                && $0.counter("epicenter-ingest", "commands_refused") == 5
        }
        #expect(ended != nil)
        #expect(service.stop() == 0)
        #expect(try service.digest() == ReplayTests.reference())
    }

    @Test("a player that is killed while paused goes on behind its log, as configured")
    func killed() throws {
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: max, from: 2025-01-27, startPaused: true, ticks: false}")
        _ = try service.wait { $0.ready }
        let remote = try Remote(service)
        let held = try remote.wait { $0.state == .paused }
        _ = try remote.ask(.step(StepPlaying()))
        let stepped = try remote.wait { $0.sequence > held.sequence }
        #expect(service.kill(stepped.pid))
        let again = try Remote(service)
        let status = try again.wait { $0.pid != stepped.pid && $0.state == .paused }
        #expect(status.nextRecordTime == stepped.nextRecordTime)
        _ = try again.ask(.resume(ResumePlaying()))
        _ = try again.wait { $0.state == .done }
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil)
        #expect(service.stop() == 0)
        #expect(try service.digest() == ReplayTests.reference())
    }

    // MARK: a terminal

    /// Presses keys in a terminal of its own, each when the screen shows what it waits for.
    private static let session = #"""
        import os, pty, re, select, sys, time
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(sys.argv[1], sys.argv[1:])
        screen = ""
        def wait(pattern):
            global screen
            end = time.time() + 60
            while time.time() < end:
                found = re.search(pattern, screen)
                if found:
                    screen = screen[found.end():]
                    return found
                if select.select([terminal], [], [], 1)[0]:
                    try: data = os.read(terminal, 65536)
                    except OSError: data = b""
                    if not data: break
                    screen += data.decode(errors="replace")
            sys.exit(f"never saw {pattern} in {screen[-2000:]!r}")
        wait("Keys: space pauses")
        for key in (b"n", b"\x1b[C", b"\x1bOC"):
            next = wait(r"paused  at \S+ \S+, next (\S+)T(\S+)Z").groups()
            os.write(terminal, key)
            wait(re.escape(f"paused  at {next[0]} {next[1]}Z"))
        os.write(terminal, b"\x1b[A")
        wait(r"paused  at .* rate 8000000")
        os.write(terminal, b"\x1b[B")
        wait(r"paused  at .* rate 4000000")
        os.write(terminal, b" ")
        wait(r"playing at ")
        os.write(terminal, b" ")
        wait(r"paused  at ")
        os.write(terminal, sys.stdin.buffer.read(1) or b" ")
        wait(r"Digest of alerts: [0-9a-f]{64}")
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """#

    @Test(
        "in a terminal it pauses, steps, changes its rate and resumes, and says the same as undisturbed",
        .enabled(if: Python.isHere, "no EPICENTER_PYTHON"))
    func terminal() throws {
        let ended = try run(
            Python.path,
            [
                "-c", Self.session, Binaries.path("epicenter"), "replay", Binaries.recording, "--rate", "4000000",
                "--from", "2024-12-01", "--start-paused", "--out", out,
            ])
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(try StreamDigest.of(LogIndex(reading: out + "/alerts")).hexadecimal == ReplayTests.reference())
    }
}

/// Arguments that cannot be, with what is said of them.
@Suite("Wrong arguments of replay and filter", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct ReplayArgumentTests {
    @Test(
        "each ends with 64 and says what is allowed",
        arguments: [
            (["replay", "--rate", "0"], "\"max\" or a number above 0"),
            (["replay", "--rate", "fast"], "\"max\" or a number above 0"),
            (["replay", "--from", "monday"], "allowed is a date (2025-01-27) or an RFC 3339 time"),
            (["replay", "--until", "9999-01-01"], "1970 until before 2200"),
            (["replay", "--show-from", "9999-01-01"], "allowed is a date"),
            (["replay", "--duration", "1y"], "such as 90s, 6h or 7d"),
            (["replay", "--duration", "1h", "--until", "2025-01-27"], "--until or --duration"),
            (["replay", "--from", "2025-02-01", "--until", "2025-01-01"], "--from is after --until"),
            (["replay", "--topic", "Bananas"], "allowed is one of Bars, Trades"),
            (["replay", "--exclude", "market/X"], "allowed is a symbol, or one of Bars"),
            (["replay", "--symbol", "NOPE", "--dry-run"], "there are AAPL"),
            (["replay", "--from", "2031-01-01"], "has no record in that span of time; it has 2022-10-01"),
            (["replay", "--loop", "--out", "/nowhere"], "leave out --out or --loop"),
            (["replay", "--in-process", "--rate", "5"], "leave it out, or --rate"),
            (["filter", "--out", "/nowhere/x.mcap", "--compression", "rar"], "zstd"),
            (["filter"], "--out"),
            (["filter", "--out", Binaries.recording], "the recording itself"),
        ])
    func wrong(arguments: [String], told: String) throws {
        let ended = try run(
            Binaries.path("epicenter"), [arguments[0], Binaries.recording] + arguments.dropFirst())
        #expect(ended.status == 64, "\(ended)")
        #expect(ended.errors.contains(told), "\(ended.errors)")
    }

    @Test("a filtered copy shows where its records come from, and one of a copy still says the first origin")
    func origins() throws {
        let directory = TemporaryDirectory()
        let (copy, second) = (directory.path + "/a.mcap", directory.path + "/b.mcap")
        #expect(try epicenter("filter", Binaries.recording, "--out", copy, "--topic", "NewsItem").status == 0)
        #expect(
            try epicenter("filter", copy, "--out", second, "--from", "2025-01-27", "--compression", "lz4").status == 0)
        var news: [UInt64: NewsItem] = [:]
        try LogIndex(reading: Binaries.recording).forEachMessage { message in
            if case .newsItem(let item) = message { news[item.sequence] = item }
            return true
        }
        let origin = try #require(try RecordingOrigin.read(second))
        var seen = 0
        try LogIndex(reading: second).forEachMessage { message in
            guard case .newsItem(var item) = message else { return true }
            let first = origin.origin(of: item.sequence) ?? 0
            item.sequence = first
            #expect(news[first] == item)
            seen += 1
            return true
        }
        #expect(seen > 0)
        let printed = try epicenter("inspect", second, "--origin").output
        #expect(printed.hasPrefix("first,origin,count\n1,"))
        #expect(try epicenter("inspect", second).output.contains("--topic NewsItem, then --from 2025-01-27T00:00:00Z"))
        #expect(try epicenter("inspect", Binaries.recording, "--origin").status == 1)
    }
}
