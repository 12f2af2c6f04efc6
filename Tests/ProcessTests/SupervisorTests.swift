import EventLog
import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import Testing

private let stages = ["epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]

@Suite("Supervisor, real stages", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"), .serialized)
struct SupervisorTests {
    private func started(_ yaml: String = "") throws -> (Service, ControlPort) {
        let service = try Service(yaml)
        let port = try ControlPort(service)
        _ = try port.wait { $0.ready }
        return (service, port)
    }

    @Test("a stage that is killed is ready again soon, 200 times")
    func deathToReady() throws {
        let (service, port) = try started()
        var random = SeededGenerator(for: "death to ready", default: 1)
        var seconds: [Double] = []
        for _ in 0..<200 {
            let name = stages.randomElement(using: &random) ?? stages[0]
            let pid = try port.child(name).pid
            let killed = Date()
            #expect(service.kill(pid))
            let again = try port.waitReady(name, after: pid)
            seconds.append(Date().timeIntervalSince(killed))
            // An operator's restart forgets the death, so that each is a first one.
            #expect(try port.command(.restart, name).accepted)
            _ = try port.waitReady(name, after: again.pid)
        }
        let found = Durations(seconds)
        print("death to ready, 200 kills: \(found.text)")
        #expect(found.quantile(0.99) < 1)
        #expect(service.stop() == 0)
    }

    @Test("a stopped process is found within three seconds, and started again", arguments: stages)
    func stopped(name: String) throws {
        let (service, port) = try started()
        let pid = try port.child(name).pid
        let stopped = Date()
        #expect(Glibc.kill(pid, SIGSTOP) == 0)
        let again = try port.waitReady(name, after: pid)
        let seconds = Date().timeIntervalSince(stopped)
        print("\(name) stopped, found and ready again: \(Durations([seconds]).text)")
        #expect(seconds < 3.5)
        #expect(again.deaths.map { "\($0.value) \($0.name)" } == ["1 heartbeat"])
        #expect(service.stop() == 0)
    }

    @Test("no orphan outlives 100 supervisors that are killed, and each next one finds nothing in its way")
    func orphans() throws {
        let service = try Service("")
        var process = service.process
        var orphans = 0
        for _ in 0..<100 {
            let port = try ControlPort(service)
            let pids = try port.wait { $0.ready }.children.map(\.pid)
            #expect(pids.filter(isAlive).count == 4)
            #expect(service.kill(process.processIdentifier))
            process.waitUntilExit()
            let end = Date().addingTimeInterval(1)
            while Date() < end, pids.contains(where: isAlive) { usleep(1_000) }
            orphans += pids.filter(isAlive).count
            process = Process()
            process.executableURL = URL(fileURLWithPath: Binaries.path("epicenterd"))
            process.arguments = ["--config", service.configurationPath]
            process.standardError = FileHandle.nullDevice
            try process.run()
        }
        print("orphans one second after 100 kills of epicenterd: \(orphans)")
        #expect(orphans == 0)
        _ = try ControlPort(service).wait { $0.ready }
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("an operator's stop that races a crash holds, 50 times")
    func stopRacesCrash() throws {
        let (service, port) = try started()
        var random = SeededGenerator(for: "stop races crash", default: 2)
        for _ in 0..<50 {
            let name = stages.randomElement(using: &random) ?? stages[0]
            let pid = try port.child(name).pid
            if Bool.random(using: &random) {
                _ = service.kill(pid)
                usleep(UInt32.random(in: 0...2_000, using: &random))
                #expect(try port.command(.stop, name).accepted)
            } else {
                #expect(try port.command(.stop, name).accepted)
                usleep(UInt32.random(in: 0...2_000, using: &random))
                _ = service.kill(pid)
            }
            let status = try port.wait { status in
                status.children.contains { $0.process == name && $0.state == .down && $0.pid == 0 }
            }
            #expect(status.condition == "degraded: \(name) stopped by the operator")
            #expect(try port.command(.start, name).accepted)
            _ = try port.waitReady(name)
        }
        // Nothing came back by itself meanwhile, or there would be two of one.
        #expect(try port.wait { $0.ready }.children.count == 4)
        #expect(service.stop() == 0)
    }

    @Test("what was read is in alerts before the service ends, though it is stopped as soon as all is read")
    func drained() throws {
        let reference = try ReplayTests.reference()
        let service = try Service("ingest: {recording: \(Binaries.recording), rate: max, ticks: false}")
        let port = try ControlPort(service)
        _ = try port.wait(60) { $0.children[0].heartbeat.feedsDone }
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
    }

    @Test("stages replaying as fast as they can are not taken for hung, and say how long a turn took")
    func busyIsNotHung() throws {
        let service = try Service("ingest: {recording: \(Binaries.recording), rate: max, ticks: false}")
        let port = try ControlPort(service)
        let head = try LogIndex(reading: Binaries.recording).head
        let done = try port.wait(120) { $0.watermark(of: "epicenter-publish") == head }
        #expect(done.children.allSatisfy { $0.restarts == 0 })
        let turns = stages.map { "\($0) \(done.counter($0, "longest_turn_ms")) ms" }
        print("longest turns of the main loops: \(turns.joined(separator: ", "))")
        #expect(service.stop() == 0)
    }

    @Test("a configuration that is wrong changes nothing, and a crash does not pick it up")
    func reloadRefused() throws {
        let (service, port) = try started()
        let before = try port.status().children.map(\.pid)
        let yaml = try String(contentsOfFile: service.configurationPath, encoding: .utf8)
        try (yaml + "\nlog: {level: loud}").write(toFile: service.configurationPath, atomically: true, encoding: .utf8)
        let ended = try epicenter("reload", "--run", service.runDirectory)
        #expect(ended.status == 78)
        #expect(ended.errors.contains("log.level is \"loud\", allowed is one of trace"))
        #expect(try port.status().children.map(\.pid) == before)
        #expect(try port.status().configurationError.contains("log.level"))
        #expect(service.kill(before[1]))
        _ = try port.waitReady(stages[1], after: before[1])
        let moved = yaml.replacingOccurrences(of: "/data}", with: "/elsewhere}")
        try moved.write(toFile: service.configurationPath, atomically: true, encoding: .utf8)
        #expect(try port.reload().problems == ["data.directory cannot change while the service runs: stop it first"])
        #expect(service.stop() == 0)
    }

    @Test("a changed setting restarts the stages that read it, and model settings none")
    func reloadApplied() throws {
        let model = """
            settings: {benchmark: SPY, calendar: {zone: America/New_York, open: "09:30", close: "16:00"}}
            instruments:
              - {symbol: SPY, name: S&P 500 fund, kind: etf, currency: USD}
            """
        let (service, port) = try started(model)
        func pids() throws -> [Int32] { try port.wait { $0.ready }.children.map(\.pid) }
        func rewrite(_ from: String, _ to: String) throws {
            let yaml = try String(contentsOfFile: service.configurationPath, encoding: .utf8)
            #expect(yaml.contains(from))
            try yaml.replacingOccurrences(of: from, with: to).write(
                toFile: service.configurationPath, atomically: true, encoding: .utf8)
        }
        let first = try pids()
        try rewrite("settings:", "ingest: {ticks: false}\nsettings:")
        #expect(try port.reload().message == "restarting epicenter-ingest")
        _ = try port.waitReady(stages[0], after: first[0])
        let second = try pids()
        #expect(first[1...] == second[1...])
        // SIGHUP does the same as the command.
        try rewrite("instruments:", "instruments:\n  - {symbol: NVDA, name: Nvidia, kind: equity, currency: USD}")
        #expect(Glibc.kill(service.process.processIdentifier, SIGHUP) == 0)
        _ = try port.wait { $0.reloads == 2 && $0.children[0].heartbeat.streams[0].head >= 3 }
        #expect(try pids() == second)
        try rewrite("ingest: {ticks: false}", "service: {checkpointSeconds: 3}\ningest: {ticks: false}")
        #expect(try port.reload().accepted)
        for (name, pid) in zip(stages, second) { _ = try port.waitReady(name, after: pid) }
        #expect(try port.status().children.allSatisfy { $0.restarts == 0 })
        #expect(service.stop() == 0)
        var symbols: [String] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .instrumentDefinition(let definition) = message { symbols.append(definition.symbol) }
            return true
        }
        #expect(symbols == ["SPY", "NVDA"])
    }

    @Test("notices tell what happened to the service, on the socket and to whoever comes late")
    func notices() throws {
        let (service, port) = try started()
        let listener = Process()
        let out = Pipe()
        listener.executableURL = URL(fileURLWithPath: Binaries.path("epicenter"))
        listener.arguments = [
            "subscribe", "--health", "--run", service.runDirectory, "--json", "--count", "4", "--from", "1",
            "--topic", "health/stage/epicenter-analyze/",
        ]
        listener.standardOutput = out
        try listener.run()
        let pid = try port.child(stages[1]).pid
        #expect(service.kill(pid))
        _ = try port.waitReady(stages[1], after: pid)
        #expect(try port.command(.stop, stages[1]).accepted)
        let lines = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(
            separator: "\n")
        let events = try lines.map { try NoticeEvent(jsonString: String($0)) }
        #expect(events.map(\.data.condition) == ["ready", "restarting", "ready", "stopped"])
        #expect(events[1].data.facts["kind"] == "signal")
        let held = try port.notices(from: 1)
        #expect(held.records.map(\.sequence) == Array(1...held.head))
        #expect(service.stop() == 0)
        // Nothing of it is in alerts.
        let files = try FileManager.default.contentsOfDirectory(atPath: service.dataDirectory + "/alerts")
        #expect(files.filter { $0.hasSuffix(".mcap") }.isEmpty)
    }

    @Test("systemd is told: ready, status, watchdog, reloading, stopping")
    func systemd() throws {
        let directory = TemporaryDirectory()
        let notify = NotifySocket(directory.path + "/n")
        let service = try Service(
            "", environment: ["NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "400000"])
        #expect(notify.wait(for: "READY=1"))
        #expect(notify.messages.first?.hasPrefix("STATUS=starting: epicenter-ingest") ?? false)
        for _ in 0..<3 { #expect(notify.wait(for: "WATCHDOG=1", 1)) }
        #expect(try ControlPort(service).reload().accepted)
        #expect(notify.wait(for: "RELOADING=1\nMONOTONIC_USEC="))
        #expect(notify.wait(for: "READY=1"))
        #expect(service.stop() == 0)
        #expect(notify.wait(for: "STOPPING=1"))
    }

    @Test("every line is a JSON object, if JSON is wanted")
    func jsonLines() throws {
        let (service, port) = try started("log: {format: json}")
        let pid = try port.child(stages[2]).pid
        _ = service.kill(pid)
        _ = try port.waitReady(stages[2], after: pid)
        let logs = try epicenter("logs", "--run", service.runDirectory, "attribute").output
        #expect(service.stop() == 0)
        let lines = service.log.split(separator: "\n")
        #expect(lines.count > 10)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(object?["time"] != nil && object?["process"] != nil && object?["msg"] != nil, "\(line)")
        }
        #expect(logs.split(separator: "\n").allSatisfy { $0.contains(#""process":"epicenter-attribute""#) })
        #expect(logs.contains(#""msg":"started""#))
    }
}

@Suite(
    "Supervisor, stages that misbehave",
    .enabled(if: Binaries.areHere && MisbehavingBinaries.areHere, "epicenter-misbehave is not built"), .serialized)
struct MisbehaviourTests {
    private let analyze = "epicenter-analyze"

    /// A stage that takes nothing cannot be drained through: the bound on a stop is what ends these services. Without
    /// ticks: with one in market ingest waits for the stage until four fifths of the bound, and only then is the stage
    /// told, and given five seconds of its own.
    private func service(
        _ way: String, stopWithin: Int = 2, _ more: String = "", market: Bool = false,
        environment: [String: String] = [:]
    ) throws -> (Service, ControlPort, MisbehavingBinaries) {
        let binaries = try MisbehavingBinaries(analyze)
        let settings = "stopWithinSeconds: \(stopWithin)" + (more.isEmpty ? "" : ", " + more)
        let yaml = "ingest: {ticks: false}\nservice: {\(settings)}\n" + (market ? BadInputTests.instruments : "")
        let service = try Service(
            yaml, environment: environment.merging(["MISBEHAVE": way]) { $1 }, binaries: binaries.path)
        return (service, try ControlPort(service), binaries)
    }

    private func deaths(_ status: ServiceStatus) -> String {
        let child = status.children.first { $0.process == analyze }
        return child?.deaths.map { "\($0.value) \($0.name)" }.joined(separator: ", ") ?? ""
    }

    @Test(
        "one that cannot run is given up, and the others are ready without it",
        arguments: [("exits", "5 exit"), ("configuration", "1 exit"), ("forks", "5 exit")])
    func givenUp(way: String, expected: String) throws {
        let directory = TemporaryDirectory()
        let notify = NotifySocket(directory.path + "/n")
        let (service, port, binaries) = try service(way, environment: ["NOTIFY_SOCKET": notify.path])
        defer { _ = binaries }
        let status = try port.wait { status in
            status.children[1].state == .failed && status.children.filter { $0.state == .ready }.count == 3
        }
        #expect(deaths(status) == expected)
        #expect(status.condition == "degraded: \(analyze) given up")
        #expect(!status.ready)
        // systemd would wait for it in vain, and then restart all.
        #expect(notify.wait(for: "READY=1"))
        let left = service.log.split(separator: "\n").filter { $0.contains("msg=\"left behind\"") }
        #expect(left.count == (way == "forks" ? 5 : 0))
        for line in left {
            let pid = line.split(separator: "pid=").last.flatMap { Int32($0) } ?? 0
            #expect(pid > 0 && !isAlive(pid))
        }
        #expect(service.stop() == 0)
    }

    @Test(
        "hung is dead within three seconds, whatever it still does",
        arguments: ["stopsItself", "spins", "stuckBehindThread"])
    func hung(way: String) throws {
        let (service, port, binaries) = try service(way)
        defer { _ = binaries }
        let first = try port.waitReady(analyze)
        let ready = Date()
        _ = try port.wait { status in status.children[1].pid != first.pid }
        // It hangs 0.3 s after it is ready.
        let seconds = Date().timeIntervalSince(ready) - 0.3
        print("\(way): found and restarted after \(Durations([seconds]).text)")
        #expect(seconds < 3)
        #expect(deaths(try port.status()) == "1 heartbeat")
        #expect(service.stop() == 0)
    }

    @Test("one that is never ready is killed at its deadline")
    func neverReady() throws {
        let (service, port, binaries) = try service("neverReady", "readyWithinSeconds: 1")
        defer { _ = binaries }
        #expect(deaths(try port.wait { $0.children[1].restarts == 1 }) == "1 readiness")
        #expect(service.stop() == 0)
    }

    @Test("one that takes too much memory is killed, and it is said why")
    func leaks() throws {
        let (service, port, binaries) = try service("leaks", "memoryMegabytes: 256")
        defer { _ = binaries }
        #expect(deaths(try port.wait { $0.children[1].restarts == 1 }) == "1 memory")
        #expect(service.log.contains("why=memory"))
        #expect(service.stop() == 0)
    }

    @Test("one that writes garbage without end costs a few lines a second, and they carry its name")
    func garbage() throws {
        let (service, port, binaries) = try service("garbage")
        defer { _ = binaries }
        _ = try port.wait { $0.ready }
        let end = Date().addingTimeInterval(3)
        while Date() < end {
            let asked = Date()
            #expect(try port.status().children[1].restarts == 0)
            #expect(Date().timeIntervalSince(asked) < 1)
            usleep(50_000)
        }
        #expect(service.stop() == 0)
        let stray = service.log.split(separator: "\n").filter { $0.contains("stray output\"") }
        #expect(stray.allSatisfy { $0.contains("process=\(analyze)") })
        #expect((20...120).contains(stray.count), "\(stray.count)")
        #expect(service.log.contains("stray output dropped"))
    }

    @Test("a long step that was announced is let be; the next hang is found")
    func longStep() throws {
        let (service, port, binaries) = try service("longStep")
        defer { _ = binaries }
        _ = try port.wait { $0.children[1].restarts == 1 }
        #expect(service.log.contains("the long step is over"))
        #expect(deaths(try port.status()) == "1 heartbeat")
        #expect(service.stop() == 0)
    }

    @Test(
        "ten thousand outputs of one record, which take five seconds, are one step and no hang; they come all at once")
    func tellsMuch() throws {
        let (service, port, binaries) = try service("tellsMuch", market: true)
        defer { _ = binaries }
        var longest: UInt64 = 0
        _ = try port.wait { status in
            let beat = status.children[1].heartbeat
            let head = beat.streams.first?.head ?? 0
            #expect(head == 0 || head == 10_000)
            longest = max(longest, beat.counters.first { $0.name == "longest_turn_ms" }?.value ?? 0)
            return head == 10_000
        }
        #expect(try port.status().children[1].restarts == 0)
        print("a step of 10,000 outputs: \(longest) ms without a turn of the loop")
        #expect(longest > 4_000)
        #expect(service.stop() == 0)
    }

    @Test("one that hangs among its outputs is found within three seconds of the last")
    func tellsAndHangs() throws {
        let (service, port, binaries) = try service("tellsAndHangs", market: true)
        defer { _ = binaries }
        _ = try port.wait { $0.children[1].restarts == 1 }
        #expect(deaths(try port.status()) == "1 heartbeat")
        #expect(service.stop() == 0)
    }

    @Test("one that does not stop when told is killed in time, and the service ends in time")
    func deaf() throws {
        let (service, port, binaries) = try service("deaf")
        defer { _ = binaries }
        _ = try port.wait { $0.ready }
        let asked = Date()
        #expect(service.stop() == 0)
        let seconds = Date().timeIntervalSince(asked)
        print("stopped in spite of a deaf stage: \(Durations([seconds]).text), allowed 2 s")
        #expect(seconds < 2.5)
    }

    @Test("a second signal ends it at once")
    func hastened() throws {
        let (service, port, binaries) = try service("deaf", stopWithin: 60)
        defer { _ = binaries }
        _ = try port.wait { $0.ready }
        let asked = Date()
        service.process.terminate()
        _ = try port.wait { $0.condition.hasPrefix("stopping") }
        service.process.interrupt()
        service.process.waitUntilExit()
        #expect(Date().timeIntervalSince(asked) < 7)
        #expect(service.process.terminationStatus == 0)
    }
}
