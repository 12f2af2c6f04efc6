import Calendars
public import Schema

/// The prices that detection is measured on, as a stream of market records and as sessions by name.
public struct EvaluationMarket: Sendable {
    /// One session of one name.
    public struct Session: Sendable, Equatable {
        public let day: Int32
        /// Simple return since the close before; nil for the first.
        public let simpleReturn: Double?
        /// Its beginning, ns.
        public var opened: UInt64 = 0
    }

    /// `market` records in order, with definitions and settings.
    public let messages: [StreamMessage]
    public let settings: ModelSettings
    /// Symbol by number.
    public let symbols: [UInt32: String]
    /// Numbers of what has shocks of its own: neither index nor fund nor the benchmark.
    public let names: [UInt32]
    /// By number, in time order.
    public let sessions: [UInt32: [Session]]

    private let numbers: [String: UInt32]

    /// Reads definitions, the last settings and session bars out of a stream. What a session's bar is, and which session
    /// it is of, is what the stage holds of it, by the calendars in force: half-days and exchanges with short days too.
    public init(_ messages: [StreamMessage]) {
        self.messages = messages
        var settings = ModelSettings()
        var symbols: [UInt32: String] = [:]
        var kinds: [UInt32: InstrumentKind] = [:]
        var sessions: [UInt32: [Session]] = [:]
        var closes: [UInt32: Int64] = [:]
        var clock = SessionClock()
        var calendars: [UInt32: UInt8] = [:]
        for message in messages {
            switch message {
            case .configurationChanged(let changed):
                settings = changed.settings
                clock = SessionClock(changed.settings)
                calendars = Self.calendars(of: symbols, kinds, &clock)
            case .instrumentDefinition(let definition):
                symbols[definition.instrument] = definition.symbol
                kinds[definition.instrument] = definition.kind
                calendars[definition.instrument] = clock.index(of: definition.symbol, kind: definition.kind)
            case .bars(let bars):
                for row in 0..<message.count {
                    let number = bars.instrument[row]
                    guard let calendar = calendars[number],
                        clock.isSessionBar(bars.start[row], bars.end[row], calendar)
                    else { continue }
                    let day = clock.day(ofBar: bars.start[row], bars.end[row], calendar)
                    guard sessions[number]?.last.map({ $0.day < day }) ?? true, bars.close[row] > 0 else { continue }
                    let value = closes[number].map { Double(bars.close[row]) / Double($0) - 1 }
                    sessions[number, default: []].append(
                        Session(day: day, simpleReturn: value, opened: bars.start[row]))
                    closes[number] = bars.close[row]
                }
            default: break
            }
        }
        self.settings = settings
        self.symbols = symbols
        self.sessions = sessions
        numbers = Dictionary(symbols.map { ($0.value, $0.key) }, uniquingKeysWith: max)
        names = symbols.keys.filter { number in
            guard symbols[number] != settings.benchmark else { return false }
            return kinds[number] != .etf && kinds[number] != .index
        }.sorted()
    }

    private static func calendars(
        of symbols: [UInt32: String], _ kinds: [UInt32: InstrumentKind], _ clock: inout SessionClock
    ) -> [UInt32: UInt8] {
        var calendars: [UInt32: UInt8] = [:]
        for number in symbols.keys.sorted() {
            calendars[number] = clock.index(of: symbols[number] ?? "", kind: kinds[number] ?? .unspecified)
        }
        return calendars
    }

    public func number(of symbol: String) -> UInt32? { numbers[symbol] }

    /// Index of a name's session of a day; nil where it had none.
    func sessionIndex(of number: UInt32, day: Int32) -> Int? {
        guard let sessions = sessions[number] else { return nil }
        let index = sessions.partitioningIndex { $0.day >= day }
        return index < sessions.count && sessions[index].day == day ? index : nil
    }

    /// The sessions that a name must have had before one of its sessions is judged.
    public var warmUp: Int {
        let detection = settings.detection
        let gap = detection.estimationGap == 0 ? 10 : Int(detection.estimationGap)
        let history = detection.minimumHistory == 0 ? 120 : Int(detection.minimumHistory)
        return gap + history + 1
    }

    /// Judged name-sessions by week, counted from the week of the first.
    func judgedByWeek() -> (first: Int, sessions: [Int]) {
        var byWeek: [Int: Int] = [:]
        for number in names {
            for session in (sessions[number] ?? []).dropFirst(warmUp) {
                byWeek[Week.number(day: session.day), default: 0] += 1
            }
        }
        guard let first = byWeek.keys.min(), let last = byWeek.keys.max() else { return (0, []) }
        return (first, (first...last).map { byWeek[$0] ?? 0 })
    }
}

/// Calendar weeks, Monday to Sunday, counted from that of 1970-01-01.
enum Week {
    static func number(day: Int32) -> Int { (Int(day) + 3) / 7 }
    static func monday(_ number: Int) -> String { CivilTime.date(day: number * 7 - 3) }
}
