import EventLog
import Feeds
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// Takes batches from producers: checks, drops what was taken before, appends, and answers after the commit.
///
/// | Input | What it gets |
/// |---|---|
/// | malformed, of too many events or bytes | an error, nothing taken, counted |
/// | an event that is malformed or of an unknown symbol | a refusal with its reason; the rest is taken |
/// | sequences taken before | dropped; the acknowledgement says how far it is |
/// | a gap in a known producer's sequences | an error that names the sequence expected |
final class ProducerDesk {
    private var router: Socket<Router>
    private var pull: Socket<Pull>
    private var routerBinding: GuardedBinding
    private var pullBinding: GuardedBinding
    private let access: ServiceAccess
    private let log: EventLog
    private let refusals: RefusalCounter
    var normalizer: EventNormalizer
    /// The last sequence taken of each producer, as the log has it.
    private var marks: [String: UInt64]
    private(set) var accepted: UInt64 = 0
    private(set) var repeats: UInt64 = 0
    private let isSyncedAtCommit: Bool

    /// What is read of one message at the most; beyond it libzmq cuts the connection.
    static let maximumFrame = 16 << 20

    init(
        _ context: ServiceContext, log: EventLog, symbols: SymbolTable, marks: [String: UInt64],
        refusals: RefusalCounter
    ) throws {
        let configuration = context.configuration
        let endpoints = [configuration.producersEndpoint, configuration.pullEndpoint]
        access = try ServiceAccess(context, domain: .produce, endpoints: endpoints)
        let guardians = endpoints.map(access.guardian(of:))
        func options(_ guardian: SocketGuard?) -> SocketOptions {
            var options = SocketOptions()
            options.maxMessageSize = Self.maximumFrame
            options.guardBy(guardian)
            return options
        }
        var router = try Socket(Router.self, in: context.zeroMQ, options: options(guardians[0]))
        routerBinding = try GuardedBinding(&router, to: Endpoint(endpoints[0]), guardedBy: guardians[0])
        var pull = try Socket(Pull.self, in: context.zeroMQ, options: options(guardians[1]))
        pullBinding = try GuardedBinding(&pull, to: Endpoint(endpoints[1]), guardedBy: guardians[1])
        self.router = router
        self.pull = pull
        self.log = log
        self.marks = marks
        self.refusals = refusals
        normalizer = EventNormalizer(symbols: symbols)
        isSyncedAtCommit = context.configuration.sync == .always
    }

    func report(in heartbeat: inout Heartbeat) { access.report(in: &heartbeat) }

    func add(to poller: inout Poller) {
        _ = poller.add(router, for: .readable)
        _ = poller.add(pull, for: .readable)
    }

    /// Takes what has come, a bounded amount, commits once, then answers.
    ///
    /// - Returns: Whether anything came.
    func serve(recordTime: () -> UInt64) throws -> Bool {
        try routerBinding.service(&router)
        try pullBinding.service(&pull)
        var replies: [(envelope: [[UInt8]], ProducerReply)] = []
        receiving: for _ in 0..<64 {
            switch try router.receiveParts(wait: false, limit: 4) {
            case .nothing: break receiving
            case .tooManyFrames(let found): refuse(frames: found)
            case .message(let frames):
                // All but the last frame is the way back: the identity, and a REQ socket's empty delimiter.
                replies.append((frames.dropLast(), try take(frames.last ?? [], recordTime: recordTime())))
            }
        }
        var any = !replies.isEmpty
        receiving: for _ in 0..<64 {
            switch try pull.receiveParts(wait: false, limit: 4) {
            case .nothing: break receiving
            case .tooManyFrames(let found): refuse(frames: found)
            case .message(let frames):
                _ = try take(frames.last ?? [], recordTime: recordTime())
                any = true
            }
        }
        if any { try log.commit() }
        for (envelope, reply) in replies {
            let bytes = try reply.jsonUTF8Bytes() as [UInt8]
            _ = try router.sendMultipart(envelope + [bytes])
        }
        return any
    }

    private func refuse(frames: Int) {
        refusals.note(
            reason: RefusalReason.malformedBatch.rawValue,
            "a message of \(frames) frames, allowed is one for each batch")
    }

    private func take(_ bytes: [UInt8], recordTime: UInt64) throws -> ProducerReply {
        var reply = ProducerReply()
        let parsed: ParsedBatch
        do throws(Refusal) {
            parsed = try ProducerBatchParser.parse(bytes.span)
        } catch {
            refusals.note(error)
            reply.error = error.text
            return reply
        }
        reply.producer = parsed.producer
        guard parsed.firstSequence <= UInt64(Int64.max) - UInt64(ProducerBatchParser.maximumEvents) else {
            reply.error = "producer_sequence is \(parsed.firstSequence), allowed is up to 2^63 less a batch"
            refusals.note(reason: RefusalReason.producerSequence.rawValue, "\(parsed.producer): \(reply.error)")
            return reply
        }
        let last = marks[parsed.producer]
        if let last, parsed.firstSequence > last + 1 {
            reply.acknowledged = last
            reply.error =
                "producer_sequence is \(parsed.firstSequence), expected at most \(last + 1): send what is missing first"
            refusals.note(reason: RefusalReason.producerSequence.rawValue, "\(parsed.producer): \(reply.error)")
            return reply
        }
        try append(parsed, after: last ?? 0, recordTime: recordTime, &reply)
        return reply
    }

    private func append(
        _ parsed: ParsedBatch, after last: UInt64, recordTime: UInt64, _ reply: inout ProducerReply
    ) throws {
        var batch = parsed
        if last >= parsed.firstSequence {
            let taken = Int(min(last - parsed.firstSequence + 1, UInt64(parsed.events.count)))
            repeats += UInt64(taken)
            batch.events.removeFirst(taken)
            batch.firstSequence += UInt64(taken)
        }
        if !batch.events.isEmpty {
            let (messages, refused) = normalizer.messages(of: batch, recordTime: recordTime)
            // Events and mark stand or fall together: a mark without its events would lose them, events
            // without their mark would be taken again.
            let mark = mark(parsed.producer, parsed.lastSequence, recordTime)
            try log.append(together: messages + [.producerMark(mark)])
            accepted += messages.reduce(0) { $0 + UInt64($1.count) }
            for refusal in refused {
                refusals.note(refusal)
                var told = EventRefusal()
                told.producerSequence = refusal.line
                told.reason = refusal.text
                reply.refusals.append(told)
            }
            marks[parsed.producer] = parsed.lastSequence
        }
        reply.acknowledged = max(last, parsed.lastSequence)
        reply.durability = isSyncedAtCommit ? .synced : .written
    }

    private func mark(_ producer: String, _ sequence: UInt64, _ recordTime: UInt64) -> ProducerMark {
        var mark = ProducerMark()
        mark.recordTime = recordTime
        mark.eventTime = recordTime
        mark.producer = producer
        mark.producerSequence = sequence
        return mark
    }
}
