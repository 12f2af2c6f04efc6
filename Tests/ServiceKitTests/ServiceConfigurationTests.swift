import EventLog
import Foundation
import Logging
import ServiceKit
import TestKit
import Testing

@Suite("Service configuration")
struct ServiceConfigurationTests {
    private func problems(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try ServiceConfiguration.load(yaml: yaml, name: "e.yaml", environment: environment)
            return []
        } catch {
            return error.problems
        }
    }

    @Test("an empty file gives the defaults")
    func defaults() throws {
        #expect(try ServiceConfiguration.load(yaml: "", name: "e.yaml") == ServiceConfiguration())
    }

    @Test("every setting is taken from the file")
    func reads() throws {
        let yaml = """
            run: {directory: /tmp/r}
            data: {directory: /tmp/d, sync: always}
            log: {level: debug}
            service: {stopWithinSeconds: 5, checkpointSeconds: 3}
            ingest: {recording: a.mcap, rate: 3600, csv: [a.csv, b.csv], jsonl: [], ticks: false, producers: "tcp://127.0.0.1:5555"}
            publish: {alerts: "ipc:///tmp/x", source: urn:test}
            instruments: [{symbol: A, name: B}]
            """
        let read = try ServiceConfiguration.load(yaml: yaml, name: "e.yaml")
        #expect(read.runDirectory == "/tmp/r")
        #expect(read.sync == .always)
        #expect(read.logLevel == .debug)
        #expect(read.stopWithin == .seconds(5))
        #expect(read.rate == .factor(3_600))
        #expect(read.csv == ["a.csv", "b.csv"])
        #expect(!read.ticks)
        #expect(read.producersEndpoint == "tcp://127.0.0.1:5555")
        #expect(read.alertsEndpoint == "ipc:///tmp/x")
        #expect(read.replayEndpoint == "ipc:///tmp/r/replay.sock")
    }

    @Test(
        "a wrong value is refused with key, place, what was found and what is allowed",
        arguments: [
            (
                "data: {syncIntervalMs: abc}",
                "e.yaml:1: data.syncIntervalMs is \"abc\", allowed is a whole number from 1 to 60000"
            ),
            (
                "data: {syncIntervalMs: 0}",
                "e.yaml:1: data.syncIntervalMs is \"0\", allowed is a whole number from 1 to 60000"
            ),
            ("\ndata:\n  sync: often", "e.yaml:3: data.sync is \"often\", allowed is one of always, interval, never"),
            ("ingest: {rate: -1}", "e.yaml:1: ingest.rate is \"-1\", allowed is \"max\" or a number above 0"),
            ("ingest: {ticks: maybe}", "e.yaml:1: ingest.ticks is \"maybe\", allowed is true or false"),
            ("ingest: {csv: {a: b}}", "e.yaml:1: ingest.csv.a is not a setting"),
            (
                "publish: {alerts: \"tcp://0.0.0.0:99\"}",
                "publish.alerts is \"tcp://0.0.0.0:99\", allowed is ipc:// or tcp:// on the loopback; off it there must be CURVE: make one with `epicenter keys new server`"
            ),
            ("run: [1, [2]]", "run is a list of lists"),
            ("data: {sink: never}", "data.sink is not a setting; allowed are dashboard.listen"),
            ("- a", "must be a mapping"),
            ("a: [", "not valid YAML"),
            ("data: {syncIntervalMs: 1:30}", "data.syncIntervalMs is \"1:30\", allowed is a whole number"),
            ("ingest: {rate: 99999999999999:59:59:59:59:59}", "ingest.rate is \"99999999999999:59:59:59:59:59\""),
            ("run: &a {directory: /a}\ndata: *a", "e.yaml:1: an anchor (&name)"),
            (String(repeating: "[", count: 20) + String(repeating: "]", count: 20), "more than 16 levels"),
        ])
    func refuses(yaml: String, expected: String) {
        let found = problems(yaml)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test(
        "every public endpoint needs CURVE off the loopback, which a server key brings",
        arguments: ["publish.alerts", "publish.replay", "ingest.producers", "ingest.pull"],
        ["tcp://0.0.0.0:99", "tcp://*:99", "tcp://eth0:99", "tcp://10.0.0.1:99", "tcp://[::]:99"])
    func offLoopback(key: String, endpoint: String) throws {
        let parts = key.split(separator: ".")
        let yaml = "\(parts[0]): {\(parts[1]): \"\(endpoint)\"}"
        let found = problems(yaml)
        #expect(found.count == 1)
        #expect(found[0].contains("\(key) is \"\(endpoint)\"") && found[0].contains("epicenter keys new"), "\(found)")
        let read = try ServiceConfiguration.load(
            yaml: yaml + "\nsecurity: {serverKey: server, directory: /k}", name: "e.yaml")
        #expect(read.needsCurve(endpoint))
        #expect(!read.needsCurve("tcp://127.0.0.1:1") && !read.needsCurve("ipc:///tmp/x"))
        #expect(read.keyProblems().first?.contains("/k/server.secret") ?? false)
    }

    @Test("CURVE is for all public sockets where it is asked for, and needs a key")
    func always() throws {
        let read = try ServiceConfiguration.load(
            yaml: "security: {serverKey: s, curve: always}", name: "e.yaml")
        #expect(read.needsCurve("ipc:///tmp/x"))
        #expect(!read.keyProblems().isEmpty)
        #expect(ServiceConfiguration().keyProblems().isEmpty)
        #expect(problems("security: {curve: always}").first?.contains("epicenter keys new server") ?? false)
        #expect(
            problems("security: {curve: never, serverKey: s}").first?.contains("allowed is auto or always") ?? false)
        #expect(problems("security: {serverKey: ../s}").first?.contains("a key's name") ?? false)
        #expect(problems("publish: {alerts: \"inproc://x\"}").count == 1)
    }

    @Test("all problems are said at once")
    func allProblems() {
        #expect(problems("data: {sync: often, syncIntervalMs: x}\nlog: {level: loud}\nnonsense: 1").count == 4)
    }

    @Test("a hundred keys that are no settings are said one by one, more are counted")
    func manyUnknown() {
        let found = problems((0..<5_000).map { "k\($0): 1\n" }.joined())
        #expect(found.count == 101)
        #expect(found.last == "e.yaml: 4900 more keys are not settings")
    }

    @Test("the environment overrides the file, and a wrong value there is refused too")
    func environment() throws {
        let read = try ServiceConfiguration.load(
            yaml: "data: {sync: always, directory: /a}", name: "e.yaml",
            environment: ["EPICENTER_DATA_SYNC": "never", "EPICENTER_SERVICE_STOP_WITHIN_SECONDS": "7"])
        #expect(read.sync == .never)
        #expect(read.stopWithin == .seconds(7))
        #expect(read.dataDirectory == "/a")
        #expect(problems("", ["EPICENTER_DATA_SYNC_INTERVAL_MS": "abc"]).count == 1)
    }

    @Test("what the supervisor goes by is read, and has bounds")
    func supervision() throws {
        let yaml = """
            log: {format: json}
            service: {readyWithinSeconds: 9, silentSeconds: 3, maximumDeaths: 7, deathWindowSeconds: 8,
              memoryMegabytes: 100, openFiles: 256, coreMegabytes: 0, nice: -5, health: "ipc:///tmp/h"}
            ingest: {silentSeconds: 60}
            """
        let read = try ServiceConfiguration.load(yaml: yaml, name: "e.yaml")
        var expected = SupervisionSettings()
        expected.readyWithin = .seconds(9)
        expected.silentAfter = .seconds(3)
        expected.maximumDeaths = 7
        expected.deathWindow = .seconds(8)
        expected.memoryBytes = 100 << 20
        expected.openFiles = 256
        expected.coreBytes = 0
        expected.nice = -5
        #expect(read.supervision == expected)
        #expect(read.logFormat == .json)
        #expect(read.healthEndpoint == "ipc:///tmp/h")
        #expect(read.feedSilence == .seconds(60))
        let wrong = "service: {silentSeconds: 0, maximumDeaths: 0, nice: 20, openFiles: 1}\nlog: {format: xml}"
        #expect(problems(wrong).count == 5)
    }

    @Test(
        "a change concerns the stages that read the setting, and no others",
        arguments: [
            ("data: {sync: always}", [true, true, true, true]), ("log: {level: debug}", [true, true, true, true]),
            ("service: {nice: 3}", [true, true, true, true]), ("ingest: {ticks: false}", [true, false, false, false]),
            ("ingest: {producers: \"tcp://127.0.0.1:9\"}", [true, false, false, false]),
            ("publish: {source: \"urn:x\"}", [false, false, false, true]),
            ("service: {maximumDeaths: 9, silentSeconds: 9, memoryMegabytes: 9}", [false, false, false, false]),
        ])
    func concerns(yaml: String, expected: [Bool]) throws {
        let old = ServiceConfiguration()
        let new = try ServiceConfiguration.load(yaml: yaml, name: "e.yaml")
        let names = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
        #expect(names.map { old.needsRestart(of: $0, for: new) } == expected)
        #expect(old.fixed(against: new).isEmpty)
        #expect(!names.contains { new.needsRestart(of: $0, for: new) })
    }

    @Test(
        "sinks may change while the service runs, but not whether there are any; nor whether there is a page of metrics"
    )
    func sinks() throws {
        func notify(_ path: String, _ more: String = "") throws -> ServiceConfiguration {
            let yaml = "notify: {sinks: [{name: a, type: file, path: \(path)}]\(more)}"
            return try ServiceConfiguration.load(yaml: yaml, name: "e.yaml")
        }
        let (old, new) = (try notify("/a"), try notify("/b"))
        #expect(old.fixed(against: new).isEmpty)
        #expect(old.needsRestart(of: "epicenter-notify", for: new))
        #expect(!old.needsRestart(of: "epicenter-publish", for: new))
        #expect(ServiceConfiguration().fixed(against: new).count == 1)
        var replayed = try notify("/a")
        replayed.recording = "/r"
        #expect(!replayed.runsNotify)
        var asked = try notify("/a", ", history: true")
        asked.recording = "/r"
        #expect(asked.runsNotify)
    }

    @Test(
        "a page is on the loopback, or has a token",
        arguments: [
            ("127.0.0.1:9464", true), ("[::1]:9464", true), ("127.8.0.1:0", true), ("0.0.0.0:9464", false),
            ("[::]:9464", false), ("10.0.0.1:9464", false), ("localhost:9464", false), ("127.0.0.1", false),
            ("127.0.0.1:99999", false), ("[::1:9464", false), ("256.0.0.1:1", false), ("127.0.0.1.evil:1", false),
        ])
    func metrics(address: String, isTaken: Bool) throws {
        for section in ["metrics", "dashboard"] {
            let yaml = "\(section): {listen: \"\(address)\"}"
            #expect(((try? ServiceConfiguration.load(yaml: yaml, name: "e.yaml")) != nil) == isTaken)
        }
        let guarded = "metrics: {listen: \"10.0.0.1:9464\", tokenFile: /t}"
        #expect(try ServiceConfiguration.load(yaml: guarded, name: "e.yaml").metrics?.description == "10.0.0.1:9464")
        let board = try ServiceConfiguration.load(
            yaml: "dashboard: {listen: \"10.0.0.1:8080\", tokenFile: /t}", name: "e.yaml")
        #expect(board.dashboard?.port == 8_080)
        #expect(board.needsRestart(of: "epicenter-dashboard", for: ServiceConfiguration()))
        #expect(!board.needsRestart(of: "epicenter-metrics", for: ServiceConfiguration()))
        #expect(board.fixed(against: ServiceConfiguration()) == ["whether there is dashboard.listen"])
    }

    @Test("a token is 16 or more visible characters, in a file of its owner's, and is compared whole")
    func token() throws {
        #expect(AccessToken("short") == nil && AccessToken("with a blank in it") == nil)
        let token = try #require(AccessToken("0123456789abcdef\n"))
        #expect(token.matches("0123456789abcdef") && !token.matches("0123456789abcdeF") && !token.matches(""))
        #expect(token.isShown(by: "Bearer 0123456789abcdef"))
        #expect(!token.isShown(by: "Basic 0123456789abcdef") && !token.isShown(by: nil))
        let directory = TemporaryDirectory()
        let path = directory.path + "/token"
        #expect(throws: ConfigurationError.self) { try AccessToken.read(path, key: "k") }
        for (mode, isTaken) in [(0o644, false), (0o600, true)] {
            _ = FileManager.default.createFile(
                atPath: path, contents: Data("0123456789abcdef".utf8), attributes: [.posixPermissions: mode])
            #expect(((try? AccessToken.read(path, key: "k")) != nil) == isTaken)
        }
    }

    @Test("where sockets and data are cannot change while the service runs")
    func fixed() throws {
        let yaml = "run: {directory: /a}\ndata: {directory: /b}\nservice: {health: \"ipc:///c\"}"
        let new = try ServiceConfiguration.load(yaml: yaml, name: "e.yaml")
        #expect(ServiceConfiguration().fixed(against: new) == ["run.directory", "data.directory", "service.health"])
    }
}

