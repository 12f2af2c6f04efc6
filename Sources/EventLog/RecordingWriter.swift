import Glibc
import MCAP
import Schema

/// Writes one recording file: chunks of about a mebibyte, with summary, indexes and an index of sequences.
public struct RecordingWriter: ~Copyable {
    /// The epoch of recordings that no live stream made. Their history is their contents, so the same
    /// inputs give the same bytes.
    public static let importedEpoch: UInt64 = 1
    /// A chunk is written when it has this many bytes.
    static let chunkBytes = 1 << 20

    private let path: String
    private let stream: StreamName
    private let epoch: UInt64
    private let compression: Compression
    private var file: FileWriter
    private var chunk = ChunkBuilder(capacity: 1 << 20)
    /// The sequences of the chunk in hand.
    private var span: Lineage.Span?
    private(set) var chunks: [LogChunk] = []
    private let origin: RecordingOrigin?
    private var runs: [RecordingOrigin.Run] = []
    private var lastTime: UInt64 = 0
    /// So many runs go into one attachment: about a mebibyte.
    private static let runsAtATime = 32_768
    /// Length of the file so far.
    public var bytes: UInt64 { file.offset }

    /// - Parameters:
    ///   - path: A file that is there is removed.
    ///   - stream: The stream that the records are of.
    ///   - epoch: The history they belong to.
    ///   - compression: Of each chunk.
    ///   - origin: Where the records come from, if they are a copy of others; its runs are given to
    ///     ``note(_:)`` instead, so that they need not be in memory all at once.
    ///   - calls: How the file is changed.
    public init(
        path: String, stream: StreamName, epoch: UInt64, compression: Compression = .zstd(level: 9),
        origin: RecordingOrigin? = nil, calls: any FileCalls = SystemFileCalls()
    ) throws(LogError) {
        _ = calls.unlink(path)
        let descriptor = try SegmentFile.open(path, O_RDWR | O_CREAT | O_EXCL, calls)
        let definitions = SegmentFile.definitions(of: stream)
        do throws(ContainerError) {
            file = try FileWriter(
                descriptor, header: SegmentFile.header, schemas: definitions.schemas, channels: definitions.channels,
                calls: calls)
        } catch {
            close(descriptor)
            throw LogError(.container(error), path)
        }
        self.path = path
        self.stream = stream
        self.epoch = epoch
        self.compression = compression
        self.origin = origin
    }

    /// Appends a message with the sequences it has.
    public mutating func append(_ message: StreamMessage) throws(LogError) {
        try begin(message.firstSequence, message.lastSequence)
        lastTime = message.recordTime(row: message.count - 1)
        let payload = message.serialized()
        chunk.append(
            channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: message.firstSequence),
            logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
        if chunk.uncompressedSize >= Self.chunkBytes { try writeChunk() }
    }

    /// Appends message records as they lie in a log.
    ///
    /// - Parameters:
    ///   - records: Whole records, uncompressed.
    ///   - first: The sequence of the first record in them.
    ///   - last: Of the last one.
    public mutating func append(records: RawSpan, first: UInt64, last: UInt64) throws(LogError) {
        try begin(first, last)
        do throws(ContainerError) {
            try chunk.append(encodedMessages: records)
        } catch {
            throw LogError(.container(error), path)
        }
        if chunk.uncompressedSize >= Self.chunkBytes { try writeChunk() }
    }

    private mutating func begin(_ first: UInt64, _ last: UInt64) throws(LogError) {
        if chunks.isEmpty, span == nil {
            let metadata = SegmentFile.metadata(stream: stream, epoch: epoch, firstSequence: first)
            let origin = origin?.metadata
            try naming { (file) throws(ContainerError) in
                try file.append(metadata)
                if let origin { try file.append(origin) }
            }
        }
        span = Lineage.Span(span?.first ?? first, last)
    }

    private mutating func writeChunk() throws(LogError) {
        guard let span else { return }
        self.span = nil
        let sealed: SealedChunk
        do throws(ContainerError) {
            sealed = try file.append(&chunk, compression)
        } catch {
            throw LogError(.container(error), path)
        }
        chunks.append(LogChunk(firstSequence: span.first, lastSequence: span.last, place: sealed.place))
    }

    private mutating func naming(
        _ body: (inout FileWriter) throws(ContainerError) -> Void
    ) throws(LogError) {
        do throws(ContainerError) {
            try body(&file)
        } catch {
            throw LogError(.container(error), path)
        }
    }

    /// Notes where the records after those noted before come from.
    ///
    /// - Precondition: The recording was begun with an origin, and a message was appended.
    public mutating func note(_ run: RecordingOrigin.Run) throws(LogError) {
        precondition(origin != nil, "a recording without an origin")
        runs.append(run)
        if runs.count >= Self.runsAtATime { try writeRuns() }
    }

    private mutating func writeRuns() throws(LogError) {
        let attachment = AttachmentRecord(
            logTime: lastTime, createTime: 0, name: RecordingOrigin.name, mediaType: RecordingOrigin.mediaType,
            data: RecordingOrigin.csv(runs))
        try naming { (file) throws(ContainerError) in try file.append(attachment) }
        runs.removeAll(keepingCapacity: true)
    }

    /// Says something of the recording as a whole, in a metadata record.
    public mutating func append(note name: String, _ entries: [(String, String)]) throws(LogError) {
        let record = MetadataRecord(name: name, metadata: TextMap(entries.map { .init(key: $0.0, value: $0.1) }))
        try naming { (file) throws(ContainerError) in try file.append(record) }
    }

    /// Writes what is left and the summary, and makes the file survive power loss.
    public mutating func finish() throws(LogError) {
        if !runs.isEmpty { try writeRuns() }
        try writeChunk()
        let index = SequenceIndex.attachment(chunks)
        try naming { (file) throws(ContainerError) in
            try file.append(index)
            try file.finish()
            try file.sync()
        }
    }
}
