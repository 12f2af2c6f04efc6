import Schema
import Yams

/// The section `feeds`.
extension SettingsParser {
    static let maximumFeeds = 1_000

    func feeds(_ node: Node?) -> [PolledFeed] {
        var taken = Names()
        let keys = ["name", "url", "source", "tier", "language", "interval", "silent_after", "headers"]
        let made = each(node, "feeds", keys) { element, key, values in
            let name = reader.text(values["name"], "\(key).name", in: element) ?? ""
            if !name.isEmpty, !Self.isName(name) {
                reader.note(
                    values["name"], "\(key).name", quoted(name),
                    "1 to 64 letters, digits, dots, hyphens and underscores")
            }
            take(name, &taken, values["name"], "\(key).name")
            let url = reader.text(values["url"], "\(key).url", in: element) ?? ""
            if !url.isEmpty, !Self.isAddress(url) {
                reader.note(values["url"], "\(key).url", quoted(url), "an address of http or https")
            }
            var feed = PolledFeed(name: name, url: url, source: name)
            feed.source = reader.text(values["source"], "\(key).source", in: element, required: false) ?? name
            feed.tier =
                reader.word(values["tier"], "\(key).tier", in: element, required: false, SourceTier.words)
                ?? .unspecified
            feed.language = reader.text(values["language"], "\(key).language", in: element, required: false) ?? ""
            if let seconds = reader.integer(values["interval"], "\(key).interval", in: element, 1...86_400) {
                feed.interval = .seconds(seconds)
            }
            if let seconds = reader.integer(values["silent_after"], "\(key).silent_after", in: element, 0...2_592_000),
                seconds > 0
            {
                feed.silentAfter = .seconds(seconds)
            }
            feed.headers = headers(values["headers"], "\(key).headers")
            return feed
        }
        if made.count > Self.maximumFeeds {
            reader.note(node, "feeds", "\(made.count) feeds", "up to \(Self.maximumFeeds)")
        }
        return made
    }

    static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                $0.isLetterOrDigit || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains($0)
            }
    }

    static func isAddress(_ url: String) -> Bool {
        guard let scheme = FeedLink.scheme(of: url), ["http", "https"].contains(scheme), url.utf8.count <= 2_048,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return false }
        return !PolledFeed.host(of: url).isEmpty
    }

    /// What we say ourselves cannot be said by the configuration.
    private static let ours = [
        "host", "content-length", "connection", "transfer-encoding", "accept-encoding", "if-none-match",
        "if-modified-since",
    ]

    private func headers(_ node: Node?, _ key: String) -> [String: String] {
        guard let node else { return [:] }
        guard case .mapping(let mapping) = node else {
            reader.note(node, key, reader.describe(node), "a mapping of names to texts")
            return [:]
        }
        var made: [String: String] = [:]
        for (name, value) in mapping {
            let text = name.scalar?.string ?? ""
            let isToken =
                !text.isEmpty
                && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            guard isToken, !Self.ours.contains(text.lowercased()) else {
                reader.note(name, key, quoted(text), "names of headers besides \(Self.ours.joined(separator: ", "))")
                continue
            }
            if let value = reader.text(value, "\(key).\(text)", in: node) { made[text] = value }
        }
        return made
    }
}
