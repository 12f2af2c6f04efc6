import Feeds
import Schema

/// Documents of news feeds.
extension FuzzTargets {
    static let feedDocuments = [
        Entry("feed-document", 10) {
            FuzzTarget(
                "feed-document",
                Mutator(seeds: feedSeeds, words: feedWords, grammar: .text, limit: 64 << 10), memory: (8 << 20, 512)
            ) { bytes in
                let types = [
                    nil, "text/xml", "text/xml; charset=gbk", "text/xml; charset=shift_jis",
                    "application/xml; charset=x",
                ]
                let type = types[bytes.count % types.count]
                let document: FeedDocument
                do throws(Refusal) {
                    document = try FeedParser.parse(
                        bytes, source: "fuzz", contentType: type, url: "https://a.example/b/c")
                } catch {
                    return .refused
                }
                try require(document.items.count <= FeedDocument.maximumItems, "more items than are allowed")
                var normalizer = EventNormalizer(symbols: symbols)
                var memory = FeedMemory()
                for item in document.items {
                    try require(
                        !item.id.isEmpty && item.id.utf8.count <= FeedEntry.maximumIDBytes, "an id of no or many bytes")
                    try require(!item.title.isEmpty, "an item without a title")
                    try require(
                        item.url.isEmpty || item.url.lowercased().hasPrefix("http"), "a link that is none: \(item.url)")
                    let event = item.event(source: "fuzz", tier: .t3)
                    guard
                        let row = try? normalizer.row(
                            event, source: "fuzz", line: item.place, now: 1_737_988_200_000_000_000),
                        case .news(let news) = row
                    else { continue }
                    _ = memory.judge(news, id: item.id)
                    let again = memory.judge(news, id: item.id)
                    try require(again == .known || again == .restless, "the same item is not known")
                    try require(
                        news.known == news.firstSeen || news.publishedMark == .none, "a marked time is believed")
                }
                return document.items.isEmpty ? .refused : .accepted
            }
        },
        Entry("opml", 2) {
            FuzzTarget(
                "opml", Mutator(seeds: [opml], words: feedWords, grammar: .text, limit: 64 << 10),
                memory: (8 << 20, 512)
            ) { bytes in
                guard let made = try? OPML.parse(bytes, source: "fuzz"), !made.feeds.isEmpty else { return .refused }
                let settings = Array((feedSettings + OPML.yaml(made.feeds)).utf8)
                let read = try SettingsFile.parse(settings.span, source: "fuzz")
                try require(read.feeds.map(\.url) == made.feeds.map(\.url), "what is printed is not what is read")
                return .accepted
            }
        },
    ]

    private static let feedSettings = """
        settings: {benchmark: A, calendar: {zone: America/New_York, open: "09:30", close: "16:00"}}
        instruments: [{symbol: A, kind: etf, currency: USD}]

        """

    private static let feedWords = [
        "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>", "&amp;", "&nbsp;", "&#x110000;", "&#128;",
        "<!--", "-->",
        "<!DOCTYPE x [", "<!ENTITY a \"b\">", "<?xml version=\"1.0\" encoding=\"gbk\"?>",
        "xmlns=\"http://www.w3.org/2005/Atom\"",
        "xml:base=\"..\"", "Mon, 27 Jan 2025 09:30:00 EST", "<script>", "</script>", "\u{FEFF}", "xmlUrl=",
        "\"items\":[", "<p title='",
    ]
    private static let feedSeeds = [rss, atom, rdf, json]
    private static let rss = Array(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Wire</title><language>en</language>
        <item><title>Rates &amp; bonds &lt;b&gt;rise&lt;/b&gt;</title><link>/a?x=1&amp;y=2</link><guid>1</guid>
        <description><![CDATA[<p>First &eacute;t&eacute;</p><br/>é 株]]></description><pubDate>Mon, 27 Jan 2025 09:30:00 -0500</pubDate></item>
        <item><title>Plain</title><dc:date>2025-01-27T14:30:00Z</dc:date><link>https://a.example/b</link></item></channel></rss>
        """.utf8)
    private static let atom = Array(
        """
        <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://a.example/x/"><entry><title type="html">a &lt;i&gt;b</title>
        <id>urn:1</id><link rel="alternate" href="../1.html"/><updated>2025-01-28T00:00:00Z</updated><summary>s</summary></entry>
        <entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Les <b>prix</b></div></title><link href="2.html"/></entry></feed>
        """.utf8)
    private static let rdf = Array(
        """
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/>
        <item rdf:about="https://a.example/1"><title>日本株</title><link>https://a.example/1</link></item></rdf:RDF>
        """.utf8)
    private static let json = Array(
        """
        {"version":"https://jsonfeed.org/version/1.1","items":[{"id":7,"title":"A & B","url":"/7","content_text":"1 <b> 2",
        "date_published":"2025-01-27T14:30:00Z"},{"id":"8","content_html":"<p>Text</p>"}]}
        """.utf8)
    private static let opml = Array(
        """
        <opml version="2.0"><head/><body><outline text="World"><outline text="A &quot;wire&quot;" xmlUrl="https://a.example/f?x=1&amp;y=2"/>
        </outline><outline title="B" xmlUrl="https://b.example/" language="en"/></body></opml>
        """.utf8)
}
