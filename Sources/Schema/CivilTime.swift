/// Nanoseconds since the Unix epoch to calendar dates and back, in UTC, without a time-zone database:
/// stages must not depend on one.
public enum CivilTime {
    public static let second: UInt64 = 1_000_000_000
    public static let day: UInt64 = 86_400 * second

    /// The number of the UTC day, 0 being 1970-01-01. An instant at midnight belongs to the day that
    /// begins there.
    public static func dayNumber(_ time: UInt64) -> Int { Int(time / day) }

    /// The day a bar that ends at `end` is a bar of: one that ends at midnight belongs to the day before.
    public static func sessionDay(end: UInt64) -> Int { end == 0 ? 0 : dayNumber(end - 1) }

    /// `YYYY-MM-DD` of a day number (proleptic Gregorian calendar).
    ///
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    public static func date(day: Int) -> String {
        let date = components(day: day)
        guard (0...9_999).contains(date.year) else {
            return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        }
        // Digit by digit: whatever is said has several dates, and a string for each part costs more than all else in it.
        return String(unsafeUninitializedCapacity: 10) { text in
            write(date.year, 4, to: text, at: 0)
            text[4] = UInt8(ascii: "-")
            write(date.month, 2, to: text, at: 5)
            text[7] = UInt8(ascii: "-")
            write(date.day, 2, to: text, at: 8)
            return 10
        }
    }

    /// The last `width` digits of a number that is not negative.
    private static func write(
        _ value: Int, _ width: Int, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        var rest = value
        for place in (start..<start + width).reversed() {
            text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    public static func components(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth)
    }

    /// The day number of a civil date. The date is not checked; see ``parseDate(_:)``.
    public static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day number of `YYYY-MM-DD`; nil for anything else, 30 February included.
    public static func parseDate(_ text: some StringProtocol) -> Int? {
        var (year, month, day) = (0, 0, 0)
        var count = 0
        for byte in text.utf8 {
            let digit = Int(byte) - Int(UInt8(ascii: "0"))
            switch count {
            case 4, 7: guard byte == UInt8(ascii: "-") else { return nil }
            case _ where !(0...9).contains(digit): return nil
            case ..<4: year = year * 10 + digit
            case ..<7: month = month * 10 + digit
            case ..<10: day = day * 10 + digit
            default: return nil
            }
            count += 1
        }
        guard count == 10, year >= 1970, (1...12).contains(month), (1...31).contains(day) else { return nil }
        let number = dayNumber(year: year, month: month, day: day)
        let back = components(day: number)
        return back.month == month && back.day == day ? number : nil
    }

    /// Nanoseconds of an RFC 3339 time such as `2025-01-27T09:30:00-05:00` or `…T14:30:00.25Z`; nil for
    /// anything else. A leap second is read as the second after it. Digits past the ninth are cut.
    public static func parseRFC3339(_ text: some StringProtocol) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let day = parseDate(String(text.prefix(10))),
            bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]),
            let seconds = digits(bytes[17..<19]), hour < 24, minute < 60, seconds <= 60
        else { return nil }
        var position = 19
        var nanoseconds = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            var scale = 100_000_000
            let start = position
            while position < bytes.count, let digit = digits(bytes[position..<position + 1]) {
                nanoseconds += digit * scale
                scale /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        guard let offset = offsetSeconds(bytes[position...]) else { return nil }
        let total = day * 86_400 + hour * 3_600 + minute * 60 + seconds - offset
        // 64 bits of nanoseconds end in the year 2554.
        guard total >= 0, total < Int(UInt64.max / second) else { return nil }
        return UInt64(total) * second + UInt64(nanoseconds)
    }

    private static func offsetSeconds(_ bytes: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(bytes)
        if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"),
            bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            let hours = digits(bytes[1..<3]), let minutes = digits(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    /// `YYYY-MM-DDTHH:MM:SS[.fffffffff]Z`, the fraction only where there is one.
    public static func rfc3339(_ time: UInt64) -> String {
        let seconds = Int(time / second % 86_400)
        var text = date(day: dayNumber(time)) + "T" + padded(seconds / 3_600, 2) + ":"
        text += padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
        let fraction = Int(time % second)
        if fraction != 0 {
            var digits = padded(fraction, 9)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += "." + digits
        }
        return text + "Z"
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
