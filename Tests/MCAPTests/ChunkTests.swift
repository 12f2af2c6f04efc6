import MCAP
import Testing

@Suite("Chunks")
struct ChunkTests {
    static let compressions: [Compression] = [.none, .zstd(level: 1), .zstd(level: 9), .lz4]

    /// The records of a sealed chunk, read back as a reader of the file would.
    private static func reload(
        _ builder: borrowing ChunkBuilder, _ sealed: SealedChunk, _ reader: inout ChunkReader
    ) throws -> [UInt8] {
        try builder.withSealedBytes { bytes in
            let stored = bytes.extracting(Int(sealed.place.records.lowerBound)..<Int(sealed.place.records.upperBound))
            try reader.load(stored: stored, sealed.place.fields)
        }
        return reader.withRecords { records in records.withUnsafeBytes { [UInt8]($0) } }
    }

    @Test("records come back as they went in, chunk after chunk in one builder and reader", arguments: compressions)
    func roundTrips(compression: Compression) throws {
        var builder = ChunkBuilder()
        var reader = ChunkReader()
        for (round, count) in [3, 400, 1, 40, 0, 2].enumerated() {
            Sample.fill(&builder, first: round * 1000, count: count, dataLength: 300)
            let sealed = try builder.seal(compression)
            let records = try Self.reload(builder, sealed, &reader)
            #expect(records.count == Int(sealed.index.uncompressedSize))
            #expect(try sequences(in: records.span.bytes) == (0..<count).map { UInt32(round * 1000 + $0) })
            builder.removeAll()
            let isEmpty = builder.isEmpty
            #expect(isEmpty)
        }
    }

