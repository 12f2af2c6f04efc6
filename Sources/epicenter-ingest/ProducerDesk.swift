import EventLog
import Feeds
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// The sockets that producers send to: what is taken is the ``ProducerBook``'s judgement; answers are given after
/// the commit.
final class ProducerDesk {
    private var router: Socket<Router>
    private var pull: Socket<Pull>
    private var routerBinding: GuardedBinding
    private var pullBinding: GuardedBinding
    private let access: ServiceAccess
    private let log: EventLog
    private let refusals: RefusalCounter
    private let feeds: FeedWatch
    private var book: ProducerBook
    var accepted: UInt64 { book.accepted }
    var repeats: UInt64 { book.repeats }
    private let isSyncedAtCommit: Bool
    /// Answers to what was taken, to be given once it is written.
    private var replies: [(envelope: [[UInt8]], ProducerReply)] = []

    /// What is read of one message at the most; beyond it libzmq cuts the connection.
    static let maximumFrame = 16 << 20

    /// Batches of one producer that wait in memory at the most.
    static let waiting = 64

    init(
        _ context: ServiceContext, log: EventLog, symbols: SymbolTable, marks: [String: UInt64],
        refusals: RefusalCounter, feeds: FeedWatch
    ) throws {
        let configuration = context.configuration
        let endpoints = [configuration.producersEndpoint, configuration.pullEndpoint]
        access = try ServiceAccess(context, domain: .produce, endpoints: endpoints)
        let guardians = endpoints.map(access.guardian(of:))
        func options(_ guardian: SocketGuard?) -> SocketOptions {
            var options = SocketOptions()
            options.maxMessageSize = Self.maximumFrame
            // What producers send faster than it is taken waits with them, not here.
            options.receiveHighWater = Self.waiting
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
        self.refusals = refusals
        self.feeds = feeds
        book = ProducerBook(symbols: symbols, marks: marks)
        isSyncedAtCommit = context.configuration.sync == .always
    }

    func report(in heartbeat: inout Heartbeat) { access.report(in: &heartbeat) }

    func add(to poller: inout Poller) {
        _ = poller.add(router, for: .readable)
        _ = poller.add(pull, for: .readable)
    }

    /// A commit is one chunk, which must stay small enough to be served.
    private static let takenAtOnce = 4 << 20

    /// Takes what has come, a bounded amount. It is to be committed, and then answered.
    ///
    /// - Returns: Whether anything came.
    func take(recordTime: () -> UInt64) throws -> Bool {
        try routerBinding.service(&router)
        try pullBinding.service(&pull)
        var any = false
        receiving: for _ in 0..<64 where log.pendingBytes < Self.takenAtOnce {
            switch try router.receiveParts(wait: false, limit: 4) {
            case .nothing: break receiving
            case .tooManyFrames(let found): refuse(frames: found)
            case .message(let frames):
                // All but the last frame is the way back: the identity, and a REQ socket's empty delimiter.
                replies.append((frames.dropLast(), take(frames.last ?? [], recordTime: recordTime())))
                any = true
            }
        }
        receiving: for _ in 0..<64 where log.pendingBytes < Self.takenAtOnce {
            switch try pull.receiveParts(wait: false, limit: 4) {
            case .nothing: break receiving
            case .tooManyFrames(let found): refuse(frames: found)
            case .message(let frames):
                _ = take(frames.last ?? [], recordTime: recordTime())
                any = true
            }
        }
        return any
    }

    /// More instruments are defined.
    func adopt(_ symbols: SymbolTable) { book.adopt(symbols) }

    /// Tells producers what was taken. Everything appended must have been committed.
    func answer() throws {
        for (envelope, reply) in replies {
            let bytes = try reply.jsonUTF8Bytes() as [UInt8]
            _ = try router.sendMultipart(envelope + [bytes])
        }
        replies.removeAll(keepingCapacity: true)
    }

    private func refuse(frames: Int) {
        refusals.note(
            reason: RefusalReason.malformedBatch.rawValue,
            "a message of \(frames) frames, allowed is one for each batch")
    }

    private func take(_ bytes: [UInt8], recordTime: UInt64) -> ProducerReply {
        var outcome = book.take(bytes.span, recordTime: recordTime) { [feeds] producer, row in
            feeds.admits(row, of: producer, at: recordTime)
        }
        for message in outcome.messages { log.append(message) }
        for refusal in outcome.refusals { refusals.note(reason: refusal.reason, refusal.text) }
        if outcome.reply.error.isEmpty { outcome.reply.durability = isSyncedAtCommit ? .synced : .written }
        return outcome.reply
    }
}
