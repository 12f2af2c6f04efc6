/// Groups headlines into stories as they arrive.
///
/// A headline joins the open story that scores best, ties going to the lowest identity, if
/// 1. it is a near-duplicate of one of the story's wordings (Jaccard of word pairs ≥ 0.45), or
/// 2. the two share an *emergent name*: one rare in the stream before and frequent in the last
///    36 hours (``TermStatistics/emergence(of:)`` ≥ 3) that at least half of the story's items have;
///    of several names the one that emerges most, of several stories the one with most items having it, or
/// 3. the cosine of their term vectors, weighted by rarity in the stream so far and doubled for
///    names, is at least ``Settings/threshold`` over at least two shared terms.
///
/// The second rule carries a story across languages and facets: what is suddenly on everyone's lips
/// is one story, until it is no longer news and the cosine decides again. A story is open for 36
/// hours after its last item, 72 for an emergent name (a weekend).
///
/// The result depends on the items and their order alone. Cost per headline is of the order of its
/// terms times the open stories having them.
public struct StoryIndex: Codable, Equatable, Sendable {
    /// What was decided; the defaults are calibrated on real headlines.
    public struct Settings: Codable, Equatable, Sendable {
        /// Cosine from which a headline joins.
        public var threshold = 0.30
        /// Nanoseconds a story stays open after its last item.
        public var window: Int64 = 36 * 3_600_000_000_000
        /// The same for joining by an emergent name.
        public var bindingWindow: Int64 = 72 * 3_600_000_000_000
        /// Emergence from which a name may bind.
        public var emergence = 3.0
        /// Nanoseconds a story is remembered after its last item.
        public var retention: Int64 = 7 * 86_400_000_000_000

        public init() {}
    }

    /// Bounds on what one story remembers.
    public enum Limits {
        public static let terms = 48
        public static let wordings = 64
        public static let sources = 64
        public static let sequences = 1_000
        /// Open stories having a term beyond which the term no longer nominates stories.
        static let postings = 400
    }

    /// Why a headline went where it went.
    public enum Reason: Codable, Equatable, Sendable {
        case new
        case nearDuplicate(jaccard: Double)
        case emergentName(String)
        case similar(cosine: Double)
    }

    public struct Assignment: Codable, Equatable, Sendable {
        public let story: UInt64
        public let reason: Reason
        /// Whether it repeats a wording its own source has already published, and so was not counted.
        public let isRepeat: Bool
    }

    public let settings: Settings
    /// What is known of terms; shared with whoever wants their rarity.
    public private(set) var statistics: TermStatistics
    private var table = SortedTable<Story>()
    /// For each term the stories that have it, in increasing order.
    private var postings = SortedTable<[UInt64]>()
    private var nextID: UInt64 = 1
    private var now: Int64 = 0
    private var lastSweep: Int64 = 0

    public init(settings: Settings = Settings(), statistics: TermStatistics = TermStatistics()) {
        self.settings = settings
        self.statistics = statistics
    }

    /// The stories remembered, by identity.
    public var stories: [Story] { table.keys.compactMap { table[$0] } }

    /// One story, or `nil` if it never was or has been forgotten.
    public func story(_ id: UInt64) -> Story? { table[id] }

    /// Adds the next headline.
    public mutating func add(_ item: StoryItem) -> Assignment {
        now = max(now, item.time)
        forget()
        let terms = SalientTerms.terms(item.headline)
        statistics.add(terms, time: item.time)
        let shingles = Shingles.hashes(Tokenizer.words(item.headline))
        let vector = TermVector(terms, statistics: statistics)
        let best = bestStory(for: vector, shingles: shingles)

        let id = best?.id ?? nextID
        if best == nil {
            nextID += 1
            table[id] = Story(id: id, time: item.time)
        }
        let isRepeat = join(item, to: id, vector: vector, shingles: shingles)
        return Assignment(story: id, reason: best?.reason ?? .new, isRepeat: isRepeat)
    }
}

extension StoryIndex {
    private struct Match {
        let id: UInt64
        let score: Double
        let reason: Reason
    }

    private func bestStory(for vector: TermVector, shingles: [UInt64]) -> Match? {
        var best: Match?
        let name = emergentName(in: vector)
        for id in nominated(by: vector, name: name) {
            guard let story = table[id], let match = match(story, vector, shingles, name) else { continue }
            if match.score > (best?.score ?? 0) { best = match }
        }
        return best
    }

