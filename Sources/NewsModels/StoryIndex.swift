import Glibc

/// Groups headlines into stories as they arrive.
///
/// A headline joins an open story, ties going to the lowest identity, by the first of these that applies:
/// 1. it is a near-duplicate of a wording of the last days (Jaccard of word pairs ≥ 0.45, found by
///    locality-sensitive hashing), or
/// 2. the two share an *emergent name*: one rare in the stream before and frequent in the last
///    36 hours (``TermStatistics/emergence(of:)`` ≥ 3) that at least half of the story's items have;
///    of several names the one that emerges most, of several stories the one with most items having it, or
/// 3. the story is told in another language, at least half of its items name an entity that the headline names,
///    and the two share something else that tells events apart: an amount, share or multiple to two digits, a
///    second such entity, or a name that is rare in the stream or that half of the story's items have; one of it rare
///    in the stream, since what is often named is often named together, and all of it together as rare as
///    ``Settings/evidence`` asks, or
/// 4. the cosine of their term vectors, weighted by rarity in the stream so far and doubled for
///    names, is at least ``Settings/threshold`` over at least two shared terms.
///
/// The second rule carries a story across languages and facets: what is suddenly on everyone's lips
/// is one story, until it is no longer news and the others decide again. A story is open for 36
/// hours after its last item, 72 for an emergent name (a weekend).
///
/// Two stories that have begun become one once a headline shows that they are: see ``merge(_:_:at:)``.
///
/// The result depends on the items and their order alone. Cost per headline is of the order of its
/// terms times the open stories having them.
public struct StoryIndex: Equatable, Sendable {
    /// What was decided; the defaults are calibrated on real headlines.
    public struct Settings: Equatable, Sendable {
        /// Cosine from which a headline joins.
        public var threshold = 0.30
        /// Cosine of two stories' centroids from which a headline that is like both makes them one.
        public var mergeThreshold = 0.55
        /// How much of that cosine one term may give: of stories about one company its name alone gives most.
        public var mergeBalance = 0.5
        /// Emergence from which a name makes two stories one: many a name that has just come up is that of several people.
        public var mergeEmergence = 10.0
        /// Nanoseconds a story stays open after its last item.
        public var window: Int64 = 36 * 3_600_000_000_000
        /// The same for joining by an emergent name.
        public var bindingWindow: Int64 = 72 * 3_600_000_000_000
        /// Emergence from which a name may bind.
        public var emergence = 3.0
        /// How rare what two headlines in different languages share must be: the sum of ln(1 + N/(1 + n)), of N
        /// headlines n having it, beside that of something N/2 − 1 have not, ln(1 + N/2), which it may not fall below
        /// this many times.
        public var evidence = 1.1
        /// Nanoseconds a story is remembered after its last item.
        public var retention: Int64 = 7 * 86_400_000_000_000

        public init() {}
    }

    /// Bounds on what one story remembers.
    public enum Limits {
        public static let terms = 48
        public static let sources = 64
        public static let sequences = 1_000
        public static let languages = 16
        /// Entities and quantities.
        public static let anchors = 48
        /// Open stories having a term beyond which the term no longer nominates stories; of those that name an entity,
        /// so many of the youngest are looked at.
        static let postings = 400
        /// Stories remembered; beyond it a tenth is forgotten, those without an item for longest.
        static let stories = 100_000
        /// Stories that one headline makes part of another; the next does the rest.
        static let merges = 16
    }

    /// Why a headline went where it went.
    public enum Reason: Codable, Equatable, Sendable {
        case new
        case nearDuplicate(jaccard: Double)
        case emergentName(String)
        /// The same event in another language, with so many entities, quantities and names shared.
        case sameEvent(shared: Int)
        case similar(cosine: Double)
    }

    public struct Assignment: Codable, Equatable, Sendable {
        /// As it is called after ``merged`` have become part of it.
        public let story: UInt64
        public let reason: Reason
        /// Stories that this headline showed to be the same, in the order they became part of it.
        public let merged: [UInt64]
        /// Whether it repeats a wording its own source has already published, and so was not counted.
        public let isRepeat: Bool
        /// Sequence of the item whose wording it reprints; its own if the wording is new.
        public let origin: UInt64
    }

