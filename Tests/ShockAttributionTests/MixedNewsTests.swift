import Foundation
import NewsModels
import Schema
import TestKit
import Testing
import TextEvaluation

@testable import ShockAttribution

/// A month of RSS of other years as background, the real headlines of January 2025 among it: under one item in
/// a hundred speaks of what set the shock off.
struct MixedNews {
    struct Item {
        let time: UInt64
        let title: String
        let source: String
        let language: String
        let body: String
        var isBackground = false
    }

    private struct Row: Decodable {
        let ts: String
        let source: String
        let title: String
        let lang: String?
        let desc: String?
    }

    static var isPresent: Bool { file != nil }

    private static let file: String? = SharedData.folder.map { $0.appending(path: "rss_2023-08.jsonl.gz").path }
        .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }

    /// So many days later the weekdays are the same, and August 2023 is January 2025.
    private static let shift: UInt64 = 518 * CivilTime.day

    /// In order of time.
    static let background: [Item] = {
        guard let file, let data = try? gunzipped(file) else { return [] }
        let decoder = JSONDecoder()
        return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let row = try? decoder.decode(Row.self, from: line), let time = CivilTime.parseRFC3339(row.ts) else {
                return nil
            }
            return Item(
                time: time + shift, title: row.title, source: row.source, language: row.lang ?? "",
                body: row.desc ?? "", isBackground: true)
        }
        .sorted { $0.time < $1.time }
    }()

    static let headlines: [Item] = ((try? SharedHeadline.all()) ?? []).map {
        Item(time: $0.time, title: $0.title, source: $0.source, language: "", body: $0.summary ?? "")
    }
    .sorted { $0.time < $1.time }

    static func mentionsTrigger(_ item: Item) -> Bool {
        item.title.lowercased().contains("deepseek") || item.body.lowercased().contains("deepseek")
    }

    /// A stage that knows the world and has read the news of one or both kinds.
    private(set) var stage = AttributeStage()
    private var items: [Item]
    private var next = 0
    private var sequence: UInt64
    private let vectors: RecordedVectors?

    /// - Parameter vectors: What a model made of some of the headlines: each comes right after its headline.
    init(_ headlines: [Item], vectors: RecordedVectors? = nil) {
        self.vectors = vectors
        let world = RealNewsTests.world()
        sequence = world.lastSequence
        _ = stage.findings(world.messages)
        items = (headlines + Self.background).sorted { $0.time < $1.time }
    }

    var tookBackground: Int { items[..<next].count { $0.isBackground } }
    var took: Int { next }

    /// Reads on up to a time.
    mutating func read(until end: UInt64) {
        var outbox = Outbox()
        while next < items.count, items[next].time <= end {
            let item = items[next]
            next += 1
            sequence += 1
            var message = NewsItem()
            message.sequence = sequence
            message.recordTime = item.time
            message.eventTime = item.time
            message.published = item.time
            message.firstSeen = item.time
            message.source = item.source
            message.language = item.language
            message.title = item.title
            message.body = item.body
            stage.apply(.newsItem(message), rows: 0..<1, to: &outbox)
            guard let vectors, let values = vectors[item.title] else { continue }
            sequence += 1
            var embedding = NewsEmbedding()
            embedding.sequence = sequence
            embedding.recordTime = item.time
            embedding.eventTime = item.time
            embedding.textHash = FNV1a.hash(item.title)
            embedding.model = vectors.model
            embedding.values = values
            stage.apply(.newsEmbedding(embedding), rows: 0..<1, to: &outbox)
        }
    }

    /// What a shock of that Monday is put down to by what has been read.
    func attribution(
        _ subject: String = "NVDA", _ scope: ShockScope = .instrument, from: UInt64 = RealNewsTests.friday,
        until: UInt64 = Self.open
    ) throws -> Attribution {
        var stage = stage
        var signal = ShockSignal.made(
            .pending, subject, session: CivilTime.date(day: CivilTime.dayNumber(until)), onset: from..<until,
            simpleReturn: -0.17, scope: scope)
        signal.cause.sequence = sequence
        return try #require(stage.findings([.shockSignal(signal)]).first).attribution
    }

    static let open = MarketFixture.at("2025-01-27", "14:30:00")
}

