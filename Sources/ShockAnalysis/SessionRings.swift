import Glibc
import Schema

/// The daily returns of every instrument: the last sessions exactly, for estimation, and all of the
/// last sixteen years in single precision, for ranks.
///
/// The exact ones lie in one flat array, ``capacity`` to an instrument, so that a session costs two
/// stores and an estimation walks memory in order.
struct SessionRings: Codable, Sendable {
    /// Sessions kept exactly.
    static let capacity = 320
    /// Sessions kept for ranks, sixteen years: 8 bytes each, and with all else under 40 KB an instrument.
    static let historyLimit = 16 * 252

    /// One session in the long history.
    struct Past: Sendable {
        let day: Int32
        /// Simple return, as a fraction.
        let value: Float
    }

    private var days = PackedArray<Int32>()
    private var returns = PackedArray<Double>()
    /// Sessions each instrument has had, those no longer kept included.
    private var totals = PackedArray<Int32>()
    private var histories: [PackedArray<Past>] = []

    /// How many instruments there is room for; 0 if the parts do not fit together.
    var instruments: Int {
        let count = totals.values.count
        let fits = days.values.count == count * Self.capacity && returns.values.count == days.values.count
        return fits && histories.count == count ? count : 0
    }

    mutating func grow(to count: Int) {
        let missing = count - totals.values.count
        guard missing > 0 else { return }
        days.values += Array(repeating: 0, count: missing * Self.capacity)
        returns.values += Array(repeating: 0, count: missing * Self.capacity)
        totals.values += Array(repeating: 0, count: missing)
        histories += Array(repeating: PackedArray(), count: missing)
    }

    /// Adds a session's simple return.
    mutating func append(_ value: Double, day: Int32, of instrument: Int) {
        let total = Int(totals.values[instrument])
        let slot = instrument * Self.capacity + total % Self.capacity
        days.values[slot] = day
        returns.values[slot] = value
        totals.values[instrument] += 1
        let past = Past(day: day, value: Float(value))
        if total < Self.historyLimit {
            histories[instrument].values.append(past)
        } else {
            histories[instrument].values[total % Self.historyLimit] = past
        }
    }

    /// Sessions an instrument has had, those no longer kept included.
    func sessions(of instrument: Int) -> Int { Int(totals.values[instrument]) }

    /// Whether a session of that day is kept.
    func has(_ day: Int32, of instrument: Int) -> Bool {
        histories[instrument].values.contains { $0.day == day }
    }

    /// Changes the first return of a day or later, as when that day's split is told of late.
    ///
    /// - Returns: The day it is of; nil if there is none.
    mutating func correct(from day: Int32, of instrument: Int, _ change: (Double) -> Double) -> Int32? {
        let total = Int(totals.values[instrument])
        var found: Int32?
        for position in (max(0, total - Self.capacity)..<total).reversed() {
            let slot = instrument * Self.capacity + position % Self.capacity
            guard days.values[slot] >= day else { break }
            found = days.values[slot]
        }
        guard let found else { return nil }
        for position in max(0, total - Self.capacity)..<total {
            let slot = instrument * Self.capacity + position % Self.capacity
            guard days.values[slot] == found else { continue }
            returns.values[slot] = change(returns.values[slot])
            let value = Float(returns.values[slot])
            let past = histories[instrument].values.firstIndex { $0.day == found }
            if let past { histories[instrument].values[past] = Past(day: found, value: value) }
        }
        return found
    }

    /// Puts a session in its place among those known; the one after it gets a new return.
    ///
    /// - Parameter next: The return of the session after it, since this one's close, and its day; it is added if it
    ///   had no return before.
    mutating func insert(
        _ value: Double?, day: Int32, next: (day: Int32, value: Double), of instrument: Int
    ) {
        let total = Int(totals.values[instrument])
        let base = instrument * Self.capacity
        var kept: [(day: Int32, value: Double)] = (max(0, total - Self.capacity)..<total).map {
            (days.values[base + $0 % Self.capacity], returns.values[base + $0 % Self.capacity])
        }
        let isWhole = total <= Self.capacity
        let place = kept.firstIndex { $0.day >= next.day } ?? kept.count
        let isOlder = place == 0 && !isWhole
        if place < kept.count, kept[place].day == next.day {
            kept[place].value = next.value
        } else if !isOlder {
            kept.insert(next, at: place)
        }
        if let value, !isOlder { kept.insert((day, value), at: place) }
        insertPast(value, day: day, next: next, of: instrument)
        let added = histories[instrument].values.count
        totals.values[instrument] = Int32(max(total, min(added, Self.historyLimit)))
        let newTotal = Int(totals.values[instrument])
        let count = min(kept.count, Self.capacity)
        for (offset, entry) in kept.suffix(count).enumerated() {
            let slot = base + (newTotal - count + offset) % Self.capacity
            days.values[slot] = entry.day
            returns.values[slot] = entry.value
        }
    }

