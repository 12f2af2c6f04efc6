import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import Synchronization
import TestKit
import Testing

/// What the disk is asked for so that nothing promised is lost, and what becomes of what it did not keep. Each of
/// these was found by `ScenarioTests`.
@Suite("Durability")
struct DurabilityTests {
    let directory = TemporaryDirectory()
    private var path: String { directory.path + "/s" }

    private func open(
        _ stream: StreamName = .market, segmentBytes: UInt64 = 1 << 30, boot: String = "a", epoch: UInt64 = 7,
        sync: SyncPolicy = .onRequest, calls: any FileCalls = SystemFileCalls()
    ) throws -> EventLog {
        try EventLog(
            directory: path, stream: stream, newEpoch: epoch,
            options: .init(
                sync: sync, segmentBytes: segmentBytes, compactsInBackground: false, boot: boot, calls: calls))
    }

    private func segments() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".mcap") }.sorted()
    }

    /// Writes records, a chunk each, and says where in the segment each one's payload begins.
    private func write(_ stream: StreamName, _ count: UInt64) throws -> [Int] {
        let log = try open(stream)
        for number in 1...count {
            log.append(stream == .market ? tick(number) : signal(cause: number))
            try log.commit()
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + segments()[0]))
        return try (1...count).map { number in
            try #require(bytes.range(of: Data([0x09, UInt8(number), 0, 0, 0, 0, 0, 0, 0]))).lowerBound
        }
    }

    private func flip(_ place: Int) throws {
        let file = URL(fileURLWithPath: path + "/" + (try segments()[0]))
        var bytes = try Data(contentsOf: file)
        bytes[place] ^= 0x10
        try bytes.write(to: file)
    }

    // MARK: what is synced

    @Test("the name of a new segment is synced before what is in it counts as synced")
    func nameOfSegment() throws {
        let calls = WatchedCalls()
        let log = try open(sync: .always, calls: calls)
        log.append(tick(1))
        try log.commit()
        let segment = path + "/" + (try segments()[0])
        let asked = calls.asked
        let made = try #require(asked.lastIndex(of: "open \(segment)"))
        let named = try #require(asked.lastIndex(of: "sync \(path)"))
        #expect(made < named)
    }

    @Test("a closed segment that its owner did not live to sync is synced at the next start")
    func closedSegment() throws {
        do {
            let log = try open(sync: .never)
            log.append(tick(1))
            try log.close()
        }
        let calls = WatchedCalls()
        _ = try open(calls: calls)
        #expect(calls.asked.contains("sync \(path)/\(try segments()[0])"))
    }

    @Test("a sync that fails at the start is not forgotten by the next start")
    func failedSyncAtStart() throws {
        _ = try write(.market, 3)
        let calls = FailingCalls()
        calls.fail(sync: EIO)
        let error = #expect(throws: LogError.self) { try open(calls: calls) }
        #expect(error?.isSyncFailure ?? false)
        let log = try open(epoch: 8)
        #expect(log.opening.wasInDoubt)
        #expect(try sequences(log.index) == [1, 2, 3])
    }

    @Test("nothing is written before the owner's mark is: a power loss would be taken for an orderly end")
    func mark() throws {
        do { try open().close() }
        let calls = FailingCalls()
        calls.fail(write: EIO)
        let error = #expect(throws: LogError.self) { try open(boot: "b", calls: calls) }
        #expect(error?.isStall ?? false)
    }

    // MARK: segments that could not be begun

    @Test("a segment whose first chunk could not be written is begun again, and nothing is lost")
    func emptySegment() throws {
        let calls = FailingCalls()
        do {
            // Every segment is full before its first chunk.
            let log = try open(segmentBytes: 1, calls: calls)
            log.append(tick(1))
            try log.commit()
            // Room for the definitions in front, and no more.
            let front = Int(log.index.bytes)
            for time in 2...4 as ClosedRange<UInt64> {
                calls.leave(room: time == 3 ? 2 * front : .max)
                log.append(tick(time))
                for _ in 0..<3 where (try? log.commit()) == nil { calls.leave(room: front - 40) }
                calls.leave(room: .max)
                try log.commit()
            }
            #expect(try sequences(log.index) == [1, 2, 3, 4])
        }
        #expect(try sequences(open(segmentBytes: 1).index) == [1, 2, 3, 4])
    }

    @Test("a segment that cannot be begun costs no descriptors, however often it is tried")
    func descriptors() throws {
        let calls = FailingCalls()
        let log = try open(calls: calls)
        log.append(tick(1))
        calls.leave(room: 10)
        func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        _ = try? log.commit()
        let before = try count()
        for _ in 0..<200 { _ = try? log.commit() }
        // Other tests open files at the same time.
        #expect(try count() < before + 100)
    }

    // MARK: power loss

    @Test("what power loss damaged in the middle of a derived stream is cut, for it is said again")
    func damagedCopy() throws {
        let places = try write(.signals, 5)
        try flip(places[2])
        let log = try open(.signals, boot: "b", epoch: 8)
        #expect(try sequences(log.index) == [1, 2])
        #expect(log.lineage.lost.isEmpty && log.epoch == 7 && log.committed == 2)
    }

    @Test("what power loss damaged in the middle of market is taken back from those who have it; the rest is kept")
    func damagedSource() throws {
        let places = try write(.market, 5)
        try flip(places[2])
        let log = try open(boot: "b", epoch: 8)
        #expect(try sequences(log.index) == [1, 2, 4, 5])
        #expect(log.lineage.lost == [Lineage.Span(3, 3)])
        #expect(log.lineage.standing(epoch: 7, upTo: 2) == .good)
        #expect(log.lineage.standing(epoch: 7, upTo: 5) == .withdrawn(first: 3, cause: 3))
    }

    @Test("definitions that power loss damaged are written anew", arguments: [StreamName.market, .findings])
    func damagedDefinitions(stream: StreamName) throws {
        do {
            let log = try open(stream)
            log.append(stream == .market ? tick(1) : finding(cause: 1))
            try log.commit()
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + segments()[0]))
        let topic = stream == .market ? "market/ClockTick" : "findings/Finding"
        try flip(try #require(bytes.range(of: Data(topic.utf8), options: .backwards)).lowerBound + 3)
        let log = try open(stream, boot: "b", epoch: 8)
        #expect(try sequences(log.index) == [1])
    }

    private func finding(cause: UInt64) -> StreamMessage {
        var finding = Finding()
        finding.recordTime = cause
        finding.cause.sequence = cause
        finding.cause.ordinal = 1
        return .finding(finding)
    }

    @Test("what was said and lost with the power is taken back too, though there is nothing left to cut")
    func nothingLeft() throws {
        let log = try open(.signals)
        log.append(signal(cause: 2))
        try log.commit()
        // Readers have a second one, caused by 5, that the disk did not keep.
        #expect(try log.cutBack(fromCause: 4, because: "test") == nil)
        #expect(log.lineage.standing(epoch: 7, upTo: 1) == .good)
        #expect(log.lineage.standing(epoch: 7, upTo: 2) == .withdrawn(first: 2, cause: 4))
        log.append(signal(cause: 4))
        try log.commit()
        #expect(try sequences(log.index) == [1, 2])
    }
}

/// Remembers what the kernel was asked for.
private final class WatchedCalls: FileCalls {
    private let log = Mutex<[String]>([])
    private let system = SystemFileCalls()

    var asked: [String] { log.withLock { $0 } }

    private func note(_ call: String, _ descriptor: Int32) {
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) ?? ""
        log.withLock { $0.append("\(call) \(path)") }
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        system.write(descriptor, bytes, at: offset)
    }
    func sync(_ descriptor: Int32) -> Int32 {
        note("sync", descriptor)
        return system.sync(descriptor)
    }
    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 { system.truncate(descriptor, to: length) }
    func open(_ path: String, _ flags: Int32) -> Int32 {
        log.withLock { $0.append("open \(path)") }
        return system.open(path, flags)
    }
    func rename(_ from: String, _ to: String) -> Int32 { system.rename(from, to) }
    func unlink(_ path: String) -> Int32 { system.unlink(path) }
}
