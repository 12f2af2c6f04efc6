/// What a fall cost the holders of a company, and how it ranks.
public enum ValueLoss {
    /// Value lost between two prices: shares·(before − after), positive for a loss.
    ///
    /// - Parameters:
    ///   - shares: Shares outstanding, on the same split basis as the prices. Keep its date with the
    ///     result: published losses differ by the share count's age.
    ///   - before: Price before, in currency.
    ///   - after: Price after, in currency.
    /// - Throws: ``ParameterError`` for a value that is negative or not finite.
    public static func amount(shares: Double, before: Double, after: Double) throws(ParameterError) -> Double {
        try require("shares", shares, "finite and not negative") { $0 >= 0 }
        try require("price before", before, "finite and not negative") { $0 >= 0 }
        try require("price after", after, "finite and not negative") { $0 >= 0 }
        return shares * (before - after)
    }

    /// The place of a value among others, 1 for the largest; ties share the average place.
    ///
    /// - Parameters:
    ///   - value: What to place. It is *not* one of `others`.
    ///   - others: What it is compared with; values that are not finite are ignored.
    ///   - key: What is compared, such as the value itself for losses or the magnitude for moves.
    /// - Returns: 1 + how many are larger + half of how many are equal. A record has place 1.
    public static func rank(_ value: Double, among others: [Double], by key: (Double) -> Double = { $0 }) -> Double {
        let target = key(value)
        var larger = 0
        var equal = 0
        for other in others where other.isFinite {
            let compared = key(other)
            if compared > target { larger += 1 } else if compared == target { equal += 1 }
        }
        return 1 + Double(larger) + Double(equal) / 2
    }
}
