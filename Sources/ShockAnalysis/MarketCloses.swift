import Schema

/// The benchmark's closes by day, so that any name's span of sessions has its market return at once.
struct MarketCloses: Codable, Sendable {
    private var firstDay: Int32 = 0
    /// One element a calendar day from ``firstDay``; 0 where the benchmark had no session.
    private var closes = PackedArray<Double>()

    /// The days of its sessions, and the return of each since the one before (0 for the first): made from ``closes``, so
    /// that nothing is looked up day by day for whoever has the same sessions.
    private(set) var sessionDays: [Int32] = []
    private(set) var sessionReturns: [Double] = []

    private enum CodingKeys: CodingKey { case firstDay, closes }

    var isEmpty: Bool { closes.values.isEmpty }

    /// - Parameter close: In any unit, as long as it is the same for all.
    mutating func set(_ close: Double, day: Int32) {
        if closes.values.isEmpty { firstDay = day }
        let index = Int(day) - Int(firstDay)
        guard index >= 0 else { return }
        let isLatest = index >= closes.values.count
        if isLatest { closes.values += Array(repeating: 0, count: index + 1 - closes.values.count) }
        closes.values[index] = close
        if isLatest { addSession(index) } else { findSessions() }
    }

    /// Puts the closes of all days before one in other terms, as after a split of the benchmark.
    mutating func scale(by factor: Double, before day: Int32) {
        let end = min(closes.values.count, max(0, Int(day) - Int(firstDay)))
        for index in 0..<end { closes.values[index] *= factor }
        findSessions()
    }

    /// Puts a session before all that are known.
    mutating func insert(_ close: Double, day: Int32) {
        let missing = Int(firstDay) - Int(day)
        guard !closes.values.isEmpty, missing > 0 else { return set(close, day: day) }
        closes.values.insert(contentsOf: repeatElement(0, count: missing), at: 0)
        firstDay = day
        closes.values[0] = close
        findSessions()
    }

    private mutating func findSessions() {
        sessionDays.removeAll(keepingCapacity: true)
        sessionReturns.removeAll(keepingCapacity: true)
        for index in closes.values.indices { addSession(index) }
    }

    private mutating func addSession(_ index: Int) {
        guard closes.values[index] > 0 else { return }
        let before = sessionDays.last.map { closes.values[Int($0) - Int(firstDay)] }
        sessionReturns.append(before.map { closes.values[index] / $0 - 1 } ?? 0)
        sessionDays.append(firstDay + Int32(index))
    }

    /// The close of a day; nil where the benchmark had no session.
    func close(day: Int32) -> Double? {
        let index = Int(day) - Int(firstDay)
        guard closes.values.indices.contains(index), closes.values[index] > 0 else { return nil }
        return closes.values[index]
    }

    /// For many days at once: calls the body with the close of a day, 0 where the benchmark had no session.
    @inline(__always)
    func withCloses(_ body: ((_ day: Int32) -> Double) -> Void) {
        let first = Int(firstDay)
        closes.values.withUnsafeBufferPointer { closes in
            body { day in
                let index = Int(day) - first
                return UInt(bitPattern: index) < UInt(closes.count) ? closes[index] : 0
            }
        }
    }

    /// The sessions of the benchmark after one day and up to another.
    func sessions(after: Int32, through: Int32) -> Int {
        guard after < through, !isEmpty else { return 0 }
        var count = 0
        let start = max(0, Int(after) + 1 - Int(firstDay))
        let end = min(closes.values.count, Int(through) + 1 - Int(firstDay))
        for index in start..<max(start, end) where closes.values[index] > 0 { count += 1 }
        return count
    }
}

extension MarketCloses {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        firstDay = try container.decode(Int32.self, forKey: .firstDay)
        closes = try container.decode(PackedArray<Double>.self, forKey: .closes)
        findSessions()
    }
}