    /// The stories worth comparing with, in increasing order.
    private func nominated(by vector: TermVector, name: SalientTerm?) -> [UInt64] {
        var ids: [UInt64] = []
        for entry in vector.entries {
            guard let posting = postings[entry.term.hash] else { continue }
            guard posting.count <= Limits.postings || entry.term.hash == name?.hash else { continue }
            ids += posting
        }
        ids.sort()
        return removingRepeats(ids)
    }

    /// The term of a headline that emerges most, the first of equals, or `nil` if none does.
    private func emergentName(in vector: TermVector) -> SalientTerm? {
        var best: (term: SalientTerm, emergence: Double)?
        for entry in vector.entries {
            guard let emergence = statistics.emergence(of: entry.term.hash), emergence >= settings.emergence else {
                continue
            }
            if emergence > (best?.emergence ?? 0) { best = (entry.term, emergence) }
        }
        return best?.term
    }

    private func match(_ story: Story, _ vector: TermVector, _ shingles: [UInt64], _ name: SalientTerm?) -> Match? {
        let age = now - story.lastSeen
        guard age <= max(settings.window, settings.bindingWindow) else { return nil }
        let (cosine, shared) = vector.cosine(with: story)
        if age <= settings.window {
            let jaccard = story.recentWordings.reduce(0) { max($0, Shingles.jaccard($1.shingles, shingles)) }
            if jaccard >= Shingles.nearDuplicate {
                return Match(id: story.id, score: 3 + jaccard, reason: .nearDuplicate(jaccard: jaccard))
            }
        }
        if age <= settings.bindingWindow, let name, story.isDominated(by: name.hash) {
            let having = Double(story.items(with: name.hash))
            return Match(id: story.id, score: 1 + having / (1 + having), reason: .emergentName(name.text))
        }
        guard age <= settings.window, cosine >= settings.threshold, shared >= 2 else { return nil }
        return Match(id: story.id, score: cosine, reason: .similar(cosine: cosine))
    }

    /// Adds the item to a story that exists; says whether its source had this wording before.
    private mutating func join(_ item: StoryItem, to id: UInt64, vector: TermVector, shingles: [UInt64]) -> Bool {
        guard var story = table[id] else { return false }
        story.firstSeen = min(story.firstSeen, item.time)
        story.lastSeen = max(story.lastSeen, item.time)
        story.items += 1
        story.sequences.append(item.sequence)
        if story.sequences.count > Limits.sequences { story.sequences.removeFirst() }
        if !story.sources.contains(item.source), story.sources.count < Limits.sources {
            story.sources.append(item.source)
            story.sources.sort()
        }
        let isRepeat = story.addWording(shingles, source: item.source)
        if !isRepeat { story.count += 1 }

        let before = story.terms.map(\.hash)
        story.add(vector)
        table[id] = story
        repost(story, before: before)
        return isRepeat
    }

    private mutating func repost(_ story: Story, before: [UInt64]) {
        let after = Set(story.terms.map(\.hash))
        for hash in before where !after.contains(hash) { removePosting(of: hash, story: story.id) }
        let known = Set(before)
        for term in story.terms where !known.contains(term.hash) {
            var posting = postings[term.hash] ?? []
            posting.insert(story.id, at: posting.firstIndex { $0 > story.id } ?? posting.count)
            postings[term.hash] = posting
        }
    }

    private mutating func removePosting(of hash: UInt64, story id: UInt64) {
        guard var posting = postings[hash] else { return }
        posting.removeAll { $0 == id }
        postings[hash] = posting.isEmpty ? nil : posting
    }
}

extension StoryIndex {
    /// Nanoseconds between sweeps. Ages are judged at each comparison, so the sweep only saves memory.
    private static let sweepInterval: Int64 = 3_600_000_000_000

    /// Takes closed stories out of the search and old ones out of memory.
    private mutating func forget() {
        guard now - lastSweep >= Self.sweepInterval else { return }
        lastSweep = now
        for id in table.keys {
            guard let story = table[id] else { continue }
            let age = now - story.lastSeen
            if age > max(settings.window, settings.bindingWindow), isSearchable(story) {
                for term in story.terms { removePosting(of: term.hash, story: id) }
            }
            if age > settings.retention { table[id] = nil }
        }
    }

    private func isSearchable(_ story: Story) -> Bool {
        guard let term = story.terms.first else { return false }
        return postings[term.hash]?.contains(story.id) ?? false
    }
}
