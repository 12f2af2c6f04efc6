import Glibc
import MCAP
import Schema

/// Writes one recording file: chunks of about a mebibyte, with summary and indexes.
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
    private let compression: RecordingCompression
    private let origin: RecordingOrigin?
    private var runs: [RecordingOrigin.Run] = []
    private var lastTime: UInt64 = 0

    /// So many runs go into one attachment: about a mebibyte.
    private static let runsAtATime = 32_768

    /// - Parameters:
    ///   - compression: Of the chunks.
    ///   - origin: Where the records come from, if they are a copy of others; its runs are given to
    ///     ``note(_:)`` instead, so that they need not be in memory all at once.
    public init(
        path: String, stream: StreamName, epoch: UInt64, compression: RecordingCompression = .usual,
        origin: RecordingOrigin? = nil
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
        self.origin = origin
    }

    /// Appends a message with the sequences it has.
    public mutating func append(_ message: StreamMessage) throws(LogError) {
        do {
            if !began {
                began = true
                try file.append(
                    SegmentFile.metadata(stream: stream, epoch: epoch, firstSequence: message.firstSequence))
                if let origin { try file.append(origin.metadata) }
            }
            lastTime = message.recordTime(row: message.count - 1)
            let payload = message.serialized()
            chunk.append(
                channelID: message.type.rawValue, sequence: UInt32(truncatingIfNeeded: message.firstSequence),
                logTime: message.recordTime(row: 0), publishTime: message.eventTime(row: 0), data: payload.span.bytes)
            if chunk.uncompressedSize >= 1 << 20 { try file.append(&chunk, compression.value) }
        } catch {
            throw LogError(.container(error), path)
        }
    }

    /// Notes where the records after those noted before come from.
    ///
    /// - Precondition: The recording was begun with an origin, and a message was appended.
    public mutating func note(_ run: RecordingOrigin.Run) throws(LogError) {
        precondition(origin != nil && began, "a recording without an origin")
        runs.append(run)
        if runs.count >= Self.runsAtATime { try writeRuns() }
    }

    private mutating func writeRuns() throws(LogError) {
        do {
            try file.append(
                AttachmentRecord(
                    logTime: lastTime, createTime: 0, name: RecordingOrigin.name, mediaType: RecordingOrigin.mediaType,
                    data: RecordingOrigin.csv(runs)))
        } catch {
            throw LogError(.container(error), path)
        }
        runs.removeAll(keepingCapacity: true)
    }

    public mutating func finish() throws(LogError) {
        if !runs.isEmpty { try writeRuns() }
        do {
            if !chunk.isEmpty { try file.append(&chunk, compression.value) }
            try file.finish()
            try file.sync()
        } catch {
            throw LogError(.container(error), path)
        }
    }
}
