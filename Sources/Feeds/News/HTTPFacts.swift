/// What headers and redirects of HTTP mean to a poll. Pure.
public enum HTTPFacts {
    /// Redirects followed within one poll.
    public static let maximumRedirects = 5

    /// `Retry-After`: seconds, or a time.
    ///
    /// - Parameters:
    ///   - value: The header field.
    ///   - wall: Now, ns since the Unix epoch.
    /// - Returns: nil where it says nothing that can be understood, or a time that is past.
    public static func retryAfter(_ value: String, wall: UInt64) -> Duration? {
        let text = value.trimmed
        if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
        guard let time = FeedDate.parse(text), time > wall else { return nil }
        return .nanoseconds(Int64(clamping: time - wall))
    }

    public enum Redirect: Sendable, Equatable {
        case follow(url: String, isPermanent: Bool)
        case refused(String)
    }

    /// What to do with a status of 301, 302, 303, 307 or 308.
    ///
    /// - Parameters:
    ///   - status: Whether the move is for good: of 301 and 308 it is.
    ///   - location: The header field; nil where there is none.
    ///   - url: The address that answered; a location may be relative to it.
    ///   - visited: Addresses asked so far in this poll.
    public static func redirect(status: Int, location: String?, from url: String, visited: [String]) -> Redirect {
        guard let location, !location.isEmpty else { return .refused("status \(status) without a location") }
        let target = FeedLink.absolute(location.trimmed, base: url)
        guard !target.isEmpty else { return .refused("redirected to \(quoted(location)), allowed are http and https") }
        if url.lowercased().hasPrefix("https:"), !target.lowercased().hasPrefix("https:") {
            return .refused("redirected from https to http")
        }
        if visited.contains(target) { return .refused("redirected in a circle, to \(target.prefix(200))") }
        guard visited.count <= maximumRedirects else {
            return .refused("redirected more than \(maximumRedirects) times")
        }
        return .follow(url: target, isPermanent: status == 301 || status == 308)
    }
}
