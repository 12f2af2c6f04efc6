/// Free-form text about the file (`0x0C`).
///
/// | Bytes | Field      | Type                  |
/// |------:|------------|-----------------------|
/// | 4 + N | `name`     | String                |
/// | 4 + N | `metadata` | `Map<string, string>` |
public struct MetadataRecord: Record {
    public static let opcode = Opcode.metadata

    public var name: String
    public var metadata: TextMap

    public init(name: String, metadata: TextMap) {
        self.name = name
        self.metadata = metadata
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(name: try reader.readString(), metadata: try reader.readTextMap())
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(string: name)
        bytes.append(map: metadata)
    }
}

/// Where a Metadata record lies in the file (`0x0D`, in the summary).
///
/// | Bytes | Field    | Type   |
/// |------:|----------|--------|
/// |     8 | `offset` | uint64 |
/// |     8 | `length` | uint64 |
/// | 4 + N | `name`   | String |
public struct MetadataIndexRecord: Record {
    public static let opcode = Opcode.metadataIndex

    /// Offset of the Metadata record from the start of the file.
    public var offset: UInt64
    /// Length of the Metadata record with its opcode and length, in bytes.
    public var length: UInt64
    public var name: String

    public init(offset: UInt64, length: UInt64, name: String) {
        self.offset = offset
        self.length = length
        self.name = name
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(offset: try reader.read(), length: try reader.read(), name: try reader.readString())
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: offset)
        bytes.append(littleEndian: length)
        bytes.append(string: name)
    }
}
