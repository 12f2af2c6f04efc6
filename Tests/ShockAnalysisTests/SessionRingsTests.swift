import Foundation
import Schema
import TestKit
import Testing

@testable import ShockAnalysis

@Suite("SessionRings")
struct SessionRingsTests {
    @Test(
        "keeps the last sessions in order, however often the ring has turned",
        arguments: [0, 1, 319, 320, 321, 500, 640, 641, 1_300])
    func order(total: Int) {
        var rings = SessionRings()
        rings.grow(to: 2)
        for session in 0..<total { rings.append(Double(session), day: Int32(2 * session), of: 1) }
        let kept = Array(max(0, total - SessionRings.capacity)..<total).map(Double.init)
        for missing in [0, 1, 5, kept.count] where missing <= kept.count {
            // Between two sessions' days, so that the last `missing` are left out.
            let dated = rings.dated(of: 1, before: Int32(2 * (total - missing) - 1))
            #expect(dated.values == Array(kept.dropLast(missing)))
            #expect(dated.days.map(Double.init) == dated.values.map { 2 * $0 })
            var walked: [Double] = []
            rings.forEach(of: 1, before: Int32(2 * (total - missing) - 1)) { walked.append($1) }
            #expect(walked == dated.values)
        }
        #expect(rings.dated(of: 0, before: .max).count == 0)
    }

    @Test("ranks a move among those of its sign, itself left out")
    func rank() {
        var rings = SessionRings()
        rings.grow(to: 1)
        for (day, value) in [0.1, -0.2, -0.05, 0.3, -0.1].enumerated() {
            rings.append(value, day: Int32(day), of: 0)
        }
        let own = rings.rank(-0.1, day: 4, of: 0)
        #expect(own.rank == 2 && own.sessions == 5 && own.since == "1970-01-01")
        #expect(rings.rank(-0.15, day: 5, of: 0).rank == 2)
        #expect(rings.rank(0.4, day: 5, of: 0).rank == 1)
    }

    @Test("a window pairs with the market as when each day is looked up, whatever days either lacks")
    func pairs() throws {
        var random = SeededGenerator(for: "paired sessions", default: 5)
        var (rings, market) = (SessionRings(), MarketCloses())
        rings.grow(to: 3)
        let days = (Int32(100)..<900).filter { $0 % 7 < 5 }
        for day in days {
            let isHoliday = Int.random(in: 0..<100, using: &random) == 0
            if !isHoliday { market.set(Double.random(in: 50...150, using: &random), day: day) }
            // The first has the market's sessions, the second lacks some, the third has some more.
            for name in 0..<3 where name == 2 || !isHoliday {
                guard name != 1 || Int.random(in: 0..<60, using: &random) > 0 else { continue }
                rings.append(Double.random(in: -0.1...0.1, using: &random), day: day, of: name)
            }
        }
        func check(_ market: MarketCloses) {
            for (name, day) in [(0, 899), (0, 700), (0, 500), (0, 130), (1, 899), (1, 640), (2, 899), (2, 600)]
                as [(Int, Int32)]
            {
                let (kept, dated) = (rings.kept(of: name, before: day), rings.dated(of: name, before: day))
                #expect(kept.count == dated.count)
                let windows = [0..<kept.count, max(0, kept.count - 260)..<max(0, kept.count - 10), 5..<9]
                for window in windows where window.upperBound <= kept.count {
                    let (pairs, plain) = (
                        rings.paired(kept, in: window, market: market),
                        PairedReturns(dated, in: window, market: market)
                    )
                    #expect(pairs.asset == plain.asset && pairs.market == plain.market, "name \(name), \(window)")
                    #expect(pairs.firstDay == plain.firstDay && pairs.lastDay == plain.lastDay)
                }
            }
        }
        check(market)
        check(try PropertyListDecoder().decode(MarketCloses.self, from: PropertyListEncoder().encode(market)))
        market.scale(by: 0.25, before: 600)
        check(market)
        market.set(75, day: 450)
        market.insert(80, day: 90)
        check(market)
    }
}
