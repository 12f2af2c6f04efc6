/// The Footer of a closed file, without reading the rest.
///
/// - Returns: `nil` when the file does not end with a Footer and the magic.
/// - Throws: ``ContainerError`` with reason `system` only.
func readFooter(_ descriptor: Int32, size: UInt64) throws(ContainerError) -> FooterRecord? {
    let length = FileFormat.footerLength + FileFormat.magic.count
    guard size >= UInt64(length + FileFormat.magic.count) else { return nil }
    var scratch = ScratchBuffer()
    let bytes = scratch.prefix(length)
    guard try readFully(descriptor, into: bytes, at: size - UInt64(length)) == length else { return nil }
    let contentLength = UInt64(FileFormat.footerLength - FileFormat.recordPrefixLength)
    guard bytes[0] == Opcode.footer.rawValue,
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self)) == contentLength,
        bytes[FileFormat.footerLength...].elementsEqual(FileFormat.magic)
    else { return nil }
    let content = UnsafeRawBufferPointer(rebasing: bytes[FileFormat.recordPrefixLength..<FileFormat.footerLength])
    return try FooterRecord(content: content, at: size - UInt64(length - FileFormat.recordPrefixLength))
}

/// Checks a summary against its Footer: it must lie before it and match its CRC-32.
///
/// - Parameter footerOffset: Where the Footer record lies.
/// - Throws: ``ContainerError`` at the summary: `truncated` when it would begin behind the Footer,
///   `checksumMismatch`, or a failed system call.
func checkSummary(
    _ descriptor: Int32, _ footer: FooterRecord, at footerOffset: UInt64
) throws(ContainerError) {
    guard footer.summaryStart <= footerOffset, footer.summaryOffsetStart <= footerOffset else {
        let beyond = max(footer.summaryStart, footer.summaryOffsetStart)
        throw ContainerError(.truncated(needed: beyond, available: footerOffset), at: footerOffset)
    }
    guard footer.summaryCRC != 0, footer.summaryStart != 0 else { return }
    let crc = try summaryCRC(descriptor, from: footer.summaryStart, footerOffset: footerOffset)
    guard crc == footer.summaryCRC else {
        throw ContainerError(.checksumMismatch(expected: footer.summaryCRC, found: crc), at: footer.summaryStart)
    }
}

/// What the CRC-32 of a summary is that begins at `start`: up to that field in the Footer.
func summaryCRC(
    _ descriptor: Int32, from start: UInt64, footerOffset: UInt64
) throws(ContainerError) -> UInt32 {
    let end = footerOffset + UInt64(FileFormat.footerLength - MemoryLayout<UInt32>.size)
    var scratch = ScratchBuffer()
    var crc: UInt32 = 0
    var offset = start
    while offset < end {
        let piece = scratch.prefix(Int(min(end - offset, 1 << 20)))
        guard try readFully(descriptor, into: piece, at: offset) == piece.count else {
            throw ContainerError(.truncated(needed: end - offset, available: 0), at: offset)
        }
        crc = crc32(of: UnsafeRawBufferPointer(piece), continuing: crc)
        offset += UInt64(piece.count)
    }
    return crc
}

/// Whether a file ends with a Footer and the magic. A few bytes are read; whether the rest is whole is not looked at.
public func isClosedFile(_ descriptor: Int32) throws(ContainerError) -> Bool {
    try readFooter(descriptor, size: fileSize(descriptor)) != nil
}
