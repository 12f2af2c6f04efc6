import NewsModels
import Schema
import TestKit
import Testing

@testable import ShockAttribution

/// What is found over the columns of the archive is what a plain scan of its items finds.
@Suite struct ArchiveColumnsTests {
    private static let hour = UInt64(AttentionBaseline.hour)
    private static let vocabulary = (0..<40).map { "term\($0)" }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func findsWhatAPlainScanFinds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var archive = ArchivedItems()
        for sequence in 1...UInt64.random(in: 1...600, using: &random) {
            archive.append(Self.item(sequence, using: &random))
        }
        var merges = StoryMerges()
        for _ in 0..<20 {
            let time = Int64(Self.time(day: .random(in: 1...36, using: &random), using: &random))
            merges.add(.random(in: 1...60, using: &random), into: .random(in: 1...60, using: &random), at: time)
        }
        if Bool.random(using: &random) {
            archive.drop(first: .random(in: 0...10, using: &random), seenBefore: Self.time(day: 3, using: &random))
        }
        for scope in [ShockScope.instrument, .group, .market] {
            let until = Self.time(day: .random(in: 5...36, using: &random), using: &random)
            let search = TriggerSearch(
                subject: scope == .group ? "makers" : "ACME", scope: scope,
                onset: until - .random(in: 0...3, using: &random) * Self.hour..<until, settings: Self.settings)
            let merged = MergedStories(merges, at: until)
            // By definition: one merge after the other, as long as one leads on.
            let items = archive.values.map { item in
                var item = item
                item.story = merges.whole(of: item.story, at: Int64(until))
                return item
            }
            #expect(search.sift(archive, merged) == Self.plainSift(search, items), "seed \(seed), \(scope)")
            let terms = Set((0..<8).map { _ in Self.vocabulary.randomElement(using: &random) ?? "" } + ["never said"])
            let stories = Set((0..<8).map { _ in UInt64.random(in: 1...60, using: &random) })
            let wholes = stories.filter { merged.whole(of: $0) == $0 }
            let attention = TermAttention(
                archive: archive, terms: terms, stories: wholes, merged: merged, entity: search.subject, until: until)
            let readable = items.filter { $0.seen <= until }
            let since = readable.map(\.seen).min()
            for term in Self.vocabulary + ["never said"] {
                let mentions = readable.filter { !$0.isPriceReport }.flatMap { item in
                    item.terms.filter { $0 == term }.map { _ in item.seen }
                }
                let plain = terms.contains(term) ? Self.plainZ(mentions, since: since, until: until) : nil
                #expect(attention.z(of: term) == plain, "seed \(seed), \(term)")
            }
            let named = readable.filter { !$0.isPriceReport && $0.names.contains { $0.entity == search.subject } }
            #expect(
                attention.zOfSubject == Self.plainZ(named.map(\.seen), since: since, until: until), "seed \(seed)")
            for story in 1...60 as ClosedRange<UInt64> {
                let times = readable.filter { $0.story == story && wholes.contains(story) }.map { Int64($0.seen) }
                #expect(attention.times(story: story) == times, "seed \(seed), story \(story)")
            }
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func columnsAreThoseOfTheItems(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var archive = ArchivedItems()
        for sequence in 1...100 as ClosedRange<UInt64> { archive.append(Self.item(sequence, using: &random)) }
        archive.drop(first: 20, seenBefore: Self.time(day: 2, using: &random))
        #expect(archive == ArchivedItems(archive.values), "seed \(seed)")
        #expect(archive.columns.seen == archive.values.map(\.seen), "seed \(seed)")
    }

    // MARK: The plain scan

    private static func plainSift(_ search: TriggerSearch, _ items: [ArchivedItem]) -> SiftedNews {
        let relevance = ShockRelevance(subject: search.subject, scope: search.scope, settings: search.settings)
        let window = 72 * hour
        var sifted = SiftedNews()
        var eligible: [ArchivedItem] = []
        for item in items {
            let isRelevant = relevance.relevance(of: item) > 0
            if item.seen > search.onset.upperBound {
                if isRelevant { sifted.late.append(item.sequence) }
            } else if item.seen + window > search.onset.upperBound {
                if item.isPriceReport && item.seen > search.onset.lowerBound {
                    if isRelevant { sifted.reports.append(item.sequence) }
                } else {
                    eligible.append(item)
                }
            }
        }
        sifted.eligible = eligible.count
        sifted.items = eligible.filter { item in
            eligible.contains { $0.story == item.story && relevance.relevance(of: $0) > 0 }
        }
        sifted.relevance = sifted.items.map(relevance.relevance(of:))
        sifted.reach = sifted.items.map { relevance.relevance(of: $0) > 0 ? relevance.reach(of: $0) : 0 }
        return sifted
    }

    /// Mentions of the last 24 hours against those of each whole day before, by definition.
    private static func plainZ(_ mentions: [UInt64], since: UInt64?, until: UInt64) -> Double? {
        guard let since else { return nil }
        let shift = hour - 1 - until % hour
        let end = (until + shift) / hour + 1
        let first = (since + shift) / hour
        guard end >= 24 + 168 + first else { return nil }
        let days = min(end - 24 - first, 672) / 24
        func count(daysAgo: UInt64) -> Double {
            let hours = end - (daysAgo + 1) * 24..<end - daysAgo * 24
            return Double(mentions.count { hours.contains(($0 + shift) / hour) })
        }
        let counts = (1...days).map { count(daysAgo: $0) }
        let mean = counts.reduce(0, +) / Double(days)
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(days - 1)
        let deviation = max(variance.squareRoot(), max(mean, 1).squareRoot())
        return (count(daysAgo: 0) - mean) / deviation
    }

    // MARK: Random news

    private static var settings: ModelSettings {
        var settings = ModelSettings()
        var group = Group()
        group.id = "makers"
        group.members = ["ACME", "BOLT"].map { symbol in
            var member = GroupMember()
            (member.symbol, member.weight) = (symbol, 1)
            return member
        }
        settings.groups = [group]
        return settings
    }

    private static func time(day: UInt64, using random: inout SeededGenerator) -> UInt64 {
        1_700_000_000 * CivilTime.second + day * CivilTime.day + .random(in: 0..<CivilTime.day, using: &random)
    }

    private static func item(_ sequence: UInt64, using random: inout SeededGenerator) -> ArchivedItem {
        let terms = (0..<Int.random(in: 0...6, using: &random)).map { _ in vocabulary.randomElement(using: &random)! }
        func links(_ names: [String]) -> [NewsLink] {
            names.filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
                .map { NewsLink(entity: $0, relevance: .random(in: 0...100, using: &random)) }
        }
        // Nearly in order; a few come days late.
        let day = sequence / 16 + (Int.random(in: 0..<20, using: &random) == 0 ? 0 : 1)
        return ArchivedItem(
            sequence: sequence, seen: time(day: day, using: &random), story: .random(in: 1...60, using: &random),
            origin: sequence, source: "wire", tier: 3, title: "headline \(sequence)", terms: terms,
            isName: terms.map { _ in false }, isPriceReport: Int.random(in: 0..<4, using: &random) == 0,
            language: "en", names: links(["ACME", "BOLT", "OTHER"]), groups: links(["makers", "others"]))
    }
}
