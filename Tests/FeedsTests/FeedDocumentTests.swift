import Foundation
import Schema
import Testing

@testable import Feeds

/// Documents of each format, and what is wrong with them in the wild. Expected values are read off the documents.
@Suite("Feed documents")
struct FeedDocumentTests {
    static let rss = """
        <?xml version="1.0" encoding="UTF-8"?>
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
          xmlns:media="http://search.yahoo.com/mrss/"><channel>
        <title>Wire</title><link>https://wire.example/</link><language>en-GB</language>
        <atom:link href="https://wire.example/feed" rel="self"/>
        <item><media:title>No</media:title><title>Rates &amp;amp; bonds &lt;b&gt;rise&lt;/b&gt;</title>
        <atom:link href="https://wire.example/self" rel="self"/>
        <link>/a?x=1&amp;y=2</link><guid isPermaLink="false">id-1</guid>
        <description><![CDATA[<p>First &eacute;t&eacute;.</p><script>alert("x")</script><p>Second&nbsp;line<br/>third</p>]]></description>
        <pubDate>Mon, 27 Jan 2025 09:30:00 -0500</pubDate></item>
        <item><title>Plain</title><dc:date>2025-01-27T14:30:00Z</dc:date><link>https://wire.example/b</link></item>
        <item><description>Only text, without a title</description></item>
        <item><link>https://wire.example/c</link></item>
        </channel></rss>
        """

    private func parse(_ text: String, _ contentType: String? = nil, url: String = "https://wire.example/feeds/all.xml")
        throws -> FeedDocument
    {
        try FeedParser.parse(Array(text.utf8), source: "wire", contentType: contentType, url: url)
    }

