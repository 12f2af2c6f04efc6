import Calendars
import MarketModels
import Schema

/// What each instrument last cost and what it cost at the close of its last sessions.
///
/// The hot path of the stage: a bar or trade is a few stores into flat columns.
struct PriceTable: Codable, Equatable, Sendable {
    /// The last price seen, of any bar or trade.
    struct Latest: BitwiseCopyable, Equatable, Sendable {
        /// In price units; 0 before the first.
        var price: Int64 = 0
        /// Event time.
        var time: UInt64 = 0
        /// Of the market record it came with.
        var sequence: UInt64 = 0
        /// How long the bar was that it came with, ns; 0: a trade.
        var span: UInt64 = 0
    }

    /// One session's close.
    struct Close: BitwiseCopyable, Equatable, Sendable {
        /// The day number, and in the lowest bit whether it is a session's own close and not just its last price so far.
        private var packed: Int32 = 0
        /// Money traded in it, in the instrument's currency; 0: unknown.
        fileprivate(set) var turnover: Float = 0
        var price: Int64 = 0
        var sequence: UInt64 = 0

        init() {}

        init(day: Int32, isFinal: Bool, price: Int64, sequence: UInt64, turnover: Double = 0) {
            packed = day << 1 | (isFinal ? 1 : 0)
            self.turnover = Float(turnover)
            self.price = price
            self.sequence = sequence
        }

        /// Day number of the session.
        var day: Int64 { Int64(packed >> 1) }
        var isFinal: Bool { packed & 1 == 1 }
    }

    /// The sessions that a window of estimation, its gap and the follow-up need, with room to spare.
    static let sessions = 320
    /// Sessions kept of each instrument: three years of an exchange's, and over two of what trades every day. What a
    /// run-up is measured over, and the answers to results.
    static let kept = 800

    private var latest = PackedArray<Latest>()
    /// ``kept`` closes for each slot, used as a ring.
    private var closes = PackedArray<Close>()
    /// Closes ever appended, by slot: the ring's position.
    private var appended = PackedArray<Int>()
    /// Which prices are believed, by slot.
    var levels = PackedArray<SlotLevel>()
    /// What the slots' prices are in other terms by.
    var terms: [Terms] = []
    /// Prices and closes that were not believed.
    var absurd: UInt64 = 0
    /// Within the sessions.
    private(set) var intraday = IntradayPrices()

    /// What a session counts in the mean of turnovers.
    private static let turnoverWeight = 0.05

    /// Makes room for a slot.
    mutating func grow(toSlots count: Int) {
        let missing = count - latest.values.count
        guard missing > 0 else { return }
        latest.values += Array(repeating: Latest(), count: missing)
        closes.values += Array(repeating: Close(), count: missing * Self.kept)
        appended.values += Array(repeating: 0, count: missing)
        levels.values += Array(repeating: SlotLevel(), count: missing)
        intraday.grow(toSlots: count)
    }

    /// A bar or trade of a slot. Prices that are none, and those that are not believed, say nothing.
    ///
    /// The bar of a whole session closes it; of shorter bars and trades in regular hours the last is the close until such
    /// a bar comes, if one does.
    @inline(__always)
    mutating func record(
        slot: Int, price: Int64, volume: UInt64, start: UInt64, end: UInt64, sequence: UInt64,
        _ clock: inout SessionClock, _ calendar: UInt8
    ) {
        guard price > 0, price <= Price.maximum, start <= end else { return }
        // What comes late, or is loaded to estimate from, is not the latest.
        let isLatest = end >= latest.values[slot].time
        let isFinal = clock.isSessionBar(start, end, calendar)
        guard isLatest || isFinal else { return }
        // The bar of a session needs no look at where in the session it ends.
        let window = isFinal ? nil : clock.window(at: end, calendar)
        let day = window?.day ?? clock.day(ofBar: start, end, calendar)
        guard believes(slot: slot, price, day: day, at: end, isFinal: isFinal, isLatest: isLatest) else { return }
        if isLatest {
            latest.values[slot] = Latest(price: price, time: end, sequence: sequence, span: end - start)
        }
        if let window {
            guard window.open < end || (start == end && window.open == end) else { return }
            intraday.record(slot: slot, price: price, start: start, end: end, session: window)
        }
        close(
            slot: slot,
            Close(
                day: day, isFinal: isFinal, price: price, sequence: sequence,
                turnover: Price.double(price) * Double(volume)))
    }

    /// Money traded in a usual session before a day, in the instrument's currency: the mean of the last twenty or so; nil
    /// where no session's prices came with a volume.
    func turnover(slot: Int, before day: Int64) -> Double? {
        var mean: Double?
        for close in closes(slot: slot) where close.day < day && close.turnover > 0 {
            let turnover = Double(close.turnover)
            mean = mean.map { $0 + Self.turnoverWeight * (turnover - $0) } ?? turnover
        }
        return mean
    }

    func latest(slot: Int) -> Latest { latest.values[slot] }

    /// Appends a close; one of the last day replaces it, one of an earlier day takes its place among those kept.
    private mutating func close(slot: Int, _ new: Close) {
        let base = slot * Self.kept
        let count = appended.values[slot]
        let place = base + (count + Self.kept - 1) % Self.kept
        guard count > 0, new.day <= closes.values[place].day else {
            closes.values[base + count % Self.kept] = new
            appended.values[slot] = count + 1
            return
        }
        if new.day == closes.values[place].day {
            let last = closes.values[place]
            guard new.isFinal || !last.isFinal else { return }
            closes.values[place] = new
            if !new.isFinal { closes.values[place].turnover += last.turnover }
            return
        }
        guard new.isFinal else { return }
        for back in 1...min(count, Self.kept) {
            let index = base + (count - back) % Self.kept
            guard closes.values[index].day != new.day else {
                closes.values[index] = new
                return
            }
            guard closes.values[index].day > new.day else { return insert(new, slot: slot, back: back - 1) }
        }
        if count < Self.kept { insert(new, slot: slot, back: count) }
    }

    /// Puts a close before the last `back` ones; the oldest gives way where there is no room.
    private mutating func insert(_ new: Close, slot: Int, back: Int) {
        let base = slot * Self.kept
        let count = appended.values[slot]
        for position in (count - back..<count).reversed() {
            closes.values[base + (position + 1) % Self.kept] = closes.values[base + position % Self.kept]
        }
        closes.values[base + (count - back) % Self.kept] = new
        appended.values[slot] = count + 1
    }

    /// The closes kept of a slot around a day: the last one up to it, and the first after it.
    func closes(slot: Int, around day: Int64) -> (before: Close?, after: Close?) {
        let base = slot * Self.kept
        let count = appended.values[slot]
        var after: Close?
        for back in stride(from: 1, through: min(count, Self.kept), by: 1) {
            let close = closes.values[base + (count - back) % Self.kept]
            if close.day <= day { return (close, after) }
            after = close
        }
        return (nil, after)
    }

    /// The last closes kept of a slot, oldest first, days rising.
    func closes(slot: Int, last: Int = sessions) -> [Close] {
        let count = appended.values[slot]
        let kept = min(count, Self.kept, last)
        let base = slot * Self.kept
        let oldest = base + (count - kept) % Self.kept
        let end = min(oldest + kept, base + Self.kept)
        return Array(closes.values[oldest..<end]) + closes.values[base..<base + kept - (end - oldest)]
    }
}
