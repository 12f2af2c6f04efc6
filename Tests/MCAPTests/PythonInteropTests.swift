import Foundation
import MCAP
import Testing

/// The reference Python library beside ours: `EPICENTER_PYTHON` names a Python with `mcap`, `zstandard` and `lz4`.
@Suite("Python's mcap", .enabled(if: ReferencePython.isHere, "no EPICENTER_PYTHON"))
struct PythonInteropTests {
    static let compressions: [Compression] = [.none, .zstd(), .zstd(level: 19), .lz4]

    @Test(
        "it reads what our writer makes, every CRC checked, messages, attachments and metadata alike",
        arguments: compressions)
    func readsOurs(compression: Compression) throws {
        let path = NSTemporaryDirectory() + "/ours-\(UUID().uuidString).mcap"
        defer { unlink(path) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        var writer = try FileWriter(
            descriptor, header: HeaderRecord(profile: "p", library: "l"), schemas: [Sample.schema],
            channels: Sample.channels, options: WriterOptions(takesDataSectionCRC: true))
        var expected: [String] = []
        var chunk = ChunkBuilder()
        for number in 0..<300 {
            let data = Self.payload(number)
            chunk.append(
                channelID: UInt16(1 + number % 2), sequence: UInt32(number), logTime: UInt64(1_000 + number),
                publishTime: UInt64(900 + number), data: data.span.bytes)
            let topic = Sample.channels[number % 2].topic
            expected.append("message \(topic) \(number) \(1_000 + number) \(900 + number) \(Self.digest(data))")
            if chunk.messageCount == 60 { try writer.append(&chunk, compression) }
            if number == 150 {
                let attachment = AttachmentRecord(
                    logTime: 7, createTime: 3, name: "a file", mediaType: "text/plain", data: data)
                try writer.append(attachment)
                try writer.append(MetadataRecord(name: "note", metadata: ["b": "2", "a": "1"]))
                expected.append("attachment a file text/plain 7 3 \(Self.digest(data))")
                expected.append("metadata note a=1,b=2")
            }
        }
        try writer.finish()
        try writer.close()
        expected.append("chunks \(compression.name.isEmpty ? "none" : compression.name) 5")
        let told = try ReferencePython.run("read", path)
        #expect(told.sorted() == expected.sorted())
    }

    @Test(
        "our reader reads what it makes, messages, attachments and metadata alike", arguments: ["none", "zstd", "lz4"],
        [false, true])
    func readsTheirs(compression: String, plain: Bool) throws {
        let path = NSTemporaryDirectory() + "/theirs-\(UUID().uuidString).mcap"
        defer { unlink(path) }
        _ = try ReferencePython.run("write", path, compression, plain ? "plain" : "chunked")
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var sequences: [UInt32] = []
        var lengths: [Int] = []
        let found = try survey(descriptor) { _, records throws(ContainerError) in
            var cursor = MessageCursor()
            while let message = try cursor.next(in: records) {
                sequences.append(message.sequence)
                lengths.append(message.dataRange.count)
                #expect(message.logTime == 1_000 + UInt64(message.sequence))
            }
        }
        #expect(found.isWhole && found.isClosed && found.summaryState == .whole)
        #expect(found.matchesDataSectionCRC == true)
        #expect(found.summary.statistics.messageCount == 500)
        #expect(Set(found.summary.channels.map(\.topic)) == ["/topic/a", "/topic/b"])
        #expect(found.summary.attachmentIndexes.map(\.name) == ["file-100", "file-300"])
        #expect(found.summary.metadataIndexes.map(\.name) == ["note-100", "note-300"])
        if !plain {
            #expect(sequences == Array(0..<500))
            #expect(lengths == (0..<500).map { $0 % 2 == 0 ? 50 + $0 % 200 : 64 })
            #expect(Set(found.summary.chunkIndexes.map(\.compression)) == [compression == "none" ? "" : compression])
        }
        var reader = try IndexedReader(descriptor)
        #expect(reader.source == .summarySection)
        for index in reader.chunkIndexes.indices { _ = try reader.chunk(index) }

        // And back: what we save of it, it finds to be the same.
        let saved = NSTemporaryDirectory() + "/saved-\(UUID().uuidString).mcap"
        defer { unlink(saved) }
        let target = open(saved, O_RDWR | O_CREAT | O_EXCL, 0o600)
        _ = try salvage(found, of: descriptor, into: target, header: try #require(found.header))
        #expect(try ReferencePython.run("read", saved) == ReferencePython.run("read", path))
    }

    private static func payload(_ number: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(number))
        return number % 2 == 0
            ? [UInt8](repeating: UInt8(number % 251), count: 40 + number)
            : (0..<number).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private static func digest(_ data: [UInt8]) -> String { "\(data.count):\(crc32(of: data.span.bytes))" }
}

enum ReferencePython {
    static let path = ProcessInfo.processInfo.environment["EPICENTER_PYTHON"] ?? ""
    static var isHere: Bool { FileManager.default.isExecutableFile(atPath: path) }
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Interop/mcap_files.py").path

    struct Failed: Error {
        let status: Int32
        let told: String
    }

    /// Runs the script and gives its lines.
    static func run(_ arguments: String...) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = [script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let told = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus, told: told) }
        return told.split(separator: "\n").map(String.init)
    }
}
