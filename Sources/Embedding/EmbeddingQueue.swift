import NewsModels
import Schema

/// Which texts of `market` still want an embedding: judgement without sockets or models.
///
/// Everything follows from the stream: the headlines of news, embeddings that are there, and how far this
/// producer's sequence is. So a process that died begins again by reading, and embeds nothing twice.
public struct EmbeddingQueue: Sendable {
    /// A text that waits.
    public struct Text: Equatable, Sendable {
        public let text: String
        public let hash: UInt64
        public let eventTime: UInt64
        /// Record time of what it came with.
        let recordTime: UInt64
    }

    /// News older than this behind the newest record are not embedded: a shock is explained by the news before it. 72 h, ns.
    public static let horizon = 72 * 3_600 * CivilTime.second
    /// Texts that wait at most; the oldest go first beyond it, and are counted.
    public static let capacity = 50_000

    /// The model whose embeddings count; those of another are made anew.
    public let model: String
    public let producer: String
    /// Of the next event of this producer.
    public private(set) var nextSequence: UInt64 = 1
    /// Texts given up because too many waited.
    public private(set) var dropped: UInt64 = 0
    private var waiting: [Text] = []
    private var known: Set<UInt64> = []
    private var newest: UInt64 = 0

    public init(model: String, producer: String) {
        self.model = model
        self.producer = producer
    }

    public var count: Int { waiting.count }

    /// Takes note of a message of `market`, in order.
    public mutating func note(_ message: StreamMessage) {
        switch message {
        case .newsItem(let news):
            newest = max(newest, news.recordTime)
            add(news.title, eventTime: news.known, recordTime: news.recordTime)
        case .newsEmbedding(let embedding) where embedding.model == model:
            newest = max(newest, embedding.recordTime)
            known.insert(embedding.textHash)
            waiting.removeAll { $0.hash == embedding.textHash }
        case .producerMark(let mark) where mark.producer == producer:
            nextSequence = max(nextSequence, mark.producerSequence + 1)
        default: break
        }
    }

    private mutating func add(_ text: String, eventTime: UInt64, recordTime: UInt64) {
        let hash = FNV1a.hash(text)
        guard !text.isEmpty, known.insert(hash).inserted else { return }
        waiting.append(Text(text: text, hash: hash, eventTime: eventTime, recordTime: recordTime))
        if waiting.count > Self.capacity {
            // What goes may be wanted again should it come again.
            for old in waiting.prefix(Self.capacity / 10) { known.remove(old.hash) }
            waiting.removeFirst(Self.capacity / 10)
            dropped += UInt64(Self.capacity / 10)
        }
    }

    /// The next texts to embed, the latest first: those are what a shock now is about.
    public mutating func next(_ limit: Int) -> [Text] {
        let horizon = newest > Self.horizon ? newest - Self.horizon : 0
        if let first = waiting.first, first.recordTime < horizon {
            waiting.removeAll { $0.recordTime < horizon }
        }
        return waiting.suffix(limit).reversed()
    }

    /// The batch that says what the texts mean. The texts wait until their embeddings are seen in the stream.
    public func batch(_ texts: [Text], vectors: [[Float]]) -> ProducerBatch {
        var batch = ProducerBatch()
        batch.producer = producer
        batch.producerSequence = nextSequence
        batch.events = zip(texts, vectors).map { text, vector in
            var embedding = NewsEmbedding()
            embedding.eventTime = text.eventTime
            embedding.textHash = text.hash
            embedding.model = model
            embedding.values = vector
            var event = InputEvent()
            event.embedding = embedding
            return event
        }
        return batch
    }

    /// Ingest has taken, or refused, everything up to a sequence. What it refused is not sent again.
    public mutating func acknowledged(_ sequence: UInt64, of texts: [Text]) {
        nextSequence = max(nextSequence, sequence + 1)
        let hashes = Set(texts.map(\.hash))
        waiting.removeAll { hashes.contains($0.hash) }
    }

    /// Ingest holds less of this producer than it thought: a part of its stream was taken back.
    public mutating func restart(after sequence: UInt64) { nextSequence = sequence + 1 }
}
