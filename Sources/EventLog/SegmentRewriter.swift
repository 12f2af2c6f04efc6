import Glibc
import MCAP
import Schema

/// Writes the records of a segment into a new file of large chunks: to compact it, to cut it short, or to save
/// what damage left of it. Reads by descriptors of its own, so it may run beside the stream's owner.
struct SegmentRewriter {
    let stream: StreamName
    let compression: Compression
    let calls: any FileCalls

    /// Rewrites a whole segment to `temporary`, which is synced.
    ///
    /// - Parameter last: Records behind this one are left out, rows of columns included; nil: none.
    /// - Returns: The chunks there.
    /// - Throws: ``LogError``: damage in the segment, or a failed system call. The temporary file is gone then.
    func rewrite(_ source: String, upTo last: UInt64? = nil, to temporary: String) throws(LogError) -> [LogChunk] {
        do throws(LogError) {
            let descriptor = SharedDescriptor(try SegmentFile.open(source, O_RDONLY))
            let contents = try SegmentContents(descriptor.raw, source)
            var writer = try RecordingWriter(
                path: temporary, stream: stream, epoch: contents.epoch ?? 0, compression: compression, calls: calls)
            var reader = ChunkReader(limits: LogIndex.limits)
            for chunk in contents.chunks where chunk.firstSequence <= last ?? .max {
                try load(chunk, descriptor.raw, source, &reader)
                if let last, chunk.lastSequence > last {
                    try append(messagesOf: reader, upTo: last, to: &writer)
                } else {
                    try append(chunk, reader, to: &writer)
                }
            }
            try writer.finish()
            return writer.chunks
        } catch {
            _ = calls.unlink(temporary)
            throw error
        }
    }

    private func load(
        _ chunk: LogChunk, _ descriptor: Int32, _ source: String, _ reader: inout ChunkReader
    ) throws(LogError) {
        do {
            try reader.load(chunk.place, from: descriptor)
        } catch {
            throw LogError(.container(error), source)
        }
    }

    private func append(
        _ chunk: LogChunk, _ reader: borrowing ChunkReader, to writer: inout RecordingWriter
    ) throws(LogError) {
        try reader.withRecords { (records) throws(LogError) in
            try writer.append(records: records, first: chunk.firstSequence, last: chunk.lastSequence)
        }
    }

    private func append(
        messagesOf reader: borrowing ChunkReader, upTo last: UInt64, to writer: inout RecordingWriter
    ) throws(LogError) {
        try reader.withRecords { (records) throws(LogError) in
            let kept: Result<[StreamMessage], LogError> = records.withUnsafeBytes { bytes in
                Result { () throws(LogError) in
                    var kept: [StreamMessage] = []
                    var decoder = BatchDecoder()
                    while let message = try decoder.next(in: bytes), message.firstSequence <= last {
                        kept.append(message.slice(0..<min(message.count, Int(last - message.firstSequence) + 1)))
                    }
                    return kept
                }
            }
            for message in try kept.get() { try writer.append(message) }
        }
    }

    // MARK: damage

    /// What damage left of a segment.
    struct Salvage {
        /// Runs of whole chunks, in order; the files they were written to are `temporary` and a number.
        var parts: [(path: String, chunks: [LogChunk])] = []
        var lost: [Lineage.Span] = []
    }

    /// Writes the whole chunks of a segment, wherever they lie, to new files, one for each run without a gap.
    ///
    /// - Parameters:
    ///   - first: The sequence the segment began with.
    ///   - last: The one it ended with; what is missing before it is lost too. nil: not known.
    func salvage(
        _ source: String, first: UInt64, last: UInt64?, epoch: UInt64, to temporary: String
    ) throws(LogError) -> Salvage {
        let descriptor = SharedDescriptor(try SegmentFile.open(source, O_RDONLY))
        var reader = ChunkReader(limits: LogIndex.limits)
        var result = Salvage()
        var next = first
        var run: [LogChunk] = []
        let places = try LogError.naming(source) { () throws(ContainerError) in
            try wholeChunks(of: descriptor.raw, behind: 0, limits: LogIndex.limits)
        }
        for place in places {
            guard let chunk = sequences(of: place, descriptor.raw, &reader), chunk.firstSequence >= next else {
                continue
            }
            if chunk.firstSequence > next {
                try writePart(&run, descriptor.raw, source, epoch, temporary, &result)
                result.lost.append(Lineage.Span(next, chunk.firstSequence - 1))
            }
            run.append(chunk)
            next = chunk.lastSequence + 1
        }
        try writePart(&run, descriptor.raw, source, epoch, temporary, &result)
        if let last, next <= last { result.lost.append(Lineage.Span(next, last)) }
        return result
    }

    /// A whole chunk with the sequences its messages have; nil where they are none of ours.
    private func sequences(of place: ChunkPlace, _ descriptor: Int32, _ reader: inout ChunkReader) -> LogChunk? {
        guard (try? reader.load(place, from: descriptor)) != nil else { return nil }
        return reader.withRecords { records in
            guard let first = SegmentFile.firstSequence(in: records),
                let last = try? SegmentFile.lastSequence(in: records, ""), first <= last
            else { return nil }
            return LogChunk(firstSequence: first, lastSequence: last, place: place)
        }
    }

    private func writePart(
        _ run: inout [LogChunk], _ descriptor: Int32, _ source: String, _ epoch: UInt64, _ temporary: String,
        _ result: inout Salvage
    ) throws(LogError) {
        guard !run.isEmpty else { return }
        let path = "\(temporary)\(result.parts.count)"
        var writer = try RecordingWriter(
            path: path, stream: stream, epoch: epoch, compression: compression, calls: calls)
        var reader = ChunkReader(limits: LogIndex.limits)
        for chunk in run {
            try load(chunk, descriptor, source, &reader)
            try append(chunk, reader, to: &writer)
        }
        try writer.finish()
        result.parts.append((path, writer.chunks))
        run = []
    }
}
