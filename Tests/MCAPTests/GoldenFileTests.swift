import MCAP
import Testing

/// A whole file written out by hand from the specification's tables, so that encoder and decoder cannot change
/// together. Its two CRCs are Python's: `zlib.crc32(bytes[106:139])` and `zlib.crc32(bytes[183:464])`.
@Suite("Golden file")
struct GoldenFileTests {
    static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]
    static let channel: [UInt8] = [
        0x04, 21, 0, 0, 0, 0, 0, 0, 0,  // Channel, 21 bytes
        0x07, 0, 0, 0,  // id 7, schema 0
        1, 0, 0, 0, 0x74,  // topic "t"
        4, 0, 0, 0, 0x6A, 0x73, 0x6F, 0x6E,  // encoding "json"
        0, 0, 0, 0,  // metadata, 0 bytes
    ]
    static let text: [UInt8] = [0x68, 0x69]  // "hi"
    static let message: [UInt8] = [
        0x05, 24, 0, 0, 0, 0, 0, 0, 0,  // Message, 24 bytes
        0x07, 0,  // channel 7
        0x2A, 0, 0, 0,  // sequence 42
        0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // log time 1 s
        0x01, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // publish time 1 s + 1 ns
        0x68, 0x69,  // "hi"
    ]
    static let data: [UInt8] =
        [
            0x01, 10, 0, 0, 0, 0, 0, 0, 0,  // 8: Header, 10 bytes
            1, 0, 0, 0, 0x78,  // profile "x"
            1, 0, 0, 0, 0x79,  // library "y"
        ] + channel  // 27
        + [
            0x06, 73, 0, 0, 0, 0, 0, 0, 0,  // 57: Chunk, 73 bytes
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // from 1 s
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // to 1 s
            33, 0, 0, 0, 0, 0, 0, 0,  // 33 bytes uncompressed
            0x3D, 0x65, 0x04, 0x81,  // CRC-32
            0, 0, 0, 0,  // compression ""
            33, 0, 0, 0, 0, 0, 0, 0,  // 33 bytes of records
        ] + message  // 106
        + [
            0x07, 22, 0, 0, 0, 0, 0, 0, 0,  // 139: MessageIndex, 22 bytes
            0x07, 0,  // channel 7
            16, 0, 0, 0,  // 16 bytes of entries
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // log time 1 s
            0, 0, 0, 0, 0, 0, 0, 0,  // at 0 in the chunk's records
            0x0F, 4, 0, 0, 0, 0, 0, 0, 0,  // 170: DataEnd, 4 bytes
            0, 0, 0, 0,  // CRC not taken
        ]
    static let summary: [UInt8] =
        channel  // 183
        + [
            0x0B, 56, 0, 0, 0, 0, 0, 0, 0,  // 213: Statistics, 56 bytes
            1, 0, 0, 0, 0, 0, 0, 0,  // 1 message
            0, 0,  // no schemas
            1, 0, 0, 0,  // 1 channel
            0, 0, 0, 0,  // no attachments
            0, 0, 0, 0,  // no metadata
            1, 0, 0, 0,  // 1 chunk
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // from 1 s
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // to 1 s
            10, 0, 0, 0, 0x07, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // channel 7: 1
            0x08, 74, 0, 0, 0, 0, 0, 0, 0,  // 278: ChunkIndex, 74 bytes
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // from 1 s
            0x00, 0xCA, 0x9A, 0x3B, 0, 0, 0, 0,  // to 1 s
            57, 0, 0, 0, 0, 0, 0, 0,  // chunk at 57
            82, 0, 0, 0, 0, 0, 0, 0,  // 82 bytes long
            10, 0, 0, 0, 0x07, 0, 139, 0, 0, 0, 0, 0, 0, 0,  // channel 7's index at 139
            31, 0, 0, 0, 0, 0, 0, 0,  // 31 bytes of indexes
            0, 0, 0, 0,  // compression ""
            33, 0, 0, 0, 0, 0, 0, 0,  // 33 bytes stored
            33, 0, 0, 0, 0, 0, 0, 0,  // 33 bytes uncompressed
        ]
    static let closing: [UInt8] =
        [
            0x0E, 17, 0, 0, 0, 0, 0, 0, 0,  // 361: SummaryOffset, 17 bytes
            0x04, 183, 0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0,  // channels at 183, 30 bytes
            0x0E, 17, 0, 0, 0, 0, 0, 0, 0,  // 387
            0x0B, 213, 0, 0, 0, 0, 0, 0, 0, 65, 0, 0, 0, 0, 0, 0, 0,  // statistics at 213, 65 bytes
            0x0E, 17, 0, 0, 0, 0, 0, 0, 0,  // 413
            0x08, 0x16, 0x01, 0, 0, 0, 0, 0, 0, 83, 0, 0, 0, 0, 0, 0, 0,  // chunk indexes at 278, 83 bytes
            0x02, 20, 0, 0, 0, 0, 0, 0, 0,  // 439: Footer, 20 bytes
            183, 0, 0, 0, 0, 0, 0, 0,  // summary at 183
            0x69, 0x01, 0, 0, 0, 0, 0, 0,  // summary offsets at 361
            0xC0, 0xC7, 0x26, 0xE6,  // CRC-32
        ] + magic  // 468
    static let bytes: [UInt8] = magic + data + summary + closing

    @Test("writing the described file gives the bytes of the specification")
    func writes() throws {
        let file = ScratchFile()
        let channel = ChannelRecord(id: 7, topic: "t", messageEncoding: "json")
        var writer = try FileWriter(
            file.duplicate(), header: HeaderRecord(profile: "x", library: "y"), channels: [channel])
        var chunk = ChunkBuilder()
        chunk.append(
            channelID: 7, sequence: 42, logTime: 1_000_000_000, publishTime: 1_000_000_001, data: Self.text.span.bytes)
        let placed = try writer.append(&chunk)
        #expect(placed.place.records == 106..<139)
        try writer.finish()
        #expect(file.bytes == Self.bytes)
    }

    @Test("reading the bytes of the specification gives the described file")
    func reads() throws {
        let file = ScratchFile(Self.bytes)
        var reader = try IndexedReader(file.descriptor)
        #expect(reader.source == .summarySection)
        #expect(reader.header == HeaderRecord(profile: "x", library: "y"))
        #expect(reader.summary.channels == [ChannelRecord(id: 7, topic: "t", messageEncoding: "json")])
        #expect(reader.summary.statistics.channelMessageCounts == [7: 1])
        #expect(reader.chunkIndexes.map(\.messageIndexOffsets) == [[7: 139]])
        #expect(try reader.chunk(0) == Self.message)
        let recovered = try recover(file.descriptor)
        #expect(recovered.verdict == .closed)
        #expect(recovered.endOffset == 170)
        #expect(recovered.summary == reader.summary)
    }

    @Test("a message record is the bytes of the specification, by either way of writing it")
    func message() {
        let record = MessageRecord(
            channelID: 7, sequence: 42, logTime: 1_000_000_000, publishTime: 1_000_000_001, data: [0x68, 0x69])
        #expect([UInt8](record) == Self.message)
        var direct: [UInt8] = []
        appendMessageRecord(
            to: &direct, channelID: 7, sequence: 42, logTime: 1_000_000_000, publishTime: 1_000_000_001,
            data: Self.text.span.bytes)
        #expect(direct == Self.message)
    }
}
