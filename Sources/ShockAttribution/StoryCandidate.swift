import NewsModels
import Schema

/// A story as a candidate for the trigger, from those of its items that count.
struct StoryCandidate {
    let id: String
    /// Stories that had begun on their own and were part of it when the onset ended, by ``id``.
    let merged: [String]
    /// Whether the first of them to be about the subject is of tier 1.
    let isFiling: Bool
    let originals: Int
    /// Of all its items known before the onset ended.
    let life: StoryLife?
    let languages: [(language: String, items: Int)]
    /// Of its latest original.
    let novelty: Double?
    /// How it is shown.
    let face: StoryFace
    var evidence: TriggerEvidence
    /// Of all its items known before the onset ended.
    let firstSeen: UInt64
    let latest: UInt64
    let sequences: [UInt64]
    let sources: Int
    /// The best of its items' tiers; 0 if none is known.
    let tier: Int

    init(_ told: ToldStory, parts: [UInt64], attention: TermAttention) {
        let (story, items, relevance, ranked) = (told.id, told.items, told.itemRelevance, told.ranked)
        let seen = items.map(\.seen).sorted()
        id = Self.id(story)
        merged = parts.map(Self.id)
        face = StoryFace(items: items, relevance: relevance, terms: ranked.map { ($0.term, $0.items) })
        let all = attention.times(story: story)
        life = StoryLife(times: all.isEmpty ? seen.map { Int64(clamping: $0) } : all)
        firstSeen = life.map { UInt64(clamping: $0.firstSeen) } ?? seen[0]
        latest = seen[seen.count - 1]
        originals = Set(items.map(\.origin)).count
        languages = Self.languages(of: items)
        novelty = EventNovelty.ofLatest(
            times: items.filter { !$0.isReprint }.map { Int64(clamping: $0.seen) }.sorted())
        let first = zip(items, relevance).filter { $0.1 >= EntityRelevance.actionable }
            .min { ($0.0.seen, $0.0.sequence) < ($1.0.seen, $1.0.sequence) }
        isFiling = first?.0.tier == NewsModels.SourceTier.filing.rawValue
        sequences = items.map(\.sequence)
        sources = Set(items.map(\.source)).count
        tier = items.map(\.tier).filter { $0 > 0 }.min() ?? 0
        evidence = TriggerEvidence(
            // When half of what counts of it had been written: a story moves prices when it is told
            // everywhere, not when it is told first.
            time: Int64(clamping: seen[(seen.count - 1) / 2]), relevance: told.relevance,
            attention: told.keyTerms.compactMap { attention.z(of: $0) }.max(),
            tier: NewsModels.SourceTier(rawValue: tier) ?? .press,
            isPriceReport: false, sources: sources,
            reach: told.reach)
    }

    private static func id(_ story: UInt64) -> String { "story/\(story)" }

    /// Most items first.
    static func languages(of items: [ArchivedItem]) -> [(language: String, items: Int)] {
        Dictionary(grouping: items, by: \.language).map { ($0.key, $0.value.count) }
            .sorted { ($1.items, $0.language) < ($0.items, $1.language) }
    }

    /// The terms at least half of the items have: those whose attention is the story's.
    static func keyTerms(_ ranked: [(term: String, items: Int, weight: Int)], of count: Int) -> [String] {
        ranked.prefix(3).filter { 2 * $0.items >= count }.map(\.term)
    }

    /// The terms most items have first, names counting double.
    static func ranked(_ items: [ArchivedItem]) -> [(term: String, items: Int, weight: Int)] {
        var counts: [String: (items: Int, names: Int)] = [:]
        for item in items {
            for (term, isName) in zip(item.terms, item.isName) {
                counts[term, default: (0, 0)].items += 1
                counts[term, default: (0, 0)].names += isName ? 1 : 0
            }
        }
        return counts.keys.sorted().compactMap { term in
            guard let count = counts[term] else { return nil }
            return (term, count.items, count.items + count.names)
        }
        .sorted { ($1.weight, $0.term) < ($0.weight, $1.term) }
    }
}

/// What has been told of a story that has something to do with a shock's subject.
struct ToldStory {
    let id: UInt64
    /// Those that count, in order of arrival.
    let items: [ArchivedItem]
    /// Of each item.
    let itemRelevance: [Double]
    /// Of the story, above 0.
    let relevance: Double
    /// Of the story, to 1: how much of what moved it is about.
    let reach: Double
    let ranked: [(term: String, items: Int, weight: Int)]

    /// The terms whose attention is the story's.
    var keyTerms: [String] { StoryCandidate.keyTerms(ranked, of: items.count) }

    /// By story.
    ///
    /// - Parameters:
    ///   - items: Those that count, in order of arrival.
    ///   - relevance: Of each of them.
    ///   - reach: Of each of them.
    static func all(of items: [ArchivedItem], relevance: [Double], reach: [Double]) -> [ToldStory] {
        var byStory: [UInt64: [Int]] = [:]
        for index in items.indices { byStory[items[index].story, default: []].append(index) }
        return byStory.keys.sorted().compactMap { story in
            let indices = byStory[story] ?? []
            return ToldStory(
                id: story, items: indices.map { items[$0] }, itemRelevance: indices.map { relevance[$0] },
                itemReach: indices.map { reach[$0] })
        }
    }

    /// - Returns: nil if the story has nothing to do with the shock's subject, or only says that prices moved.
    private init?(id: UInt64, items: [ArchivedItem], itemRelevance: [Double], itemReach: [Double]) {
        let telling = Self.mostRelevant(itemRelevance, itemReach)
        let relevance = Self.mean(telling.map { itemRelevance[$0] })
        guard relevance > 0, !items.allSatisfy(\.isPriceReport) else { return nil }
        (self.id, self.items, self.itemRelevance, self.relevance) = (id, items, itemRelevance, relevance)
        reach = min(1, Self.mean(telling.map { itemRelevance[$0] * itemReach[$0] }) / relevance)
        ranked = StoryCandidate.ranked(items)
    }

    /// The most relevant items, whose mean is the story's relevance and reach: a third of them, but no more than the
    /// square root of their number.
    ///
    /// A story is about what several of its items are about, and need not name it in each. The more it is told,
    /// the more of it is told to people who do not care for what moved: the number of items that have to tie it
    /// to the subject grows with the story, their share does not stay.
    private static func mostRelevant(_ relevance: [Double], _ reach: [Double]) -> ArraySlice<Int> {
        let count = relevance.count
        let most = min((count + 2) / 3, max(1, Int(Double(count).squareRoot().rounded())))
        return relevance.indices.sorted { (relevance[$1], reach[$1], $0) < (relevance[$0], reach[$0], $1) }.prefix(most)
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
