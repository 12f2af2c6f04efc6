import Embedding
import EventLog
import Logging
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// Reads `market`, embeds, sends, waits for the answer, and begins again: one thread, one batch under way.
final class EmbedProcess {
    /// Few enough that a turn of the loop is short, for the supervisor waits for turns.
    private static let batchSize = 8
    /// An answer that takes longer is lost, or ingest is away: the batch is sent again and dropped if it was taken.
    private static let patience: Duration = .seconds(5)

    private let context: ServiceContext
    private let control: ControlLink
    private let model: EmbeddingModel
    private let link: DealerLink
    private let reader: StreamReader
    private var producer: Socket<Dealer>
    private var queue: EmbeddingQueue
    private var underWay: (texts: [EmbeddingQueue.Text], bytes: [UInt8], sentAt: Duration)?
    private var embedded: UInt64 = 0
    private var refused: UInt64 = 0

    enum Failure: Error, CustomStringConvertible {
        case refused(RefusalCode, String)
        case takenBack(first: UInt64)

        var description: String {
            switch self {
            case .refused(let code, let reason): "market is refused (\(code)): \(reason)"
            case .takenBack(let first): "records of market from \(first) on were taken back: starting anew"
            }
        }
    }

    init(_ context: ServiceContext) throws {
        self.context = context
        control = try ControlLink(context)
        try control.expect(.seconds(60), "loading the model")
        guard let folder = context.configuration.embedDirectory else {
            throw ConfigurationError(["embed.directory: missing, expected the folder that scripts/setup --embed made"])
        }
        guard !context.configuration.needsCurve(context.configuration.producersEndpoint) else {
            throw ConfigurationError([
                "ingest.producers: guarded by CURVE, allowed beside embed.directory is one that is not"
            ])
        }
        do {
            model = try EmbeddingModel(folder: folder)
        } catch {
            throw ConfigurationError(["embed.directory: \(error)"])
        }
        link = try DealerLink(in: context.zeroMQ, to: Endpoint(context.configuration.endpoint(of: "market")))
        reader = StreamReader(
            .market, over: link, types: [.newsItem, .newsEmbedding, .producerMark, .configurationChanged],
            name: context.name)
        var options = SocketOptions()
        options.reconnectInterval = .milliseconds(20)
        options.immediate = true
        var producer = try Socket(Dealer.self, in: context.zeroMQ, options: options)
        try producer.connect(to: Endpoint(context.configuration.producersEndpoint))
        self.producer = producer
        queue = EmbeddingQueue(model: model.id, producer: context.name)
        context.logger.info("started", metadata: ["model": "\(model.id)", "dimension": "\(model.dimension)"])
    }

    func run() throws {
        var poller = Poller()
        _ = link.add(to: &poller)
        _ = poller.add(producer, for: .readable)
        let stopItem = poller.add(context.stop.waker)
        control.heartbeat.state = .ready
        var isBusy = false
        // What is not embedded now will be at the next start: there is nothing to drain.
        while context.stop.count == 0 {
            _ = try poller.wait(timeout: isBusy ? .zero : .milliseconds(50))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            let now = ServiceClock.monotonic
            let received = try receive(now: now)
            try takeAnswers()
            // Before the end of the stream is reached it is not known what is embedded already.
            let isCaughtUp = reader.epoch != 0 && reader.next > reader.head
            let sent = try isCaughtUp && !received ? send(now: now) : false
            isBusy = received || sent
            try beat(now: now)
        }
        try reader.close()
    }

    private func receive(now: Duration) throws -> Bool {
        try reader.keepOpen(now: now)
        var any = false
        for _ in 0..<8 {
            let event = try reader.receive(now: now) { [self] _, records in
                var decoder = BatchDecoder()
                while let message = try decoder.next(in: records) { queue.note(message) }
            }
            switch event {
            case .nothing:
                try reader.acknowledge(reader.next - 1, idle: !any)
                return any
            case .progress: any = true
            case .refused(let code, let reason): throw Failure.refused(code, reason)
            case .withdrawn(let first, _): throw Failure.takenBack(first: first)
            }
        }
        try reader.acknowledge(reader.next - 1, idle: false)
        return any
    }

    private func send(now: Duration) throws -> Bool {
        if let waiting = underWay {
            guard now - waiting.sentAt > Self.patience else { return false }
            underWay?.sentAt = now
            return try producer.send(waiting.bytes) == .sent
        }
        let texts = queue.next(Self.batchSize)
        guard !texts.isEmpty else { return false }
        // A text that the model fails at is given up, not tried for ever.
        let results = texts.map { (text: $0, vector: model.vector(of: $0.text)) }
        let failed = results.filter { $0.vector == nil }.map(\.text)
        if !failed.isEmpty {
            refused += UInt64(failed.count)
            queue.acknowledged(0, of: failed)
        }
        let made = results.compactMap { result in result.vector.map { (result.text, $0) } }
        guard !made.isEmpty else { return true }
        let bytes: [UInt8] = try queue.batch(made.map(\.0), vectors: made.map(\.1)).serializedBytes()
        underWay = (made.map(\.0), bytes, now)
        return try producer.send(bytes) == .sent
    }

    private func takeAnswers() throws {
        while let frame = try producer.receive(wait: false) {
            let reply = try? ProducerReply(jsonUTF8Bytes: frame.copyBytes())
            guard let reply, let waiting = underWay else { continue }
            underWay = nil
            guard reply.error.isEmpty else {
                context.logger.warning("ingest refused a batch", metadata: ["why": "\(reply.error)"])
                queue.restart(after: reply.acknowledged)
                continue
            }
            embedded += UInt64(waiting.texts.count - reply.refusals.count)
            refused += UInt64(reply.refusals.count)
            for refusal in reply.refusals.prefix(1) {
                context.logger.warning("ingest refused an embedding", metadata: ["why": "\(refusal.reason)"])
            }
            queue.acknowledged(reply.acknowledged, of: waiting.texts)
        }
    }

    private func beat(now: Duration) throws {
        try control.beat(at: now) { heartbeat in
            var status = StreamStatus()
            status.stream = "market"
            status.epoch = reader.epoch
            status.head = reader.next - 1
            status.watermark = reader.watermark
            heartbeat.inputs = [status]
            heartbeat.set("texts_waiting", UInt64(queue.count))
            heartbeat.set("texts_embedded", embedded)
            heartbeat.set("texts_refused", refused)
            heartbeat.set("texts_dropped", queue.dropped)
            heartbeat.set("batches_malformed", reader.malformed)
        }
    }
}
