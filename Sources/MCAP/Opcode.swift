/// The first byte of a record: what kind of record it is.
///
/// Open on purpose. The specification reserves `0x01…0x7F` for itself and gives
/// `0x80…0xFF` to applications, and asks readers to skip what they do not know, so
/// an unknown value is ordinary. Only `0x00` is invalid.
public struct Opcode: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let header = Opcode(rawValue: 0x01)
    public static let footer = Opcode(rawValue: 0x02)
    public static let schema = Opcode(rawValue: 0x03)
    public static let channel = Opcode(rawValue: 0x04)
    public static let message = Opcode(rawValue: 0x05)
    public static let chunk = Opcode(rawValue: 0x06)
    public static let messageIndex = Opcode(rawValue: 0x07)
    public static let chunkIndex = Opcode(rawValue: 0x08)
    public static let attachment = Opcode(rawValue: 0x09)
    public static let attachmentIndex = Opcode(rawValue: 0x0A)
    public static let statistics = Opcode(rawValue: 0x0B)
    public static let metadata = Opcode(rawValue: 0x0C)
    public static let metadataIndex = Opcode(rawValue: 0x0D)
    public static let summaryOffset = Opcode(rawValue: 0x0E)
    public static let dataEnd = Opcode(rawValue: 0x0F)
}

extension Opcode: CustomStringConvertible {
    /// The specification's name, or the number of an opcode that has none.
    public var description: String {
        switch self {
        case .header: "Header"
        case .footer: "Footer"
        case .schema: "Schema"
        case .channel: "Channel"
        case .message: "Message"
        case .chunk: "Chunk"
        case .messageIndex: "MessageIndex"
        case .chunkIndex: "ChunkIndex"
        case .attachment: "Attachment"
        case .attachmentIndex: "AttachmentIndex"
        case .statistics: "Statistics"
        case .metadata: "Metadata"
        case .metadataIndex: "MetadataIndex"
        case .summaryOffset: "SummaryOffset"
        case .dataEnd: "DataEnd"
        default: "opcode \(rawValue)"
        }
    }
}

/// Sizes and bytes every MCAP file shares.
///
///     <Magic><Header><Data section>[<Summary section>][<Summary Offset section>]<Footer><Magic>
///
/// where each section is a sequence of `<opcode: 1><content length: 8, little-endian><content>`.
public enum FileFormat {
    /// What a file begins and ends with; the sixth byte, ASCII `0`, is the major version.
    public static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]

    /// Opcode and content length, in bytes.
    public static let recordPrefixLength = 9

    /// Content of a Message record before its data: channel, sequence and two times.
    public static let messageFieldsLength = 22

    /// The Footer record with its prefix. A Footer never grows, so the last
    /// `footerLength + magic.count` bytes of every closed file are a Footer and the magic.
    public static let footerLength = recordPrefixLength + 20

    /// Content of a Chunk record without its compression name and its records.
    public static let chunkFieldsLength = 40
}
