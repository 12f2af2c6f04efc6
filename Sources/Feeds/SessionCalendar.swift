import Foundation
import Schema

/// When the exchange is open on a day that it is open on.
///
/// It knows the zone and the usual hours, not holidays or half-days: a day is a session when there is a bar for
/// it, and a bar of a half-day carries its own end if the file gives one. Sessions lie within one local day.
///
/// Reads the time-zone database of the machine, as importers may and stages may not.
public struct SessionCalendar: Sendable, Equatable {
    /// IANA name, `America/New_York`.
    public let zone: String
    /// Minutes since local midnight.
    public let openMinute: Int
    /// Minutes since local midnight, after the open, at most 1,440.
    public let closeMinute: Int
    private let times: ZoneTimes

    /// - Returns: nil where the zone is not known or the hours are not in order within a day.
    public init?(zone: String, openMinute: Int, closeMinute: Int) {
        guard let times = ZoneTimes(zone), openMinute >= 0, closeMinute <= 1_440, openMinute < closeMinute
        else { return nil }
        self.zone = zone
        self.openMinute = openMinute
        self.closeMinute = closeMinute
        self.times = times
    }

    /// A bar at least this long, half a usual session, is taken for a daily one, ns: a half-day's is one too.
    public var dailyLength: UInt64 { UInt64(closeMinute - openMinute) * 30 * CivilTime.second }

    /// The session of a local day, whether or not there was one.
    ///
    /// - Parameter day: Number of the local day, see ``Schema/CivilTime``.
    public func session(day: Int) -> Session {
        Session(
            day: day,
            midnight: times.instant(day: day, minute: 0),
            open: times.instant(day: day, minute: openMinute),
            close: times.instant(day: day, minute: closeMinute),
            nextMidnight: times.instant(day: day + 1, minute: 0))
    }
}

extension SessionCalendar {
    /// Whether an instant lies in the usual hours of a Monday to Friday; holidays are not known.
    public func isUsuallyOpen(at time: UInt64) -> Bool {
        let utcDay = CivilTime.dayNumber(time)
        return (max(1, utcDay - 1)...max(1, utcDay + 1)).contains { day in
            let session = session(day: day)
            // 1970-01-01, day 0, was a Thursday.
            let isWeekend = (day + 3) % 7 >= 5
            return !isWeekend && session.open <= time && time < session.close
        }
    }
}

/// One local day of an exchange. All times are ns since the Unix epoch.
public struct Session: Sendable, Equatable {
    /// Number of the local day.
    public var day: Int
    /// When the local day begins.
    public var midnight: UInt64
    public var open: UInt64
    public var close: UInt64
    /// When the local day is over.
    public var nextMidnight: UInt64
}

/// Sessions by day, each worked out once.
struct SessionTable: Sendable {
    let calendar: SessionCalendar
    private var sessions: [Int: Session] = [:]
    private var latest: Session?

    init(_ calendar: SessionCalendar) { self.calendar = calendar }

    mutating func session(day: Int) -> Session {
        if let session = sessions[day] { return session }
        let session = calendar.session(day: day)
        sessions[day] = session
        return session
    }

    /// The local day an instant lies in. Instants near the beginning of 1970 belong to day 1.
    mutating func session(at time: UInt64) -> Session {
        if let latest, latest.midnight <= time, time < latest.nextMidnight { return latest }
        // A local day begins at most 14 hours before and 12 after the UTC day of its number.
        let utcDay = max(2, CivilTime.dayNumber(time))
        var found = session(day: utcDay)
        if time < found.midnight { found = session(day: utcDay - 1) }
        if time >= found.nextMidnight { found = session(day: utcDay + 1) }
        latest = found
        return found
    }
}

/// Local times of one zone as instants.
struct ZoneTimes: Sendable, Equatable {
    private let zone: TimeZone

    /// - Returns: nil where the name is not that of a zone.
    init?(_ name: String) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "+"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(name.utf8.count), let zone = TimeZone(identifier: name) else { return nil }
        self.zone = zone
    }

    /// The instant of a local wall-clock time, ns since the Unix epoch.
    ///
    /// A time that occurs twice is taken the first time; one that is skipped is moved forward by what is
    /// skipped, so that a midnight that does not exist is the beginning of the day.
    ///
    /// - Parameters:
    ///   - day: Number of the local day, from 1 (1970-01-02).
    ///   - minute: Since midnight, 0 to 1,440.
    func instant(day: Int, minute: Int) -> UInt64 {
        let local = day * 86_400 + minute * 60
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        var instant = local - before
        if offset(at: instant) != before, offset(at: local - after) == after { instant = local - after }
        return UInt64(max(0, instant)) * CivilTime.second
    }

    /// Seconds east of UTC at an instant in seconds since the Unix epoch.
    private func offset(at instant: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
    }
}
