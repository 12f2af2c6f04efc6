import EventLog
import Foundation
import Glibc
import MCAP
import Schema
import TestKit
import Testing

@Suite("Event log")
struct EventLogTests {
    let directory = TemporaryDirectory()

    private func open(_ name: String = "market") throws -> EventLog {
        try EventLog(
            directory: directory.path + "/" + name, stream: .market, newEpoch: 7, options: .init(sync: .never))
    }

    private func bars(_ count: Int) -> StreamMessage {
        var bars = Bars()
        for row in 0..<count {
            bars.recordTime.append(UInt64(row))
            bars.instrument.append(1)
            bars.start.append(0)
            bars.end.append(UInt64(row))
            bars.open.append(1)
            bars.high.append(1)
            bars.low.append(1)
            bars.close.append(Int64(row))
            bars.volume.append(0)
        }
        return .bars(bars)
    }

    @Test("what is committed is read back in order, from any sequence")
    func readsBack() throws {
        let log = try open()
        for round in 0..<10 {
            log.append(tick(UInt64(round)))
            log.append(bars(5))
            #expect(try log.commit() == UInt64(6 * (round + 1)))
        }
        #expect(try sequences(log.index) == Array(1...60))
        for from in 1...60 as ClosedRange<UInt64> {
            let found = try sequences(log.index, from: from)
            #expect(found.last == 60)
            // A batch may begin inside a message of columns, never after the sequence asked for.
            #expect(found.first! <= from && found.first! + 4 >= from)
        }
    }

    @Test("nothing is readable before it is committed")
    func uncommitted() throws {
        let log = try open()
        log.append(tick(1))
        #expect(log.committed == 0)
        #expect(log.head == 1)
        #expect(try sequences(log.index).isEmpty)
        try log.commit()
        #expect(try sequences(log.index) == [1])
    }

    @Test("a closed and a crashed log go on where they were, in the same epoch")
    func reopens() throws {
        do {
            let log = try open()
            log.append(bars(3))
            try log.close()
            log.append(tick(9))
            try log.commit()  // not closed: as after a crash
        }
        let log = try open()
        #expect(log.committed == 4)
        #expect(log.epoch == 7)
        #expect(log.opening.closedSegments == 1)
        log.append(tick(10))
        try log.commit()
        #expect(try sequences(log.index) == [1, 2, 3, 4, 5])
        #expect(try sequences(LogIndex(reading: directory.path + "/market")) == [1, 2, 3, 4, 5])
    }

    @Test("cut at every byte of its last two chunks, a log loses whole commits and nothing else")
    func everyTruncation() throws {
        let original = directory.path + "/original"
        let name = "00000000000000000001.mcap"
        var sizes: [Int] = []
        do {
            let log = try EventLog(directory: original, stream: .market, newEpoch: 7, options: .init(sync: .never))
            for time in 1...4 as ClosedRange<UInt64> {
                log.append(tick(time))
                try log.commit()
                sizes.append(try #require(FileManager.default.contents(atPath: original + "/" + name)).count)
            }
        }
        let bytes = try #require(FileManager.default.contents(atPath: original + "/" + name))
        let whole = try LogIndex(reading: original)
        #expect(whole.head == 4)
        var heads: Set<UInt64> = []
        for length in sizes[1]..<bytes.count {
            let copy = directory.path + "/cut\(length)"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            try bytes.prefix(length).write(to: URL(fileURLWithPath: copy + "/" + name))
            let log = try EventLog(directory: copy, stream: .market, newEpoch: 8, options: .init(sync: .never))
            heads.insert(log.committed)
            #expect(try sequences(log.index) == Array(1...max(1, log.committed)))
            log.append(tick(99))
            #expect(try log.commit() == log.committed)
            #expect(try sequences(log.index).last == log.committed)
        }
        // A chunk without its indexes is whole.
        #expect(heads == [2, 3, 4])
    }

    @Test("a second writer is refused, and a third may come when the first is gone")
    func lock() throws {
        do {
            let first = try open()
            #expect(throws: LogError(.locked, directory.path + "/market")) { try open() }
            #expect(first.committed == 0)
        }
        _ = try open()
    }

    @Test("a directory of another stream is refused")
    func foreignStream() throws {
        do {
            let log = try open()
            log.append(tick(1))
            try log.close()
        }
        #expect(throws: LogError.self) {
            try EventLog(directory: directory.path + "/market", stream: .alerts, newEpoch: 1)
        }
    }

