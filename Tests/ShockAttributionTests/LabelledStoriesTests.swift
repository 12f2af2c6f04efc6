import Foundation
import MarketModels
import NewsModels
import Schema
import TestKit
import Testing
import TextEvaluation

@testable import ShockAttribution

/// Stories against what people say is one event, with and without what an embedding model made of the headlines.
enum LabelledNews {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Labels")

    /// Until then one name binds all that is told of it, by rule: what event it is of is not asked.
    static let begin = MarketFixture.at("2025-02-01", "00:00:00")

    static func labels() throws -> LabelledStories { try LabelledStories(folder: folder) }

    static func vectors() throws -> RecordedVectors {
        try RecordedVectors(Data(contentsOf: folder.appending(path: "story-vectors.bin")))
    }

    /// The labelled headlines since ``begin``, with the story that the real archive puts each in.
    static func placed(withVectors: Bool, background: Bool) throws -> [PlacedHeadline] {
        try placed(rows(withVectors: withVectors, background: background))
    }

    static func rows(withVectors: Bool, background: Bool) throws -> [ManyLanguages.Row] {
        ManyLanguages.read(
            MixedNews.headlines + (background ? MixedNews.background : []), vectors: withVectors ? try vectors() : nil)
    }

    static func placed(_ rows: [ManyLanguages.Row]) throws -> [PlacedHeadline] {
        let (labels, languages) = (try labels(), try LabelledStories.languages(folder: folder))
        return rows.compactMap { row in
            guard !row.isBackground, row.item.seen >= begin, let label = labels[row.item.title],
                let language = languages[FNV1a.hash(row.item.title)]
            else { return nil }
            return PlacedHeadline(
                title: row.item.title, language: language, time: Int64(row.item.seen), story: row.item.story,
                label: label)
        }
    }

    /// How often what put languages together was right: joins by what is shared (rule 3), and vectors that made two stories
    /// one.
    struct Joins {
        var byRule = (right: 0, judged: 0)
        var byVectors = (right: 0, judged: 0)
    }

    private struct Told {
        let label: LabelledStories.Label
        let language: String
    }

    /// A join is right if the story had a headline of the same event, and not judged where neither side reports a labelled
    /// event; what a vector made one is right if both sides had a headline of the event that the vector's headline reports,
    /// and not judged where that reports none. Stories as they were then.
    static func joins(_ rows: [ManyLanguages.Row]) throws -> [LabelledStories.Part: Joins] {
        let (labels, languages) = (try labels(), try LabelledStories.languages(folder: folder))
        var told: [UInt64: [Told]] = [:]
        var joins: [LabelledStories.Part: Joins] = [.calibration: Joins(), .test: Joins()]
        for row in rows {
            let story = row.assignment.story
            for part in row.assignment.merged { told[story, default: []] += told.removeValue(forKey: part) ?? [] }
            defer {
                for (part, whole) in row.merges {
                    let (one, other) = (told[whole] ?? [], told.removeValue(forKey: part) ?? [])
                    told[whole] = one + other
                    guard row.item.seen >= begin, let label = labels[row.item.title], let event = label.event else {
                        continue
                    }
                    let isRight = [one, other].allSatisfy { $0.contains { $0.label.event == event } }
                    joins[label.part]?.byVectors.judged += 1
                    joins[label.part]?.byVectors.right += isRight ? 1 : 0
                }
            }
            guard !row.isBackground, let label = labels[row.item.title],
                let language = languages[FNV1a.hash(row.item.title)]
            else { continue }
            let others = told[story] ?? []
            told[story, default: []].append(Told(label: label, language: language))
            guard row.item.seen >= begin, case .sameEvent = row.reason else { continue }
            if let isRight = isRight(others, [Told(label: label, language: language)]) {
                joins[label.part]?.byRule.judged += 1
                joins[label.part]?.byRule.right += isRight ? 1 : 0
            }
        }
        return joins
    }

    /// nil: not to be judged.
    private static func isRight(_ one: [Told], _ other: [Told]) -> Bool? {
        let (one, other) = (one.filter { !$0.label.isDoubtful }, other.filter { !$0.label.isDoubtful })
        guard !one.isEmpty, !other.isEmpty, (one + other).contains(where: { $0.label.event != nil }) else { return nil }
        return one.contains { left in
            other.contains { $0.label.event != nil && $0.label.event == left.label.event }
        }
    }

    static var isShown: Bool { ProcessInfo.processInfo.environment["EPICENTER_SHOW"] != nil }

    static func show(_ name: String, _ pairs: StoryPairs) throws {
        guard isShown else { return }
        func share(_ part: Int, _ all: Int) throws -> String {
            guard all > 0 else { return "none" }
            let interval = try WilsonInterval(successes: part, trials: all)
            return String(
                format: "%d of %d %.3f (%.3f-%.3f)", part, all, Double(part) / Double(all), interval.lower,
                interval.upper)
        }
        let together = pairs.same.together + pairs.different.together
        print(
            name, "| found", try share(pairs.same.together, pairs.same.pairs), "| events", pairs.events, "| right",
            try share(pairs.same.together, together), "| false",
            try share(pairs.different.together, pairs.different.pairs))
    }
}

