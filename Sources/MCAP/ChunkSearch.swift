/// The first whole chunk behind `start`, wherever it begins: what tells damage in the middle of a file from a
/// torn tail.
///
/// A candidate is a byte that could be a Chunk's opcode, with a length, fields and compression name that fit
/// together, and records that match a CRC-32 other than 0. So that a hostile file cannot make this quadratic, it
/// stops checking candidates once their sizes add up to twice the searched length and 64 MiB.
///
/// - Returns: Offset of its Chunk record, or `nil`. A chunk inside a message's data counts too: better to ask a
///   person once too often than to cut records off.
/// - Throws: ``ContainerError`` with reason `system` only.
func findChunk(
    _ descriptor: Int32, after start: UInt64, upTo end: UInt64, _ limits: ReadLimits
) throws(ContainerError) -> UInt64? {
    guard start < end else { return nil }
    var budget = 2 * (end - start) + 64 << 20
    var reader = ChunkReader(limits: limits)
    return try findChunk(descriptor, in: start + 1..<end, fittingBefore: end, &reader, budget: &budget)
}

/// The first whole chunk that begins in `range`.
///
/// - Parameters:
///   - end: The chunk must end there or before.
///   - budget: Bytes that candidates may still cost; a candidate beyond it is passed over.
func findChunk(
    _ descriptor: Int32, in range: Range<UInt64>, fittingBefore end: UInt64, _ reader: inout ChunkReader,
    budget: inout UInt64
) throws(ContainerError) -> UInt64? {
    let pieceLength = 1 << 20
    let fieldsLength = FileFormat.recordPrefixLength + FileFormat.chunkFieldsLength
    var scratch = ScratchBuffer()
    var offset = range.lowerBound
    while offset < range.upperBound {
        let target = scratch.prefix(pieceLength)
        let count = try readFully(descriptor, into: target, at: offset)
        let piece = UnsafeRawBufferPointer(rebasing: target[..<count])
        for index in 0..<max(0, count - fieldsLength) where piece[index] == Opcode.chunk.rawValue {
            guard offset + UInt64(index) < range.upperBound else { return nil }
            let candidate = UnsafeRawBufferPointer(rebasing: piece[index...])
            // What a reader would refuse is no chunk; and sizes without a limit have no sum.
            guard let place = plausibleChunk(candidate, at: offset + UInt64(index), end: end),
                place.fields.uncompressedSize <= reader.limits.chunkSize,
                place.recordsLength <= reader.limits.chunkSize,
                place.recordsLength + place.fields.uncompressedSize <= budget
            else { continue }
            budget -= place.recordsLength + place.fields.uncompressedSize
            if try isWhole(place, descriptor, &reader) { return offset + UInt64(index) }
        }
        if count < pieceLength { return nil }
        offset += UInt64(count - fieldsLength - 8)  // a candidate near the end is looked at again, whole
    }
    return nil
}

/// Every whole chunk behind `start`, in file order, damage between them passed over: what can be saved of a file.
///
/// - Throws: ``ContainerError`` with reason `system` only.
/// - Complexity: Linear in the file's size, as a search for one chunk is.
public func wholeChunks(
    of descriptor: Int32, behind start: UInt64, limits: ReadLimits = ReadLimits()
) throws(ContainerError) -> [ChunkPlace] {
    let end = try fileSize(descriptor)
    var found: [ChunkPlace] = []
    var position = start
    while let offset = try findChunk(descriptor, after: position, upTo: end, limits) {
        var scanner = try FileScanner(descriptor, from: offset, upTo: end, limits: limits)
        guard try scanner.next() != nil, case .chunk(let place) = try scanner.record() else { break }
        found.append(place)
        position = place.records.upperBound - 1
    }
    return found
}

/// The chunk that begins `bytes`, if its fields fit together.
private func plausibleChunk(_ bytes: UnsafeRawBufferPointer, at offset: UInt64, end: UInt64) -> ChunkPlace? {
    let prefixLength = FileFormat.recordPrefixLength
    let length = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
    guard end - offset >= UInt64(prefixLength), length <= end - offset - UInt64(prefixLength) else { return nil }
    let prefix = UnsafeRawBufferPointer(rebasing: bytes[prefixLength..<min(bytes.count, prefixLength + 64)])
    let contentOffset = offset + UInt64(prefixLength)
    guard length >= UInt64(FileFormat.chunkFieldsLength),
        let place = try? ChunkPlace(contentPrefix: prefix, contentLength: length, at: contentOffset),
        Decompressor.knows(place.fields.compression), place.fields.uncompressedCRC != 0, place.recordsLength > 0,
        place.fields.messageStartTime <= place.fields.messageEndTime
    else { return nil }
    return place
}

private func isWhole(
    _ place: ChunkPlace, _ descriptor: Int32, _ reader: inout ChunkReader
) throws(ContainerError) -> Bool {
    do {
        try reader.load(place, from: descriptor)
        return true
    } catch {
        if case .system = error.reason { throw error }
        return false
    }
}
