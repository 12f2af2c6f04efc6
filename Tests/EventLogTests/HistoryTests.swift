import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import TestKit
import Testing

/// What becomes of a stream when it grows, is damaged, loses its end or is taken back.
@Suite("A stream's history")
struct HistoryTests {
    let directory = TemporaryDirectory()
    private var path: String { directory.path + "/s" }

    private func open(
        _ stream: StreamName = .market, segmentBytes: UInt64 = 1 << 30, boot: String = "a", epoch: UInt64 = 7,
        sync: SyncPolicy = .never, calls: any FileCalls = SystemFileCalls()
    ) throws -> EventLog {
        try EventLog(
            directory: path, stream: stream, newEpoch: epoch,
            options: .init(
                sync: sync, segmentBytes: segmentBytes, compactsInBackground: false, boot: boot, calls: calls))
    }

    /// What a segment of `market` has before its first record: the schemas, which grow with every message type.
    private static let front: UInt64 = {
        let directory = TemporaryDirectory()
        let log = try? EventLog(directory: directory.path + "/s", stream: .market, newEpoch: 7)
        log?.append(tick(1))
        _ = try? log?.commit()
        return log?.index.bytes ?? 0
    }()

    private func segments() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".mcap") }.sorted()
    }

    /// Fills a stream, a segment about each ten ticks.
    private func fill(_ log: EventLog, _ range: ClosedRange<UInt64>) throws {
        for time in range {
            log.append(tick(time))
            try log.commit()
        }
    }

    // MARK: rotation

    @Test("full segments are closed and compacted, and everything is read back from any place, also anew")
    func rotation() throws {
        do {
            let log = try open(segmentBytes: Self.front + 20_000)
            try fill(log, 1...500)
            #expect(try segments().count > 2)
            #expect(try sequences(log.index) == Array(1...500))
            try log.close()
        }
        let log = try open(segmentBytes: Self.front + 20_000)
        #expect(log.committed == 500)
        #expect(log.opening.closedSegments == 0 && log.opening.lost.isEmpty)
        for from in stride(from: 1 as UInt64, through: 500, by: 37) {
            #expect(try sequences(log.index, from: from) == Array(from...500))
        }
        #expect(try sequences(LogIndex(reading: path)) == Array(1...500))
        // Compacted: a chunk instead of a chunk a commit.
        let first = try #require(try segments().first)
        let file = Glibc.open(path + "/" + first, O_RDONLY)
        defer { close(file) }
        let reader = try IndexedReader(file)
        #expect(reader.chunkIndexes.count == 1)
        #expect(reader.summary.attachmentIndexes.map(\.name) == ["epicenter.sequences"])
    }

    @Test("a segment is closed by age too, and an idle one is left alone")
    func age() throws {
        let log = try EventLog(
            directory: path, stream: .market, newEpoch: 7,
            options: .init(sync: .never, segmentAge: .seconds(60), compactsInBackground: false))
        try log.maintain(now: .seconds(0))
        try fill(log, 1...1)
        try log.maintain(now: .seconds(10))
        try log.maintain(now: .seconds(69))
        try fill(log, 2...2)
        #expect(try segments().count == 1)
        try log.maintain(now: .seconds(70))
        try fill(log, 3...3)
        #expect(try segments().count == 2)
        #expect(try sequences(log.index) == [1, 2, 3])
    }

    // MARK: damage

    private func flip(_ file: String, at share: Double) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[Int(Double(bytes.count) * share)] ^= 0x10
        try bytes.write(to: URL(fileURLWithPath: file))
    }

    @Test("damage in the middle is put in quarantine, the range lost is told, the rest is kept")
    func quarantine() throws {
        do {
            let log = try open()
            // Chunks of their own: noise is not compressed to nothing.
            for round in 0..<4 as Range<UInt64> {
                for row in 0..<40 as Range<UInt64> {
                    var item = NewsItem()
                    item.recordTime = round * 40 + row
                    item.body = (0..<20_000).map { _ in String(UInt64.random(in: 0...9)) }.joined()
                    log.append(.newsItem(item))
                }
                try log.commit()
            }
            log.append(tick(1_000))
            try log.close()
        }
        let segment = path + "/" + (try #require(try segments().first))
        let original = try Data(contentsOf: URL(fileURLWithPath: segment))
        try flip(segment, at: 0.55)
        let found: [UInt64]
        do {
            let log = try open(epoch: 8)
            let before = log.epoch
            found = try sequences(log.index)
            let lost = try #require(log.lineage.lost.first)
            #expect(log.lineage.lost.count == 1)
            #expect(found + Array(lost.first...lost.last) != found)
            #expect((found + Array(lost.first...lost.last)).sorted() == Array(1...161))
            #expect(log.epoch != before)
            #expect(log.lineage.current.first == lost.first)
            #expect(log.opening.lost == [lost])
            let kept = try FileManager.default.contentsOfDirectory(atPath: path + "/quarantine")
            #expect(kept.count == 1)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/quarantine/" + kept[0])).count == original.count)
            // It goes on behind the head, and is the same when opened again.
            log.append(tick(2_000))
            try log.commit()
            #expect(log.committed == 162)
            #expect(try sequences(log.index) == found + [162])
            try log.close()
        }
        #expect(try sequences(open().index) == found + [162])
        #expect(try sequences(LogIndex(reading: path)) == found + [162])
    }

    @Test("every bit of one record flipped in the live segment: its chunk is lost and said so, nothing else is")
    func everyBit() throws {
        do {
            let log = try open()
            try fill(log, 1...5)
        }
        let name = try #require(try segments().first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        // The third tick's message record, prefix included: sequence 3 as field 1.
        let payload = try #require(bytes.range(of: Data([0x09, 3, 0, 0, 0, 0, 0, 0, 0])))
        for bit in 0..<(27 + 31) * 8 {
            let copy = directory.path + "/bit\(bit)"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            var changed = bytes
            changed[payload.lowerBound - 31 + bit / 8] ^= 1 << UInt8(bit % 8)
            try changed.write(to: URL(fileURLWithPath: copy + "/" + name))
            let log = try EventLog(directory: copy, stream: .market, newEpoch: 9, options: .init(sync: .never))
            #expect(try sequences(log.index) == [1, 2, 4, 5], "bit \(bit)")
            #expect(log.lineage.lost == [Lineage.Span(3, 3)], "bit \(bit)")
            #expect(log.opening.lost == [Lineage.Span(3, 3)], "bit \(bit)")
        }
    }

    @Test(
        "every byte of a stream's last three chunks damaged: it opens, and what is not there is told",
        arguments: [true, false])
    func damagedBytes(isClosed: Bool) throws {
        let (name, bytes, ends) = try five(.signals, isClosed: isClosed)
        for place in ends[1]..<ends[4] {
            let copy = try copy(name, bytes, cutTo: bytes.count)
            var changed = bytes
            changed[place] ^= 0x40
            try changed.write(to: URL(fileURLWithPath: copy + "/" + name))
            let log = try EventLog(directory: copy, stream: .signals, newEpoch: 9, options: .init(sync: .never))
            let found = try sequences(log.index)
            let lost = log.lineage.lost.flatMap { Array($0.first...$0.last) }
            let missing = log.opening.missing.map { Array($0.first...$0.last) } ?? []
            // Damage at the end of a stream that was not closed is what a torn write leaves.
            let torn = isClosed || (found + lost).contains(5) ? [] : [5] as [UInt64]
            #expect((found + lost + missing + torn).sorted() == [1, 2, 3, 4, 5], "\(place)")
            #expect(found.count >= 4, "\(place)")
            #expect(missing.isEmpty || missing == [5], "\(place)")
        }
    }

    @Test("a stream whose front is damaged is read from its start, and the range is told")
    func damagedFront() throws {
        do {
            let log = try open(segmentBytes: Self.front + 20_000)
            try fill(log, 1...300)
            try log.close()
        }
        let names = try segments()
        let second = try #require(UInt64(names[1].dropLast(5)))
        try flip(path + "/" + names[0], at: 0.45)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + names[0]))
        let chunk = try #require(bytes.range(of: Data("zstd".utf8)))
        for place in chunk.upperBound + 12..<chunk.upperBound + 20 { bytes[place] ^= 0xFF }
        try bytes.write(to: URL(fileURLWithPath: path + "/" + names[0]))
        let log = try open(segmentBytes: Self.front + 20_000)
        #expect(try sequences(log.index) == Array(second...300))
        #expect(log.lineage.lost == [Lineage.Span(1, second - 1)])
        #expect(log.index.firstSequence == 1)
        var cursor = LogCursor(at: 3)
        let batch = try #require(try cursor.next(in: log.index, into: RawBuffer()))
        #expect(batch.lost == Lineage.Span(3, second - 1))
        #expect(batch.firstSequence == second)
        #expect(try sequences(LogIndex(reading: path)) == Array(second...300))
    }

    @Test("retention that meets a damaged segment mends it and goes on")
    func retentionOfDamage() throws {
        do {
            let log = try open(segmentBytes: Self.front + 20_000)
            try fill(log, 1...500)
            try log.close()
        }
        let name = try #require(try segments().first)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        bytes.replaceSubrange(bytes.count - 2_000..<bytes.count - 100, with: Data(count: 1_900))
        bytes.replaceSubrange(20_000..<bytes.count - 2_000, with: Data(repeating: 7, count: bytes.count - 22_000))
        try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
        let log = try open(segmentBytes: Self.front + 20_000)
        let policy = RetentionPolicy(maximumBytes: 1)
        _ = try log.retain(behind: .max, policy)
        _ = try log.retain(behind: .max, policy)
        #expect(try segments().count == 1)
        #expect(log.committed == 500)
    }

    // MARK: truncation

    /// A chunk is whole without the index of its one message: opcode, length, channel, array's length, one entry.
    static let messageIndex = 1 + 8 + 2 + 4 + 16

    /// Five records, a chunk each.
    ///
    /// - Returns: The segment's bytes, and where each record's chunk ends.
    private func five(_ stream: StreamName, isClosed: Bool) throws -> (name: String, bytes: Data, ends: [Int]) {
        var ends: [Int] = []
        let log = try open(stream)
        for cause in 1...5 as ClosedRange<UInt64> {
            log.append(stream == .market ? tick(cause) : signal(cause: cause))
            try log.commit()
            ends.append(Int(try attributes().1) - Self.messageIndex)
        }
        if isClosed { try log.close() }
        let name = try #require(try segments().first)
        return (name, try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)), ends)
    }

    /// The stream with its segment cut to a length, in a place of its own.
    private func copy(_ name: String, _ bytes: Data, cutTo length: Int) throws -> String {
        let copy = directory.path + "/cut\(length)"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try bytes.prefix(length).write(to: URL(fileURLWithPath: copy + "/" + name))
        return copy
    }

    @Test("a live segment cut at every byte of its last two records: whole records stay, and it goes on behind them")
    func truncatedLive() throws {
        let (name, bytes, ends) = try five(.market, isClosed: false)
        for length in ends[2]...ends[4] {
            let whole = UInt64(ends.filter { $0 <= length }.count)
            let log = try EventLog(
                directory: copy(name, bytes, cutTo: length), stream: .market, newEpoch: 9, options: .init(sync: .never))
            #expect(try sequences(log.index) == Array(1...whole), "\(length)")
            let torn = length - ends[Int(whole) - 1]
            #expect(
                log.opening.cutBytes == UInt64(torn < Self.messageIndex ? torn : torn - Self.messageIndex), "\(length)")
            #expect(log.opening.lost.isEmpty && log.opening.missing == nil, "\(length)")
            log.append(tick(9))
            try log.commit()
            #expect(try sequences(log.index) == Array(1...whole + 1), "\(length)")
        }
    }

    @Test(
        "a closed stream cut anywhere: whole records stay, what is not there is told, market begins a new epoch",
        arguments: [StreamName.market, .signals])
    func truncatedClosed(stream: StreamName) throws {
        var random = SeededGenerator(for: "Truncation", default: 11)
        let (name, bytes, ends) = try five(stream, isClosed: true)
        // Every byte of the last two records, and places in what closing wrote.
        let places =
            Array(ends[2]...ends[4] + 80) + (0..<100).map { _ in Int.random(in: ends[4]...bytes.count, using: &random) }
        for length in places + [0, 1, 8, 100] {
            let whole = UInt64(ends.filter { $0 <= length }.count)
            let log = try EventLog(
                directory: copy(name, bytes, cutTo: length), stream: stream, newEpoch: 9, options: .init(sync: .never))
            #expect(try sequences(log.index) == Array(1..<whole + 1), "\(length)")
            #expect(log.opening.lost.isEmpty, "\(length)")
            #expect(log.opening.missing == (whole < 5 ? Lineage.Span(whole + 1, 5) : nil), "\(length)")
            #expect((log.epoch != 7) == (whole < 5 && stream == .market), "\(length)")
            if stream == .market, whole < 5 {
                #expect(log.lineage.standing(epoch: 7, upTo: 5) == .withdrawn(first: whole + 1, cause: whole + 1))
                #expect(log.lineage.standing(epoch: 7, upTo: whole) == .good)
            }
            log.append(stream == .market ? tick(9) : signal(cause: 9))
            try log.commit()
            #expect(try sequences(log.index) == Array(1...whole + 1), "\(length)")
        }
    }

    @Test("a segment in the middle cut at every byte of its last two records: what is gone is on record as lost")
    func truncatedMiddle() throws {
        do {
            let log = try open(segmentBytes: 1)
            // The first segment is closed with two records and is compacted when the third is written.
            log.append(tick(1))
            log.append(tick(2))
            try fill(log, 3...5)
            try log.close()
        }
        let name = try #require(try segments().first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
        let record = try #require(
            bytes.range(of: Data([0x09, 2, 0, 0, 0, 0, 0, 0, 0])) ?? bytes.range(of: Data("zstd".utf8)))
        let begin = max(0, record.lowerBound - 200)
        for length in Array(begin...begin + 400) + [0, bytes.count - 1] {
            let log = try EventLog(
                directory: copy(name, bytes, cutTo: length), stream: .market, newEpoch: 9, options: .init(sync: .never))
            let found = try sequences(log.index)
            let lost = log.lineage.lost.flatMap { Array($0.first...$0.last) }
            #expect((lost + found).sorted() == Array(1...5), "\(length)")
            #expect(lost.isEmpty || log.epoch != 7, "\(length)")
            log.append(tick(9))
            try log.commit()
            #expect(log.committed == 6)
        }
    }

    // MARK: failing disks

    @Test("no room: nothing is acknowledged or served, nothing is lost, and it goes on when there is room")
    func noRoom() throws {
        let calls = FailingCalls()
        do {
            let log = try open(calls: calls)
            try fill(log, 1...3)
            for room in [0, 1, 40, 200] {
                calls.leave(room: room)
                let before = log.committed
                log.append(tick(10))
                log.append(tick(11))
                for _ in 0..<3 {
                    let failure = #expect(throws: LogError.self) { try log.commit() }
                    #expect(failure?.isStall == true && failure?.isSyncFailure == false)
                    #expect(log.committed == before)
                    #expect(try sequences(log.index).count == Int(before))
                }
                // More may be appended meanwhile… but a caller that waits does not.
                calls.leave(room: .max)
                try log.commit()
                #expect(log.committed == before + 2)
            }
            #expect(try sequences(log.index) == Array(1...11))
            try log.close()
        }
        #expect(try sequences(open().index) == Array(1...11))
    }

    @Test("no room for a new segment: the next one begins when there is")
    func noRoomForSegment() throws {
        let calls = FailingCalls()
        let log = try open(calls: calls)
        calls.leave(room: 100)
        log.append(tick(1))
        let failure = #expect(throws: LogError.self) { try log.commit() }
        #expect(failure?.isStall == true)
        calls.leave(room: .max)
        try log.commit()
        #expect(try sequences(log.index) == [1])
    }

    @Test("a sync that failed is never tried again: the log refuses, and the next start writes a new file")
    func failedSync() throws {
        let calls = FailingCalls()
        do {
            let log = try open(sync: .always, calls: calls)
            try fill(log, 1...3)
            calls.fail(sync: EIO)
            log.append(tick(4))
            let failure = #expect(throws: LogError.self) { try log.commit() }
            #expect(failure?.isSyncFailure == true && failure?.isStall == false)
            calls.fail(sync: 0)
            let syncs = calls.syncs
            #expect(throws: LogError.self) { try log.commit() }
            #expect(throws: LogError.self) { try log.sync() }
            #expect(calls.syncs == syncs)
        }
        let inode = try attributes().0
        let log = try open(epoch: 8)
        #expect(log.opening.wasInDoubt)
        #expect(try attributes().0 != inode)
        #expect(try sequences(log.index) == [1, 2, 3, 4])
        // What followed 4 may have been there: a new history.
        #expect(log.epoch != 7)
        #expect(log.lineage.current.first == 5)
        #expect(log.lineage.standing(epoch: 7, upTo: 4) == .good)
        #expect(log.lineage.standing(epoch: 7, upTo: 5) == .withdrawn(first: 5, cause: 5))
    }

    private func attributes() throws -> (UInt64, UInt64) {
        var status = stat()
        #expect(stat(path + "/" + (try #require(try segments().last)), &status) == 0)
        return (UInt64(status.st_ino), UInt64(status.st_size))
    }

    // MARK: epochs

    @Test(
        "power loss begins a new epoch where nothing can make the records again, and only there",
        arguments: [(StreamName.market, true), (.signals, false)])
    func powerLoss(stream: StreamName, isNew: Bool) throws {
        do {
            let log = try open(stream)
            log.append(stream == .market ? tick(1) : signal(cause: 1))
            try log.commit()
        }
        // The same boot: the process died, the page cache did not.
        #expect(try open(stream, epoch: 8).epoch == 7)
        let log = try open(stream, boot: "b", epoch: 9)
        #expect(log.opening.wasInDoubt)
        #expect((log.epoch != 7) == isNew)
        #expect(log.committed == 1)
    }

    @Test("a clean end leaves no doubt in another boot")
    func cleanEnd() throws {
        do {
            let log = try open()
            try fill(log, 1...2)
            try log.close()
        }
        let log = try open(boot: "b", epoch: 9)
        #expect(log.epoch == 7 && !log.opening.wasInDoubt)
    }

    @Test("taken back by cause: what is left goes on in a new epoch, and the old one's standing is known")
    func cutBack() throws {
        let epoch: UInt64
        do {
            let log = try open(.signals, segmentBytes: 3_000)
            for cause in [2, 4, 6, 8, 10, 12] as [UInt64] {
                log.append(signal(cause: cause))
                try log.commit()
            }
            log.append(signal(cause: 14))
            #expect(try log.cutBack(fromCause: 7, because: "test") == 4)
            #expect(log.committed == 3)
            #expect(log.head == 3)
            #expect(try sequences(log.index) == [1, 2, 3])
            #expect(log.lineage.standing(epoch: 7, upTo: 3) == .good)
            #expect(log.lineage.standing(epoch: 7, upTo: 4) == .withdrawn(first: 4, cause: 7))
            #expect(log.lineage.standing(epoch: 99, upTo: 1) == .unknown)
            log.append(signal(cause: 7))
            try log.commit()
            #expect(try sequences(log.index) == [1, 2, 3, 4])
            #expect(try log.cutBack(fromCause: 8, because: "nothing") == nil)
            epoch = log.epoch
            try log.close()
        }
        let again = try open(.signals)
        #expect(again.epoch == epoch)
        #expect(again.lineage.entries.map(\.first) == [1, 4])
    }

    @Test("a cut that a crash left half done is finished at the next start")
    func halfCut() throws {
        // Fails at each of the calls a cut makes, one after the other.
        for call in 1...12 {
            let calls = DyingCalls()
            let name = directory.path + "/half\(call)"
            let options = EventLog.Options(
                sync: .never, segmentBytes: 3_000, compactsInBackground: false, calls: calls)
            do {
                let log = try EventLog(directory: name, stream: .signals, newEpoch: 7, options: options)
                for cause in 1...9 as ClosedRange<UInt64> {
                    log.append(signal(cause: cause))
                    try log.commit()
                }
                calls.die(after: call)
                _ = try? log.cutBack(fromCause: 4, because: "test")
            }
            calls.live()
            let log = try EventLog(directory: name, stream: .signals, newEpoch: 8, options: options)
            let isDecided = log.lineage.entries.count == 2
            #expect(try sequences(log.index) == Array(1...(isDecided ? 3 : 9)), "call \(call)")
        }
    }

    @Test("another judgement begins a new epoch at the head and rewrites nothing")
    func judgement() throws {
        let log = try open(.signals)
        try log.note(judgement: "one")
        #expect(log.epoch == 7)
        log.append(signal(cause: 1))
        try log.commit()
        try log.note(judgement: "one")
        #expect(log.epoch == 7)
        try log.note(judgement: "two")
        #expect(log.epoch != 7)
        #expect(log.lineage.current.first == 2)
        #expect(log.lineage.standing(epoch: 7, upTo: 1) == .good)
        log.append(signal(cause: 2))
        try log.commit()
        #expect(try sequences(log.index) == [1, 2])
    }

    // MARK: retention

    @Test("old segments go as far as nobody needs them, and no further")
    func retention() throws {
        do {
            let log = try open(segmentBytes: Self.front + 20_000)
            try fill(log, 1...500)
            let second = try #require(try segments().dropFirst().first.flatMap { UInt64($0.dropLast(5)) })
            let policy = RetentionPolicy(maximumBytes: 1)
            #expect(try log.retain(behind: second - 2, policy) == nil)
            #expect(try log.retain(behind: second - 1, policy) == second)
            #expect(log.index.firstSequence == second)
            #expect(try sequences(log.index) == Array(second...500))
            // The last segment stays whatever the policy.
            _ = try log.retain(behind: .max, policy)
            #expect(try segments().count == 1)
            #expect(log.committed == 500)
            try log.close()
        }
        let again = try open()
        #expect(again.committed == 500)
        #expect(throws: LogError.self) {
            var cursor = LogCursor(at: 1)
            _ = try cursor.next(in: again.index, into: RawBuffer())
        }
    }

    @Test("by age: record time decides, not the clock of this machine")
    func retentionByAge() throws {
        let log = try open(segmentBytes: Self.front + 20_000)
        try fill(log, 1...500)
        let names = try segments().map { UInt64($0.dropLast(5)) ?? 0 }
        #expect(try log.retain(behind: .max, RetentionPolicy(maximumAge: 10_000)) == nil)
        // The second segment's last record is older than 500 by this much less one.
        let age = 500 - (names[2] - 1) - 1
        #expect(try log.retain(behind: .max, RetentionPolicy(maximumAge: age)) == names[2])
    }
}

/// System calls of a machine that dies: from some call on, none of them does anything.
private final class DyingCalls: FileCalls {
    private let left = Countdown()
    private let system = SystemFileCalls()

    func die(after calls: Int) { left.set(calls) }
    func live() { left.set(.max) }

    private func act(_ body: () -> Int) -> Int {
        guard left.take() else {
            errno = EROFS
            return -1
        }
        return body()
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        act { system.write(descriptor, bytes, at: offset) }
    }
    func sync(_ descriptor: Int32) -> Int32 { Int32(act { Int(system.sync(descriptor)) }) }
    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 {
        Int32(act { Int(system.truncate(descriptor, to: length)) })
    }
    func open(_ path: String, _ flags: Int32) -> Int32 { Int32(act { Int(system.open(path, flags)) }) }
    func rename(_ from: String, _ to: String) -> Int32 { Int32(act { Int(system.rename(from, to)) }) }
    func unlink(_ path: String) -> Int32 { Int32(act { Int(system.unlink(path)) }) }
}
