import NewsModels
import Schema

/// An item as it stands in a document, before it is cleaned.
struct RawItem {
    var id = ""
    var title = ""
    /// Whether the title may hold mark-up.
    var titleIsHTML = true
    var summary = ""
    var content = ""
    var link = ""
    var base = ""
    var language = ""
    /// Times by how well they say when it was published; the first that is there counts.
    var published = ""
    var updated = ""
}

/// Makes entries of raw items: text without mark-up, times, absolute links, an identity.
enum FeedItemMaker {
    /// Characters of the text that stand for a title where there is none.
    private static let titleFromText = 140

    /// - Throws: Why the item cannot be taken.
    static func entry(_ raw: RawItem, place: UInt64, language: String) throws(Fault) -> FeedEntry {
        var entry = FeedEntry()
        entry.place = place
        entry.title = raw.titleIsHTML ? HTMLText.plain(raw.title, keepsLines: false) : raw.title.trimmed
        let text = raw.summary.isEmpty ? raw.content : raw.summary
        entry.body = HTMLText.plain(text, keepsLines: true).cut(to: TextRules.bodyBytes)
        if entry.title.isEmpty {
            let begin = entry.body.split(separator: "\n").first.map(String.init) ?? ""
            entry.title = begin.count > titleFromText ? begin.prefix(titleFromText).trimmed + "…" : begin
        }
        guard !entry.title.isEmpty else {
            throw Fault(.missingValue, "the item has neither a title nor text, allowed is at least one of them")
        }
        guard entry.title.utf8.count <= TextRules.titleBytes else {
            throw Fault(
                .textTooLong, "title has \(entry.title.utf8.count) bytes, allowed are \(TextRules.titleBytes)")
        }
        entry.url = FeedLink.absolute(raw.link.trimmed, base: raw.base)
        let tag = (raw.language.isEmpty ? language : raw.language).trimmed
        entry.language =
            tag.utf8.count <= 35 && tag.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") } ? tag : ""
        let time = raw.published.trimmed.isEmpty ? raw.updated.trimmed : raw.published.trimmed
        if !time.isEmpty {
            entry.published = FeedDate.parse(time) ?? 0
            entry.isTimeUnreadable = entry.published == 0
        }
        entry.id = identity(raw, entry)
        return entry
    }

    /// What the feed calls it; without that its link; without one its title and time.
    private static func identity(_ raw: RawItem, _ entry: FeedEntry) -> String {
        var id = raw.id.trimmed.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
        if id.isEmpty { id = entry.url }
        if id.isEmpty { id = "title:\(entry.title) \(entry.published)" }
        guard id.utf8.count > FeedEntry.maximumIDBytes else { return id }
        return id.cut(to: FeedEntry.maximumIDBytes - 17) + "#" + String(FNV1a.hash(id), radix: 16)
    }
}

extension String {
    /// At most so many bytes, whole characters.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(startIndex, offsetBy: bytes)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}

/// Links as RFC 3986 resolves them, as far as feeds need it.
enum FeedLink {
    /// - Returns: An address of `http` or `https`; empty where there is none to be made, or it is not that.
    static func absolute(_ link: String, base: String) -> String {
        guard !link.isEmpty, link.utf8.count <= TextRules.shortBytes else { return "" }
        let link = String(link.filter { !$0.isNewline && $0 != "\t" }.map { $0 == " " ? "%20" : String($0) }.joined())
        if let scheme = scheme(of: link) { return scheme == "http" || scheme == "https" ? link : "" }
        guard let scheme = scheme(of: base), let parts = split(base) else { return "" }
        if link.hasPrefix("//") { return scheme + ":" + link }
        if link.hasPrefix("/") { return parts.origin + normal(link) }
        if link.hasPrefix("#") || link.hasPrefix("?") { return parts.origin + parts.path + link }
        let folder = parts.path.lastIndex(of: "/").map { parts.path[...$0] } ?? "/"
        return parts.origin + normal(folder + link)
    }

    static func scheme(of text: String) -> String? {
        guard let colon = text.firstIndex(of: ":"), let first = text.utf8.first, first.isLetterOrDigit else {
            return nil
        }
        let name = text[..<colon]
        let isName = name.utf8.allSatisfy {
            $0.isLetterOrDigit || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        return isName ? name.lowercased() : nil
    }

    /// `https://host:1` and the path, without query and fragment.
    private static func split(_ base: String) -> (origin: String, path: String)? {
        guard let start = base.firstRange(of: "://")?.upperBound else { return nil }
        let rest = base[start...].prefix { $0 != "?" && $0 != "#" }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard slash > rest.startIndex else { return nil }
        let path = String(rest[slash...])
        return (String(base[..<slash]), path.isEmpty ? "/" : path)
    }

    /// Without `.` and `..`.
    private static func normal(_ path: String) -> String {
        let end = path.firstIndex { $0 == "?" || $0 == "#" } ?? path.endIndex
        var kept: [Substring] = []
        let parts = path[..<end].split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case ".": if isLast { kept.append("") }
            case "..":
                if !kept.isEmpty { kept.removeLast() }
                if isLast { kept.append("") }
            default: kept.append(part)
            }
        }
        return "/" + kept.joined(separator: "/") + path[end...]
    }
}
