import CZeroMQ

/// What a call for a whole message brought.
public enum Reception<Content> {
    /// Nothing came in time, or a signal cut the wait short. Both are ordinary:
    /// the caller's loop looks round and calls again.
    case nothing
    case message(Content)
    /// The message had more frames than the caller allows. It was taken off
    /// the socket to its end, so the next call begins with the next message.
    case tooManyFrames(found: Int)
}

extension Reception: Equatable where Content: Equatable {}
extension Reception: Sendable where Content: Sendable {}

extension Socket where Role: ReceivingRole {
    /// Receives one frame.
    ///
    /// - Parameter wait: Whether to wait, at most `SocketOptions.receiveTimeout`.
    ///   Only for a message's first frame: the others arrive with it.
    /// - Returns: `nil` when nothing came in time or a signal cut the wait
    ///   short. Both are ordinary: the caller's loop looks round and calls again.
    /// - Throws: ``ZeroMQError``, such as ``ZeroMQError/Code/terminated`` after
    ///   `Context.shutdown()`.
    public mutating func receive(wait: Bool = true) throws(ZeroMQError) -> Frame? {
        var frame = Frame()
        guard try receive(into: &frame, wait: wait) else { return nil }
        return consume frame
    }

    /// Receives one frame into one that the caller reuses, which spares an
    /// allocation in a busy loop; see ``receive(wait:)``.
    ///
    /// - Returns: Whether a frame came; if not, there is nothing to read in `frame`.
    public mutating func receive(into frame: inout Frame, wait: Bool = true) throws(ZeroMQError) -> Bool {
        while zmq_msg_recv(frame.storage, raw, wait ? 0 : ZMQ_DONTWAIT) < 0 {
            switch ZeroMQError.Code.last {
            case .interrupted where isReceivingMessage: continue
            case .wouldBlock, .interrupted: return false
            case let code: throw ZeroMQError(code: code, during: .receive)
            }
        }
        isReceivingMessage = frame.hasMore
        return true
    }

    /// Receives one message and lends each of its frames to `body`.
    ///
    /// - Parameters:
    ///   - wait: Whether to wait, at most `SocketOptions.receiveTimeout`.
    ///   - limit: How many frames a message may have. libzmq bounds only the
    ///     size of each, so a peer could send a million.
    ///   - body: Called with each frame and its position, from 0, at most
    ///     `limit` times. It cannot throw: the rest of the message would stay behind.
    /// - Returns: The number of frames. After `.tooManyFrames` discard what
    ///   `body` has gathered.
    public mutating func receiveMessage(
        wait: Bool = true,
        limit: Int = 64,
        _ body: (borrowing Frame, Int) -> Void
    ) throws(ZeroMQError) -> Reception<Int> {
        precondition(limit > 0, "a message has at least one frame")
        var frame = Frame()
        guard try receive(into: &frame, wait: wait) else { return .nothing }
        body(frame, 0)
        var count = 1
        while frame.hasMore {
            guard try receive(into: &frame, wait: false) else {
                // libzmq hands over messages whole, so this would be its bug.
                throw ZeroMQError(code: .wouldBlock, during: .receive)
            }
            if count < limit { body(frame, count) }
            count += 1
        }
        return count <= limit ? .message(count) : .tooManyFrames(found: count)
    }

    /// Receives one message as copies of its frames; see ``receiveMessage(wait:limit:_:)``.
    public mutating func receiveParts(
        wait: Bool = true,
        limit: Int = 64
    ) throws(ZeroMQError) -> Reception<[[UInt8]]> {
        var parts: [[UInt8]] = []
        let reception = try receiveMessage(wait: wait, limit: limit) { frame, _ in
            parts.append(frame.copyBytes())
        }
        switch reception {
        case .nothing: return .nothing
        case .message: return .message(parts)
        case .tooManyFrames(let found): return .tooManyFrames(found: found)
        }
    }
}
