import EventLog
import Schema
import ZeroMQ

/// A reader's end of the line to an owner: whole messages, in either direction, none waited for.
///
/// The conversation is ``StreamReader``'s; a link only carries it, over ZeroMQ or through a simulated network.
public protocol ReaderLink: AnyObject {
    /// - Returns: Whether the message was taken; not when nobody is there.
    func send(_ request: [UInt8]) throws -> Bool
    /// Lends the next message's first frame, and its second if it has two.
    ///
    /// - Returns: nil when there is none.
    func receive<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result?
}

/// An owner's end of the lines to its readers, each known by the identity its messages come with.
public protocol OwnerLink: AnyObject {
    /// Does what the connections need besides messages. Called once before messages are taken.
    func service() throws
    /// The next message: the identity first, then its frames.
    func receive() throws -> Reception<[[UInt8]]>
    /// - Returns: Whether it was taken; ``ZeroMQ/SendResult/unreachable`` when there is no such reader any more.
    func send(_ identity: [UInt8], _ reply: [UInt8], _ records: UnsafeRawBufferPointer?) throws -> SendResult
}

/// A DEALER that connects to an owner.
public final class DealerLink: ReaderLink {
    private var socket: Socket<Dealer>

    /// - Parameters:
    ///   - context: Whose threads do the work.
    ///   - endpoint: The owner's; it need not be there yet.
    ///   - security: How the connection is protected, where it is not local.
    public init(
        in context: Context, to endpoint: Endpoint, security: SocketOptions.Security = .none
    ) throws(ZeroMQError) {
        var options = SocketOptions()
        options.maxMessageSize = StreamProtocol.maximumReplyBytes
        options.receiveHighWater = 1_000_000
        options.reconnectInterval = .milliseconds(10)
        options.reconnectIntervalMaximum = .milliseconds(500)
        // Nothing is queued for an owner that is not there: it would be out of date when it comes.
        options.immediate = true
        options.security = security
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: endpoint)
        self.socket = socket
    }

    public func add(to poller: inout Poller) -> Poller.Item { poller.add(socket, for: .readable) }

    public func send(_ request: [UInt8]) throws -> Bool { try socket.send(request) == .sent }

    public func receive<Result>(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) throws -> Result
    ) throws -> Result? {
        guard let frame = try socket.receive(wait: false) else { return nil }
        guard frame.hasMore, let records = try socket.receive(wait: false) else {
            return try frame.withUnsafeBytes { try body($0, nil) }
        }
        var hasMore = records.hasMore
        while hasMore {
            guard let more = try socket.receive(wait: false) else { break }
            hasMore = more.hasMore
        }
        return try frame.withUnsafeBytes { reply in try records.withUnsafeBytes { try body(reply, $0) } }
    }
}

extension OwnerLink {
    public func service() throws {}
}

/// A ROUTER that readers connect to.
public final class RouterLink: OwnerLink {
    private var socket: Socket<Router>
    private var binding: GuardedBinding

    /// - Parameters:
    ///   - context: Whose threads do the work.
    ///   - endpoint: Where the stream is served.
    ///   - guardian: Who decides which readers may connect; nil: whoever reaches the endpoint.
    public init(
        in context: Context, at endpoint: Endpoint, guardedBy guardian: SocketGuard? = nil
    ) throws(ZeroMQError) {
        var options = SocketOptions()
        // Credit bounds what is in flight; libzmq's own limit would drop or block.
        options.sendHighWater = 1_000_000
        options.maxMessageSize = StreamProtocol.maximumRequestBytes
        options.routerHandover = true
        options.guardBy(guardian)
        var socket = try Socket(Router.self, in: context, options: options)
        binding = try GuardedBinding(&socket, to: endpoint, guardedBy: guardian)
        self.socket = socket
    }

    public func service() throws { try binding.service(&socket) }

    public func add(to poller: inout Poller) -> Poller.Item { poller.add(socket, for: .readable) }

    public func receive() throws -> Reception<[[UInt8]]> { try socket.receiveParts(wait: false, limit: 4) }

    public func send(
        _ identity: [UInt8], _ reply: [UInt8], _ records: UnsafeRawBufferPointer?
    ) throws -> SendResult {
        let identified = try socket.send(identity, more: true)
        guard identified == .sent else { return identified }
        let replied = try socket.send(reply, more: records != nil)
        guard replied == .sent, let records else { return replied }
        return try socket.send(records)
    }
}

extension StreamReader {
    /// A reader over ZeroMQ.
    public convenience init(
        _ stream: StreamName, in context: Context, at endpoint: Endpoint, from: UInt64 = 1, epoch: UInt64 = 0,
        types: [MessageType] = [], credit: Int = 32_768, name: String, security: SocketOptions.Security = .none
    ) throws(ZeroMQError) {
        self.init(
            stream, over: try DealerLink(in: context, to: endpoint, security: security), from: from, epoch: epoch,
            types: types, credit: credit, name: name)
    }

    /// - Precondition: It is a reader over ZeroMQ.
    public func add(to poller: inout Poller) -> Poller.Item {
        guard let link = link as? DealerLink else { preconditionFailure("only a socket can be polled") }
        return link.add(to: &poller)
    }
}

extension StreamOwner {
    /// An owner over ZeroMQ, which binds to `endpoint`.
    public convenience init(
        _ log: LogIndex, in context: Context, at endpoint: Endpoint, guardedBy guardian: SocketGuard? = nil,
        batchBytes: Int = 128 * 1_024, answer: ((StreamRequest.OneOf_Request) -> StreamReply.OneOf_Reply?)? = nil
    ) throws(ZeroMQError) {
        let link = try RouterLink(in: context, at: endpoint, guardedBy: guardian)
        self.init(log, over: link, batchBytes: batchBytes, answer: answer)
    }

    /// - Precondition: It is an owner over ZeroMQ.
    public func add(to poller: inout Poller) -> Poller.Item {
        guard let link = link as? RouterLink else { preconditionFailure("only a socket can be polled") }
        return link.add(to: &poller)
    }
}
