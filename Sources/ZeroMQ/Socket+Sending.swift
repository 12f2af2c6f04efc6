import CZeroMQ

/// What became of something handed to `send`.
public enum SendResult: Equatable, Sendable {
    /// libzmq took it. That is not delivery: a peer that goes away loses what was queued for it.
    case sent
    /// There is no room, no peer, or a signal cut the wait short. Nothing of
    /// the message is on its way, also no frame of it that was taken before:
    /// try again with its first frame.
    case wouldBlock
    /// A ``Router`` has no peer of that routing id. The message is gone.
    case unreachable
}

extension Socket where Role: SendingRole {
    /// Sends one frame.
    ///
    /// - Parameters:
    ///   - frame: The bytes; libzmq copies them before this returns.
    ///   - more: Whether further frames of the same message follow. A message
    ///     goes out as a whole when its last frame is sent.
    ///   - wait: Whether to wait for room, at most `SocketOptions.sendTimeout`.
    ///     Only a message's first frame ever waits: room for it is room for all.
    /// - Returns: See ``SendResult``; flow control is not failure.
    /// - Throws: ``ZeroMQError`` for anything else.
    public mutating func send(
        _ frame: RawSpan,
        more: Bool = false,
        wait: Bool = false
    ) throws(ZeroMQError) -> SendResult {
        try frame.withUnsafeBytes { bytes throws(ZeroMQError) in
            try send(bytes, more: more, wait: wait)
        }
    }

    /// Sends one frame from an array; see ``send(_:more:wait:)-(RawSpan,_,_)``.
    public mutating func send(
        _ frame: [UInt8],
        more: Bool = false,
        wait: Bool = false
    ) throws(ZeroMQError) -> SendResult {
        try send(frame.span.bytes, more: more, wait: wait)
    }

    /// Sends text as one frame of UTF-8; see ``send(_:more:wait:)-(RawSpan,_,_)``.
    public mutating func send(
        _ text: String,
        more: Bool = false,
        wait: Bool = false
    ) throws(ZeroMQError) -> SendResult {
        try send(text.utf8.span.bytes, more: more, wait: wait)
    }

    /// Sends one frame from a pointer; see ``send(_:more:wait:)-(RawSpan,_,_)``.
    public mutating func send(
        _ frame: UnsafeRawBufferPointer,
        more: Bool = false,
        wait: Bool = false
    ) throws(ZeroMQError) -> SendResult {
        let mayWait = wait && !isSendingMessage
        let flags = (more ? ZMQ_SNDMORE : 0) | (mayWait ? 0 : ZMQ_DONTWAIT)
        while zmq_send(raw, frame.baseAddress, frame.count, flags) < 0 {
            switch ZeroMQError.Code.last {
            case .interrupted where isSendingMessage:
                continue
            case .wouldBlock, .interrupted:
                abandonMessage(atFrameWithMore: more)
                return .wouldBlock
            case .unreachable:
                isSendingMessage = false
                return .unreachable
            case let code:
                throw ZeroMQError(code: code, during: .send(byteCount: frame.count))
            }
        }
        isSendingMessage = more
        return .sent
    }

    /// Sends a message of several frames, all or none.
    ///
    /// - Parameters:
    ///   - frames: One or more; for a ``Router`` the first is the peer's routing id.
    ///   - wait: Whether to wait for room, at most `SocketOptions.sendTimeout`.
    public mutating func sendMultipart(_ frames: [[UInt8]], wait: Bool = false) throws(ZeroMQError) -> SendResult {
        precondition(!frames.isEmpty, "a message has at least one frame")
        precondition(!isSendingMessage, "a message begun with more: true is not finished")
        for index in frames.indices {
            let result = try send(frames[index], more: index < frames.count - 1, wait: wait)
            if result != .sent { return result }
        }
        return .sent
    }

    /// Makes the socket ready for a new message after its peer went away amid one.
    ///
    /// A socket that shares messages out then drops what it is given until a
    /// last frame, which would be the start of the next message.
    /// An empty last frame, dropped too, puts an end to that.
    private mutating func abandonMessage(atFrameWithMore more: Bool) {
        guard isSendingMessage else { return }
        isSendingMessage = false
        if more && Self.dropsUntilLastFrame { zmq_send(raw, nil, 0, ZMQ_DONTWAIT) }
    }

    private static var dropsUntilLastFrame: Bool {
        switch Role.rawType {
        case ZMQ_PUSH, ZMQ_DEALER, ZMQ_REQ: true
        default: false
        }
    }
}
