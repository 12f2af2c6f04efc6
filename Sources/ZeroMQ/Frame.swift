import CZeroMQ

/// One received frame, read in place: nothing is copied out of libzmq.
///
/// The message header sits on the heap because libzmq documents
/// `zmq_msg_move` as the only way to relocate one, and Swift moves structs
/// by copying their bytes.
///
/// Unlike a socket a frame may go to another thread: it has one owner, its
/// bytes no longer change, and libzmq counts references atomically.
public struct Frame: ~Copyable, @unchecked Sendable {
    let storage: UnsafeMutablePointer<zmq_msg_t>

    /// An empty frame, to be filled by ``Socket/receive(into:wait:)``.
    public init() {
        storage = .allocate(capacity: 1)
        zmq_msg_init(storage)
    }

    deinit {
        zmq_msg_close(storage)
        storage.deallocate()
    }

    /// Size in bytes.
    public var count: Int { zmq_msg_size(storage) }

    /// Whether further frames of the same message follow.
    public var hasMore: Bool { zmq_msg_more(storage) != 0 }

    /// Calls `body` with the frame's bytes, which are valid only during the call.
    public func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: zmq_msg_data(storage), count: count).bytes)
    }

    /// Calls `body` with a pointer to the frame's bytes, which must not leave the call.
    public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: zmq_msg_data(storage), count: count))
    }

    /// A copy of the bytes, for those that must outlive the frame.
    public func copyBytes() -> [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// The bytes as text; `nil` when they are not valid UTF-8.
    public func copyText() -> String? {
        withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }

    /// The address of the peer that sent this over TCP, such as `127.0.0.1`,
    /// for logs and counters; `nil` where libzmq knows none.
    public var peerAddress: String? { property("Peer-Address") }

    /// Who the authenticator (ZAP) says the peer is; `nil` without one.
    public var userID: String? { property("User-Id") }

    private func property(_ name: String) -> String? {
        zmq_msg_gets(storage, name).map { String(cString: $0) }
    }
}
