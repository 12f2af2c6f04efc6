import EventLog
import Foundation
import Glibc
import Schema
import TestKit
import Testing

private let managerPath = "/usr/bin/prometheus-alertmanager"
private let secret = "not a secret"

/// `epicenter-notify` under a real `epicenterd`, with the shipped recording, a webhook receiver that misbehaves
/// (`Tests/Interop/webhook.py`) and Debian's Alertmanager.
@Suite(
    "Telling people", .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"),
    .serialized)
struct NotifyTests {
    /// One request as the receiver saw it.
    private struct Request: Decodable {
        var path: String
        var key: String
        var valid: Bool
        var status: String
        var group: String
        var alerts: [[String]]
        /// 0: it was read and is not answered yet.
        var answer: Int
    }

    private struct Receiver {
        let server: PythonServer
        var directory: TemporaryDirectory { server.directory }
        var port: Int { server.port }
        var secretFile: String { directory.path + "/secret" }

        init() throws {
            let directory = TemporaryDirectory()
            _ = FileManager.default.createFile(
                atPath: directory.path + "/secret", contents: Data((secret + "\n").utf8),
                attributes: [.posixPermissions: 0o600])
            server = try PythonServer("webhook.py", [secret], in: directory)
        }

        /// Requests of a path; with their answers where `answered`, else as they arrived.
        func requests(_ path: String, answered: Bool = false) -> [Request] {
            server.lines.compactMap { try? JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
                .filter { $0.path == path && ($0.answer == 0) != answered }
        }

        func release() { _ = FileManager.default.createFile(atPath: directory.path + "/release", contents: nil) }
    }

    private static func ingest(until: String? = nil) -> String {
        let until = until.map { ", until: \($0)" } ?? ""
        return "ingest: {recording: \(Binaries.recording)\(until), ticks: false}\n"
    }

    /// The recording's last sequence.
    private static func end() throws -> UInt64 { try LogIndex(reading: Binaries.recording).head }

    /// The section, everything told by one route.
    private static func notify(
        _ sinks: [String], route: String = "groupBy: [shock], waitSeconds: 0, intervalSeconds: 0"
    )
        -> String
    {
        let names = sinks.indices.map { "s\($0)" }
        let lines = zip(names, sinks).map { "    - {name: \($0), \($1)}" }.joined(separator: "\n")
        return """
            notify:
              history: true
              sinks:
            \(lines)
              routes:
                - {sinks: [\(names.joined(separator: ", "))], \(route)}

            """
    }

    private static func sink(_ status: ServiceStatus, _ name: String) -> SinkStatus? {
        status.children.first { $0.process == "epicenter-notify" }?.heartbeat.sinks.first { $0.sink == name }
    }

    /// Whether `epicenter-notify` has read all alerts of a recording that was played to its end.
    private static func hasRead(_ status: ServiceStatus, _ head: UInt64) -> Bool {
        let alerts = status.children.first { $0.process == "epicenter-publish" }?.heartbeat.streams.first
        let notify = status.children.first { $0.process == "epicenter-notify" }
        return (alerts?.watermark ?? 0) >= head && notify?.state == .ready
            && notify?.heartbeat.inputs.first?.head == alerts?.head
            && status.counter("epicenter-notify", "groups_due") == 0
    }

    /// What must be told of a stream where nothing waits: beginnings that no wider alert keeps back, and their ends;
    /// and what outlives the wider alert that kept it back. Of claims each status.
    private static func expected(_ directory: String) throws -> Set<[String]> {
        struct Body: Decodable {
            struct Content: Decodable {
                var kind: String
                var partOf: [String]?
            }
            var data: Content
        }
        var live: [String: (id: String, wider: [String])] = [:]
        var told: Set<String> = []
        var made: Set<[String]> = []
        try LogIndex(reading: directory).forEachMessage { message in
            guard case .alertRecord(let alert) = message else { return true }
            let id = "\(alert.fingerprint)/\(alert.revision)"
            switch alert.state {
            case .firing:
                let data = try JSONDecoder().decode(Body.self, from: alert.body).data
                if data.kind == "claim" {
                    told.insert(alert.fingerprint)
                    made.insert([id, "firing"])
                    return true
                }
                let wider = data.partOf ?? []
                live[alert.fingerprint] = (id, wider)
                if !wider.contains(where: { live[$0] != nil }), told.insert(alert.fingerprint).inserted {
                    made.insert([id, "firing"])
                }
            case .resolved:
                live[alert.fingerprint] = nil
                if told.remove(alert.fingerprint) != nil { made.insert([id, "resolved"]) }
            default: break
            }
            return true
        }
        for (fingerprint, alert) in live where !told.contains(fingerprint) {
            if !alert.wider.contains(where: { live[$0] != nil }) { made.insert([alert.id, "firing"]) }
        }
        return made
    }

