/// A file carried along with the messages (`0x09`).
///
/// | Bytes | Field        | Type                         |
/// |------:|--------------|------------------------------|
/// |     8 | `logTime`    | Timestamp                    |
/// |     8 | `createTime` | Timestamp                    |
/// | 4 + N | `name`       | String                       |
/// | 4 + N | `mediaType`  | String                       |
/// | 8 + N | `data`       | uint64 length-prefixed Bytes |
/// |     4 | CRC-32       | of the fields before it      |
///
/// The CRC has no property: writing takes it, reading checks it (a stored 0 is not checked).
public struct AttachmentRecord: Record {
    public static let opcode = Opcode.attachment

    /// When it was recorded, in nanoseconds.
    public var logTime: UInt64
    /// When it was made, in nanoseconds, or 0 where that is not known.
    public var createTime: UInt64
    public var name: String
    /// Such as `text/plain`.
    public var mediaType: String
    public var data: [UInt8]

    public init(logTime: UInt64, createTime: UInt64, name: String, mediaType: String, data: [UInt8]) {
        self.logTime = logTime
        self.createTime = createTime
        self.name = name
        self.mediaType = mediaType
        self.data = data
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            logTime: try reader.read(),
            createTime: try reader.read(),
            name: try reader.readString(),
            mediaType: try reader.readString(),
            data: [UInt8](try reader.readBytes64())
        )
        let found = crc32(of: UnsafeRawBufferPointer(rebasing: content[..<reader.position]))
        let expected = try reader.read(UInt32.self)
        guard expected == 0 || expected == found else {
            throw ContainerError(.checksumMismatch(expected: expected, found: found), at: offset)
        }
    }

    public func appendContent(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(littleEndian: logTime)
        bytes.append(littleEndian: createTime)
        bytes.append(string: name)
        bytes.append(string: mediaType)
        data.withUnsafeBytes { bytes.append(bytes64: $0) }
        let crc = bytes.withUnsafeBytes { crc32(of: UnsafeRawBufferPointer(rebasing: $0[start...])) }
        bytes.append(littleEndian: crc)
    }
}

/// Where an attachment lies in the file (`0x0A`, in the summary).
///
/// | Bytes | Field        | Type      |
/// |------:|--------------|-----------|
/// |     8 | `offset`     | uint64    |
/// |     8 | `length`     | uint64    |
/// |     8 | `logTime`    | Timestamp |
/// |     8 | `createTime` | Timestamp |
/// |     8 | `dataSize`   | uint64    |
/// | 4 + N | `name`       | String    |
/// | 4 + N | `mediaType`  | String    |
public struct AttachmentIndexRecord: Record {
    public static let opcode = Opcode.attachmentIndex

    /// Offset of the Attachment record from the start of the file.
    public var offset: UInt64
    /// Length of the Attachment record with its opcode and length, in bytes.
    public var length: UInt64
    /// As in the Attachment record, in nanoseconds.
    public var logTime: UInt64
    /// As in the Attachment record, in nanoseconds.
    public var createTime: UInt64
    /// Size of the attachment's data, in bytes.
    public var dataSize: UInt64
    public var name: String
    public var mediaType: String

    public init(
        offset: UInt64, length: UInt64, logTime: UInt64, createTime: UInt64, dataSize: UInt64, name: String,
        mediaType: String
    ) {
        self.offset = offset
        self.length = length
        self.logTime = logTime
        self.createTime = createTime
        self.dataSize = dataSize
        self.name = name
        self.mediaType = mediaType
    }

    /// The index of an attachment whose record lies at `offset`, `length` bytes long.
    init(of attachment: AttachmentRecord, at offset: UInt64, length: UInt64) {
        self.init(
            offset: offset, length: length, logTime: attachment.logTime, createTime: attachment.createTime,
            dataSize: UInt64(attachment.data.count), name: attachment.name, mediaType: attachment.mediaType)
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            offset: try reader.read(),
            length: try reader.read(),
            logTime: try reader.read(),
            createTime: try reader.read(),
            dataSize: try reader.read(),
            name: try reader.readString(),
            mediaType: try reader.readString()
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(littleEndian: length)
        bytes.append(littleEndian: logTime)
        bytes.append(littleEndian: createTime)
        bytes.append(littleEndian: dataSize)
        bytes.append(string: name)
        bytes.append(string: mediaType)
    }
}
