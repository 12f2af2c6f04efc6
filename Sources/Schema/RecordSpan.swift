/// A span of record time, both ends included, and how people write its ends and its length.
public struct RecordSpan: Sendable, Equatable {
    /// ns since the Unix epoch; 0: from the beginning.
    public var from: UInt64
    /// ns since the Unix epoch; `UInt64.max`: to the end.
    public var until: UInt64

    public init(from: UInt64 = 0, until: UInt64 = .max) {
        self.from = from
        self.until = until
    }

    public var isWhole: Bool { from == 0 && until == .max }

    public func contains(_ time: UInt64) -> Bool { time >= from && time <= until }

    /// What ``start(_:)`` and ``end(_:)`` take, for messages.
    public static let timeForms =
        "a date (2025-01-27) or an RFC 3339 time (2025-01-27T14:30:00Z), 1970 until before 2200"
    /// What ``length(_:)`` takes, for messages.
    public static let lengthForms =
        "a number above 0 with s, m, h, d or w, such as 90s, 6h or 7d; without a letter it is seconds"

    /// 1 January 2200: sums with times before it do not overflow.
    private static let latest = UInt64(CivilTime.dayNumber(year: 2_200, month: 1, day: 1)) * CivilTime.day

    /// A first record time: an RFC 3339 time, or a date, which means its midnight in UTC. nil for anything else.
    public static func start(_ text: String) -> UInt64? {
        let time: UInt64?
        if let day = CivilTime.parseDate(text) {
            time = day < Int(latest / CivilTime.day) ? UInt64(day) * CivilTime.day : nil
        } else {
            time = CivilTime.parseRFC3339(text)
        }
        return time.flatMap { $0 < latest ? $0 : nil }
    }

    /// A last record time: an RFC 3339 time, or a date, which means the end of that day in UTC.
    public static func end(_ text: String) -> UInt64? {
        guard let time = start(text) else { return nil }
        return CivilTime.parseDate(text) == nil ? time : time + CivilTime.day - 1
    }

    /// A length of time in ns; see ``lengthForms``. nil for anything else, and for more than a century.
    public static func length(_ text: String) -> UInt64? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last else { return nil }
        let number = units[last] == nil ? text : String(text.dropLast())
        guard number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }), let value = Double(number) else {
            return nil
        }
        let seconds = value * (units[last] ?? 1)
        guard seconds >= 1e-9, seconds <= 3.2e9 else { return nil }
        return UInt64((seconds * 1e9).rounded())
    }
}
