import Schema

/// Times as feeds write them: RFC 822 and RFC 3339, and what is usually wrong with either.
///
/// Taken besides: names of months in full, two-digit years, no seconds, no comma, an offset without a colon, dates alone
/// (midnight), seconds or milliseconds since 1970. A time without a zone is UTC. What cannot be read is nil; so are times
/// that are not believed (``SaneTime``).
public enum FeedDate {
    /// - Returns: ns since the Unix epoch.
    public static func parse(_ text: String) -> UInt64? {
        guard (4...80).contains(text.utf8.count) else { return nil }
        let words = words(of: text)
        guard let time = epoch(words) ?? numeric(text.trimmed) ?? named(words) else { return nil }
        guard (SaneTime.earliest..<SaneTime.latest).contains(time) else { return nil }
        return time
    }

    private static func epoch(_ words: [String]) -> UInt64? {
        guard words.count == 1, words[0].utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt64(words[0])
        else {
            return nil
        }
        switch words[0].utf8.count {
        case 9...10: return value * CivilTime.second
        case 13: return value * (CivilTime.second / 1_000)
        default: return nil
        }
    }

    private static func words(of text: String) -> [String] {
        text.split { $0 == "," || $0.isWhitespace || $0 == "(" || $0 == ")" }.map(String.init)
    }

    // MARK: year first

    /// `2025-01-27`, with a time after `T` or a space, and an offset in any form.
    private static func numeric(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 8, let year = number(bytes[0..<4]) else { return nil }
        var index = 4
        func take(_ count: Int, after separator: Bool) -> Int? {
            var start = index
            if separator, start < bytes.count,
                [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":")].contains(bytes[start])
            {
                start += 1
            }
            guard start + count <= bytes.count, let value = number(bytes[start..<start + count]) else { return nil }
            index = start + count
            return value
        }
        guard let month = take(2, after: true), let day = take(2, after: true) else { return nil }
        guard index < bytes.count else { return instant(year, month, day, 0, 0, 0, offset: 0) }
        guard [UInt8(ascii: "T"), UInt8(ascii: "t"), 0x20].contains(bytes[index]) else { return nil }
        index += 1
        guard let hour = take(2, after: false), let minute = take(2, after: true) else { return nil }
        let second = take(2, after: true) ?? 0
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") {
            index += 1
            while index < bytes.count, number(bytes[index..<index + 1]) != nil { index += 1 }
        }
        let rest = String(decoding: bytes[index...], as: UTF8.self).trimmed
        guard let offset = rest.isEmpty ? 0 : offset(rest) else { return nil }
        return instant(year, month, day, hour, minute, second, offset: offset)
    }

    // MARK: month as a word

    private static func named(_ words: [String]) -> UInt64? {
        guard let place = words.firstIndex(where: { month($0) != nil }), let month = month(words[place]) else {
            return nil
        }
        var numbers = words
        numbers.remove(at: place)
        if let first = numbers.first, isDay(first) { numbers.removeFirst() }
        guard let time = numbers.firstIndex(where: { $0.contains(":") }) else {
            let parts = numbers.compactMap { number(Array($0.utf8)[...]) }
            guard parts.count == 2, numbers.count == 2 else { return nil }
            return instant(year(parts[1]), month, parts[0], 0, 0, 0, offset: 0)
        }
        let clock = numbers.remove(at: time).split(separator: ":").map { number(Array($0.utf8)[...]) }
        guard (2...3).contains(clock.count), let hour = clock[0], let minute = clock[1] else { return nil }
        guard let second = clock.count == 3 ? clock[2] : 0 else { return nil }
        let values = numbers.prefix(2).compactMap { number(Array($0.utf8)[...]) }
        if values.count == 2 {
            let zone = numbers.dropFirst(2).joined()
            guard let offset = zone.isEmpty ? 0 : offset(zone) else { return nil }
            return instant(year(values[1]), month, values[0], hour, minute, second, offset: offset)
        }
        // `Mon Jan 27 09:30:00 EST 2025`.
        guard numbers.count == 3, let day = number(Array(numbers[0].utf8)[...]), let offset = offset(numbers[1]),
            let year = number(Array(numbers[2].utf8)[...])
        else { return nil }
        return instant(year, month, day, hour, minute, second, offset: offset)
    }

    private static func isDay(_ word: String) -> Bool {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].contains(String(word.lowercased().prefix(3)))
            && word.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0 == "." }
    }

    private static func month(_ word: String) -> Int? {
        let name = word.lowercased().prefix { $0 != "." }
        guard (3...9).contains(name.count),
            let full = months.firstIndex(where: { $0.hasPrefix(name) || name == "sept" && $0 == "september" })
        else { return nil }
        return full + 1
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// RFC 2822, 4.3: two digits below 50 are of this century; three digits are years since 1900.
    private static func year(_ value: Int) -> Int { value < 50 ? 2000 + value : value < 1000 ? 1900 + value : value }

    // MARK: parts

    /// Seconds east of UTC of `Z`, `+0100`, `+01:00`, `+1`, `GMT+1`, `EST`.
    static func offset(_ text: String) -> Int? {
        let word = text.uppercased()
        if let hours = zones[word] { return Int(hours * 3_600) }
        // Military letters were specified wrongly; RFC 2822 has them all read as unknown, that is UTC.
        if word.utf8.count == 1, word != "J", word.utf8.allSatisfy(\.isLetterOrDigit), Int(word) == nil { return 0 }
        for name in ["GMT", "UTC", "UT"] where word.hasPrefix(name) && word.count > name.count {
            return signed(String(word.dropFirst(name.count)))
        }
        return signed(word)
    }

    private static func signed(_ text: String) -> Int? {
        guard let sign = text.first, sign == "+" || sign == "-" || sign == "\u{2212}" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard (1...6).contains(digits.count), let value = number(Array(digits.utf8)[...]) else { return nil }
        let (hours, minutes) = digits.count <= 2 ? (value, 0) : (value / 100, value % 100)
        guard hours <= 14, minutes < 60 else { return nil }
        return (sign == "+" ? 1 : -1) * (hours * 3_600 + minutes * 60)
    }

    /// Hours east of UTC. Names that mean several zones (IST, CST in China) are read as RFC 822 does, or not at all.
    private static let zones: [String: Double] = [
        "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
        "PST": -8, "PDT": -7, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "BST": 1, "EET": 2, "EEST": 3, "MSK": 3,
        "JST": 9,
        "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    ]

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard (1...6).contains(bytes.count), bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private static func instant(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, offset: Int
    ) -> UInt64? {
        guard (1990..<2200).contains(year), (1...12).contains(month), (1...31).contains(day), hour <= 24, minute < 60,
            second <= 60
        else { return nil }
        let date = CivilTime.dayNumber(year: year, month: month, day: day)
        guard CivilTime.components(day: date).day == day else { return nil }
        let seconds = date * 86_400 + hour * 3_600 + minute * 60 + min(second, 59) - offset
        return seconds > 0 ? UInt64(seconds) * CivilTime.second : nil
    }
}
