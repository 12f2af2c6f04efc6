import Glibc
import MCAP
import Testing

@Suite("File writer")
struct FileWriterTests {
    @Test("a reader of a live file takes the records of a committed chunk as they lie")
    func recordsInPlace() throws {
        let file = ScratchFile()
        var writer = try Sample.writer(file)
        var chunk = ChunkBuilder()
        for round in 0..<3 {
            Sample.fill(&chunk, first: round * 10, count: 4)
            let placed = try writer.append(&chunk)
            var region = [UInt8](repeating: 0, count: Int(placed.place.recordsLength))
            #expect(pread(file.descriptor, &region, region.count, off_t(placed.place.recordsOffset)) == region.count)
            #expect(try sequences(in: region.span.bytes) == (0..<4).map { UInt32(round * 10 + $0) })
            let (end, length) = (writer.offset, UInt64(file.bytes.count))
            #expect(end == length)
        }
    }

    @Test("attachments and metadata are indexed where they lie")
    func attachments() throws {
        let file = ScratchFile()
        var writer = try Sample.writer(file, options: WriterOptions(takesDataSectionCRC: true))
        let attachment = AttachmentRecord(logTime: 5, createTime: 4, name: "a", mediaType: "text/plain", data: [1, 2])
        let metadata = MetadataRecord(name: "epoch", metadata: ["id": "42"])
        try writer.append(attachment)
        try writer.append(metadata)
        try writer.finish()
        let reader = try IndexedReader(file.descriptor)
        let bytes = file.bytes
        let place = try #require(reader.summary.attachmentIndexes.first)
        #expect(Array(bytes[Int(place.offset)..<Int(place.offset + place.length)]) == [UInt8](attachment))
        #expect(place.dataSize == 2)
        let second = try #require(reader.summary.metadataIndexes.first)
        #expect(Array(bytes[Int(second.offset)..<Int(second.offset + second.length)]) == [UInt8](metadata))
        #expect(try recover(file.descriptor).matchesDataSectionCRC == true)
    }

    @Test("definitions are written once, and a second meaning for an id is refused")
    func definitions() throws {
        let file = ScratchFile()
        var writer = try Sample.writer(file)
        let before = writer.offset
        try writer.append(schemas: [Sample.schema], channels: Sample.channels)
        let after = writer.offset
        #expect(after == before)
        let conflict = ChannelRecord(id: 1, topic: "other", messageEncoding: "json")
        do {
            try writer.append(schemas: [], channels: [conflict])
            Issue.record("a conflicting channel was written")
        } catch {
            #expect(error == ContainerError(.conflictingDefinition(of: .channel, id: 1), at: before))
        }
        #expect(UInt64(file.bytes.count) == before)
    }

    @Test("a file that is not empty is not started")
    func notEmpty() {
        let file = ScratchFile([1, 2, 3])
        #expect(throws: ContainerError(.notEmpty(size: 3), at: 0)) {
            _ = try FileWriter(file.descriptor, header: HeaderRecord())
        }
        #expect(file.bytes == [1, 2, 3])
    }

    @Test("a write that fails leaves file, writer and chunk as they were, to try again")
    func failedWrite() throws {
        let (path, free) = ("/dev/full", ScratchFile())
        // A descriptor without the right to write fails every pwrite; the file behind it is sound.
        var writer = try Sample.writer(free)
        var chunk = ChunkBuilder()
        Sample.fill(&chunk, first: 0, count: 2)
        let (offset, bytes) = (writer.offset, free.bytes)
        let readOnly = Glibc.open(path, O_RDONLY)
        let kept = dup(writer.descriptor)
        dup2(readOnly, writer.descriptor)
        do {
            try writer.append(&chunk)
            Issue.record("a write to a read-only descriptor succeeded")
        } catch {
            #expect(error == ContainerError(.system(.pwrite, errno: EBADF), at: offset))
        }
        #expect(free.bytes == bytes)
        dup2(kept, writer.descriptor)
        close(kept)
        close(readOnly)
        try writer.append(&chunk)
        try writer.finish()
        #expect(try Sample.sequences(free.descriptor) == [0, 1])
        #expect(try recover(free.descriptor).verdict == .closed)
    }

    @Test(
        "a summary that lacks a part is made up for by a scan",
        arguments: [SummaryParts.statistics, .chunkIndexes, .channels])
    func missingParts(part: SummaryParts) throws {
        let file = ScratchFile()
        var writer = try Sample.writer(file, options: WriterOptions(summary: SummaryParts.all.subtracting(part)))
        var chunk = ChunkBuilder()
        Sample.fill(&chunk, first: 0, count: 2)
        try writer.append(&chunk)
        try writer.finish()
        var reader = try IndexedReader(file.descriptor)
        #expect(reader.source == .scan)
        #expect(reader.summary.channels == Sample.channels)
        let records = try reader.chunk(0)
        #expect(try sequences(in: records.span.bytes) == [0, 1])
    }

    @Test("a summary that changed is refused; a file that is not closed is not opened by its index")
    func damagedSummary() throws {
        var (bytes, ends) = try Sample.file(chunks: 2, closed: true)
        bytes[Int(ends[1]) + 40] ^= 1
        let file = ScratchFile(bytes)
        #expect(throws: ContainerError.self) { _ = try IndexedReader(file.descriptor) }
        file.replace(with: Array(bytes[..<Int(ends[1])]))
        #expect(throws: ContainerError(.missingFooter, at: ends[1])) { _ = try IndexedReader(file.descriptor) }
    }

    @Test("finishing writes once; finishing again changes nothing")
    func finishesOnce() throws {
        let file = ScratchFile()
        var writer = try Sample.writer(file)
        try writer.finish()
        let bytes = file.bytes
        try writer.finish()
        #expect(file.bytes == bytes)
    }
}
