import Glibc

/// A day's log return in two: from the close before to the open, and from the open to the close.
///
/// What happened before the open cannot have been caused by anything that trades only after it.
public struct OvernightSplit: Codable, Equatable, Sendable {
    /// ln(open / previous close).
    public let overnight: Double
    /// ln(close / open).
    public let intraday: Double

    /// - Parameters:
    ///   - previousClose: Last price of the session before, adjusted to the same basis as the others.
    ///   - open: First price of the session.
    ///   - close: Last price of the session, or the latest so far.
    /// - Throws: ``ParameterError`` for a price that is not positive and finite.
    public init(previousClose: Double, open: Double, close: Double) throws(ParameterError) {
        try require("previous close", previousClose, "above 0") { $0 > 0 }
        try require("open", open, "above 0") { $0 > 0 }
        try require("close", close, "above 0") { $0 > 0 }
        overnight = log(open / previousClose)
        intraday = log(close / open)
    }

    /// ln(close / previous close).
    public var total: Double { overnight + intraday }

    /// The overnight part over the whole, or `nil` if the day ended where it began. Outside [0, 1]
    /// where the two parts had opposite signs.
    public var overnightShare: Double? { total == 0 ? nil : overnight / total }
}
