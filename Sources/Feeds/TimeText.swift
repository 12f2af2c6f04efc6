import Schema

/// Which times are believed at all. Outside them a time is a slip of the pen or of a unit.
public enum SaneTime {
    /// 1990-01-01T00:00:00Z.
    public static let earliest = UInt64(CivilTime.dayNumber(year: 1990, month: 1, day: 1)) * CivilTime.day
    /// 2200-01-01T00:00:00Z; nanoseconds in 64 bits end in 2554.
    public static let latest = UInt64(CivilTime.dayNumber(year: 2200, month: 1, day: 1)) * CivilTime.day
    /// How far past the moment it is received an event may lie: a day, ns.
    public static let lead = CivilTime.day

    static func check(_ time: UInt64, _ name: String) throws(Fault) {
        guard (earliest..<latest).contains(time) else {
            throw Fault(
                .timeOutOfRange,
                "\(name) is \(CivilTime.rfc3339(time)), allowed is 1990-01-01 until before 2200-01-01")
        }
    }
}

/// Times and dates as they stand in files.
enum TimeText {
    /// ns since the Unix epoch of an RFC 3339 time, which says its offset from UTC.
    static func instant(_ text: String, _ name: String) throws(Fault) -> UInt64 {
        let fault = Fault(
            text.isEmpty ? .missingValue : .notATime,
            "\(name) is \(quoted(text)), allowed is RFC 3339 with an offset such as 2025-01-27T09:30:00-05:00")
        guard text.utf8.count <= 64, let year = Int(text.prefix(4)) else { throw fault }
        // Checked before it is turned into nanoseconds, which overflow in 2554.
        guard (1990..<2200).contains(year) else {
            throw Fault(.timeOutOfRange, "\(name) is \(quoted(text)), allowed is 1990-01-01 until before 2200-01-01")
        }
        guard let time = CivilTime.parseRFC3339(text) else { throw fault }
        try SaneTime.check(time, name)
        return time
    }

    /// The day number of `YYYY-MM-DD`.
    static func day(_ text: String, _ name: String) throws(Fault) -> Int {
        guard let day = CivilTime.parseDate(text) else {
            throw Fault(
                text.isEmpty ? .missingValue : .notATime, "\(name) is \(quoted(text)), allowed is a date YYYY-MM-DD")
        }
        guard day >= Int(SaneTime.earliest / CivilTime.day), day < Int(SaneTime.latest / CivilTime.day) else {
            throw Fault(.timeOutOfRange, "\(name) is \(quoted(text)), allowed is 1990-01-01 until before 2200-01-01")
        }
        return day
    }
}
