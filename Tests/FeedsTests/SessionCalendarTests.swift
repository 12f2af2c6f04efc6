import Feeds
import Foundation
import Schema
import Testing

@Suite("Session calendar")
struct SessionCalendarTests {
    /// Instants from the tz database by GNU date: `TZ=America/New_York date -d '2025-01-27 09:30' -u`.
    @Test(
        "open and close follow daylight saving",
        arguments: [
            ("2025-01-27", "2025-01-27T14:30:00Z", "2025-01-27T21:00:00Z"),
            ("2024-07-01", "2024-07-01T13:30:00Z", "2024-07-01T20:00:00Z"),
            ("2024-03-08", "2024-03-08T14:30:00Z", "2024-03-08T21:00:00Z"),
            ("2024-03-11", "2024-03-11T13:30:00Z", "2024-03-11T20:00:00Z"),
            ("2024-11-01", "2024-11-01T13:30:00Z", "2024-11-01T20:00:00Z"),
            ("2024-11-04", "2024-11-04T14:30:00Z", "2024-11-04T21:00:00Z"),
        ])
    func newYork(date: String, open: String, close: String) throws {
        let calendar = try #require(SessionCalendar(zone: "America/New_York", openMinute: 570, closeMinute: 960))
        let session = calendar.session(day: try #require(CivilTime.parseDate(date)))
        #expect(session.open == time(open))
        #expect(session.close == time(close))
    }

    @Test("the days of a change have 23 and 25 hours")
    func changes() throws {
        let calendar = try #require(SessionCalendar(zone: "America/New_York", openMinute: 0, closeMinute: 1_440))
        for (date, hours) in [("2024-03-10", 23), ("2024-11-03", 25), ("2024-11-04", 24)] {
            let session = calendar.session(day: try #require(CivilTime.parseDate(date)))
            #expect((session.nextMidnight - session.midnight) / (3_600 * CivilTime.second) == hours)
            #expect(session.close == session.nextMidnight)
        }
    }

    @Test("a midnight that is skipped is the beginning of the day")
    func skippedMidnight() throws {
        // Santiago went from 23:59:59 on 7 September 2024 to 01:00 on the 8th, at 04:00Z.
        let calendar = try #require(SessionCalendar(zone: "America/Santiago", openMinute: 570, closeMinute: 960))
        let day = try #require(CivilTime.parseDate("2024-09-08"))
        #expect(calendar.session(day: day).midnight == time("2024-09-08T04:00:00Z"))
    }

    @Test(
        "days join without gap or overlap, everywhere",
        arguments: ["UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo"])
    func join(zone: String) throws {
        let calendar = try #require(SessionCalendar(zone: zone, openMinute: 540, closeMinute: 900))
        for day in 19_000..<19_800 {
            let session = calendar.session(day: day)
            #expect(session.midnight < session.open && session.open < session.close)
            #expect(session.close <= session.nextMidnight)
            #expect(calendar.session(day: day + 1).midnight == session.nextMidnight)
        }
    }

    @Test(
        "what is not a calendar is refused",
        arguments: [
            ("Mars/Olympus", 570, 960), ("../etc/passwd", 570, 960), ("", 0, 1), ("UTC", 960, 570), ("UTC", 0, 1_441),
            ("UTC", -1, 60),
        ])
    func refuses(zone: String, open: Int, close: Int) {
        #expect(SessionCalendar(zone: zone, openMinute: open, closeMinute: close) == nil)
    }

    @Test(
        "the usual hours are those of Monday to Friday, local time",
        arguments: [
            ("2025-01-27T14:29:59Z", false), ("2025-01-27T14:30:00Z", true), ("2025-01-27T20:59:59Z", true),
            ("2025-01-27T21:00:00Z", false), ("2025-01-25T16:00:00Z", false), ("2025-01-26T16:00:00Z", false),
            ("2025-07-04T13:30:00Z", true), ("2025-07-05T13:30:00Z", false), ("1970-01-01T00:00:00Z", false),
        ])
    func usualHours(text: String, isOpen: Bool) throws {
        let calendar = try #require(SessionCalendar(zone: "America/New_York", openMinute: 570, closeMinute: 960))
        let seconds = try #require(ISO8601DateFormatter().date(from: text)).timeIntervalSince1970
        #expect(calendar.isUsuallyOpen(at: UInt64(seconds) * CivilTime.second) == isOpen)
    }

    @Test("east of Greenwich the session may begin on the day before")
    func east() throws {
        let calendar = try #require(SessionCalendar(zone: "Pacific/Auckland", openMinute: 600, closeMinute: 1_005))
        // Monday 2025-01-27 10:00 in Auckland is Sunday evening in Greenwich.
        let seconds = try #require(ISO8601DateFormatter().date(from: "2025-01-26T21:00:00Z")).timeIntervalSince1970
        #expect(calendar.isUsuallyOpen(at: UInt64(seconds) * CivilTime.second))
    }
}