    private static func fileAlerts(_ path: String) throws -> [[String]] {
        struct Line: Decodable {
            struct Alert: Decodable {
                var id: String
                var status: String
            }
            var key: String
            var alerts: [Alert]
        }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").flatMap { line in
            try JSONDecoder().decode(Line.self, from: Data(line.utf8)).alerts.map { [$0.id, $0.status] }
        }
    }

    @Test(
        "a sink that hangs, fails or is gone holds up no other; what is given up is a dead letter, signatures are right"
    )
    func sinks() throws {
        let end = try Self.end()
        let receiver = try Receiver()
        let file = receiver.directory.path + "/alerts.jsonl"
        let url = "http://127.0.0.1:\(receiver.port)"
        let service = try Service(
            Self.ingest()
                + Self.notify([
                    "type: file, path: \(file)",
                    "type: webhook, url: \(url)/flaky, secretFile: \(receiver.secretFile), timeoutSeconds: 1",
                    "type: webhook, url: \(url)/gone",
                    "type: webhook, url: \(url)/hang, timeoutSeconds: 600, queue: 3",
                ]))
        // The file is done while one webhook hangs and another is tried again.
        let first = try service.wait { status in
            status.counter("epicenter-notify", "alerts_routed") > 1_000 && Self.sink(status, "s0")?.waiting == 0
                && Self.hasRead(status, end)
        }
        #expect(first != nil, "\(service.log)")
        #expect(receiver.requests("/hang").count == 1)
        let done = try service.wait(120) { status in
            Self.hasRead(status, end) && ["s0", "s1", "s2"].allSatisfy { Self.sink(status, $0)?.waiting == 0 }
        }
        let status = try #require(done, "\(service.log)")
        let told = try Self.fileAlerts(file)
        #expect(try Set(told) == Self.expected(service.dataDirectory + "/alerts"))
        #expect(Set(told).count == told.count, "each once")
        let taken = receiver.requests("/flaky", answered: true).filter { $0.answer == 200 }
        #expect(taken.allSatisfy { $0.valid })
        #expect(taken.flatMap(\.alerts) == told)
        let flaky = receiver.requests("/flaky")
        #expect(Set(flaky.prefix(4).map(\.key)).count == 1, "the same key each time")
        #expect(Self.sink(status, "s1")?.failed == 3)
        let gone = try #require(Self.sink(status, "s2"))
        #expect(gone.deadLetters == gone.failed)
        #expect(gone.deadLetters == UInt64(Set(taken.map(\.key)).count))
        let notes = service.dataDirectory + "/notify/"
        let letters = try String(contentsOfFile: notes + "s2.dead.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(UInt64(letters.count) == gone.deadLetters)
        #expect(letters.first?.contains(#""reason":"status 404""#) == true)
        #expect(Self.sink(status, "s3")?.waiting == 3)
        #expect(service.log.contains("sink fails"))
        receiver.release()
        #expect(try service.wait { Self.sink($0, "s3")?.waiting == 0 } != nil)
        #expect(service.stop() == 0, "\(service.log)")
        print("Telling people: \(told.count) alerts in \(Set(taken.map(\.key)).count) deliveries to each of four sinks")
    }

    @Test("killed between a delivery and its acknowledgement it sends it again under the same key, and loses nothing")
    func killed() throws {
        let end = try Self.end()
        let receiver = try Receiver()
        let file = receiver.directory.path + "/alerts.jsonl"
        let url = "http://127.0.0.1:\(receiver.port)"
        let service = try Service(
            "service: {maximumDeaths: 1000}\n" + Self.ingest()
                + Self.notify(["type: webhook, url: \(url)/hang, timeoutSeconds: 600", "type: file, path: \(file)"]))
        var random = SeededGenerator(for: "Telling people, killed", default: 20_250_127)
        var kills = 0
        for round in 0..<6 {
            // Each time it has been read by the receiver, which has not answered.
            #expect(try service.wait { _ in receiver.requests("/hang").count > round } != nil, "\(service.log)")
            usleep(UInt32(random.next() % 200_000))
            guard let pid = Service.children(of: service.process.processIdentifier)["epicenter-notify"] else {
                continue
            }
            if service.kill(pid) { kills += 1 }
        }
        #expect(kills == 6)
        #expect(Set(receiver.requests("/hang").map(\.key)).count == 1)
        receiver.release()
        let done = try service.wait(120) { status in
            Self.hasRead(status, end) && status.counter("epicenter-notify", "deliveries_waiting") == 0
                && (Self.sink(status, "s0")?.delivered ?? 0) > 50
        }
        #expect(done != nil, "\(service.log)")
        #expect(service.stop() == 0)
        var byKey: [String: [[String]]] = [:]
        for request in receiver.requests("/hang") {
            if let before = byKey[request.key] { #expect(before == request.alerts) }
            byKey[request.key] = request.alerts
        }
        let told = byKey.values.flatMap { $0 }
        #expect(Set(told).count == told.count, "an alert is under one key")
        #expect(try Set(Self.fileAlerts(file)) == Set(told), "both sinks were told the same")
        #expect(try Set(told) == Self.expected(service.dataDirectory + "/alerts"), "nothing was missed")
    }

    // MARK: Alertmanager

    static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, size) == 0, getsockname(descriptor, generic, &size) == 0 else {
                    return 0
                }
                return 0
            }
        } + Int(UInt16(bigEndian: address.sin_port))
    }

    private static func fetch(_ url: String, token: String = "") throws -> (status: Int, body: String) {
        let script = """
            import sys, urllib.request, urllib.error
            request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]} if sys.argv[2] else {})
            try:
                answer = urllib.request.urlopen(request, timeout=10)
            except urllib.error.HTTPError as error:
                answer = error
            except OSError:
                print(0)
                sys.exit()
            print(answer.status)
            sys.stdout.write(answer.read().decode())
            """
        let ended = try run(Python.path, ["-c", script, url, token])
        let parts = ended.output.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (Int(parts.first ?? "") ?? 0, parts.count > 1 ? String(parts[1]) : "")
    }

    /// Subjects of the alerts that are active.
    private static func active(_ port: Int) throws -> [String] {
        struct Alert: Decodable { var labels: [String: String] }
        let answer = try fetch("http://127.0.0.1:\(port)/api/v2/alerts?active=true")
        guard answer.status == 200 else { return [] }
        return try JSONDecoder().decode([Alert].self, from: Data(answer.body.utf8)).map { $0.labels["subject"] ?? "" }
            .sorted()
    }

    @Test(
        "Alertmanager: grouped, inhibited, told once over a crash and a restart, and resolved",
        .enabled(if: FileManager.default.isExecutableFile(atPath: managerPath), "scripts/setup --tests was not run"))
    func alertmanager() throws {
        let receiver = try Receiver()
        let port = Self.freePort()
        let directory = receiver.directory.path
        try """
        route: {receiver: test, group_by: [shock], group_wait: 200ms, group_interval: 1s, repeat_interval: 24h}
        receivers:
          - name: test
            webhook_configs: [{url: "http://127.0.0.1:\(receiver.port)/am"}]
        """.write(toFile: directory + "/am.yml", atomically: true, encoding: .utf8)
        let manager = Process()
        manager.executableURL = URL(fileURLWithPath: managerPath)
        manager.arguments = [
            "--config.file=\(directory)/am.yml", "--storage.path=\(directory)/am",
            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
        ]
        manager.standardError = FileHandle.nullDevice
        try manager.run()
        defer { _ = Glibc.kill(manager.processIdentifier, SIGKILL) }
        let section = Self.notify(
            ["type: alertmanager, url: \"http://127.0.0.1:\(port)\", resendSeconds: 1"],
            route: "match: {kind: shock}, groupBy: [shock], waitSeconds: 1, intervalSeconds: 0")
        let service = try Service(Self.ingest(until: "2025-01-27") + section)
        // The names of the group are kept back by the group's own alert.
        let expected = ["ARM", "CSCO", "ETN", "PWR", "ai-hardware"]
        #expect(try service.wait { _ in try! Self.active(port) == expected } != nil, "\(service.log)")
        func told(_ status: String) -> [String] {
            receiver.requests("/am").flatMap(\.alerts).filter { $0[1] == status }.map { $0[0] }
        }
        #expect(try service.wait { _ in Set(told("firing")).isSuperset(of: expected) } != nil)
        service.crash()
        try service.start()
        let again = try service.wait { (Self.sink($0, "s0")?.delivered ?? 0) > 3 && Self.hasRead($0, 1) }
        #expect(again != nil, "\(service.log)")
        #expect(try Self.active(port) == expected)
        #expect(service.stop() == 0)
        try service.configure(Self.ingest() + section)
        try service.start()
        #expect(try service.wait { _ in try! Self.active(port) == ["GOOGL"] } != nil, "\(service.log)")
        #expect(
            try service.wait { _ in Set(told("resolved")).isSuperset(of: expected) && told("firing").contains("GOOGL") }
                != nil)
        #expect(service.stop() == 0)
        for status in ["firing", "resolved"] {
            let groups = receiver.requests("/am").filter { $0.status == status }.map(\.group)
            #expect(groups.count == Set(groups).count, "each group is told once that it is \(status)")
        }
    }

    // MARK: the rest

    @Test("a silence keeps back, and what it kept back is told when it is expired, without a restart")
    func silences() throws {
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        let file = directory.path + "/alerts.jsonl"
        let added = try epicenter(
            "silence", "add", "subject=CSCO", "scope=instr*", "--for", "2h", "--comment", "x", "--data", data)
        #expect(added.status == 0, "\(added.errors)")
        let id = String(added.output.prefix { $0 != " " })
        let service = try Service(
            Self.ingest(until: "2025-01-27")
                + Self.notify(
                    ["type: file, path: \(file)"], route: "groupBy: [shock], waitSeconds: 1, intervalSeconds: 0"),
            dataDirectory: data)
        func subjects() -> Set<String> {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return Set(["ARM", "CSCO", "ETN", "PWR", "ai-hardware"].filter { text.contains(#""subject":"\#($0)""#) })
        }
        #expect(try service.wait { _ in subjects() == ["ARM", "ETN", "PWR", "ai-hardware"] } != nil, "\(service.log)")
        #expect(try epicenter("silence", "list", "--data", data).output.contains("subject=CSCO"))
        #expect(try epicenter("silence", "expire", id, "--data", data).status == 0)
        #expect(try epicenter("silence", "expire", id, "--data", data).status == 1)
        #expect(try service.wait { _ in subjects().contains("CSCO") } != nil, "\(service.log)")
        #expect(service.stop() == 0)
        for wrong in [["x"], ["a=b", "--for", "2x"]] {
            #expect(try run(Binaries.path("epicenter"), ["silence", "add"] + wrong + ["--data", data]).status == 64)
        }
    }

    @Test("mail goes through sendmail, which may take its time, but not longer than it has")
    func mail() throws {
        let directory = TemporaryDirectory()
        let program = directory.path + "/sendmail"
        try """
        #!/bin/sh
        [ -e \(directory.path)/tried ] || { touch \(directory.path)/tried; sleep 100; }
        { echo "ARGUMENTS $@"; cat; echo END; } >> \(directory.path)/sent
        """.write(toFile: program, atomically: true, encoding: .utf8)
        chmod(program, 0o755)
        let service = try Service(
            Self.ingest(until: "2025-01-27")
                + Self.notify(
                    [
                        "type: mail, from: epicenter@example.com, to: [desk@example.com], program: \(program), timeoutSeconds: 1"
                    ],
                    route: "groupBy: [], waitSeconds: 2"))
        func sent() -> String { (try? String(contentsOfFile: directory.path + "/sent", encoding: .utf8)) ?? "" }
        #expect(try service.wait { _ in sent().hasSuffix("END\n") } != nil, "\(service.log)")
        #expect(sent().contains("ARGUMENTS -i -f epicenter@example.com -- desk@example.com"))
        #expect(sent().contains("Subject: =?UTF-8?B?"))
        let status = try service.wait { Self.sink($0, "s0")?.delivered == 1 }
        #expect(status.flatMap { Self.sink($0, "s0")?.failed } == 1)
        #expect(service.log.contains("was killed"))
        #expect(service.stop() == 0)
    }

    @Test("a replay tells nobody, unless it is asked to; then all alerts, and the same alerts come out")
    func replays() throws {
        let directory = TemporaryDirectory()
        let file = directory.path + "/alerts.jsonl"
        let section = Self.notify(["type: file, path: \(file)"]).replacing("  history: true\n", with: "")
        let service = try Service(Self.ingest() + section)
        let done = try service.wait { $0.watermark(of: "epicenter-publish") > 1_000 }
        #expect(done?.children.contains { $0.process == "epicenter-notify" } == false)
        #expect(service.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: file))
        let replayed = try epicenter(
            "replay", Binaries.recording, "--quiet", "--sinks", service.configurationPath, "--out",
            directory.path + "/r")
        #expect(replayed.status == 0, "\(replayed.errors)")
        #expect(try Set(Self.fileAlerts(file)) == Self.expected(directory.path + "/r/alerts"))
        #expect(
            try StreamDigest.of(LogIndex(reading: directory.path + "/r/alerts")).hexadecimal == ReplayTests.reference())
    }

    @Test("a section that is wrong is refused before anything starts")
    func refused() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/epicenter.yaml"
        try "notify: {sinks: [{name: a, type: carrier}]}".write(toFile: path, atomically: true, encoding: .utf8)
        let ended = try epicenter("config", "check", path)
        #expect(ended.status == 78)
        #expect((ended.output + ended.errors).contains("allowed is alertmanager, file, mail or webhook"))
    }

    // MARK: metrics

    @Test("the page is what promtool takes, says what is so, and off the loopback or with a token needs one")
    func metrics() throws {
        let end = try Self.end()
        let directory = TemporaryDirectory()
        let token = directory.path + "/token"
        _ = FileManager.default.createFile(
            atPath: token, contents: Data("0123456789abcdef\n".utf8), attributes: [.posixPermissions: 0o600])
        let port = Self.freePort()
        let file = directory.path + "/alerts.jsonl"
        let open =
            Self.ingest() + Self.notify(["type: file, path: \(file)"]) + "metrics: {listen: \"127.0.0.1:\(port)\"}\n"
        let service = try Service(open)
        #expect(
            try service.wait { Self.hasRead($0, end) && $0.counter("epicenter-notify", "alerts_routed") > 1_000 } != nil
        )
        let url = "http://127.0.0.1:\(port)/metrics"
        var page = ""
        #expect(
            try service.wait { _ in
                page = (try? Self.fetch(url).body) ?? ""
                return page.contains("epicenter_sink_waiting_deliveries{sink=\"s0\"} 0\n")
                    && page.contains("epicenter_stream_lag_records{process=\"epicenter-notify\",stream=\"alerts\"} 0\n")
            } != nil, "\(page)")
        #expect(page.contains("epicenter_process_up{process=\"epicenter-metrics\"} 1\n"))
        let saved = directory.path + "/page"
        try page.write(toFile: saved, atomically: true, encoding: .utf8)
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") {
            let checked = try run("/bin/sh", ["-c", "promtool check metrics < \(saved)"])
            #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        }
        #expect(try Self.fetch("http://127.0.0.1:\(port)/").status == 404)
        #expect(service.stop() == 0)
        try service.configure(
            open.replacing("\"}\n", with: "\", tokenFile: \(token)}\n"))
        try service.start()
        #expect(
            try service.wait { _ in (try? Self.fetch(url, token: "0123456789abcdef").status) == 200 } != nil,
            "\(service.log)")
        #expect(try Self.fetch(url).status == 401)
        #expect(try Self.fetch(url, token: "0123456789abcdeg").status == 401)
        #expect(service.stop() == 0)
        let wrong = directory.path + "/wrong.yaml"
        try "metrics: {listen: \"0.0.0.0:9464\"}".write(toFile: wrong, atomically: true, encoding: .utf8)
        let refused = try epicenter("config", "check", wrong)
        #expect(refused.status == 78)
        #expect((refused.output + refused.errors).contains("off it there must be metrics.tokenFile"))
    }
}
