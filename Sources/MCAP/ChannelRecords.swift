/// How to read the messages of channels that refer to it (`0x03`).
///
/// | Bytes | Field      | Type                         |
/// |------:|------------|------------------------------|
/// |     2 | `id`       | uint16                       |
/// | 4 + N | `name`     | String                       |
/// | 4 + N | `encoding` | String                       |
/// | 4 + N | `data`     | uint32 length-prefixed Bytes |
public struct SchemaRecord: Record {
    public static let opcode = Opcode.schema

    /// Unique in the file, not zero.
    public var id: UInt16
    /// For `protobuf`, the fully qualified message name.
    public var name: String
    /// `protobuf`, `jsonschema`…; empty where there is no schema.
    public var encoding: String
    /// For `protobuf`, a serialised `FileDescriptorSet` with all imports.
    public var data: [UInt8]

    public init(id: UInt16, name: String, encoding: String, data: [UInt8]) {
        self.id = id
        self.name = name
        self.encoding = encoding
        self.data = data
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            id: try reader.read(),
            name: try reader.readString(),
            encoding: try reader.readString(),
            data: [UInt8](try reader.readBytes32())
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: id)
        bytes.append(string: name)
        bytes.append(string: encoding)
        data.withUnsafeBytes { bytes.append(bytes32: $0) }
    }
}

/// A stream of messages of one encoding on one topic (`0x04`).
///
/// | Bytes | Field             | Type                  |
/// |------:|-------------------|-----------------------|
/// |     2 | `id`              | uint16                |
/// |     2 | `schemaID`        | uint16                |
/// | 4 + N | `topic`           | String                |
/// | 4 + N | `messageEncoding` | String                |
/// | 4 + N | `metadata`        | `Map<string, string>` |
public struct ChannelRecord: Record {
    public static let opcode = Opcode.channel

    /// Unique in the file; zero is allowed.
    public var id: UInt16
    /// The ``SchemaRecord/id`` of its messages, or 0 for none.
    public var schemaID: UInt16
    public var topic: String
    /// `protobuf`, `json`….
    public var messageEncoding: String
    public var metadata: TextMap

    public init(
        id: UInt16, schemaID: UInt16 = 0, topic: String, messageEncoding: String, metadata: TextMap = [:]
    ) {
        self.id = id
        self.schemaID = schemaID
        self.topic = topic
        self.messageEncoding = messageEncoding
        self.metadata = metadata
    }

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        self.init(
            id: try reader.read(),
            schemaID: try reader.read(),
            topic: try reader.readString(),
            messageEncoding: try reader.readString(),
            metadata: try reader.readTextMap()
        )
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: id)
        bytes.append(littleEndian: schemaID)
        bytes.append(string: topic)
        bytes.append(string: messageEncoding)
        bytes.append(map: metadata)
    }
}
