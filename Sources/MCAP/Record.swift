/// One kind of record: its opcode, and its content to and from bytes.
///
/// All integers are little-endian. Fields that a later version appends to a record are ignored:
/// a decoder is given the whole content and reads the fields it knows.
public protocol Record: Hashable, Sendable {
    static var opcode: Opcode { get }

    /// Reads the content, which is what follows opcode and length.
    ///
    /// - Parameters:
    ///   - content: Exactly the record's content. Not trusted.
    ///   - offset: Where `content` begins in its file; only errors use it.
    /// - Throws: ``ContainerError`` when a field runs over the end of `content`.
    init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError)

    /// Appends the content, without opcode and length.
    func appendContent(to bytes: inout [UInt8])
}

extension Record {
    /// Reads the content from a span. See ``init(content:at:)-(UnsafeRawBufferPointer,_)``.
    public init(content: RawSpan, at offset: UInt64 = 0) throws(ContainerError) {
        self = try content.withUnsafeBytes { (bytes) throws(ContainerError) in
            try Self(content: bytes, at: offset)
        }
    }

    /// Appends the whole record: opcode, content length, content.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(Self.opcode.rawValue)
        let lengthPosition = bytes.count
        bytes.append(littleEndian: UInt64(0))
        let contentStart = bytes.count
        appendContent(to: &bytes)
        bytes.store(UInt64(bytes.count - contentStart), at: lengthPosition)
    }
}

/// Any record, decoded.
public enum AnyRecord: Hashable, Sendable {
    case header(HeaderRecord)
    case footer(FooterRecord)
    case schema(SchemaRecord)
    case channel(ChannelRecord)
    case message(MessageRecord)
    /// A chunk's fields; its records stay where they are.
    case chunk(ChunkPlace)
    case messageIndex(MessageIndexRecord)
    case chunkIndex(ChunkIndexRecord)
    case attachment(AttachmentRecord)
    case attachmentIndex(AttachmentIndexRecord)
    case statistics(StatisticsRecord)
    case metadata(MetadataRecord)
    case metadataIndex(MetadataIndexRecord)
    case summaryOffset(SummaryOffsetRecord)
    case dataEnd(DataEndRecord)
    /// A record of a later version or of another application, to be skipped.
    case unknown(Opcode)

    /// Decodes a record's content by its opcode.
    ///
    /// - Throws: ``ContainerError`` as the record's own decoder does. An unknown opcode is not an error.
    public init(opcode: Opcode, content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        self =
            switch opcode {
            case .header: .header(try HeaderRecord(content: content, at: offset))
            case .footer: .footer(try FooterRecord(content: content, at: offset))
            case .schema: .schema(try SchemaRecord(content: content, at: offset))
            case .channel: .channel(try ChannelRecord(content: content, at: offset))
            case .message: .message(try MessageRecord(content: content, at: offset))
            case .chunk:
                .chunk(try ChunkPlace(contentPrefix: content, contentLength: UInt64(content.count), at: offset))
            case .messageIndex: .messageIndex(try MessageIndexRecord(content: content, at: offset))
            case .chunkIndex: .chunkIndex(try ChunkIndexRecord(content: content, at: offset))
            case .attachment: .attachment(try AttachmentRecord(content: content, at: offset))
            case .attachmentIndex: .attachmentIndex(try AttachmentIndexRecord(content: content, at: offset))
            case .statistics: .statistics(try StatisticsRecord(content: content, at: offset))
            case .metadata: .metadata(try MetadataRecord(content: content, at: offset))
            case .metadataIndex: .metadataIndex(try MetadataIndexRecord(content: content, at: offset))
            case .summaryOffset: .summaryOffset(try SummaryOffsetRecord(content: content, at: offset))
            case .dataEnd: .dataEnd(try DataEndRecord(content: content, at: offset))
            default: .unknown(opcode)
            }
    }
}
