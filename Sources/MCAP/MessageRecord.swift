/// One message, with its data copied out (`0x05`). Never grows.
///
/// For reading many, ``MessageCursor`` copies nothing; for writing many,
/// ``appendMessageRecord(to:channelID:sequence:logTime:publishTime:data:)-(_,_,_,_,_,UnsafeRawBufferPointer)``
/// needs no array of its own.
///
/// | Bytes | Field         | Type      |
/// |------:|---------------|-----------|
/// |     2 | `channelID`   | uint16    |
/// |     4 | `sequence`    | uint32    |
/// |     8 | `logTime`     | Timestamp |
/// |     8 | `publishTime` | Timestamp |
/// |     N | `data`        | Bytes     |
public struct MessageRecord: Record {
    public static let opcode = Opcode.message

    public var channelID: UInt16
    /// The publisher's or the recorder's counter.
    public var sequence: UInt32
    /// When it was recorded, in nanoseconds.
    public var logTime: UInt64
    /// When it was published, in nanoseconds; the log time where that is not known.
    public var publishTime: UInt64
    public var data: [UInt8]

    public init(channelID: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64, data: [UInt8]) {
        self.channelID = channelID
        self.sequence = sequence
        self.logTime = logTime
        self.publishTime = publishTime
        self.data = data
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            channelID: try reader.read(),
            sequence: try reader.read(),
            logTime: try reader.read(),
            publishTime: try reader.read(),
            data: [UInt8](try reader.take(UInt64(reader.remaining)))
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: channelID)
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: logTime)
        bytes.append(littleEndian: publishTime)
        bytes.append(contentsOf: data)
    }
}

/// Appends one Message record: 31 bytes, then a copy of `data`.
///
/// Byte for byte what ``MessageRecord`` writes, without the array in between.
///
/// - Parameters:
///   - bytes: Grows by `31 + data.count`; reserve if you know how much is coming.
///   - channelID: Of a Channel record that comes before.
///   - sequence: What the channel calls it.
///   - logTime: When it was recorded, in nanoseconds.
///   - publishTime: When it was published, in nanoseconds.
///   - data: The message itself.
public func appendMessageRecord(
    to bytes: inout [UInt8], channelID: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64,
    data: UnsafeRawBufferPointer
) {
    // One append for all fields, not six: each checks for uniqueness and capacity anew.
    let frontLength = FileFormat.recordPrefixLength + FileFormat.messageFieldsLength
    withUnsafeTemporaryAllocation(byteCount: frontLength, alignment: 8) { front in
        front.storeBytes(of: Opcode.message.rawValue, as: UInt8.self)
        let length = UInt64(FileFormat.messageFieldsLength + data.count)
        front.storeBytes(of: length.littleEndian, toByteOffset: 1, as: UInt64.self)
        front.storeBytes(of: channelID.littleEndian, toByteOffset: 9, as: UInt16.self)
        front.storeBytes(of: sequence.littleEndian, toByteOffset: 11, as: UInt32.self)
        front.storeBytes(of: logTime.littleEndian, toByteOffset: 15, as: UInt64.self)
        front.storeBytes(of: publishTime.littleEndian, toByteOffset: 23, as: UInt64.self)
        bytes.append(contentsOf: UnsafeRawBufferPointer(front))
    }
    bytes.append(contentsOf: data)
}

/// The same from a span.
public func appendMessageRecord(
    to bytes: inout [UInt8], channelID: UInt16, sequence: UInt32, logTime: UInt64, publishTime: UInt64,
    data: RawSpan
) {
    data.withUnsafeBytes { data in
        appendMessageRecord(
            to: &bytes, channelID: channelID, sequence: sequence, logTime: logTime, publishTime: publishTime,
            data: data)
    }
}
