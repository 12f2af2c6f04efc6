/// Memory that is read into again and again, and grows to the largest piece asked for.
///
/// Unlike an array's, its bytes need not be initialised before a system call or a codec
/// fills them.
struct ScratchBuffer: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutableRawPointer?
    private(set) var capacity = 0

    deinit {
        base?.deallocate()
    }

    /// The first `count` bytes, growing to hold them; what they held may be lost when it grows.
    mutating func prefix(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if count > capacity {
            base?.deallocate()
            base = .allocate(byteCount: count, alignment: 16)
            capacity = count
        }
        return UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    /// The first `count` bytes, which an earlier ``prefix(_:)`` made room for.
    func filled(_ count: Int) -> UnsafeRawBufferPointer {
        precondition(count <= capacity)
        return UnsafeRawBufferPointer(start: base, count: count)
    }
}
