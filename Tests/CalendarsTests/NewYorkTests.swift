import Calendars
import Schema
import Testing

@Suite("New York's calendar")
struct NewYorkTests {
    static let calendar = TradingCalendar.newYork

    static func day(_ date: String) throws -> Int { try #require(CivilTime.parseDate(date)) }
    static func time(_ text: String) throws -> UInt64 { try #require(CivilTime.parseRFC3339(text)) }

    /// PyPI exchange_calendars; `scripts/generate-calendars` makes the file again.
    @Test("every day from 2000 to 2030 agrees with another implementation")
    func golden2000To2030() throws {
        var closed: Set<Int> = []
        var changes: [Int: (open: Int, close: Int)] = [:]
        for row in try golden("xnys.csv") {
            let day = try Self.day(row[1])
            if row[0] == "closed" {
                closed.insert(day)
            } else {
                changes[day] = try (#require(Int(row[2])), #require(Int(row[3])))
            }
        }
        var hours = (open: 0, close: 0)
        var sessions = 0
        for day in try Self.day("2000-01-01")...Self.day("2030-12-31") {
            let expected = (day + 3) % 7 < 5 && !closed.contains(day)
            let session = Self.calendar.session(day: day)
            #expect((session != nil) == expected, "\(CivilTime.date(day: day))")
            guard let session else { continue }
            if let change = changes[day] { hours = change }
            let midnight = UInt64(day) * CivilTime.day
            #expect(
                session.open == midnight + UInt64(hours.open * 60) * CivilTime.second, "\(CivilTime.date(day: day))")
            #expect(
                session.close == midnight + UInt64(hours.close * 60) * CivilTime.second, "\(CivilTime.date(day: day))")
            #expect(session.isHalfDay == (hours.close - hours.open == 210))
            sessions += 1
        }
        #expect(sessions == 7_794)
        #expect(try Self.calendar.sessions(from: Self.day("2000-01-01"), until: Self.day("2031-01-01")) == 7_794)
    }

    /// By hand from the hours of NYSE Arca and Nasdaq.
    @Test(
        "phases of a day",
        arguments: [
            ("2025-01-27T08:59:59Z", "2025-01-27", MarketPhase.closed),
            ("2025-01-27T09:00:00Z", "2025-01-27", .preMarket),
            ("2025-01-27T14:29:59.999999999Z", "2025-01-27", .preMarket),
            ("2025-01-27T14:30:00Z", "2025-01-27", .regular),
            ("2025-01-27T20:59:59Z", "2025-01-27", .regular), ("2025-01-27T21:00:00Z", "2025-01-27", .afterHours),
            // 20:00 in New York is the next day in Greenwich.
            ("2025-01-28T00:59:59Z", "2025-01-27", .afterHours), ("2025-01-28T01:00:00Z", "2025-01-28", .closed),
            // The half-day after Thanksgiving.
            ("2024-11-29T17:59:59Z", "2024-11-29", .regular), ("2024-11-29T18:00:00Z", "2024-11-29", .afterHours),
            ("2024-11-29T21:59:59Z", "2024-11-29", .afterHours), ("2024-11-29T22:00:00Z", "2024-12-02", .closed),
            // Mourning on a Thursday; a week-end; summer.
            ("2025-01-09T15:00:00Z", "2025-01-10", .closed), ("2025-01-25T15:00:00Z", "2025-01-27", .closed),
            ("2024-07-01T13:30:00Z", "2024-07-01", .regular), ("2024-07-01T13:29:59Z", "2024-07-01", .preMarket),
        ])
    func phases(text: String, date: String, phase: MarketPhase) throws {
        #expect(Self.calendar.moment(at: try Self.time(text)) == MarketMoment(day: try Self.day(date), phase: phase))
    }

    @Test("a price counts to the session that closes at or after it")
    func counting() throws {
        for (text, date) in [
            ("2025-01-24T21:00:00Z", "2025-01-24"), ("2025-01-24T21:00:00.000000001Z", "2025-01-27"),
            ("2025-01-27T10:00:00Z", "2025-01-27"), ("2025-01-26T10:00:00Z", "2025-01-27"),
            ("2025-01-08T22:00:00Z", "2025-01-10"), ("2024-12-24T18:00:01Z", "2024-12-26"),
        ] {
            #expect(Self.calendar.session(closingAtOrAfter: try Self.time(text)).day == (try Self.day(date)), "\(text)")
        }
    }

    @Test("next open and close, the session closed last, sessions between")
    func queries() throws {
        let friday = try Self.time("2025-01-17T21:00:00Z")
        #expect(Self.calendar.nextOpen(after: friday) == (try Self.time("2025-01-21T14:30:00Z")))
        #expect(Self.calendar.nextClose(after: friday) == (try Self.time("2025-01-21T21:00:00Z")))
        #expect(Self.calendar.nextClose(after: friday - 1) == friday)
        #expect(Self.calendar.session(closedBy: friday).day == (try Self.day("2025-01-17")))
        #expect(Self.calendar.session(closedBy: friday - 1).day == (try Self.day("2025-01-16")))
        let days = Self.calendar.sessions(from: friday, until: try Self.time("2025-01-22T14:30:00Z")).map(\.day)
        #expect(days == [try Self.day("2025-01-21")])
        #expect(Self.calendar.sessions(from: friday, until: friday).isEmpty)
        #expect(try Self.calendar.sessions(from: Self.day("2001-09-10"), until: Self.day("2001-09-17")) == 1)
        #expect(try Self.calendar.sessions(from: Self.day("2025-01-10"), until: Self.day("2025-01-08")) == -1)
        #expect(try Self.calendar.isHalfDay(Self.day("2025-07-03")) && !Self.calendar.isHalfDay(Self.day("2025-07-02")))
        #expect(!Self.calendar.isHalfDay(try Self.day("2025-07-04")))
    }

    @Test("counting sessions and stepping over them agree with walking")
    func steps() throws {
        let days = try Self.calendar.sessionDays(Self.day("2001-08-01")..<Self.day("2002-08-01"))
        for (index, day) in days.enumerated() {
            #expect(Self.calendar.sessions(from: days[0], until: day) == index)
            #expect(Self.calendar.sessionDay(index, after: days[0]) == day)
            #expect(Self.calendar.sessionDay(-index, after: day) == days[0])
        }
        // From a Saturday, 0 is the Monday.
        #expect(try Self.calendar.sessionDay(0, after: Self.day("2025-01-25")) == Self.day("2025-01-27"))
        #expect(try Self.calendar.sessionDay(-1, after: Self.day("2025-01-25")) == Self.day("2025-01-24"))
        #expect(try Self.calendar.sessionDay(onOrAfter: Self.day("2001-09-11")) == Self.day("2001-09-17"))
        #expect(try Self.calendar.sessionDay(before: Self.day("2001-09-17")) == Self.day("2001-09-10"))
    }

    @Test("times at the edge of what 64 bits hold do not crash")
    func edges() {
        for time in [0, 1, UInt64.max, UInt64.max - 1, CivilTime.day] as [UInt64] {
            #expect(Self.calendar.nextClose(after: time) > 0)
            #expect(Self.calendar.moment(at: time).day >= -1)
            #expect(Self.calendar.sessions(from: time, until: time).isEmpty)
            #expect(Self.calendar.session(closedBy: time).day < 200_000)
        }
    }
}
