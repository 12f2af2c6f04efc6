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
    /// The same as the one for text for a field of a file.
    ///
    /// The form nearly every row has is read in place: a file of minute bars has a new time in each row, and
    /// the general reader takes 2 µs for one.
    static func instant(_ bytes: Span<UInt8>, _ name: String) throws(Fault) -> UInt64 {
        if let time = plainInstant(bytes) {
            try SaneTime.check(time, name)
            return time
        }
        return try instant(String(decoding: bytes), name)
    }

    /// `YYYY-MM-DDTHH:MM:SS` with `Z` or `±HH:MM`, in the years that are believed; nil for anything else.
    private static func plainInstant(_ bytes: Span<UInt8>) -> UInt64? {
        guard bytes.count == 20 || bytes.count == 25,
            let year = bytes.digits(0, 4), let month = bytes.digits(5, 2), let day = bytes.digits(8, 2),
            let hour = bytes.digits(11, 2), let minute = bytes.digits(14, 2), let second = bytes.digits(17, 2),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            // Days that not every month has are left to the general reader.
            (1990..<2200).contains(year), (1...12).contains(month), (1...28).contains(day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        var offset = 0
        if bytes.count == 25 {
            guard let hours = bytes.digits(20, 2), let minutes = bytes.digits(23, 2), hours < 24, minutes < 60,
                bytes[22] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "+") || bytes[19] == UInt8(ascii: "-")
            else { return nil }
            offset = (bytes[19] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
        } else {
            guard bytes[19] == UInt8(ascii: "Z") else { return nil }
        }
        let days = CivilTime.dayNumber(year: year, month: month, day: day)
        return UInt64(days * 86_400 + hour * 3_600 + minute * 60 + second - offset) * CivilTime.second
    }

    /// ns since the Unix epoch of an RFC 3339 time, which says its offset from UTC.
    static func instant(_ text: String, _ name: String) throws(Fault) -> UInt64 {
        guard (20...64).contains(text.utf8.count), let year = Int(text.prefix(4)) else {
            throw notAnInstant(text, name)
        }
        // Checked before it is turned into nanoseconds, which overflow in 2554.
        guard (1990..<2200).contains(year) else { throw outOfRange(text, name) }
        guard let time = CivilTime.parseRFC3339(text) else { throw notAnInstant(text, name) }
        try SaneTime.check(time, name)
        return time
    }

    /// The day number of `YYYY-MM-DD`.
    static func day(_ text: String, _ name: String) throws(Fault) -> Int {
        guard let day = CivilTime.parseDate(text) else {
            let reason = text.isEmpty ? RefusalReason.missingValue : .notATime
            throw Fault(reason, "\(name) is \(quoted(text)), allowed is a date YYYY-MM-DD")
        }
        guard day >= Int(SaneTime.earliest / CivilTime.day), day < Int(SaneTime.latest / CivilTime.day) else {
            throw outOfRange(text, name)
        }
        return day
    }

    private static func notAnInstant(_ text: String, _ name: String) -> Fault {
        let allowed = "allowed is RFC 3339 with an offset such as 2025-01-27T09:30:00-05:00"
        return Fault(text.isEmpty ? .missingValue : .notATime, "\(name) is \(quoted(text)), \(allowed)")
    }

    private static func outOfRange(_ text: String, _ name: String) -> Fault {
        Fault(.timeOutOfRange, "\(name) is \(quoted(text)), allowed is 1990-01-01 until before 2200-01-01")
    }
}

extension Span where Element == UInt8 {
    /// The number that `count` decimal digits from `start` make; nil where one is not a digit.
    fileprivate func digits(_ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}
