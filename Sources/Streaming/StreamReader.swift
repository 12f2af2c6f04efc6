import Schema
import SwiftProtobuf
import ZeroMQ

/// A reader's end of a stream: asks for it from a sequence on, and asks again after silence, a gap or a
/// restart of the owner, so that what it hands over has neither gaps nor repeats.
///
/// One thread owns it.
public final class StreamReader {
    /// What a call to ``receive(now:_:)`` brought.
    public enum Event: Equatable, Sendable {
        case nothing
        /// Records were handed over, or the watermark moved.
        case progress
        /// The owner will not serve this; trying again as it stands cannot help.
        case refused(RefusalCode, String)
    }

    public let stream: StreamName
    private var socket: Socket<Dealer>
    private let name: String
    private let types: [MessageType]
    private let credit: Int
    /// The next sequence wanted.
    public private(set) var next: UInt64
    /// The owner's epoch, 0 before it was heard.
    public private(set) var epoch: UInt64
    /// Everything caused by market records up to here has been handed over. A promise is only believed
    /// once all records it covers, those up to the head it was made at, are here.
    public private(set) var watermark: UInt64 = 0
    public private(set) var head: UInt64 = 0
    /// The owner is stopping: what is up to ``head`` is all there will be.
    public private(set) var isEnding = false
    public private(set) var reopened = 0
    public private(set) var malformed: UInt64 = 0
    private var isOpen = false
    private var lastHeard: Duration = .zero
    private var consumed = 0
    private var acknowledged: UInt64 = 0

    /// - Parameters:
    ///   - from: The first sequence wanted.
    ///   - epoch: The history it is a sequence of; 0 for any.
    ///   - credit: Records that may be under way at once.
    ///   - security: CURVE, where the owner's endpoint wants it.
    public init(
        _ stream: StreamName, in context: Context, at endpoint: Endpoint, from: UInt64 = 1, epoch: UInt64 = 0,
        types: [MessageType] = [], credit: Int = 32_768, name: String, security: SocketOptions.Security = .none
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
        self.stream = stream
        self.name = name
        self.types = types
        self.credit = credit
        self.epoch = epoch
        next = max(1, from)
        acknowledged = next - 1
    }

    public func add(to poller: inout Poller) -> Poller.Item { poller.add(socket, for: .readable) }

    /// Asks for the stream if it is not open, or silent for too long. Call it now and then.
    public func keepOpen(now: Duration) throws(ZeroMQError) {
        if isOpen, now - lastHeard < StreamProtocol.silenceLimit { return }
        var open = OpenStream()
        open.stream = stream.rawValue
        open.epoch = epoch
        open.fromSequence = next
        open.messageTypes = types.map { UInt32($0.rawValue) }
        open.credit = UInt32(credit)
        open.reader = name
        guard try socket.send(StreamProtocol.request(.open(open))) == .sent else { return }
        if isOpen { reopened += 1 }
        isOpen = true
        lastHeard = now
        consumed = 0
    }

    /// Says that messages are left waiting on purpose, so that their not being read is not taken for silence.
    public func postpone(now: Duration) { lastHeard = now }

    /// Takes one message from the owner, without waiting.
    ///
    /// - Parameter body: Called with the batch and its message records, which may begin before the sequence
    ///   wanted (``next``): skip. ``next`` moves on when it returns.
    public func receive(
        now: Duration, _ body: (Batch, UnsafeRawBufferPointer) throws -> Void
    ) throws -> Event {
        guard let frame = try socket.receive(wait: false) else { return .nothing }
        let decoded = frame.withBytes { try? StreamReply(serializedBytes: $0) }
        var records: Frame?
        while frame.hasMore, records?.hasMore ?? true {
            guard let more = try socket.receive(wait: false) else { break }
            records = consume more
        }
        lastHeard = now
        guard let reply = decoded, reply.version == StreamProtocol.version, let kind = reply.reply else {
            malformed += 1
            return .nothing
        }
        switch kind {
        case .heartbeat(let heartbeat):
            epoch = heartbeat.epoch
            note(head: heartbeat.head, watermark: heartbeat.watermark)
            isEnding = heartbeat.ending
            return .progress
        case .refused(let refused):
            isOpen = false
            if refused.code == .outOfTurn { return .nothing }
            return .refused(refused.code, refused.reason)
        case .batch(let batch):
            guard let records = consume records else {
                malformed += 1
                return .nothing
            }
            return try take(batch, records, body)
        case .marks, .snapshot: return .nothing
        }
    }

    private func take(
        _ batch: Batch, _ records: consuming Frame, _ body: (Batch, UnsafeRawBufferPointer) throws -> Void
    ) throws -> Event {
        guard batch.count > 0, StreamMessage.sequences.contains(batch.firstSequence) else {
            malformed += 1
            return .nothing
        }
        let last = batch.firstSequence + UInt64(batch.count) - 1
        epoch = batch.epoch
        consumed += Int(batch.count)
        if last < next { return .nothing }
        // A new stream may begin above 1, as a replayed part of a recording does.
        if batch.firstSequence > next, next != 1 {
            isOpen = false
            return .nothing
        }
        try records.withUnsafeBytes { try body(batch, $0) }
        next = last + 1
        note(head: batch.head, watermark: batch.watermark)
        return .progress
    }

    private func note(head: UInt64, watermark promised: UInt64) {
        self.head = head
        if next > head { watermark = max(watermark, promised) }
    }

    /// Says that everything up to `sequence` has been dealt with for good, and gives back credit.
    ///
    /// - Parameter idle: Whether there is nothing else to do: then even small news are sent.
    public func acknowledge(_ sequence: UInt64, idle: Bool) throws(ZeroMQError) {
        guard isOpen, consumed >= credit / 2 || (idle && (sequence > acknowledged || consumed > 0)) else { return }
        var grant = GrantCredit()
        grant.records = UInt32(clamping: consumed)
        grant.acknowledged = sequence
        guard try socket.send(StreamProtocol.request(.credit(grant))) == .sent else { return }
        consumed = 0
        acknowledged = sequence
    }

    /// Ends the conversation in good manners.
    public func close() throws(ZeroMQError) {
        guard isOpen else { return }
        _ = try socket.send(StreamProtocol.request(.close(CloseStream())))
        isOpen = false
    }
}
