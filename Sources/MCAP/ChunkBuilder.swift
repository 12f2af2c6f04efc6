/// Gathers records into one Chunk record and its MessageIndex records, ready for a single write.
///
/// It goes *open* → ``seal(_:messageIndexes:)`` → *sealed* → ``removeAll()`` → *open*, and keeps its
/// memory throughout. An uncompressed chunk is never copied: records are appended behind room left for
/// the Chunk's fields, and the indexes behind the records.
public struct ChunkBuilder: ~Copyable, Sendable {
    /// A Chunk record's bytes before its records, when it has no compression name.
    private static let frontLength = FileFormat.recordPrefixLength + FileFormat.chunkFieldsLength

    /// Room for the Chunk's fields, the records and, once sealed plain, the message indexes.
    private var plain: [UInt8]
    /// The same, sealed compressed.
    private var packed: [UInt8] = []
    private var indexing = MessageIndexing()
    private var compressor = Compressor()
    private var sealed: SealedChunk?

    /// Messages in the chunk.
    public private(set) var messageCount = 0
    /// Earliest log time among them, in nanoseconds; 0 without messages.
    public private(set) var startTime: UInt64 = 0
    /// Latest log time among them, in nanoseconds; 0 without messages.
    public private(set) var endTime: UInt64 = 0
    /// Schema records in the chunk, in order.
    public private(set) var schemas: [SchemaRecord] = []
    /// Channel records in the chunk, in order.
    public private(set) var channels: [ChannelRecord] = []

    /// - Parameter capacity: Bytes of records to make room for at once.
    public init(capacity: Int = 0) {
        plain = []
        plain.reserveCapacity(Self.frontLength + capacity)
        plain.append(contentsOf: repeatElement(0, count: Self.frontLength))
    }

    /// Size of the records, uncompressed, in bytes.
    public var uncompressedSize: Int {
        sealed.map { Int($0.index.uncompressedSize) } ?? plain.count - Self.frontLength
    }

    /// Whether there is nothing to write.
    public var isEmpty: Bool { uncompressedSize == 0 }

    /// Messages of each channel that has any, by channel.
    public var messageCounts: [ChannelMap.Entry] { indexing.counts }

    /// Appends a message.
    ///
    /// - Parameters:
    ///   - channelID: Of a Channel record in this chunk or before it.
    ///   - sequence: What the channel calls it; the format asks for no order.
    ///   - logTime: When it was recorded, in nanoseconds.
    ///   - publishTime: When it was published, in nanoseconds.
    ///   - data: Copied.
    /// - Precondition: The chunk is open, and holds fewer than 2²⁸ messages of this channel.
    public mutating func append(
        channelID: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64, data: UnsafeRawBufferPointer
    ) {
        note(channelID, logTime: logTime, offset: openRecords())
        appendMessageRecord(
            to: &plain, channelID: channelID, sequence: sequence, logTime: logTime, publishTime: publishTime,
            data: data)
    }

    /// Appends a message from a span. See ``append(channelID:sequence:logTime:publishTime:data:)-(_,_,_,_,UnsafeRawBufferPointer)``.
    public mutating func append(
        channelID: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64, data: RawSpan
    ) {
        note(channelID, logTime: logTime, offset: openRecords())
        appendMessageRecord(
            to: &plain, channelID: channelID, sequence: sequence, logTime: logTime, publishTime: publishTime,
            data: data)
    }

    /// Appends Message records that are encoded already, in one copy.
    ///
    /// - Parameter records: Concatenated Message records, and nothing else.
    /// - Throws: ``ContainerError`` when a record is malformed or of another kind; then nothing was appended.
    /// - Complexity: One copy, and constant for each message.
    public mutating func append(encodedMessages records: RawSpan) throws(ContainerError) {
        var check = RecordCursor()
        while let record = try check.next(in: records) {
            guard record.opcode == .message else {
                throw ContainerError(
                    .unexpectedRecord(found: record.opcode, expected: .message),
                    at: UInt64(record.recordRange.lowerBound)
                )
            }
            _ = try MessageView(record, in: records, base: 0)
        }
        let start = openRecords()
        var messages = MessageCursor()
        while let message = try messages.next(in: records) {
            note(message.channelID, logTime: message.logTime, offset: start + message.recordRange.lowerBound)
        }
        records.withUnsafeBytes { plain.append(contentsOf: $0) }
    }

    /// Appends a Schema record, so that the chunk can be read on its own.
    public mutating func append(_ schema: SchemaRecord) {
        _ = openRecords()
        schema.append(to: &plain)
        schemas.append(schema)
    }

    /// Appends a Channel record, so that the chunk can be read on its own.
    public mutating func append(_ channel: ChannelRecord) {
        _ = openRecords()
        channel.append(to: &plain)
        channels.append(channel)
    }

