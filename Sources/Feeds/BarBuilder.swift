public import Calendars
public import Schema

/// Makes bars out of trades or of shorter bars, instrument by instrument.
///
/// Events of one instrument come in the order of time. A bar begins with the first event that belongs to it and is
/// given out when the first that does not comes, or at ``finish()``.
public struct BarBuilder: Sendable {
    /// What ends a bar.
    public enum Size: Sendable, Equatable {
        /// Every so many ns since the Unix epoch; a bar spans its interval whole, and one without events is not made.
        case time(UInt64)
        /// So many shares or more: a trade is never cut in two. An event of unknown size, 0, counts as one.
        case volume(UInt64)
        /// The regular hours of a session by the instrument's calendar: prices before and after them are left out.
        case session
    }

    private struct Open: Sendable {
        var bar: InputBar
        /// Of a session: its close; of an interval: its end.
        var until: UInt64
    }

    public let size: Size
    /// Events outside of regular hours, where sessions are made.
    public private(set) var outside: UInt64 = 0
    /// Events older than the last of their instrument.
    public private(set) var late: UInt64 = 0
    private let symbols: SymbolTable
    private var sessions: SessionTable
    private var open: [String: Open] = [:]

    /// - Parameters:
    ///   - size: A time or volume of 0 is taken for 1.
    ///   - symbols: Instruments that are defined.
    ///   - calendars: Hours of the sessions that bars belong to.
    public init(_ size: Size, symbols: SymbolTable, calendars: MarketCalendars) {
        switch size {
        case .time(let length): self.size = .time(max(1, length))
        case .volume(let volume): self.size = .volume(max(1, volume))
        case .session: self.size = .session
        }
        self.symbols = symbols
        sessions = SessionTable(calendars)
    }

    /// - Returns: The bar that is complete by this.
    public mutating func add(_ trade: InputTrade) -> InputBar? { add(InputBar(of: trade)) }

    /// - Returns: The bar that is complete by this.
    public mutating func add(_ part: InputBar) -> InputBar? {
        guard let span = span(of: part) else {
            outside += 1
            return nil
        }
        guard var current = open[part.symbol] else {
            open[part.symbol] = begin(part, span)
            return nil
        }
        guard part.end >= current.bar.end else {
            late += 1
            return nil
        }
        if isFull(current.bar) || span.start != current.bar.start && !isVolume {
            open[part.symbol] = begin(part, span)
            return finished(current)
        }
        current.bar.high = max(current.bar.high, part.high)
        current.bar.low = min(current.bar.low, part.low)
        current.bar.close = part.close
        current.bar.end = part.end
        let (volume, overflow) = current.bar.volume.addingReportingOverflow(max(part.volume, isVolume ? 1 : 0))
        current.bar.volume = overflow ? .max : volume
        open[part.symbol] = current
        return nil
    }

    /// The bars under way, by symbol. The last of each name may be incomplete.
    public mutating func finish() -> [InputBar] {
        defer { open = [:] }
        return open.keys.sorted().compactMap { open[$0].map(finished) }
    }

    private var isVolume: Bool { if case .volume = size { true } else { false } }

    private func isFull(_ bar: InputBar) -> Bool {
        if case .volume(let volume) = size { bar.volume >= volume } else { false }
    }

    private func begin(_ part: InputBar, _ span: (start: UInt64, end: UInt64)) -> Open {
        var bar = part
        if !isVolume { bar.start = span.start }
        if isVolume { bar.volume = max(part.volume, 1) }
        return Open(bar: bar, until: span.end)
    }

    private func finished(_ open: Open) -> InputBar {
        var bar = open.bar
        if !isVolume { bar.end = open.until }
        // A bar takes time: one of a single trade ends just after it.
        if bar.end <= bar.start { bar.end = bar.start + 1 }
        return bar
    }

    /// The interval a part belongs to; nil outside of regular hours.
    private mutating func span(of part: InputBar) -> (start: UInt64, end: UInt64)? {
        switch size {
        case .volume: return (part.start, part.end)
        case .time(let length):
            // What ends on a boundary belongs before it; a trade at it, after.
            let time = part.end > part.start ? part.end - 1 : part.end
            let start = time / length * length
            return (start, start + length)
        case .session:
            let instrument = symbols.number(of: part.symbol) ?? 0
            var session = sessions.regularSession(instrument, at: part.start, symbols)
            // A trade at the close is of the session, though the exchange is no longer open.
            if session == nil, part.start == part.end {
                session = sessions.regularSession(instrument, at: max(part.start, 1) - 1, symbols)
            }
            guard let session, part.end <= session.close else { return nil }
            return (session.open, session.close)
        }
    }
}

extension InputBar {
    /// A trade as the bar of its instant.
    init(of trade: InputTrade) {
        self.init()
        symbol = trade.symbol
        (start, end) = (trade.time, trade.time)
        (open, high, low, close) = (trade.price, trade.price, trade.price, trade.price)
        volume = trade.size
    }
}
