import Calendars
import Schema
import Yams

/// Calendars as settings write them: times of day instead of minutes, weekdays by name.
extension SettingsParser {
    /// The id of a calendar that `settings.calendar` describes itself.
    static let inlineID = "settings"

    private static let weekdays: KeyValuePairs<String, UInt32> = [
        "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7,
    ]

    /// Reads `calendars`, `settings.calendar` and what instruments follow.
    ///
    /// - Parameter instruments: The nodes of `instruments`, for their calendars.
    func calendars(
        _ listed: Node?, standard: Node?, in settings: Node, instruments: Node?, into model: inout ModelSettings
    ) -> MarketCalendars? {
        var made = self.listed(listed)
        let nodes = reader.list(listed, "calendars")
        guard let standard else {
            reader.note(settings, "settings.calendar", "missing", "the id of a calendar, or zone, open, close")
            return nil
        }
        if case .mapping = standard {
            guard let inline = inline(standard) else { return nil }
            made.append(inline)
            model.calendar = Self.inlineID
        } else {
            model.calendar = reader.text(standard, "settings.calendar", in: settings) ?? ""
        }
        follow(instruments, &made)
        model.calendars = made
        do {
            return try MarketCalendars(model)
        } catch {
            let isInline = error.key.hasPrefix("calendars[\(nodes.count)]")
            let index = error.key.split(whereSeparator: { "[]".contains($0) }).dropFirst().first.flatMap { Int($0) }
            let node = index.flatMap { nodes.indices.contains($0) ? nodes[$0] : nil } ?? standard
            let key = error.key == "calendar" || isInline ? "settings.calendar" : error.key
            reader.note(node, key, isInline ? "\(error.key): \(error.found)" : error.found, error.allowed)
            return nil
        }
    }

    private func listed(_ node: Node?) -> [CalendarSettings] {
        var taken = Names()
        let keys = ["id", "based_on", "zone", "hours", "holidays", "special_days"]
        return each(node, "calendars", keys) { element, key, values in
            var calendar = CalendarSettings()
            calendar.id = reader.text(values["id"], "\(key).id", in: element) ?? ""
            take(calendar.id, &taken, values["id"], "\(key).id")
            if calendar.id == Self.inlineID {
                reader.note(values["id"], "\(key).id", quoted(calendar.id), "another id")
            }
            calendar.basedOn = reader.text(values["based_on"], "\(key).based_on", in: element, required: false) ?? ""
            calendar.zone =
                reader.text(values["zone"], "\(key).zone", in: element, required: calendar.basedOn.isEmpty) ?? ""
            if !calendar.zone.isEmpty { checkZone(calendar.zone, values["zone"], "\(key).zone") }
            if values["hours"] == nil, calendar.basedOn.isEmpty {
                reader.note(element, "\(key).hours", "missing", "a list with days, open, close")
            }
            calendar.week = week(values["hours"], "\(key).hours")
            calendar.holidays = reader.texts(values["holidays"], "\(key).holidays", in: element)
            for (index, holiday) in calendar.holidays.enumerated() where CivilTime.parseDate(holiday) == nil {
                reader.note(values["holidays"], "\(key).holidays[\(index)]", quoted(holiday), "a date YYYY-MM-DD")
            }
            calendar.specialDays = specialDays(values["special_days"], "\(key).special_days")
            return calendar
        }
    }

    private func week(_ node: Node?, _ key: String) -> [WeekdayHours] {
        var taken: Set<UInt32> = []
        let keys = ["days", "open", "close", "pre_open", "post_close"]
        return each(node, key, keys) { element, key, values -> [WeekdayHours] in
            guard let hours = hours(values, key, in: element) else { return [] }
            guard let days = values["days"] else {
                reader.note(element, "\(key).days", "missing", Self.weekdays.map(\.key).joined(separator: ", "))
                return []
            }
            return reader.list(days, "\(key).days").compactMap { day in
                guard let number = reader.word(day, "\(key).days", in: days, Self.weekdays) else { return nil }
                if !taken.insert(number).inserted {
                    reader.note(day, "\(key).days", "a weekday for the second time", "each once")
                }
                var entry = WeekdayHours()
                (entry.weekday, entry.hours) = (number, hours)
                return entry
            }
        }.flatMap { $0 }
    }

