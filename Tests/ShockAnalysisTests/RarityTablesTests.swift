import Foundation
import Testing

@testable import ShockAnalysis

@Suite("RarityTables")
struct RarityTablesTests {
    /// A name without a benchmark: its statistic is |z| alone.
    private func counted(sizes: [Double], dollars: Double, repeats: Int) -> RarityTables {
        var tables = RarityTables()
        tables.trade(0, dollars: dollars)
        for step in 0...(sizes.count * repeats) {
            let size = sizes[step % sizes.count]
            let session = RarityTables.Session(
                day: Int32(step), before: Int32(step - 1), value: 0.01 * size, deviation: 0.01)
            tables.take(0, session, model: nil, market: MarketCloses(), stressed: nil, isCounted: true)
        }
        return tables
    }

    @Test("until 200 stock-years are counted in a bucket the shipped table is read, then the stream's own")
    func switches() {
        // One move of 4 in 252 sessions: once a stock-year.
        let sizes = Array(repeating: 0.5, count: 251) + [4.0001]
        let early = counted(sizes: sizes, dollars: 5e8, repeats: 199)
        #expect(early.basis(.under1B).text == "large US shares 2009-2026, |SAR|")
        #expect(early.basis(.under1B).years(5) == RarityBasis.shipped.years(5))
        let late = counted(sizes: sizes, dollars: 5e8, repeats: 200)
        #expect(late.basis(.under1B).text == "this stream, 100 M to 1 bn USD a day, 200 stock-years")
        // 4 is an edge of the bins (2², the 32nd sixteenth): the count is exact there.
        #expect(abs(late.basis(.under1B).years(4) - 1) < 0.01)
        // Beyond what was seen the shipped table's power law goes on.
        #expect(abs(late.basis(.under1B).years(8) / pow(2, 3.859) - 1) < 0.01)
        #expect(late.basis(.over1B).text == RarityBasis.shipped.text)
        #expect(late.calibration.sessions == UInt64(200 * 252))
    }

    @Test("rarity never falls with size", arguments: [Int64(1), 2, 3])
    func monotone(seed: Int64) {
        print("seed \(seed)")
        var random = LCG(seed)
        let sizes = (0..<2_000).map { _ in abs(random.normal()) * exp(0.6 * random.normal()) }
        let basis = counted(sizes: sizes, dollars: 5e9, repeats: 26).basis(.over1B)
        #expect(basis.text.hasPrefix("this stream"))
        let years = stride(from: 0.1, to: 200, by: 0.037).map(basis.years)
        #expect(zip(years, years.dropFirst()).allSatisfy { $0 <= $1 * (1 + 1e-12) && $0.isFinite })
    }

    @Test("buckets by the average of what is traded; a session without volume changes nothing")
    func buckets() {
        var tables = RarityTables()
        #expect(tables.bucket(of: 7) == .unknown)
        tables.trade(7, dollars: 2e9)
        #expect(tables.bucket(of: 7) == .over1B)
        tables.trade(7, dollars: 0)
        tables.trade(7, dollars: .nan)
        #expect(tables.bucket(of: 7) == .over1B)
        for _ in 0..<100 { tables.trade(7, dollars: 2e6) }
        #expect(tables.bucket(of: 7) == .under10M)
    }
}
