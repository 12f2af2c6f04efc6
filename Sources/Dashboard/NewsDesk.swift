import Pages
import Schema
public import ShockAttribution

/// A headline as it is listed.
public struct NewsLine: Equatable, Sendable {
    public var sequence: UInt64
    /// When it could be read, nanoseconds since 1970.
    public var seen: UInt64
    public var source: String
    public var title: String
    public var language: String
    /// http or https; empty: none.
    public var address: String
}

/// The news: stories by the rules of epicenter-attribute, and the latest headlines. What it holds is bounded by the
/// archive's 35 days.
public struct NewsDesk {
    private var view = NewsView()
    private var ring: [NewsLine] = []
    /// There are items that the stories were not made of yet.
    public private(set) var isStale = false
    /// The most told of the last 72 hours, first the most told.
    public private(set) var stories: [NewsStory] = []

    public static let listed = 100
    public static let storiesListed = 30

    public init() {}

    public var itemsRead: UInt64 { view.itemsRead }

    /// Takes the next record of `market`.
    public mutating func take(_ message: StreamMessage) {
        view.apply(message)
        guard case .newsItem(let item) = message else { return }
        isStale = true
        ring.append(NewsLine(item))
        if ring.count > 2 * Self.listed { ring.removeFirst(Self.listed) }
    }

    /// Makes the stories of what has come. A tenth of a second for a month of news.
    public mutating func tell() {
        stories = view.stories(at: view.latest, hours: 72, limit: Self.storiesListed)
        isStale = false
    }

    /// Latest first.
    public var latest: [NewsLine] { ring.suffix(Self.listed).reversed() }
}

extension NewsLine {
    init(_ item: NewsItem) {
        func cut(_ text: String, _ limit: Int) -> String { String(text.prefix(limit)) }
        sequence = item.sequence
        seen = max(item.firstSeen, item.eventTime)
        source = cut(item.source, 80)
        title = cut(item.title, 300)
        language = cut(item.language, 20)
        address = Markup.link(item.url) == nil ? "" : item.url
    }
}
