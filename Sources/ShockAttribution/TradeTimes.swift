import Calendars
import Schema

/// When an instrument traded, in its session and in the four before: what self-excitation is fitted to.
///
/// A session's regular hours are cut into thirteen equal parts, half-hours in New York, and the first times of each are
/// kept. So the hours after a move are compared with the same hours of those before, and a busy open takes no
/// room from the close. Trades of one millisecond count as one: they fill one order. Only trades have times; a bar says
/// that there were some, not when, and a time rounded to a bar's length would pass for self-excitation.
struct TradeTimes: Codable, Equatable, Sendable {
    static let parts = 13
    /// Times kept of each part of a session.
    static let capacity = 256
    /// Instruments kept, in the order in which they first trade: 67 KB each. Of further ones nothing is kept.
    static let instruments = 1_024
    /// Of a kept time.
    static let tick = CivilTime.second / 1_000
    /// A session, and those before that it is compared with.
    static let sessions = 5

    /// The block of each slot; −1: none yet, or no room.
    private var blocks = PackedArray<Int32>()
    private var used = 0
    /// By block and session: its day number; 0 before the first.
    private var days = PackedArray<Int32>()
    /// By block and session: the market sequence of its first trade.
    private var first = PackedArray<UInt64>()
    /// By block, session and part: how many times are kept.
    private var counts = PackedArray<UInt16>()
    /// By block, session, part: milliseconds since the session opened.
    private var times = PackedArray<UInt32>()

    mutating func grow(toSlots count: Int) {
        let missing = count - blocks.values.count
        if missing > 0 { blocks.values += Array(repeating: -1, count: missing) }
    }

    /// Takes a trade in. O(1); allocates for an instrument's first trade only. Trades out of regular hours, of a session
    /// that is not one of the last five, or beyond the capacity are passed over.
    @inline(__always)
    mutating func record(slot: Int, time: UInt64, sequence: UInt64, session: SessionClock.Window) {
        guard session.open <= time, time <= session.close, session.open < session.close else { return }
        var block = Int(blocks.values[slot])
        if block < 0 {
            guard let new = newBlock(slot: slot) else { return }
            block = new
        }
        guard let bank = bank(block, session.day, sequence) else { return }
        let since = time - session.open
        let length = session.close - session.open
        let part = min(Self.parts - 1, Int(since * UInt64(Self.parts) / length))
        let row = bank * Self.parts + part
        let kept = Int(counts.values[row])
        guard kept < Self.capacity else { return }
        let milliseconds = UInt32(truncatingIfNeeded: since / Self.tick)
        if kept > 0, times.values[row * Self.capacity + kept - 1] == milliseconds { return }
        times.values[row * Self.capacity + kept] = milliseconds
        counts.values[row] = UInt16(kept + 1)
    }

    private mutating func newBlock(slot: Int) -> Int? {
        guard used < Self.instruments else { return nil }
        let block = used
        used += 1
        blocks.values[slot] = Int32(block)
        days.values += Array(repeating: 0, count: Self.sessions)
        first.values += Array(repeating: 0, count: Self.sessions)
        counts.values += Array(repeating: 0, count: Self.sessions * Self.parts)
        times.values += Array(repeating: 0, count: Self.sessions * Self.parts * Self.capacity)
        return block
    }

    /// Where a session's times go: a new session takes the place of the oldest one.
    @inline(__always)
    private mutating func bank(_ block: Int, _ day: Int32, _ sequence: UInt64) -> Int? {
        let base = block * Self.sessions
        var oldest = base
        var newest = days.values[base]
        for bank in base..<base + Self.sessions {
            let known = days.values[bank]
            if known == day { return bank }
            if known < days.values[oldest] { oldest = bank }
            newest = max(newest, known)
        }
        guard day > newest else { return nil }
        days.values[oldest] = day
        first.values[oldest] = sequence
        for part in 0..<Self.parts { counts.values[oldest * Self.parts + part] = 0 }
        return oldest
    }

    /// The times of one session.
    struct Session {
        let day: Int32
        let firstSequence: UInt64
        /// By part: milliseconds since the open, in the order in which they came.
        let parts: [ArraySlice<UInt32>]
    }

    /// Of the sessions kept, the earlier first.
    func sessions(slot: Int) -> [Session] {
        guard slot < blocks.values.count, blocks.values[slot] >= 0 else { return [] }
        let base = Int(blocks.values[slot]) * Self.sessions
        return (base..<base + Self.sessions).filter { days.values[$0] != 0 }.map { bank in
            let parts = (0..<Self.parts).map { part in
                let row = bank * Self.parts + part
                return times.values[row * Self.capacity..<row * Self.capacity + Int(counts.values[row])]
            }
            return Session(day: days.values[bank], firstSequence: first.values[bank], parts: parts)
        }
        .sorted { $0.day < $1.day }
    }
}
