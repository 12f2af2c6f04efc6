/// A chunk's fields, without its records.
public struct ChunkFields: Hashable, Sendable {
    /// Earliest log time among its messages, in nanoseconds; 0 without messages.
    public var messageStartTime: UInt64
    /// Latest log time among its messages, in nanoseconds; 0 without messages.
    public var messageEndTime: UInt64
    /// Size of its records once decompressed, in bytes.
    public var uncompressedSize: UInt64
    /// CRC-32 of the decompressed records, or 0 where it was not taken.
    public var uncompressedCRC: UInt32
    /// `zstd`, `lz4`, empty for none, or a name of another application.
    public var compression: String

    public init(
        messageStartTime: UInt64, messageEndTime: UInt64, uncompressedSize: UInt64, uncompressedCRC: UInt32,
        compression: String
    ) {
        self.messageStartTime = messageStartTime
        self.messageEndTime = messageEndTime
        self.uncompressedSize = uncompressedSize
        self.uncompressedCRC = uncompressedCRC
        self.compression = compression
    }

    init(_ reader: inout ByteReader) throws(ContainerError) {
        self.init(
            messageStartTime: try reader.read(),
            messageEndTime: try reader.read(),
            uncompressedSize: try reader.read(),
            uncompressedCRC: try reader.read(),
            compression: try reader.readString()
        )
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: messageStartTime)
        bytes.append(littleEndian: messageEndTime)
        bytes.append(littleEndian: uncompressedSize)
        bytes.append(littleEndian: uncompressedCRC)
        bytes.append(string: compression)
    }
}

/// A chunk's fields, and where its records lie in the file.
///
/// Of an uncompressed chunk, `records` is the region to `pread` and send as it lies.
public struct ChunkPlace: Hashable, Sendable {
    public let fields: ChunkFields
    /// Offset of the stored (perhaps compressed) records from the start of the file.
    public let recordsOffset: UInt64
    /// Length of the stored records, in bytes.
    public let recordsLength: UInt64

    /// The stored records' range of bytes in the file.
    public var records: Range<UInt64> { recordsOffset..<recordsOffset + recordsLength }

    public init(fields: ChunkFields, recordsOffset: UInt64, recordsLength: UInt64) {
        self.fields = fields
        self.recordsOffset = recordsOffset
        self.recordsLength = recordsLength
    }

    func moved(by distance: UInt64) -> ChunkPlace {
        ChunkPlace(fields: fields, recordsOffset: recordsOffset + distance, recordsLength: recordsLength)
    }

    /// Reads a chunk's fields from the beginning of its content.
    ///
    /// - Parameters:
    ///   - prefix: The content or its beginning, at least up to the stored records.
    ///   - contentLength: Length of the whole content; the records must fit in it.
    ///   - offset: Where the content begins in the file.
    init(contentPrefix prefix: UnsafeRawBufferPointer, contentLength: UInt64, at offset: UInt64) throws(ContainerError)
    {
        var reader = ByteReader(prefix, at: offset)
        let fields = try ChunkFields(&reader)
        let length = try reader.read(UInt64.self)
        // The prefix may reach beyond the content, when a chunk is only looked for.
        let position = UInt64(reader.position)
        let available = contentLength < position ? 0 : contentLength - position
        guard position <= contentLength, length <= available else {
            throw ContainerError(.truncated(needed: length, available: available), at: reader.offset)
        }
        if fields.compression.isEmpty, fields.uncompressedSize != length {
            throw ContainerError(.sizeMismatch(expected: length, found: fields.uncompressedSize), at: offset)
        }
        self.fields = fields
        self.recordsOffset = reader.offset
        self.recordsLength = length
    }
}

/// A batch of Schema, Channel and Message records, perhaps compressed, held whole (`0x06`).
///
/// ``ChunkBuilder`` writes and ``ChunkReader`` reads chunks without this copy.
///
/// | Bytes | Field              | Type                         |
/// |------:|--------------------|------------------------------|
/// |     8 | `messageStartTime` | Timestamp                    |
/// |     8 | `messageEndTime`   | Timestamp                    |
/// |     8 | `uncompressedSize` | uint64                       |
/// |     4 | `uncompressedCRC`  | uint32                       |
/// | 4 + N | `compression`      | String                       |
/// | 8 + N | `records`          | uint64 length-prefixed Bytes |
public struct ChunkRecord: Record {
    public static let opcode = Opcode.chunk

    public var fields: ChunkFields
    /// The records as stored, compressed or not.
    public var records: [UInt8]

    public init(fields: ChunkFields, records: [UInt8]) {
        self.fields = fields
        self.records = records
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(fields: try ChunkFields(&reader), records: [UInt8](try reader.readBytes64()))
    }

