import Schema
import Testing

@Suite("Spans of record time")
struct RecordSpanTests {
    /// Seconds since the epoch from `date -u -d TEXT +%s`.
    @Test(
        "a date is its whole day, a time is itself",
        arguments: [
            ("2025-01-27", 1_737_936_000 as UInt64, 1_738_022_399_999_999_999 as UInt64),
            ("2025-01-27T14:30:00Z", 1_737_988_200, 1_737_988_200_000_000_000),
            ("2025-01-27T09:30:00-05:00", 1_737_988_200, 1_737_988_200_000_000_000),
            ("1970-01-01", 0, 86_399_999_999_999),
        ])
    func ends(text: String, from: UInt64, until: UInt64) {
        #expect(RecordSpan.start(text) == from * 1_000_000_000)
        #expect(RecordSpan.end(text) == until)
    }

    @Test(
        "what is no time is refused, and no year is too far for the sums",
        arguments: ["", "yesterday", "2025-02-30", "2025-01-27T14:30", "2200-01-01", "9999-12-31", "1969-12-31", "1"])
    func refused(text: String) {
        #expect(RecordSpan.start(text) == nil)
        #expect(RecordSpan.end(text) == nil)
    }

    @Test(
        "lengths",
        arguments: [
            ("90", 90 as UInt64?), ("90s", 90), ("15m", 900), ("6h", 21_600), ("7d", 604_800), ("2w", 1_209_600),
            ("1.5h", 5_400), ("", nil), ("s", nil), ("-1d", nil), ("0", nil), ("1y", nil), ("1e9", nil), ("nan", nil),
            ("99999999d", nil), ("1 d", nil), (".", nil), ("0x10", nil),
        ])
    func lengths(text: String, seconds: UInt64?) {
        #expect(RecordSpan.length(text) == seconds.map { $0 * 1_000_000_000 })
    }

    @Test("both ends are included")
    func contains() {
        let span = RecordSpan(from: 10, until: 20)
        #expect([9, 10, 20, 21].map(span.contains) == [false, true, true, false])
        #expect(RecordSpan().isWhole && !span.isWhole)
    }
}
