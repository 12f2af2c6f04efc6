import Glibc

/// Size of the open file, in bytes.
func fileSize(_ descriptor: Int32) throws(ContainerError) -> UInt64 {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(.fstat, at: 0) }
    return UInt64(status.st_size)
}

/// Reads until `target` is full or the file ends, over signals and short reads.
///
/// - Returns: Bytes read; fewer than asked for only at the end of the file.
func readFully(
    _ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, at offset: UInt64
) throws(ContainerError) -> Int {
    var done = 0
    while done < target.count {
        let position = off_t(offset) + off_t(done)
        let count = pread(descriptor, target.baseAddress! + done, target.count - done, position)
        if count == 0 { break }
        if count < 0 {
            if errno == EINTR { continue }
            throw .system(.pread, at: offset + UInt64(done))
        }
        done += count
    }
    return done
}

/// Writes all of `source`, over signals and short writes: one system call unless one of them happens.
func writeFully(
    _ descriptor: Int32, _ source: UnsafeRawBufferPointer, at offset: UInt64, _ calls: any FileCalls
) throws(ContainerError) {
    var done = 0
    while done < source.count {
        let rest = UnsafeRawBufferPointer(rebasing: source[done...])
        let count = calls.write(descriptor, rest, at: offset + UInt64(done))
        if count < 0 {
            if errno == EINTR { continue }
            throw .system(.pwrite, at: offset + UInt64(done))
        }
        done += count
    }
}

/// CRC-32 of a file's first bytes, as ``DataEndRecord/dataSectionCRC`` states it.
///
/// - Parameters:
///   - descriptor: Open for reading.
///   - end: How many bytes from the start of the file.
/// - Throws: ``ContainerError`` when the file is shorter, or cannot be read.
/// - Complexity: Linear in `end`; reads a mebibyte at a time.
public func dataSectionCRC(of descriptor: Int32, upTo end: UInt64) throws(ContainerError) -> UInt32 {
    var scratch = ScratchBuffer()
    var crc: UInt32 = 0
    var offset: UInt64 = 0
    while offset < end {
        let piece = scratch.prefix(Int(min(end - offset, 1 << 20)))
        let count = try readFully(descriptor, into: piece, at: offset)
        guard count == piece.count else {
            throw ContainerError(.truncated(needed: UInt64(piece.count), available: UInt64(count)), at: offset)
        }
        crc = crc32(of: UnsafeRawBufferPointer(piece), continuing: crc)
        offset += UInt64(count)
    }
    return crc
}

extension ContainerError {
    /// The failure of the system call just made. Call before anything can reset `errno`.
    static func system(_ call: SystemCall, at offset: UInt64) -> ContainerError {
        ContainerError(.system(call, errno: errno), at: offset)
    }
}

/// An open file that closes with its owner.
struct OwnedDescriptor: ~Copyable, Sendable {
    let raw: Int32

    init(_ raw: Int32) {
        self.raw = raw
    }

    deinit {
        Glibc.close(raw)
    }

    /// Closes now, reporting what the kernel says; a file system may report a failed write only here.
    consuming func close() throws(ContainerError) {
        let raw = self.raw
        discard self
        guard Glibc.close(raw) == 0 else { throw .system(.close, at: 0) }
    }
}
