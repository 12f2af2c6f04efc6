import MarketModels
import Testing

@Suite("Interval of a median")
struct MedianIntervalTests {
    /// Source: sums of binomial coefficients in whole numbers (Python's `math.comb`): the largest r with
    /// Σ_{k<r} C(n, k) ≤ 0.025·2ⁿ.
    @Test(
        "ranks are the exact binomial's",
        arguments: [
            (6, 1, 6), (8, 1, 8), (9, 2, 8), (15, 4, 12), (20, 6, 15), (25, 8, 18), (50, 18, 33), (100, 40, 61),
            (1_000, 469, 532),
        ])
    func ranks(count: Int, lower: Int, upper: Int) throws {
        let interval = try #require(MedianInterval(count: count))
        #expect(interval.lowerRank == lower && interval.upperRank == upper)
    }

    @Test("where no two ranks have the coverage there is none", arguments: [Int.min, -1, 0, 1, 5, 1_001, .max])
    func none(count: Int) { #expect(MedianInterval(count: count) == nil) }
}
