import MCAP

/// A chunk of message records of a stream. Live segments have one a commit, closed ones one a mebibyte.
struct LogChunk: Equatable {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var place: ChunkPlace
    /// Written or checked by this process, so its CRC need not be taken again.
    var isTrusted = false
}

/// Which sequences each chunk of a closed segment holds: what MCAP's own chunk index does not say. With it a
/// segment is opened without reading its chunks.
///
/// An attachment; for each chunk in file order: first sequence (u64), last sequence (u64), CRC-32 of the
/// decompressed records (u32), all little-endian.
enum SequenceIndex {
    static let name = "epicenter.sequences"
    private static let entryLength = 20

    static func attachment(_ chunks: [LogChunk]) -> AttachmentRecord {
        var data: [UInt8] = []
        data.reserveCapacity(chunks.count * entryLength)
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        for chunk in chunks {
            put(chunk.firstSequence)
            put(chunk.lastSequence)
            put(chunk.place.fields.uncompressedCRC)
        }
        return AttachmentRecord(
            logTime: 0, createTime: 0, name: name, mediaType: "application/octet-stream", data: data)
    }

    /// The chunks that `indexes` and the attachment tell of together; nil where they do not fit.
    static func chunks(_ attachment: AttachmentRecord, _ indexes: [ChunkIndexRecord]) -> [LogChunk]? {
        guard attachment.data.count == indexes.count * entryLength else { return nil }
        return attachment.data.withUnsafeBytes { bytes in
            var chunks: [LogChunk] = []
            chunks.reserveCapacity(indexes.count)
            for (row, index) in indexes.enumerated() {
                func word(_ offset: Int) -> UInt64 {
                    UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: row * entryLength + offset, as: UInt64.self))
                }
                let crc = UInt32(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: row * entryLength + 16, as: UInt32.self))
                let (first, last) = (word(0), word(8))
                guard first <= last, (chunks.last?.lastSequence ?? 0) < first else { return nil }
                chunks.append(
                    LogChunk(firstSequence: first, lastSequence: last, place: place(index, crc)))
            }
            return chunks
        }
    }

    private static func place(_ index: ChunkIndexRecord, _ crc: UInt32) -> ChunkPlace {
        let fields = ChunkFields(
            messageStartTime: index.messageStartTime, messageEndTime: index.messageEndTime,
            uncompressedSize: index.uncompressedSize, uncompressedCRC: crc, compression: index.compression)
        // Behind the record's prefix, the chunk's fields, its compression's name and the length of its records.
        let front = UInt64(FileFormat.recordPrefixLength + FileFormat.chunkFieldsLength + index.compression.utf8.count)
        return ChunkPlace(
            fields: fields, recordsOffset: index.chunkStartOffset &+ front, recordsLength: index.compressedSize)
    }
}
