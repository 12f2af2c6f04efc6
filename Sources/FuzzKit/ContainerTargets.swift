import Foundation
import MCAP
import TestKit

/// Files and chunks of the container format, whoever wrote them.
extension FuzzTargets {
    static let containers = [
        Entry("container", 6) { try container("container", try ownFiles(), .thisLibrary) },
        Entry("container-conformance", 4) {
            let files = conformanceFiles()
            return files.isEmpty ? nil : try container("container-conformance", files, .anywhere)
        },
        Entry("chunk", 4) { chunk() }, Entry("cursor", 6) { cursor() },
    ]

    /// What a reader may allocate for one chunk or record here.
    static let limits = ReadLimits(chunkSize: 1 << 20, recordLength: 1 << 20)

    /// Every reader ends with records or a typed error; what recovery keeps reads without complaint, and can be closed
    /// to a file that it calls closed.
    private static func container(_ name: String, _ seeds: [[UInt8]], _ origin: FileOrigin) throws -> FuzzTarget {
        let file = MemoryFile()
        let copy = MemoryFile()
        let mutator = Mutator(seeds: seeds, words: ["zstd", "lz4"], grammar: .container)
        return FuzzTarget(name, mutator, memory: (12 << 20, 64)) { bytes in
            file.replace(with: bytes)
            readIndexed(file.descriptor)
            scanAll(file.descriptor)
            let recovered = try recover(file.descriptor, writtenBy: origin, limits: limits)
            try require(recovered.endOffset <= UInt64(bytes.count), "recovery ends behind the file")
            guard recovered.header != nil else { return .refused }
            var scanner = try FileScanner(file.descriptor, upTo: recovered.endOffset, limits: limits)
            while try scanner.next() != nil {
                if case .chunk(let chunk) = try scanner.record() { try scanner.load(chunk) }
            }
            copy.replace(with: bytes)
            var writer = try FileWriter(continuing: recovered, dup(copy.descriptor), discardingChunks: true)
            try writer.finish()
            let closed = try recover(copy.descriptor, writtenBy: origin, limits: limits)
            try require(closed.verdict == .closed, "recovered and finished, the file is \(closed.verdict)")
            return recovered.summary.chunkIndexes.isEmpty ? .refused : .accepted
        }
    }

    private static func readIndexed(_ descriptor: Int32) {
        guard var reader = try? IndexedReader(descriptor, limits: limits) else { return }
        for index in reader.chunkIndexes.indices.prefix(64) { _ = try? reader.chunk(index) }
    }

    private static func scanAll(_ descriptor: Int32) {
        guard var scanner = try? FileScanner(descriptor, limits: limits) else { return }
        while let place = try? scanner.next() {
            _ = place.end
            guard let record = try? scanner.record() else { continue }
            if case .chunk(let chunk) = record { try? scanner.load(chunk) }
        }
    }

    private static func ownFiles() throws -> [[UInt8]] {
        let directory = TemporaryDirectory()
        return try Samples.recordings(in: directory.path)
            + [Compression.none, .zstd(level: 1), .lz4].map { try file($0) }
    }

    private static func file(_ compression: Compression) throws -> [UInt8] {
        let file = MemoryFile()
        var writer = try FileWriter(
            dup(file.descriptor), header: HeaderRecord(profile: "p", library: "l"),
            schemas: [SchemaRecord(id: 1, name: "s", encoding: "protobuf", data: [1, 2, 3])],
            channels: [ChannelRecord(id: 1, schemaID: 1, topic: "t", messageEncoding: "protobuf", metadata: ["k": "v"])]
        )
        var builder = ChunkBuilder()
        for chunk in 0..<2 {
            for message in 0..<3 {
                builder.append(
                    channelID: 1, sequence: UInt32(message), logTime: UInt64(100 * chunk + message), publishTime: 5,
                    data: [UInt8](repeating: UInt8(message), count: 12).span.bytes)
            }
            try writer.append(&builder, compression)
        }
        try writer.append(
            AttachmentRecord(logTime: 1, createTime: 2, name: "a", mediaType: "text/plain", data: [1, 2, 3]))
        try writer.append(MetadataRecord(name: "m", metadata: ["k": "v"]))
        try writer.finish()
        return file.bytes
    }

    /// The format's own files, if the shared data are here.
    private static func conformanceFiles() -> [[UInt8]] {
        let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let given = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"].map { URL(filePath: $0) }
        let root = (given ?? repository.appending(path: "../shared/data")).appending(
            path: "conformance/mcap_conformance/data")
        let found = FileManager.default.enumerator(at: root.standardizedFileURL, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "mcap" }
        return files.sorted { $0.path < $1.path }.compactMap { try? [UInt8](Data(contentsOf: $0)) }
    }

    /// Stored bytes of any codec with any stated size: a kind, the size, a CRC, then the bytes.
    private static func chunk() -> FuzzTarget {
        let content = Samples.records(Samples.world.crash)
        let seeds = ["", "zstd", "lz4"].enumerated().map { kind, name in
            var bytes = [UInt8(kind)]
            RawRecord.append(UInt64(content.count), 8, to: &bytes)
            RawRecord.append(UInt64(crc32(of: content.span.bytes)), 4, to: &bytes)
            return bytes + Codec.compress(content, name)
        }
        return FuzzTarget("chunk", Mutator(seeds: seeds, grammar: .bytes), memory: (6 << 20, 8)) { bytes in
            guard bytes.count >= 13 else { return .refused }
            let fields = ChunkFields(
                messageStartTime: 0, messageEndTime: 0, uncompressedSize: RawRecord.number(bytes[...], 1, 8),
                uncompressedCRC: UInt32(RawRecord.number(bytes[...], 9, 4)),
                compression: ["", "zstd", "lz4", "br"][Int(bytes[0] % 4)])
            var reader = ChunkReader(limits: limits)
            // A refused chunk must not hinder the next one.
            for _ in 0..<2 {
                do {
                    try reader.load(stored: bytes.span.bytes.extracting(13..<bytes.count), fields)
                } catch {
                    try require(reader.withRecords { $0.byteCount } == 0, "records are lent of a refused chunk")
                    continue
                }
                let count = reader.withRecords { $0.byteCount }
                try require(UInt64(count) == fields.uncompressedSize, "\(count) bytes of \(fields.uncompressedSize)")
                return .accepted
            }
            return .refused
        }
    }

    /// Records in memory: each place lies within, and they follow each other without gaps.
    private static func cursor() -> FuzzTarget {
        let seeds = [Samples.records(Samples.world.crash), Samples.records(Samples.world.signals)]
        return FuzzTarget("cursor", Mutator(seeds: seeds, grammar: .records)) { bytes in
            var records = RecordCursor()
            var end = 0
            do {
                while let record = try records.next(in: bytes.span.bytes) {
                    try require(
                        record.recordRange.lowerBound == end, "a record begins at \(record.recordRange.lowerBound)")
                    end = record.recordRange.upperBound
                    _ = try? bytes[record.contentRange].withUnsafeBytes { content throws(ContainerError) in
                        try AnyRecord(opcode: record.opcode, content: content, at: 0)
                    }
                }
            } catch let error as FuzzViolation {
                throw error
            } catch {
                return .refused
            }
            try require(end == bytes.count, "the records end at \(end) of \(bytes.count)")
            var messages = MessageCursor()
            while let message = try? messages.next(in: bytes.span.bytes) {
                try require(message.dataRange.upperBound <= bytes.count, "data beyond the end")
            }
            return .accepted
        }
    }
}
