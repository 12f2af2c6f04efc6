import Schema
import Testing

@Suite("Civil time")
struct CivilTimeTests {
    /// Day numbers from Python's `datetime.date(...).toordinal() - 719163`.
    @Test(
        "dates and day numbers agree with another implementation",
        arguments: [
            ("1970-01-01", 0), ("2000-02-29", 11_016), ("2024-12-31", 20_088), ("2025-01-27", 20_115),
            ("2100-03-01", 47_541), ("1972-02-29", 789), ("9999-12-31", 2_932_896),
        ])
    func dates(text: String, day: Int) {
        #expect(CivilTime.parseDate(text) == day)
        #expect(CivilTime.date(day: day) == text)
    }

    @Test(
        "what is no date is refused",
        arguments: [
            "2025-02-29", "2025-13-01", "2025-1-27", "20250127", "1969-12-31", "2025-01-27T", "", "2025-00-10",
            "2025/01/27", "2025-01-2x",
            "２０２５-01-27", "2025-01-277",
        ])
    func refusesDates(text: String) {
        #expect(CivilTime.parseDate(text) == nil)
    }

    @Test("every day of a century goes there and back")
    func allDays() {
        for day in 0..<47_847 { #expect(CivilTime.parseDate(CivilTime.date(day: day)) == day) }
    }

    /// Nanoseconds from Python's `datetime.fromisoformat(...).timestamp()`.
    @Test(
        "times with offsets and fractions",
        arguments: [
            ("2025-01-27T09:30:00-05:00", 1_737_988_200_000_000_000 as UInt64),
            ("2025-01-27T14:30:00Z", 1_737_988_200_000_000_000),
            ("2025-01-27t14:30:00.25z", 1_737_988_200_250_000_000),
            ("2024-07-01T09:30:00-04:00", 1_719_840_600_000_000_000),
            ("1970-01-01T00:00:00.000000001Z", 1),
        ])
    func times(text: String, nanoseconds: UInt64) {
        #expect(CivilTime.parseRFC3339(text) == nanoseconds)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "2025-01-27T24:00:00Z", "2025-01-27T14:30:00", "2025-01-27T14:30Z", "2025-01-27T14:30:00.Z",
            "1970-01-01T00:00:00+01:00", "2025-01-27T14:30:00+5:00", "2025-01-27T14:60:00Z",
            "9999-01-01T00:00:00Z",
        ])
    func refusesTimes(text: String) {
        #expect(CivilTime.parseRFC3339(text) == nil)
    }

    @Test("a time is printed without needless digits")
    func prints() {
        #expect(CivilTime.rfc3339(1_737_988_200_250_000_000) == "2025-01-27T14:30:00.25Z")
        #expect(CivilTime.rfc3339(1_737_988_200_000_000_000) == "2025-01-27T14:30:00Z")
    }

    @Test("a bar that ends at midnight belongs to the day before")
    func sessionDay() {
        #expect(CivilTime.sessionDay(end: 20_116 * CivilTime.day) == 20_115)
        #expect(CivilTime.sessionDay(end: 20_115 * CivilTime.day + 1) == 20_115)
    }
}
