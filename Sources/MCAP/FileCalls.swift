import Glibc

/// The system calls that change files, so that a test can stand in for a disk that is full, fails or loses
/// power. Each answers as the call does: -1 and `errno` when it fails.
public protocol FileCalls: Sendable {
    /// `pwrite`: bytes written, perhaps fewer than given.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int
    /// `fdatasync`.
    func sync(_ descriptor: Int32) -> Int32
    /// `ftruncate`.
    func truncate(_ descriptor: Int32, to length: UInt64) -> Int32
    /// `open`, close-on-exec, mode 0640.
    func open(_ path: String, _ flags: Int32) -> Int32
    func rename(_ from: String, _ to: String) -> Int32
    func unlink(_ path: String) -> Int32
}

/// The kernel's.
public struct SystemFileCalls: FileCalls {
    public init() {}

    public func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Int {
        pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
    }

    public func sync(_ descriptor: Int32) -> Int32 { fdatasync(descriptor) }

    public func truncate(_ descriptor: Int32, to length: UInt64) -> Int32 { ftruncate(descriptor, off_t(length)) }

    public func open(_ path: String, _ flags: Int32) -> Int32 { Glibc.open(path, flags | O_CLOEXEC, 0o640) }

    public func rename(_ from: String, _ to: String) -> Int32 { Glibc.rename(from, to) }

    public func unlink(_ path: String) -> Int32 { Glibc.unlink(path) }
}
