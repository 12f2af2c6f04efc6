/// Which order statistics of a sample enclose the median of what it was drawn from, whatever its distribution.
///
/// Of n independent values B ~ Bin(n, ½) lie below the median, so that it lies between the values of ranks r and
/// n + 1 − r but for P(B ≤ r − 1) on either side. r is the largest rank for which that is at most 2.5 %: the coverage is
/// at least 95 %, and exact.
///
/// Source: David, H. A. and Nagaraja, H. N. (2003), *Order Statistics*, 3rd ed., §7.1.
public struct MedianInterval: Equatable, Sendable {
    /// Ranks from 1, the smallest value's.
    public let lowerRank: Int
    public let upperRank: Int

    private static let counts = 6...1_000
    /// The lower rank of each of ``counts``, found once: every new shock asks for one.
    private static let lowerRanks = counts.map(lowerRank)

    /// O(1).
    ///
    /// - Parameter count: n. Under 6 no two ranks have the coverage.
    /// - Returns: nil where none have, and beyond 1,000 values, where 2⁻ⁿ would soon be no number.
    public init?(count: Int) {
        guard Self.counts.contains(count) else { return nil }
        lowerRank = Self.lowerRanks[count - Self.counts.lowerBound]
        upperRank = count + 1 - lowerRank
    }

    private static func lowerRank(of count: Int) -> Int {
        var term = 1.0
        for _ in 0..<count { term /= 2 }
        var below = term
        var rank = 0
        while below <= 0.025 {
            rank += 1
            term *= Double(count - rank + 1) / Double(rank)
            below += term
        }
        return rank
    }
}
