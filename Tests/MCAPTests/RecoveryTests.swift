import MCAP
import Testing

@Suite("Recovery")
struct RecoveryTests {
    static let compressions: [Compression] = [.none, .zstd(), .lz4]

    @Test("every truncation recovers to the chunks before it, and never crashes", arguments: compressions)
    func truncations(compression: Compression) throws {
        let (bytes, ends) = try Sample.file(chunks: 4, compression: compression, closed: true)
        let file = ScratchFile()
        for length in 0..<bytes.count {
            file.replace(with: Array(bytes[..<length]))
            let recovered = try recover(file.descriptor)
            #expect(recovered.endOffset <= UInt64(length))
            #expect(recovered.verdict != .closed)
            if case .damaged = recovered.verdict { Issue.record("a cut at \(length) is taken for damage") }
            let whole = ends.count { $0 <= UInt64(length) }
            let found = recovered.summary.chunkIndexes.count
            // A chunk is kept as soon as it is whole itself, though its indexes are torn.
            #expect(found == whole || found == whole + 1, "cut at \(length)")
            if found > 0 {
                let kept = try Sample.sequences(file.descriptor, upTo: recovered.endOffset)
                #expect(kept == (0..<UInt32(3 * found)).map { $0 }, "cut at \(length)")
            }
            if let end = ends.last(where: { $0 <= UInt64(length) }), found == whole {
                #expect(recovered.endOffset == end, "cut at \(length)")
            }
        }
    }

    @Test("a recovered file can be written on and finished, wherever it was torn")
    func continues() throws {
        let (bytes, ends) = try Sample.file(chunks: 3, closed: true)
        for length in stride(from: Int(ends[0]), to: bytes.count, by: 7) {
            let file = ScratchFile(Array(bytes[..<length]))
            let recovered = try recover(file.descriptor)
            var writer = try FileWriter(continuing: recovered, file.duplicate())
            var chunk = ChunkBuilder()
            Sample.fill(&chunk, first: 100, count: 2)
            try writer.append(&chunk, .zstd())
            try writer.finish()
            try writer.close()
            let again = try recover(file.descriptor)
            #expect(again.verdict == .closed, "cut at \(length)")
            let kept = recovered.summary.chunkIndexes.count
            #expect(try Sample.sequences(file.descriptor) == (0..<UInt32(3 * kept)).map { $0 } + [100, 101])
            let reader = try IndexedReader(file.descriptor)
            #expect(reader.summary == again.summary, "cut at \(length)")
            #expect(reader.source == .summarySection)
        }
    }

    @Test("a live file that ends between records is open, not torn")
    func open() throws {
        let (bytes, ends) = try Sample.file(chunks: 2, closed: false)
        let recovered = try ScratchFile(bytes).recovered()
        #expect(recovered.verdict == .open)
        #expect(recovered.endOffset == ends[1])
        #expect(recovered.stop == nil)
        #expect(recovered.header == HeaderRecord(profile: "epicenter", library: "test"))
        #expect(recovered.summary.channels == Sample.channels)
        #expect(recovered.summary.schemas == [Sample.schema])
        #expect(recovered.summary.statistics.channelMessageCounts == [1: 3, 2: 3])
    }

    @Test("a continued file is byte for byte the file that was never interrupted")
    func continuesExactly() throws {
        let (whole, ends) = try Sample.file(chunks: 3, closed: true)
        let file = ScratchFile(Array(whole[..<(Int(ends[1]) + 30)]))
        var writer = try FileWriter(continuing: try recover(file.descriptor), file.duplicate())
        var chunk = ChunkBuilder()
        Sample.fill(&chunk, first: 6, count: 3)
        try writer.append(&chunk)
        try writer.finish()
        #expect(file.bytes == whole)
    }

    @Test("a closed file can be reopened, and closes again to the same bytes")
    func reopens() throws {
        let (whole, _) = try Sample.file(chunks: 2, closed: true)
        let file = ScratchFile(whole)
        var writer = try FileWriter(continuing: try recover(file.descriptor), file.duplicate())
        try writer.finish()
        #expect(file.bytes == whole)
    }

