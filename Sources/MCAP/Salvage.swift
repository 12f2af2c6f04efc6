/// Writes whole pieces of a surveyed file into a new one, which is finished and synced.
///
/// Chunks are put together anew with their message indexes and keep their kind of compression; records of unknown
/// kinds are left out. The pieces' order is kept.
///
/// - Parameters:
///   - survey: What the file was found to hold.
///   - descriptor: The surveyed file, unchanged since; stays the caller's.
///   - target: Open for reading and writing, of an empty file. The writer's from here on, and closed.
///   - pieces: Those of the survey to keep.
///   - header: The new file's first record.
///   - schemas: All schemas, `nil` for those the survey found.
///   - channels: All channels, `nil` for those the survey found.
///   - note: Written behind the definitions.
///   - limits: The largest chunk and record to take.
///   - progress: Told how far reading has come.
/// - Returns: What was written.
/// - Throws: ``ContainerError``; what is in `target` then is worth nothing.
public func salvage(
    _ survey: FileSurvey, of descriptor: Int32, into target: Int32, pieces: [FileSurvey.Piece]? = nil,
    header: HeaderRecord, schemas: [SchemaRecord]? = nil, channels: [ChannelRecord]? = nil, note: MetadataRecord? = nil,
    limits: ReadLimits = ReadLimits(), progress: (UInt64) -> Void = { _ in }
) throws(ContainerError) -> FileSummary {
    var writer = try FileWriter(
        target, header: header, schemas: schemas ?? survey.summary.schemas,
        channels: channels ?? survey.summary.channels)
    if let note { try writer.append(note) }
    var chunk = ChunkBuilder()
    var reader = ChunkReader(limits: limits)
    for piece in pieces ?? survey.pieces {
        switch piece {
        case .chunk(let index):
            let place = survey.places[index]
            try reader.load(place, from: descriptor)
            try reader.withRecords { (records) throws(ContainerError) in try chunk.refill(from: records) }
            try writer.append(&chunk, Compression(named: place.fields.compression))
            progress(place.recordsOffset)
        case .records(let range):
            try copy(range, of: descriptor, into: &writer, limits)
        }
    }
    try writer.finish()
    try writer.sync()
    let summary = writer.summary
    try writer.close()
    return summary
}

private func copy(
    _ range: Range<UInt64>, of descriptor: Int32, into writer: inout FileWriter, _ limits: ReadLimits
) throws(ContainerError) {
    var scanner = try FileScanner(
        descriptor, from: range.lowerBound, upTo: range.upperBound, limits: limits, isChecked: false)
    while try scanner.next() != nil {
        switch try scanner.record() {
        // Definitions stand at the front already.
        case .message(let message): try writer.append(message)
        case .attachment(let attachment): try writer.append(attachment)
        case .metadata(let metadata): try writer.append(metadata)
        default: break
        }
    }
}

extension ChunkBuilder {
    /// Takes over the schemas, channels and messages of another chunk; messages in a row in one copy.
    fileprivate mutating func refill(from records: RawSpan) throws(ContainerError) {
        var cursor = RecordCursor()
        var messages: Range<Int>?
        while let record = try cursor.next(in: records) {
            if record.opcode == .message {
                messages = (messages?.lowerBound ?? record.recordRange.lowerBound)..<record.recordRange.upperBound
                continue
            }
            if let run = messages { try append(encodedMessages: records.extracting(run)) }
            messages = nil
            let content = records.extracting(record.contentRange)
            switch record.opcode {
            case .schema: append(try SchemaRecord(content: content))
            case .channel: append(try ChannelRecord(content: content))
            default: break
            }
        }
        if let run = messages { try append(encodedMessages: records.extracting(run)) }
    }
}

extension Compression {
    /// The kind that a chunk of this name has, at its usual level; `none` for a name that is not known.
    init(named name: String) {
        switch name {
        case "zstd": self = .zstd()
        case "lz4": self = .lz4
        default: self = .none
        }
    }
}
