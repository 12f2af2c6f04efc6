import EventLog
import Foundation
import Glibc
import TestKit
import Testing

/// The C subscriber of `docs/examples`, and what `docs/asyncapi.yaml` says, against the real processes.
@Suite(
    "Clients of others",
    .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"), .serialized,
    .timeLimit(.minutes(5)))
struct ExampleClientTests {
    private struct Body: Decodable { var id: String }

    private static func ids(_ text: Data) throws -> [String] {
        try text.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Body.self, from: $0).id }
    }

    private static func compile(into directory: TemporaryDirectory) throws -> String {
        let program = directory.path + "/subscribe"
        let made = try run(
            "/usr/bin/cc",
            [
                "-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-o", program,
                Binaries.root + "/docs/examples/c/subscribe.c", "-lzmq",
            ])
        try #require(made.status == 0, "\(made.errors)")
        return program
    }

    private static func start(_ program: String, _ arguments: [String], output: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        try process.run()
        return process
    }

    @Test("the subscriber in C, killed and started again while the publisher is too, has every alert, in order")
    func subscriberInC() throws {
        let bench = try PublishBench()
        let directory = TemporaryDirectory()
        let program = try Self.compile(into: directory)
        let replay = "ipc://\(bench.directory.path)/run/replay.sock"
        let place = directory.path + "/place"
        try bench.publish(3_000)
        let first = try Self.start(program, [replay, "--resume", place], output: bench.directory.path + "/first")
        #expect(bench.waitForOutput("first", bytes: 10_000))
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        bench.killPublisher()
        try bench.startPublisher()
        try bench.publish(3_000)
        let second = try Self.start(
            program, [replay, "--resume", place, "--until-idle", "8"], output: bench.directory.path + "/second")
        #expect(bench.waitForHead(4_000))
        bench.killPublisher()
        try bench.startPublisher()
        second.waitUntilExit()
        #expect(second.terminationStatus == 0)
        let logged = try bench.logged().map { try JSONDecoder().decode(Body.self, from: $0.body).id }
        #expect(logged.count == 6_000)
        let before = try Self.ids(Data(contentsOf: URL(fileURLWithPath: bench.directory.path + "/first")))
        let after = try Self.ids(Data(contentsOf: URL(fileURLWithPath: bench.directory.path + "/second")))
        // Killed between an alert and its place it has that one again.
        #expect(before + after == logged || before.dropLast() + after == logged)
    }

    @Test("the subscriber in C takes a prefix, and says what is wrong with its arguments")
    func subscriberInCOfATopic() throws {
        let bench = try PublishBench()
        let directory = TemporaryDirectory()
        let program = try Self.compile(into: directory)
        try bench.publish(200)
        #expect(bench.waitForHead(200))
        let wanted = try bench.logged { $0.hasPrefix("alert/shock/S1") }
        #expect(wanted.count > 1 && wanted.count < 200)
        let ended = try run(
            program,
            [
                "ipc://\(bench.directory.path)/run/replay.sock", "--prefix", "alert/shock/S1", "--count",
                "\(wanted.count)",
            ])
        #expect(ended.status == 0)
        #expect(Data(ended.output.utf8) == wanted.reduce(into: Data()) { $0 += $1.body + [UInt8(ascii: "\n")] })
        #expect(try run(program, []).status == 64)
        #expect(try run(program, ["ipc:///nowhere", "--wrong", "1"]).status == 64)
    }

    @Test("alerts, notices and acknowledgements are what the contracts say")
    func contracts() throws {
        let directory = TemporaryDirectory()
        let service = try Service("ingest: {recording: \(Binaries.recording), ticks: false}\n")
        let alerts = try epicenter(
            "subscribe", "--run", service.runDirectory, "--from", "1", "--count", "500", "--json")
        let notices = try epicenter(
            "subscribe", "--run", service.runDirectory, "--health", "--from", "1", "--count", "3", "--json")
        #expect(service.stop() == 0)
        // One that plays a recording takes no events.
        let live = try Service("")
        let acknowledged = try run(
            Python.path,
            [Binaries.root + "/Tests/Interop/contracts.py", "ipc://\(live.runDirectory)/producers.sock"])
        #expect(acknowledged.status == 0, "\(acknowledged.errors)")
        #expect(live.stop() == 0)
        var arguments = [Binaries.root + "/scripts/check-contracts"]
        for (name, text) in [
            ("alerts", alerts.output), ("notices", notices.output), ("acknowledgements", acknowledged.output),
        ] {
            let path = "\(directory.path)/\(name).jsonl"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            arguments += ["--\(name)", path]
        }
        let checked = try run(Python.path, arguments)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect(checked.output.contains("500 alerts, 3 notices, 1 acknowledgements, 0 problems"))
        // A check that takes anything proves nothing.
        let wrong = directory.path + "/wrong.jsonl"
        try #"{"specversion": "1.0"}"#.write(toFile: wrong, atomically: true, encoding: .utf8)
        #expect(try run(Python.path, [arguments[0], "--alerts", wrong]).status == 1)
    }
}
