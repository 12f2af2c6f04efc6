/// Which prices of one instrument are believed, judged by the last that was: the one policy of all who keep prices, so
/// that none of them rests on what another has dropped.
///
/// A price more than ten times the last or less than its so manieth is held. Prices that agree with each other on
/// a new level make it the level once enough speak for it; a plausible price in between forgets them.
public struct PriceLevel: BitwiseCopyable, Equatable, Sendable {
    /// A price more than so many times the last, or less than its so manieth, is not believed at once: a decimal point
    /// in the wrong place, another unit, another instrument. Rarer than that is only an overnight gap of nine tenths.
    @usableFromInline static var limit: UInt64 { 10 }
    /// A price of a session bar speaks for a level as two others do.
    public static let sessionWeight: UInt8 = 2
    /// From here on a new level is believed: four prices one after the other, or bars of two sessions; never the
    /// print and the bar of one.
    static let neededWeight: UInt8 = 4

    /// The last price believed, in price units; 0 before the first.
    public var units: Int64 = 0
    /// A price too far from the level to be believed yet, when it was made, and how much speaks for it.
    private var held: Int64 = 0
    private var heldTime: UInt64 = 0
    @usableFromInline var heldWeight: UInt8 = 0

    public init() {}

    /// Forgets what was held: a plausible price has come.
    @inlinable
    public mutating func forgetHeld() {
        if heldWeight != 0 { heldWeight = 0 }
    }

    /// Holds a price that is not plausible. One that is no later than the one held says nothing more.
    ///
    /// - Parameters:
    ///   - units: The price, in price units.
    ///   - time: When it was made, ns.
    ///   - weight: How much it speaks for a level: ``sessionWeight`` for a session's close, else 1.
    /// - Returns: Whether enough prices agree by now, so that this one is the level from here on.
    public mutating func hold(_ units: Int64, at time: UInt64, weight: UInt8 = 1) -> Bool {
        if heldWeight > 0, time <= heldTime { return false }
        let agrees = heldWeight > 0 && Self.isOne(units, held)
        (held, heldTime) = (units, time)
        heldWeight = agrees ? heldWeight + weight : weight
        guard heldWeight >= Self.neededWeight else { return false }
        heldWeight = 0
        return true
    }

    /// Whether a price is believed at once.
    ///
    /// - Parameters:
    ///   - units: The price, in price units.
    ///   - level: The last price believed; 0: there is none, and any is.
    @inlinable
    public static func isPlausible(_ units: Int64, from level: Int64) -> Bool {
        // Prices are at most 1e18, so that ten times as much fits.
        let (new, old) = (UInt64(bitPattern: units), UInt64(bitPattern: level))
        return (new <= old &* limit && new &* limit >= old) || old == 0
    }

    /// Whether two prices may be of one level: within a factor of two.
    private static func isOne(_ left: Int64, _ right: Int64) -> Bool {
        let (left, right) = (UInt64(bitPattern: left), UInt64(bitPattern: right))
        return left <= right &* 2 && right <= left &* 2
    }

    /// New shares for one old, as companies split.
    private static let usualRatios: [Double] = [2, 3, 4, 5, 6, 7, 8, 10]

    /// Whether a move is within 2 % of what a usual split, or one the other way, would make of the price.
    public static func looksLikeSplit(from before: Int64, to after: Int64) -> Bool {
        guard before > 0, after > 0 else { return false }
        let ratio = Double(before) / Double(after)
        let shares = ratio < 1 ? 1 / ratio : ratio
        return usualRatios.contains { abs(shares / $0 - 1) <= 0.02 }
    }
}
