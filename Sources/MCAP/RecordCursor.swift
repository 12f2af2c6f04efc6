/// Where one record lies in a region of bytes.
public struct RecordView: Hashable, Sendable {
    public let opcode: Opcode
    /// The whole record, from opcode to the end of its content.
    public let recordRange: Range<Int>

    /// The record's content.
    public var contentRange: Range<Int> {
        recordRange.lowerBound + FileFormat.recordPrefixLength..<recordRange.upperBound
    }
}

/// One message in a region of bytes: its fields, and where its data lies.
public struct MessageView: Hashable, Sendable {
    public let channelID: UInt16
    public let sequence: UInt32
    /// When it was recorded, in nanoseconds.
    public let logTime: UInt64
    /// When it was published, in nanoseconds.
    public let publishTime: UInt64
    /// The whole record, from opcode to the end of its data.
    public let recordRange: Range<Int>

    /// The message's data.
    public var dataRange: Range<Int> {
        recordRange.lowerBound + FileFormat.recordPrefixLength + FileFormat.messageFieldsLength..<recordRange.upperBound
    }
}

/// Steps through concatenated records, such as a chunk's, without copying.
///
/// It holds a position, not the memory, so it is handed the same region at each step:
///
///     var cursor = RecordCursor()
///     while let record = try cursor.next(in: region) { … region.extracting(record.contentRange) … }
public struct RecordCursor: Sendable {
    /// Start of the next record in the region. After an error, start of the bad one.
    public private(set) var position: Int
    private let base: UInt64

    /// - Parameters:
    ///   - position: Where to begin in the region; a record must start there.
    ///   - base: Where the region begins in its file; only errors use it.
    public init(from position: Int = 0, base: UInt64 = 0) {
        precondition(position >= 0)
        self.position = position
        self.base = base
    }

    /// The next record, or `nil` at the end of the region.
    ///
    /// - Throws: ``ContainerError`` when the record runs over the end of the region, or its opcode is 0.
    /// - Complexity: Constant.
    public mutating func next(in region: RawSpan) throws(ContainerError) -> RecordView? {
        let available = region.byteCount - position
        guard available > 0 else { return nil }
        let offset = base &+ UInt64(position)
        let prefix = FileFormat.recordPrefixLength
        guard available >= prefix else {
            throw ContainerError(.truncated(needed: UInt64(prefix), available: UInt64(available)), at: offset)
        }
        let opcode = region.unsafeLoadUnaligned(fromByteOffset: position, as: UInt8.self)
        guard opcode != 0 else { throw ContainerError(.invalidOpcode, at: offset) }
        let length = UInt64(littleEndian: region.unsafeLoadUnaligned(fromByteOffset: position + 1, as: UInt64.self))
        guard length <= UInt64(available - prefix) else {
            throw ContainerError(.truncated(needed: length, available: UInt64(available - prefix)), at: offset)
        }
        let start = position
        position += prefix + Int(length)
        return RecordView(opcode: Opcode(rawValue: opcode), recordRange: start..<position)
    }
}

/// Steps through the messages of concatenated records, without copying; other records are skipped.
///
///     var cursor = MessageCursor()
///     while let message = try cursor.next(in: region) { decode(region.extracting(message.dataRange)) }
public struct MessageCursor: Sendable {
    private var records: RecordCursor
    private let base: UInt64

    /// Start of the next record in the region. After an error, start of the bad one or of what follows it.
    public var position: Int { records.position }

    /// - Parameters:
    ///   - position: Where to begin in the region; a record must start there.
    ///   - base: Where the region begins in its file; only errors use it.
    public init(from position: Int = 0, base: UInt64 = 0) {
        self.records = RecordCursor(from: position, base: base)
        self.base = base
    }

    /// The next message, or `nil` at the end of the region.
    ///
    /// - Throws: ``ContainerError`` when a record runs over the end of the region, or a Message record is
    ///   too short for its fields.
    /// - Complexity: Constant, and the records skipped.
    public mutating func next(in region: RawSpan) throws(ContainerError) -> MessageView? {
        while let record = try records.next(in: region) {
            if record.opcode == .message { return try MessageView(record, in: region, base: base) }
        }
        return nil
    }
}

extension MessageView {
    /// The message of a Message record.
    ///
    /// - Throws: ``ContainerError`` when the record is too short for a message's fields.
    init(_ record: RecordView, in region: RawSpan, base: UInt64) throws(ContainerError) {
        let content = record.contentRange
        guard content.count >= FileFormat.messageFieldsLength else {
            let needed = UInt64(FileFormat.messageFieldsLength)
            throw ContainerError(
                .truncated(needed: needed, available: UInt64(content.count)), at: base &+ UInt64(content.lowerBound))
        }
        let start = content.lowerBound
        channelID = UInt16(littleEndian: region.unsafeLoadUnaligned(fromByteOffset: start, as: UInt16.self))
        sequence = UInt32(littleEndian: region.unsafeLoadUnaligned(fromByteOffset: start + 2, as: UInt32.self))
        logTime = UInt64(littleEndian: region.unsafeLoadUnaligned(fromByteOffset: start + 6, as: UInt64.self))
        publishTime = UInt64(littleEndian: region.unsafeLoadUnaligned(fromByteOffset: start + 14, as: UInt64.self))
        recordRange = record.recordRange
    }
}