    /// Finishes the chunk: takes the CRC-32, compresses, appends the message indexes. Sealing a
    /// sealed chunk again changes nothing, so a failed write can simply be repeated.
    ///
    /// - Parameters:
    ///   - compression: Of the records.
    ///   - messageIndexes: Whether MessageIndex records follow the chunk.
    /// - Throws: ``ContainerError`` with reason `codec` when the codec has no memory; the chunk stays open.
    /// - Complexity: Linear in the chunk's size.
    @discardableResult
    public mutating func seal(
        _ compression: Compression = .none, messageIndexes: Bool = true
    ) throws(ContainerError) -> SealedChunk {
        if let sealed { return sealed }
        let size = uncompressedSize
        let crc = crc32(of: plain.span.bytes.extracting(Self.frontLength..<plain.count))
        let fields = ChunkFields(
            messageStartTime: startTime, messageEndTime: endTime, uncompressedSize: UInt64(size),
            uncompressedCRC: crc, compression: compression.name)
        if compression == .none {
            Self.fillFront(of: &plain, fields, recordsLength: size)
            sealed = Self.finish(&plain, fields, recordsStart: Self.frontLength, messageIndexes ? indexing : nil)
        } else {
            let start = Self.frontLength + compression.name.utf8.count
            try Self.pack(plain, into: &packed, from: start, compression, with: &compressor)
            Self.fillFront(of: &packed, fields, recordsLength: packed.count - start)
            sealed = Self.finish(&packed, fields, recordsStart: start, messageIndexes ? indexing : nil)
        }
        return sealed!
    }

    /// Lends the Chunk record and its MessageIndex records, as they go to the file.
    ///
    /// - Precondition: The chunk is sealed.
    public func withSealedBytes<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let sealed else { preconditionFailure("seal the chunk before taking its bytes") }
        return try body(sealed.index.compression.isEmpty ? plain.span.bytes : packed.span.bytes)
    }

    /// Empties the chunk for the next, keeping its memory.
    public mutating func removeAll() {
        plain.removeLast(plain.count - Self.frontLength)
        indexing.removeAll()
        sealed = nil
        messageCount = 0
        startTime = 0
        endTime = 0
        schemas.removeAll(keepingCapacity: true)
        channels.removeAll(keepingCapacity: true)
    }

    /// Where the next record goes, counted from the first.
    private func openRecords() -> Int {
        precondition(sealed == nil, "the chunk is sealed: removeAll() first")
        return plain.count - Self.frontLength
    }

    private mutating func note(_ channelID: UInt16, logTime: UInt64, offset: Int) {
        startTime = messageCount == 0 ? logTime : min(startTime, logTime)
        endTime = messageCount == 0 ? logTime : max(endTime, logTime)
        messageCount += 1
        indexing.add(channelID, logTime: logTime, offset: offset)
    }

    /// Compresses the records of `plain` to `target[start...]`, whatever was there.
    private static func pack(
        _ plain: [UInt8], into target: inout [UInt8], from start: Int, _ compression: Compression,
        with compressor: inout Compressor
    ) throws(ContainerError) {
        let source = plain.span.bytes.extracting(frontLength..<plain.count)
        let bound = start + Compressor.bound(source.byteCount, compression)
        if target.count < bound { target.append(contentsOf: repeatElement(0, count: bound - target.count)) }
        var end = start
        var room = target.mutableSpan
        var bytes = room.mutableBytes
        try source.withUnsafeBytes { (source) throws(ContainerError) in
            try bytes.withUnsafeMutableBytes { (bytes) throws(ContainerError) in
                let room = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
                end += try compressor.compress(source, into: room, compression)
            }
        }
        target.removeLast(target.count - end)
    }

    /// Writes opcode, length and fields into the room before the records.
    private static func fillFront(of bytes: inout [UInt8], _ fields: ChunkFields, recordsLength: Int) {
        let nameLength = fields.compression.utf8.count
        var front: [UInt8] = []
        front.reserveCapacity(frontLength + nameLength)
        front.append(Opcode.chunk.rawValue)
        front.append(littleEndian: UInt64(FileFormat.chunkFieldsLength + nameLength + recordsLength))
        fields.append(to: &front)
        front.append(littleEndian: UInt64(recordsLength))
        bytes.replaceSubrange(0..<front.count, with: front)
    }

    /// Appends the message indexes and says what is where.
    private static func finish(
        _ bytes: inout [UInt8], _ fields: ChunkFields, recordsStart: Int, _ indexing: MessageIndexing?
    ) -> SealedChunk {
        let chunkLength = bytes.count
        let offsets = indexing?.append(to: &bytes) ?? [:]
        return SealedChunk(
            index: ChunkIndexRecord(
                messageStartTime: fields.messageStartTime, messageEndTime: fields.messageEndTime,
                chunkStartOffset: 0, chunkLength: UInt64(chunkLength), messageIndexOffsets: offsets,
                messageIndexLength: UInt64(bytes.count - chunkLength), compression: fields.compression,
                compressedSize: UInt64(chunkLength - recordsStart), uncompressedSize: fields.uncompressedSize),
            place: ChunkPlace(
                fields: fields, recordsOffset: UInt64(recordsStart), recordsLength: UInt64(chunkLength - recordsStart)))
    }
}

/// A finished chunk, its offsets counted from its own first byte until it has a place in a file.
public struct SealedChunk: Hashable, Sendable {
    /// What the summary will say of it.
    public let index: ChunkIndexRecord
    /// Its fields, and where its stored records lie.
    public let place: ChunkPlace

    /// Chunk and message indexes together, in bytes.
    public var length: UInt64 { index.chunkLength + index.messageIndexLength }

    /// The same chunk, written at `offset` in a file.
    public func placed(at offset: UInt64) -> SealedChunk {
        var index = index
        index.chunkStartOffset += offset
        for entry in index.messageIndexOffsets.entries.indices {
            index.messageIndexOffsets.entries[entry].value += offset
        }
        return SealedChunk(index: index, place: place.moved(by: offset))
    }
}
