import Schema

/// Times of one session, minutes since local midnight of its date, −1,440 to 1,440; negative: on the evening before.
public struct SessionHours: Sendable, Hashable {
    /// Where trading before the regular session begins; `open` where there is none.
    public var preOpen: Int
    public var open: Int
    public var close: Int
    /// Where trading after the regular session ends; `close` where there is none.
    public var postClose: Int

    public init(open: Int, close: Int, preOpen: Int? = nil, postClose: Int? = nil) {
        self.open = open
        self.close = close
        self.preOpen = preOpen ?? open
        self.postClose = postClose ?? close
    }

    public var isValid: Bool {
        -1_440 <= preOpen && preOpen <= open && open < close && close <= postClose && postClose <= 1_440
            && postClose - preOpen <= 1_440
    }
}

/// One session of an exchange; times are ns since the Unix epoch.
public struct TradingSession: Sendable, Equatable {
    /// Its date: the number of the local day, see ``Schema/CivilTime``.
    public var day: Int
    /// Beginning of trading before the regular session; `open` where there is none.
    public var preOpen: UInt64
    public var open: UInt64
    public var close: UInt64
    /// End of trading after the regular session; `close` where there is none.
    public var postClose: UInt64
    /// Closes before the usual time of its weekday.
    public var isHalfDay: Bool
}

/// What an exchange does at an instant.
public enum MarketPhase: UInt8, Sendable, CaseIterable {
    case closed, preMarket, regular, afterHours
}

/// An instant as an exchange sees it.
public struct MarketMoment: Sendable, Equatable {
    /// Date of the session the phase is of; while closed, of the next one.
    public var day: Int
    public var phase: MarketPhase

    public init(day: Int, phase: MarketPhase) {
        self.day = day
        self.phase = phase
    }
}

/// When an exchange trades: a pure value, the same on every machine.
///
/// Weekly hours in a zone, and days that differ from them. Sessions are known by their date, the local day their
/// regular hours end on. They do not overlap; the windows are half-open, `open` belongs to the session and `close` to
/// what follows. Delayed openings, halts and breaks at noon are not known. Queries cost O(log n) in the days that
/// differ, about 0.1 µs.
public struct TradingCalendar: Sendable, Equatable {
    /// `XNYS` (ISO 10383), `24/7`, or a name of the settings.
    public let id: String
    public let zone: ZoneRules
    /// Usual hours by weekday, Monday first; nil: closed.
    public let week: [SessionHours?]
    /// Days that differ, rising, and what they have: nil is closed.
    private let exceptionDays: [Int32]
    private let exceptionHours: [SessionHours?]
    /// Before exception i: sessions by exceptions, less those the weekly hours would have had.
    private let balance: [Int32]

    /// - Parameters:
    ///   - id: The name, as settings have it.
    ///   - zone: Of the place whose local times the hours are.
    ///   - week: Seven, Monday first, at least one not nil.
    ///   - exceptions: By day number; nil is closed.
    /// - Returns: nil where hours are not in order, a week has not seven days or is empty, or sessions overlap.
    public init?(id: String, zone: ZoneRules, week: [SessionHours?], exceptions: [Int: SessionHours?] = [:]) {
        guard week.count == 7, week.contains(where: { $0 != nil }),
            (week + Array(exceptions.values)).allSatisfy({ $0?.isValid ?? true }),
            exceptions.keys.allSatisfy({ Int32(exactly: $0) != nil })
        else { return nil }
        self.id = id
        self.zone = zone
        self.week = week
        let days = exceptions.keys.sorted()
        exceptionDays = days.map { Int32($0) }
        exceptionHours = days.map { exceptions[$0] ?? nil }
        var balance: [Int32] = [0]
        for (day, hours) in zip(days, exceptionHours) {
            let usual = week[CivilTime.weekday(day)]
            balance.append((balance.last ?? 0) + (hours == nil ? 0 : 1) - (usual == nil ? 0 : 1))
        }
        self.balance = balance
        guard !hasOverlap(around: days) else { return nil }
    }

    private func hasOverlap(around days: [Int]) -> Bool {
        // Any week without exceptions stands for all of them.
        let usual = Array(4..<11)
        return (usual + days.flatMap { [$0 - 1, $0] }).contains { day in
            let (today, tomorrow) =
                days.isEmpty || usual.contains(day)
                ? (week[CivilTime.weekday(day)], week[CivilTime.weekday(day + 1)])
                : (hours(day: day), hours(day: day + 1))
            guard let today, let tomorrow else { return false }
            return today.postClose > tomorrow.preOpen + 1_440
        }
    }
}

// MARK: Days

extension TradingCalendar {
    /// Hours of a local day; nil: no session. A day is a number of ``Schema/CivilTime``.
    public func hours(day: Int) -> SessionHours? {
        if let exception = exception(day) { return exceptionHours[exception] }
        return week[CivilTime.weekday(day)]
    }

    /// Hours the day would have by its weekday; of a weekday without sessions the first weekday's that has any.
    public func usualHours(day: Int) -> SessionHours {
        // The initialiser has seen to it that there is one.
        week[CivilTime.weekday(day)] ?? week.lazy.compactMap { $0 }.first ?? SessionHours(open: 0, close: 1_440)
    }

    public func isSession(day: Int) -> Bool { hours(day: day) != nil }

    public func isHalfDay(_ day: Int) -> Bool {
        guard let hours = hours(day: day) else { return false }
        return hours.close < usualHours(day: day).close
    }

    /// The session of a date; nil: closed.
    public func session(day: Int) -> TradingSession? { hours(day: day).map { session(day: day, hours: $0) } }

