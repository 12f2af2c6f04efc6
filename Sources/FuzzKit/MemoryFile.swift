import Glibc

/// A file in memory: readers that want a descriptor or a path read an input from it.
final class MemoryFile {
    let descriptor: Int32

    init() {
        // Not on a disk, where there is such a place; without a name either way.
        let directory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var path = Array("\(directory)/epicenter-fuzz-XXXXXX".utf8CString)
        descriptor = mkstemp(&path)
        precondition(descriptor >= 0, "no file in \(directory): errno \(errno)")
        unlink(path)
    }

    deinit { close(descriptor) }

    /// A path that opens it.
    var path: String { "/proc/self/fd/\(descriptor)" }

    func replace(with bytes: [UInt8]) {
        precondition(ftruncate(descriptor, 0) == 0)
        precondition(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
    }

    var bytes: [UInt8] {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, size, 0))
        }
    }
}
