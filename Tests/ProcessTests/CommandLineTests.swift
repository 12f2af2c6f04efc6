import EventLog
import Foundation
import Schema
import SwiftProtobuf
import TestKit
import Testing
import ZeroMQ

@Suite("Command line", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct CommandLineTests {
    let directory = TemporaryDirectory()

    @Test(
        "every command explains itself with an example",
        arguments: [
            "run", "replay", "subscribe", "status", "top", "start", "stop", "restart", "reload", "logs", "report",
            "inspect", "recover", "record", "merge", "filter", "export", "export csv", "export jsonl", "import",
            "digest", "config check", "keys", "keys new", "keys list", "keys allow", "keys revoke",
        ])
    func help(command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let ended = try run(Binaries.path("epicenter"), words + ["--help"])
        #expect(ended.status == 0)
        #expect(ended.output.contains("EXAMPLE"))
        #expect(ended.output.contains("USAGE: epicenter \(command)"))
    }

    @Test("every process prints its card, and can be started and stopped by its name")
    func cards() throws {
        let built = try FileManager.default.contentsOfDirectory(atPath: Binaries.path("."))
        // What is built for building and measuring.
        let tools = ["epicenter-bench", "epicenter-fuzz", "epicenter-misbehave", "epicenter-text-accuracy"]
        let processes = built.filter { $0.hasPrefix("epicenter-") && !$0.contains(".") && !tools.contains($0) }
        #expect(processes.count >= 8)
        for name in ["epicenterd"] + processes {
            let ended = try run(Binaries.path(name), ["--help"])
            #expect(ended.status == 0, "\(name)")
            for word in ["reads ", "writes ", "loses "] { #expect(ended.output.contains(word), "\(name)") }
        }
        for name in processes {
            let ended = try run(Binaries.path("epicenter"), ["stop", name, "--run", "/nowhere"])
            #expect(ended.status == 1 && ended.errors.contains("nobody answers"), "\(name): \(ended.errors)")
        }
    }

    @Test("what is found to be wrong after the arguments were read is told with the usage of its command")
    func usage() throws {
        let (labels, bars) = (directory.path + "/labels.csv", directory.path + "/bars.csv")
        try "date,symbol\n2024-01-02,AAA\n".write(toFile: labels, atomically: true, encoding: .utf8)
        try "date,symbol,open,high,low,close,volume\n2024-01-02,AAA,1,1,1,1,1\n"
            .write(toFile: bars, atomically: true, encoding: .utf8)
        let ended = try run(Binaries.path("epicenter"), ["evaluate", labels, bars, "--benchmark", "ZZZ"])
        #expect(ended.status == 64)
        #expect(ended.errors.contains("\"ZZZ\" is not in the bars, allowed are the 1 symbols in them"))
        #expect(ended.errors.contains("epicenter evaluate <labels>"), "\(ended.errors)")
    }

    @Test(
        "wrong arguments end with 64, what is not there with 1, and both say why",
        arguments: [
            (["replay", "/nowhere.mcap"], 1 as Int32, "/nowhere.mcap"),
            (["replay", "a.mcap", "--rate", "-3"], 64, "--rate"),
            (["replay", "a.mcap", "--show-from", "yesterday"], 64, "yesterday"),
            (["report", "X", "--data", "/nowhere"], 1, "/nowhere"),
            (["report"], 64, "name a shock"),
            (["digest"], 64, "Missing expected argument"),
            (["status", "--run", "/nowhere"], 1, "nobody answers"),
            (["import", "csv", "a.csv", "--settings", "s.yaml"], 64, "either --out or --into"),
            (["evaluate", "a.csv", "b.csv", "--benchmark", "X", "--budgets", ""], 64, "--budgets is empty"),
            (
                ["evaluate", "a.csv", "b.csv", "--benchmark", "X", "--picture", "/nowhere/x.svg"], 1,
                "/nowhere/x.svg.new: open failed: No such file or directory"
            ),
        ])
    func failures(arguments: [String], status: Int32, told: String) throws {
        let ended = try run(Binaries.path("epicenter"), arguments)
        #expect(ended.status == status, "\(ended)")
        #expect(ended.errors.contains(told), "\(ended.errors)")
    }

    @Test("overrides meant for the installed service do not reach a replay")
    func replayEnvironment() throws {
        let elsewhere = directory.path + "/elsewhere"
        let ended = try run(
            Binaries.path("epicenter"), ["replay", Binaries.recording, "--quiet", "--out", directory.path + "/r"],
            environment: ["EPICENTER_DATA_DIRECTORY": elsewhere])
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
        #expect(try LogIndex(reading: directory.path + "/r/alerts").head > 0)
    }

    @Test("a reader that goes away is no crash")
    func brokenPipe() throws {
        let command =
            "set -o pipefail; '\(Binaries.path("epicenter"))' inspect '\(Binaries.recording)' --print | head -1 >/dev/null"
        #expect(try run("/bin/bash", ["-c", command]).status == 0)
    }

    @Test("completion scripts are made for each shell", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) throws {
        let ended = try epicenter("--generate-completion-script", shell)
        #expect(ended.status == 0)
        #expect(ended.output.contains("epicenter"))
    }

    @Test("an import says which lines it refused and keeps the others")
    func importing() throws {
        let settings = directory.path + "/s.yaml"
        let csv = directory.path + "/b.csv"
        let out = directory.path + "/r.mcap"
        try BadInputTests.instruments.write(toFile: settings, atomically: true, encoding: .utf8)
        try "date,symbol,open,high,low,close,volume\n2025-01-02,AAA,1,2,1,2,0\n2025-01-03,BBB,1,2,1,2,0\n"
            .write(toFile: csv, atomically: true, encoding: .utf8)
        let ended = try epicenter("import", "csv", csv, "--settings", settings, "--out", out)
        #expect(ended.status == 1)
        #expect(ended.errors.contains("b.csv:3: symbol is \"BBB\""))
        let inspected = try epicenter("inspect", out, "--json")
        #expect(inspected.output.contains(#""market/Bars":{"messages":1,"records":1}"#), "\(inspected.output)")
        let again = try epicenter("import", "csv", csv, "--settings", settings, "--into", out)
        #expect(again.output.contains("1 duplicates dropped"), "\(again.output)")
    }

    @Test("an import without its settings or with wrong ones ends with 78")
    func settings() throws {
        let settings = directory.path + "/s.yaml"
        try "instruments: [{symbol: A, kind: house}]\nnonsense: 1".write(
            toFile: settings, atomically: true, encoding: .utf8)
        let ended = try epicenter("import", "csv", "x.csv", "--settings", settings, "--out", directory.path + "/r.mcap")
        #expect(ended.status == 78)
        #expect(ended.errors.contains("nonsense") && ended.errors.contains("house"), "\(ended.errors)")
    }

    @Test("the replay endpoint answers with marks and with what is open now")
    func snapshot() throws {
        let service = try Service("ingest: {recording: \(Binaries.recording), ticks: false}")
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil)
        var request = StreamRequest()
        request.version = 1
        request.snapshot.prefix = "alert/"
        let snapshot = try ask(service, request).snapshot
        request = StreamRequest()
        request.version = 1
        request.marks.prefix = "alert/shock/NVDA/"
        let marks = try ask(service, request).marks
        #expect(service.stop() == 0)
        // The reference: what the log itself says is pending or firing at its end.
        var live: [String: UInt64] = [:]
        var last = TopicMark()
        try LogIndex(reading: service.dataDirectory + "/alerts").forEachMessage { message in
            guard case .alertRecord(let alert) = message else { return true }
            let isLive = alert.state == .pending || alert.state == .firing
            live[alert.fingerprint] = isLive ? alert.sequence : nil
            if alert.topic == "alert/shock/NVDA/" {
                last.topicSequence = alert.topicSequence
                last.sequence = alert.sequence
            }
            return true
        }
        #expect(snapshot.sequences == live.values.sorted())
        #expect(!snapshot.sequences.isEmpty)
        #expect(marks.topics.map(\.topicSequence) == [last.topicSequence])
        #expect(marks.topics.map(\.sequence) == [last.sequence])
    }

    private func ask(_ service: Service, _ request: StreamRequest) throws -> StreamReply {
        var options = SocketOptions()
        options.receiveTimeout = .seconds(10)
        var socket = try Socket(Dealer.self, in: Context(), options: options)
        try socket.connect(to: Endpoint("ipc://\(service.runDirectory)/replay.sock"))
        let bytes: [UInt8] = try request.serializedBytes()
        guard try socket.send(bytes, wait: true) == .sent, let frame = try socket.receive() else {
            throw Unexpected("no reply")
        }
        return try frame.withBytes { try StreamReply(serializedBytes: $0) }
    }
}
