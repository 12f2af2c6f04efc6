import Schema
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
}
