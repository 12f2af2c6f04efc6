import Calendars
import MarketModels
import Schema

/// The times of an instrument's trades from one part of a session on, for as long as all of them are kept.
struct TradeWindow: Equatable, Sendable {
    /// Seconds since the window began, rising, at most one in each millisecond.
    let times: [Double]
    /// Of the window, in seconds.
    let duration: Double
    /// Of the session's first trade.
    let sequence: UInt64
    /// Whether every time is a whole second: such stamps put bursts at one instant.
    let isRounded: Bool

    /// Enough for a fit; more hours are not taken in.
    static let enough = 512

    /// - Parameters:
    ///   - part: The first part of the session.
    ///   - length: Of the session, ns.
    ///   - until: How much of the session had passed, ns: later trades are not looked at.
    init(_ session: TradeTimes.Session, from part: Int, length: UInt64, until: UInt64) {
        let ticksOf = { (nanoseconds: UInt64) in Double(nanoseconds / TradeTimes.tick) }
        let begin = ticksOf(length * UInt64(part) / UInt64(TradeTimes.parts))
        let known = ticksOf(min(until, length))
        var ticks: [Double] = []
        var end = begin
        for (index, part) in session.parts.enumerated().dropFirst(part) {
            guard ticks.count < Self.enough, end < known else { break }
            ticks += part.lazy.map(Double.init).filter { $0 <= known && $0 >= begin }
            end = min(known, ticksOf(length * UInt64(index + 1) / UInt64(TradeTimes.parts)))
            guard part.count < TradeTimes.capacity else {
                // What came after the last that is kept is not known.
                end = min(end, part.lazy.map(Double.init).max() ?? end)
                break
            }
        }
        ticks = Set(ticks.filter { $0 <= end }).sorted()
        times = ticks.map { ($0 - begin) / 1_000 }
        duration = (end - begin) / 1_000
        sequence = session.firstSequence
        isRounded = ticks.allSatisfy { $0.truncatingRemainder(dividingBy: 1_000) == 0 }
    }
}

extension PointInTimeView {
    /// The times of the subject's trades after the move began, nil where they are not kept, and of the same hours of its
    /// sessions before, the earlier first, as far as they are kept.
    ///
    /// A move that came while the market was closed is followed from the open; one within the session from the first
    /// part of it that begins after the move.
    var tradeWindows: (after: TradeWindow?, before: [TradeWindow]) {
        guard let session, measure.onsetUntil > 0, let kept = tradeSessions(of: subject) else { return (nil, []) }
        guard let hours = hours(of: subject, session), hours.open < hours.close else { return (nil, []) }
        let length = hours.close - hours.open
        var part = 0
        if measure.onsetFrom > hours.open {
            let since = min(max(measure.onsetUntil, hours.open) - hours.open, length)
            part = Int((since * UInt64(TradeTimes.parts) + length - 1) / length)
        }
        guard part < TradeTimes.parts else { return (nil, []) }
        let after = kept.first { Int64($0.day) == session }.map {
            TradeWindow($0, from: part, length: length, until: time > hours.open ? time - hours.open : 0)
        }
        let before = kept.filter { Int64($0.day) < session }.compactMap { earlier in
            self.hours(of: subject, Int64(earlier.day)).map { hours in
                let length = max(hours.close, hours.open + 1) - hours.open
                return TradeWindow(earlier, from: part, length: length, until: length)
            }
        }
        return (after, before)
    }
}
