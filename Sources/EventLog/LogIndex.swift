import Glibc
import MCAP
import Schema

/// Where the records of a stream lie: its segments, and the chunks in each, by sequence.
///
/// Made by scanning files, or extended by ``EventLog`` as it writes. One thread owns it.
public final class LogIndex {
    /// A chunk of message records. Live segments have one a commit.
    struct Chunk {
        var firstSequence: UInt64
        var lastSequence: UInt64
        var place: ChunkPlace
        /// Written or checked by this process, so its CRC need not be taken again.
        var isTrusted: Bool
        var segment: Int32
    }

    /// A chunk or record of a stream is far smaller: one larger could not be served either, and a few bytes can say
    /// that they hold gigabytes.
    static let limits = ReadLimits(chunkSize: 64 << 20, recordLength: 64 << 20)

    let path: String
    public internal(set) var stream: StreamName
    public internal(set) var epoch: UInt64
    var chunks: [Chunk] = []
    var segments: [SharedDescriptor] = []

    /// The first sequence held; head + 1 when there is none.
    public var firstSequence: UInt64 { chunks.first?.firstSequence ?? 1 }
    /// The last sequence held, 0 for an empty stream.
    public var head: UInt64 { chunks.last?.lastSequence ?? 0 }

    init(path: String, stream: StreamName, epoch: UInt64) {
        self.path = path
        self.stream = stream
        self.epoch = epoch
    }

