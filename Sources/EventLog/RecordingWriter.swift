import Glibc
import MCAP
import Schema

/// Writes one recording file: compressed chunks of about a mebibyte, with summary and indexes.
public struct RecordingWriter: ~Copyable {
    /// The epoch of recordings that no live stream made. Their history is their contents, so the same
    /// inputs give the same bytes.
    public static let importedEpoch: UInt64 = 1

    private let path: String
    private let stream: StreamName
    private let epoch: UInt64
    private var file: FileWriter
    private var chunk = ChunkBuilder(capacity: 1 << 20)
    private var began = false
    private let compression: Compression

    public init(
        path: String, stream: StreamName, epoch: UInt64, compression: Compression = .zstd(level: 9)
    ) throws(LogError) {
        unlink(path)
        let descriptor = try SegmentFile.open(path, O_RDWR | O_CREAT | O_EXCL)
        let definitions = SegmentFile.definitions(of: stream)
        file = try LogError.naming(path) { () throws(ContainerError) in
            try FileWriter(
                descriptor, header: SegmentFile.header, schemas: definitions.schemas, channels: definitions.channels)
        }
        self.path = path
        self.stream = stream
        self.epoch = epoch
        self.compression = compression
    }

    /// Appends a message with the sequences it has.
    public mutating func append(_ message: StreamMessage) throws(LogError) {
        do {
            if !began {
                began = true
                try file.append(
                    SegmentFile.metadata(stream: stream, epoch: epoch, firstSequence: message.firstSequence))
            }
            let payload = message.serialized()
            chunk.append(
                channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: message.firstSequence),
                logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
            if chunk.uncompressedSize >= 1 << 20 { try file.append(&chunk, compression) }
        } catch {
            throw LogError(.container(error), path)
        }
    }

    /// Says something of the recording as a whole, in a metadata record.
    public mutating func append(note name: String, _ entries: [(String, String)]) throws(LogError) {
        let record = MetadataRecord(
            name: name, metadata: TextMap(entries.map { .init(key: $0.0, value: $0.1) }))
        try LogError.naming(path) { () throws(ContainerError) in try file.append(record) }
    }

    public mutating func finish() throws(LogError) {
        do {
            if !chunk.isEmpty { try file.append(&chunk, compression) }
            try file.finish()
            try file.sync()
        } catch {
            throw LogError(.container(error), path)
        }
    }
}
