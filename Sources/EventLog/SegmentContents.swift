import Glibc
import MCAP
import Schema

/// What one segment file, or a recording, holds: its chunks by sequence, and whose they are.
///
/// Of a compacted segment this is read from its summary and its index of sequences, whatever its size; of
/// others it is found by stepping through the file's records.
struct SegmentContents {
    var stream: StreamName?
    var epoch: UInt64?
    var chunks: [LogChunk] = []
    /// Whether the file was properly closed.
    var isClosed = false
    /// Whether it has an index of sequences.
    var isCompacted = false

    init(_ descriptor: Int32, _ file: String) throws(LogError) {
        if try readIndexed(descriptor, file) { return }
        try scan(descriptor, file)
        try findSequences(descriptor, file)
    }

    // MARK: by the summary

    private mutating func readIndexed(_ descriptor: Int32, _ file: String) throws(LogError) -> Bool {
        guard let closing = try? ClosingParts(descriptor) else { return false }
        guard let place = closing.attachment(named: SequenceIndex.name),
            let attachment = try? closing.read(place, descriptor),
            let found = SequenceIndex.chunks(attachment, closing.summary.chunkIndexes)
        else { return false }
        try check(closing.header, file)
        for channel in closing.summary.channels { try check(channel, file) }
        for place in closing.summary.metadataIndexes where place.name == SegmentFile.metadataName {
            if let metadata = try? closing.readMetadata(place, descriptor) { read(metadata) }
        }
        chunks = found
        isClosed = true
        isCompacted = true
        return true
    }

    // MARK: by its records

    private mutating func scan(_ descriptor: Int32, _ file: String) throws(LogError) {
        do {
            var scanner = try FileScanner(descriptor, limits: LogIndex.limits)
            var isInData = true
            while let place = try scanner.next() {
                switch place.opcode {
                case .header, .metadata, .channel, .chunk, .messageIndex: try take(scanner.record(), file)
                case .schema, .attachment: break
                case .dataEnd: isInData = false
                default:
                    // What we never write there is a chunk with a changed opcode.
                    if isInData { throw ContainerError(.inconsistent(place.opcode), at: place.offset) }
                }
            }
            isClosed = scanner.isAtFooter
        } catch let error as LogError {
            throw error
        } catch let error as ContainerError where error.remedy == .recoverFile {
            isClosed = false
        } catch let error as ContainerError {
            throw LogError(.container(error), file)
        } catch {
            throw LogError(.foreign("\(error)"), file)
        }
    }

    private mutating func take(_ record: AnyRecord, _ file: String) throws(LogError) {
        switch record {
        case .chunk(let place) where place.fields.uncompressedSize > 0:
            chunks.append(LogChunk(firstSequence: 0, lastSequence: 0, place: place))
        case .metadata(let record): read(record)
        case .header(let header): try check(header, file)
        case .channel(let channel): try check(channel, file)
        default: break
        }
    }

    private mutating func read(_ record: MetadataRecord) {
        guard record.name == SegmentFile.metadataName else { return }
        for entry in record.metadata.entries {
            switch entry.key {
            case "epoch": epoch = UInt64(entry.value, radix: 16) ?? epoch
            case "stream": stream = StreamName(rawValue: entry.value) ?? stream
            default: break
            }
        }
    }

    private func check(_ header: HeaderRecord, _ file: String) throws(LogError) {
        guard header.profile != RecordingSchema.profile else { return }
        let ours = RecordingSchema.profile
        throw LogError(.foreign("its profile is \"\(header.profile)\", a recording of ours has \"\(ours)\""), file)
    }

    /// Channel ids are message-type numbers: batches travel as they lie in the log.
    private func check(_ channel: ChannelRecord, _ file: String) throws(LogError) {
        guard let type = MessageType(rawValue: channel.id), type.topic == channel.topic else {
            throw LogError(.foreign("channel \(channel.id) is \"\(channel.topic)\", which is no kind of ours"), file)
        }
    }

    // MARK: sequences

    /// Finds each chunk's first sequence, and the last one's last.
    private mutating func findSequences(_ descriptor: Int32, _ file: String) throws(LogError) {
        var reader = ChunkReader(limits: LogIndex.limits)
        for index in chunks.indices {
            let place = chunks[index].place
            if let quick = peek(place, descriptor) {
                chunks[index].firstSequence = quick
            } else {
                try LogError.naming(file) { () throws(ContainerError) in try reader.load(place, from: descriptor) }
                guard let found = reader.withRecords({ SegmentFile.firstSequence(in: $0) }) else {
                    throw LogError(.foreign("a chunk at byte \(place.recordsOffset) holds no message of ours"), file)
                }
                chunks[index].firstSequence = found
            }
            guard index > 0 else { continue }
            let (before, found) = (chunks[index - 1].firstSequence, chunks[index].firstSequence)
            guard found > before else { throw LogError(.gap(expected: before + 1, found: found), file) }
            // Inside a file a chunk's last sequence is the one before the next one's first.
            chunks[index - 1].lastSequence = found - 1
        }
        guard let last = chunks.last else { return }
        try LogError.naming(file) { () throws(ContainerError) in try reader.load(last.place, from: descriptor) }
        let found: Result<UInt64, LogError> = reader.withRecords { records in
            Result { () throws(LogError) in try SegmentFile.lastSequence(in: records, file) }
        }
        chunks[chunks.count - 1].lastSequence = try found.get()
    }

    /// The first sequence of an uncompressed chunk, from its first bytes alone.
    private func peek(_ place: ChunkPlace, _ descriptor: Int32) -> UInt64? {
        guard place.fields.compression.isEmpty else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 40, alignment: 8) { bytes in
            guard pread(descriptor, bytes.baseAddress, 40, off_t(place.recordsOffset)) == 40,
                bytes[0] == Opcode.message.rawValue
            else { return nil }
            return leadingSequence(UnsafeRawBufferPointer(rebasing: bytes[31...]))
        }
    }
}

/// Header and summary of a closed file, and what they point at.
private struct ClosingParts {
    let header: HeaderRecord
    let summary: FileSummary

    /// - Throws: Where the file is not closed, or its summary not whole.
    init(_ descriptor: Int32) throws(ContainerError) {
        let reader = try IndexedReader(descriptor, scansIfNeeded: false, limits: LogIndex.limits)
        header = reader.header
        summary = reader.summary
    }

    func attachment(named name: String) -> AttachmentIndexRecord? {
        summary.attachmentIndexes.first { $0.name == name }
    }

    func read(_ place: AttachmentIndexRecord, _ descriptor: Int32) throws(ContainerError) -> AttachmentRecord? {
        guard case .attachment(let found) = try record(at: place.offset, descriptor) else { return nil }
        return found
    }

    func readMetadata(_ place: MetadataIndexRecord, _ descriptor: Int32) throws(ContainerError) -> MetadataRecord? {
        guard case .metadata(let found) = try record(at: place.offset, descriptor) else { return nil }
        return found
    }

    private func record(at offset: UInt64, _ descriptor: Int32) throws(ContainerError) -> AnyRecord? {
        guard offset > 0 else { return nil }
        var scanner = try FileScanner(descriptor, from: offset, limits: LogIndex.limits)
        return try scanner.next() == nil ? nil : try scanner.record()
    }
}
