/// What a chunk's records are, gathered from the records themselves.
struct ChunkContents {
    private(set) var schemas: [SchemaRecord] = []
    private(set) var channels: [ChannelRecord] = []
    private(set) var indexing = MessageIndexing()

    /// - Parameter base: Where the stored records begin in the file; only errors use it.
    init(_ records: RawSpan, at base: UInt64) throws(ContainerError) {
        var cursor = RecordCursor(base: base)
        while let record = try cursor.next(in: records) {
            let content = records.extracting(record.contentRange)
            let offset = base + UInt64(record.contentRange.lowerBound)
            switch record.opcode {
            case .schema: schemas.append(try SchemaRecord(content: content, at: offset))
            case .channel: channels.append(try ChannelRecord(content: content, at: offset))
            case .message:
                var single = MessageCursor(from: record.recordRange.lowerBound, base: base)
                guard let message = try single.next(in: records) else { break }
                indexing.add(message.channelID, logTime: message.logTime, offset: record.recordRange.lowerBound)
            default: break
            }
        }
    }
}

/// A whole chunk whose message indexes are still coming.
struct PendingChunk {
    /// Messages of each channel that has any, by channel.
    let messages: [ChannelMap.Entry]
    private var found = ChunkIndexRecord.empty
    private var unread: Set<UInt16>
    private var areIndexesSound = true

    init(_ chunk: ChunkPlace, _ place: RecordPlace, _ contents: ChunkContents) {
        messages = contents.indexing.counts
        unread = Set(messages.map(\.key))
        found.messageStartTime = chunk.fields.messageStartTime
        found.messageEndTime = chunk.fields.messageEndTime
        found.chunkStartOffset = place.offset
        found.chunkLength = place.length
        found.compression = chunk.fields.compression
        found.compressedSize = chunk.recordsLength
        found.uncompressedSize = chunk.fields.uncompressedSize
    }

    /// Whether every channel with messages has its index, with as many entries as messages.
    var hasAllIndexes: Bool { areIndexesSound && unread.isEmpty }

    /// The chunk's index; it names message indexes only if all are there.
    var index: ChunkIndexRecord {
        var index = found
        if !hasAllIndexes {
            index.messageIndexOffsets = [:]
            index.messageIndexLength = 0
        }
        return index
    }

    mutating func note(_ index: MessageIndexRecord, _ place: RecordPlace) {
        found.messageIndexLength += place.length
        let count = messages.first { $0.key == index.channelID }?.value ?? 0
        if index.entries.count != Int(count) { areIndexesSound = false }
        if unread.remove(index.channelID) != nil {
            found.messageIndexOffsets.entries.append(.init(key: index.channelID, value: place.offset))
        }
    }
}

extension ChunkIndexRecord {
    fileprivate static var empty: ChunkIndexRecord {
        ChunkIndexRecord(
            messageStartTime: 0, messageEndTime: 0, chunkStartOffset: 0, chunkLength: 0, messageIndexOffsets: [:],
            messageIndexLength: 0, compression: "", compressedSize: 0, uncompressedSize: 0)
    }
}
