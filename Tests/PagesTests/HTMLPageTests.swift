import Alerting
import Foundation
import Schema
import Testing

@testable import Pages

@Suite("A page as HTML")
struct HTMLPageTests {
    static let hostile = "</td></script><script>alert(1)</script>\" onload='x' & \u{202E}evil\u{0}\u{7}"

    /// A page with every kind of row, all of it from somebody who means ill.
    static func every(_ text: String, _ language: Language = .english) -> Page {
        let rows: [Page.Row] = [
            .heading(text, remark: text, basis: text), .subheading(text, remark: text, basis: text, evidence: [3, 5]),
            .subheading(text), .line(text),
            .entry(.init(name: text, value: text, remark: text, basis: text, evidence: [1, 2, 3, 4, 5], level: 2)),
            .entry(.init(name: text, value: text)), .bar(name: text, value: text, share: 0.5),
            .item(lead: text, text: text, details: [text, ""], standing: .contradicted, evidence: [7]),
            .item(lead: text, text: text, details: []), .table(header: [text, text], rows: [[text], [text, text]]),
            .table(header: [], rows: [[text, text]]), .table(header: [text], rows: []), .evidence([9, 10]),
        ]
        return Page(
            language: language, title: text, subtitle: [text, text],
            blocks: [
                .init(id: "claims", heading: text, note: text, rows: rows),
                .init(id: "measured", heading: "X", rows: rows),
            ])
    }

    @Test("what others wrote stays text, in every kind of row, and the page well-formed", arguments: Language.allCases)
    func escaping(language: Language) {
        let record = EvidenceRecord(
            sequence: 1, kind: Self.hostile, time: 1, source: Self.hostile, text: Self.hostile, address: Self.hostile,
            isUnverified: true, note: Self.hostile)
        let body = HTMLPage.body(
            page: Self.every(Self.hostile, language), charts: ChartDrawingTests.all(Self.hostile), evidence: [record])
        let read = WellFormed(body)
        #expect(read.problems == [])
        #expect(read.depth == 0)
        #expect(!read.elements.contains { $0.name == "script" })
        #expect(!read.elements.contains { $0.attributes.keys.contains { $0.hasPrefix("on") || $0 == "style" } })
        #expect(read.text.contains("<script>alert(1)</script>"))
        #expect(!body.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{0}" || $0 == "\u{7}" })
    }

    @Test("only addresses of the web are linked to, and nothing is loaded")
    func links() {
        let addresses = [
            ("https://example.com/a?b=1&c=2", true), ("HTTP://example.com", true), ("javascript:alert(1)", false),
            ("data:text/html,x", false), ("//example.com", false), ("file:///etc/passwd", false), ("", false),
            ("https://example.com/\u{202E}x y", false), (" https://example.com", false),
            ("https://" + String(repeating: "a", count: 3_000), false),
        ]
        for (place, (address, isLinked)) in addresses.enumerated() {
            let record = EvidenceRecord(sequence: 9, kind: "news", time: 0, text: "t", address: address)
            let body = HTMLPage.body(page: Self.every("x"), evidence: [record])
            let read = WellFormed(body)
            #expect(read.problems == [], "\(place)")
            let outside = read.elements.filter { !($0.attributes["href"] ?? "#").hasPrefix("#") }
            #expect(outside.count == (isLinked ? 1 : 0), "\(address.prefix(60))")
            #expect(outside.allSatisfy { $0.name == "a" && $0.attributes["rel"]?.contains("noreferrer") == true })
            #expect(!read.elements.contains { $0.attributes["src"] != nil || $0.name == "link" || $0.name == "img" })
        }
        #expect(!Stylesheet.text.contains("url("))
        #expect(!Stylesheet.text.contains("@import"))
        #expect(!Stylesheet.text.contains("<"))
    }