    public func appendContent(to bytes: inout [UInt8]) {
        fields.append(to: &bytes)
        records.withUnsafeBytes { bytes.append(bytes64: $0) }
    }
}

/// Where one channel's messages lie in the chunk before it (`0x07`).
///
/// | Bytes | Field       | Type                              |
/// |------:|-------------|-----------------------------------|
/// |     2 | `channelID` | uint16                            |
/// | 4 + N | `entries`   | `Array<Tuple<Timestamp, uint64>>` |
public struct MessageIndexRecord: Record {
    public static let opcode = Opcode.messageIndex

    /// One message's place.
    public struct Entry: Hashable, Sendable {
        /// Log time, in nanoseconds.
        public var logTime: UInt64
        /// Offset of the Message record from the start of the decompressed records.
        public var offset: UInt64

        public init(logTime: UInt64, offset: UInt64) {
            self.logTime = logTime
            self.offset = offset
        }
    }

    public var channelID: UInt16
    /// In the order the writer chose; ours is the order of the records.
    public var entries: [Entry]

    public init(channelID: UInt16, entries: [Entry]) {
        self.channelID = channelID
        self.entries = entries
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            channelID: try reader.read(),
            entries: try reader.readEntries { (reader) throws(ContainerError) in
                Entry(logTime: try reader.read(), offset: try reader.read())
            }
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: channelID)
        bytes.appendEntries { bytes in
            for entry in entries {
                bytes.append(littleEndian: entry.logTime)
                bytes.append(littleEndian: entry.offset)
            }
        }
    }
}

/// Where a chunk and its message indexes lie in the file (`0x08`, in the summary).
///
/// | Bytes | Field                 | Type                  |
/// |------:|-----------------------|-----------------------|
/// |     8 | `messageStartTime`    | Timestamp             |
/// |     8 | `messageEndTime`      | Timestamp             |
/// |     8 | `chunkStartOffset`    | uint64                |
/// |     8 | `chunkLength`         | uint64                |
/// | 4 + N | `messageIndexOffsets` | `Map<uint16, uint64>` |
/// |     8 | `messageIndexLength`  | uint64                |
/// | 4 + N | `compression`         | String                |
/// |     8 | `compressedSize`      | uint64                |
/// |     8 | `uncompressedSize`    | uint64                |
public struct ChunkIndexRecord: Record {
    public static let opcode = Opcode.chunkIndex

    /// Earliest log time in the chunk, in nanoseconds; 0 without messages.
    public var messageStartTime: UInt64
    /// Latest log time in the chunk, in nanoseconds; 0 without messages.
    public var messageEndTime: UInt64
    /// Offset of the Chunk record from the start of the file.
    public var chunkStartOffset: UInt64
    /// Length of the Chunk record with its opcode and length, in bytes.
    public var chunkLength: UInt64
    /// Offset of each channel's MessageIndex record from the start of the file; empty without any.
    public var messageIndexOffsets: ChannelMap
    /// Length of all the chunk's MessageIndex records, in bytes.
    public var messageIndexLength: UInt64
    /// As in the Chunk record.
    public var compression: String
    /// Size of the stored records, in bytes.
    public var compressedSize: UInt64
    /// Size of the decompressed records, in bytes.
    public var uncompressedSize: UInt64

    public init(
        messageStartTime: UInt64, messageEndTime: UInt64, chunkStartOffset: UInt64, chunkLength: UInt64,
        messageIndexOffsets: ChannelMap, messageIndexLength: UInt64, compression: String, compressedSize: UInt64,
        uncompressedSize: UInt64
    ) {
        self.messageStartTime = messageStartTime
        self.messageEndTime = messageEndTime
        self.chunkStartOffset = chunkStartOffset
        self.chunkLength = chunkLength
        self.messageIndexOffsets = messageIndexOffsets
        self.messageIndexLength = messageIndexLength
        self.compression = compression
        self.compressedSize = compressedSize
        self.uncompressedSize = uncompressedSize
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            messageStartTime: try reader.read(),
            messageEndTime: try reader.read(),
            chunkStartOffset: try reader.read(),
            chunkLength: try reader.read(),
            messageIndexOffsets: try reader.readChannelMap(),
            messageIndexLength: try reader.read(),
            compression: try reader.readString(),
            compressedSize: try reader.read(),
            uncompressedSize: try reader.read()
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: messageStartTime)
        bytes.append(littleEndian: messageEndTime)
        bytes.append(littleEndian: chunkStartOffset)
        bytes.append(littleEndian: chunkLength)
        bytes.append(map: messageIndexOffsets)
        bytes.append(littleEndian: messageIndexLength)
        bytes.append(string: compression)
        bytes.append(littleEndian: compressedSize)
        bytes.append(littleEndian: uncompressedSize)
    }
}
