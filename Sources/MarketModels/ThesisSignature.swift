import Glibc

/// Whether names moved as a thesis said before anyone looked.
///
/// The thesis gives each name a sign, +1 for gain, −1 for loss, 0 for neither. Names of one theme move
/// together, so the effective number is nearer that of themes, and with signs chosen in hindsight it means
/// nothing. Compare with what else explains the same signs, such as money going to defensive names.
public struct ThesisSignature: Codable, Equatable, Sendable {
    /// A name's sign and what it did.
    public struct Name: Codable, Equatable, Sendable {
        /// −1, 0 or 1, fixed before the event.
        public let expected: Int
        /// Return over the event, as a fraction.
        public let value: Double

        public init(expected: Int, value: Double) {
            self.expected = expected
            self.value = value
        }
    }

    /// Names with a sign that moved its way, relative to the market.
    public let hits: Int
    /// Names with a sign.
    public let trials: Int
    /// P(at least so many hits) were each a fair coin: exact binomial, one-sided.
    public let probability: Double
    /// Spearman's rank correlation of sign and return less the market's, all names, ties at average
    /// ranks; `nil` if all signs or all returns are equal.
    public let rankCorrelation: Double?

    /// Compares. O(n·log n).
    ///
    /// - Parameters:
    ///   - names: With sign and return; those of sign 0 enter the rank correlation alone.
    ///   - market: The market's return over the event.
    /// - Throws: ``ParameterError`` for a sign that is not −1, 0 or 1, a return that is not finite, or no
    ///   name with a sign.
    public static func compute(_ names: [Name], market: Double) throws(ParameterError) -> ThesisSignature {
        try require("market return", market, "finite")
        for name in names {
            try require("sign", Double(name.expected), "-1, 0 or 1") { abs($0) <= 1 }
            try require("return", name.value, "finite")
        }
        let signed = names.filter { $0.expected != 0 }
        try require("names with a sign", Double(signed.count), "at least 1") { $0 >= 1 }
        let hits = signed.count { Double($0.expected) * ($0.value - market) > 0 }
        return ThesisSignature(
            hits: hits, trials: signed.count, probability: atLeast(hits, of: signed.count),
            rankCorrelation: spearman(names.map { Double($0.expected) }, names.map { $0.value - market }))
    }

    /// P(X ≥ k) for n fair coins, summed from the smallest term.
    private static func atLeast(_ hits: Int, of trials: Int) -> Double {
        guard hits > 0 else { return 1 }
        var term = exp2(-Double(trials))
        var sum = 0.0
        for count in stride(from: trials, through: hits, by: -1) {
            sum += term
            term *= Double(count) / Double(trials - count + 1)
        }
        return min(1, sum)
    }

    private static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        let (left, right) = (averageRanks(first), averageRanks(second))
        let centre = Double(first.count + 1) / 2
        var (xx, xy, yy) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            xx += (a - centre) * (a - centre)
            xy += (a - centre) * (b - centre)
            yy += (b - centre) * (b - centre)
        }
        return xx > 0 && yy > 0 ? xy / (xx.squareRoot() * yy.squareRoot()) : nil
    }
}
