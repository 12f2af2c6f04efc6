import EventLog
import MCAP
import Schema
import ZeroMQ

/// The owner's end of a stream: serves it to any number of readers from any sequence.
///
/// A reader that is slow costs the owner nothing but its place: batches are read from the log when the
/// reader has credit, so what waits, waits on disk. A reader that dies is forgotten when it cannot be
/// reached. One thread owns it.
public final class StreamOwner {
    /// More readers than this are refused.
    public static let maximumReaders = 256
    /// No reader gets more credit than this, whatever it asks for: it bounds what waits in libzmq for it.
    public static let maximumCredit = 131_072

    let link: any OwnerLink
    private let log: LogIndex
    private var readers: [ReaderSession] = []
    private var needs = ReaderNeeds()
    private let buffer = RawBuffer()
    private let filtered = RawBuffer()
    private let batchBytes: Int
    /// Answers `MARKS` and `SNAPSHOT`, which only the alerts' owner can.
    private let answer: ((StreamRequest.OneOf_Request) -> StreamReply.OneOf_Reply?)?
    /// Everything caused by market records up to here has been written.
    public var watermark: UInt64 = 0
    /// Set when nothing more will be written: readers are told, and ``isDrained`` becomes true when they
    /// have dealt with all there is.
    public var isEnding = false
    public private(set) var refused: UInt64 = 0

    /// - Parameters:
    ///   - log: What is served.
    ///   - link: What readers are reached by.
    ///   - batchBytes: About how large a batch may become.
    ///   - answer: Answers requests that are no part of reading a stream; where it gives nil, they are refused.
    public init(
        _ log: LogIndex, over link: any OwnerLink, batchBytes: Int = 128 * 1_024,
        answer: ((StreamRequest.OneOf_Request) -> StreamReply.OneOf_Reply?)? = nil
    ) {
        self.link = link
        self.log = log
        self.batchBytes = batchBytes
        self.answer = answer
    }

    /// Nobody of the readers named needs records up to this one; 0 as long as one of them was not heard.
    public func removable(by names: [String]) -> UInt64 { needs.removable(by: names) }

    public var readerCount: Int { readers.count }

    /// Whether every reader has dealt with everything in the log.
    public var isDrained: Bool { readers.allSatisfy { $0.acknowledged >= log.head } }

    /// Takes requests, sends what readers have credit for, and heartbeats when due.
    ///
    /// - Parameter now: Of a clock that never goes back.
    /// - Returns: Whether a reader has credit and more waits for it: call again soon.
    public func service(now: Duration) throws -> Bool {
        try link.service()
        while try takeRequest(now: now) {}
        var hasMore = false
        for reader in readers { hasMore = try send(to: reader, now: now) || hasMore }
        return hasMore
    }

    private func takeRequest(now: Duration) throws -> Bool {
        switch try link.receive() {
        case .nothing: return false
        case .tooManyFrames: refused += 1
        case .message(let frames):
            guard let identity = frames.first else { return true }
            switch StreamProtocol.decode(Array(frames.dropFirst())) {
            case .failure(let refusal): try refuse(identity, refusal)
            case .success(let request): try handle(request, from: identity, now: now)
            }
        }
        return true
    }

    private func handle(
        _ request: StreamRequest.OneOf_Request, from identity: [UInt8], now: Duration
    ) throws {
        let place = readers.firstIndex { $0.identity == identity }
        switch request {
        case .open(let open):
            if let refusal = refusal(of: open, isNew: place == nil) {
                if let place { readers.remove(at: place) }
                try refuse(identity, refusal)
                return
            }
            if let place { readers.remove(at: place) }
            let reader = ReaderSession(identity: identity, open: open)
            readers.append(reader)
            needs.note(open.reader, restorable: open.restorable, needed: open.needed)
            try heartbeat(reader, now: now)
        case .credit(let credit):
            guard let place else {
                try refuse(identity, Refusal(.outOfTurn, "credit before OPEN"))
                return
            }
            readers[place].credit = min(readers[place].credit + Int(credit.records), Self.maximumCredit)
            readers[place].acknowledged = max(readers[place].acknowledged, credit.acknowledged)
            needs.note(readers[place].name, restorable: credit.restorable, needed: credit.needed)
        case .close:
            if let place { readers.remove(at: place) }
        case .marks, .snapshot:
            guard let reply = answer?(request) else {
                try refuse(identity, Refusal(.malformed, "this stream has no marks and no snapshot"))
                return
            }
            _ = try link.send(identity, StreamProtocol.reply(reply), nil)
        }
    }

    private func refusal(of open: OpenStream, isNew: Bool) -> Refusal? {
        if open.stream != log.stream.rawValue {
            return Refusal(.unknownStream, "stream \"\(open.stream)\", served here is \"\(log.stream.rawValue)\"")
        }
        guard open.fromSequence <= StreamMessage.sequences.upperBound else {
            return Refusal(.sequence, "from sequence \(open.fromSequence) is none")
        }
        if open.epoch != 0, let refusal = refusal(ofEpoch: open) { return refusal }
        // Beyond the head of a history they know: it will be there again, as it was.
        if open.epoch == 0, open.fromSequence > log.head + 1 {
            return Refusal(.sequence, "from sequence \(open.fromSequence), the head is \(log.head)")
        }
        if log.head > 0, open.fromSequence < log.firstSequence, open.fromSequence > 1 {
            return Refusal(.sequence, "from sequence \(open.fromSequence), the first held is \(log.firstSequence)")
        }
        if isNew, readers.count >= Self.maximumReaders {
            return Refusal(.tooManyReaders, "\(readers.count) readers already")
        }
        return nil
    }

