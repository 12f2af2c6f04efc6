import EventLog
import Foundation
import Glibc
import Schema
import Streaming
import Synchronization
import TestKit
import Testing
import ZeroMQ

/// `docs/examples/python/epicenter.py` against the real `epicenter-publish`, whose findings a test makes up.
@Suite(
    "A subscriber that misses nothing",
    .enabled(if: Binaries.areHere && Python.isHere, "no EPICENTER_BIN or EPICENTER_PYTHON"), .serialized,
    .timeLimit(.minutes(5)))
struct SubscriberTests {
    @Test("a burst, a stopped subscriber, a killed publisher and 50 cut connections: every alert once, in order")
    func burst() throws {
        let bench = try PublishBench()
        let proxy = try bench.proxy()
        let collector = try bench.collect("a", through: true, "--idle", "15")
        try bench.publish(2_000)
        #expect(bench.waitForOutput("a", bytes: 1))
        // Stopped amid a burst that is larger than what sockets hold; the publisher dies in it.
        kill(collector.processIdentifier, SIGSTOP)
        try bench.publish(10_000)
        #expect(bench.waitForHead(4_000))
        bench.killPublisher()
        try bench.startPublisher()
        #expect(bench.waitForHead(12_000))
        kill(collector.processIdentifier, SIGCONT)
        // Each cut hits both connections, with alerts under way.
        var cuts = 0
        while cuts < 50 {
            try bench.publish(100)
            if try proxy.cut() >= 4 { cuts += 1 } else { usleep(20_000) }
        }
        collector.waitUntilExit()
        let told = bench.told("a")
        print("burst: \(told)")
        #expect(collector.terminationStatus == 0)
        #expect(try bench.received("a") == bench.logged())
        #expect(try bench.logged().count == Int(bench.published))
    }

    @Test("a prefix of one topic, and of several: all of theirs, in order, with nothing read twice")
    func prefixes() throws {
        let bench = try PublishBench()
        try bench.publish(50)
        #expect(bench.waitForHead(50))
        let one = try bench.collect("one", "--prefix", "alert/shock/S7/", "--idle", "6")
        let some = try bench.collect("some", "--prefix", "alert/shock/S1", "--idle", "6")
        #expect(bench.waitForOutput("one", bytes: 1) && bench.waitForOutput("some", bytes: 1))
        for _ in 0..<30 {
            try bench.publish(20)
            #expect(bench.waitForHead(bench.published))
        }
        one.waitUntilExit()
        some.waitUntilExit()
        print("prefixes: \(bench.told("one")) \(bench.told("some"))")
        #expect(try bench.received("one") == bench.logged { $0 == "alert/shock/S7/" })
        #expect(try bench.received("some") == bench.logged { $0.hasPrefix("alert/shock/S1") })
        #expect(try bench.received("one").count > 5)
    }

    @Test("a token goes on where the last run stopped, and a snapshot begins with what is open")
    func resume() throws {
        let bench = try PublishBench()
        try bench.publish(300)
        #expect(bench.waitForHead(300))
        let first = try bench.collect("r", "--until", "120")
        first.waitUntilExit()
        let told = bench.told("r")
        let token = try #require(told.split(separator: "\"token\": \"").last?.split(separator: "\"").first)
        #expect(token.hasSuffix(":120"))
        let second = try bench.collect("r", "--resume", String(token), "--idle", "4")
        second.waitUntilExit()
        #expect(try bench.received("r") == bench.logged())
        // All of them are firing still, so all are in the snapshot; then what comes after.
        let third = try bench.collect("s", "--resume", "now", "--snapshot", "--idle", "6")
        #expect(bench.waitForOutput("s", bytes: 1))
        try bench.publish(10)
        third.waitUntilExit()
        #expect(try bench.received("s") == bench.logged())
    }
}

/// `epicenter-publish` alone, reading findings that the test appends.
final class PublishBench {
    let directory = TemporaryDirectory()
    private let source: FindingSource
    private var publisher = Process()
    private(set) var published: UInt64 = 0
    private var output: [String: String] = [:]

    init() throws {
        let run = directory.path + "/run"
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        try """
        run: {directory: \(run)}
        data: {directory: \(directory.path)/data}
        """.write(toFile: directory.path + "/epicenter.yaml", atomically: true, encoding: .utf8)
        source = try FindingSource(directory.path + "/findings", at: Endpoint("ipc://\(run)/findings.sock"))
        try startPublisher()
    }

    deinit {
        source.stop()
        killPublisher()
    }

    func startPublisher() throws {
        publisher = Process()
        publisher.executableURL = URL(fileURLWithPath: Binaries.path("epicenter-publish"))
        publisher.arguments = ["--config", directory.path + "/epicenter.yaml"]
        publisher.standardError = try file("publisher.log")
        try publisher.run()
    }

    func killPublisher() {
        kill(publisher.processIdentifier, SIGKILL)
        publisher.waitUntilExit()
    }

    func publish(_ count: UInt64) throws {
        published += count
        source.wanted.withLock { $0 = published }
    }

    private func file(_ name: String) throws -> FileHandle {
        let path = directory.path + "/" + name
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }

