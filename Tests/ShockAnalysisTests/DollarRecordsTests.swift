import Schema
import Testing

@testable import ShockAnalysis

@Suite("DollarRecords")
struct DollarRecordsTests {
    private static func symbol(_ number: Int) -> String { "N\(number)" }

    private static func standing(_ records: DollarRecords, _ usd: Double, day: Int32, of number: Int, counted: Bool)
        -> DollarRecords.Standing
    {
        records.standing(usd: usd, day: day, instrument: number, isCounted: counted, symbol: symbol)
    }

    @Test("the largest loss ranks first, gains are another list, and its own entry is not compared")
    func ranks() {
        var records = DollarRecords()
        records.add(usd: -5e9, day: 100, instrument: 1)
        records.add(usd: -9e9, day: 101, instrument: 2)
        records.add(usd: 20e9, day: 102, instrument: 3)
        let last = Self.standing(records, -9e9, day: 101, of: 2, counted: true)
        #expect(last.rank == 1 && last.compared == 3)
        #expect(last.previous?.usd == -5e9 && last.previous?.name == "N1 1970-04-11")
        let running = Self.standing(records, -7e9, day: 103, of: 1, counted: false)
        #expect(running.rank == 2 && running.compared == 4)
        #expect(running.previous?.usd == -9e9)
        #expect(running.since == "1970-04-11")
        #expect(Self.standing(records, 1e9, day: 103, of: 1, counted: false).rank == 2)
    }

    @Test("a published record counts once, and not against itself")
    func published() {
        var records = DollarRecords()
        records.add(usd: -9e9, day: 101, instrument: 2)
        records.add(.init(subject: "N2", date: "1970-04-12", usd: -9.1e9))
        records.add(.init(subject: "OLD", date: "1969-12-31", usd: -50e9))
        records.add(.init(subject: "N7", date: "1970-02-01", usd: -8e9))
        let standing = Self.standing(records, -9e9, day: 101, of: 2, counted: true)
        #expect(standing.rank == 2)
        #expect(standing.compared == 3)
        #expect(standing.previous?.name == "N7 1970-02-01")
    }

    @Test("the order of arrival is no matter, and the list is bounded")
    func bounded() {
        let all = (0..<3_000).map { (usd: -Double($0 % 1_500), day: Int32($0 / 10), number: $0 % 10) }
        var random = LCG(99)
        var shuffled = all
        random.shuffle(&shuffled)
        var (straight, mixed) = (DollarRecords(), DollarRecords())
        for entry in all { straight.add(usd: entry.usd, day: entry.day, instrument: entry.number) }
        for entry in shuffled { mixed.add(usd: entry.usd, day: entry.day, instrument: entry.number) }
        for usd in [-1_499.0, -1_200, -1_000, -999, -500, -2] {
            #expect(
                Self.standing(straight, usd, day: 400, of: 1, counted: false)
                    == Self.standing(mixed, usd, day: 400, of: 1, counted: false))
        }
        #expect(Self.standing(straight, -1_499.5, day: 400, of: 1, counted: false).rank == 1)
        // Two of each size: 1,000 kept are the sizes above 999.
        #expect(Self.standing(straight, -1_000.5, day: 400, of: 1, counted: false).rank == 999)
        #expect(Self.standing(straight, -3, day: 400, of: 1, counted: false).rank == 0)
        #expect(Self.standing(straight, -3, day: 400, of: 1, counted: false).compared == 3_001)
    }
}
