/// What a file's summary section says, whether it was read, gathered while writing or found by a scan.
public struct FileSummary: Hashable, Sendable {
    /// In the order they first appear in the file.
    public internal(set) var schemas: [SchemaRecord] = []
    /// In the order they first appear in the file.
    public internal(set) var channels: [ChannelRecord] = []
    public internal(set) var statistics = StatisticsRecord()
    /// In file order.
    public internal(set) var chunkIndexes: [ChunkIndexRecord] = []
    /// In file order.
    public internal(set) var attachmentIndexes: [AttachmentIndexRecord] = []
    /// In file order.
    public internal(set) var metadataIndexes: [MetadataIndexRecord] = []

    public init() {}

    /// The channel with this id, if the file has one.
    public func channel(_ id: UInt16) -> ChannelRecord? {
        channels.first { $0.id == id }
    }

    /// The schema with this id, if the file has one.
    public func schema(_ id: UInt16) -> SchemaRecord? {
        schemas.first { $0.id == id }
    }
}

/// Schemas and channels apart from the rest of a summary, so that new ones can be judged before they are
/// written and noted after.
struct Definitions: Hashable, Sendable {
    fileprivate(set) var schemas: [SchemaRecord]
    fileprivate(set) var channels: [ChannelRecord]

    /// Adds a schema.
    ///
    /// - Returns: `false` when another has its id. A schema with id 0 is ignored, as the specification asks.
    mutating func add(_ schema: SchemaRecord) -> Bool {
        if schema.id == 0 { return true }
        if let known = schemas.first(where: { $0.id == schema.id }) { return known == schema }
        schemas.append(schema)
        return true
    }

    /// Adds a channel.
    ///
    /// - Returns: `false` when another has its id.
    mutating func add(_ channel: ChannelRecord) -> Bool {
        if let known = channels.first(where: { $0.id == channel.id }) { return known == channel }
        channels.append(channel)
        return true
    }

    func hasChannel(_ id: UInt16) -> Bool { channels.contains { $0.id == id } }

    /// Appends the records that `summary` does not have.
    func appendNew(since summary: FileSummary, to bytes: inout [UInt8]) {
        for schema in schemas[summary.schemas.count...] { schema.append(to: &bytes) }
        for channel in channels[summary.channels.count...] { channel.append(to: &bytes) }
    }
}

/// Taking note of what a file holds, as it is written or scanned.
extension FileSummary {
    var definitions: Definitions { Definitions(schemas: schemas, channels: channels) }

    /// The definitions with others added.
    ///
    /// - Throws: ``ContainerError`` at `offset` when an id is known for another definition.
    func definitions(
        adding schemas: [SchemaRecord], _ channels: [ChannelRecord], at offset: UInt64
    ) throws(ContainerError) -> Definitions {
        var result = definitions
        for schema in schemas where !result.add(schema) {
            throw ContainerError(.conflictingDefinition(of: .schema, id: schema.id), at: offset)
        }
        for channel in channels where !result.add(channel) {
            throw ContainerError(.conflictingDefinition(of: .channel, id: channel.id), at: offset)
        }
        return result
    }

    mutating func adopt(_ definitions: Definitions) {
        schemas = definitions.schemas
        channels = definitions.channels
        statistics.schemaCount = UInt16(schemas.count)
        statistics.channelCount = UInt32(channels.count)
    }

    /// A message outside chunks.
    mutating func noteMessage(on channelID: UInt16, logTime: UInt64) {
        statistics.widen(from: logTime, to: logTime)
        statistics.add(1, on: channelID)
    }

    /// A chunk with so many messages of each channel.
    mutating func note(_ chunk: ChunkIndexRecord, messages: [ChannelMap.Entry]) {
        chunkIndexes.append(chunk)
        statistics.chunkCount &+= 1
        if !messages.isEmpty { statistics.widen(from: chunk.messageStartTime, to: chunk.messageEndTime) }
        for entry in messages { statistics.add(entry.value, on: entry.key) }
    }

    /// The chunk noted last, once its message indexes are known.
    mutating func replaceLastChunkIndex(with index: ChunkIndexRecord) {
        chunkIndexes[chunkIndexes.count - 1] = index
    }

    mutating func note(_ attachment: AttachmentIndexRecord) {
        attachmentIndexes.append(attachment)
        statistics.attachmentCount &+= 1
    }

    mutating func note(_ metadata: MetadataIndexRecord) {
        metadataIndexes.append(metadata)
        statistics.metadataCount &+= 1
    }
}

/// Which parts of the summary a writer writes.
public struct SummaryParts: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A copy of each Schema record. Needed beside chunk indexes.
    public static let schemas = SummaryParts(rawValue: 1 << 0)
    /// A copy of each Channel record. Needed beside chunk indexes and statistics.
    public static let channels = SummaryParts(rawValue: 1 << 1)
    public static let statistics = SummaryParts(rawValue: 1 << 2)
    public static let chunkIndexes = SummaryParts(rawValue: 1 << 3)
    public static let attachmentIndexes = SummaryParts(rawValue: 1 << 4)
    public static let metadataIndexes = SummaryParts(rawValue: 1 << 5)
    /// Where each group of the above lies.
    public static let summaryOffsets = SummaryParts(rawValue: 1 << 6)

    /// Everything.
    public static let all: SummaryParts = [
        .schemas, .channels, .statistics, .chunkIndexes, .attachmentIndexes, .metadataIndexes, .summaryOffsets,
    ]
}

extension FileSummary {
    /// Appends everything behind the data section: the summary, its offsets, the Footer and the magic.
    ///
    /// - Parameter start: Where in the file the first appended byte will lie.
    func appendClosing(to bytes: inout [UInt8], at start: UInt64, parts: SummaryParts) {
        let first = bytes.count
        let groups = appendGroups(to: &bytes, at: start, parts: parts)
        var footer = FooterRecord(summaryStart: 0, summaryOffsetStart: 0, summaryCRC: 0)
        if bytes.count > first { footer.summaryStart = start }
        if parts.contains(.summaryOffsets), !groups.isEmpty {
            footer.summaryOffsetStart = start + UInt64(bytes.count - first)
            for group in groups { group.append(to: &bytes) }
        }
        footer.append(to: &bytes)
        let end = bytes.count - MemoryLayout<UInt32>.size
        bytes.store(crc32(of: bytes.span.bytes.extracting(first..<end)), at: end)
        bytes.append(contentsOf: FileFormat.magic)
    }

    private func appendGroups(
        to bytes: inout [UInt8], at start: UInt64, parts: SummaryParts
    ) -> [SummaryOffsetRecord] {
        let first = bytes.count
        var groups: [SummaryOffsetRecord] = []
        func append<Kind: Record>(_ records: [Kind], _ part: SummaryParts) {
            guard parts.contains(part), !records.isEmpty else { return }
            let groupFirst = bytes.count
            for record in records { record.append(to: &bytes) }
            groups.append(
                SummaryOffsetRecord(
                    groupOpcode: Kind.opcode, groupStart: start + UInt64(groupFirst - first),
                    groupLength: UInt64(bytes.count - groupFirst)))
        }
        append(schemas, .schemas)
        append(channels, .channels)
        append([statistics], .statistics)
        append(chunkIndexes, .chunkIndexes)
        append(attachmentIndexes, .attachmentIndexes)
        append(metadataIndexes, .metadataIndexes)
        return groups
    }
}