    /// The session a date has, or would have if it were open.
    public func usualSession(day: Int) -> TradingSession {
        session(day: day, hours: hours(day: day) ?? usualHours(day: day))
    }

    private func session(day: Int, hours: SessionHours) -> TradingSession {
        let open = zone.instant(day: day, minute: hours.open)
        let close = zone.instant(day: day, minute: hours.close)
        return TradingSession(
            day: day, preOpen: hours.preOpen == hours.open ? open : zone.instant(day: day, minute: hours.preOpen),
            open: open, close: close,
            postClose: hours.postClose == hours.close ? close : zone.instant(day: day, minute: hours.postClose),
            isHalfDay: hours.close < usualHours(day: day).close)
    }

    /// Date of the first session on or after a day.
    public func sessionDay(onOrAfter day: Int) -> Int {
        var day = day
        while !isSession(day: day) { day += 1 }
        return day
    }

    /// Date of the last session before a day.
    public func sessionDay(before day: Int) -> Int {
        var day = day - 1
        while !isSession(day: day) { day -= 1 }
        return day
    }

    /// How many sessions lie between two dates: from the first on, before the second. Negative if they are in the
    /// other order. So one session follows another directly if this is 1.
    public func sessions(from first: Int, until second: Int) -> Int { ordinal(second) - ordinal(first) }

    /// Dates of the sessions in a range of days.
    public func sessionDays(_ days: Range<Int>) -> [Int] { days.filter { isSession(day: $0) } }

    /// The date of the session `count` sessions after one (before it, if negative). On a day without a session, 0 and
    /// up are counted from the next session.
    public func sessionDay(_ count: Int, after day: Int) -> Int {
        let target = ordinal(day) + count
        // The date is the last day that has at most `target` sessions before it.
        let reach = (abs(count) + exceptionDays.count + 2) * 7
        var (low, high) = (day - reach, day + reach)
        while low < high {
            let middle = low + (high - low) / 2
            if ordinal(middle + 1) > target { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Sessions before a day, counted from a fixed Monday.
    private func ordinal(_ day: Int) -> Int {
        let monday = 4  // 1970-01-05
        let weeks = (day - monday) >= 0 ? (day - monday) / 7 : (day - monday - 6) / 7
        let rest = day - monday - weeks * 7
        let perWeek = week.count { $0 != nil }
        let started = week.prefix(rest).count { $0 != nil }
        return weeks * perWeek + started + Int(balance[lowerBound(day)])
    }

    /// Days that differ from the weekly hours, rising; nil is closed.
    public var differing: [(day: Int, hours: SessionHours?)] {
        zip(exceptionDays, exceptionHours).map { (Int($0), $1) }
    }

    private func lowerBound(_ day: Int) -> Int { exceptionDays.partitioningIndex { Int($0) >= day } }

    private func exception(_ day: Int) -> Int? {
        let index = lowerBound(day)
        return index < exceptionDays.count && Int(exceptionDays[index]) == day ? index : nil
    }
}

// MARK: Instants

extension TradingCalendar {
    /// The session and phase an instant lies in.
    public func moment(at time: UInt64) -> MarketMoment {
        let session = first(at: time) { $0.postClose > $1 }
        let phase: MarketPhase =
            if time < session.preOpen { .closed } else if time < session.open {
                .preMarket
            } else if time < session.close { .regular } else { .afterHours }
        return MarketMoment(day: session.day, phase: phase)
    }

    /// Whether the instant lies in regular hours.
    public func isOpen(at time: UInt64) -> Bool { moment(at: time).phase == .regular }

    /// The session whose close is the first at or after an instant: the one a price of that instant is counted to.
    /// What is traded after the close counts to the next session; a bar that ends at the close, to the one that closes.
    public func session(closingAtOrAfter time: UInt64) -> TradingSession { first(at: time) { $0.close >= $1 } }

    /// The last session whose close is at or before an instant.
    public func session(closedBy time: UInt64) -> TradingSession {
        let next = first(at: time) { $0.close > $1 }
        return usualSession(day: sessionDay(before: next.day))
    }

    /// The first regular open after an instant.
    public func nextOpen(after time: UInt64) -> UInt64 { first(at: time) { $0.open > $1 }.open }

    /// The first regular close after an instant.
    public func nextClose(after time: UInt64) -> UInt64 { first(at: time) { $0.close > $1 }.close }

    /// Sessions whose regular hours overlap `[from, until)`.
    public func sessions(from: UInt64, until: UInt64) -> [TradingSession] {
        let until = min(until, Self.latest)
        guard from < until else { return [] }
        var found: [TradingSession] = []
        var session = first(at: from) { $0.close > $1 }
        while session.open < until {
            found.append(session)
            session = usualSession(day: sessionDay(onOrAfter: session.day + 1))
        }
        return found
    }

    /// The first session that `isMet` at the time, which must hold from some session near it on.
    private func first(at time: UInt64, _ isMet: (TradingSession, UInt64) -> Bool) -> TradingSession {
        let time = min(time, Self.latest)
        // A session ends by the midnight that ends its date; at that instant it may be the one asked for.
        var day = zone.day(at: max(time, 1) - 1)
        while true {
            day = sessionDay(onOrAfter: day)
            let session = usualSession(day: day)
            if isMet(session, time) { return session }
            day += 1
        }
    }

    /// Later instants are taken for this one, of 2500, so that there is always a session after.
    private static let latest = UInt64(CivilTime.dayNumber(year: 2500, month: 1, day: 1)) * CivilTime.day
}
