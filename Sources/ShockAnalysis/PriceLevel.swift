/// Which prices are believed, judged by the one before.
enum PriceLevel {
    /// A price more than so many times the last, or less than its so manieth, is not believed at once: a decimal point
    /// in the wrong place, another unit, another instrument. Rarer than that is only an overnight gap of nine tenths.
    static let limit: UInt64 = 10
    /// A price of a session bar speaks for a level as two others do.
    static let sessionWeight: UInt8 = 2
    /// From here on a new level is believed: four prices one after the other, or bars of two sessions; never the
    /// print and the bar of one.
    static let neededWeight: UInt8 = 4

    /// - Parameter level: The last price believed; 0: there is none, and any is.
    @inline(__always)
    static func isPlausible(_ units: Int64, from level: Int64) -> Bool {
        // Prices are at most 1e18, so that ten times as much fits.
        let (new, old) = (UInt64(bitPattern: units), UInt64(bitPattern: level))
        return (new <= old &* limit && new &* limit >= old) || old == 0
    }

    /// Whether two prices may be of one level: within a factor of two.
    static func isOne(_ left: Int64, _ right: Int64) -> Bool {
        let (left, right) = (UInt64(bitPattern: left), UInt64(bitPattern: right))
        return left <= right &* 2 && right <= left &* 2
    }

    /// New shares for one old, as companies split.
    private static let usualRatios: [Double] = [2, 3, 4, 5, 6, 7, 8, 10]

    /// Whether a move is within 2 % of what a usual split, or one the other way, would make of the price.
    static func looksLikeSplit(from before: Int64, to after: Int64) -> Bool {
        guard before > 0, after > 0 else { return false }
        let ratio = Double(before) / Double(after)
        let shares = ratio < 1 ? 1 / ratio : ratio
        return usualRatios.contains { abs(shares / $0 - 1) <= 0.02 }
    }
}
