import CZeroMQ

/// What a socket is for. A role is a type, not a value, so that subscribing on
/// a publisher does not compile.
public protocol SocketRole {
    /// The libzmq socket type constant.
    static var rawType: Int32 { get }
}

/// A role whose sockets can send.
public protocol SendingRole: SocketRole {}

/// A role whose sockets can receive.
public protocol ReceivingRole: SocketRole {}

/// Hands each message to one of its peers in turn; waits when all are full.
public enum Push: SendingRole {
    public static var rawType: Int32 { ZMQ_PUSH }
}

/// Takes messages from all its ``Push`` peers in turn.
public enum Pull: ReceivingRole {
    public static var rawType: Int32 { ZMQ_PULL }
}

/// One-to-many distribution; a slow subscriber loses messages, never stalls us.
public enum Publish: SendingRole {
    public static var rawType: Int32 { ZMQ_PUB }
}

/// Receives what a publisher sends under the prefixes subscribed to.
public enum Subscribe: ReceivingRole {
    public static var rawType: Int32 { ZMQ_SUB }
}

/// A publisher that also receives the subscriptions of its peers.
public enum XPublish: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_XPUB }
}

/// A subscriber whose subscriptions are messages, for forwarding them.
public enum XSubscribe: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_XSUB }
}

/// Talks to any number of peers in turn, without the lock-step of ``Request``.
public enum Dealer: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_DEALER }
}

/// Talks to each peer by name: the first frame of a message is the peer's routing id.
public enum Router: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_ROUTER }
}

/// Talks to exactly one peer.
public enum Pair: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_PAIR }
}

/// Sends a request, then receives its reply, in strict turn. A lost reply
/// leaves it stuck: for anything that must recover use ``Dealer``.
public enum Request: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_REQ }
}

/// Receives a request, then sends its reply, in strict turn.
public enum Reply: SendingRole, ReceivingRole {
    public static var rawType: Int32 { ZMQ_REP }
}