@Suite("Log lines")
struct LogLineTests {
    private func line(_ message: String, _ metadata: Logger.Metadata, _ format: LogFormat) -> String {
        LogOutput.line(
            level: .warning, process: "p", message: message, metadata: metadata, format: format, time: 1_000_000_000)
    }

    @Test("logfmt quotes what needs it, JSON all, and neither lets a line end within")
    func formats() {
        let metadata: Logger.Metadata = ["b": "x y", "a": "1", "msg": "again"]
        #expect(
            line("say \"a\"\n\u{1}", metadata, .logfmt)
                == #"time=1970-01-01T00:00:01Z level=warning process=p msg="say \"a\"\n\u0001" a=1 b="x y" msg_=again"#)
        #expect(
            line("say \"a\"\n\u{1}\\", metadata, .json)
                == #"{"time":"1970-01-01T00:00:01Z","level":"warning","process":"p","msg":"say \"a\"\n\u0001\\","a":"1","b":"x y","msg_":"again"}"#
        )
    }

    @Test("a line's level can be read back, and other lines have none")
    func levels() {
        for format in LogFormat.allCases { #expect(LogOutput.level(of: line("m", [:], format)) == .warning) }
        #expect(LogOutput.level(of: "Fatal error: out of range") == nil)
    }
}