    @Test("a sealed chunk decodes as a Chunk record followed by an index for each channel", arguments: compressions)
    func sealedBytes(compression: Compression) throws {
        var builder = ChunkBuilder(capacity: 1000)
        Sample.fill(&builder, first: 10, count: 5)
        let sealed = try builder.seal(compression)
        var bytes: [UInt8] = []
        builder.withSealedBytes { $0.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        #expect(bytes.count == Int(sealed.length))
        var cursor = RecordCursor()
        let first = try #require(try cursor.next(in: bytes.span.bytes))
        let chunk = try ChunkRecord(content: Array(bytes[first.contentRange]).span.bytes)
        #expect(chunk.fields == sealed.place.fields)
        #expect(chunk.fields.messageStartTime == 1010)
        #expect(chunk.fields.messageEndTime == 1014)
        #expect(first.recordRange.count == Int(sealed.index.chunkLength))
        var indexes: [MessageIndexRecord] = []
        while let record = try cursor.next(in: bytes.span.bytes) {
            let offset = sealed.index.messageIndexOffsets.entries[indexes.count].value
            #expect(Int(offset) == record.recordRange.lowerBound)
            indexes.append(try MessageIndexRecord(content: Array(bytes[record.contentRange]).span.bytes))
        }
        #expect(indexes.map(\.channelID) == [1, 2])
        #expect(indexes.map { $0.entries.map(\.logTime) } == [[1010, 1012, 1014], [1011, 1013]])
        #expect(indexes[0].entries[0].offset == 0)
        #expect(indexes[1].entries[0].offset == UInt64(31 + 20 + 10 % 3))
    }

    @Test("times are the earliest and latest log time, whatever the order")
    func times() throws {
        var builder = ChunkBuilder()
        for time: UInt64 in [50, 20, 90, 30] {
            builder.append(channelID: 1, sequence: 0, logTime: time, publishTime: time, data: RawSpan())
        }
        let times = [builder.startTime, builder.endTime]
        #expect(times == [20, 90])
    }

    @Test("messages appended encoded give the same chunk as messages appended one by one")
    func encodedMessages() throws {
        var single = ChunkBuilder()
        Sample.fill(&single, first: 0, count: 7)
        let one = try single.seal()
        var region: [UInt8] = []
        single.withSealedBytes { bytes in
            let records = bytes.extracting(Int(one.place.records.lowerBound)..<Int(one.place.records.upperBound))
            records.withUnsafeBytes { region.append(contentsOf: $0) }
        }
        var whole = ChunkBuilder()
        try whole.append(encodedMessages: region.span.bytes)
        #expect(try whole.seal() == one)

        var broken = ChunkBuilder()
        let torn = Array(region.dropLast())
        #expect(throws: ContainerError.self) { try broken.append(encodedMessages: torn.span.bytes) }
        let foreign = region + [UInt8](Sample.schema)
        #expect(throws: ContainerError.self) { try broken.append(encodedMessages: foreign.span.bytes) }
        let (isEmpty, count) = (broken.isEmpty, broken.messageCount)
        #expect(isEmpty && count == 0, "a refused region leaves nothing behind")
    }

    @Test("every bit flip in a chunk's stored records is detected", arguments: [Compression.none, .zstd(), .lz4])
    func bitFlips(compression: Compression) throws {
        var builder = ChunkBuilder()
        Sample.fill(&builder, first: 0, count: 12)
        let sealed = try builder.seal(compression)
        var stored: [UInt8] = []
        builder.withSealedBytes { bytes in
            let records = bytes.extracting(Int(sealed.place.records.lowerBound)..<Int(sealed.place.records.upperBound))
            records.withUnsafeBytes { stored.append(contentsOf: $0) }
        }
        var plain = ChunkReader()
        try plain.load(stored: stored.span.bytes, sealed.place.fields)
        let original = plain.withRecords { $0.withUnsafeBytes { [UInt8]($0) } }
        for bit in 0..<stored.count * 8 {
            stored[bit / 8] ^= 1 << UInt8(bit % 8)
            if (try? plain.load(stored: stored.span.bytes, sealed.place.fields)) != nil {
                // A frame's header has bits that mean nothing: then the records must be right all the same.
                let found = plain.withRecords { $0.withUnsafeBytes { [UInt8]($0) } }
                #expect(found == original && compression != .none, "bit \(bit)")
            }
            stored[bit / 8] ^= 1 << UInt8(bit % 8)
        }
    }

    @Test("a huge declared size is refused before anything is allocated", arguments: ["", "zstd", "lz4"])
    func hugeSizes(compression: String) {
        let fields = RecordCodecTests.fields(size: 1 << 62, crc: 0, compression: compression)
        let stored: [UInt8] = [1, 2, 3]
        #expect(throws: ContainerError(.tooLarge(declared: 1 << 62, limit: 512 << 20), at: 9)) {
            var reader = ChunkReader()
            try reader.load(stored: stored.span.bytes, fields, at: 9)
        }
    }

    @Test("fewer or more bytes than declared are refused", arguments: [Compression.none, .zstd(), .lz4], [-1, 1])
    func wrongSizes(compression: Compression, difference: Int) throws {
        var builder = ChunkBuilder()
        Sample.fill(&builder, first: 0, count: 12)
        let sealed = try builder.seal(compression)
        var fields = sealed.place.fields
        fields.uncompressedSize = UInt64(Int(fields.uncompressedSize) + difference)
        let place = sealed.place
        #expect(throws: ContainerError.self) {
            try builder.withSealedBytes { bytes in
                var reader = ChunkReader()
                try reader.load(
                    stored: bytes.extracting(Int(place.records.lowerBound)..<Int(place.records.upperBound)), fields)
            }
        }
    }

    @Test("an unknown compression is refused by name")
    func unknownCompression() {
        let fields = RecordCodecTests.fields(size: 3, crc: 0, compression: "snappy")
        let stored: [UInt8] = [1, 2, 3]
        #expect(throws: ContainerError(.unsupportedCompression("snappy"), at: 0)) {
            var reader = ChunkReader()
            try reader.load(stored: stored.span.bytes, fields)
        }
    }
}
