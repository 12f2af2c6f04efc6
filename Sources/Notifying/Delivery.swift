import Crypto

/// One message to one sink. Its key is the same however often it is sent.
public struct Delivery: Codable, Equatable, Sendable {
    public enum Reason: String, Codable, Sendable {
        /// Something fires, changed or is over.
        case change
        /// What was told still fires.
        case again = "repeat"
        /// For a sink that forgets what it is not told again. Never kept: the next one takes its place.
        case refresh
    }

    public var key: String
    public var sink: String
    public var route: String
    /// The labels that its alerts have in common by the route's grouping.
    public var group: [String: String]
    public var reason: Reason
    public var alerts: [NotifyAlert]
    /// When it was decided on, ns since the Unix epoch.
    public var time: UInt64

    /// - Parameter time: Part of the key where the same may be said again.
    init(
        sink: String, route: String, group: [String: String], reason: Reason, alerts: [NotifyAlert], time: UInt64
    ) {
        self.sink = sink
        self.route = route
        self.group = group
        self.reason = reason
        self.alerts = alerts
        self.time = time
        var parts = [sink, route, reason.rawValue] + group.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        parts += alerts.map { "\($0.id) \($0.state.rawValue)" }
        if reason != .change { parts.append("\(time)") }
        key = Self.hexadecimal(SHA256.hash(data: Array(parts.joined(separator: "\0").utf8)).prefix(16))
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
