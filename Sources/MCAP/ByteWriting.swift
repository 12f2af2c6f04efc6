/// Appending little-endian fields. Capacity is the caller's: nothing here reserves.
extension [UInt8] {
    @inline(__always)
    mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// A String: 32-bit length, then UTF-8.
    mutating func append(string: String) {
        var string = string
        string.withUTF8 { append(bytes32: UnsafeRawBufferPointer($0)) }
    }

    /// Bytes behind a 32-bit length.
    mutating func append(bytes32 bytes: UnsafeRawBufferPointer) {
        append(littleEndian: UInt32(bytes.count))
        append(contentsOf: bytes)
    }

    /// Bytes behind a 64-bit length.
    mutating func append(bytes64 bytes: UnsafeRawBufferPointer) {
        append(littleEndian: UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    /// A Map or Array: the byte length of what `body` appends, then that.
    mutating func appendEntries(_ body: (inout [UInt8]) -> Void) {
        let start = count
        append(littleEndian: UInt32(0))
        body(&self)
        store(UInt32(count - start - 4), at: start)
    }

    /// Overwrites a field that is already there.
    mutating func store<T: FixedWidthInteger>(_ value: T, at position: Int) {
        withUnsafeMutableBytes { $0.storeBytes(of: value.littleEndian, toByteOffset: position, as: T.self) }
    }
}