    /// Reads a stream's directory, or one recording file, without changing anything. An unclosed last
    /// segment is read up to its last whole chunk.
    public convenience init(reading path: String) throws(LogError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw LogError(.system(call: "stat", errno: errno), path) }
        self.init(path: path, stream: .market, epoch: 0)
        if status.st_mode & S_IFMT == S_IFDIR {
            let names = try SegmentFile.list(path)
            for name in names {
                let isClosed = try addSegment(path + "/" + name)
                // Only the last may still be written.
                if !isClosed, name != names.last { throw LogError(.cutOff, path + "/" + name) }
            }
        } else if try !addSegment(path) {
            throw LogError(.cutOff, path)
        }
        if segments.isEmpty { throw LogError(.empty, path) }
    }

    /// Adds a file's chunks behind those there are.
    ///
    /// - Returns: Whether the file was properly closed.
    @discardableResult
    func addSegment(_ file: String) throws(LogError) -> Bool {
        let descriptor = SharedDescriptor(try SegmentFile.open(file, O_RDONLY))
        let segment = Int32(segments.count)
        var places: [ChunkPlace] = []
        var closed = false
        do {
            closed = try scan(descriptor.raw, file, &places)
        } catch let error as LogError {
            throw error
        } catch {
            throw LogError(.foreign("\(error)"), file)
        }
        segments.append(descriptor)
        try note(places, of: segment, file)
        return closed
    }

    private func scan(
        _ descriptor: Int32, _ file: String, _ places: inout [ChunkPlace]
    ) throws -> Bool {
        var scanner = try LogError.naming(file) { () throws(ContainerError) in
            try FileScanner(descriptor, limits: Self.limits)
        }
        while true {
            let next: RecordPlace?
            do {
                next = try scanner.next()
            } catch let error where error.remedy == .recoverFile {
                return false
            } catch {
                throw LogError(.container(error), file)
            }
            guard let place = next else { return scanner.isAtFooter }
            switch place.opcode {
            case .header, .metadata, .channel, .chunk:
                switch try scanner.record() {
                case .chunk(let chunk): places.append(chunk)
                case .metadata(let record): readMetadata(record)
                case .header(let header) where header.profile != RecordingSchema.profile:
                    throw LogError(
                        .foreign(
                            "its profile is \"\(header.profile)\", a recording of ours has \"\(RecordingSchema.profile)\""
                        ),
                        file)
                case .channel(let channel): try check(channel, file)
                default: break
                }
            default: break
            }
        }
    }

    private func readMetadata(_ record: MetadataRecord) {
        guard record.name == SegmentFile.metadataName else { return }
        for entry in record.metadata.entries {
            switch entry.key {
            case "epoch": epoch = UInt64(entry.value, radix: 16) ?? epoch
            case "stream": stream = StreamName(rawValue: entry.value) ?? stream
            default: break
            }
        }
    }

    /// Channel ids are message-type numbers: batches travel as they lie in the log.
    private func check(_ channel: ChannelRecord, _ file: String) throws(LogError) {
        guard let type = MessageType(rawValue: channel.id), type.topic == channel.topic else {
            throw LogError(.foreign("channel \(channel.id) is \"\(channel.topic)\", which is no kind of ours"), file)
        }
    }

    /// Finds each chunk's first sequence, and the last one's last.
    private func note(_ places: [ChunkPlace], of segment: Int32, _ file: String) throws(LogError) {
        var reader = ChunkReader(limits: Self.limits)
        let descriptor = segments[Int(segment)].raw
        let begin = chunks.count
        for place in places {
            if place.fields.uncompressedSize == 0 { continue }
            let first: UInt64
            if let quick = try peek(place, descriptor) {
                first = quick
            } else {
                try LogError.naming(file) { () throws(ContainerError) in try reader.load(place, from: descriptor) }
                guard let found = reader.withRecords({ firstSequence(in: $0) }) else {
                    throw LogError(.foreign("a chunk at byte \(place.recordsOffset) holds no message of ours"), file)
                }
                first = found
            }
            chunks.append(
                Chunk(firstSequence: first, lastSequence: first, place: place, isTrusted: false, segment: segment))
        }
        try checkOrder(from: begin, file)
        guard chunks.count > begin, let last = chunks.last else { return }
        try LogError.naming(file) { () throws(ContainerError) in try reader.load(last.place, from: descriptor) }
        let found: Result<UInt64, LogError> = reader.withRecords { records in
            Result { () throws(LogError) in try lastSequence(in: records, file) }
        }
        chunks[chunks.count - 1].lastSequence = try found.get()
    }

    private func checkOrder(from begin: Int, _ file: String) throws(LogError) {
        for index in max(begin, 1)..<max(begin, chunks.count, 1) {
            let found = chunks[index].firstSequence
            // Inside a file a chunk's last sequence is the one before the next one's first.
            if index > begin { chunks[index - 1].lastSequence = found - 1 }
            let expected = index > begin ? chunks[index - 1].firstSequence + 1 : chunks[index - 1].lastSequence + 1
            guard index > begin ? found >= expected : found == expected else {
                throw LogError(.gap(expected: expected, found: found), file)
            }
        }
    }

    /// The first sequence of an uncompressed chunk, from its first bytes alone.
    private func peek(_ place: ChunkPlace, _ descriptor: Int32) throws(LogError) -> UInt64? {
        guard place.fields.compression.isEmpty else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 40, alignment: 8) { bytes in
            guard pread(descriptor, bytes.baseAddress, 40, off_t(place.recordsOffset)) == 40,
                bytes[0] == Opcode.message.rawValue
            else { return nil }
            return leadingSequence(UnsafeRawBufferPointer(rebasing: bytes[31...]))
        }
    }

    private func firstSequence(in records: RawSpan) -> UInt64? {
        var cursor = MessageCursor()
        guard let message = try? cursor.next(in: records) else { return nil }
        return records.extracting(message.dataRange).withUnsafeBytes { leadingSequence($0) }
    }

    private func lastSequence(in records: RawSpan, _ file: String) throws(LogError) -> UInt64 {
        var cursor = MessageCursor()
        var last: MessageView?
        do {
            while let message = try cursor.next(in: records) { last = message }
        } catch {
            throw LogError(.container(error), file)
        }
        guard let last, let type = MessageType(rawValue: last.channelID) else {
            throw LogError(.foreign("its last chunk holds no message of ours"), file)
        }
        do {
            return try records.extracting(last.dataRange).withUnsafeBytes { bytes throws(SchemaError) in
                try StreamMessage(type: type, bytes: bytes).lastSequence
            }
        } catch {
            throw LogError(.schema(error), file)
        }
    }

    /// The chunk that holds `sequence`; nil beyond the head.
    func chunk(containing sequence: UInt64) -> Int? {
        guard let last = chunks.last, sequence <= last.lastSequence, sequence >= firstSequence else { return nil }
        var low = 0
        var high = chunks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].lastSequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
