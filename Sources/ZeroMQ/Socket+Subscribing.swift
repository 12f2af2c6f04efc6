import CZeroMQ

extension Socket where Role == Subscribe {
    /// Asks for messages whose first frame starts with `prefix`; the empty one is all.
    ///
    /// Subscriptions are counted: the same one twice must be undone twice.
    public mutating func subscribe(toPrefix prefix: String) throws(ZeroMQError) {
        try subscribe(toPrefix: Array(prefix.utf8))
    }

    /// Asks for messages whose first frame starts with these bytes.
    public mutating func subscribe(toPrefix prefix: [UInt8]) throws(ZeroMQError) {
        try handle.set(ZMQ_SUBSCRIBE, named: "subscribe", to: prefix)
    }

    /// Undoes one ``subscribe(toPrefix:)-(String)``; messages already queued still come.
    public mutating func unsubscribe(fromPrefix prefix: String) throws(ZeroMQError) {
        try unsubscribe(fromPrefix: Array(prefix.utf8))
    }

    /// Undoes one ``subscribe(toPrefix:)-([UInt8])``.
    public mutating func unsubscribe(fromPrefix prefix: [UInt8]) throws(ZeroMQError) {
        try handle.set(ZMQ_UNSUBSCRIBE, named: "unsubscribe", to: prefix)
    }
}

/// What an ``XPublish`` receives when a peer subscribes, and an ``XSubscribe`` sends to do so.
///
/// On the wire: one frame, a byte that is 1 to begin and 0 to end, then the prefix.
public enum SubscriptionChange: Equatable, Sendable {
    case began(prefix: [UInt8])
    case ended(prefix: [UInt8])

    /// Reads a frame; `nil` when it is something else that a peer sent.
    public init?(_ frame: borrowing Frame) {
        let bytes = frame.copyBytes()
        switch bytes.first {
        case 1: self = .began(prefix: Array(bytes.dropFirst()))
        case 0: self = .ended(prefix: Array(bytes.dropFirst()))
        default: return nil
        }
    }

    /// The frame as an ``XSubscribe`` sends it.
    public var encoded: [UInt8] {
        switch self {
        case .began(let prefix): [1] + prefix
        case .ended(let prefix): [0] + prefix
        }
    }
}
