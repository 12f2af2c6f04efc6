public import Schema

/// Which session an instant belongs to, by the calendars of the settings in force.
///
/// Prices come in the order of time, near enough: the session asked for last is remembered for each calendar, so
/// that the next question costs two comparisons.
public struct SessionClock: Codable, Sendable {
    /// The instants that count to one session: after the close before it, until its own.
    public struct Window: Sendable {
        /// Its date.
        public internal(set) var day: Int32 = 0
        /// The close before; it is not in the window.
        public internal(set) var from: UInt64 = .max
        public internal(set) var open: UInt64 = 0
        /// Its close, which is in the window.
        public internal(set) var close: UInt64 = 0

        @inline(__always)
        public func contains(_ time: UInt64) -> Bool { from < time && time <= close }
    }

    /// What the calendars are made from again after a checkpoint.
    private var settings = ModelSettings()
    private var market: MarketCalendars?
    /// Those in use, by the index that instruments have.
    private var calendars: [TradingCalendar] = []
    private var latest: [Window] = []
    /// The first instrument of each calendar in use.
    private var asked: [Asked] = []

    public init() { self.init(ModelSettings()) }

    /// Calendars that cannot be made are those of old: Monday to Friday in UTC. Whoever writes settings into the
    /// stream has checked them.
    public init(_ settings: ModelSettings) {
        self.settings.calendars = settings.calendars
        self.settings.calendar = settings.calendar
        market = try? MarketCalendars(self.settings)
    }

    /// The index of an instrument's calendar.
    public mutating func index(of symbol: String, kind: InstrumentKind) -> UInt8 {
        let calendar = market?.calendar(of: symbol, kind: kind) ?? (kind == .crypto ? .always : .weekdays)
        if let known = calendars.firstIndex(of: calendar) { return UInt8(known) }
        // More calendars than there are exchanges: the rest follow the first.
        guard calendars.count < Int(UInt8.max) else { return 0 }
        calendars.append(calendar)
        latest.append(Window())
        asked.append(Asked(symbol: symbol, kind: kind.rawValue))
        return UInt8(calendars.count - 1)
    }

    /// The session an instant counts to.
    @inline(__always)
    public mutating func window(at time: UInt64, _ calendar: UInt8) -> Window {
        let window = latest[Int(calendar)]
        return window.contains(time) ? window : findWindow(at: time, calendar)
    }

    private mutating func findWindow(at time: UInt64, _ calendar: UInt8) -> Window {
        let session = calendars[Int(calendar)].session(closingAtOrAfter: time)
        let window = make(session, calendar)
        latest[Int(calendar)] = window
        return window
    }

    private func make(_ session: TradingSession, _ calendar: UInt8) -> Window {
        let before = calendars[Int(calendar)].session(closedBy: max(session.close, 1) - 1)
        return Window(
            day: Int32(truncatingIfNeeded: session.day), from: before.close, open: session.open, close: session.close)
    }

    /// The first session after a day.
    public func next(after day: Int32, _ calendar: UInt8) -> Window {
        let trading = calendars[Int(calendar)]
        let next = trading.sessionDay(onOrAfter: Int(max(day, 1)) + 1)
        return make(trading.usualSession(day: next), calendar)
    }

    /// When the session of a day closes, or would if there were one.
    public func close(of day: Int32, _ calendar: UInt8) -> Window {
        make(calendars[Int(calendar)].usualSession(day: Int(max(day, 1))), calendar)
    }

    /// Whether the session of a day has closed by an instant.
    public func isOver(_ day: Int64, _ calendar: UInt8, at time: UInt64) -> Bool {
        close(of: Int32(clamping: day), calendar).close <= time
    }

    /// The date of a session's bar, which may be stamped with more than the session's hours: the last session it
    /// reaches into. Of a bar in no session, as on a holiday that the calendar alone knows, the date of its end.
    @inline(__always)
    public mutating func day(ofBar start: UInt64, _ end: UInt64, _ calendar: UInt8) -> Int32 {
        let window = window(at: end, calendar)
        return window.open < end ? window.day : dayBefore(window, start, end, calendar)
    }

    private func dayBefore(_ window: Window, _ start: UInt64, _ end: UInt64, _ calendar: UInt8) -> Int32 {
        let trading = calendars[Int(calendar)]
        if window.from > start {
            return Int32(truncatingIfNeeded: trading.session(closedBy: max(window.close, 1) - 1).day)
        }
        return Int32(truncatingIfNeeded: trading.zone.day(at: max(end, 1) - 1))
    }

    /// A bar of at least this length, in nanoseconds, is a session's whatever the calendar says.
    public static let sessionBarLength: UInt64 = 6 * 3_600 * CivilTime.second
    /// No bar shorter than this, in nanoseconds, is a session's.
    public static let shortestSession: UInt64 = 2 * 3_600 * CivilTime.second

    /// Whether a bar is a session's own, so that its close is the session's close: of at least ``sessionBarLength``, or
    /// of all regular hours of a session that is longer than ``shortestSession``, as on a half-day.
    ///
    /// What every reader of bars goes by: who asked otherwise would have other sessions.
    @inline(__always)
    public mutating func isSessionBar(_ start: UInt64, _ end: UInt64, _ calendar: UInt8) -> Bool {
        guard end >= start, end - start >= Self.shortestSession else { return false }
        return end - start >= Self.sessionBarLength || isWhole(start, end, calendar)
    }

    /// Whether a bar holds all regular hours of a session, as that of a half-day does.
    private mutating func isWhole(_ start: UInt64, _ end: UInt64, _ calendar: UInt8) -> Bool {
        let window = window(at: end, calendar)
        return window.close == end && start <= window.open
    }

    private enum CodingKeys: CodingKey { case settings, calendars }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let stored = try container.decode(StoredMessage.self, forKey: .settings)
        guard case .configurationChanged(let changed) = stored.message else {
            throw DecodingError.dataCorruptedError(
                forKey: .settings, in: container, debugDescription: "calendars are not settings")
        }
        self.init(changed.settings)
        // The same questions in the same order give the same indices.
        for asked in try container.decode([Asked].self, forKey: .calendars) {
            _ = index(of: asked.symbol, kind: InstrumentKind(rawValue: asked.kind) ?? .unspecified)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var changed = ConfigurationChanged()
        changed.settings = settings
        try container.encode(StoredMessage(.configurationChanged(changed)), forKey: .settings)
        try container.encode(asked, forKey: .calendars)
    }

    private struct Asked: Codable {
        let symbol: String
        let kind: Int
    }
}
