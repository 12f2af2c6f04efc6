import Schema

/// Three years of weeks an instrument: what a run-up is measured over, where daily closes would be too many to keep.
struct WeeklyHistory: Codable, Equatable, Sendable {
    /// Weeks kept: 36 months and a little.
    static let weeks = 160

    /// One week's closes, as they were in the stream.
    struct Week: BitwiseCopyable, Equatable, Sendable {
        /// Day number of the last close, and its price in price units; 0 before the first.
        var day: Int32 = 0
        var lowDay: Int32 = 0
        var highDay: Int32 = 0
        var close: Int64 = 0
        /// Lowest and highest close.
        var low: Int64 = 0
        var high: Int64 = 0
        /// Market sequence of the last close.
        var sequence: UInt64 = 0

        /// Weeks begin on Monday; day 0 was a Thursday.
        var number: Int32 { WeeklyHistory.number(ofDay: day) }
    }

    static func number(ofDay day: Int32) -> Int32 { (day + 3) / 7 }

    private var rings = PackedArray<Week>()
    /// Weeks ever begun, by slot.
    private var begun = PackedArray<Int32>()

    mutating func grow(toSlots count: Int) {
        let missing = count - begun.values.count
        guard missing > 0 else { return }
        rings.values += Array(repeating: Week(), count: missing * Self.weeks)
        begun.values += Array(repeating: 0, count: missing)
    }

    /// Takes a session's close; one of a week before the last kept is taken where that week is kept. O(1) for the last.
    mutating func record(slot: Int, day: Int32, price: Int64, sequence: UInt64) {
        let base = slot * Self.weeks
        let count = Int(begun.values[slot])
        let week = Self.number(ofDay: day)
        for back in stride(from: 1, through: min(count, Self.weeks), by: 1) {
            let index = base + (count - back) % Self.weeks
            guard rings.values[index].number >= week else { break }
            guard rings.values[index].number == week else { continue }
            rings.values[index].take(day: day, price: price, sequence: sequence)
            return
        }
        // A week that was never begun, before the last: a gap that came late is left as it is.
        if count > 0, rings.values[base + (count - 1) % Self.weeks].number > week { return }
        rings.values[base + count % Self.weeks] = Week(
            day: day, lowDay: day, highDay: day, close: price, low: price, high: price, sequence: sequence)
        begun.values[slot] += 1
    }

    /// The weeks kept of a slot, oldest first.
    func weeks(slot: Int) -> [Week] {
        let count = Int(begun.values[slot])
        return (max(0, count - Self.weeks)..<count).map { rings.values[slot * Self.weeks + $0 % Self.weeks] }
    }
}

extension WeeklyHistory.Week {
    mutating func take(day: Int32, price: Int64, sequence: UInt64) {
        // The same day again is a correction: the extremes it had made may go.
        if day == lowDay || price < low { (lowDay, low) = (day, price) }
        if day == highDay || price > high { (highDay, high) = (day, price) }
        guard day >= self.day else { return }
        (self.day, close, self.sequence) = (day, price, sequence)
    }
}
