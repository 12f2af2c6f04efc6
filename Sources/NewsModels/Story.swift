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
        terms.sort { ($1.weight, $0.hash) < ($0.weight, $1.hash) }
        if terms.count > StoryIndex.Limits.terms { terms.removeLast(terms.count - StoryIndex.Limits.terms) }
        length = terms.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
    }

    mutating func add(_ item: StoryItem, _ anchors: StoryAnchors) {
        firstSeen = min(firstSeen, item.time)
        lastSeen = max(lastSeen, item.time)
        items += 1
        sequences.append(item.sequence)
        if sequences.count > StoryIndex.Limits.sequences { sequences.removeFirst() }
        if !sources.contains(item.source), sources.count < StoryIndex.Limits.sources {
            sources.append(item.source)
            sources.sort()
        }
        if let index = languages.firstIndex(where: { $0.code == anchors.language }) {
            languages[index].items += 1
        } else if languages.count < StoryIndex.Limits.languages {
            languages.append(Language(code: anchors.language, items: 1))
        }
        for hash in anchors.entities { add(hash, isEntity: true) }
        for hash in anchors.quantities { add(hash, isEntity: false) }
    }

    private mutating func add(_ hash: UInt64, isEntity: Bool) {
        if let index = anchors.firstIndex(where: { $0.hash == hash }) {
            anchors[index].items += 1
        } else if anchors.count < StoryIndex.Limits.anchors {
            anchors.append(Anchor(hash: hash, isEntity: isEntity, items: 1))
        }
    }
}