    @Test("records copied from another log keep their sequences; a gap is refused")
    func copies() throws {
        let source = try open("source")
        source.append(bars(1_024))
        source.append(tick(5))
        try source.commit()
        let target = try open("target")
        var cursor = LogCursor(at: 1)
        let buffer = RawBuffer()
        let batch = try #require(try cursor.next(in: source.index, into: buffer))
        try target.append(records: buffer.bytes, batch)
        try target.commit()
        #expect(try sequences(target.index) == Array(1...1_025))
        #expect(try StreamDigest.of(target.index).hexadecimal == StreamDigest.of(source.index).hexadecimal)
        #expect(throws: LogError.self) { try target.append(records: buffer.bytes, batch) }
    }

    @Test("the digest does not see where messages and chunks end")
    func digestIgnoresBoundaries() throws {
        let one = try open("one")
        one.append(bars(10))
        try one.commit()
        let many = try open("many")
        guard case .bars = bars(10) else { return }
        for row in 0..<10 {
            many.append(bars(10).slice(row..<row + 1))
            try many.commit()
        }
        #expect(try StreamDigest.of(one.index).hexadecimal == StreamDigest.of(many.index).hexadecimal)
        let other = try open("other")
        other.append(bars(11).slice(1..<11))
        try other.commit()
        #expect(try StreamDigest.of(one.index).hexadecimal != StreamDigest.of(other.index).hexadecimal)
    }

    @Test("what is appended before one commit is in one chunk, however large: it stands or falls together")
    func together() throws {
        let log = try open("t")
        for message in [bars(1_000), bars(1_000), tick(1)] { log.append(message) }
        #expect(log.committed == 0)
        try log.commit()
        let path = directory.path + "/t/00000000000000000001.mcap"
        let bytes = try #require(FileManager.default.contents(atPath: path))
        for length in [bytes.count / 2, bytes.count * 3 / 4] {
            let copy = directory.path + "/cut\(length)"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            try bytes.prefix(length).write(to: URL(fileURLWithPath: copy + "/00000000000000000001.mcap"))
            let cut = try EventLog(directory: copy, stream: .market, newEpoch: 8, options: .init(sync: .never))
            #expect(cut.committed == 0)
        }
        #expect(try LogIndex(reading: directory.path + "/t").head == 2_001)
    }

