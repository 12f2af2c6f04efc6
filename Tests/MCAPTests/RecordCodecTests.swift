import MCAP
import Testing

@Suite("Record codecs")
struct RecordCodecTests {
    @Test("every record survives encoding, and ignores what a later version appends")
    func roundTrips() throws {
        try Self.check(HeaderRecord(profile: "epicenter", library: "Epicenter 1.0"))
        try Self.check(SchemaRecord(id: 3, name: "Bars", encoding: "protobuf", data: [1, 2, 3]))
        try Self.check(ChannelRecord(id: 1, schemaID: 3, topic: "t", messageEncoding: "protobuf", metadata: ["a": "b"]))
        try Self.check(ChunkRecord(fields: Self.fields(size: 3, crc: 5), records: [9, 8, 7]))
        try Self.check(
            MessageIndexRecord(channelID: 2, entries: [.init(logTime: 1, offset: 2), .init(logTime: 3, offset: 4)]))
        try Self.check(
            ChunkIndexRecord(
                messageStartTime: 1, messageEndTime: 2, chunkStartOffset: 3, chunkLength: 4,
                messageIndexOffsets: [5: 6, 7: 8], messageIndexLength: 9, compression: "zstd", compressedSize: 10,
                uncompressedSize: 11))
        try Self.check(AttachmentRecord(logTime: 1, createTime: 2, name: "n", mediaType: "text/plain", data: [1, 2]))
        try Self.check(
            AttachmentIndexRecord(
                offset: 1, length: 2, logTime: 3, createTime: 4, dataSize: 5, name: "n", mediaType: "m"))
        try Self.check(MetadataRecord(name: "epoch", metadata: ["id": "42", "from": "1"]))
        try Self.check(MetadataIndexRecord(offset: 1, length: 2, name: "epoch"))
        try Self.check(SummaryOffsetRecord(groupOpcode: .statistics, groupStart: 1, groupLength: 2))
        try Self.check(DataEndRecord(dataSectionCRC: 7))
        try Self.check(FooterRecord(summaryStart: 1, summaryOffsetStart: 2, summaryCRC: 3))
        var statistics = StatisticsRecord()
        statistics.messageCount = 5
        statistics.channelMessageCounts = [1: 2, 2: 3]
        try Self.check(statistics)
        let message = MessageRecord(channelID: 1, sequence: 2, logTime: 3, publishTime: 4, data: [5, 6])
        try Self.checkExact(message)
    }

    /// A record as it is, with padding, and cut off at every byte.
    private static func check<Kind: Record>(_ record: Kind) throws {
        try checkExact(record)
        var content: [UInt8] = []
        record.appendContent(to: &content)
        let padded = content + [0x01, 0xFF, 0xFF]
        #expect(try Kind(content: padded.span.bytes) == record)
        for length in content.indices {
            let cut = Array(content[..<length])
            #expect(throws: ContainerError.self, "\(Kind.self) cut to \(length)") { try Kind(content: cut.span.bytes) }
        }
    }

    private static func checkExact<Kind: Record>(_ record: Kind) throws {
        let bytes = [UInt8](record)
        #expect(bytes[0] == Kind.opcode.rawValue)
        let content = Array(bytes[9...])
        #expect(try Kind(content: content.span.bytes) == record)
        #expect([UInt8](try Kind(content: content.span.bytes)) == bytes)
    }

    static func fields(size: UInt64, crc: UInt32, compression: String = "") -> ChunkFields {
        ChunkFields(
            messageStartTime: 0, messageEndTime: 0, uncompressedSize: size, uncompressedCRC: crc,
            compression: compression)
    }

    @Test("an error says what was needed, what was there, and where in the file")
    func errorsHavePlaces() {
        let content: [UInt8] = [4, 0, 0, 0, 0x65, 0x70, 0x69, 0x63, 200, 0, 0, 0, 0x31]
        let expected = ContainerError(.truncated(needed: 200, available: 1), at: 1012)
        #expect(throws: expected) { try HeaderRecord(content: content.span.bytes, at: 1000) }
        #expect(expected.description == "byte 1012: 200 bytes needed, 1 remain")
        #expect(expected.remedy == .recoverFile)
    }

    @Test("text that is not UTF-8 is refused")
    func refusesInvalidText() {
        let content: [UInt8] = [1, 0, 0, 0, 0xFF, 0, 0, 0, 0]
        #expect(throws: ContainerError(.invalidText, at: 0)) { try HeaderRecord(content: content.span.bytes) }
    }

