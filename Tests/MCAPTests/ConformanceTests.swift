import Foundation
import MCAP
import Testing

/// The format's own conformance files: 416 of them, each beside the JSON of what it holds.
///
/// From `EPICENTER_SHARED_DATA`, or `../shared/data` beside the repository.
enum Conformance {
    static let root: URL = {
        let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let candidates =
            ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"].map { [URL(filePath: $0)] }
            ?? ["../shared/data", "../../shared/data"].map { repository.appending(path: $0) }
        let folders = candidates.map { $0.appending(path: "conformance/mcap_conformance/data").standardizedFileURL }
        return folders.first { FileManager.default.fileExists(atPath: $0.path) } ?? folders[0]
    }()

    static let isPresent = FileManager.default.fileExists(atPath: root.path)

    /// Every variant, by path without its extension.
    static func variants() throws -> [Variant] {
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        let paths = (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "mcap" }
        return try paths.sorted { $0.path < $1.path }.map { try Variant($0) }
    }

    struct Variant {
        let name: String
        let bytes: [UInt8]
        let features: Set<String>
        /// Each record as `Type {field: value, …}`, fields by name.
        let expected: [String]

        init(_ file: URL) throws {
            name = file.deletingPathExtension().lastPathComponent
            bytes = [UInt8](try Data(contentsOf: file))
            let json = try JSONSerialization.jsonObject(
                with: Data(contentsOf: file.deletingPathExtension().appendingPathExtension("json")))
            let document = try #require(json as? [String: Any])
            let meta = document["meta"] as? [String: Any]
            let variant = meta?["variant"] as? [String: Any]
            features = Set(try #require(variant?["features"] as? [String]))
            expected = try #require(document["records"] as? [[String: Any]]).map { record in
                let fields = try #require(record["fields"] as? [[Any]])
                let type = try #require(record["type"] as? String)
                return Readable.record(type, fields.map { ("\($0[0])", Readable.json($0[1])) })
            }
        }
    }
}

@Suite(
    "Conformance",
    .enabled(if: Conformance.isPresent, "no conformance files: set EPICENTER_SHARED_DATA to the shared data"))
struct ConformanceTests {
    @Test("every conformance file reads as its JSON says")
    func reads() throws {
        let variants = try Conformance.variants()
        #expect(variants.count == 416)
        for variant in variants {
            let file = ScratchFile(variant.bytes)
            #expect(try Self.records(file.descriptor) == variant.expected, "\(variant.name)")
        }
    }

    @Test("every conformance file is found closed, and its index tells what a scan does")
    func indexes() throws {
        for variant in try Conformance.variants() {
            let file = ScratchFile(variant.bytes)
            let recovered = try recover(file.descriptor, writtenBy: .anywhere)
            #expect(recovered.verdict == .closed, "\(variant.name)")
            #expect(recovered.matchesDataSectionCRC == true, "\(variant.name)")
            var reader = try IndexedReader(file.descriptor)
            #expect(reader.summary.statistics == recovered.summary.statistics, "\(variant.name)")
            #expect(reader.summary.chunkIndexes == recovered.summary.chunkIndexes, "\(variant.name)")
            for index in reader.chunkIndexes.indices { _ = try reader.chunk(index) }
        }
    }

    @Test("every conformance file without padding is written back byte for byte")
    func writes() throws {
        var count = 0
        for variant in try Conformance.variants() where !variant.features.contains("pad") {
            #expect(try Self.rewritten(variant) == variant.bytes, "\(variant.name)")
            count += 1
        }
        #expect(count == 208)
    }

    /// Every record as the JSON lists them: chunks opened, Chunk and MessageIndex left out.
    private static func records(_ descriptor: Int32) throws -> [String] {
        var lines: [String] = []
        var scanner = try FileScanner(descriptor)
        while try scanner.next() != nil {
            let record = try scanner.record()
            guard case .chunk(let chunk) = record else {
                lines += Readable.line(record)
                continue
            }
            try scanner.load(chunk)
            lines += try scanner.withRecords { records in
                var lines: [String] = []
                var cursor = RecordCursor()
                while let place = try cursor.next(in: records) {
                    let inner = try records.extracting(place.contentRange).withUnsafeBytes { content in
                        try AnyRecord(opcode: place.opcode, content: content, at: 0)
                    }
                    lines += Readable.line(inner)
                }
                return lines
            }
        }
        let isAtFooter = scanner.isAtFooter
        #expect(isAtFooter)
        return lines
    }

    /// What our writer makes of the records of a variant's data section.
    private static func rewritten(_ variant: Conformance.Variant) throws -> [UInt8] {
        let source = ScratchFile(variant.bytes)
        let target = ScratchFile()
        var scanner = try FileScanner(source.descriptor)
        var chunk = ChunkBuilder()
        _ = try scanner.next()
        guard case .header(let header) = try scanner.record() else { return [] }
        let options = WriterOptions(summary: parts(variant.features), takesDataSectionCRC: true)
        var writer = try FileWriter(target.duplicate(), header: header, options: options)
        scan: while try scanner.next() != nil {
            switch try scanner.record() {
            case .schema(let schema): try writer.append(schemas: [schema], channels: [])
            case .channel(let channel): try writer.append(schemas: [], channels: [channel])
            case .message(let message): try writer.append(message)
            case .attachment(let attachment): try writer.append(attachment)
            case .metadata(let metadata): try writer.append(metadata)
            case .chunk(let place):
                try scanner.load(place)
                try scanner.withRecords { records in try refill(&chunk, from: records) }
                try writer.append(&chunk, messageIndexes: variant.features.contains("mx"))
            case .dataEnd: break scan
            default: break
            }
        }
        try writer.finish()
        return target.bytes
    }

    private static func refill(_ chunk: inout ChunkBuilder, from records: RawSpan) throws {
        var cursor = RecordCursor()
        while let place = try cursor.next(in: records) {
            let content = records.extracting(place.contentRange)
            switch place.opcode {
            case .schema: chunk.append(try SchemaRecord(content: content))
            case .channel: chunk.append(try ChannelRecord(content: content))
            default: try chunk.append(encodedMessages: records.extracting(place.recordRange))
            }
        }
    }

    private static func parts(_ features: Set<String>) -> SummaryParts {
        let names: [(String, SummaryParts)] = [
            ("rsh", .schemas), ("rch", .channels), ("st", .statistics), ("chx", .chunkIndexes),
            ("ax", .attachmentIndexes), ("mdx", .metadataIndexes), ("sum", .summaryOffsets),
        ]
        return names.filter { features.contains($0.0) }.reduce(into: []) { $0.formUnion($1.1) }
    }
}
