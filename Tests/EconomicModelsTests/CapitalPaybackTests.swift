import EconomicModels
import MarketModels
import TestKit
import Testing

@Suite("Payback of capital spending")
struct CapitalPaybackTests {
    private static func payback(
        _ spending: Double, _ revenue: Double, _ margin: Double, _ years: Int, _ rate: Double
    ) throws(ParameterError) -> CapitalPayback {
        try CapitalPayback(
            spending: spending, annualRevenue: revenue, margin: margin, lifeYears: years, discountRate: rate)
    }

    /// Source: numpy-financial 1.0.0 `npv`, `pv`, `pmt` (`docs/golden/findings.py`); 3.791 is the five years at
    /// 10 % of the annuity table every textbook prints.
    @Test("value, annuity and the revenue needed match the reference")
    func golden() throws {
        let small = try Self.payback(1_000, 300, 1, 5, 0.1)
        #expect(small.netPresentValue.isClose(to: 137.2360308225343))
        #expect(small.annuityFactor.isClose(to: 3.7907867694084505))
        #expect(abs(small.annuityFactor - 3.791) < 5e-4)
        #expect(try #require(small.paybackYears).isClose(to: 10.0 / 3))
        let large = try Self.payback(65e9, 30e9, 0.5, 6, 0.08)
        #expect(large.netPresentValue.isClose(to: 4_343_194_959.417839, within: 1e-11))
        #expect(large.breakEvenRevenue.isClose(to: 28_121_000_209.77126))
        #expect(try #require(large.paybackYears).isClose(to: 65.0 / 15))
    }

    @Test("at the break-even revenue the value is nothing, and a higher rate needs more")
    func properties() throws {
        var noise = SeededGenerator(for: "payback", default: 51)
        for _ in 0..<200 {
            let spending = Double.random(in: 1...1e3, using: &noise)
            let (margin, years) = (
                Double.random(in: 0.05...1, using: &noise), Int.random(in: 1...40, using: &noise)
            )
            let rate = Double.random(in: 0...0.3, using: &noise)
            let needed = try Self.payback(spending, 1, margin, years, rate).breakEvenRevenue
            #expect(try abs(Self.payback(spending, needed, margin, years, rate).netPresentValue) < 1e-9 * spending)
            #expect(try Self.payback(spending, 1, margin, years, rate + 0.01).breakEvenRevenue > needed)
            #expect(try Self.payback(spending, 1, margin, years + 1, rate).breakEvenRevenue < needed)
        }
        // Towards no discounting nothing jumps.
        let (none, hardly) = (try Self.payback(100, 20, 0.5, 10, 0), try Self.payback(100, 20, 0.5, 10, 1e-13))
        #expect(none.annuityFactor == 10 && none.netPresentValue == 0 && none.paybackYears == 10)
        #expect(hardly.annuityFactor.isClose(to: 10, within: 1e-11))
    }

    @Test("what does not pay back within its life says so")
    func never() throws {
        #expect(try Self.payback(100, 20, 0.5, 9, 0).paybackYears == nil)
        #expect(try Self.payback(100, 0, 0.5, 9, 0).paybackYears == nil)
        #expect(try Self.payback(100, 0, 0.5, 9, 0.1).netPresentValue == -100)
    }

    @Test("refuses values without meaning")
    func refuses() {
        for bad in notNumbers + [-1] {
            #expect(throws: ParameterError.self) { try Self.payback(bad, 1, 0.5, 5, 0.1) }
            #expect(throws: ParameterError.self) { try Self.payback(1, bad, 0.5, 5, 0.1) }
            #expect(throws: ParameterError.self) { try Self.payback(1, 1, bad, 5, 0.1) }
            #expect(throws: ParameterError.self) { try Self.payback(1, 1, 0.5, 5, bad) }
        }
        for years in [-1, 0, 101] {
            #expect(throws: ParameterError.self) { try Self.payback(1, 1, 0.5, years, 0.1) }
        }
        #expect(throws: ParameterError.self) { try Self.payback(0, 1, 0.5, 5, 0.1) }
        #expect(throws: ParameterError.self) { try Self.payback(1, 1, 1.5, 5, 0.1) }
        #expect(throws: ParameterError.self) { try Self.payback(1e308, 1, 1e-10, 1, 1) }
    }
}
