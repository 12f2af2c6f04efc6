import EventLog
import Foundation
import Glibc
import NewsModels
import Schema
import TestKit
import Testing

/// `epicenter-embed` under a real `epicenterd`, with a model that `scripts/setup --embed` made.
@Suite("Embeddings", .enabled(if: Binaries.areHere, "no EPICENTER_BIN"), .serialized)
struct EmbedTests {
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment
        let data = environment["XDG_DATA_HOME"] ?? (environment["HOME"] ?? "") + "/.local/share"
        let folder = environment["EPICENTER_EMBED"] ?? data + "/epicenter/embed"
        return FileManager.default.fileExists(atPath: folder + "/model.bin") ? folder : nil
    }()

    private static let headlines = (1...12).map { "Headline number \($0) of the chip maker" }

    private func embedded(_ service: Service) throws -> [UInt64] {
        var hashes: [UInt64] = []
        try LogIndex(reading: service.dataDirectory + "/market").forEachMessage { message in
            if case .newsEmbedding(let embedding) = message {
                #expect(embedding.values.count == 384)
                #expect(embedding.model.hasPrefix("multilingual-e5-small-q4@"))
                hashes.append(embedding.textHash)
            }
            return true
        }
        return hashes
    }

    @Test(
        "each headline gets one embedding in market, however often the process is killed",
        .enabled(if: folder != nil, "the library is not there: scripts/setup --embed was not run"))
    func killed() throws {
        let folder = try #require(Self.folder)
        let news = TemporaryDirectory()
        let lines = Self.headlines.map { title in
            #"{"type": "news", "title": "\#(title)", "source": "Wire", "published": "2025-01-24T12:00:00Z"}"#
        }
        try lines.joined(separator: "\n").write(toFile: news.path + "/news.jsonl", atomically: true, encoding: .utf8)
        let service = try Service(
            "ingest: {ticks: false, jsonl: [\(news.path)/news.jsonl]}\nembed: {directory: \(folder)}\n"
                + BadInputTests.instruments)
        #expect(try service.wait { $0.counter("epicenter-embed", "texts_embedded") > 0 } != nil, "\(service.log)")
        let pid = try #require(try service.pid(of: "epicenter-embed"))
        #expect(Glibc.kill(pid, SIGKILL) == 0)
        let isDone: (ServiceStatus) -> Bool = { status in
            let child = status.children.first { $0.process == "epicenter-embed" }
            return child?.pid != pid && child?.state == .ready && (child?.heartbeat.pid ?? pid) != pid
                && (child?.heartbeat.inputs.first?.head ?? 0) > 12
                && status.counter("epicenter-embed", "texts_waiting") == 0
        }
        #expect(try service.wait(until: isDone) != nil, "\(service.log)")
        #expect(service.stop() == 0, "\(service.log)")
        #expect(try embedded(service).sorted() == Self.headlines.map { FNV1a.hash($0) }.sorted())
    }

    @Test("a model that is not there is refused once, and everything else goes on")
    func missing() throws {
        let service = try Service("embed: {directory: /nowhere}\n" + BadInputTests.instruments)
        let status = try service.wait { status in
            status.children.contains { $0.process == "epicenter-embed" && $0.state == .failed }
                && status.children.filter { $0.state == .ready }.count == 4
        }
        #expect(status != nil, "\(service.log)")
        #expect(service.log.contains("embed.directory: /nowhere/model.sha256"))
        #expect(service.stop() == 0)
    }
}
