public import Schema

/// Why settings of a calendar cannot be used.
public struct CalendarFault: Error, Equatable, CustomStringConvertible {
    /// Path within the calendar: `zone`, `week`, `special_days[2].date`.
    public let key: String
    public let found: String
    public let allowed: String

    public var description: String { "\(key) is \(found), allowed is \(allowed)" }
}

extension TradingCalendar {
    /// The calendar that settings describe.
    public init(_ settings: CalendarSettings) throws(CalendarFault) {
        var zone: ZoneRules?
        var week = [SessionHours?](repeating: nil, count: 7)
        var exceptions: [Int: SessionHours?] = [:]
        if !settings.basedOn.isEmpty {
            guard let base = TradingCalendar.known(settings.basedOn) else {
                let allowed = TradingCalendar.knownIDs.joined(separator: ", ")
                throw CalendarFault(key: "based_on", found: "\"\(settings.basedOn)\"", allowed: allowed)
            }
            (zone, week, exceptions) = (base.zone, base.week, base.exceptions)
        }
        if !settings.zone.isEmpty {
            guard let rules = ZoneRules(settings.zone) else {
                throw CalendarFault(
                    key: "zone", found: "\"\(settings.zone)\"", allowed: "a zone such as America/New_York")
            }
            zone = rules
        }
        guard let zone else {
            throw CalendarFault(key: "zone", found: "missing", allowed: "a zone such as America/New_York")
        }
        if !settings.week.isEmpty { week = try Self.week(settings.week) }
        for (index, date) in settings.holidays.enumerated() {
            exceptions.updateValue(nil, forKey: try Self.day(date, "holidays[\(index)]"))
        }
        for (index, special) in settings.specialDays.enumerated() {
            let day = try Self.day(special.date, "special_days[\(index)].date")
            exceptions[day] = try Self.hours(special.hours, "special_days[\(index)].hours")
        }
        guard week.contains(where: { $0 != nil }) else {
            throw CalendarFault(key: "week", found: "empty", allowed: "at least one weekday with hours")
        }
        guard let calendar = TradingCalendar(id: settings.id, zone: zone, week: week, exceptions: exceptions) else {
            throw CalendarFault(
                key: "week", found: "sessions that overlap", allowed: "sessions that end before the next begins")
        }
        self = calendar
    }

    /// Days that differ from the weekly hours.
    private var exceptions: [Int: SessionHours?] {
        var all: [Int: SessionHours?] = [:]
        for (day, hours) in differing { all.updateValue(hours, forKey: day) }
        return all
    }

    private static func week(_ listed: [WeekdayHours]) throws(CalendarFault) -> [SessionHours?] {
        var week = [SessionHours?](repeating: nil, count: 7)
        for (index, entry) in listed.enumerated() {
            guard (1...7).contains(entry.weekday), week[Int(entry.weekday) - 1] == nil else {
                throw CalendarFault(
                    key: "week[\(index)].weekday", found: "\(entry.weekday)", allowed: "1 (Monday) to 7, each once")
            }
            week[Int(entry.weekday) - 1] = try hours(entry.hours, "week[\(index)].hours")
        }
        return week
    }

    private static func hours(_ hours: TradingHours, _ key: String) throws(CalendarFault) -> SessionHours {
        let made = SessionHours(
            open: Int(hours.open), close: Int(hours.close), preOpen: hours.hasPreOpen ? Int(hours.preOpen) : nil,
            postClose: hours.hasPostClose ? Int(hours.postClose) : nil)
        guard made.isValid else {
            throw CalendarFault(
                key: key, found: "\(made.preOpen), \(made.open), \(made.close), \(made.postClose)",
                allowed: "pre_open, open, close and post_close in this order, within 24 hours that end on its date")
        }
        return made
    }

    private static func day(_ date: String, _ key: String) throws(CalendarFault) -> Int {
        guard let day = CivilTime.parseDate(date) else {
            throw CalendarFault(key: key, found: "\"\(date)\"", allowed: "a date YYYY-MM-DD")
        }
        return day
    }
}

/// Which calendar each instrument follows, by the model settings in force.
public struct MarketCalendars: Sendable, Equatable {
    /// Of instruments that no calendar lists, except crypto.
    public let standard: TradingCalendar
    private let bySymbol: [String: TradingCalendar]

    /// - Throws: The first fault, with the calendar's place in its key.
    public init(_ settings: ModelSettings) throws(CalendarFault) {
        var defined: [String: TradingCalendar] = [:]
        var bySymbol: [String: TradingCalendar] = [:]
        for (index, entry) in settings.calendars.enumerated() {
            let calendar: TradingCalendar
            do {
                calendar = try Self.calendar(entry)
            } catch {
                throw CalendarFault(
                    key: "calendars[\(index)].\(error.key)", found: error.found, allowed: error.allowed)
            }
            defined[entry.id] = calendar
            for symbol in entry.symbols { bySymbol[symbol] = calendar }
        }
        self.bySymbol = bySymbol
        if settings.calendar.isEmpty {
            standard = .weekdays
        } else if let calendar = defined[settings.calendar] ?? .known(settings.calendar) {
            standard = calendar
        } else {
            throw CalendarFault(
                key: "calendar", found: "\"\(settings.calendar)\"",
                allowed: (settings.calendars.map(\.id) + TradingCalendar.knownIDs).joined(separator: ", "))
        }
    }

    /// A known calendar that is listed only for its symbols says nothing but its id.
    private static func calendar(_ settings: CalendarSettings) throws(CalendarFault) -> TradingCalendar {
        var bare = CalendarSettings()
        bare.id = settings.id
        bare.symbols = settings.symbols
        if settings == bare, let known = TradingCalendar.known(settings.id) { return known }
        return try TradingCalendar(settings)
    }

    /// The calendar of an instrument. Crypto that no calendar lists trades at all times.
    public func calendar(of symbol: String, kind: InstrumentKind) -> TradingCalendar {
        bySymbol[symbol] ?? (kind == .crypto ? .always : standard)
    }
}
