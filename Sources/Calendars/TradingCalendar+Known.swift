import Schema

extension TradingCalendar {
    /// Calendars that settings may name without defining them, by id.
    public static func known(_ id: String) -> TradingCalendar? {
        switch id {
        case "XNYS": newYork
        case "24/7": always
        default: nil
        }
    }

    public static let knownIDs = ["XNYS", "24/7"]

    /// Every day from 00:00 to 24:00 UTC.
    public static let always = make(
        "24/7", zone: "UTC", week: Array(repeating: SessionHours(open: 0, close: 1_440), count: 7))

    /// Monday to Friday from 00:00 to 24:00 UTC: what is assumed where settings name no calendar.
    public static let weekdays = make(
        "weekdays", zone: "UTC",
        week: Array(repeating: SessionHours(open: 0, close: 1_440), count: 5) + [nil, nil])

    /// New York Stock Exchange, whose days Nasdaq keeps too: by rule from 1998, with what was decreed besides.
    ///
    /// Trading before the open from 04:00 and after the close to 20:00, on half-days to 17:00 (NYSE Arca, Nasdaq).
    public static let newYork: TradingCalendar = {
        var exceptions: [Int: SessionHours?] = [:]
        for year in 1998...2200 {
            for day in NewYorkHolidays.halfDays(year) { exceptions[day] = NewYorkHolidays.halfDay }
            for day in NewYorkHolidays.holidays(year) { exceptions.updateValue(nil, forKey: day) }
        }
        for date in NewYorkHolidays.closures {
            if let day = CivilTime.parseDate(date) { exceptions.updateValue(nil, forKey: day) }
        }
        let week = Array(repeating: SessionHours(open: 570, close: 960, preOpen: 240, postClose: 1_200), count: 5)
        return make("XNYS", zone: "America/New_York", week: week + [nil, nil], exceptions: exceptions)
    }()

    private static func make(
        _ id: String, zone: String, week: [SessionHours?], exceptions: [Int: SessionHours?] = [:]
    ) -> TradingCalendar {
        guard let rules = ZoneRules(zone),
            let calendar = TradingCalendar(id: id, zone: rules, week: week, exceptions: exceptions)
        else { preconditionFailure("calendar \(id)") }
        return calendar
    }
}

/// When the New York Stock Exchange is closed or closes early: its Rule 7.2, as kept since 1998.
enum NewYorkHolidays {
    static let halfDay = SessionHours(open: 570, close: 780, preOpen: 240, postClose: 1_020)

    /// Closed by decree: the attacks of 2001, hurricane Sandy, days of mourning for presidents.
    static let closures = [
        "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30",
        "2018-12-05", "2025-01-09",
    ]

    static func holidays(_ year: Int) -> [Int] {
        var days = [
            nth(year, 1, 3, 0),  // Martin Luther King
            nth(year, 2, 3, 0),  // Washington
            easter(year) - 2,
            nth(year, 5, 5, 0),  // Memorial Day
            observed(year, 7, 4), nth(year, 9, 1, 0), thanksgiving(year), observed(year, 12, 25),
        ]
        // A New Year's Day on a Saturday is not kept on the Friday: that is the end of the accounting year.
        let newYear = CivilTime.dayNumber(year: year, month: 1, day: 1)
        if CivilTime.weekday(newYear) != 5 { days.append(observed(year, 1, 1)) }
        if year >= 2022 { days.append(observed(year, 6, 19)) }
        return days
    }

    /// Trading ends at 13:00: the day after Thanksgiving, and the eves of Independence Day and Christmas.
    static func halfDays(_ year: Int) -> [Int] {
        var days = [thanksgiving(year) + 1]
        for (month, day) in [(7, 3), (12, 24)] {
            let eve = CivilTime.dayNumber(year: year, month: month, day: day)
            if CivilTime.weekday(eve) < 4 { days.append(eve) }
        }
        // Until 2012 the Friday after a Thursday's holiday was short, not the Wednesday before.
        if year == 2002, let index = days.firstIndex(of: CivilTime.dayNumber(year: 2002, month: 7, day: 3)) {
            days[index] += 2
        }
        if year == 2003 { days.append(CivilTime.dayNumber(year: 2003, month: 12, day: 26)) }
        return days
    }

    private static func nth(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int {
        CivilTime.day(year: year, month: month, week: week, weekday: weekday)
    }

    private static func thanksgiving(_ year: Int) -> Int { nth(year, 11, 4, 3) }

    /// A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
    private static func observed(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let day = CivilTime.dayNumber(year: year, month: month, day: day)
        return switch CivilTime.weekday(day) {
        case 5: day - 1
        case 6: day + 1
        default: day
        }
    }

    /// Easter Sunday, Gregorian ("anonymous" algorithm, Nature 13, 1876, p. 487).
    private static func easter(_ year: Int) -> Int {
        let (a, b, c) = (year % 19, year / 100, year % 100)
        let (d, e, f) = (b / 4, b % 4, (b + 8) / 25)
        let g = (b - f + 1) / 3
        let h = (19 * a + b - d - g + 15) % 30
        let (i, k) = (c / 4, c % 4)
        let l = (32 + 2 * e + 2 * i - h - k) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let sum = h + l - 7 * m + 114
        return CivilTime.dayNumber(year: year, month: sum / 31, day: sum % 31 + 1)
    }
}
