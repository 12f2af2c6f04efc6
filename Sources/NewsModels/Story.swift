/// A headline as the stories see it.
public struct StoryItem: Equatable, Sendable {
    /// The item's sequence in its stream, which is its identity.
    public let sequence: UInt64
    /// Nanoseconds since 1970.
    public let time: Int64
    public let source: String
    public let headline: String

    public init(sequence: UInt64, time: Int64, source: String, headline: String) {
        self.sequence = sequence
        self.time = time
        self.source = source
        self.headline = headline
    }
}

/// Headlines about the same thing, from any number of sources and in any language.
public struct Story: Codable, Equatable, Sendable {
    /// A term of the centroid.
    public struct Term: Codable, Equatable, Sendable {
        public let text: String
        /// FNV-1a of ``text``.
        public let hash: UInt64
        /// Sum of the term's share of each item.
        public internal(set) var weight: Double
        /// Items that had the term.
        public internal(set) var items: Int
    }

    /// A wording and who published it.
    struct Wording: Codable, Equatable, Sendable {
        let shingles: [UInt64]
        var sources: [String]
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
    var recentWordings: [Wording] = []

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
}
