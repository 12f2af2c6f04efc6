import CCompression

/// CRC-32 (ISO-HDLC, as in zlib and PNG), the one checksum MCAP uses.
///
/// - Parameters:
///   - bytes: What to take it over.
///   - continuing: The CRC of the bytes before these; 0 to begin.
/// - Returns: The CRC of all bytes so far. MCAP reads a stored 0 as "not available".
/// - Complexity: Linear; libdeflate multiplies without carry where the processor can: ten gigabytes a second and
///   more, where Debian's zlib takes one.
public func crc32(of bytes: UnsafeRawBufferPointer, continuing: UInt32 = 0) -> UInt32 {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return continuing }
    return libdeflate_crc32(continuing, base, bytes.count)
}

/// The same over a span.
public func crc32(of bytes: RawSpan, continuing: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { crc32(of: $0, continuing: continuing) }
}
