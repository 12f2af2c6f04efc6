import EventLog
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
        /// Records that were handed over have been taken back: those from `first` on, which had come of market
        /// records from `cause` on. ``adopt()`` goes on from there as if they had never been handed over.
        case withdrawn(first: UInt64, cause: UInt64)
    }

    /// What the reader's user holds, told to the owner: what was taken back and what may be removed goes by it.
    public struct Holdings: Equatable, Sendable {
        /// The last sequence results may be held of; 0: of all that was handed over and no more.
        public var applied: UInt64 = 0
        /// The user can start again without records up to this one.
        public var restorable: UInt64 = 0
        /// And still needs those from this one on; 0: none.
        public var needed: UInt64 = 0

        public init() {}
    }

    public let stream: StreamName
    let link: any ReaderLink
    private let name: String
    private let types: [MessageType]
    private let credit: Int
    public var holdings = Holdings()
    /// The next sequence wanted.
    public private(set) var next: UInt64
    /// The owner's epoch, 0 before it was heard.
    public private(set) var epoch: UInt64
    /// Everything caused by market records up to here has been handed over. A promise is only believed
    /// once all records it covers, those up to the head it was made at, are here.
    public private(set) var watermark: UInt64 = 0
    public private(set) var head: UInt64 = 0
    /// The first sequence the owner holds.
    public private(set) var first: UInt64 = 1
    /// The owner is stopping: what is up to ``head`` is all there will be.
    public private(set) var isEnding = false
    public private(set) var reopened = 0
    public private(set) var malformed: UInt64 = 0
    /// Records that damage took at the owner's.
    public private(set) var lost: UInt64 = 0
    private var isOpen = false
    /// The next sequence wanted when the stream was asked for, until it was answered.
    private var askedAt: UInt64?
    private var lastHeard: Duration = .zero
    private var consumed = 0
    private var acknowledged: UInt64 = 0
    private var withdrawn: (first: UInt64, epoch: UInt64)?

    /// - Parameters:
    ///   - stream: The stream to read.
    ///   - link: The line to its owner.
    ///   - from: The first sequence wanted.
    ///   - epoch: The history it is a sequence of; 0 for any.
    ///   - types: The kinds of messages wanted; empty: all.
    ///   - credit: Records that may be under way at once.
    ///   - name: The reader's, by which the owner knows it.
    public init(
        _ stream: StreamName, over link: any ReaderLink, from: UInt64 = 1, epoch: UInt64 = 0,
        types: [MessageType] = [], credit: Int = 32_768, name: String
    ) {
        self.link = link
        self.stream = stream
        self.name = name
        self.types = types
        self.credit = credit
        self.epoch = epoch
        next = max(1, from)
        acknowledged = next - 1
    }

    /// Asks for the stream if it is not open, or silent for too long. Call it now and then.
    public func keepOpen(now: Duration) throws {
        if isOpen, now - lastHeard < StreamProtocol.silenceLimit { return }
        var open = OpenStream()
        open.stream = stream.rawValue
        open.epoch = epoch
        open.fromSequence = next
        open.messageTypes = types.map { UInt32($0.rawValue) }
        open.credit = UInt32(credit)
        open.reader = name
        open.applied = holdings.applied
        open.restorable = holdings.restorable
        open.needed = holdings.needed
        guard try link.send(StreamProtocol.request(.open(open))) else { return }
        if isOpen { reopened += 1 }
        isOpen = true
        askedAt = next
        lastHeard = now
        consumed = 0
    }

    /// Says that messages are left waiting on purpose, so that their not being read is not taken for silence.
    public func postpone(now: Duration) { lastHeard = now }

    /// Takes one message from the owner, without waiting.
    ///
    /// - Parameters:
    ///   - now: Of a clock that never goes back.
    ///   - body: Called with the batch and its message records, which may begin before the sequence
    ///     wanted (``next``): skip. ``next`` moves on when it returns.
    public func receive(
        now: Duration, _ body: (Batch, UnsafeRawBufferPointer) throws -> Void
    ) throws -> Event {
        try link.receive { bytes, records in
            lastHeard = now
            guard let reply = try? StreamReply(serializedBytes: bytes.bytes), reply.version == StreamProtocol.version,
                let kind = reply.reply
            else {
                malformed += 1
                return .nothing
            }
            switch kind {
            case .heartbeat(let heartbeat): return take(heartbeat)
            case .refused(let refused): return take(refused)
            case .batch(let batch):
                guard let records else {
                    malformed += 1
                    return .nothing
                }
                return try take(batch, records, body)
            case .marks, .snapshot: return .nothing
            }
        } ?? .nothing
    }

    private func take(_ heartbeat: StreamHeartbeat) -> Event {
        if heartbeat.epoch != epoch {
            // Ours may be a beginning of the new history, or not: the owner knows, if asked with what we have.
            let isAnswer = askedAt == next
            guard epoch == 0 || isAnswer || next <= heartbeat.epochFrom else {
                isOpen = false
                return .nothing
            }
            epoch = heartbeat.epoch
        }
        askedAt = nil
        first = heartbeat.first
        note(head: heartbeat.head, watermark: heartbeat.watermark)
        isEnding = heartbeat.ending
        return .progress
    }

    private func take(_ refused: Refused) -> Event {
        isOpen = false
        askedAt = nil
        if refused.code == .outOfTurn { return .nothing }
        guard refused.code == .epoch, refused.firstAffected > 0 else { return .refused(refused.code, refused.reason) }
        withdrawn = (refused.firstAffected, refused.epoch)
        return .withdrawn(first: refused.firstAffected, cause: refused.firstCause)
    }

    /// After ``Event/withdrawn(first:cause:)``: goes on in the owner's new history, from the first record that was
    /// taken back, or from where it is if it had not come so far.
    public func adopt() {
        guard let withdrawn else { return }
        epoch = withdrawn.epoch
        next = min(next, withdrawn.first)
        acknowledged = min(acknowledged, next - 1)
        watermark = 0
        self.withdrawn = nil
    }

    private func take(
        _ batch: Batch, _ records: UnsafeRawBufferPointer, _ body: (Batch, UnsafeRawBufferPointer) throws -> Void
    ) throws -> Event {
        guard batch.count > 0, StreamMessage.sequences.contains(batch.firstSequence) else {
            malformed += 1
            return .nothing
        }
        // Of a history that a heartbeat has not told of yet, or of one that is over.
        guard batch.epoch == epoch else {
            isOpen = false
            return .nothing
        }
        let last = batch.firstSequence + UInt64(batch.count) - 1
        consumed += Int(batch.count)
        if last < next { return .nothing }
        if batch.firstSequence > next {
            let isLost = batch.lost.contains { $0.first <= next && $0.last == batch.firstSequence - 1 }
            // A new stream may begin above 1, as a replayed part of a recording does.
            guard isLost || next == 1 else {
                isOpen = false
                return .nothing
            }
            if isLost { lost += batch.firstSequence - next }
        }
        try body(batch, records)
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
    /// - Parameters:
    ///   - sequence: The last one dealt with.
    ///   - idle: Whether there is nothing else to do: then even small news are sent.
    public func acknowledge(_ sequence: UInt64, idle: Bool) throws {
        guard isOpen, consumed >= credit / 2 || (idle && (sequence > acknowledged || consumed > 0)) else { return }
        var grant = GrantCredit()
        grant.records = UInt32(clamping: consumed)
        grant.acknowledged = sequence
        grant.restorable = holdings.restorable
        grant.needed = holdings.needed
        guard try link.send(StreamProtocol.request(.credit(grant))) else { return }
        consumed = 0
        acknowledged = sequence
    }

    /// Ends the conversation in good manners.
    public func close() throws {
        guard isOpen else { return }
        _ = try link.send(StreamProtocol.request(.close(CloseStream())))
        isOpen = false
    }
}
