/// The first record of a file (`0x01`).
///
/// | Bytes | Field     | Type   |
/// |------:|-----------|--------|
/// | 4 + N | `profile` | String |
/// | 4 + N | `library` | String |
public struct HeaderRecord: Record {
    public static let opcode = Opcode.header

    /// What further rules the file keeps, or empty.
    public var profile: String
    /// Name and version of the writer, for debugging.
    public var library: String

    public init(profile: String = "", library: String = "") {
        self.profile = profile
        self.library = library
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(profile: try reader.readString(), library: try reader.readString())
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(string: profile)
        bytes.append(string: library)
    }
}

/// The last record of a file (`0x02`). Never grows.
///
/// | Bytes | Field                | Type   |
/// |------:|----------------------|--------|
/// |     8 | `summaryStart`       | uint64 |
/// |     8 | `summaryOffsetStart` | uint64 |
/// |     4 | `summaryCRC`         | uint32 |
public struct FooterRecord: Record {
    public static let opcode = Opcode.footer

    /// Offset of the first summary record from the start of the file, or 0 without a summary.
    public var summaryStart: UInt64
    /// Offset of the first SummaryOffset record from the start of the file, or 0 without any.
    public var summaryOffsetStart: UInt64
    /// CRC-32 from the start of the summary up to this field, or 0 where it was not taken.
    public var summaryCRC: UInt32

    public init(summaryStart: UInt64, summaryOffsetStart: UInt64, summaryCRC: UInt32) {
        self.summaryStart = summaryStart
        self.summaryOffsetStart = summaryOffsetStart
        self.summaryCRC = summaryCRC
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            summaryStart: try reader.read(),
            summaryOffsetStart: try reader.read(),
            summaryCRC: try reader.read()
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: summaryStart)
        bytes.append(littleEndian: summaryOffsetStart)
        bytes.append(littleEndian: summaryCRC)
    }
}

/// The end of the data section (`0x0F`): from here on Schema and Channel records are repeats.
///
/// | Bytes | Field            | Type   |
/// |------:|------------------|--------|
/// |     4 | `dataSectionCRC` | uint32 |
public struct DataEndRecord: Record {
    public static let opcode = Opcode.dataEnd

    /// CRC-32 of the file up to this record, or 0 where it was not taken.
    public var dataSectionCRC: UInt32

    public init(dataSectionCRC: UInt32 = 0) {
        self.dataSectionCRC = dataSectionCRC
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(dataSectionCRC: try reader.read())
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: dataSectionCRC)
    }
}

/// Where the summary's records of one kind lie (`0x0E`).
///
/// | Bytes | Field         | Type   |
/// |------:|---------------|--------|
/// |     1 | `groupOpcode` | uint8  |
/// |     8 | `groupStart`  | uint64 |
/// |     8 | `groupLength` | uint64 |
public struct SummaryOffsetRecord: Record {
    public static let opcode = Opcode.summaryOffset

    /// Opcode of all records in the group.
    public var groupOpcode: Opcode
    /// Offset of the first of them from the start of the file.
    public var groupStart: UInt64
    /// Length of them all, in bytes.
    public var groupLength: UInt64

    public init(groupOpcode: Opcode, groupStart: UInt64, groupLength: UInt64) {
        self.groupOpcode = groupOpcode
        self.groupStart = groupStart
        self.groupLength = groupLength
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            groupOpcode: Opcode(rawValue: try reader.read()),
            groupStart: try reader.read(),
            groupLength: try reader.read()
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: groupOpcode.rawValue)
        bytes.append(littleEndian: groupStart)
        bytes.append(littleEndian: groupLength)
    }
}
