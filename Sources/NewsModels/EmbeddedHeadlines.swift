/// The headlines of the last days that name somebody, with the vectors an embedding model made of them once those have
/// come: finds the story that a headline belongs to.
///
/// Vectors are events of the stream, so that what is found never depends on which model is installed. Memory is
/// bounded by time (``EmbeddingMatch/window``) and number.
public struct EmbeddedHeadlines: Equatable, Sendable {
    static let capacity = 20_000
    /// Vectors kept, the newest: of 384 numbers each they take 6 MB.
    static let vectors = 4_000
    /// Headlines of a story that are compared with those of another.
    static let comparedAtMost = 64

    fileprivate struct Entry: Equatable, Sendable {
        let sequence: UInt64
        var story: UInt64
        let text: UInt64
        let time: Int64
        let language: String
        let entities: [UInt64]
        var model = ""
        var vector: [Float] = []
    }

    private let match = EmbeddingMatch()
    /// In the order they came.
    private var entries: [Entry] = []
    private var vectorCount = 0

    public init() {}

    /// Takes a headline in; one that names nobody is never compared.
    public mutating func add(_ item: StoryItem, story: UInt64) {
        guard !item.entities.isEmpty else { return }
        let anchors = StoryAnchors(item)
        entries.append(
            Entry(
                sequence: item.sequence, story: story, text: FNV1a.hash(item.headline), time: item.time,
                language: anchors.language, entities: anchors.entities))
        forget(now: item.time)
    }

    /// Gives a headline its vector.
    ///
    /// - Parameters:
    ///   - text: FNV-1a of the headline.
    ///   - model: Which model made it; only vectors of one are compared.
    ///   - vector: What it made of the headline.
    /// - Returns: For each story in which a headline with this text is, in the order they came: the story of the nearest
    ///   headline elsewhere that by ``EmbeddingMatch`` tells the same, if there is one. O(vectors).
    public mutating func embed(text: UInt64, model: String, vector: [Float]) -> [(story: UInt64, nearest: UInt64)] {
        var found: [(story: UInt64, nearest: UInt64)] = []
        for index in entries.indices where entries[index].text == text && entries[index].vector.isEmpty {
            entries[index].model = model
            entries[index].vector = vector
            vectorCount += 1
            let story = entries[index].story
            if let nearest = nearest(to: entries[index]), !found.contains(where: { $0.story == story }) {
                found.append((story, nearest))
            }
        }
        dropVectors()
        return found
    }

    /// What of a story's headlines speaks for its being one with another.
    public struct Agreement: Equatable, Sendable {
        /// Different headlines of the story for which the other has one that tells the same.
        public let headlines: Int
        /// When all of those, and what they agree with, had come; nanoseconds since 1970.
        public let time: Int64
    }

    /// How many headlines of a story have one in another that tells the same, of the newest 64 of each.
    public func agreement(of story: UInt64, with other: UInt64) -> Agreement {
        let theirs = newest(of: other)
        var (texts, time): (Set<UInt64>, Int64) = ([], .min)
        for entry in newest(of: story) where !texts.contains(entry.text) {
            // The earliest of them: since then it could be known.
            guard let same = theirs.filter({ likeness(of: $0, to: entry) != nil }).map(\.time).min() else { continue }
            texts.insert(entry.text)
            time = max(time, entry.time, same)
        }
        return Agreement(headlines: texts.count, time: time)
    }

    private func newest(of story: UInt64) -> [Entry] {
        var newest: [Entry] = []
        for entry in entries.reversed() where entry.story == story && !entry.vector.isEmpty {
            newest.append(entry)
            if newest.count == Self.comparedAtMost { break }
        }
        return newest
    }

    /// Notes that a story has become part of another.
    public mutating func move(_ story: UInt64, to target: UInt64) {
        for index in entries.indices where entries[index].story == story { entries[index].story = target }
    }

    private func nearest(to entry: Entry) -> UInt64? {
        var best: (story: UInt64, cosine: Double)?
        for other in entries where other.story != entry.story {
            guard let cosine = likeness(of: other, to: entry), cosine > best?.cosine ?? -1 else { continue }
            best = (other.story, cosine)
        }
        return best?.story
    }

    /// The cosine of two headlines that tell the same; nil of others.
    private func likeness(of other: Entry, to entry: Entry) -> Double? {
        guard !other.vector.isEmpty, other.model == entry.model else { return nil }
        let shared = other.entities.count { entry.entities.contains($0) }
        guard shared > 0, let cosine = EmbeddingMatch.cosine(other.vector, entry.vector),
            match.isSameStory(
                cosine: cosine, languages: (other.language, entry.language), sharedEntities: shared,
                gap: other.time - entry.time)
        else { return nil }
        return cosine
    }

    private mutating func forget(now: Int64) {
        // In bulk, since dropping from the front moves the rest.
        guard let first = entries.first else { return }
        let isOld = now - first.time > match.window + match.window / 4
        guard isOld || entries.count > Self.capacity else { return }
        let excess = entries.count > Self.capacity ? entries.count - Self.capacity * 9 / 10 : 0
        entries.removeFirst(excess)
        entries.removeAll { now - $0.time > match.window }
        vectorCount = entries.count { !$0.vector.isEmpty }
    }

    private mutating func dropVectors() {
        guard vectorCount > Self.vectors else { return }
        var excess = vectorCount - Self.vectors * 9 / 10
        for index in entries.indices where excess > 0 && !entries[index].vector.isEmpty {
            entries[index].vector = []
            excess -= 1
            vectorCount -= 1
        }
    }
}

extension EmbeddedHeadlines: CompactlyStored {
    public init?(reading reader: inout CompactReader) {
        guard let entries = reader.list(Entry.init(reading:)) else { return nil }
        self.entries = entries
        vectorCount = entries.count { !$0.vector.isEmpty }
    }

    public func write(to writer: inout CompactWriter) {
        writer.list(entries) { $0.write(to: &$1) }
    }
}

extension EmbeddedHeadlines.Entry {
    fileprivate init?(reading reader: inout CompactReader) {
        guard let sequence = reader.number(), let story = reader.number(), let text = reader.word(),
            let time = reader.signed(), let language = reader.text(), let entities = reader.list({ $0.word() }),
            let model = reader.text(), let vector = reader.list({ $0.single() })
        else { return nil }
        self.init(
            sequence: sequence, story: story, text: text, time: time, language: language, entities: entities,
            model: model, vector: vector)
    }

    fileprivate func write(to writer: inout CompactWriter) {
        writer.number(sequence)
        writer.number(story)
        writer.word(text)
        writer.signed(time)
        writer.text(language)
        writer.list(entities) { $1.word($0) }
        writer.text(model)
        writer.list(vector) { $1.single($0) }
    }
}
