import NewsModels
public import Schema

/// What was taken of one feed: which items, with which text. Decides whether an item that is listed is new.
///
/// It is rebuilt from the records of `market`, so that what was written and what is remembered cannot differ.
public struct FeedMemory: Sendable, Equatable {
    /// What an item that a feed lists is to us.
    public enum Verdict: Sendable, Equatable {
        case new
        /// Its text is another than what was taken; the number it gets.
        case revised(UInt32)
        case known
        /// It was revised so often that further changes are not taken.
        case restless
    }

    private struct Entry: Sendable, Equatable {
        var content: UInt64
        var revision: UInt32
        /// When it was listed last, counting items listed.
        var listed: UInt64
    }

    /// Items remembered; those that were not listed for longest are forgotten first. Twice what one document may hold,
    /// so that nothing that is still listed is forgotten.
    public static let capacity = 2 * FeedDocument.maximumItems
    /// Changes of one item that are taken: some feeds put a counter into their text.
    public static let maximumRevisions: UInt32 = 20

    private var entries: [UInt64: Entry] = [:]
    private var listed: UInt64 = 0

    public init() {}

    public var count: Int { entries.count }

    /// Judges an item, as it is after cleaning, and remembers it as listed. What is new or revised must then be written.
    public mutating func judge(_ news: NewsItem, id: String) -> Verdict {
        listed += 1
        let key = FNV1a.hash(id)
        let content = Self.content(news)
        guard let known = entries[key] else {
            entries[key] = Entry(content: content, revision: 0, listed: listed)
            forget()
            return .new
        }
        entries[key]?.listed = listed
        guard known.content != content else { return .known }
        guard known.revision < Self.maximumRevisions else { return .restless }
        entries[key]?.content = content
        entries[key]?.revision += 1
        return .revised(known.revision + 1)
    }

    /// Remembers an item that was written.
    public mutating func note(_ news: NewsItem) {
        listed += 1
        entries[FNV1a.hash(news.itemID)] = Entry(content: Self.content(news), revision: news.revision, listed: listed)
        forget()
    }

    /// Title and text; links change with every counter of clicks, and times with every correction of them.
    private static func content(_ news: NewsItem) -> UInt64 {
        FNV1a.hash(news.body, seed: FNV1a.hash("\0", seed: FNV1a.hash(news.title)))
    }

    /// Forgets in bulk, because finding the oldest takes a look at all.
    private mutating func forget() {
        guard entries.count > Self.capacity + Self.capacity / 4 else { return }
        let kept = entries.sorted { $0.value.listed > $1.value.listed }.prefix(Self.capacity)
        entries = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }

    // MARK: keeping it where records are removed

    /// All there is to remember, oldest first: id, text, revision.
    public var numbers: [UInt64] {
        entries.sorted { $0.value.listed < $1.value.listed }
            .flatMap { [$0.key, $0.value.content, UInt64($0.value.revision)] }
    }

    public init(numbers: [UInt64]) {
        for index in stride(from: 0, to: numbers.count - numbers.count % 3, by: 3) {
            listed += 1
            entries[numbers[index]] = Entry(
                content: numbers[index + 1], revision: UInt32(clamping: numbers[index + 2]), listed: listed)
        }
    }
}
