/// A list of feeds as programs that read feeds export it (OPML 2.0).
public enum OPML {
    public struct Outline: Sendable, Equatable {
        public var title: String
        public var url: String
        public var language: String
    }

    /// - Returns: Each outline with an address once, in the document's order; what was wrong with the document.
    public static func parse(_ bytes: [UInt8], source: String) throws(Refusal) -> (
        feeds: [Outline], refusals: [Refusal], salvage: String?
    ) {
        do throws(Fault) {
            guard bytes.count <= FeedDocument.maximumBytes else {
                throw Fault(
                    .documentTooLarge, "the document has \(bytes.count) bytes, allowed are \(FeedDocument.maximumBytes)"
                )
            }
            let text = try FeedText.decode(bytes, contentType: nil)
            let repaired = try XMLRepair(text.utf8)
            let reader = Reader(source)
            let problem = FeedXML.parse(repaired, reader)
            guard reader.isOPML else { throw Fault(.notAFeed, "the document is not OPML, allowed is <opml>") }
            return (reader.feeds, reader.refusals, text.repair ?? problem)
        } catch {
            throw error.at(source, 0)
        }
    }

    /// The section `feeds` of a configuration, with names made of titles.
    ///
    /// - Parameters:
    ///   - feeds: In the order they are to have.
    ///   - taken: Names that are in use.
    ///   - heading: Whether the line `feeds:` comes before them.
    public static func yaml(_ feeds: [Outline], taken: Set<String> = [], heading: Bool = true) -> String {
        var taken = taken
        var lines = heading ? ["feeds:"] : []
        for feed in feeds {
            let name = name(feed, &taken)
            lines.append("  - name: \(text(name))")
            lines.append("    url: \(text(feed.url))")
            if !feed.title.isEmpty, feed.title != name { lines.append("    source: \(text(feed.title))") }
            if !feed.language.isEmpty { lines.append("    language: \(text(feed.language))") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A configuration's text with more feeds: at the head of its section `feeds`, or in a new one at the end.
    ///
    /// - Returns: nil where that section is not a list in block style.
    public static func insert(_ feeds: [Outline], taken: Set<String>, into text: String) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let place = lines.firstIndex(where: { $0.hasPrefix("feeds:") }) else {
            return text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + yaml(feeds, taken: taken)
        }
        let rest = lines[place].dropFirst("feeds:".count).trimmed
        guard rest.isEmpty || rest.hasPrefix("#") else { return nil }
        let next = lines[(place + 1)...].first { !$0.trimmed.isEmpty && !$0.trimmed.hasPrefix("#") } ?? ""
        let indent = next.prefix { $0 == " " }.count
        guard next.dropFirst(indent).hasPrefix("- ") || next.dropFirst(indent) == "-" else { return nil }
        let added = yaml(feeds, taken: taken, heading: false).split(separator: "\n").map {
            String(repeating: " ", count: indent) + $0.dropFirst(2)
        }
        lines.insert(contentsOf: added, at: place + 1)
        return lines.joined(separator: "\n")
    }

    /// Letters and digits of the title, or of the host.
    private static func name(_ feed: Outline, _ taken: inout Set<String>) -> String {
        func plain(_ text: String) -> String {
            var made = ""
            for byte in text.lowercased().utf8 {
                if byte.isLetterOrDigit {
                    made.unicodeScalars.append(Unicode.Scalar(byte))
                } else if !made.isEmpty, !made.hasSuffix("-") {
                    made += "-"
                }
            }
            while made.hasSuffix("-") { made.removeLast() }
            return String(made.prefix(56))
        }
        let title = plain(feed.title)
        let base = title.isEmpty ? plain(PolledFeed.host(of: feed.url)) : title
        var (name, number) = (base, 2)
        while !taken.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    /// In quotes, as JSON has them, which YAML takes; what could be read as the beginning of an anchor is written out.
    private static func text(_ value: String) -> String {
        var made = "\""
        var former: UInt8 = 0x20
        for scalar in value.unicodeScalars {
            let isWithinWord =
                former.isLetterOrDigit || [UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "%")].contains(former)
            switch scalar {
            case "\\", "\"": made += "\\" + String(scalar)
            case "&" where !isWithinWord: made += "\\x26"
            default: made.unicodeScalars.append(scalar)
            }
            former = scalar.isASCII ? UInt8(scalar.value) : 0x20
        }
        return made + "\""
    }

    private final class Reader: XMLHandler {
        let source: String
        var isOPML = false
        var isDone = false
        var feeds: [Outline] = []
        var refusals: [Refusal] = []
        private var addresses: Set<String> = []
        private var depth = 0
        private var place: UInt64 = 0

        init(_ source: String) { self.source = source }

        func begin(_ name: String, _ namespace: String, _ attributes: [XMLAttribute]) {
            depth += 1
            if depth == 1 { isOPML = name.lowercased() == "opml" }
            isDone = !isOPML || depth > FeedDocument.maximumDepth
            guard name.lowercased() == "outline", !isDone else { return }
            func value(_ name: String) -> String { attributes.first { $0.name.lowercased() == name }?.value ?? "" }
            let url = value("xmlurl").trimmed
            guard !url.isEmpty else { return }
            place += 1
            guard SettingsParser.isAddress(url) else {
                let fault = Fault(.notAllowed, "xmlUrl is \(quoted(url)), allowed is an address of http or https")
                refusals.append(fault.at(source, place))
                return
            }
            guard addresses.insert(url).inserted else { return }
            let title = value("title").isEmpty ? value("text") : value("title")
            let tag = value("language")
            let isTag = tag.utf8.count <= 35 && tag.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
            feeds.append(
                Outline(
                    title: Self.printable(HTMLText.plain(title, keepsLines: false)).cut(to: 200).trimmed, url: url,
                    language: isTag ? tag : ""))
        }

        /// What YAML takes on one line.
        private static func printable(_ text: String) -> String {
            var made = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                switch scalar.properties.generalCategory {
                case .control, .format, .unassigned, .privateUse, .surrogate, .lineSeparator, .paragraphSeparator:
                    continue
                default: made.append(scalar)
                }
            }
            return String(made)
        }

        func end() { depth -= 1 }
        func text(_ utf8: UnsafeRawBufferPointer) {}
    }
}
