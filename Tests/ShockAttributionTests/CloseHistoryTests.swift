import Calendars
import Schema
import TestKit
import Testing

@testable import ShockAttribution

@Suite("Closes kept, and their weeks")
struct CloseHistoryTests {
    @Test("days make weeks that begin on Monday, with their extremes", arguments: [UInt64(1), 2, 3])
    func equalsGrouping(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var closes: [DailyClose] = []
        for day in Int64(19_000)..<19_400
        where (day + 3) % 7 < 5 && Int.random(in: 0..<10, using: &generator) > 0 {
            let price = Double(Int.random(in: 1...1_000, using: &generator))
            closes.append(DailyClose(day: day, price: price, sequence: UInt64(day)))
        }
        let expected = Dictionary(grouping: closes) { ($0.day + 3) / 7 }.sorted { $0.key < $1.key }.map(\.value)
        let weeks = WeeklyClose.weeks(of: closes)
        #expect(weeks.map(\.last) == expected.map { $0[$0.count - 1] }, "seed \(seed)")
        #expect(weeks.map(\.lowest.price) == expected.map { $0.map(\.price).min()! }, "seed \(seed)")
        #expect(weeks.map(\.highest.price) == expected.map { $0.map(\.price).max()! }, "seed \(seed)")
        #expect(WeeklyClose.weeks(of: []).isEmpty)
    }

    private static func table(_ closes: [(day: Int, price: Int64)]) -> PriceTable {
        var table = PriceTable()
        var clock = SessionClock()
        let calendar = clock.index(of: "ABC", kind: .equity)
        table.grow(toSlots: 1)
        for (index, close) in closes.enumerated() {
            let start = UInt64(close.day) * CivilTime.day + 50_000 * CivilTime.second
            table.record(
                slot: 0, price: close.price, volume: 0, start: start, end: start + SessionClock.sessionBarLength,
                sequence: UInt64(index + 1), &clock, calendar)
        }
        return table
    }

    @Test("a close that comes late takes its place; the oldest go, and who asks for the last gets those")
    func late() {
        #expect(
            Self.table([(20_000, 10), (20_002, 20), (20_001, 5)]).closes(slot: 0).map(\.price) == [10, 5, 20])
        let many = Self.table((0..<1_000).map { (19_000 + $0, Int64($0 + 1)) })
        #expect(many.closes(slot: 0, last: PriceTable.kept).map(\.price) == (201...1_000).map(Int64.init))
        #expect(many.closes(slot: 0).map(\.price) == (681...1_000).map(Int64.init))
        #expect(many.closes(slot: 0, last: 1).map(\.day) == [19_999])
    }
}
