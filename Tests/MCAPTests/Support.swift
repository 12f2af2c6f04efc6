import Foundation
import MCAP
import Testing

/// A file without a name, gone when the test lets go of it.
final class ScratchFile: Sendable {
    let descriptor: Int32

    init(_ bytes: [UInt8] = []) {
        var path = Array("\(FileManager.default.temporaryDirectory.path)/mcap-test-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        precondition(descriptor >= 0, "no scratch file: errno \(errno)")
        unlink(path)
        replace(with: bytes)
    }

    deinit {
        close(descriptor)
    }

    /// Another descriptor of the same file, for a writer to own.
    func duplicate() -> Int32 {
        let copy = dup(descriptor)
        precondition(copy >= 0)
        return copy
    }

    /// What recovery says of it; unlike `recover(ScratchFile(…).descriptor)`, the file outlives the call.
    func recovered() throws -> RecoveredFile {
        try recover(descriptor)
    }

    var bytes: [UInt8] {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, size, 0))
        }
    }

    func replace(with bytes: [UInt8]) {
        precondition(ftruncate(descriptor, 0) == 0)
        precondition(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
    }
}

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From `EPICENTER_SEED`, or another one each run; printed either way.
    static func announced(_ what: String) -> SeededGenerator {
        let given = ProcessInfo.processInfo.environment["EPICENTER_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 1...999_999_999)
        print("\(what): EPICENTER_SEED=\(seed)")
        return SeededGenerator(seed: seed)
    }
}

/// A small file as the event log writes one: plain chunks, each with its indexes.
enum Sample {
    static let schema = SchemaRecord(id: 1, name: "epicenter.Bars", encoding: "protobuf", data: [1, 2, 3])
    static let channels = [
        ChannelRecord(id: 1, schemaID: 1, topic: "market", messageEncoding: "protobuf", metadata: ["kind": "bars"]),
        ChannelRecord(id: 2, schemaID: 0, topic: "notes", messageEncoding: "json"),
    ]

    static func writer(_ file: ScratchFile, options: WriterOptions = WriterOptions()) throws -> FileWriter {
        try FileWriter(
            file.duplicate(), header: HeaderRecord(profile: "epicenter", library: "test"), schemas: [schema],
            channels: channels, options: options)
    }

    /// Fills a chunk with messages whose numbers follow from `first`.
    static func fill(_ builder: inout ChunkBuilder, first: Int, count: Int, dataLength: Int = 20) {
        for number in first..<first + count {
            let data = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: dataLength + number % 3)
            builder.append(
                channelID: UInt16(1 + number % 2), sequence: UInt32(number), logTime: 1_000 + UInt64(number),
                publishTime: 900 + UInt64(number), data: data.span.bytes)
        }
    }

    /// Bytes of a file of plain chunks, and the offset behind each chunk with its indexes.
    static func file(
        chunks: Int, messages: Int = 3, compression: Compression = .none, closed: Bool
    ) throws -> (bytes: [UInt8], ends: [UInt64]) {
        let file = ScratchFile()
        var writer = try writer(file)
        var builder = ChunkBuilder()
        var ends: [UInt64] = []
        for index in 0..<chunks {
            fill(&builder, first: index * messages, count: messages)
            try writer.append(&builder, compression)
            ends.append(writer.offset)
        }
        if closed { try writer.finish() }
        return (file.bytes, ends)
    }

    /// Sequences of all messages in the chunks of a file, by scanning it up to `end`.
    static func sequences(_ descriptor: Int32, upTo end: UInt64? = nil) throws -> [UInt32] {
        var result: [UInt32] = []
        var scanner = try FileScanner(descriptor, upTo: end)
        while try scanner.next() != nil {
            guard case .chunk(let chunk) = try scanner.record() else { continue }
            try scanner.load(chunk)
            result += try scanner.withRecords { records in try MCAPTests.sequences(in: records) }
        }
        return result
    }
}

/// Sequences of the messages in a region of records.
func sequences(in records: RawSpan) throws -> [UInt32] {
    var result: [UInt32] = []
    var cursor = MessageCursor()
    while let message = try cursor.next(in: records) { result.append(message.sequence) }
    return result
}

extension Array where Element == UInt8 {
    /// One record, whole.
    init(_ record: some Record) {
        self = []
        record.append(to: &self)
    }
}