    public let settings: Settings
    /// What is known of terms; shared with whoever wants their rarity.
    public private(set) var statistics: TermStatistics
    var table = SortedTable<Story>()
    /// For each term the open stories that have it, in increasing order.
    var postings = SortedTable<[Posting]>()
    /// For each entity the open stories with an item that names it, in increasing order.
    private var naming = SortedTable<[UInt64]>()
    var duplicates = NearDuplicates()
    /// Which stories have become part of others, for as long as an item may be of one.
    public internal(set) var merges = StoryMerges()
    private(set) var nextID: UInt64 = 1
    private(set) var now: Int64 = 0
    private(set) var lastSweep: Int64 = 0

    public init(settings: Settings = Settings(), statistics: TermStatistics = TermStatistics()) {
        self.settings = settings
        self.statistics = statistics
    }

    /// The stories remembered, by identity.
    public var stories: [Story] { table.keys.compactMap { table[$0] } }

    /// Stories begun so far, forgotten ones included.
    public var begun: UInt64 { nextID - 1 }

    /// One story, or `nil` if it never was or has been forgotten.
    public func story(_ id: UInt64) -> Story? { table[id] }

    /// Adds the next headline.
    public mutating func add(_ item: StoryItem) -> Assignment {
        add(item, terms: SalientTerms.terms(item.tokens))
    }

    /// The same with the headline's terms, where they are known already.
    public mutating func add(_ item: StoryItem, terms: [SalientTerm]) -> Assignment {
        now = max(now, item.time)
        forget()
        let anchors = StoryAnchors(item)
        statistics.add(terms, anchors: anchors.entities + anchors.quantities, time: item.time)
        let shingles = Shingles.hashes(item.tokens.map(\.text))
        let headline = Headline(
            vector: TermVector(terms, statistics: statistics), anchors: anchors, shingles: shingles,
            bands: shingles.isEmpty ? [] : NearDuplicates.bands(of: shingles))
        let repeated = duplicates.closest(to: shingles, bands: headline.bands)
        let best = bestStory(for: headline, repeated: repeated)

        let id = best?.id ?? nextID
        if best == nil {
            nextID += 1
            forgetQuietest()
            table[id] = Story(id: id, time: item.time)
        }
        // A wording of a story that is closed, or lost to a better one, is not this story's.
        let place = repeated.flatMap { duplicates[$0.place].story == id ? $0.place : nil }
        let origin = place.map { duplicates[$0].origin } ?? item.sequence
        let isRepeat = place.map { duplicates.publish($0, source: item.source) } ?? false
        if place == nil, !shingles.isEmpty {
            duplicates.add(Wording(story: id, item: item, shingles: shingles), bands: headline.bands)
        }
        join(item, headline, to: id, isRepeat: isRepeat, isNew: place == nil)
        let (story, merged) = mergeShown(by: headline, in: id, alike: best?.alike ?? [])
        return Assignment(
            story: story, reason: best?.reason ?? .new, merged: merged, isRepeat: isRepeat, origin: origin)
    }
}

/// That a story has a term, with the term's weight in its centroid.
struct Posting: Equatable, Sendable {
    let story: UInt64
    var weight: Double
}

/// A headline with all that is compared.
struct Headline {
    let vector: TermVector
    let anchors: StoryAnchors
    let shingles: [UInt64]
    let bands: [UInt64]
}

extension StoryIndex {
    private struct Match {
        let id: UInt64
        let score: Double
        let reason: Reason
        /// Other stories that the same rule would have allowed.
        var alike: [UInt64] = []
    }

    private func bestStory(for headline: Headline, repeated: (place: NearDuplicates.Place, jaccard: Double)?) -> Match?
    {
        if let repeated, let story = table[duplicates[repeated.place].story], now - story.lastSeen <= settings.window {
            return Match(id: story.id, score: 0, reason: .nearDuplicate(jaccard: repeated.jaccard))
        }
        return byName(headline) ?? byEvent(headline) ?? byTerms(headline)
    }

