import Schema

/// At most so many an hour, in bursts of as many. Time that goes back earns nothing.
public struct TokenBucket: Codable, Equatable, Sendable {
    private var spent: [UInt64] = []

    public init() {}

    /// Takes one, or says when there will be one.
    ///
    /// - Parameters:
    ///   - limit: Per hour; 0: any number.
    ///   - now: ns since the Unix epoch.
    /// - Returns: nil if one was taken.
    public mutating func take(_ limit: Int, now: UInt64) -> UInt64? {
        guard limit > 0 else { return nil }
        spent.removeAll { $0 + Self.hour <= now || $0 > now }
        guard spent.count >= limit else {
            spent.append(now)
            return nil
        }
        return spent[spent.count - limit] + Self.hour
    }

    private static let hour = 3_600 * CivilTime.second
}
