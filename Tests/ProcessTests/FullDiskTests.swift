import EventLog
import Foundation
import Glibc
import Schema
import Streaming
import SwiftProtobuf
import TestKit
import Testing
import ZeroMQ

/// A small file system of a test's own, with something in it to be removed when room is wanted.
final class SmallDisk {
    let path: String

    /// nil where mounting is not allowed.
    init?(_ path: String, _ options: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard try run("/bin/mount", ["-t", "tmpfs", "-o", options, "none", path]).status == 0 else { return nil }
    }

    /// Takes room away.
    func fill(bytes: Int) throws {
        try FileManager.default.createDirectory(atPath: path + "/quarantine", withIntermediateDirectories: true)
        try Data(count: bytes).write(to: URL(fileURLWithPath: path + "/quarantine/ballast"))
    }

    func fill(files: Int) throws {
        try FileManager.default.createDirectory(atPath: path + "/quarantine", withIntermediateDirectories: true)
        for file in 0..<files { try Data().write(to: URL(fileURLWithPath: path + "/quarantine/ballast\(file)")) }
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path + "/quarantine") }

    deinit { _ = try? run("/bin/umount", ["-l", path]) }

    /// Whether this process may mount at all.
    static let isAllowed: Bool = {
        let directory = TemporaryDirectory()
        return (try? SmallDisk(directory.path + "/m", "size=1m")) != nil
    }()
}

/// A disk that has no room, or fails, under the real processes.
@Suite(
    "Full and failing disks", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"),
    .enabled(if: SmallDisk.isAllowed, "mounting a tmpfs is not allowed here"), .serialized)
struct FullDiskTests {
    enum Shortage: CaseIterable {
        case bytes, inodes
    }