    /// Of the stories that the name which emerges most binds, the one with most items having it.
    private func byName(_ headline: Headline) -> Match? {
        guard let name = emergentName(in: headline.vector) else { return nil }
        var best: Match?
        for posting in postings[name.hash] ?? [] {
            guard let story = table[posting.story], now - story.lastSeen <= settings.bindingWindow,
                story.isDominated(by: name.hash)
            else { continue }
            let having = Double(story.items(with: name.hash))
            if having > best?.score ?? 0 {
                best = Match(id: story.id, score: having, reason: .emergentName(name.text))
            }
        }
        return best
    }

    /// The term of a headline that emerges most, the first of equals, or `nil` if none does.
    func emergentName(in vector: TermVector) -> SalientTerm? {
        var best: (term: SalientTerm, emergence: Double)?
        for entry in vector.entries {
            guard let emergence = statistics.emergence(of: entry.term.hash), emergence >= settings.emergence else {
                continue
            }
            if emergence > (best?.emergence ?? 0) { best = (entry.term, emergence) }
        }
        return best?.term
    }

    /// The story in another language that has the rarest things in common with a headline.
    private func byEvent(_ headline: Headline) -> Match? {
        let anchors = headline.anchors
        guard !anchors.entities.isEmpty else { return nil }
        let names = headline.vector.entries.map(\.term).filter { $0.isName && !anchors.entityWords.contains($0.text) }
        let needed = settings.evidence * log(1 + statistics.headlineCount / 2)
        var best: Match?
        for id in removingRepeats(anchors.entities.flatMap { (naming[$0] ?? []).suffix(Limits.postings) }.sorted()) {
            guard let story = table[id], now - story.lastSeen <= settings.window,
                story.isForeign(to: anchors.language)
            else { continue }
            let entities = story.anchors.filter {
                $0.isEntity && 2 * $0.items >= story.items && anchors.entities.contains($0.hash)
            }
            guard !entities.isEmpty else { continue }
            let quantities = story.anchors.filter { !$0.isEntity && anchors.quantities.contains($0.hash) }
            let called = names.filter {
                story.isDominated(by: $0.hash) || (story.items(with: $0.hash) > 0 && isVeryRare($0.hash))
            }
            let shared = entities.map(\.hash) + quantities.map(\.hash) + called.map(\.hash)
            let isTelling =
                entities.contains { isRare($0.hash) } || quantities.contains { isRare($0.hash) }
                || called.contains { isVeryRare($0.hash) }
            guard shared.count >= 2, isTelling else { continue }
            let evidence = shared.reduce(0) { $0 + statistics.inverseFrequency(of: $1) }
            if evidence >= needed, evidence > best?.score ?? 0 {
                best = Match(id: id, score: evidence, reason: .sameEvent(shared: shared.count))
            }
        }
        return best
    }

    /// At most one headline in 500 has it, or twenty.
    private func isRare(_ hash: UInt64) -> Bool {
        statistics.frequency(of: hash) <= max(20, statistics.headlineCount / 500)
    }

    /// At most one headline in 2,000 has it, or ten: what is written as a name may be a whole family of products.
    private func isVeryRare(_ hash: UInt64) -> Bool {
        statistics.frequency(of: hash) <= max(10, statistics.headlineCount / 2_000)
    }

    /// The story with the nearest centroid.
    private func byTerms(_ headline: Headline) -> Match? {
        var products: [(story: UInt64, product: Double)] = []
        for entry in headline.vector.entries {
            guard let posting = postings[entry.term.hash], posting.count <= Limits.postings else { continue }
            for other in posting { products.append((other.story, entry.weight * other.weight)) }
        }
        products.sort { $0.story < $1.story }
        var best: Match?
        var alike: [UInt64] = []
        var start = 0
        while start < products.count {
            let id = products[start].story
            var (end, product) = (start, 0.0)
            while end < products.count, products[end].story == id {
                product += products[end].product
                end += 1
            }
            if end - start >= 2, let story = table[id], now - story.lastSeen <= settings.window {
                let cosine = story.length > 0 ? product / story.length : 0
                if cosine >= settings.threshold {
                    alike.append(id)
                    if cosine > best?.score ?? 0 {
                        best = Match(id: id, score: cosine, reason: .similar(cosine: cosine))
                    }
                }
            }
            start = end
        }
        let joined = best?.id
        best?.alike = alike.filter { $0 != joined }
        return best
    }

