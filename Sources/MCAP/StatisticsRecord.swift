/// What the file holds, counted (`0x0B`, in the summary, at most one).
///
/// | Bytes | Field                  | Type                  |
/// |------:|------------------------|-----------------------|
/// |     8 | `messageCount`         | uint64                |
/// |     2 | `schemaCount`          | uint16                |
/// |     4 | `channelCount`         | uint32                |
/// |     4 | `attachmentCount`      | uint32                |
/// |     4 | `metadataCount`        | uint32                |
/// |     4 | `chunkCount`           | uint32                |
/// |     8 | `messageStartTime`     | Timestamp             |
/// |     8 | `messageEndTime`       | Timestamp             |
/// | 4 + N | `channelMessageCounts` | `Map<uint16, uint64>` |
public struct StatisticsRecord: Record {
    public static let opcode = Opcode.statistics

    public var messageCount: UInt64 = 0
    /// Distinct schema ids, zero not counted.
    public var schemaCount: UInt16 = 0
    /// Distinct channel ids.
    public var channelCount: UInt32 = 0
    public var attachmentCount: UInt32 = 0
    public var metadataCount: UInt32 = 0
    public var chunkCount: UInt32 = 0
    /// Earliest log time, in nanoseconds; 0 without messages.
    public var messageStartTime: UInt64 = 0
    /// Latest log time, in nanoseconds; 0 without messages.
    public var messageEndTime: UInt64 = 0
    /// Messages on each channel, by channel; empty where they were not counted.
    public var channelMessageCounts: ChannelMap = [:]

    /// A file with nothing in it.
    public init() {}

    public init(content: UnsafeRawBufferPointer, at offset: UInt64) throws(ContainerError) {
        var reader = ByteReader(content, at: offset)
        messageCount = try reader.read()
        schemaCount = try reader.read()
        channelCount = try reader.read()
        attachmentCount = try reader.read()
        metadataCount = try reader.read()
        chunkCount = try reader.read()
        messageStartTime = try reader.read()
        messageEndTime = try reader.read()
        channelMessageCounts = try reader.readChannelMap()
    }

    public func appendContent(to bytes: inout [UInt8]) {
        bytes.append(littleEndian: messageCount)
        bytes.append(littleEndian: schemaCount)
        bytes.append(littleEndian: channelCount)
        bytes.append(littleEndian: attachmentCount)
        bytes.append(littleEndian: metadataCount)
        bytes.append(littleEndian: chunkCount)
        bytes.append(littleEndian: messageStartTime)
        bytes.append(littleEndian: messageEndTime)
        bytes.append(map: channelMessageCounts)
    }
}

extension StatisticsRecord {
    /// Adds messages of one channel. Counts stay sorted by channel.
    mutating func add(_ count: UInt64, on channelID: UInt16) {
        guard count > 0 else { return }
        messageCount &+= count
        let index = channelMessageCounts.entries.firstIndex { $0.key >= channelID }
        if let index, channelMessageCounts.entries[index].key == channelID {
            channelMessageCounts.entries[index].value &+= count
        } else {
            let end = channelMessageCounts.count
            channelMessageCounts.entries.insert(.init(key: channelID, value: count), at: index ?? end)
        }
    }

    /// Widens the range of times. Call before counting the messages it belongs to.
    mutating func widen(from start: UInt64, to end: UInt64) {
        messageStartTime = messageCount == 0 ? start : min(messageStartTime, start)
        messageEndTime = messageCount == 0 ? end : max(messageEndTime, end)
    }
}