    @Test(
        "RSS 2.0: mark-up goes, entities become characters, links become absolute, an item without anything is refused")
    func rss() throws {
        let document = try parse(Self.rss)
        #expect(document.format == .rss)
        #expect(document.salvage == nil)
        #expect(document.items.map(\.title) == ["Rates & bonds rise", "Plain", "Only text, without a title"])
        #expect(document.items.map(\.url) == ["https://wire.example/a?x=1&y=2", "https://wire.example/b", ""])
        #expect(document.items.map(\.id).prefix(2) == ["id-1", "https://wire.example/b"])
        #expect(document.items[0].body == "First été.\nSecond line\nthird")
        #expect(
            document.items.map(\.published).prefix(2) == [time("2025-01-27T14:30:00Z"), time("2025-01-27T14:30:00Z")])
        #expect(document.items.map(\.language) == ["en-GB", "en-GB", "en-GB"])
        #expect(document.refusals.map(\.line) == [4])
        #expect(document.refusals.map(\.reason) == [.missingValue])
    }

    @Test("RSS 1.0 is known by what it is about")
    func rdf() throws {
        let document = try parse(
            """
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
              xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="https://wire.example/"><title>W</title><dc:language>ja</dc:language></channel>
            <item rdf:about="https://wire.example/1"><title>日本株</title><link>https://wire.example/1</link>
            <dc:date>2025-01-27T23:30:00+09:00</dc:date></item></rdf:RDF>
            """)
        #expect(document.format == .rdf)
        let item = try #require(document.items.first)
        #expect(item.title == "日本株" && item.id == "https://wire.example/1" && item.language == "ja")
        #expect(item.published == time("2025-01-27T14:30:00Z"))
    }

    @Test("Atom: titles by their type, the alternate link, xml:base and xml:lang, published before updated")
    func atom() throws {
        let document = try parse(
            """
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://wire.example/x/">
            <title>W</title><id>urn:w</id>
            <entry><title type="text">a &lt;b&gt; c</title><id>urn:1</id><link rel="edit" href="e"/>
            <link rel="alternate" href="../1.html"/><updated>2025-01-28T00:00:00Z</updated>
            <published>2025-01-27T14:30:00.5Z</published><summary type="html">&lt;i&gt;s&lt;/i&gt;</summary>
            <source><title>Another feed</title></source></entry>
            <entry xml:lang="fr"><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Les <b>prix</b></div></title>
            <id>urn:2</id><link href="2.html"/><updated>2025-01-28T00:00:00+01:00</updated></entry></feed>
            """)
        #expect(document.format == .atom)
        #expect(document.items.map(\.title) == ["a <b> c", "Les prix"])
        #expect(document.items.map(\.url) == ["https://wire.example/1.html", "https://wire.example/x/2.html"])
        #expect(document.items.map(\.id) == ["urn:1", "urn:2"])
        #expect(document.items.map(\.language) == ["de", "fr"])
        #expect(document.items[0].body == "s")
        #expect(document.items.map(\.published) == [time("2025-01-27T14:30:00Z"), time("2025-01-27T23:00:00Z")])
    }

    @Test("JSON Feed: numbers as ids, text that looks like mark-up stays, an item that is none costs itself")
    func json() throws {
        let document = try parse(
            """
            {"version": "https://jsonfeed.org/version/1.1", "title": "W", "language": "en", "items": [
            {"id": 7, "title": "A & B", "url": "/7", "content_text": "1 <b> 2", "date_published": "2025-01-27T14:30:00Z"},
            5, {"id": "8", "content_html": "<p>Text</p>"}, {"id": "9"}]}
            """)
        #expect(document.format == .json)
        #expect(document.items.map(\.id) == ["7", "8"])
        #expect(document.items.map(\.title) == ["A & B", "Text"])
        #expect(document.items[0].body == "1 <b> 2")
        #expect(document.items[0].url == "https://wire.example/7")
        #expect(document.refusals.map(\.line) == [2, 4])
        #expect(document.refusals.map(\.reason) == [.wrongType, .missingValue])
    }

    @Test("JSON and HTML that are no feed are refused")
    func notFeeds() {
        for (text, reason) in [
            ("{\"items\": []}", RefusalReason.notAFeed), ("<html><body><p>404</p></body></html>", .notAFeed),
            ("", .notAFeed), ("   ", .notAFeed), ("plain text", .malformedXML), ("[1]", .malformedXML),
            ("{", .malformedJSON),
        ] {
            #expect(throws: Refusal.self, "\(text)") { try parse(text) }
            do { _ = try parse(text) } catch { #expect((error as? Refusal)?.reason == reason, "\(text)") }
        }
    }

    // MARK: character sets

    @Test(
        "character sets, declared in the document or by the server",
        arguments: [
            ("GB2312", "人工智能芯片"), ("gbk", "人工智能芯片"), ("Big5", "人工智慧晶片"),
            ("Shift_JIS", "半導体の株価"), ("windows-1252", "café – “déjà”"),
            ("ISO-8859-2", "łódź"), ("UTF-16", "株価 ü"), ("EUC-KR", "반도체"), ("koi8-r", "рубль"),
        ] as [(String, String)])
    func charsets(_ name: String, _ title: String) throws {
        // Converted by the system's iconv(1): another program than the one under test.
        let body = "<rss version=\"2.0\"><channel><item><title>\(title)</title></item></channel></rss>"
        let inside = try iconv("<?xml version=\"1.0\" encoding=\"\(name)\"?>" + body, to: name)
        #expect(try FeedParser.parse(inside, source: "s").items.map(\.title) == [title])
        let outside = try iconv(body, to: name)
        let served = try FeedParser.parse(outside, source: "s", contentType: "text/xml; charset=\"\(name)\"")
        #expect(served.items.map(\.title) == [title])
        #expect(served.salvage == nil)
    }

    private func iconv(_ text: String, to charset: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/iconv")
        process.arguments = ["-f", "UTF-8", "-t", charset]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        return Array(output.fileHandleForReading.readDataToEndOfFile())
    }

    @Test("UTF-8 under a wrong one-byte label is UTF-8; other wrong labels are read as far as they go, and said")
    func wrongLabels() throws {
        let body = "<rss><channel><item><title>café 株</title></item></channel></rss>"
        #expect(try parse(body, "text/xml; charset=ISO-8859-1").items.first?.title == "café 株")
        let latin =
            Array("<rss><channel><item><title>caf".utf8) + [0xE9] + Array("</title></item></channel></rss>".utf8)
        let guessed = try FeedParser.parse(latin, source: "s")
        #expect(guessed.items.first?.title == "café")
        #expect(guessed.salvage != nil)
        let replaced = try FeedParser.parse(latin, source: "s", contentType: "text/xml; charset=utf-8")
        #expect(replaced.items.first?.title == "caf\u{FFFD}")
        #expect(replaced.salvage != nil)
        // FF begins no character of GBK.
        let chinese =
            Array("<rss><channel><item><title>a".utf8) + [0xFF, 0x31] + Array("</title></item></channel></rss>".utf8)
        let mended = try FeedParser.parse(chinese, source: "s", contentType: "text/xml; charset=gbk")
        #expect(mended.items.first?.title == "a\u{FFFD}1")
        #expect(mended.salvage?.contains("GB18030") == true)
        let marked = try FeedParser.parse(
            [0xEF, 0xBB, 0xBF] + Array(body.utf8), source: "s", contentType: "text/xml; charset=gbk")
        #expect(marked.items.first?.title == "café 株")
        do {
            _ = try FeedParser.parse(latin, source: "s", contentType: "text/xml; charset=x-nonsense//TRANSLIT")
            Issue.record("taken")
        } catch { #expect(error.reason == .unknownCharset) }
    }

    // MARK: what is broken

    @Test(
        "broken documents are read as far as they go, and it is said",
        arguments: [
            ("<rss><channel><item><title>a</title></item><item><title>b</title></item><item><title>c", ["a", "b"]),
            ("<rss><channel><item><title>AT&T & co</title></item></channel></rss>", ["AT&T & co"]),
            ("<rss><channel><item><title>a&nbsp;b</title></item></channel></rss>", ["a b"]),
            (
                "<rss><channel><item><title>a<b>c</title></item><item><title>d</title></item></channel></rss>",
                ["ac", "d"]
            ),
            (
                "<rss><channel><item><title>a</i> < 2</title></item><item><title>d</title></item></channel></rss>",
                ["a < 2", "d"]
            ),
            ("<rss><channel><item><title>a\u{1}b</title></item></channel></rss>", ["a b"]),
            ("junk <rss><channel><item><title>a</title></item></channel></rss>", ["a"]),
            ("<rss><channel><item><title>a</title></item></channel></rss><p>Warning</p>", ["a"]),
            ("<rss><channel><item><title x=1>a</title></item><item><title>b</title></item></channel></rss>", ["b"]),
        ] as [(String, [String])])
    func salvage(_ text: String, _ titles: [String]) throws {
        let document = try parse(text)
        #expect(titles.allSatisfy { title in document.items.contains { $0.title == title } }, "\(document)")
        #expect(document.salvage != nil)
    }

    @Test("bombs are refused before anything is expanded, and depth and size are bounded")
    func bombs() throws {
        let declarations = (1...12).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }
            .joined()
        let laughs = "<!DOCTYPE rss [<!ENTITY l0 \"lol\">\(declarations)]>"
        let outside = "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        for prolog in [laughs, outside] {
            do {
                _ = try parse(prolog + "<rss><channel><item><title>&l12;&x;</title></item></channel></rss>")
                Issue.record("taken")
            } catch { #expect((error as? Refusal)?.reason == .entityDeclared) }
        }
        // Without declarations a document type is harmless: nothing is loaded.
        let old = "<!DOCTYPE rss PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" \"http://my.example/rss.dtd\">"
        #expect(try parse(old + "<rss><channel><item><title>a</title></item></channel></rss>").items.count == 1)
        let deep = "<rss><channel><item><title>a</title></item>" + String(repeating: "<x>", count: 100_000)
        let document = try parse(deep)
        #expect(document.items.map(\.title) == ["a"])
        #expect(document.refusals.map(\.reason) == [.nestingTooDeep])
        do {
            _ = try FeedParser.parse([UInt8](repeating: 0x20, count: FeedDocument.maximumBytes + 1), source: "s")
            Issue.record("taken")
        } catch { #expect(error.reason == .documentTooLarge) }
    }

    @Test(
        "a document made to take long takes no longer than another: attributes, namespaces, tags and quotes without an end",
        .timeLimit(.minutes(1)),
        arguments: [
            "a# ='' ", "a#='' ", "xmlns:a#='u' ", "<a ", "<a '", "<a \"'", "<i><", "<!--", "<![CDATA[", "&", "<?", "</",
        ])
    func slow(_ part: String) throws {
        let filler = (0..<100_000).map { part.replacing("#", with: "\($0)") }.joined()
        let item = "<item><title>a</title></item>"
        // Within a tag, as text, and as HTML.
        for text in ["<x " + filler + ">", filler, "<item><description><![CDATA[" + filler] {
            let document = try parse("<rss><channel>\(item)\(text)")
            #expect(document.items.first?.title == "a")
        }
        #expect((try? parse("<rss \(filler)><channel>\(item)</channel></rss>"))?.items.count ?? 0 <= 1)
    }

    @Test("a tag has at most 64 attributes, and is text beyond; a > in quotes ends none")
    func tags() throws {
        func items(_ count: Int) throws -> FeedDocument {
            let attributes = (0..<count).map { "a\($0)=''" }.joined(separator: " ")
            return try parse("<rss><channel><item><x \(attributes)/><title y='>'>a</title></item></channel></rss>")
        }
        #expect(try items(64).salvage == nil)
        #expect(try items(65).salvage == "mended: tags that are too long")
        #expect(try items(65).items.map(\.title) == ["a"])
    }

    @Test("ten thousand items are taken, and the next are refused as one")
    func many() throws {
        let items = (1...10_002).map { "<item><title>t\($0)</title><guid>\($0)</guid></item>" }.joined()
        let document = try parse("<rss><channel>\(items)</channel></rss>")
        #expect(document.items.count == 10_000)
        #expect(document.items.last?.id == "10000")
        #expect(document.refusals.map(\.reason) == [.tooManyItems])
    }

    @Test("a giant title is refused alone; a giant text is cut")
    func giants() throws {
        let long = String(repeating: "ä", count: 100_000)
        let document = try parse(
            "<rss><channel><item><title>\(long)</title></item><item><title>a</title><description>\(long)</description></item></channel></rss>"
        )
        #expect(document.items.map(\.title) == ["a"])
        #expect(document.items.first?.body.utf8.count == 64 << 10)
        #expect(document.refusals.map(\.reason) == [.textTooLong])
    }

    // MARK: parts

    @Test(
        "times as they are written",
        arguments: [
            ("Mon, 27 Jan 2025 09:30:00 EST", "2025-01-27T14:30:00Z"), ("27 Jan 25 14:30 GMT", "2025-01-27T14:30:00Z"),
            ("Mon, 27 January 2025 14:30:00 +0000", "2025-01-27T14:30:00Z"),
            ("Mon 27 Jan 2025 15:30:00 CET", "2025-01-27T14:30:00Z"),
            ("Mon, 27 Jan 2025 14:30:00", "2025-01-27T14:30:00Z"),
            ("Mon, 27 Jan 2025 22:30:00 GMT+8", "2025-01-27T14:30:00Z"),
            ("Mon Jan 27 14:30:00 2025", "2025-01-27T14:30:00Z"),
            ("Mon Jan 27 09:30:00 EST 2025", "2025-01-27T14:30:00Z"),
            ("2025-01-27T14:30:00.123Z", "2025-01-27T14:30:00Z"), ("2025-01-27 14:30:00", "2025-01-27T14:30:00Z"),
            ("2025-01-27T22:30:00+0800", "2025-01-27T14:30:00Z"), ("2025-01-27T14:30Z", "2025-01-27T14:30:00Z"),
            ("2025-01-27", "2025-01-27T00:00:00Z"), ("27 Jan 2025", "2025-01-27T00:00:00Z"),
            ("1737988200", "2025-01-27T14:30:00Z"),
            ("1737988200000", "2025-01-27T14:30:00Z"), ("Mon, 27 Jan 2025 14:30:00 Z", "2025-01-27T14:30:00Z"),
            ("  Mon,  27 Jan 2025 14:30:00 GMT ", "2025-01-27T14:30:00Z"),
            ("Sat, 31 Dec 2016 23:59:60 GMT", "2016-12-31T23:59:59Z"),
        ])
    func times(_ text: String, _ expected: String) { #expect(FeedDate.parse(text) == time(expected), "\(text)") }

    @Test(
        "what is no time",
        arguments: [
            "", "yesterday", "Mon, 32 Jan 2025 00:00:00 GMT", "30 Feb 2025 00:00 GMT", "2025-13-01",
            "99999999999999999999",
            "Mon, 27 Jan 2025 25:00:00 GMT", "27 Jan 1850 00:00 GMT", "Mon, 27 Jan 2025 10:00:00 +9900", "2025-01-27T",
            ":::::",
            "Jan", "1 2 3 Jan : :",
        ])
    func noTimes(_ text: String) { #expect(FeedDate.parse(text) == nil, "\(text)") }

    @Test("links: RFC 3986, 5.4, and what is no address")
    func links() {
        let base = "http://a/b/c/d;p?q"
        for (link, expected) in [
            ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"), ("g?y/./x", "http://a/b/c/g?y/./x"), ("http:g", "http:g"),
            ("javascript:alert(1)", ""), ("data:text/html,x", ""), ("", ""),
        ] { #expect(FeedLink.absolute(link, base: base) == expected, "\(link)") }
    }

    @Test("an item's marks: what the source says of its time and what it is worth")
    func marks() throws {
        let document = try parse(
            """
            <rss><channel><item><title>a</title><pubDate>Tue, 28 Jan 2025 00:00:00 GMT</pubDate></item>
            <item><title>b</title><pubDate>Wed, 01 Jan 2025 00:00:00 GMT</pubDate></item>
            <item><title>c</title><pubDate>soon</pubDate></item><item><title>d</title></item></channel></rss>
            """)
        var normalizer = EventNormalizer(symbols: SymbolTable())
        let now = time("2025-01-27T14:30:00Z")
        let news = try document.items.map { item -> NewsItem in
            let row = try normalizer.row(item.event(source: "W", tier: .t3), source: "w", line: item.place, now: now)
            guard case .news(let news) = row else { throw NotNews() }
            return news
        }
        #expect(news.map(\.publishedMark) == [.future, .longPast, .unreadable, .none])
        #expect(news.allSatisfy { $0.firstSeen == now && $0.eventTime == now && $0.known == now && $0.tier == .t3 })
        #expect(news[0].published == time("2025-01-28T00:00:00Z"))
    }

    private struct NotNews: Error {}

    @Test("OPML: nested outlines, each address once, names that are unique")
    func opml() throws {
        let text = """
            <opml version="2.0"><head/><body><outline text="World">
            <outline text="A &quot;wire&quot;" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2" language="en"/>
            <outline text="A wire" xmlUrl="https://b.example/"/></outline>
            <outline text="again" xmlUrl="https://b.example/"/><outline text="file" xmlUrl="file:///etc/passwd"/></body></opml>
            """
        let made = try OPML.parse(Array(text.utf8), source: "list.opml")
        #expect(made.feeds.map(\.url) == ["https://a.example/feed?x=1&y=2", "https://b.example/"])
        #expect(made.refusals.map(\.reason) == [.notAllowed])
        #expect(
            OPML.yaml(made.feeds, taken: ["a-wire"]) == """
                feeds:
                  - name: "a-wire-2"
                    url: "https://a.example/feed?x=1&y=2"
                    source: "A \\"wire\\""
                    language: "en"
                  - name: "a-wire-3"
                    url: "https://b.example/"
                    source: "A wire"

                """)
    }

    @Test("feeds are added to a configuration where there is a place for them")
    func insertion() {
        let feed = [OPML.Outline(title: "B", url: "https://b.example/", language: "")]
        #expect(
            OPML.insert(feed, taken: [], into: "a: 1")
                == "a: 1\nfeeds:\n  - name: \"b\"\n    url: \"https://b.example/\"\n    source: \"B\"\n")
        #expect(
            OPML.insert(feed, taken: [], into: "feeds: # ours\n- name: a\n  url: u\nb: 2\n")
                == "feeds: # ours\n- name: \"b\"\n  url: \"https://b.example/\"\n  source: \"B\"\n- name: a\n  url: u\nb: 2\n"
        )
        #expect(OPML.insert(feed, taken: [], into: "feeds: [{name: a, url: u}]\n") == nil)
    }
}
