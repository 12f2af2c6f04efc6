/// A number a text states, with what it counts.
public struct Quantity: Codable, Equatable, Sendable {
    public enum Unit: Codable, Equatable, Sendable {
        /// ISO 4217, such as USD.
        case money(String)
        /// A part of a whole, or a relative change: 17 % and 一成七 are 0.17, a half is 0.5.
        case share
        /// A difference of shares: 25 basis points are 0.0025.
        case points
        /// So many times as much: "three-fold", 10倍, "doubled".
        case multiple
        /// Things; what kind of things is not said.
        case count
    }

    /// How the number is meant.
    public enum Qualifier: String, Codable, Sendable {
        case exact
        /// "about", 约
        case approximate
        /// Somewhat less: "nearly", 近
        case nearly
        /// "more than", "at least", 超过, 以上
        case atLeast
        /// "less than", "up to", 不到
        case atMost
    }

    public let unit: Unit
    public let qualifier: Qualifier
    /// The value, or the smallest of a range ("3.6–3.7", 数亿).
    public let lower: Double
    /// The value, or the largest of a range.
    public let upper: Double
    /// Where it stands, with its unit, as offsets of Unicode scalars.
    public let place: Range<Int>

    public init(
        _ lower: Double, to upper: Double? = nil, _ unit: Unit, _ qualifier: Qualifier = .exact,
        place: Range<Int> = 0..<0
    ) {
        let upper = upper ?? lower
        self.lower = min(lower, upper)
        self.upper = max(lower, upper)
        self.unit = unit
        self.qualifier = qualifier
        self.place = place
    }

    public var isRange: Bool { lower < upper }
}