    /// Adds the item to a story that exists.
    private mutating func join(
        _ item: StoryItem, _ headline: Headline, to id: UInt64, isRepeat: Bool, isNew: Bool
    ) {
        guard var story = table[id] else { return }
        let named = story.anchors.filter(\.isEntity).map(\.hash)
        story.add(item, headline.anchors)
        if isNew { story.wordings += 1 }
        if !isRepeat { story.count += 1 }
        let before = story.terms.map(\.hash)
        story.add(headline.vector)
        table[id] = story
        repost(story, headline.vector, before: before)
        for anchor in story.anchors where anchor.isEntity && !named.contains(anchor.hash) {
            list(id, naming: anchor.hash)
        }
    }

    mutating func list(_ id: UInt64, naming hash: UInt64) {
        var stories = naming[hash] ?? []
        stories.insert(id, at: stories.firstIndex { $0 > id } ?? stories.count)
        naming[hash] = stories
    }

    private mutating func repost(_ story: Story, _ vector: TermVector, before: [UInt64]) {
        for hash in before where story.items(with: hash) == 0 { removePosting(of: hash, story: story.id) }
        for entry in vector.entries {
            guard let term = story.terms.first(where: { $0.hash == entry.term.hash }) else { continue }
            postings[term.hash, default: []].set(Posting(story: story.id, weight: term.weight))
        }
    }

    private mutating func removePosting(of hash: UInt64, story id: UInt64) {
        guard var posting = postings[hash] else { return }
        posting.removeAll { $0.story == id }
        postings[hash] = posting.isEmpty ? nil : posting
    }
}

extension [Posting] {
    /// Puts a posting in its place in the order of stories.
    mutating func set(_ posting: Posting) {
        // Most stories that grow are among the youngest.
        var place = count
        while place > 0, self[place - 1].story > posting.story { place -= 1 }
        if place > 0, self[place - 1].story == posting.story {
            self[place - 1] = posting
        } else {
            insert(posting, at: place)
        }
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
            if age > max(settings.window, settings.bindingWindow), isSearchable(story) { close(story) }
            if age > settings.retention { table[id] = nil }
        }
        merges.forget(before: now - StoryMerges.retention)
    }

    /// Keeps a flood of stories within bounds.
    private mutating func forgetQuietest() {
        guard table.count > Limits.stories else { return }
        let quietest = stories.sorted { ($0.lastSeen, $0.id) < ($1.lastSeen, $1.id) }
        for story in quietest.prefix(Limits.stories / 10) {
            if isSearchable(story) { close(story) }
            table[story.id] = nil
        }
    }

    mutating func close(_ story: Story) {
        for term in story.terms { removePosting(of: term.hash, story: story.id) }
        for anchor in story.anchors where anchor.isEntity {
            guard var stories = naming[anchor.hash] else { continue }
            stories.removeAll { $0 == story.id }
            naming[anchor.hash] = stories.isEmpty ? nil : stories
        }
    }

    /// Takes the place of an index that has just been made. What searches find is made anew from the open stories.
    mutating func restore(
        _ stored: [(story: Story, isOpen: Bool)], _ duplicates: NearDuplicates, _ merges: StoryMerges, nextID: UInt64,
        now: Int64, lastSweep: Int64
    ) {
        self.duplicates = duplicates
        self.merges = merges
        self.nextID = nextID
        self.now = now
        self.lastSweep = lastSweep
        // In the order of identities, so that each list is.
        for (story, isOpen) in stored {
            table[story.id] = story
            guard isOpen else { continue }
            for term in story.terms {
                postings[term.hash, default: []].append(Posting(story: story.id, weight: term.weight))
            }
            for anchor in story.anchors where anchor.isEntity { naming[anchor.hash, default: []].append(story.id) }
        }
    }

    func isSearchable(_ story: Story) -> Bool {
        if let term = story.terms.first { return postings[term.hash]?.contains { $0.story == story.id } ?? false }
        return story.anchors.contains { $0.isEntity && naming[$0.hash]?.contains(story.id) ?? false }
    }
}
