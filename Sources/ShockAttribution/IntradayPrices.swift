import Calendars
import Schema

/// What an instrument cost in the course of its last sessions: what jumps and lead–lag are measured on.
///
/// A session's regular hours are cut into twenty-six equal parts, quarter hours in New York, and the last price of each
/// is kept, of bars no longer than a part and of trades. Coarser bars leave nothing here. In single precision:
/// a ten-millionth of the price, where returns of a part are thousandths.
struct IntradayPrices: Codable, Equatable, Sendable {
    static let parts = 26
    /// Sixty before a session, the session, and room for some that are not whole.
    static let sessions = 72
    /// Instruments kept, in the order in which such prices first come: 8 KB each. Of further ones nothing is kept.
    static let instruments = 4_096

    /// The block of each slot; −1: none yet, or no room.
    private var blocks = PackedArray<Int32>()
    private var used = 0
    /// By block: sessions ever begun, the ring's position.
    private var begun = PackedArray<Int32>()
    /// By block and session: its day number, and the length of its regular hours in seconds.
    private var days = PackedArray<Int32>()
    private var lengths = PackedArray<Int32>()
    /// By block, session and part; 0: no price in it.
    private var closes = PackedArray<Float>()

    mutating func grow(toSlots count: Int) {
        let missing = count - blocks.values.count
        if missing > 0 { blocks.values += Array(repeating: -1, count: missing) }
    }

    /// Takes the last price of a bar or a trade. O(1); allocates for an instrument's first only. What lies outside of
    /// regular hours, is longer than a part, or of a session before the last is passed over.
    @inline(__always)
    mutating func record(slot: Int, price: Int64, start: UInt64, end: UInt64, session: SessionClock.Window) {
        guard session.open <= start, end <= session.close, session.open < session.close else { return }
        let length = session.close - session.open
        guard (end - start) &* UInt64(Self.parts) <= length else { return }
        var block = Int(blocks.values[slot])
        if block < 0 {
            guard let new = newBlock(slot: slot) else { return }
            block = new
        }
        var bank = block * Self.sessions + (Int(begun.values[block]) + Self.sessions - 1) % Self.sessions
        if days.values[bank] != session.day || begun.values[block] == 0 {
            guard begun.values[block] == 0 || session.day > days.values[bank] else { return }
            bank = begin(block, session.day, seconds: length / CivilTime.second)
        }
        // What ends on a boundary belongs before it.
        let since = max(end - session.open, 1) - 1
        let part = min(Self.parts - 1, Int(since &* UInt64(Self.parts) / length))
        closes.values[bank * Self.parts + part] = Float(Price.double(price))
    }

    private mutating func newBlock(slot: Int) -> Int? {
        guard used < Self.instruments else { return nil }
        let block = used
        used += 1
        blocks.values[slot] = Int32(block)
        begun.values.append(0)
        days.values += Array(repeating: 0, count: Self.sessions)
        lengths.values += Array(repeating: 0, count: Self.sessions)
        closes.values += Array(repeating: 0, count: Self.sessions * Self.parts)
        return block
    }

    private mutating func begin(_ block: Int, _ day: Int32, seconds: UInt64) -> Int {
        let bank = block * Self.sessions + Int(begun.values[block]) % Self.sessions
        begun.values[block] += 1
        days.values[bank] = day
        lengths.values[bank] = Int32(clamping: seconds)
        for part in 0..<Self.parts { closes.values[bank * Self.parts + part] = 0 }
        return bank
    }

    /// One session's prices.
    struct Session: Equatable, Sendable {
        let day: Int64
        /// Of its regular hours.
        let seconds: Int
        /// By part; 0: no price in it.
        let closes: [Float]

        /// Parts with a price of their own that a session needs; where one has none, the price before stands.
        static let neededParts = 21

        /// Returns from part to part, without the first, which has none before it; nil where too few parts have a price.
        var returns: [Double]? {
            guard closes.count(where: { $0 > 0 }) >= Self.neededParts, var last = closes.first, last > 0 else {
                return nil
            }
            return closes.dropFirst().map { close in
                guard close > 0 else { return 0 }
                defer { last = close }
                return Double(close) / Double(last) - 1
            }
        }
    }

    /// Of the sessions kept, the earlier first.
    func sessions(slot: Int) -> [Session] {
        guard slot < blocks.values.count, blocks.values[slot] >= 0 else { return [] }
        let block = Int(blocks.values[slot])
        let count = Int(begun.values[block])
        return (max(0, count - Self.sessions)..<count).map { position in
            let bank = block * Self.sessions + position % Self.sessions
            return Session(
                day: Int64(days.values[bank]), seconds: Int(lengths.values[bank]),
                closes: Array(closes.values[bank * Self.parts..<(bank + 1) * Self.parts]))
        }
    }
}
