import EventLog
import Feeds
import Foundation
import MCAP
import Schema
import ServiceKit
import ShockAnalysis
import ShockAttribution
import Streaming
import TestKit

/// Messages and recordings: what is let in must be read by everyone behind.
extension FuzzTargets {
    static let recordings = [
        Entry("messages", 8) { messages() }, Entry("recording", 4) { try recording() }, Entry("stages", 3) { stages() },
        Entry("checkpoint", 2) { try checkpoint() },
    ]

    /// Each message decodes to one that is the same after encoding it, or is refused.
    private static func messages() -> FuzzTarget {
        let seeds = Samples.messages.map(Samples.record) + [Samples.records(Samples.world.crash)]
        return FuzzTarget("messages", Mutator(seeds: seeds, grammar: .records)) { bytes in
            try bytes.withUnsafeBytes { records in
                var decoder = BatchDecoder()
                do {
                    while let message = try decoder.next(in: records) { try requireStable(message) }
                } catch is LogError {
                    return .refused
                }
                return .accepted
            }
        }
    }

    /// A file that the index opens and whose records the check lets pass can be read by sequence, digested, turned
    /// back into events and written again, all to the same end.
    private static func recording() throws -> FuzzTarget {
        let directory = TemporaryDirectory()
        let seeds = try Samples.recordings(in: directory.path)
        let file = MemoryFile()
        let mutator = Mutator(seeds: seeds, words: ["market", "zstd"], grammar: .container)
        // A chunk may become 64 MiB, and is held with the copy it is read into, which grows by doubling.
        return FuzzTarget("recording", mutator, memory: (256 << 20, 64)) { bytes in
            withExtendedLifetime(directory) {}
            file.replace(with: bytes)
            let index: LogIndex
            var records: UInt64 = 0
            do {
                index = try LogIndex(reading: file.path)
                var check = RecordingCheck(.market)
                var cursor = LogCursor(at: index.firstSequence)
                let buffer = RawBuffer()
                while let batch = try cursor.next(in: index, into: buffer) {
                    try check.check(buffer.bytes)
                    try require(batch.lastSequence >= batch.firstSequence, "a batch ends before it begins")
                }
            } catch is LogError {
                return .refused
            }
            let digest = try StreamDigest.of(index)
            var events = RecordedEvents(source: "fuzz")
            try index.forEachMessage { message in
                records += UInt64(message.count)
                _ = events.events(of: message) { _ in }
                return true
            }
            try require(digest.records == records, "\(digest.records) records digested, \(records) read")
            try require(
                records == 0 || index.head - index.firstSequence + 1 == records,
                "sequences \(index.firstSequence) to \(index.head) for \(records) records")
            return records > 0 ? .accepted : .refused
        }
    }

    /// Whatever the check lets into `market`, every stage deals with: it would be met again at every start.
    private static func stages() -> FuzzTarget {
        let world = Samples.world
        let seeds =
            [Samples.records(world.crash), Samples.records(world.history.suffix(2) + world.crash)]
            + world.history.prefix(10).map { Samples.records([$0] + world.crash) }
        let first = world.history.last!.lastSequence + 1
        let lastTime = world.history.last!.recordTime(row: 0)
        let mutator = Mutator(seeds: seeds, words: ["ACME", "makers"], grammar: .records)
        return FuzzTarget("stages", mutator, memory: (96 << 20, 256)) { bytes in
            var stages = world.before
            var check = RecordingCheck(.market, next: first, lastTime: lastTime)
            var next = first
            var decoder = BatchDecoder()
            try bytes.withUnsafeBytes { records in
                while var message = try? decoder.next(in: records) {
                    message.firstSequence = next
                    var trial = check
                    guard (try? trial.check(Samples.record(message))) != nil else { continue }
                    check = trial
                    next += UInt64(message.count)
                    let said = stages.apply(message)
                    for output in said.signals + said.findings + said.alerts { try requireStable(output) }
                }
            }
            return next > first ? .accepted : .refused
        }
    }

    /// Puts the checksum right behind the front of every second checkpoint, so that damage gets past it.
    private static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 12, bytes.count % 2 == 0 else { return bytes }
        let crc = CRC32C.checksum(bytes[12...])
        var changed = bytes
        withUnsafeBytes(of: crc.littleEndian) { changed.replaceSubrange(8..<12, with: $0) }
        return changed
    }

    /// A damaged checkpoint is not used, or is one.
    private static func checkpoint() throws -> FuzzTarget {
        let directory = TemporaryDirectory()
        let path = directory.path + "/checkpoint"
        let log = try EventLog(
            directory: directory.path + "/signals", stream: .signals, newEpoch: 7, options: .init(sync: .never))
        let engine = try StageEngine<AnalyzeStage>(log: log, checkpointPath: path)
        for message in Samples.world.history.prefix(12) { engine.enqueue(message, of: .market) }
        engine.advance()
        try engine.writeCheckpoint(epochs: [.market: 7])
        let seed = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let file = MemoryFile()
        let mutator = Mutator(seeds: [seed, Array("<plist version=\"1.0\"><dict/></plist>".utf8)], grammar: .bytes)
        return FuzzTarget("checkpoint", mutator, memory: (64 << 20, 256)) { bytes in
            withExtendedLifetime(directory) {}
            file.replace(with: withChecksum(bytes))
            let engine = try StageEngine<AnalyzeStage>(log: log, checkpointPath: file.path)
            return engine.restored == "restored" ? .accepted : .refused
        }
    }
}
