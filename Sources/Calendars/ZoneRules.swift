import Schema

/// How far local time of a zone is from UTC, from 1990 to 2200.
///
/// From a table within the program (`ZoneTable.swift`, IANA), never the machine's: what was recorded must mean the
/// same on every machine and after every update of it. Before 1990 the first offset holds, after 2200 the last.
public struct ZoneRules: Sendable, Equatable {
    /// IANA name, `America/New_York`.
    public let name: String
    /// Seconds since the Unix epoch at which the offset changes, rising.
    private let changes: [Int64]
    /// Minutes east of UTC, one more than `changes`: the first holds before the first change.
    private let offsets: [Int16]

    /// Tens of microseconds, and a few milliseconds the first time.
    ///
    /// - Returns: nil where the name is not that of a zone.
    public init?(_ name: String) {
        guard let parsed = ZoneParser.zone(name) else { return nil }
        self.name = name
        changes = parsed.changes
        offsets = parsed.offsets
    }

    /// Seconds east of UTC at an instant in seconds since the Unix epoch. O(log n).
    public func offset(at instant: Int) -> Int {
        Int(offsets[changes.partitioningIndex { $0 > Int64(instant) }]) * 60
    }

    /// The instant of a local wall-clock time, ns since the Unix epoch.
    ///
    /// A time that occurs twice is taken the first time; one that is skipped is moved forward by what is
    /// skipped, so that a midnight that does not exist is the beginning of the day. Nothing is before 1970.
    ///
    /// - Parameters:
    ///   - day: Number of the local day, see ``Schema/CivilTime``.
    ///   - minute: Since midnight; may be negative or beyond the day.
    public func instant(day: Int, minute: Int) -> UInt64 {
        let local = day * 86_400 + minute * 60
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        var instant = local - before
        if offset(at: instant) != before, offset(at: local - after) == after { instant = local - after }
        return UInt64(min(max(0, instant), Self.latest)) * CivilTime.second
    }

    /// The last whole second that 64 bits of nanoseconds hold, in 2554.
    private static let latest = Int(UInt64.max / CivilTime.second)

    /// The local day an instant lies in.
    public func day(at time: UInt64) -> Int {
        let seconds = Int(time / CivilTime.second)
        let local = seconds + offset(at: seconds)
        return local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    }
}

/// Reads lines of the zone table; `scripts/generate-zones` has the form.
enum ZoneParser {
    static func zone(_ name: String) -> (changes: [Int64], offsets: [Int16])? {
        guard let line = lines[name[...]] else { return nil }
        if line.hasPrefix("=") { return zone(String(line.dropFirst())) }
        let fields = line.split(separator: " ")
        guard fields.count == 3, let first = Int16(fields[0]) else { return nil }
        var changes: [Int64] = []
        var offsets = [first]
        var minute: Int64 = 631_152_000 / 60  // 1990-01-01
        for change in fields[1].split(separator: ",") where change != "-" {
            let parts = change.split(separator: ":")
            guard parts.count == 2, let later = Int64(parts[0], radix: 36), let offset = Int16(parts[1]) else {
                return nil
            }
            minute += later
            changes.append(minute * 60)
            offsets.append(offset)
        }
        append(rule: fields[2], to: &changes, &offsets)
        return (changes, offsets)
    }

    /// What the table says by name.
    private static let lines: [Substring: Substring] = {
        let lines: [Substring] = zoneTable.split(separator: "\n")
        let pairs = lines.compactMap { (line: Substring) -> (Substring, Substring)? in
            line.firstIndex(of: " ").map { (line[..<$0], line[line.index(after: $0)...]) }
        }
        return Dictionary(pairs) { first, _ in first }
    }()

    /// The changes that the rule makes after the last one listed, until 2200.
    private static func append(rule: Substring, to changes: inout [Int64], _ offsets: inout [Int16]) {
        let parts = rule.split(separator: ",")
        guard parts.count == 4, let standard = Int16(parts[0]), let summer = Int16(parts[1]),
            let begin = ChangeRule(parts[2]), let end = ChangeRule(parts[3])
        else { return }
        let last = changes.last ?? 0
        let firstYear = CivilTime.components(day: Int(last / 86_400)).year
        var made: [(Int64, Int16)] = []
        for year in max(1990, firstYear)...2200 {
            made.append((begin.instant(year: year, offset: standard), summer))
            made.append((end.instant(year: year, offset: summer), standard))
        }
        for (time, offset) in made.sorted(by: { $0.0 < $1.0 }) where time > last {
            changes.append(time)
            offsets.append(offset)
        }
    }
}

/// One change of a year: "the second Sunday of March at 02:00".
private struct ChangeRule {
    let month: Int
    /// 1 to 5, 5 being the last.
    let week: Int
    /// 0 is Sunday.
    let weekday: Int
    /// Local time before the change; may be negative or beyond the day.
    let minute: Int

    init?(_ text: Substring) {
        let numbers = text.split(separator: ".").compactMap { Int($0) }
        guard numbers.count == 4 else { return nil }
        (month, week, weekday, minute) = (numbers[0], numbers[1], numbers[2], numbers[3])
    }

    func instant(year: Int, offset: Int16) -> Int64 {
        let day = CivilTime.day(year: year, month: month, week: week, weekday: (weekday + 6) % 7)
        return Int64(day * 86_400 + (minute - Int(offset)) * 60)
    }
}

extension CivilTime {
    /// The weekday of a day number, 0 being Monday.
    static func weekday(_ day: Int) -> Int {
        let weekday = (day + 3) % 7  // 1970-01-01 was a Thursday
        return weekday < 0 ? weekday + 7 : weekday
    }

    /// The day number of the n-th weekday of a month; the fifth is the last.
    static func day(year: Int, month: Int, week: Int, weekday: Int) -> Int {
        if week == 5 {
            let next =
                month == 12
                ? dayNumber(year: year + 1, month: 1, day: 1) : dayNumber(year: year, month: month + 1, day: 1)
            return next - 1 - (Self.weekday(next - 1) - weekday + 7) % 7
        }
        let first = dayNumber(year: year, month: month, day: 1)
        return first + (weekday - Self.weekday(first) + 7) % 7 + 7 * (week - 1)
    }
}
