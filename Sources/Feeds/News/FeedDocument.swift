public import Schema

/// What a feed said in one answer.
public struct FeedDocument: Sendable, Equatable {
    public var format: FeedFormat
    public var items: [FeedEntry] = []
    /// Items that cannot be taken; their lines are the items' places in the document, from 1, 0 for the document.
    public var refusals: [Refusal] = []
    /// What was wrong with the document and did not keep it from being read, as far as it goes; nil: nothing.
    public var salvage: String?

    /// An answer may be this large, bytes, also once it is unpacked.
    public static let maximumBytes = 8 << 20
    /// Further items are refused.
    public static let maximumItems = 10_000
    /// Elements may lie so deep in each other.
    public static let maximumDepth = 64
    /// JSON takes much more memory once it is read.
    public static let maximumJSONBytes = 4 << 20
}

public enum FeedFormat: String, Sendable {
    case rss = "RSS 2.0"
    case rdf = "RSS 1.0"
    case atom = "Atom"
    case json = "JSON Feed"
}

/// One item of a feed, as text.
public struct FeedEntry: Sendable, Equatable {
    /// The feed's own identity of it, of at most ``maximumIDBytes``.
    public var id = ""
    public var title = ""
    public var body = ""
    public var url = ""
    /// BCP 47, as the item or its feed says; empty: it does not.
    public var language = ""
    /// ns since the Unix epoch; 0: none.
    public var published: UInt64 = 0
    /// Whether there was a time that could not be read.
    public var isTimeUnreadable = false
    /// Its place in the document, from 1.
    public var place: UInt64 = 0

    public static let maximumIDBytes = 512

    public init() {}

    /// The item as an event, still to be checked (``EventNormalizer``).
    public func event(source: String, tier: SourceTier, language fallback: String = "") -> InputEvent {
        var news = NewsItem()
        news.source = source
        news.tier = tier
        news.title = title
        news.body = body
        news.url = url
        news.language = language.isEmpty ? fallback : language
        news.published = published
        news.publishedMark = isTimeUnreadable ? .unreadable : .none
        return InputEvent(.news(news))
    }
}

/// Reads RSS 2.0 (and what came before it), RSS 1.0, Atom and JSON Feed. Pure.
public enum FeedParser {
    /// - Parameters:
    ///   - bytes: The document.
    ///   - source: The feed's name, for refusals.
    ///   - contentType: As the server says it; nil: it does not.
    ///   - url: Where it was found: links are relative to it.
    /// - Throws: Why nothing of it can be read.
    /// - Complexity: O(bytes) of time, and of memory: about five times the bytes.
    public static func parse(
        _ bytes: [UInt8], source: String, contentType: String? = nil, url: String = ""
    ) throws(Refusal) -> FeedDocument {
        do {
            return try parseUnplaced(bytes, source, contentType, url)
        } catch {
            throw error.at(source, 0)
        }
    }

    private static func parseUnplaced(
        _ bytes: [UInt8], _ source: String, _ contentType: String?, _ url: String
    ) throws(Fault) -> FeedDocument {
        guard bytes.count <= FeedDocument.maximumBytes else {
            throw Fault(
                .documentTooLarge, "the document has \(bytes.count) bytes, allowed are \(FeedDocument.maximumBytes)")
        }
        let text = try FeedText.decode(bytes, contentType: contentType)
        guard let first = text.utf8.first(where: { $0 > 0x20 }) else {
            throw Fault(.notAFeed, "the document is empty, allowed is RSS, Atom or JSON Feed")
        }
        if first == UInt8(ascii: "{") {
            guard text.utf8.count <= FeedDocument.maximumJSONBytes else {
                throw Fault(
                    .documentTooLarge,
                    "the document has \(text.utf8.count) bytes, allowed are \(FeedDocument.maximumJSONBytes) of JSON")
            }
            var document = try JSONFeed.document(text.utf8, source: source, url: url)
            document.salvage = text.repair
            return document
        }
        let repaired = try XMLRepair(text.utf8)
        let builder = XMLFeed(source: source, url: url)
        let problem = FeedXML.parse(repaired, builder)
        var document = try builder.document(problem)
        let notes = [text.repair, repaired.notes.isEmpty ? nil : "mended: \(repaired.notes.joined(separator: ", "))"]
        let all = (notes + [problem]).compactMap(\.self)
        document.salvage = all.isEmpty ? nil : all.joined(separator: "; ")
        return document
    }
}