    private mutating func insertPast(
        _ value: Double?, day: Int32, next: (day: Int32, value: Double), of instrument: Int
    ) {
        // A history that turned over has no room for older sessions.
        guard histories[instrument].values.count < Self.historyLimit - 1 else { return }
        let past = Past(day: next.day, value: Float(next.value))
        let place = histories[instrument].values.firstIndex { $0.day >= next.day } ?? histories[instrument].values.count
        if place < histories[instrument].values.count, histories[instrument].values[place].day == next.day {
            histories[instrument].values[place] = past
        } else {
            histories[instrument].values.insert(past, at: place)
        }
        if let value { histories[instrument].values.insert(Past(day: day, value: Float(value)), at: place) }
    }

    /// Where sessions kept exactly lie: two runs of slots, oldest first.
    struct Slots {
        let older: Range<Int>
        let newer: Range<Int>

        var count: Int { older.count + newer.count }

        /// Where one of them lies, 0 being the oldest.
        @inline(__always)
        subscript(index: Int) -> Int {
            let place = index - older.count
            return place < 0 ? older.upperBound + place : newer.lowerBound + place
        }

        /// Where some of them lie, in two runs.
        func runs(_ window: Range<Int>) -> (older: Range<Int>, newer: Range<Int>) {
            let first = window.clamped(to: 0..<older.count)
            let second = window.clamped(to: older.count..<count)
            return (
                older.lowerBound + first.lowerBound..<older.lowerBound + first.upperBound,
                newer.lowerBound + second.lowerBound - older.count..<newer.lowerBound + second.upperBound - older.count
            )
        }
    }

    /// Where the sessions kept exactly of an instrument before a day lie.
    func kept(of instrument: Int, before day: Int32) -> Slots {
        let total = Int(totals.values[instrument])
        let base = instrument * Self.capacity
        let first = max(0, total - Self.capacity)
        var end = total
        while end > first, days.values[base + (end - 1) % Self.capacity] >= day { end -= 1 }
        let turn = min(end, (first + Self.capacity - 1) / Self.capacity * Self.capacity)
        let head = base + first % Self.capacity
        return Slots(older: head..<head + turn - first, newer: base..<base + end - turn)
    }

    /// The return of the session before the last one kept; nil if there is none.
    func returnBefore(last instrument: Int) -> Double? {
        let total = Int(totals.values[instrument])
        return total < 2 ? nil : returns.values[instrument * Self.capacity + (total - 2) % Self.capacity]
    }

    /// Every session kept exactly of an instrument that is before a day, oldest first.
    func forEach(of instrument: Int, before day: Int32, _ body: (_ day: Int32, _ value: Double) -> Void) {
        let slots = kept(of: instrument, before: day)
        for slot in slots.older { body(days.values[slot], returns.values[slot]) }
        for slot in slots.newer { body(days.values[slot], returns.values[slot]) }
    }

    /// The exact returns before a day, oldest first.
    func dated(of instrument: Int, before day: Int32) -> DatedReturns {
        let slots = kept(of: instrument, before: day)
        var dated = DatedReturns()
        dated.reserve(slots.count)
        dated.append(returns.values[slots.older], days: days.values[slots.older])
        dated.append(returns.values[slots.newer], days: days.values[slots.newer])
        return dated
    }

    /// A window of kept sessions with the market's returns over the same spans, without copying the others.
    func paired(_ slots: Slots, in window: Range<Int>, market: MarketCloses) -> PairedReturns {
        // Most names have the market's sessions, day by day.
        if let first = place(of: window, slots, in: market) {
            let (older, newer) = slots.runs(window)
            let asset = [Double](unsafeUninitializedCapacity: window.count) { asset, count in
                returns.values.withUnsafeBufferPointer { returns in
                    count = asset.initialize(fromContentsOf: returns[older])
                    count = asset[count...].initialize(fromContentsOf: returns[newer])
                }
            }
            return PairedReturns(
                asset: asset, market: Array(market.sessionReturns[first..<first + window.count]),
                firstDay: market.sessionDays[first], lastDay: market.sessionDays[first + window.count - 1])
        }
        return days.values.withUnsafeBufferPointer { days in
            returns.values.withUnsafeBufferPointer { returns in
                PairedReturns(in: window, market: market) { index in
                    let slot = slots[index]
                    return (days[slot], returns[slot])
                }
            }
        }
    }