    @Test(
        "market's disk fills up: nothing more is acknowledged, all goes on being served, and it resumes by itself",
        arguments: Shortage.allCases)
    func market(shortage: Shortage) throws {
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        let options = shortage == .bytes ? "size=6m" : "size=256m,nr_inodes=12"
        let disk = try #require(try SmallDisk(data + "/market", options))
        switch shortage {
        case .bytes: try disk.fill(bytes: 3 << 20)
        case .inodes: try disk.fill(files: 5)
        }
        let began = Date()
        let service = try Service(
            "ingest: {ticks: false}\n" + BadInputTests.instruments, data: ["segmentMegabytes: 1"], dataDirectory: data)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let pids = Service.children(of: service.process.processIdentifier)
        let producer = try NumberedProducer(service)
        let acknowledged = try producer.sendUntilSilent(limit: 20_000)
        // It has stopped, says why, and has acknowledged nothing that is not there.
        let stalled = try service.wait { !$0.alarm(of: "epicenter-ingest").isEmpty }
        let alarm = stalled?.alarm(of: "epicenter-ingest") ?? ""
        #expect(alarm.contains("No space left") || alarm.contains("errno \(ENOSPC)"), "\(alarm)")
        #expect(try Self.events(data) == Array(1...acknowledged) || Self.events(data).starts(with: 1...acknowledged))
        #expect(Service.children(of: service.process.processIdentifier) == pids)
        let head = stalled?.watermark(of: "epicenter-ingest") ?? 0
        // Readers, new ones too, are served all there is.
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil)
        #expect(try Self.read("market", of: service, upTo: head) == head)
        try disk.makeRoom()
        let total = try producer.finish(atLeast: acknowledged + 2_000)
        #expect(try service.wait { $0.alarm(of: "epicenter-ingest").isEmpty } != nil)
        #expect(Service.children(of: service.process.processIdentifier) == pids)
        #expect(service.stop() == 0, "\(service.log)")
        #expect(try Self.events(data) == Array(1...total))
        print(
            "No room for market (\(shortage)): silent after \(acknowledged) events, \(total) in the end,",
            "alarm \"\(alarm.split(separator: "/").last ?? "")\", \(seconds(since: began)) s")
    }

    @Test("a derived stream's disk fills up: its process waits, the others go on, and alerts are the same in the end")
    func alerts() throws {
        let reference = try ReplayTests.reference()
        let head = try LogIndex(reading: Binaries.recording).head
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        let disk = try #require(try SmallDisk(data + "/alerts", "size=96m"))
        try disk.fill(bytes: 93 << 20)
        let began = Date()
        let service = try Service(
            "ingest: {recording: \(Binaries.recording), rate: 30000000, ticks: false}",
            data: ["segmentMegabytes: 1", "compression: none"], dataDirectory: data)
        let stalled = try service.wait {
            !$0.alarm(of: "epicenter-publish").isEmpty && $0.watermark(of: "epicenter-attribute") == head
        }
        #expect(stalled != nil, "\(service.log)")
        let reached = stalled?.watermark(of: "epicenter-publish") ?? 0
        #expect(reached < head)
        let said = stalled?.children.last?.heartbeat.streams.first?.head ?? 0
        #expect(try Self.read("alerts", of: service, upTo: said) == said)
        // Started on a full disk, it waits to open the stream rather than die of it.
        service.crash()
        try service.start()
        let waiting = try service.wait {
            !$0.alarm(of: "epicenter-publish").isEmpty && $0.watermark(of: "epicenter-attribute") == head
        }
        #expect(waiting?.alarm(of: "epicenter-publish").contains("No space left") == true, "\(service.log)")
        try disk.makeRoom()
        #expect(try service.wait { $0.watermark(of: "epicenter-publish") == head } != nil, "\(service.log)")
        #expect(try service.status()?.children.allSatisfy { $0.restarts == 0 } == true)
        #expect(service.stop() == 0)
        #expect(try service.digest() == reference)
        print("No room for alerts: waited at \(said), \(seconds(since: began)) s")
    }

    @Test("a disk that fails writes is waited for; one that fails a sync ends the process, and the next writes anew")
    func failing() throws {
        let directory = TemporaryDirectory()
        let shim = directory.path + "/fault.so"
        let built = try run(
            "/usr/bin/env", ["cc", "-shared", "-fPIC", "-o", shim, Binaries.root + "/Tests/Faults/fault.c", "-ldl"])
        try #require(built.status == 0, "\(built.errors)")
        let fault = directory.path + "/fault"
        let began = Date()
        let service = try Service(
            "ingest: {ticks: false}\n" + BadInputTests.instruments, data: ["syncIntervalMs: 20"],
            environment: ["LD_PRELOAD": shim, "EPICENTER_FAULT": fault])
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        let producer = try NumberedProducer(service)
        try producer.sendAll(500)

        try "pwrite /market/".write(toFile: fault, atomically: true, encoding: .utf8)
        let acknowledged = try producer.sendUntilSilent(limit: 20_000)
        let stalled = try service.wait { !$0.alarm(of: "epicenter-ingest").isEmpty }
        #expect(stalled?.alarm(of: "epicenter-ingest").contains("nput/output error") == true)
        try FileManager.default.removeItem(atPath: fault)
        try producer.finish(atLeast: acknowledged + 500)
        #expect(try service.status()?.children.first?.restarts == 0)

        let files = try Self.inodes(service.dataDirectory + "/market")
        try "fdatasync /market/".write(toFile: fault, atomically: true, encoding: .utf8)
        try producer.send()
        let ended = try service.wait { ($0.children.first?.restarts ?? 0) > 0 }
        #expect(ended?.children.first?.lastExit == "exit status 1", "\(service.log)")
        try? FileManager.default.removeItem(atPath: fault)
        let total = try producer.finish(atLeast: acknowledged + 1_000)
        #expect(try service.wait(until: \.ready) != nil, "\(service.log)")
        #expect(service.stop() == 0)
        #expect(service.log.contains("may be missing"))
        #expect(try Self.inodes(service.dataDirectory + "/market").intersection(files).isEmpty)
        #expect(try Self.events(service.dataDirectory) == Array(1...total))
        print("Failing disk: \(total) events, \(seconds(since: began)) s")
    }

    private static func inodes(_ path: String) throws -> Set<UInt64> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".mcap") }.map { name in
                var status = stat()
                stat(path + "/" + name, &status)
                return UInt64(status.st_ino)
            })
    }

    /// The numbers of all trades in market, in their order.
    static func events(_ data: String) throws -> [Int] {
        var found: [Int] = []
        try LogIndex(reading: data + "/market").forEachMessage(types: [.trades]) { message in
            if case .trades(let trades) = message { found += trades.size.map { Int($0) } }
            return true
        }
        return found
    }

    /// Reads a stream over its socket as any reader does.
    ///
    /// - Returns: How many records came.
    static func read(_ stream: String, of service: Service, upTo head: UInt64) throws -> UInt64 {
        let socket = stream == "alerts" ? "replay" : stream
        let name = try #require(StreamName(rawValue: stream))
        let reader = try StreamReader(
            name, in: Context(), at: Endpoint("ipc://\(service.runDirectory)/\(socket).sock"), name: "test")
        var poller = Poller()
        _ = reader.add(to: &poller)
        let began = ContinuousClock.now
        var count: UInt64 = 0
        while reader.next <= head, ContinuousClock.now - began < .seconds(20) {
            let now = ContinuousClock.now - began
            try reader.keepOpen(now: now)
            _ = try poller.wait(timeout: .milliseconds(20))
            while case .progress = try reader.receive(now: now, { batch, _ in count += UInt64(batch.count) }) {}
            try reader.acknowledge(reader.next - 1, idle: true)
        }
        try reader.close()
        return count
    }
}

