/// What a peer comes for. Its name is the socket's ZAP domain.
public enum AccessDomain: String, CaseIterable, Sendable {
    /// Alerts, and their replay.
    case subscribe
    /// Sending events.
    case produce
}

/// The keys that are let in, as a person writes them: a line each, `KEY NAME`, then what the key is for
/// (`subscribe`, `produce`; nothing: both). Blank lines and lines that begin with `#`, as no key
/// does, say nothing.
///
/// A name may have several keys, as while one takes the place of another. A line that cannot be read lets
/// nobody in; the others stay in force.
public struct AllowList: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public let key: CurvePublicKey
        public let name: String
        public let domains: Set<AccessDomain>

        public init(key: CurvePublicKey, name: String, domains: Set<AccessDomain> = Set(AccessDomain.allCases)) {
            self.key = key
            self.name = name
            self.domains = domains
        }

        /// The line that says this.
        public var line: String {
            let all = AccessDomain.allCases
            let words = domains.count == all.count ? [] : all.filter(domains.contains).map(\.rawValue)
            return ([key.z85, name] + words).joined(separator: " ")
        }
    }

    /// A line that is not in force, counted from 1, and why.
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        public let line: Int
        public let text: String
        public var description: String { "line \(line): \(text)" }
    }

    public private(set) var entries: [Entry] = []
    public private(set) var problems: [Problem] = []
    private var byKey: [CurvePublicKey: Int] = [:]

    /// A list that lets nobody in.
    public init() {}

    /// Reads the text of a list; what is wrong with it is in ``problems``.
    public init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            switch Self.read(line) {
            case .nothing: break
            case .problem(let text): problems.append(Problem(line: index + 1, text: text))
            case .entry(let entry):
                if let earlier = byKey[entry.key] {
                    let text = "the key stands above already, as \(entries[earlier].name)"
                    problems.append(Problem(line: index + 1, text: text))
                } else {
                    byKey[entry.key] = entries.count
                    entries.append(entry)
                }
            }
        }
    }

    public func entry(of key: CurvePublicKey) -> Entry? { byKey[key].map { entries[$0] } }

    /// 1 to 64 letters, digits, dots, hyphens and underscores of ASCII, a letter or digit first.
    public static func isName(_ text: some StringProtocol) -> Bool {
        let isPlain = text.utf8.allSatisfy { isLetterOrDigit($0) || "-._".utf8.contains($0) }
        return isPlain && (1...64).contains(text.utf8.count) && text.utf8.first.map(isLetterOrDigit) ?? false
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// What a line of a list lets in; nil for a comment or a line that cannot be read.
    public static func entry(in line: some StringProtocol) -> Entry? {
        guard case .entry(let entry) = read(line) else { return nil }
        return entry
    }

    enum Reading: Equatable {
        case nothing
        case entry(Entry)
        case problem(String)
    }

    /// Reads one line. Five characters of Z85 stand for 32 bits, and `#` as the first would be more than that.
    static func read(_ line: some StringProtocol) -> Reading {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard let first = words.first, first.first != "#" else { return .nothing }
        let key: CurvePublicKey
        do {
            key = try CurvePublicKey(z85: String(first))
        } catch {
            return .problem("\"\(shown(first))\" is no key of 40 characters")
        }
        guard words.count > 1 else { return .problem("a key without a name, allowed is KEY NAME") }
        guard isName(words[1]) else {
            return .problem(
                "name \"\(shown(words[1]))\", allowed are 1 to 64 letters, digits, dots, hyphens and underscores")
        }
        var domains: Set<AccessDomain> = []
        for word in words.dropFirst(2) {
            guard let domain = AccessDomain(rawValue: String(word)) else {
                return .problem("\"\(shown(word))\" after the name, allowed are subscribe, produce or nothing")
            }
            domains.insert(domain)
        }
        if domains.isEmpty { domains = Set(AccessDomain.allCases) }
        return .entry(Entry(key: key, name: String(words[1]), domains: domains))
    }

    /// A stranger's text, short enough for a log line.
    private static func shown(_ text: some StringProtocol) -> String {
        text.count > 48 ? text.prefix(48) + "…" : String(text)
    }
}