@Suite("The headlines of January 2025 in a month of other news", .enabled(if: MixedNews.isPresent), .serialized)
struct MixedNewsTests {
    private static func show(_ attribution: Attribution) {
        guard ProcessInfo.processInfo.environment["EPICENTER_SHOW"] != nil else { return }
        for candidate in attribution.candidates {
            print(
                candidate.probability, candidate.logOdds, candidate.items, candidate.originals, candidate.sources,
                candidate.relevance, candidate.attentionZ, candidate.languages.map { "\($0.language) \($0.items)" },
                candidate.terms, candidate.headline.prefix(70))
            print("   ", candidate.contributions.map { "\($0.name) \($0.logOdds)" })
        }
        print("unexplained", attribution.unexplained, "considered", attribution.itemsConsidered)
    }

    /// What is on people's minds besides, and set nothing off here.
    private static let distractors = [
        "colombia", "tariff", "arancel", "tiktok", "super bowl", "at&t", "verizon", "earnings", "results", "vanke",
    ]

    @Test(
        "the story is one, ranked first by what was known when the move began; it grows afterwards; so it is where a model's vectors of the headlines come too",
        arguments: [false, true])
    func trigger(withVectors: Bool) throws {
        var news = MixedNews(MixedNews.headlines, vectors: withVectors ? try LabelledNews.vectors() : nil)
        news.read(until: MixedNews.open)
        #expect(news.took - news.tookBackground < news.took / 20)
        for (subject, scope) in [("NVDA", ShockScope.instrument), ("ai-hardware", .group)] {
            let attribution = try news.attribution(subject, scope)
            Self.show(attribution)
            let first = try #require(attribution.candidates.first)
            #expect(first.kind == .story)
            #expect(first.terms.first == "DeepSeek" && first.headline.lowercased().contains("deepseek"))
            #expect(first.probability > attribution.unexplained)
            #expect(abs(attribution.candidates.reduce(attribution.unexplained) { $0 + $1.probability } - 1) < 1e-9)
            #expect(Set(first.languages.map(\.language)).isSuperset(of: ["en", "es"]))
            #expect(first.latest <= MixedNews.open)
            // Old news, and everywhere: novelty would have missed it.
            #expect(first.novelty < 20 && first.attentionZ > 5)
            for other in attribution.candidates.dropFirst() {
                let isDistractor = Self.distractors.contains { other.headline.lowercased().contains($0) }
                #expect(!isDistractor || other.probability < 0.05, "\(other.headline)")
                #expect(!other.terms.prefix(1).contains("DeepSeek"), "the story is torn: \(other.headline)")
            }
            #expect(attribution.excluded.contains { $0.reason == "only reports the move" && $0.items > 0 })
        }
        let before = try #require(try news.attribution().candidates.first)
        news.read(until: MixedNews.open + 30 * 3_600 * CivilTime.second)
        // The same onset again, with all that came later: nothing of it counts.
        let again = try #require(try news.attribution().candidates.first)
        #expect(again.items == before.items && again.probability == before.probability)
        let later = try news.attribution(
            from: MixedNews.open + 24 * 3_600 * CivilTime.second, until: MixedNews.open + 30 * 3_600 * CivilTime.second)
        let grown = try #require(
            later.candidates.first { $0.story == before.story || $0.merged.contains(before.story) })
        #expect(grown.items > before.items)
    }

    @Test("background alone: unknown")
    func backgroundAlone() throws {
        var news = MixedNews([])
        news.read(until: MixedNews.open)
        let attribution = try news.attribution()
        Self.show(attribution)
        #expect(attribution.unexplained > 0.5)
        #expect(attribution.unexplained > 2 * (attribution.candidates.first?.probability ?? 0))
    }

    @Test("every publication time a day later: unknown")
    func shifted() throws {
        let later = MixedNews.headlines.map {
            MixedNews.Item(
                time: $0.time + CivilTime.day, title: $0.title, source: $0.source, language: $0.language, body: $0.body)
        }
        var news = MixedNews(later)
        news.read(until: MixedNews.open)
        let attribution = try news.attribution()
        Self.show(attribution)
        #expect(attribution.unexplained > attribution.candidates.first?.probability ?? 0)
    }

    @Test("without the trigger's story: unknown")
    func deleted() throws {
        var news = MixedNews(MixedNews.headlines.filter { !MixedNews.mentionsTrigger($0) })
        news.read(until: MixedNews.open)
        let attribution = try news.attribution()
        Self.show(attribution)
        #expect(attribution.unexplained > 0.5)
    }
}