/// Sends trades whose sizes count up, a hundred a batch, one batch at a time, and again what got no answer.
final class NumberedProducer {
    private var socket: Socket<Dealer>
    private let endpoint: Endpoint
    private(set) var acknowledged = 0
    static let rows = 100

    init(_ service: Service) throws {
        var options = SocketOptions()
        options.receiveTimeout = .milliseconds(1_500)
        options.sendTimeout = .seconds(20)
        endpoint = try Endpoint("ipc://\(service.runDirectory)/producers.sock")
        socket = try Socket(Dealer.self, in: Context(), options: options)
        try socket.connect(to: endpoint)
    }

    /// Sends the batch behind what was acknowledged.
    func send() throws {
        let events = (acknowledged + 1...acknowledged + Self.rows).map {
            #"{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":\#($0)}"#
        }
        let text =
            #"{"producer":"numbers","producer_sequence":\#(acknowledged + 1),"events":[\#(events.joined(separator: ","))]}"#
        guard try socket.send(text, wait: true) == .sent else { throw Unexpected("not sent") }
    }

    /// Takes answers until one moves on.
    private func answered() throws -> Bool {
        while let frame = try socket.receive() {
            let reply = try ProducerReply(jsonUTF8Bytes: frame.copyBytes())
            guard reply.error.isEmpty, reply.refusals.isEmpty else { throw Unexpected("\(reply)") }
            if Int(reply.acknowledged) > acknowledged {
                acknowledged = Int(reply.acknowledged)
                return true
            }
        }
        return false
    }

    /// - Returns: How many were acknowledged when no answer came any more.
    func sendUntilSilent(limit: Int) throws -> Int {
        var sent = 0
        while sent < limit * Self.rows {
            try send()
            sent += Self.rows
            guard try answered() else { return acknowledged }
        }
        throw Unexpected("still answered after \(limit) batches")
    }

    func sendAll(_ count: Int) throws {
        _ = try finish(atLeast: acknowledged + count)
    }

    /// Sends until this many are acknowledged, again what is not answered.
    ///
    /// - Returns: How many are.
    @discardableResult
    func finish(atLeast count: Int) throws -> Int {
        for _ in 0..<40 where acknowledged < count {
            while acknowledged < count {
                try send()
                guard try answered() else { break }
            }
        }
        guard acknowledged >= count else { throw Unexpected("only \(acknowledged) of \(count) acknowledged") }
        // Answers to what was sent twice.
        while try socket.receive() != nil {}
        return acknowledged
    }
}

extension ServiceStatus {
    func alarm(of process: String) -> String {
        children.first { $0.process == process }?.heartbeat.alarm ?? ""
    }
}
