import Alerting

/// A request as the site judges it: knows nothing of sockets.
public struct PageRequest: Equatable, Sendable {
    public var method: String
    /// Percent-encoded, as it came, without the query.
    public var path: String
    public var query: String
    public var host: String?
    public var authorization: String?
    public var cookie: String?
    public var acceptLanguage: String?
    public var lastEventID: String?
    public var hasBody = false

    public init(_ method: String = "GET", _ path: String, query: String = "", host: String? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.host = host
    }

    /// The parameters, the last of each name, decoded; what is malformed stands as it came.
    var parameters: [String: String] {
        var made: [String: String] = [:]
        for pair in query.split(separator: "&").prefix(32) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? String(parts[1]) : ""
            made[String(parts[0])] = Address.decoded(value.replacing("+", with: " "))
        }
        return made
    }

    /// `?lang=`, else what the browser prefers, else English.
    var language: Language {
        if let asked = parameters["lang"].flatMap(Language.init(rawValue:)) { return asked }
        var best = (Language.english, 0.0)
        for part in (acceptLanguage ?? "").prefix(500).split(separator: ",") {
            let fields = part.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let tag = fields.first?.lowercased() else { continue }
            let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            guard let known = Language.allCases.first(where: { tag == $0.rawValue || tag.hasPrefix($0.rawValue + "-") })
            else { continue }
            if weight > best.1 { best = (known, weight) }
        }
        return best.0
    }

    func cookie(_ name: String) -> Substring? {
        for pair in (cookie ?? "").split(separator: ";") {
            let pair = pair.drop(while: { $0 == " " })
            if pair.hasPrefix(name + "=") { return pair.dropFirst(name.count + 1) }
        }
        return nil
    }
}

/// What is sent back.
public struct PageResponse: Equatable, Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: String

    /// - Parameter type: The media type, without its character set.
    init(_ status: Int = 200, type: String = "text/html", _ body: String, headers: [String: String] = [:]) {
        self.status = status
        self.body = body
        self.headers = Self.common.merging(["content-type": "\(type); charset=utf-8"]) { $1 }
            .merging(headers) { $1 }
    }

    static func plain(_ status: Int, _ text: String, headers: [String: String] = [:]) -> PageResponse {
        PageResponse(status, type: "text/plain", text + "\n", headers: headers)
    }

    /// What every answer carries: nothing of others is loaded, nothing of ours is shown within others' pages.
    public static let common = [
        "content-security-policy":
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    ]
}

/// Percent-encoding of parts of an address.
enum Address {
    static func encoded(_ text: String) -> String { AlertTopic.percentEncoded(text) }

    /// SUBJECT/YYYY-MM-DD as the end of a path.
    static func path(of shock: String) -> String {
        shock.split(separator: "/", omittingEmptySubsequences: false).map { encoded(String($0)) }.joined(
            separator: "/")
    }

    static func decoded(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var out: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = hex(rest.prefix(2)) {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hex(_ digits: ArraySlice<UInt8>) -> UInt8? {
        let text = String(decoding: digits, as: UTF8.self)
        return text.allSatisfy(\.isHexDigit) ? UInt8(text, radix: 16) : nil
    }
}