@Suite("Stories and labelled events", .enabled(if: MixedNews.isPresent), .serialized)
struct LabelledStoriesTests {
    @Test("there are labels enough on both sides, and a vector for each headline")
    func labels() throws {
        let placed = try LabelledNews.placed(withVectors: false, background: false)
        let vectors = try LabelledNews.vectors()
        for part in [LabelledStories.Part.calibration, .test] {
            let pairs = StoryPairs(placed, part: part, acrossLanguages: true)
            #expect(pairs.same.pairs >= 60 && pairs.different.pairs > 500, "\(part): \(pairs)")
        }
        #expect(placed.allSatisfy { vectors[$0.title]?.count == 384 })
    }

    @Test(
        "what is put together, across languages and in one, with and without vectors", arguments: [false, true],
        [false, true])
    func together(withVectors: Bool, background: Bool) throws {
        let rows = try LabelledNews.rows(withVectors: withVectors, background: background)
        let placed = try LabelledNews.placed(rows)
        if LabelledNews.isShown { print("by rule 3", try LabelledNews.joins(rows)) }
        for part in [LabelledStories.Part.calibration, .test] {
            for across in [true, false] {
                let name =
                    "\(background ? "among the month" : "alone") \(part) \(across ? "across languages" : "in one language")"
                let pairs = StoryPairs(placed, part: part, acrossLanguages: across)
                try LabelledNews.show(name + (withVectors ? " with vectors" : " without"), pairs)
                guard across else { continue }
                let found = Double(pairs.same.together) / Double(pairs.same.pairs)
                let wrong = Double(pairs.different.together) / Double(pairs.different.pairs)
                #expect(found > (withVectors ? 0.4 : 0.08), "\(name): \(pairs.same)")
                #expect(wrong < (withVectors ? 0.07 : 0.05), "\(name): \(pairs.different)")
            }
        }
    }

    @Test("thresholds are those that the calibration part prefers")
    func calibrated() throws {
        let rows = try LabelledNews.rows(withVectors: false, background: false)
        let placed = try LabelledNews.placed(rows)
        let names = Dictionary(rows.map { ($0.item.title, Set($0.item.names.map(\.entity))) }) { first, _ in first }
        let vectors = try LabelledNews.vectors()
        for part in [LabelledStories.Part.calibration, .test] {
            var pairs: [Pair] = []
            for across in [true, false] {
                StoryPairs.forEachPair(placed, part: part, acrossLanguages: across) { left, right, isSame in
                    guard let one = names[left.title], let two = names[right.title], !one.isDisjoint(with: two),
                        let first = vectors[left.title], let second = vectors[right.title],
                        let cosine = EmbeddingMatch.cosine(first, second)
                    else { return }
                    pairs.append(
                        Pair(
                            kind: Self.kind(left.language, right.language),
                            threshold: EmbeddingMatch().threshold(left.language, right.language), cosine: cosine,
                            isSame: isSame))
                }
            }
            for (kind, group) in Dictionary(grouping: pairs, by: \.kind).sorted(by: { $0.key < $1.key }) {
                let threshold = group[0].threshold
                if LabelledNews.isShown {
                    let (right, wrong) = Self.taken(group, from: threshold)
                    print(part, kind, threshold, "right", right, "of", group.count { $0.isSame }, "wrong", wrong)
                }
                // Those of which there are enough labels.
                guard part == .calibration, group.count(where: { $0.isSame }) >= 10 else { continue }
                let best = stride(from: 0.84, through: 0.96, by: 0.005).max {
                    Self.score(group, $0) < Self.score(group, $1)
                }
                #expect(abs((best ?? 0) - threshold) < 1e-9, "\(kind)")
            }
        }
    }

    private struct Pair {
        let kind: String
        let threshold: Double
        let cosine: Double
        let isSame: Bool
    }

    private static func taken(_ pairs: [Pair], from threshold: Double) -> (right: Int, wrong: Int) {
        let taken = pairs.filter { $0.cosine >= threshold - 1e-9 }
        return (taken.count { $0.isSame }, taken.count { !$0.isSame })
    }

    /// F0.5: precision counts twice.
    private static func score(_ pairs: [Pair], _ threshold: Double) -> Double {
        let (right, wrong) = taken(pairs, from: threshold)
        guard right > 0 else { return 0 }
        let precision = Double(right) / Double(right + wrong)
        let recall = Double(right) / Double(pairs.count { $0.isSame })
        return 1.25 * precision * recall / (0.25 * precision + recall)
    }

    private static func kind(_ left: String, _ right: String) -> String {
        func script(_ language: String) -> String {
            switch language {
            case "zh", "ja": "ideographs"
            case "ru": "cyrillic"
            case "fa": "arabic"
            default: "latin"
            }
        }
        return left == right ? "same" : [script(left), script(right)].sorted().joined(separator: "-")
    }
}