    /// Whether what a reader holds of an epoch was taken back, or is of another stream altogether.
    private func refusal(ofEpoch open: OpenStream) -> Refusal? {
        let held = open.applied > 0 ? open.applied : max(1, open.fromSequence) - 1
        switch log.standing(epoch: open.epoch, upTo: held) {
        case .good: return nil
        case .unknown:
            let epochs = "epoch \(String(open.epoch, radix: 16)), the stream's is \(String(log.epoch, radix: 16))"
            return Refusal(.epoch, epochs)
        case .withdrawn(let first, let cause):
            let reason = "what epoch \(String(open.epoch, radix: 16)) had from sequence \(first) on was taken back"
            return Refusal(.epoch, reason, firstAffected: first, firstCause: cause)
        }
    }

    private func refuse(_ identity: [UInt8], _ refusal: Refusal) throws {
        refused += 1
        var refused = Refused()
        refused.code = refusal.code
        refused.reason = refusal.reason
        refused.epoch = log.epoch
        refused.firstAffected = refusal.firstAffected
        refused.firstCause = refusal.firstCause
        _ = try link.send(identity, StreamProtocol.reply(.refused(refused)), nil)
    }

    /// A few batches at the most, so that one reader's catching up does not keep others waiting.
    private func send(to reader: ReaderSession, now: Duration) throws -> Bool {
        var batches = 0
        while reader.credit > 0, reader.cursor.position <= log.head {
            if batches == 4 { return true }
            batches += 1
            if log.firstSequence > reader.cursor.position {
                // From the start means from what is held; a reader further on lost what was removed.
                guard reader.cursor.position == 1 else {
                    try refuse(reader.identity, refusalOfRemoved(reader))
                    forget(reader)
                    return false
                }
                reader.cursor = LogCursor(at: log.firstSequence)
            }
            guard let read = try reader.cursor.next(in: log, limit: batchBytes, into: buffer) else { break }
            guard try send(read, to: reader) else {
                forget(reader)
                return false
            }
            reader.credit -= Int(read.lastSequence - read.firstSequence + 1)
            reader.lastSent = now
        }
        let isNews = reader.sentWatermark != watermark || reader.sentHead != log.head || reader.saidEnding != isEnding
        if isNews || now - reader.lastSent >= StreamProtocol.heartbeatInterval { try heartbeat(reader, now: now) }
        return false
    }

    private func refusalOfRemoved(_ reader: ReaderSession) -> Refusal {
        Refusal(.sequence, "from sequence \(reader.cursor.position), the first held is \(log.firstSequence)")
    }

    private func send(_ read: LogBatch, to reader: ReaderSession) throws -> Bool {
        var batch = Batch()
        batch.epoch = log.epoch
        batch.firstSequence = read.firstSequence
        batch.count = UInt32(clamping: read.lastSequence - read.firstSequence + 1)
        batch.watermark = watermark
        batch.head = log.head
        if let lost = read.lost { batch.lost = [range(lost.first, lost.last)] }
        var records = buffer
        if let types = reader.types {
            batch.leftOut = try filter(read, types)
            records = filtered
        }
        reader.sentWatermark = watermark
        reader.sentHead = log.head
        return try link.send(reader.identity, StreamProtocol.reply(.batch(batch)), records.bytes) == .sent
    }

    /// Copies the messages of the kinds wanted to `filtered` and says which sequences that leaves out.
    private func filter(_ read: LogBatch, _ types: Set<UInt16>) throws -> [SequenceRange] {
        filtered.removeAll()
        var leftOut: [SequenceRange] = []
        var cursor = MessageCursor()
        var openFrom: UInt64?
        while let message = try cursor.next(in: buffer.bytes.bytes) {
            let payload = UnsafeRawBufferPointer(rebasing: buffer.bytes[message.dataRange])
            let first = leadingSequence(payload) ?? read.firstSequence
            if types.contains(message.channelID) {
                if let from = openFrom { leftOut.append(range(from, first - 1)) }
                openFrom = nil
                filtered.append(UnsafeRawBufferPointer(rebasing: buffer.bytes[message.recordRange]))
            } else if openFrom == nil {
                openFrom = first
            }
        }
        if let from = openFrom { leftOut.append(range(from, read.lastSequence)) }
        return leftOut
    }

    private func range(_ first: UInt64, _ last: UInt64) -> SequenceRange {
        var range = SequenceRange()
        range.first = first
        range.last = last
        return range
    }

    private func heartbeat(_ reader: ReaderSession, now: Duration) throws {
        var heartbeat = StreamHeartbeat()
        heartbeat.epoch = log.epoch
        heartbeat.head = log.head
        heartbeat.watermark = watermark
        heartbeat.ending = isEnding
        heartbeat.epochFrom = log.epochFirst
        heartbeat.first = log.firstSequence
        reader.lastSent = now
        reader.sentWatermark = watermark
        reader.sentHead = log.head
        reader.saidEnding = isEnding
        let result = try link.send(reader.identity, StreamProtocol.reply(.heartbeat(heartbeat)), nil)
        if result == .unreachable { forget(reader) }
    }

    private func forget(_ reader: ReaderSession) {
        readers.removeAll { $0 === reader }
    }
}
