public import Calendars
public import Schema

/// Gathers what files say of the past into daily bars and facts, ready to be loaded: in order, each once.
///
/// Shorter bars and trades become the bar of their session, of its regular hours alone. The same files in any order
/// give the same events, so that loading can be taken up again where it stopped.
public struct HistoryFiles: Sendable {
    /// What was met besides what is loaded.
    public struct Counts: Sendable, Equatable {
        /// Session bars as they stood in the files, and those made of shorter bars and of trades.
        public var sessions = 0
        public var made = 0
        public var facts = 0
        /// The same session of the same name again: the first stays, by its values, whatever order the files are in.
        public var repeated = 0
        /// Bars and trades outside of regular hours.
        public var outside = 0
        /// News: it happens now or not at all.
        public var news = 0
    }

    public private(set) var counts = Counts()
    private let symbols: SymbolTable
    private let calendars: MarketCalendars
    private var sessions: SessionTable
    private var bars: [InputBar] = []
    private var parts: [InputBar] = []
    private var facts: [Fact] = []

    public init(symbols: SymbolTable, calendars: MarketCalendars) {
        self.symbols = symbols
        self.calendars = calendars
        sessions = SessionTable(calendars)
    }

    public mutating func add(_ event: InputEvent) {
        switch event.event {
        case .bar(let bar):
            if bar.end - bar.start >= sessions.dailyLength(number(bar), symbols) {
                bars.append(bar)
            } else {
                parts.append(bar)
            }
        case .trade(let trade): parts.append(InputBar(of: trade))
        case .fact(let fact): facts.append(fact)
        case .news, .embedding: counts.news += 1
        case nil: break
        }
    }

    /// Facts by when they were known, then bars by their end and symbol. News, and what cannot be loaded, is left out.
    public mutating func events() -> [InputEvent] {
        counts.sessions = bars.count
        var all = bars
        var builder = BarBuilder(.session, symbols: symbols, calendars: calendars)
        for part in parts.sorted(by: Self.precedes) {
            if let bar = builder.add(part) { all.append(bar) }
        }
        all += builder.finish()
        counts.made = all.count - bars.count
        counts.outside = Int(builder.outside)
        counts.facts = facts.count
        all.sort(by: Self.precedes)
        var taken: Set<String> = []
        let unique = all.filter { bar in
            let session = sessions.session(number(bar), barEndingAt: bar.end, symbols)
            return taken.insert("\(session.day) \(bar.symbol)").inserted
        }
        counts.repeated = all.count - unique.count
        let known = facts.sorted { ($0.eventTime, $0.subject, $0.asOf) < ($1.eventTime, $1.subject, $1.asOf) }
        return known.map { InputEvent(.fact($0)) } + unique.map { InputEvent(.bar($0)) }
    }

    private func number(_ bar: InputBar) -> UInt32 { symbols.number(of: bar.symbol) ?? 0 }

    private static func precedes(_ left: InputBar, _ right: InputBar) -> Bool {
        if left.end != right.end { return left.end < right.end }
        if left.symbol != right.symbol { return left.symbol < right.symbol }
        if left.start != right.start { return left.start < right.start }
        return (left.close, left.open, left.volume) < (right.close, right.open, right.volume)
    }
}