    func collect(_ name: String, through isThroughProxy: Bool = false, _ options: String...) throws -> Process {
        let folder = directory.path + (isThroughProxy ? "/proxy" : "/run")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Python.path)
        process.arguments =
            [
                Binaries.root + "/Tests/Interop/collect.py", "ipc://\(folder)/alerts.sock",
                "ipc://\(folder)/replay.sock",
                directory.path + "/" + name,
            ] + options
        process.standardOutput = try file(name + ".told")
        try process.run()
        return process
    }

    func told(_ name: String) -> String {
        (try? String(contentsOfFile: directory.path + "/\(name).told", encoding: .utf8)) ?? ""
    }

    func proxy() throws -> CuttingProxy {
        try FileManager.default.createDirectory(atPath: directory.path + "/proxy", withIntermediateDirectories: true)
        return try CuttingProxy(
            ["alerts", "replay"].map {
                "\(directory.path)/proxy/\($0).sock=\(directory.path)/run/\($0).sock"
            })
    }

    private func wait(_ isReached: () -> Bool) -> Bool {
        let end = Date().addingTimeInterval(120)
        while Date() < end {
            if isReached() { return true }
            usleep(20_000)
        }
        return false
    }

    func waitForHead(_ head: UInt64) -> Bool {
        wait { (try? LogIndex(reading: directory.path + "/data/alerts").head >= head) ?? false }
    }

    func waitForOutput(_ name: String, bytes: Int) -> Bool {
        wait {
            let attributes = try? FileManager.default.attributesOfItem(atPath: directory.path + "/" + name)
            return (attributes?[.size] as? Int ?? 0) >= bytes
        }
    }

    struct Received: Equatable {
        var sequence: UInt64
        var body: Data
    }

    func received(_ name: String) throws -> [Received] {
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/" + name))
        var items: [Received] = []
        var place = 0
        while place + 12 <= data.count {
            let (sequence, length) = data.withUnsafeBytes {
                (
                    $0.loadUnaligned(fromByteOffset: place, as: UInt64.self),
                    Int($0.loadUnaligned(fromByteOffset: place + 8, as: UInt32.self))
                )
            }
            items.append(Received(sequence: sequence, body: data[place + 12..<place + 12 + length]))
            place += 12 + length
        }
        return items
    }

    func logged(_ isWanted: (String) -> Bool = { _ in true }) throws -> [Received] {
        var items: [Received] = []
        try LogIndex(reading: directory.path + "/data/alerts").forEachMessage { message in
            if case .alertRecord(let alert) = message, isWanted(alert.topic) {
                items.append(Received(sequence: alert.sequence, body: alert.body))
            }
            return true
        }
        return items
    }
}

/// An owner of findings on a thread of its own: one made-up finding after the other, each a shock of its own.
private final class FindingSource: Sendable {
    let wanted = Mutex<UInt64>(0)
    private let isStopping = Mutex(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ path: String, at endpoint: Endpoint) throws {
        let log = try EventLog(directory: path, stream: .findings, newEpoch: 7, options: .init(sync: .never))
        let handed = Handed(log)
        Thread.detachNewThread { [self] in
            do {
                let owner = try StreamOwner(handed.log.index, in: Context(), at: endpoint)
                try serve(handed.log, owner)
            } catch {
                Issue.record("the source of findings: \(error)")
            }
            ended.signal()
        }
    }

    /// Moves to the thread and stays there.
    private struct Handed: @unchecked Sendable {
        let log: EventLog
        init(_ log: EventLog) { self.log = log }
    }

    func stop() {
        isStopping.withLock { $0 = true }
        ended.wait()
    }

    private func serve(_ log: EventLog, _ owner: StreamOwner) throws {
        var poller = Poller()
        _ = owner.add(to: &poller)
        var made: UInt64 = 0
        var hasMore = false
        while !isStopping.withLock({ $0 }) {
            let upTo = min(wanted.withLock { $0 }, made + 100)
            while made < upTo {
                made += 1
                log.append(.finding(Self.finding(made)))
            }
            owner.watermark = try log.commit()
            hasMore = try owner.service(now: .nanoseconds(Int64(clock_gettime_nsec())))
            _ = try poller.wait(timeout: hasMore || made < wanted.withLock { $0 } ? .zero : .milliseconds(5))
        }
    }

    private func clock_gettime_nsec() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func finding(_ number: UInt64) -> Finding {
        let noon: UInt64 = 1_737_979_200_000_000_000
        var finding = Finding()
        finding.recordTime = noon + number
        finding.eventTime = noon + number
        finding.cause.sequence = number
        finding.cause.ordinal = 1
        finding.subject = "S\(number % 20)"
        finding.subjectName = "Subject \(number % 20)"
        finding.shock = "\(finding.subject)/\(number)"
        finding.revision = 1
        finding.phase = .open
        finding.scope = .instrument
        finding.measure.session = "2025-01-27"
        finding.measure.onsetUntil = noon
        finding.measure.simpleReturn = -0.1
        return finding
    }
}

/// `Tests/Interop/cutting_proxy.py`.
final class CuttingProxy {
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()

    init(_ pairs: [String]) throws {
        process.executableURL = URL(fileURLWithPath: Python.path)
        process.arguments = [Binaries.root + "/Tests/Interop/cutting_proxy.py"] + pairs
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        _ = answers.fileHandleForReading.availableData
    }

    deinit { process.terminate() }

    /// Cuts all connections.
    ///
    /// - Returns: How many ends were open: two for each connection.
    func cut() throws -> Int {
        try commands.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        let answer = String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self)
        return Int(answer.dropLast()) ?? 0
    }
}