    @Test("an attachment whose bytes changed is refused, unless it states no CRC")
    func attachmentChecksum() throws {
        let record = AttachmentRecord(logTime: 1, createTime: 2, name: "n", mediaType: "m", data: [1, 2, 3])
        var content: [UInt8] = []
        record.appendContent(to: &content)
        content[content.count - 5] ^= 1  // the last byte of data
        #expect(throws: ContainerError.self) { try AttachmentRecord(content: content.span.bytes) }
        content.replaceSubrange(content.count - 4..<content.count, with: [0, 0, 0, 0])
        #expect(try AttachmentRecord(content: content.span.bytes).data == [1, 2, 2])
    }

    @Test("an unknown opcode is skipped, not refused")
    func unknownOpcode() throws {
        let content: [UInt8] = [1, 2, 3]
        let record = try content.withUnsafeBytes { try AnyRecord(opcode: Opcode(rawValue: 0x90), content: $0, at: 0) }
        #expect(record == .unknown(Opcode(rawValue: 0x90)))
    }

    @Test("CRC-32 has the catalogue's check value, in one piece or two")
    func checkValue() {
        // "123456789" gives 0xCBF43926 in every catalogue of CRCs.
        let digits: [UInt8] = Array("123456789".utf8)
        #expect(crc32(of: digits.span.bytes) == 0xCBF4_3926)
        let first = crc32(of: digits.span.bytes.extracting(0..<4))
        #expect(crc32(of: digits.span.bytes.extracting(4..<9), continuing: first) == 0xCBF4_3926)
    }
}

@Suite("Message cursor")
struct MessageCursorTests {
    @Test("messages are found in place, and other records between them skipped")
    func walks() throws {
        var region: [UInt8] = []
        Sample.schema.append(to: &region)
        let data: [UInt8] = [1, 2, 3]
        appendMessageRecord(to: &region, channelID: 1, sequence: 7, logTime: 10, publishTime: 9, data: data.span.bytes)
        region += [0x90, 1, 0, 0, 0, 0, 0, 0, 0, 0xAB]
        appendMessageRecord(to: &region, channelID: 2, sequence: 8, logTime: 11, publishTime: 8, data: RawSpan())
        var cursor = MessageCursor()
        let first = try #require(try cursor.next(in: region.span.bytes))
        #expect(
            [first.channelID == 1, first.sequence == 7, first.logTime == 10, first.publishTime == 9] == [
                true, true, true, true,
            ])
        #expect(Array(region[first.dataRange]) == data)
        let second = try #require(try cursor.next(in: region.span.bytes))
        #expect(second.sequence == 8)
        #expect(second.dataRange.isEmpty)
        #expect(try cursor.next(in: region.span.bytes) == nil)
        #expect(cursor.position == region.count)
    }

    @Test("every cut inside a record is refused, every cut between records is an end")
    func truncations() throws {
        var region: [UInt8] = []
        var boundaries: Set<Int> = [0]
        for sequence in 0..<3 {
            let data = [UInt8](repeating: 1, count: sequence * 4)
            appendMessageRecord(
                to: &region, channelID: 1, sequence: UInt32(sequence), logTime: 1, publishTime: 1, data: data.span.bytes
            )
            boundaries.insert(region.count)
        }
        for length in 0...region.count {
            let cut = Array(region[..<length])
            if boundaries.contains(length) {
                #expect(try sequences(in: cut.span.bytes).count == boundaries.count { $0 < length })
            } else {
                #expect(throws: ContainerError.self) { try sequences(in: cut.span.bytes) }
            }
        }
    }

    @Test("a length beyond the region, a message too short and opcode 0 are refused with their place")
    func refuses() {
        let long: [UInt8] = [5] + [UInt8](repeating: 0xFF, count: 8)
        #expect(throws: ContainerError(.truncated(needed: .max, available: 0), at: 100)) {
            var cursor = MessageCursor(base: 100)
            _ = try cursor.next(in: long.span.bytes)
        }
        let short: [UInt8] = [5, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0]
        #expect(throws: ContainerError(.truncated(needed: 22, available: 2), at: 9)) {
            try sequences(in: short.span.bytes)
        }
        let zeros = [UInt8](repeating: 0, count: 20)
        #expect(throws: ContainerError(.invalidOpcode, at: 0)) { try sequences(in: zeros.span.bytes) }
    }
}
