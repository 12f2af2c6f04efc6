import Glibc
import NewsModels

/// How a story is shown: the headline of the item that best stands for it, and its terms as they are written.
struct StoryFace {
    /// Terms listed.
    static let listed = 5
    /// Terms looked at for them: several pairs are of one run.
    private static let searched = 40

    private let items: [ArchivedItem]
    private let relevance: [Double]
    /// Terms by decreasing weight, with how many items have each.
    private let ranked: [(term: String, items: Int)]

    /// - Parameters:
    ///   - items: Those that count of the story, at least one, in order of arrival.
    ///   - relevance: Of each to the shock's subject.
    ///   - terms: All their terms, the most telling first, with how many items have each.
    init(items: [ArchivedItem], relevance: [Double], terms: [(term: String, items: Int)]) {
        self.items = items
        self.relevance = relevance
        ranked = terms
    }

    /// Of the item that best stands for the story: relevant to the subject and near the story's centre (the sum
    /// of both, each from 0 to 1), the earliest of several.
    ///
    /// Before that, no report of a price and no round-up; English where there is some; and having the term that
    /// at least half of the items have, if there is one: what everyone speaks of belongs into the sentence shown.
    var headline: String {
        let centre = Dictionary(uniqueKeysWithValues: ranked.map { ($0.term, Double($0.items)) })
        let length = sqrt(ranked.reduce(0) { $0 + Double($1.items * $1.items) })
        var best: (index: Int, merit: (Int, Double))?
        for (index, item) in items.enumerated() {
            let nearness = length > 0 ? Self.weight(of: item, in: centre) / length : 0
            let merit = (standing(of: item), relevance[index] / 100 + nearness)
            if best.map({ $0.merit < merit }) ?? true { best = (index, merit) }
        }
        return items[best?.index ?? 0].title
    }

    private func standing(of item: ArchivedItem) -> Int {
        let shared = ranked.first.flatMap { 2 * $0.items >= items.count ? $0.term : nil }
        let hasShared = shared.map(item.terms.contains) ?? true
        return (item.isPriceReport ? 0 : 8) + (Roundup.isRoundup(item.title) ? 0 : 4) + (item.isEnglish ? 2 : 0)
            + (hasShared ? 1 : 0)
    }

    /// What the story is about, most telling first, as most of its headlines write it ("DeepSeek"). Of text without spaces
    /// the run that has a term of two characters stands for it (``NewsModels/IdeographicRuns``), and none for those that no
    /// run has.
    var terms: [String] {
        let headlines = items.map { Tokenizer.tokens($0.title) }
        var spellings: [String: [String: Int]] = [:]
        let candidates = Set(ranked.prefix(Self.searched).map(\.term))
        for token in headlines.joined() where token.kind != .ideograph && candidates.contains(token.key) {
            spellings[token.key, default: [:]][token.surface, default: 0] += 1
        }
        var runs: [(text: String, headlines: Int)]?
        var found: [String] = []
        for (term, _) in ranked.prefix(Self.searched) where found.count < Self.listed {
            guard IdeographicRuns.isPair(term) else {
                // Of equally frequent spellings the first in alphabetical order, which has the capitals.
                found.append(spellings[term]?.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? term)
                continue
            }
            let all = runs ?? IdeographicRuns.runs(of: headlines)
            runs = all
            guard let run = all.first(where: { $0.text.contains(term) })?.text,
                !found.contains(where: { $0.contains(run) || run.contains($0) })
            else { continue }
            found.append(run)
        }
        return found
    }

    /// The mean weight of an item's terms in the centre, as a cosine has it before the centre's length.
    private static func weight(of item: ArchivedItem, in centre: [String: Double]) -> Double {
        guard !item.terms.isEmpty else { return 0 }
        return item.terms.reduce(0) { $0 + (centre[$1] ?? 0) } / sqrt(Double(item.terms.count))
    }
}
