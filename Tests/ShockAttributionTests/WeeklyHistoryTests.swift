import Schema
import TestKit
import Testing

@testable import ShockAttribution

@Suite("Weeks of closes")
struct WeeklyHistoryTests {
    @Test("days make weeks that begin on Monday, with their extremes", arguments: [UInt64(1), 2, 3])
    func equalsGrouping(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var history = WeeklyHistory()
        history.grow(toSlots: 2)
        var closes: [(day: Int32, price: Int64)] = []
        for day in Int32(19_000)..<Int32(19_400)
        where (day + 3) % 7 < 5 && Int.random(in: 0..<10, using: &generator) > 0 {
            let price = Int64.random(in: 1...1_000, using: &generator)
            closes.append((day, price))
            history.record(slot: 1, day: day, price: price, sequence: UInt64(day))
        }
        let expected = Dictionary(grouping: closes) { ($0.day + 3) / 7 }.sorted { $0.key < $1.key }.map(\.value)
        let weeks = history.weeks(slot: 1)
        #expect(weeks.map(\.close) == expected.map { $0[$0.count - 1].price }, "seed \(seed)")
        #expect(weeks.map(\.low) == expected.map { $0.map(\.price).min()! }, "seed \(seed)")
        #expect(weeks.map(\.high) == expected.map { $0.map(\.price).max()! }, "seed \(seed)")
        #expect(history.weeks(slot: 0).isEmpty)
    }

    @Test("a close that comes late is of its own week, one before all that is kept is not taken, and old weeks go")
    func late() {
        var history = WeeklyHistory()
        history.grow(toSlots: 1)
        history.record(slot: 0, day: 20_000, price: 10, sequence: 1)
        history.record(slot: 0, day: 20_007, price: 20, sequence: 2)
        history.record(slot: 0, day: 20_001, price: 5, sequence: 3)
        history.record(slot: 0, day: 19_000, price: 1, sequence: 4)
        #expect(history.weeks(slot: 0).map(\.low) == [5, 20])
        #expect(history.weeks(slot: 0).map(\.close) == [5, 20])
        for week in Int32(1)...200 { history.record(slot: 0, day: 20_007 + 7 * week, price: 30, sequence: 5) }
        #expect(history.weeks(slot: 0).count == WeeklyHistory.weeks)
        #expect(history.weeks(slot: 0).allSatisfy { $0.close == 30 })
    }
}
