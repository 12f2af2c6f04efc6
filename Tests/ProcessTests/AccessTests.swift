import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing
import ZeroMQ

/// CURVE with the real binaries, and pyzmq on the other side.
@Suite(
    "Who gets in", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"), .serialized,
    .timeLimit(.minutes(5)))
struct AccessTests {
    /// A directory of keys: the server's, one that is let in, and a stranger's.
    private final class Ring {
        let directory = TemporaryDirectory()
        var path: String { directory.path + "/keys" }

        init() throws {
            for name in ["server", "desk", "feed", "stranger"] {
                #expect(try epicenter("keys", "new", name, "--directory", path).status == 0)
            }
            #expect(
                try epicenter("keys", "allow", file("desk.pub"), "--only", "subscribe", "--directory", path).status == 0
            )
            #expect(
                try epicenter("keys", "allow", file("feed.pub"), "--only", "produce", "--directory", path).status == 0)
        }

        func file(_ name: String) -> String { path + "/" + name }
        func yaml(_ more: String) -> String { "security: {directory: \(path), serverKey: server}\n\(more)" }
        func curve(_ name: String) -> [String] { ["curve", file("\(name).secret"), file("server.pub")] }
    }

    private func freePort() throws -> UInt16 {
        var socket = try Socket(Pull.self, in: Context())
        let used = try socket.bind(to: Endpoint("tcp://127.0.0.1:*"))
        return try #require(used.address.split(separator: ":").last.flatMap { UInt16($0) })
    }

    private func knock(_ arguments: [String]) throws -> Ended {
        try run(Python.path, [Binaries.root + "/Tests/Interop/knock.py"] + arguments)
    }

    private func line(of pipe: Pipe) throws -> String {
        var text = ""
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) {
            text += String(decoding: byte, as: UTF8.self)
        }
        return text
    }

    @Test("who is refused receives no byte and is counted; who is let in receives alerts and replay")
    func subscribers() throws {
        let ring = try Ring()
        let (alerts, replay) = (try freePort(), try freePort())
        let service = try Service(
            ring.yaml(
                """
                ingest: {recording: \(Binaries.recording), rate: 4000000, ticks: false}
                publish: {alerts: "tcp://0.0.0.0:\(alerts)", replay: "tcp://0.0.0.0:\(replay)"}
                """))
        let endpoints = ["tcp://127.0.0.1:\(alerts)", "tcp://127.0.0.1:\(replay)"]
        let out = ring.directory.path + "/out"
        let collector = Process()
        collector.executableURL = URL(fileURLWithPath: Python.path)
        collector.arguments =
            [Binaries.root + "/Tests/Interop/collect.py"] + endpoints + [
                out, "--idle", "15", "--key", ring.file("desk.secret"), "--server-key", ring.file("server.pub"),
            ]
        try collector.run()
        let head = try LogIndex(reading: Binaries.recording).head
        #expect(try service.wait(120) { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")

        for (role, endpoint) in [("SUB", endpoints[0]), ("DEALER", endpoints[1])] {
            for who in [["null"], ["plain"], ring.curve("stranger"), ring.curve("feed")] {
                let ended = try knock([role, endpoint] + who)
                #expect(ended.status == 0 && ended.output == "0\n", "\(who) \(ended)")
            }
            #expect(try Int(knock([role, endpoint] + ring.curve("desk")).output.dropLast()) ?? 0 > 0)
        }
        let status = try service.wait {
            $0.counter("epicenter-publish", "peers_refused_unknown_key") >= 2
                && $0.counter("epicenter-publish", "peers_refused_other_domain") >= 2
                && $0.counter("epicenter-publish", "peers_refused_handshake") >= 4
        }
        #expect(status?.counter("epicenter-publish", "peers_admitted") == 4)
        #expect(status?.counter("epicenter-publish", "peers_refused") ?? 0 >= 8)
        let told = try epicenter("status", "--run", service.runDirectory).output
        // Whether libzmq names the mechanism or the broken connection depends on who closed first.
        #expect(told.contains("peers_refused") && told.contains("(handshake)"), "\(told)")

        let ours = ["--alerts", endpoints[0], "--replay", endpoints[1], "--from", "1", "--count", "3"]
        let key = ["--key", ring.file("desk.secret"), "--server-key", ring.file("server.pub")]
        let listed = try run(Binaries.path("epicenter"), ["subscribe"] + ours + key)
        #expect(listed.status == 0 && listed.output.split(separator: "\n").count == 3, "\(listed)")
        let refused = try run(
            Binaries.path("epicenter"),
            ["subscribe", "--alerts", endpoints[0], "--key", ring.file("stranger.secret")] + key.suffix(2))
        #expect(refused.status == 1 && refused.errors.contains("does not let this key in"), "\(refused)")

        collector.waitUntilExit()
        #expect(collector.terminationStatus == 0)
        #expect(service.stop() == 0)
        let received = try Data(contentsOf: URL(fileURLWithPath: out))
        var logged = Data()
        try LogIndex(reading: service.dataDirectory + "/alerts").forEachMessage { message in
            guard case .alertRecord(let alert) = message else { return true }
            withUnsafeBytes(of: alert.sequence.littleEndian) { logged.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(alert.body.count).littleEndian) { logged.append(contentsOf: $0) }
            logged.append(alert.body)
            return true
        }
        #expect(received == logged && logged.count > 100_000)
    }

    @Test("a key that is revoked is cut off from the running service, and one that is added gets in")
    func revoking() throws {
        let ring = try Ring()
        let port = try freePort()
        let service = try Service(
            ring.yaml(
                "ingest: {ticks: false}\npublish: {alerts: \"tcp://0.0.0.0:\(port)\"}\n" + BadInputTests.instruments))
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let endpoint = "tcp://127.0.0.1:\(port)"
        let watcher = Process()
        let (commands, answers) = (Pipe(), Pipe())
        watcher.executableURL = URL(fileURLWithPath: Python.path)
        watcher.arguments =
            [Binaries.root + "/Tests/Interop/knock.py", "SUB", endpoint] + ring.curve("desk") + [
                "--watch", "--seconds", "4",
            ]
        watcher.standardInput = commands
        watcher.standardOutput = answers
        try watcher.run()
        #expect(try line(of: answers) == "in")
        #expect(try epicenter("keys", "revoke", "desk", "--directory", ring.path).status == 0)
        #expect(try epicenter("keys", "allow", ring.file("stranger.pub"), "--directory", ring.path).status == 0)
        try commands.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        // Heartbeats come each second: four of them do not.
        #expect(try line(of: answers) == "0")
        watcher.waitUntilExit()
        #expect(try knock(["SUB", endpoint] + ring.curve("desk")).output == "0\n")
        #expect(try Int(knock(["SUB", endpoint] + ring.curve("stranger")).output.dropLast()) ?? 0 > 0)
        // Without a list nobody gets in.
        unlink(ring.file("allow"))
        #expect(try knock(["SUB", endpoint] + ring.curve("stranger")).output == "0\n")
        #expect(
            try service.wait { $0.counter("epicenter-publish", "peers_refused_no_list") > 0 } != nil, "\(service.log)")
        #expect(service.log.contains("nobody is let in"))
        #expect(service.stop() == 0)
    }

    @Test("producers off the loopback: only keys for producing, and nothing of the others enters the stream")
    func producers() throws {
        let ring = try Ring()
        let (producers, pull) = (try freePort(), try freePort())
        let service = try Service(
            ring.yaml(
                """
                ingest: {ticks: false, producers: "tcp://0.0.0.0:\(producers)", pull: "tcp://0.0.0.0:\(pull)"}

                """ + BadInputTests.instruments))
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let trade = #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":1}"#
        func batch(_ name: String) -> [String] {
            ["--send", #"{"producer":"\#(name)","producer_sequence":1,"events":[\#(trade)]}"#]
        }
        for who in [["null"], ["plain"], ring.curve("stranger"), ring.curve("desk")] {
            #expect(try knock(["DEALER", "tcp://127.0.0.1:\(producers)"] + who + batch("x")).output == "0\n")
            _ = try knock(["PUSH", "tcp://127.0.0.1:\(pull)"] + who + batch("y"))
        }
        #expect(
            try knock(["DEALER", "tcp://127.0.0.1:\(producers)"] + ring.curve("feed") + batch("good")).output == "1\n")
        _ = try knock(["PUSH", "tcp://127.0.0.1:\(pull)"] + ring.curve("feed") + batch("pushed"))
        let status = try service.wait { $0.counter("epicenter-ingest", "peers_refused") >= 8 }
        #expect(status?.counter("epicenter-ingest", "peers_admitted") == 2)
        #expect(service.stop() == 0)
        var names: [String] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .producerMark(let mark) = message { names.append(mark.producer) }
            return true
        }
        #expect(names.sorted() == ["good", "pushed"])
    }

    @Test("the configuration check says which endpoint needs what, and how to make it")
    func configuration() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/e.yaml"
        func check(_ yaml: String) throws -> Ended {
            try yaml.write(toFile: path, atomically: true, encoding: .utf8)
            return try epicenter("config", "check", path)
        }
        let open = try check("publish: {alerts: \"tcp://0.0.0.0:5556\"}")
        #expect(open.status == 78)
        #expect(open.errors.contains("publish.alerts is \"tcp://0.0.0.0:5556\""), "\(open.errors)")
        #expect(open.errors.contains("epicenter keys new server"))
        let guarded =
            "publish: {alerts: \"tcp://0.0.0.0:5556\"}\nsecurity: {serverKey: server, directory: \(directory.path)/k}"
        let keyless = try check(guarded)
        #expect(keyless.status == 78 && keyless.errors.contains("/k/server.secret"), "\(keyless.errors)")
        let made = try epicenter("keys", "new", "server", "--config", path)
        #expect(made.status == 0 && made.output.count == 41)
        #expect(try check(guarded).status == 0)
        #expect(try epicenter("keys", "new", "server", "--config", path).status == 78)
        #expect(try epicenter("keys", "list", "--config", path).status == 78)
        let key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
        #expect(try epicenter("keys", "allow", key, "--name", "desk", "--config", path).status == 0)
        #expect(try epicenter("keys", "allow", key, "--config", path).status == 78)
        let listed = try epicenter("keys", "list", "--config", path)
        #expect(listed.status == 0 && listed.output.contains("allow \(key)  desk  subscribe produce"), "\(listed)")
        #expect(listed.output.contains("own   \(made.output.dropLast())  server"))
        #expect(try epicenter("keys", "revoke", "desk", "--config", path).status == 0)
        #expect(try epicenter("keys", "revoke", "desk", "--config", path).status == 1)
        #expect(try epicenter("keys", "new", "../x", "--config", path).status == 78)
    }
}
