/// Prices travel as integers of 1e-9 of the currency, so that they are exact and the same everywhere.
public enum Price {
    /// The number of price units in one of the currency.
    public static let scale = 1_000_000_000.0
    /// Above this nothing is a price: a billion of the currency.
    public static let maximum: Int64 = 1_000_000_000 * 1_000_000_000

    /// No price may be made later than this after the record it comes in, in nanoseconds: a day, as feeds allow it, so
    /// that a service whose clock is hours behind goes on. One from further ahead would make all after it late.
    public static let maximumLead: UInt64 = 24 * 3_600 * 1_000_000_000

    @inlinable
    public static func double(_ units: Int64) -> Double { Double(units) / scale }

    /// The nearest price unit; nil where the value is not finite or beyond ``maximum``.
    public static func units(_ value: Double) -> Int64? {
        guard value.isFinite, abs(value) <= Double(maximum) / scale else { return nil }
        return Int64((value * scale).rounded())
    }

    /// A decimal such as `124.80`, exactly; nil for anything else, more than nine decimals included.
    public static func parse(_ text: some StringProtocol) -> Int64? {
        var bytes = Array(text.utf8)[...]
        let negative = bytes.first == UInt8(ascii: "-")
        if negative { bytes = bytes.dropFirst() }
        guard !bytes.isEmpty, bytes.count <= 24 else { return nil }
        var value: Int64 = 0
        var decimals: Int?
        var digitCount = 0
        for byte in bytes {
            if byte == UInt8(ascii: "."), decimals == nil {
                decimals = 0
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            if let count = decimals {
                // Trailing digits past the ninth decimal are refused unless they are zeros.
                guard count < 9 else {
                    guard byte == UInt8(ascii: "0") else { return nil }
                    continue
                }
                decimals = count + 1
            }
            digitCount += 1
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (added, carry) = shifted.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = added
        }
        guard digitCount > 0 else { return nil }
        for _ in 0..<(9 - (decimals ?? 0)) {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = scaled
        }
        return negative ? -value : value
    }
}
