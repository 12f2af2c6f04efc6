/// What a chunk holds, gathered from its records.
struct ChunkContents {
    private(set) var schemas: [SchemaRecord] = []
    private(set) var channels: [ChannelRecord] = []
    private(set) var indexing = MessageIndexing()
    /// Earliest and latest log time, in nanoseconds; 0 without messages.
    private var times: (start: UInt64, end: UInt64)?

    /// - Parameter base: Where the stored records begin in the file; only errors use it.
    init(_ records: RawSpan, at base: UInt64) throws(ContainerError) {
        var cursor = RecordCursor(base: base)
        while let record = try cursor.next(in: records) {
            let content = records.extracting(record.contentRange)
            let offset = base + UInt64(record.contentRange.lowerBound)
            switch record.opcode {
            case .schema: schemas.append(try SchemaRecord(content: content, at: offset))
            case .channel: channels.append(try ChannelRecord(content: content, at: offset))
            case .message: note(try MessageView(record, in: records, base: base))
            default: break
            }
        }
    }

    private mutating func note(_ message: MessageView) {
        let time = message.logTime
        times = (min(times?.start ?? time, time), max(times?.end ?? time, time))
        indexing.add(message.channelID, logTime: time, offset: message.recordRange.lowerBound)
    }

    /// Refuses fields that ``ChunkBuilder`` would not have written for these records, whose CRC-32 was checked if
    /// there was one.
    func check(_ fields: ChunkFields, _ records: RawSpan, at offset: UInt64) throws(ContainerError) {
        if fields.uncompressedCRC == 0 {
            let crc = crc32(of: records)
            guard crc == 0 else { throw ContainerError(.checksumMismatch(expected: 0, found: crc), at: offset) }
        }
        guard fields.messageStartTime == times?.start ?? 0, fields.messageEndTime == times?.end ?? 0 else {
            throw ContainerError(.inconsistent(.chunk), at: offset)
        }
    }
}

/// A whole chunk whose message indexes are still coming.
struct PendingChunk {
    /// Messages of each channel that has any, by channel.
    let messages: [ChannelMap.Entry]
    private let indexing: MessageIndexing
    private var found: ChunkIndexRecord
    private var unread: Set<UInt16>
    private var areIndexesSound = true

    init(_ chunk: ChunkPlace, _ place: RecordPlace, _ contents: ChunkContents) {
        indexing = contents.indexing
        messages = indexing.counts
        unread = Set(messages.map(\.key))
        found = ChunkIndexRecord(
            messageStartTime: chunk.fields.messageStartTime, messageEndTime: chunk.fields.messageEndTime,
            chunkStartOffset: place.offset, chunkLength: place.length, messageIndexOffsets: [:], messageIndexLength: 0,
            compression: chunk.fields.compression, compressedSize: chunk.recordsLength,
            uncompressedSize: chunk.fields.uncompressedSize)
    }

    /// The chunk's index; it names message indexes only if every channel with messages has one.
    var index: ChunkIndexRecord {
        var index = found
        if !areIndexesSound || !unread.isEmpty {
            index.messageIndexOffsets = [:]
            index.messageIndexLength = 0
        }
        return index
    }

    /// Takes a message index behind the chunk into account.
    ///
    /// - Parameter isStrict: Whether entries must be those ``ChunkBuilder`` would have written; otherwise their
    ///   number must be right.
    mutating func note(_ index: MessageIndexRecord, _ place: RecordPlace, isStrict: Bool) throws(ContainerError) {
        let count = messages.first { $0.key == index.channelID }?.value ?? 0
        if isStrict, !indexing.matches(index) || !unread.contains(index.channelID) {
            throw ContainerError(.inconsistent(.messageIndex), at: place.offset)
        }
        if index.entries.count != Int(count) { areIndexesSound = false }
        found.messageIndexLength += place.length
        if unread.remove(index.channelID) != nil {
            found.messageIndexOffsets.entries.append(.init(key: index.channelID, value: place.offset))
        }
    }
}