    @Test("a document has its policy, whose hash is that of its style as it stands there")
    func document() throws {
        let text = HTMLPage.document(page: Self.every("a"))
        #expect(text.hasPrefix("<!DOCTYPE html>"))
        #expect(
            text.contains("default-src 'none'; style-src \(Stylesheet.source); base-uri 'none'; form-action 'none'"))
        let style = try #require(text.split(separator: "<style>").last?.split(separator: "</style>").first)
        #expect(style == Stylesheet.text)
        #expect(HTMLPage.document(page: Self.every("a", .chinese)).contains("<html lang=\"zh-Hans\">"))
    }

    @Test("a record that nobody could open says so, with what is known of it")
    func unverified() {
        var record = EvidenceRecord(
            sequence: 1, kind: "ownership", time: 0, text: "t", isUnverified: true, note: "From memory.")
        let body = HTMLPage.body(page: Self.every("x"), evidence: [record])
        #expect(WellFormed(body).text.contains("cited, not verified") && WellFormed(body).text.contains("From memory."))
        #expect(HTMLPage.body(page: Self.every("x", .chinese), evidence: [record]).contains("引用·未核实"))
        record.isUnverified = false
        #expect(!HTMLPage.body(page: Self.every("x"), evidence: [record]).contains("not verified"))
    }

    @Test("an empty page is a page")
    func empty() {
        let body = HTMLPage.body(page: Page(language: .english, title: ""))
        let read = WellFormed(body)
        #expect(read.problems == [])
        #expect(read.elements.map(\.name) == ["main", "header", "h1"])
    }

    @Test(
        "every citation leads to a line of the list of records, each record once, ids unique",
        arguments: Language.allCases)
    func evidence(language: Language) {
        let record = EvidenceRecord(sequence: 2, kind: "news", time: 1_737_968_400_000_000_000, source: "S", text: "T")
        let read = WellFormed(HTMLPage.body(page: Self.every("x", language), evidence: [record, record]))
        let ids = read.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
        let links = Set(
            read.elements.compactMap { $0.attributes["href"] }.filter { $0.hasPrefix("#") }.map { $0.dropFirst() })
        #expect(links.isSubset(of: Set(ids.map { $0[...] })))
        #expect(ids.filter { $0.hasPrefix("e") } == ["e1", "e2", "e3", "e4", "e5", "e7", "e9", "e10"])
        #expect(read.elements.contains { $0.attributes["datetime"] == "2025-01-27T09:00:00Z" })
        #expect(read.text.contains(language == .english ? "not read" : "未读取"))
    }

    @Test("an entry without a name is more of the one before, and the first has one all the same")
    func unnamed() {
        func names(_ entries: [Page.Entry]) -> [String] {
            let page = Page(
                language: .english, title: "", blocks: [.init(id: "x", heading: "", rows: entries.map { .entry($0) })])
            let read = WellFormed(HTMLPage.body(page: page))
            #expect(read.problems == [])
            return read.elements.map(\.name).filter { ["div", "dt", "dd"].contains($0) }
        }
        let (named, unnamed) = (Page.Entry(name: "n", value: "v"), Page.Entry(name: "", value: "w"))
        #expect(names([named, unnamed, named]) == ["div", "dt", "dd", "dd", "div", "dt", "dd"])
        #expect(names([unnamed]) == ["div", "dt", "dd"])
    }

    @Test("a status has a mark and a word besides its colour")
    func standing() {
        for (standing, mark) in [
            (Page.Standing.supported, "✓"), (.contradicted, "✗"), (.unsupported, "○"), (.pending, "…"),
        ] {
            let rows: [Page.Row] = [.item(lead: "word", text: "t", details: [], standing: standing)]
            let page = Page(language: .english, title: "t", blocks: [.init(id: "claims", heading: "C", rows: rows)])
            let read = WellFormed(HTMLPage.body(page: page))
            #expect(read.text.contains(mark) && read.text.contains("word"))
            #expect(read.elements.contains { $0.attributes["class"] == standing.rawValue })
        }
    }

    @Test("both languages have the same structure")
    func languages() {
        let finding = SampleFinding.whole
        func structure(_ language: Language) -> [String] {
            let page = PageComposer(finding, language).page
            return WellFormed(HTMLPage.body(page: page, charts: ChartComposer(finding, language).charts)).structure
        }
        let english = structure(.english)
        #expect(english.count > 100)
        // Figures are set in bold by their length, which differs.
        func plain(_ names: [String]) -> [String] { names.map { $0 == "b.#" ? "span.#" : $0 } }
        func shapes(_ names: [String]) -> [String] { plain(names).filter { !$0.hasPrefix("text") } }
        #expect(shapes(english) == shapes(structure(.chinese)))
    }

    @Test("a table says which headings are of columns and which of rows, and has a caption")
    func tables() {
        let table = HTMLTable(caption: "c", header: ["a", "b", "c"], rows: [["1", "2"], ["3", "4", "5"]])
        let read = WellFormed(table.html)
        #expect(read.problems == [])
        #expect(
            read.elements.filter { $0.name == "th" }.map { $0.attributes["scope"] } == [
                "col", "col", "col", "row", "row",
            ])
        #expect(read.elements.filter { $0.name == "td" }.count == 4)
        #expect(read.elements.contains { $0.name == "caption" })
        #expect(HTMLTable(caption: "c", rows: []).html.isEmpty)
    }

    @Test("text keeps a contrast of 4.5 to 1 on both grounds, in light and dark")
    func contrast() throws {
        let themes = Stylesheet.text.components(separatedBy: "@media (prefers-color-scheme: dark)")
        for theme in [themes[0], try #require(themes.last?.components(separatedBy: "* {").first)] {
            func colour(_ name: String) throws -> String {
                let value = try #require(theme.components(separatedBy: "--\(name): #").dropFirst().first)
                return String(value.prefix { $0.isHexDigit })
            }
            for name in ["text", "soft", "link", "plus", "minus", "neutral", "waiting", "fine"] {
                for ground in ["ground", "raised"] {
                    let ratio = Self.contrast(try colour(name), try colour(ground))
                    #expect(ratio >= 4.5, "\(name) on \(ground): \(ratio)")
                }
            }
        }
    }

    /// WCAG 2.2: the ratio of relative luminances.
    private static func contrast(_ one: String, _ other: String) -> Double {
        func luminance(_ hex: String) -> Double {
            let long = hex.count == 3 ? hex.map { "\($0)\($0)" }.joined() : hex
            let value = Int(long, radix: 16) ?? 0
            let parts = [value >> 16, value >> 8 & 255, value & 255].map { part -> Double in
                let share = Double(part) / 255
                return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}