    /// Where a window lies among the market's sessions; nil unless it and the session before it are the same days.
    private func place(of window: Range<Int>, _ slots: Slots, in market: MarketCloses) -> Int? {
        guard window.lowerBound > 0, !window.isEmpty else { return nil }
        let (older, newer) = slots.runs(window.lowerBound - 1..<window.upperBound)
        let start = days.values[slots[window.lowerBound - 1]]
        let first = market.sessionDays.partitioningIndex { $0 >= start }
        guard first + older.count + newer.count <= market.sessionDays.count else { return nil }
        let isSame = days.values.withUnsafeBufferPointer { own in
            market.sessionDays.withUnsafeBufferPointer { market in
                Self.areEqual(own[older], market[first..<first + older.count])
                    && Self.areEqual(own[newer], market[first + older.count..<first + older.count + newer.count])
            }
        }
        return isSame ? first + 1 : nil
    }

    private static func areEqual(
        _ left: Slice<UnsafeBufferPointer<Int32>>, _ right: Slice<UnsafeBufferPointer<Int32>>
    ) -> Bool {
        let (left, right) = (UnsafeBufferPointer(rebasing: left), UnsafeBufferPointer(rebasing: right))
        guard let first = left.baseAddress, let second = right.baseAddress else { return left.count == right.count }
        return memcmp(first, second, left.count * MemoryLayout<Int32>.stride) == 0
    }

    /// One of the sessions kept, 0 being the oldest of them.
    func session(_ slots: Slots, _ index: Int) -> (day: Int32, value: Double) {
        (days.values[slots[index]], returns.values[slots[index]])
    }

    /// The return of a day, as exactly as it is kept; nil if there was no session.
    func value(of instrument: Int, day: Int32) -> Double? {
        let slots = kept(of: instrument, before: day + 1)
        if slots.count > 0, session(slots, slots.count - 1).day == day { return session(slots, slots.count - 1).value }
        return histories[instrument].values.first { $0.day == day }.map { Double($0.value) }
    }

    /// All returns known of an instrument, in no particular order.
    func history(of instrument: Int) -> [Past] { histories[instrument].values }

    /// Where a move stands among the name's own moves of the same sign.
    ///
    /// - Parameters:
    ///   - value: The move, as a fraction. It may be one of those kept (its session is over) or not yet.
    ///   - day: The session of the move; it is not compared with itself.
    /// - Returns: 1 for the largest, with how many sessions were looked at, this one included.
    func rank(_ value: Double, day: Int32, of instrument: Int) -> OwnRank {
        // Without branches: thousands of sessions are looked at for each shock. A fall is ranked as a rise of its size.
        let sign: Float = value < 0 ? -1 : 1
        let target = sign * Float(value)
        var larger: UInt32 = 0
        var sessions: UInt32 = 1
        var first = day
        for past in histories[instrument].values {
            let isBefore = past.day < day
            sessions &+= isBefore ? 1 : 0
            larger &+= isBefore && sign * past.value > target ? 1 : 0
            first = min(first, past.day)
        }
        var rank = OwnRank()
        rank.rank = larger + 1
        rank.sessions = sessions
        rank.since = CivilTime.date(day: Int(first))
        return rank
    }
}

/// Daily returns with their days, oldest first.
struct DatedReturns: Sendable {
    private(set) var days: [Int32] = []
    /// Simple returns, as fractions.
    private(set) var values: [Double] = []

    var count: Int { values.count }

    mutating func reserve(_ count: Int) {
        days.reserveCapacity(count)
        values.reserveCapacity(count)
    }

    mutating func append(_ value: Double, day: Int32) {
        days.append(day)
        values.append(value)
    }

    mutating func append(_ values: ArraySlice<Double>, days: ArraySlice<Int32>) {
        self.days += days
        self.values += values
    }

    /// The size of the largest move of the same sign in the last sessions; nil if fewer are known.
    func largestMove(like value: Double, within sessions: Int) -> Double? {
        guard count >= sessions else { return nil }
        return values.suffix(sessions).reduce(0) { ($1 < 0) == (value < 0) ? max($0, abs($1)) : $0 }
    }

    /// The day of the last move of the same sign that was at least as large; nil: none is known.
    func lastMove(atLeast value: Double) -> Int32? {
        values.lastIndex { ($0 < 0) == (value < 0) && abs($0) >= abs(value) }.map { days[$0] }
    }
}