    @Test("any bit flip in a chunk or its indexes is damage, and never hides the chunk behind it")
    func bitFlips() throws {
        let (bytes, ends) = try Sample.file(chunks: 3, messages: 2, closed: false)
        let file = ScratchFile()
        let chunks = try ScratchFile(bytes).recovered().summary.chunkIndexes
        let chunkEnd = ends[0] + chunks[1].chunkLength
        for bit in Int(ends[0]) * 8..<Int(ends[1]) * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            file.replace(with: flipped)
            let recovered = try recover(file.descriptor)
            guard case .damaged(let stop, let next) = recovered.verdict else {
                Issue.record("bit \(bit) went unseen: \(recovered.verdict)")
                continue
            }
            #expect(next == ends[1], "bit \(bit)")
            #expect(recovered.endOffset == (bit / 8 < Int(chunkEnd) ? ends[0] : chunkEnd), "bit \(bit)")
            #expect(stop.offset >= recovered.endOffset && stop.offset < ends[1], "bit \(bit)")
        }
    }

    @Test("damage in the last chunk of a live file is a torn tail; of a closed file it is damage")
    func lastChunk() throws {
        for closed in [false, true] {
            var (bytes, ends) = try Sample.file(chunks: 2, closed: closed)
            bytes[Int(ends[0]) + 60] ^= 1
            let recovered = try ScratchFile(bytes).recovered()
            #expect(recovered.endOffset == ends[0])
            switch recovered.verdict {
            case .torn(let stop): #expect(!closed && stop.offset == ends[0])
            case .damaged(let stop, let next): #expect(closed && stop.offset == ends[0] && next == nil)
            default: Issue.record("damage unseen")
            }
        }
    }

    @Test("writing on over whole chunks behind damage is refused unless it is asked for")
    func refusesToDiscard() throws {
        var (bytes, ends) = try Sample.file(chunks: 3, closed: false)
        bytes[Int(ends[0]) + 60] ^= 1
        let file = ScratchFile(bytes)
        let recovered = try recover(file.descriptor)
        #expect(throws: ContainerError(.wouldDiscardChunks(at: ends[1]), at: ends[0])) {
            _ = try FileWriter(continuing: recovered, file.descriptor)
        }
        #expect(file.bytes == bytes)
        let writer = try FileWriter(continuing: recovered, file.duplicate(), discardingChunks: true)
        let offset = writer.offset
        #expect(offset == ends[0])
    }

    @Test("a chunk without a CRC is damage in our own file, and allowed in another's")
    func uncheckedChunk() throws {
        var (bytes, ends) = try Sample.file(chunks: 2, closed: false)
        bytes.replaceSubrange(Int(ends[0]) + 33..<Int(ends[0]) + 37, with: [0, 0, 0, 0])
        let file = ScratchFile(bytes)
        #expect(try recover(file.descriptor).endOffset == ends[0])
        #expect(try recover(file.descriptor, writtenBy: .anywhere).verdict == .open)
    }

    @Test("a chunk larger than the limit stops recovery before it is allocated for")
    func limits() throws {
        let (bytes, ends) = try Sample.file(chunks: 2, closed: false)
        let file = ScratchFile(bytes)
        let recovered = try recover(file.descriptor, limits: ReadLimits(chunkSize: 64))
        let size = try recover(file.descriptor).summary.chunkIndexes[0].uncompressedSize
        #expect(recovered.stop?.reason == .tooLarge(declared: size, limit: 64))
        #expect(recovered.endOffset < ends[0])
    }

    @Test("a tail of zeros, as some file systems leave after power loss, is cut")
    func zeros() throws {
        let (bytes, ends) = try Sample.file(chunks: 2, closed: false)
        let recovered = try ScratchFile(bytes + [UInt8](repeating: 0, count: 5000)).recovered()
        #expect(recovered.verdict == .torn(ContainerError(.invalidOpcode, at: ends[1])))
        #expect(recovered.endOffset == ends[1])
    }

    @Test("what is no MCAP file at all has no header and nothing to keep", arguments: [0, 1, 7, 8, 9, 100])
    func nothing(length: Int) throws {
        let file = ScratchFile([UInt8](repeating: 0x41, count: length))
        let recovered = try recover(file.descriptor)
        #expect(recovered.header == nil)
        #expect(recovered.endOffset == 0)
        #expect(throws: ContainerError(.missingHeader, at: 0)) {
            _ = try FileWriter(continuing: recovered, file.descriptor)
        }
    }

    @Test("a record that declares more than the file has is refused, not allocated for")
    func hugeRecord() throws {
        let (bytes, ends) = try Sample.file(chunks: 1, closed: false)
        for opcode: UInt8 in [0x03, 0x06, 0x09, 0x90] {
            let huge = bytes + [opcode, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
            let recovered = try ScratchFile(huge).recovered()
            let stop = ContainerError(.truncated(needed: .max >> 1, available: 0), at: ends[0])
            #expect(recovered.verdict == .torn(stop))
        }
    }

    @Test(
        "what looks like a chunk behind the damage, with sizes that have no sum or no room, is none",
        arguments: [UInt64.max, UInt64.max - 3, 64] as [UInt64], [0, 41, 43] as [UInt64])
    func impossibleChunk(uncompressedSize: UInt64, length: UInt64) throws {
        let (bytes, ends) = try Sample.file(chunks: 1, closed: false)
        let fields = ChunkFields(
            messageStartTime: 1, messageEndTime: 2, uncompressedSize: uncompressedSize, uncompressedCRC: 7,
            compression: "zstd")
        var chunk = [UInt8](ChunkRecord(fields: fields, records: [1, 2, 3, 4]))
        // A length that ends within the chunk's own fields.
        if length > 0 { chunk.replaceSubrange(1..<9, with: withUnsafeBytes(of: length.littleEndian) { Array($0) }) }
        let file = bytes + [0, 0] + chunk + [UInt8](repeating: 0, count: 60)
        let recovered = try ScratchFile(file).recovered()
        #expect(recovered.verdict == .torn(ContainerError(.invalidOpcode, at: ends[0])))
        #expect(recovered.endOffset == ends[0])
    }
}
