/// Growing memory that is read into again and again; unlike an array's, its bytes need no initialising.
public final class RawBuffer {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    public private(set) var count = 0

    public init(capacity: Int = 64 * 1_024) {
        self.capacity = capacity
        storage = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { storage.deallocate() }

    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

    public func removeAll() { count = 0 }

    /// Makes room for `added` bytes behind those there are, and counts them in. The caller fills them.
    public func grow(by added: Int) -> UnsafeMutableRawBufferPointer {
        let needed = count + added
        if needed > capacity {
            let larger = max(needed, capacity * 2)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
            moved.copyMemory(from: storage, byteCount: count)
            storage.deallocate()
            storage = moved
            capacity = larger
        }
        defer { count = needed }
        return UnsafeMutableRawBufferPointer(start: storage + count, count: added)
    }

    public func append(_ source: UnsafeRawBufferPointer) {
        grow(by: source.count).copyMemory(from: source)
    }

    /// Takes away the first `length` bytes.
    public func removeFirst(_ length: Int) {
        precondition(length <= count)
        count -= length
        memoryMove(length)
    }

    private func memoryMove(_ offset: Int) {
        storage.copyMemory(from: storage + offset, byteCount: count)
    }

    /// Takes away bytes at the end.
    public func removeLast(_ length: Int) {
        precondition(length <= count)
        count -= length
    }
}
