import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

/// The dashboard under a real `epicenterd`, in Debian's chromium (`Tests/Interop/browser.py`).
@Suite(
    "The dashboard",
    .enabled(
        if: Binaries.areHere && Python.isHere && FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium"),
        "no EPICENTER_BIN, EPICENTER_PYTHON or chromium"), .serialized)
struct DashboardTests {
    /// A tab, and what it says of itself.
    private final class Tab {
        struct State: Decodable, Equatable {
            var loaded: String?
            var rows: [String]?
            var said: String?
            var connected: String?
            var focus: String?
            var typed: String?
            var error: String?
            var errors: [String]?
        }
        private let process = Process()
        private let output: String
        private let input = Pipe()
        let directory = TemporaryDirectory()

        init(_ arguments: String...) throws {
            output = directory.path + "/said"
            _ = FileManager.default.createFile(atPath: output, contents: nil)
            process.executableURL = URL(fileURLWithPath: Python.path)
            process.arguments =
                [Binaries.root + "/Tests/Interop/browser.py", arguments[0], arguments[1], directory.path]
                + arguments.dropFirst(2)
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
            process.standardInput = input
            try process.run()
        }

        var states: [State] {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(State.self, from: Data($0.utf8)) }
        }

        /// The first state from `from` on that is as wanted.
        func wait(_ seconds: Double = 60, from: Int = 0, until isReached: (State) -> Bool) -> (Int, State)? {
            let end = Date().addingTimeInterval(seconds)
            while Date() < end {
                for (place, state) in states.enumerated() where place >= from && isReached(state) {
                    return (place, state)
                }
                usleep(20_000)
            }
            return nil
        }

        /// Runs a line in the page.
        func run(_ script: String) { input.fileHandleForWriting.write(Data((script + "\n").utf8)) }

        /// Closes it.
        ///
        /// - Returns: What the console said that is no refused connection.
        func end() -> [String]? {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
            return states.last?.errors
        }

        deinit { if process.isRunning { _ = Glibc.kill(process.processIdentifier, SIGTERM) } }
    }

    @Test("it loads, changes when alerts come, survives its own death and the service's, and has no error")
    func live() throws {
        let port = NotifyTests.freePort()
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: max, until: 2025-01-27, startPaused: true, ticks: false}\n"
                + "dashboard: {listen: \"127.0.0.1:\(port)\"}\n")
        #expect(try service.wait { $0.ready } != nil, "\(service.log)")
        let tab = try Tab("watch", "http://127.0.0.1:\(port)/")
        let first = try #require(tab.wait { $0.connected == "yes" }, "\(service.log)")
        #expect(first.1.rows == [])
        // What somebody types, and where he is, stays when the list changes.
        tab.run("document.getElementById('q').focus(); document.getElementById('q').value = 'half a wo'")
        let typed = try #require(tab.wait { $0.typed == "half a wo" && $0.focus == "q" })
        let remote = try ReplayControlTests.Remote(service)
        _ = try remote.wait { $0.state == .paused }
        _ = try remote.ask(.resume(ResumePlaying()))
        let filled = try #require(
            tab.wait(from: typed.0) { ($0.rows ?? []).contains("NVDA firing") && $0.said?.isEmpty == false },
            "\(tab.states) \(service.log)")
        #expect(filled.1.typed == "half a wo" && filled.1.focus == "q")
        let done = try #require(
            try service.wait { status in
                let alerts = status.children.first { $0.process == "epicenter-publish" }?.heartbeat.streams.first
                let shown = status.children.first { $0.process == "epicenter-dashboard" }?.heartbeat.inputs.first
                return (alerts?.head ?? 0) > 0 && shown?.head == alerts?.head
            })
        #expect(done.counter("epicenter-dashboard", "browsers") == 1)
        // Killed as a crash does: the tab says so, and goes on by itself.
        #expect(service.kill(try #require(try service.pid(of: "epicenter-dashboard"))))
        let lost = try #require(tab.wait(from: filled.0) { $0.connected == "no" })
        let back = try #require(tab.wait(from: lost.0) { $0.connected == "yes" }, "\(service.log)")
        #expect(back.1.rows?.contains("NVDA firing") == true)
        // The whole service.
        service.crash()
        let gone = try #require(tab.wait(from: back.0) { $0.connected == "no" })
        try service.configure(
            "ingest: {recording: \(Binaries.recording), rate: max, ticks: false}\n"
                + "dashboard: {listen: \"127.0.0.1:\(port)\"}\n")
        try service.start()
        // It goes on with what comes after: by the end the shock is over.
        let over = tab.wait(120, from: gone.0) { $0.connected == "yes" && $0.rows?.contains("NVDA resolved") == true }
        #expect(over != nil, "\(tab.states.last as Any) \(service.log)")
        #expect(tab.end() == [])
        #expect(service.stop() == 0, "\(service.log)")
    }

    @Test("nothing is cut, too faint or wrong: each page at 360 and 1280 points, light and dark, in both languages")
    func pictures() throws {
        struct Result: Decodable {
            var pictures: Int?
            var misfits: Int?
            var errors: [String]?
        }
        let port = NotifyTests.freePort()
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: max, ticks: false}\n"
                + "dashboard: {listen: \"127.0.0.1:\(port)\"}\n")
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait(120) { $0.watermark(of: "epicenter-publish") >= head } != nil, "\(service.log)")
        let kept = ProcessInfo.processInfo.environment["EPICENTER_PICTURES"]
        let directory = TemporaryDirectory()
        let ended = try run(
            Python.path,
            [
                Binaries.root + "/Tests/Interop/browser.py", "pictures", "http://127.0.0.1:\(port)",
                kept ?? directory.path, "NVDA/2025-01-27",
            ])
        let last = try #require(ended.output.split(separator: "\n").last, "\(ended.errors)")
        let result = try JSONDecoder().decode(Result.self, from: Data(last.utf8))
        #expect(result.pictures == 32)
        #expect(result.misfits == 0, "\(ended.output)")
        #expect(result.errors == [], "\(ended.output)")
        #expect(service.stop() == 0)
    }

    @Test(
        "off the loopback only with a token; on it under its own name; nothing but reading; a slow browser alone is dropped"
    )
    func guarded() throws {
        let port = NotifyTests.freePort()
        let directory = TemporaryDirectory()
        let token = "0123456789abcdef0123"
        _ = FileManager.default.createFile(
            atPath: directory.path + "/token", contents: Data(token.utf8), attributes: [.posixPermissions: 0o600])
        let service = try Service(
            "ingest: {ticks: false}\n"
                + "dashboard: {listen: \"127.0.0.1:\(port)\", tokenFile: \(directory.path)/token}\n")
        #expect(try service.wait { $0.ready } != nil, "\(service.log)")
        let ended = try run(
            Python.path, [Binaries.root + "/Tests/Interop/dashboard_requests.py", "\(port)", token])
        #expect(ended.status == 0, "\(ended.output) \(ended.errors) \(service.log)")
        #expect(service.stop() == 0, "\(service.log)")
    }
}