    private func specialDays(_ node: Node?, _ key: String) -> [SpecialDay] {
        let keys = ["date", "open", "close", "pre_open", "post_close"]
        return each(node, key, keys) { element, key, values in
            var day = SpecialDay()
            day.date = reader.text(values["date"], "\(key).date", in: element) ?? ""
            if !day.date.isEmpty, CivilTime.parseDate(day.date) == nil {
                reader.note(values["date"], "\(key).date", quoted(day.date), "a date YYYY-MM-DD")
            }
            day.hours = hours(values, key, in: element) ?? TradingHours()
            return day
        }
    }

    /// A time of day that is not before the one it must come before is on the evening before.
    private func hours(_ values: [String: Node], _ key: String, in node: Node) -> TradingHours? {
        func optional(_ name: String) -> Int? {
            values[name] == nil ? nil : minute(values[name], "\(key).\(name)", in: node)
        }
        let (open, close) = (
            minute(values["open"], "\(key).open", in: node), minute(values["close"], "\(key).close", in: node)
        )
        let (preOpen, postClose) = (optional("pre_open"), optional("post_close"))
        guard let open, let close else { return nil }
        var hours = TradingHours()
        hours.close = Int32(close)
        hours.open = Int32(open < close ? open : open - 1_440)
        if let preOpen { hours.preOpen = Int32(preOpen <= hours.open ? preOpen : preOpen - 1_440) }
        if let postClose {
            hours.postClose = Int32(postClose)
            if postClose < close {
                reader.note(values["post_close"], "\(key).post_close", "before the close", "a time from close to 24:00")
                return nil
            }
        }
        let length = Int(max(hours.postClose, hours.close)) - Int(hours.hasPreOpen ? hours.preOpen : hours.open)
        guard length <= 1_440 else {
            reader.note(node, key, "\(length / 60) hours", "up to 24 hours")
            return nil
        }
        return hours
    }

    /// Monday to Friday, the same hours each day.
    private func inline(_ node: Node) -> CalendarSettings? {
        let key = "settings.calendar"
        guard let values = reader.mapping(node, key, ["zone", "open", "close"]) else { return nil }
        let zone = reader.text(values["zone"], "\(key).zone", in: node)
        if let zone { checkZone(zone, values["zone"], "\(key).zone") }
        let open = minute(values["open"], "\(key).open", in: node)
        let close = minute(values["close"], "\(key).close", in: node)
        guard let zone, let open, let close else { return nil }
        guard open < close else {
            reader.note(values["close"], "\(key).close", "not after the open", "a time after open, up to 24:00")
            return nil
        }
        var calendar = CalendarSettings()
        (calendar.id, calendar.zone) = (Self.inlineID, zone)
        calendar.week = (1...5).map { weekday in
            var entry = WeekdayHours()
            (entry.weekday, entry.hours.open, entry.hours.close) = (UInt32(weekday), Int32(open), Int32(close))
            return entry
        }
        return ZoneRules(zone) == nil ? nil : calendar
    }

    /// Lists the symbols of instruments that name a calendar.
    private func follow(_ instruments: Node?, _ calendars: inout [CalendarSettings]) {
        guard case .sequence(let sequence) = instruments else { return }
        for (index, element) in sequence.enumerated() {
            guard case .mapping(let mapping) = element, let node = mapping["calendar"],
                let symbol = mapping["symbol"]?.scalar?.string
            else { continue }
            let key = "instruments[\(index)].calendar"
            guard let id = reader.text(node, key, in: element) else { continue }
            if let place = calendars.firstIndex(where: { $0.id == id }) {
                calendars[place].symbols.append(symbol)
            } else if TradingCalendar.known(id) != nil {
                var known = CalendarSettings()
                (known.id, known.symbols) = (id, [symbol])
                calendars.append(known)
            } else {
                let allowed = calendars.map(\.id) + TradingCalendar.knownIDs
                reader.note(node, key, quoted(id), allowed.joined(separator: ", "))
            }
        }
    }

    private func checkZone(_ zone: String, _ node: Node?, _ key: String) {
        guard ZoneRules(zone) == nil else { return }
        reader.note(node, key, quoted(zone), "a zone such as America/New_York")
    }
}
