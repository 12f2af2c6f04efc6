import Schema

/// The latest dated share count of every subject that has one.
struct ShareCounts: Codable, Sendable {
    struct Count: Codable, Equatable, Sendable {
        let symbol: String
        let shares: Double
        /// The date the count is for, as the fact states it.
        let asOf: String
        /// Market sequence of the fact.
        let sequence: UInt64
    }

    /// Sorted by symbol.
    private var counts: [Count] = []

    /// Takes a count unless one for a later date is known; of two for one date the later said counts.
    mutating func take(_ count: Count) {
        let index = position(of: count.symbol)
        guard index < counts.count, counts[index].symbol == count.symbol else {
            counts.insert(count, at: index)
            return
        }
        if count.asOf >= counts[index].asOf { counts[index] = count }
    }

    subscript(symbol: String) -> Count? {
        let index = position(of: symbol)
        guard index < counts.count, counts[index].symbol == symbol else { return nil }
        return counts[index]
    }

    private func position(of symbol: String) -> Int {
        counts.partitioningIndex { $0.symbol >= symbol }
    }
}

/// Facts whose event time has not come yet: they are known from then on, not from when they were logged.
struct WaitingFacts: Codable, Sendable {
    /// By event time, then by sequence.
    private var facts: [StoredMessage] = []
    /// When the first of them is due; `.max` if none waits.
    private(set) var nextTime = UInt64.max

    mutating func add(_ fact: Fact) {
        let index = facts.firstIndex { $0.message.eventTime(row: 0) > fact.eventTime } ?? facts.count
        facts.insert(StoredMessage(.fact(fact)), at: index)
        nextTime = facts[0].message.eventTime(row: 0)
    }

    /// Takes the first fact out.
    mutating func removeFirst() -> Fact? {
        guard !facts.isEmpty, case .fact(let fact) = facts.removeFirst().message else { return nil }
        nextTime = facts.first?.message.eventTime(row: 0) ?? .max
        return fact
    }
}
