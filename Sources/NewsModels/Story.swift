/// Headlines about the same thing, from any number of sources and in any language.
public struct Story: Equatable, Sendable {
    /// A term of the centroid.
    public struct Term: Equatable, Sendable {
        public let text: String
        /// FNV-1a of ``text``.
        public let hash: UInt64
        /// Sum of the term's share of each item.
        public internal(set) var weight: Double
        /// Items that had the term.
        public internal(set) var items: Int
    }

    /// Items written in a language.
    public struct Language: Equatable, Sendable {
        /// BCP 47 without region and script; empty where it is not known.
        public let code: String
        public internal(set) var items: Int
    }

    /// An entity or a quantity of its items.
    struct Anchor: Equatable, Sendable {
        let hash: UInt64
        let isEntity: Bool
        var items: Int
    }

    /// From 1, in order of appearance.
    public let id: UInt64
    /// Time of the first item, nanoseconds since 1970.
    public internal(set) var firstSeen: Int64
    /// Time of the latest item, nanoseconds since 1970.
    public internal(set) var lastSeen: Int64
    /// Items, near-duplicates counted once per source.
    public internal(set) var count: Int = 0
    /// Different wordings: how much was written rather than reprinted.
    public internal(set) var wordings: Int = 0
    /// Sources in alphabetical order, at most ``StoryIndex/Limits/sources``.
    public internal(set) var sources: [String] = []
    /// Sequences of all items in order of arrival, the latest ``StoryIndex/Limits/sequences``.
    public internal(set) var sequences: [UInt64] = []
    /// Terms by decreasing weight.
    public internal(set) var terms: [Term] = []
    /// Items that were added, near-duplicates included.
    public internal(set) var items: Int = 0
    /// In the order in which they joined.
    public internal(set) var languages: [Language] = []
    var anchors: [Anchor] = []
    /// Length of the centroid.
    var length = 0.0

    init(id: UInt64, time: Int64) {
        self.id = id
        firstSeen = time
        lastSeen = time
    }

    /// How many items have the term; 0 once it is no longer among the heaviest.
    func items(with hash: UInt64) -> Int {
        terms.first { $0.hash == hash }?.items ?? 0
    }

    /// Whether at least half of the items have the term, so that it may bind.
    func isDominated(by hash: UInt64) -> Bool {
        let having = items(with: hash)
        return having > 0 && 2 * having >= items
    }

    /// Whether at least half of the items are in another language; no, where either is not known.
    func isForeign(to language: String) -> Bool {
        guard !language.isEmpty else { return false }
        let others = languages.reduce(0) { $0 + ($1.code.isEmpty || $1.code == language ? 0 : $1.items) }
        return 2 * others >= items && others > 0
    }
}

extension Story {
    /// Adds an item's direction to the centroid and keeps the heaviest terms.
    mutating func add(_ vector: TermVector) {
        for entry in vector.entries {
            if let index = terms.firstIndex(where: { $0.hash == entry.term.hash }) {
                terms[index].weight += entry.weight
                terms[index].items += 1
            } else {
                terms.append(Term(text: entry.term.text, hash: entry.term.hash, weight: entry.weight, items: 1))
            }
        }
        keepHeaviest()
    }

    private mutating func keepHeaviest() {
        terms.sort { ($1.weight, $0.hash) < ($0.weight, $1.hash) }
        if terms.count > StoryIndex.Limits.terms { terms.removeLast(terms.count - StoryIndex.Limits.terms) }
        length = terms.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
    }

    /// Takes in another story.
    mutating func add(_ other: Story) {
        for term in other.terms {
            if let index = terms.firstIndex(where: { $0.hash == term.hash }) {
                terms[index].weight += term.weight
                terms[index].items += term.items
            } else {
                terms.append(term)
            }
        }
        keepHeaviest()
        firstSeen = min(firstSeen, other.firstSeen)
        lastSeen = max(lastSeen, other.lastSeen)
        items += other.items
        count += other.count
        wordings += other.wordings
        sequences = Array((sequences + other.sequences).sorted().suffix(StoryIndex.Limits.sequences))
        for source in other.sources { note(source: source) }
        for language in other.languages { note(language: language.code, items: language.items) }
        for anchor in other.anchors { add(anchor.hash, isEntity: anchor.isEntity, items: anchor.items) }
    }

    private mutating func note(source: String) {
        guard !sources.contains(source), sources.count < StoryIndex.Limits.sources else { return }
        sources.append(source)
        sources.sort()
    }

    private mutating func note(language: String, items: Int) {
        if let index = languages.firstIndex(where: { $0.code == language }) {
            languages[index].items += items
        } else if languages.count < StoryIndex.Limits.languages {
            languages.append(Language(code: language, items: items))
        }
    }

    mutating func add(_ item: StoryItem, _ anchors: StoryAnchors) {
        firstSeen = min(firstSeen, item.time)
        lastSeen = max(lastSeen, item.time)
        items += 1
        sequences.append(item.sequence)
        if sequences.count > StoryIndex.Limits.sequences { sequences.removeFirst() }
        note(source: item.source)
        note(language: anchors.language, items: 1)
        for hash in anchors.entities { add(hash, isEntity: true) }
        for hash in anchors.quantities { add(hash, isEntity: false) }
    }

    private mutating func add(_ hash: UInt64, isEntity: Bool, items: Int = 1) {
        if let index = anchors.firstIndex(where: { $0.hash == hash }) {
            anchors[index].items += items
        } else if anchors.count < StoryIndex.Limits.anchors {
            anchors.append(Anchor(hash: hash, isEntity: isEntity, items: items))
        }
    }
}
