import Alerting
import Testing

@Suite("Numbers in alerts")
struct FixedNumberTests {
    @Test(
        "have a fixed count of decimals, a true minus and no sign on zero",
        arguments: [
            (1234.5, 2, false, "1,234.50"), (-0.2, 2, false, "−0.20"), (0.2, 1, true, "+0.2"),
            (-0.001, 2, true, "0.00"), (0.005, 2, true, "+0.01"), (-2.5, 0, true, "−3"),
            (999_999.96, 1, false, "1,000,000.0"),
            (.nan, 2, true, "n/a"), (.infinity, 0, false, "n/a"), (1e15, 0, false, "n/a"), (100, 0, false, "100"),
        ])
    func decimal(value: Double, decimals: Int, signed: Bool, expected: String) {
        #expect(FixedNumber.decimal(value, decimals: decimals, signed: signed) == expected)
    }

    @Test(
        "say dollars in the unit a reader would use",
        arguments: [
            (-592_658_000_000.0, "−$592.7 bn"), (1.02e12, "$1.02 tn"), (999.96e9, "$1.00 tn"), (-999.6e6, "−$1.0 bn"),
            (850e6, "$850 m"), (12_300, "$12,300"), (0, "$0"), (-0.2, "$0"), (.nan, "n/a"),
        ])
    func dollars(amount: Double, expected: String) {
        #expect(FixedNumber.dollars(amount) == expected)
    }

    @Test("never call a possibility certain or impossible")
    func probability() {
        #expect(FixedNumber.probability(0.614) == "61 %")
        #expect(FixedNumber.probability(0.0004) == "under 1 %")
        #expect(FixedNumber.probability(0.9991) == "over 99 %")
        #expect(FixedNumber.probability(0) == "0 %")
        #expect(FixedNumber.probability(1) == "100 %")
        #expect(FixedNumber.probability(.nan) == "n/a")
    }

    @Test(
        "count places in English",
        arguments: [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (1_022, "1,022nd")])
    func ordinal(number: UInt32, expected: String) {
        #expect(FixedNumber.ordinal(number) == expected)
    }
}
