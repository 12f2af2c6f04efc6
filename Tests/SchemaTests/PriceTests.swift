import Schema
import Testing

@Suite("Prices")
struct PriceTests {
    @Test(
        "decimals are read exactly",
        arguments: [
            ("124.80", 124_800_000_000 as Int64), ("0.000000001", 1), ("-1.5", -1_500_000_000), ("7", 7_000_000_000),
            (".5", 500_000_000), ("1.0000000000", 1_000_000_000), ("0", 0),
        ])
    func parses(text: String, units: Int64) {
        #expect(Price.parse(text) == units)
    }

    @Test(
        "what is no exact decimal is refused",
        arguments: ["", "-", ".", "1e3", "1,5", "NaN", "1.0000000001", "99999999999999999999", "1.2.3", " 1"])
    func refuses(text: String) {
        #expect(Price.parse(text) == nil)
    }

    @Test("a number beyond a price is none")
    func range() {
        #expect(Price.units(.infinity) == nil)
        #expect(Price.units(.nan) == nil)
        #expect(Price.units(1e10) == nil)
        #expect(Price.units(118.42) == 118_420_000_000)
    }
}
