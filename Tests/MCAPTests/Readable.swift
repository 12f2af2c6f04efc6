import MCAP

/// Records in the conformance files' terms: fields sorted by name, integers as decimal strings, bytes as lists.
enum Readable {
    static func record(_ type: String, _ fields: [(String, String)]) -> String {
        let sorted = fields.sorted { $0.0 < $1.0 }.map { "\($0.0): \($0.1)" }
        return "\(type) {\(sorted.joined(separator: ", "))}"
    }

    /// A value of the JSON.
    static func json(_ value: Any) -> String {
        switch value {
        case let list as [Any]: "[\(list.map { json($0) }.joined(separator: ","))]"
        case let map as [String: Any]:
            "{\(map.sorted { $0.key < $1.key }.map { "\($0.key)=\(json($0.value))" }.joined(separator: ","))}"
        default: "\(value)"
        }
    }

    /// The record's line, or none for what the JSON leaves out.
    static func line(_ any: AnyRecord) -> [String] {
        switch any {
        case .header(let it): [record("Header", [("library", it.library), ("profile", it.profile)])]
        case .footer(let it):
            [
                record(
                    "Footer",
                    [
                        ("summary_crc", "\(it.summaryCRC)"), ("summary_offset_start", "\(it.summaryOffsetStart)"),
                        ("summary_start", "\(it.summaryStart)"),
                    ])
            ]
        case .schema(let it):
            [
                record(
                    "Schema",
                    [
                        ("data", bytes(it.data)), ("encoding", it.encoding), ("id", "\(it.id)"), ("name", it.name),
                    ])
            ]
        case .channel(let it):
            [
                record(
                    "Channel",
                    [
                        ("id", "\(it.id)"), ("message_encoding", it.messageEncoding), ("metadata", map(it.metadata)),
                        ("schema_id", "\(it.schemaID)"), ("topic", it.topic),
                    ])
            ]
        case .message(let it):
            [
                record(
                    "Message",
                    [
                        ("channel_id", "\(it.channelID)"), ("data", bytes(it.data)), ("log_time", "\(it.logTime)"),
                        ("publish_time", "\(it.publishTime)"), ("sequence", "\(it.sequence)"),
                    ])
            ]
        case .attachment(let it):
            [
                record(
                    "Attachment",
                    [
                        ("create_time", "\(it.createTime)"), ("data", bytes(it.data)), ("log_time", "\(it.logTime)"),
                        ("media_type", it.mediaType), ("name", it.name),
                    ])
            ]
        case .metadata(let it): [record("Metadata", [("metadata", map(it.metadata)), ("name", it.name)])]
        case .dataEnd(let it): [record("DataEnd", [("data_section_crc", "\(it.dataSectionCRC)")])]
        case .statistics, .chunkIndex, .attachmentIndex, .metadataIndex, .summaryOffset: summaryLine(any)
        case .chunk, .messageIndex, .unknown: []
        }
    }

    private static func summaryLine(_ any: AnyRecord) -> [String] {
        switch any {
        case .statistics(let it):
            [
                record(
                    "Statistics",
                    [
                        ("attachment_count", "\(it.attachmentCount)"), ("channel_count", "\(it.channelCount)"),
                        ("channel_message_counts", map(it.channelMessageCounts)), ("chunk_count", "\(it.chunkCount)"),
                        ("message_count", "\(it.messageCount)"), ("message_end_time", "\(it.messageEndTime)"),
                        ("message_start_time", "\(it.messageStartTime)"), ("metadata_count", "\(it.metadataCount)"),
                        ("schema_count", "\(it.schemaCount)"),
                    ])
            ]
        case .chunkIndex(let it):
            [
                record(
                    "ChunkIndex",
                    [
                        ("chunk_length", "\(it.chunkLength)"), ("chunk_start_offset", "\(it.chunkStartOffset)"),
                        ("compressed_size", "\(it.compressedSize)"), ("compression", it.compression),
                        ("message_end_time", "\(it.messageEndTime)"),
                        ("message_index_length", "\(it.messageIndexLength)"),
                        ("message_index_offsets", map(it.messageIndexOffsets)),
                        ("message_start_time", "\(it.messageStartTime)"),
                        ("uncompressed_size", "\(it.uncompressedSize)"),
                    ])
            ]
        case .attachmentIndex(let it):
            [
                record(
                    "AttachmentIndex",
                    [
                        ("create_time", "\(it.createTime)"), ("data_size", "\(it.dataSize)"),
                        ("length", "\(it.length)"),
                        ("log_time", "\(it.logTime)"), ("media_type", it.mediaType), ("name", it.name),
                        ("offset", "\(it.offset)"),
                    ])
            ]
        case .metadataIndex(let it):
            [record("MetadataIndex", [("length", "\(it.length)"), ("name", it.name), ("offset", "\(it.offset)")])]
        case .summaryOffset(let it):
            [
                record(
                    "SummaryOffset",
                    [
                        ("group_length", "\(it.groupLength)"), ("group_opcode", "\(it.groupOpcode.rawValue)"),
                        ("group_start", "\(it.groupStart)"),
                    ])
            ]
        default: []
        }
    }

    private static func bytes(_ bytes: [UInt8]) -> String {
        "[\(bytes.map(String.init).joined(separator: ","))]"
    }

    private static func map<Key, Value>(_ map: OrderedEntries<Key, Value>) -> String {
        let sorted = map.entries.map { ("\($0.key)", "\($0.value)") }.sorted { $0.0 < $1.0 }
        return "{\(sorted.map { "\($0.0)=\($0.1)" }.joined(separator: ","))}"
    }
}
