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
    }

    /// One session's close.
    struct Close: BitwiseCopyable, Equatable, Sendable {
        /// Day number of the session.
        var day: Int64 = 0
        var price: Int64 = 0
        var sequence: UInt64 = 0
    }

    /// Sessions kept of each instrument: an estimation window, its gap and the follow-up, with room to spare.
    static let sessions = 320
    /// A bar of at least this length is a session's bar; its close is the session's close.
    static let sessionLength: UInt64 = 6 * 3_600 * CivilTime.second

    private var latest = PackedArray<Latest>()
    /// `sessions` closes for each slot, used as a ring.
    private var closes = PackedArray<Close>()
    /// Closes ever appended, by slot: the ring's position.
    private var appended = PackedArray<Int>()
    /// Money traded in a session, in the instrument's currency: the mean of the last twenty or so, by slot.
    private var turnovers = PackedArray<Double>()

    /// What a session counts in the mean of turnovers.
    private static let turnoverWeight = 0.05

    /// Makes room for a slot.
    mutating func grow(toSlots count: Int) {
        let missing = count - latest.values.count
        guard missing > 0 else { return }
        latest.values += Array(repeating: Latest(), count: missing)
        closes.values += Array(repeating: Close(), count: missing * Self.sessions)
        appended.values += Array(repeating: 0, count: missing)
        turnovers.values += Array(repeating: 0, count: missing)
    }

    /// A bar or trade of a slot. Prices that are not positive say nothing.
    @inline(__always)
    mutating func record(slot: Int, price: Int64, volume: UInt64, start: UInt64, end: UInt64, sequence: UInt64) {
        guard price > 0 else { return }
        // What comes late, or is loaded to estimate from, is not the latest.
        if end >= latest.values[slot].time { latest.values[slot] = Latest(price: price, time: end, sequence: sequence) }
        if end >= start &+ Self.sessionLength {
            close(
                slot: slot, Close(day: Int64(CivilTime.sessionDay(end: end)), price: price, sequence: sequence),
                turnover: Price.double(price) * Double(volume))
        }
    }

    /// Money traded in a usual session; nil where no session's bar had a volume.
    func turnover(slot: Int) -> Double? { turnovers.values[slot] > 0 ? turnovers.values[slot] : nil }

    func latest(slot: Int) -> Latest { latest.values[slot] }

    /// Appends a close; one of the last day replaces it, one of an earlier day takes its place among those kept.
    private mutating func close(slot: Int, _ new: Close, turnover: Double) {
        let base = slot * Self.sessions
        let count = appended.values[slot]
        guard count > 0 else {
            closes.values[base] = new
            appended.values[slot] = 1
            turnovers.values[slot] = turnover
            return
        }
        let last = closes.values[base + (count - 1) % Self.sessions]
        if new.day > last.day {
            closes.values[base + count % Self.sessions] = new
            appended.values[slot] = count + 1
            let mean = turnovers.values[slot]
            turnovers.values[slot] = mean > 0 ? mean + Self.turnoverWeight * (turnover - mean) : turnover
            return
        }
        for back in 1...min(count, Self.sessions) {
            let index = base + (count - back) % Self.sessions
            guard closes.values[index].day != new.day else {
                closes.values[index] = new
                return
            }
            guard closes.values[index].day > new.day else { return insert(new, slot: slot, back: back - 1) }
        }
        if count < Self.sessions { insert(new, slot: slot, back: count) }
    }

    /// Puts a close before the last `back` ones; the oldest gives way where there is no room.
    private mutating func insert(_ new: Close, slot: Int, back: Int) {
        let base = slot * Self.sessions
        let count = appended.values[slot]
        for position in (count - back..<count).reversed() {
            closes.values[base + (position + 1) % Self.sessions] = closes.values[base + position % Self.sessions]
        }
        closes.values[base + (count - back) % Self.sessions] = new
        appended.values[slot] = count + 1
    }

    /// The closes kept of a slot, oldest first, days rising.
    func closes(slot: Int) -> [Close] {
        let count = appended.values[slot]
        let kept = min(count, Self.sessions)
        return ((count - kept)..<count).map { closes.values[slot * Self.sessions + $0 % Self.sessions] }
    }
}
