/// Who is let in. nil of `refusal(of:)`: whoever asks may.
public struct Gate: Sendable {
    /// Whether a text is the token; nil: none is needed.
    private let isToken: (@Sendable (Substring) -> Bool)?
    /// It is served on the loopback.
    private let isLoopback: Bool

    static let cookie = "epicenter"
    static let longestAddress = 2_048

    public init(isLoopback: Bool, isToken: (@Sendable (Substring) -> Bool)? = nil) {
        self.isLoopback = isLoopback
        self.isToken = isToken
    }

    func refusal(of request: PageRequest) -> PageResponse? {
        guard request.path.utf8.count + request.query.utf8.count <= Self.longestAddress else {
            return .plain(414, "the address is longer than \(Self.longestAddress) bytes")
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .plain(405, "there is GET and HEAD", headers: ["allow": "GET, HEAD", "connection": "close"])
        }
        guard !request.hasBody else {
            return .plain(413, "a request has no body here", headers: ["connection": "close"])
        }
        // A name that somebody else's server has turned to this machine is no name of this machine.
        guard !isLoopback || Self.isOfLoopback(request.host) else {
            return .plain(421, "on the loopback this is localhost, 127.0.0.1 or [::1], by that name")
        }
        if request.path == "/healthz" { return nil }
        return isAllowed(request) ? nil : login(request)
    }

    private func isAllowed(_ request: PageRequest) -> Bool {
        guard let isToken else { return true }
        let prefix = "Bearer "
        if let shown = request.authorization, shown.hasPrefix(prefix), isToken(shown.dropFirst(prefix.count)) {
            return true
        }
        return request.cookie(Self.cookie).map(isToken) ?? false
    }

    /// A link with the token sets a cookie; whoever has neither is asked for it.
    private func login(_ request: PageRequest) -> PageResponse {
        if request.path == "/login", let shown = request.parameters["token"], isToken?(shown[...]) ?? false {
            return PageResponse(
                303, type: "text/plain", "",
                headers: [
                    "location": "/",
                    "set-cookie": "\(Self.cookie)=\(shown); Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000",
                ])
        }
        return PageResponse(401, LoginPage(request.language).text, headers: ["www-authenticate": "Bearer"])
    }

    static func isOfLoopback(_ host: String?) -> Bool {
        guard var name = host?.lowercased() else { return false }
        if name.hasPrefix("[") {
            guard let end = name.firstIndex(of: "]") else { return false }
            let rest = name[name.index(after: end)...]
            return name[...end] == "[::1]" && (rest.isEmpty || isPort(rest))
        }
        if let colon = name.firstIndex(of: ":") {
            guard isPort(name[colon...]) else { return false }
            name = String(name[..<colon])
        }
        if name == "localhost" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.count > 1 && UInt16(text.dropFirst()) != nil
    }
}