    @Test("a stream keeps its epoch before it has its first record")
    func emptyEpoch() throws {
        do { #expect(try open().epoch == 7) }
        let again = try EventLog(directory: directory.path + "/market", stream: .market, newEpoch: 8)
        #expect(again.epoch == 7)
    }

    @Test("a stream that begins above 1 keeps its sequences")
    func beginsLater() throws {
        let log = try open()
        log.begin(at: 500)
        log.append(bars(3))
        try log.commit()
        #expect(try sequences(log.index, from: 500) == [500, 501, 502])
        #expect(log.index.firstSequence == 500)
    }

    @Test("a recording that is cut off is refused, not played in part")
    func cutOff() throws {
        var writer = try RecordingWriter(path: directory.path + "/a.mcap", stream: .market, epoch: 1)
        for first in stride(from: 1 as UInt64, through: 60_001, by: 1_000) {
            var message = bars(1_000)
            message.firstSequence = first
            try writer.append(message)
        }
        try writer.finish()
        let bytes = try #require(FileManager.default.contents(atPath: directory.path + "/a.mcap"))
        for length in [bytes.count / 2, bytes.count - 1] {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: directory.path + "/b.mcap"))
            #expect(throws: LogError.self) { try LogIndex(reading: directory.path + "/b.mcap") }
        }
    }

    @Test("a few bytes that say they are a chunk of more than 64 MiB are refused before it is allocated")
    func bomb() throws {
        let path = directory.path + "/bomb.mcap"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT, 0o600)
        var writer = try FileWriter(descriptor, header: HeaderRecord(profile: RecordingSchema.profile))
        var chunk = ChunkBuilder()
        let payload = [UInt8](repeating: 0, count: 64 << 20)
        chunk.append(channelID: 1, sequence: 1, logTime: 1, publishTime: 1, data: payload.span.bytes)
        try writer.append(&chunk, .zstd(level: 1))
        try writer.finish()
        #expect(writer.offset < 1 << 16)
        #expect {
            try LogIndex(reading: path)
        } throws: { error in
            guard case .container(let error)? = (error as? LogError)?.reason, case .tooLarge = error.reason else {
                return false
            }
            return true
        }
    }

    @Test("what is no recording of the stream, has a gap or goes back in time is refused before it is played")
    func recordingCheck() throws {
        func records(_ messages: [StreamMessage], of stream: StreamName = .market) throws -> RawBuffer {
            let name = "check\(UInt64.random(in: 0...UInt64.max))"
            let log = try EventLog(
                directory: directory.path + "/" + name, stream: stream, newEpoch: 1, options: .init(sync: .never))
            for message in messages { log.append(message) }
            try log.commit()
            let buffer = RawBuffer()
            var cursor = LogCursor(at: 1)
            _ = try cursor.next(in: log.index, into: buffer)
            return buffer
        }
        var check = RecordingCheck(.market)
        let good = try records([tick(5), tick(5), tick(9)])
        try check.check(good.bytes)
        #expect(throws: LogError(.gap(expected: 4, found: 1), "recording")) { try check.check(good.bytes) }
        for bad in [[tick(9), tick(8)], [tick(UInt64.max)]] {
            let buffer = try records(bad)
            #expect(throws: LogError.self) {
                var check = RecordingCheck(.market)
                try check.check(buffer.bytes)
            }
        }
        let foreign = try records([.finding(Finding())], of: .findings)
        #expect(throws: LogError.self) {
            var check = RecordingCheck(.market)
            try check.check(foreign.bytes)
        }
    }

    @Test("a flipped bit in a committed chunk is found when it is read, not passed on")
    func flippedBit() throws {
        let log = try open()
        log.append(bars(100))
        try log.close()
        let path = directory.path + "/market/00000000000000000001.mcap"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let place = try #require(bytes.lastRange(of: Data([100, 0, 0, 0, 0, 0, 0, 0])) ?? bytes.range(of: Data([99])))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: (any Error).self) { try sequences(LogIndex(reading: path)) }
    }

    @Test("a recording file has the same records as the log it was made from")
    func recordingWriter() throws {
        let log = try open()
        var writer = try RecordingWriter(path: directory.path + "/a.mcap", stream: .market, epoch: 1)
        for round in 0..<50 as Range<UInt64> {
            for message in [bars(700), tick(round)] {
                log.append(message)
                var numbered = message
                numbered.firstSequence = log.head + 1 - UInt64(message.count)
                try writer.append(numbered)
            }
        }
        try log.commit()
        try writer.finish()
        let recording = try LogIndex(reading: directory.path + "/a.mcap")
        #expect(recording.head == log.committed)
        #expect(try StreamDigest.of(recording).hexadecimal == StreamDigest.of(log.index).hexadecimal)
        #expect(try sequences(recording, from: 20_000).first.map { $0 <= 20_000 } == true)
    }
}
