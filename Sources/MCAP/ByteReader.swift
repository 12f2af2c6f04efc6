/// Reads little-endian fields from bytes that nothing is known about.
///
/// Each read checks that the bytes are there before touching them or allocating for them. It
/// borrows memory: it must not outlive the call it was made in.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    /// Where `bytes` begins in its file, for errors.
    let base: UInt64
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, at base: UInt64) {
        self.bytes = bytes
        self.base = base
    }

    /// Place of the next field, from the start of the file.
    var offset: UInt64 { base &+ UInt64(position) }

    var remaining: Int { bytes.count - position }

    mutating func read<T: FixedWidthInteger>(_: T.Type = T.self) throws(ContainerError) -> T {
        let field = try take(UInt64(MemoryLayout<T>.size))
        return T(littleEndian: field.loadUnaligned(as: T.self))
    }

    /// The next `count` bytes, in place.
    mutating func take(_ count: UInt64) throws(ContainerError) -> UnsafeRawBufferPointer {
        guard count <= UInt64(remaining) else {
            throw ContainerError(.truncated(needed: count, available: UInt64(remaining)), at: offset)
        }
        let start = position
        position += Int(count)
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// A String: 32-bit length, then UTF-8.
    mutating func readString() throws(ContainerError) -> String {
        let place = offset
        let text = try readBytes32()
        guard let string = String(validating: text, as: UTF8.self) else {
            throw ContainerError(.invalidText, at: place)
        }
        return string
    }

    /// Bytes with a 32-bit length, in place.
    mutating func readBytes32() throws(ContainerError) -> UnsafeRawBufferPointer {
        try take(UInt64(try read(UInt32.self)))
    }

    /// Bytes with a 64-bit length, in place.
    mutating func readBytes64() throws(ContainerError) -> UnsafeRawBufferPointer {
        try take(try read(UInt64.self))
    }

    /// The entries of a Map or Array: a 32-bit *byte* length, then entries up to it.
    mutating func readEntries<Entry>(
        _ entry: (inout ByteReader) throws(ContainerError) -> Entry
    ) throws(ContainerError) -> [Entry] {
        let region = try readBytes32()
        var reader = ByteReader(region, at: offset - UInt64(region.count))
        var entries: [Entry] = []
        while reader.remaining > 0 {
            entries.append(try entry(&reader))
        }
        return entries
    }
}
