import Calendars
import Schema
import Testing

@Suite("Trading calendars of the settings")
struct TradingCalendarTests {
    static let monday = 20_115  // 2025-01-27

    static func hours(_ open: Int32, _ close: Int32) -> TradingHours {
        var hours = TradingHours()
        (hours.open, hours.close) = (open, close)
        return hours
    }

    static func settings(zone: String = "UTC", _ week: [(UInt32, TradingHours)]) -> CalendarSettings {
        var settings = CalendarSettings()
        settings.id = "X"
        settings.zone = zone
        settings.week = week.map { weekday, hours in
            var entry = WeekdayHours()
            (entry.weekday, entry.hours) = (weekday, hours)
            return entry
        }
        return settings
    }

    @Test("at all hours there is always a session, and a close belongs to the day it ends")
    func always() {
        let midnight = UInt64(Self.monday) * CivilTime.day
        #expect(TradingCalendar.always.moment(at: midnight) == MarketMoment(day: Self.monday, phase: .regular))
        #expect(TradingCalendar.always.session(closingAtOrAfter: midnight).day == Self.monday - 1)
        #expect(TradingCalendar.always.session(closingAtOrAfter: midnight + 1).day == Self.monday)
        #expect(TradingCalendar.always.nextOpen(after: midnight) == midnight + CivilTime.day)
        #expect(TradingCalendar.always.sessions(from: Self.monday - 700, until: Self.monday) == 700)
    }

    @Test("where nothing is said days are as they were: of UTC, Monday to Friday")
    func weekdays() throws {
        let calendars = try MarketCalendars(ModelSettings())
        #expect(calendars.calendar(of: "A", kind: .equity) == .weekdays)
        #expect(calendars.calendar(of: "A", kind: .crypto) == .always)
        for hour in 0..<24 * 14 {
            let time = UInt64(Self.monday) * CivilTime.day + UInt64(hour) * 3_600 * CivilTime.second
            var day = CivilTime.sessionDay(end: time)
            if (day + 3) % 7 >= 5 { day += 7 - (day + 3) % 7 }
            #expect(TradingCalendar.weekdays.session(closingAtOrAfter: time).day == day)
        }
    }

    @Test("a session may begin on the evening before, over a change of the clocks")
    func overnight() throws {
        // A future: 18:00 to 17:00 in New York, Sunday to Friday.
        let week = (1...5).map { (UInt32($0), Self.hours(-360, 1_020)) }
        let calendar = try TradingCalendar(Self.settings(zone: "America/New_York", week))
        let sunday = try NewYorkTests.time("2025-03-09T22:00:00Z")  // 18:00 EDT, the clocks changed at 02:00
        let day = try NewYorkTests.day("2025-03-10")
        #expect(calendar.moment(at: sunday - 1) == MarketMoment(day: day, phase: .closed))
        #expect(calendar.moment(at: sunday) == MarketMoment(day: day, phase: .regular))
        #expect(calendar.nextClose(after: sunday) == (try NewYorkTests.time("2025-03-10T21:00:00Z")))
        #expect(calendar.session(closedBy: sunday).day == day - 3)
    }

    @Test("east of Greenwich a session may begin on the day before there")
    func auckland() throws {
        let week = (1...5).map { (UInt32($0), Self.hours(600, 1_005)) }
        let calendar = try TradingCalendar(Self.settings(zone: "Pacific/Auckland", week))
        let open = try NewYorkTests.time("2025-01-26T21:00:00Z")
        #expect(calendar.isOpen(at: open) && !calendar.isOpen(at: open - 1))
        #expect(calendar.moment(at: open).day == Self.monday)
    }

    @Test("holidays, half-days and days open besides")
    func specialDays() throws {
        var settings = Self.settings((1...5).map { ($0, Self.hours(540, 900)) })
        settings.holidays = ["2025-01-28"]
        for (date, close) in [("2025-01-29", 720), ("2025-02-01", 900)] {
            var special = SpecialDay()
            special.date = date
            special.hours = Self.hours(540, Int32(close))
            settings.specialDays.append(special)
        }
        let calendar = try TradingCalendar(settings)
        #expect(calendar.sessionDays(Self.monday..<Self.monday + 7) == [0, 2, 3, 4, 5].map { Self.monday + $0 })
        #expect(calendar.isHalfDay(Self.monday + 2) && !calendar.isHalfDay(Self.monday + 5))
        #expect(calendar.sessions(from: Self.monday, until: Self.monday + 7) == 5)
        #expect(calendar.usualSession(day: Self.monday + 1).open < calendar.usualSession(day: Self.monday + 1).close)
    }

    @Test("a known calendar is taken over and changed, and followed by those listed")
    func basedOn() throws {
        var closure = CalendarSettings()
        (closure.id, closure.basedOn, closure.holidays) = ("XNYS", "XNYS", ["2025-01-27"])
        var coins = CalendarSettings()
        (coins.id, coins.symbols) = ("24/7", ["COIN"])
        var model = ModelSettings()
        (model.calendar, model.calendars) = ("XNYS", [closure, coins])
        let calendars = try MarketCalendars(model)
        #expect(!calendars.standard.isSession(day: Self.monday) && TradingCalendar.newYork.isSession(day: Self.monday))
        #expect(!calendars.standard.isSession(day: try NewYorkTests.day("2025-01-09")))
        #expect(calendars.calendar(of: "COIN", kind: .equity) == .always)
        #expect(calendars.calendar(of: "NVDA", kind: .equity).id == "XNYS")
    }

    @Test("what is no calendar is refused, and says where")
    func refuses() {
        func fault(_ settings: CalendarSettings) -> String? {
            do throws(CalendarFault) {
                _ = try TradingCalendar(settings)
                return nil
            } catch {
                return error.key
            }
        }
        let monday = [(1 as UInt32, Self.hours(540, 900))]
        #expect(fault(Self.settings(monday)) == nil)
        #expect(fault(Self.settings(zone: "Mars/Olympus", monday)) == "zone")
        #expect(fault(Self.settings(zone: "", monday)) == "zone")
        #expect(fault(Self.settings([])) == "week")
        #expect(fault(Self.settings(monday + monday)) == "week[1].weekday")
        #expect(fault(Self.settings([(8, Self.hours(0, 1))])) == "week[0].weekday")
        for (open, close) in [(900, 540), (0, 1_441), (-1_441, 0), (0, 0), (-720, 721), (Int32.min, Int32.max)] {
            #expect(fault(Self.settings([(1, Self.hours(Int32(open), Int32(close)))])) == "week[0].hours")
        }
        #expect(fault(Self.settings([(1, Self.hours(0, 1_200)), (2, Self.hours(-300, 900))])) == "week")
        var dates = Self.settings(monday)
        dates.holidays = ["2025-02-30"]
        #expect(fault(dates) == "holidays[0]")
        dates = Self.settings(monday)
        dates.basedOn = "XMARS"
        #expect(fault(dates) == "based_on")
        var model = ModelSettings()
        model.calendar = "XMARS"
        #expect(throws: CalendarFault.self) { try MarketCalendars(model) }
    }
}
