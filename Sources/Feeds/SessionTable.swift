import Calendars
import Schema

/// Sessions of instruments by their calendars, each worked out once.
struct SessionTable: Sendable {
    private let calendars: MarketCalendars
    private var distinct: [TradingCalendar] = []
    /// Sessions by day, of each calendar.
    private var sessions: [[Int: TradingSession]] = []
    /// Place in `distinct` by instrument number; -1: not asked for yet.
    private var places: [Int] = []

    init(_ calendars: MarketCalendars) { self.calendars = calendars }

    /// Symbols may stand for other instruments now.
    mutating func forgetInstruments() { places.removeAll() }

    /// Half of a usual session of the instrument, ns: a bar at least this long is a daily one, a half-day's too.
    mutating func dailyLength(_ instrument: UInt32, _ symbols: SymbolTable) -> UInt64 {
        let hours = distinct[place(instrument, symbols)].usualHours(day: 0)
        return UInt64(hours.close - hours.open) * 30 * CivilTime.second
    }

    /// The session of a date, or the one it would have if the exchange were open: bars say whether it was.
    mutating func session(_ instrument: UInt32, day: Int, _ symbols: SymbolTable) -> TradingSession {
        session(place(instrument, symbols), day: day)
    }

    /// The session whose regular hours an instant lies in.
    mutating func regularSession(_ instrument: UInt32, at time: UInt64, _ symbols: SymbolTable) -> TradingSession? {
        let place = place(instrument, symbols)
        let moment = distinct[place].moment(at: time)
        return moment.phase == .regular ? session(place, day: moment.day) : nil
    }

    /// The session a bar is of: the one it ends in, else that of the local day it ends on.
    mutating func session(_ instrument: UInt32, barEndingAt end: UInt64, _ symbols: SymbolTable) -> TradingSession {
        let place = place(instrument, symbols)
        let time = max(end, 1) - 1
        let moment = distinct[place].moment(at: time)
        return session(place, day: moment.phase == .closed ? distinct[place].zone.day(at: time) : moment.day)
    }

    private mutating func session(_ place: Int, day: Int) -> TradingSession {
        if let session = sessions[place][day] { return session }
        let session = distinct[place].usualSession(day: day)
        sessions[place][day] = session
        return session
    }

    private mutating func place(_ instrument: UInt32, _ symbols: SymbolTable) -> Int {
        let number = Int(instrument)
        while places.count <= number { places.append(-1) }
        if places[number] >= 0 { return places[number] }
        let calendar = calendars.calendar(
            of: symbols.symbol(of: instrument) ?? "", kind: symbols.kind(of: instrument) ?? .unspecified)
        let place = distinct.firstIndex(of: calendar) ?? distinct.count
        if place == distinct.count {
            distinct.append(calendar)
            sessions.append([:])
        }
        places[number] = place
        return place
    }
}
