import Foundation
import MarketModels
import NewsModels
import Testing

@Suite("Attention")
struct AttentionTests {
    static let hour = AttentionBaseline.hour
    static let day = 24 * hour

    /// One mention at noon of each day.
    private func steady(days: Int64, perDay: Int = 1) -> AttentionBaseline {
        var baseline = AttentionBaseline()
        baseline.observe(since: 0)
        for day in 0..<days { baseline.add("X", time: day * Self.day + 12 * Self.hour, count: perDay) }
        return baseline
    }

    @Test("a steady rate is no breakout, and a burst is one by hand arithmetic")
    func breakout() throws {
        var baseline = steady(days: 30)
        let now = 29 * Self.day + 23 * Self.hour
        let calm = try measured(baseline.breakout(of: "X", at: now))
        #expect(calm.count == 1)
        #expect(calm.mean == 1)
        #expect(calm.deviation == 1)
        #expect(calm.windows == 28)
        #expect(calm.standardized == 0)

        baseline.add("X", time: now, count: 24)
        #expect(try measured(baseline.breakout(of: "X", at: now)).standardized == 24)
        let long = try measured(baseline.breakout(of: "X", at: now, hours: 72))
        #expect(long.count == 27)
        #expect(long.mean == 3)
        #expect(long.windows == 9)
        #expect(long.deviation == 3.0.squareRoot())
    }

    @Test("a key never mentioned before has the floor of counting noise")
    func neverMentioned() throws {
        let baseline = steady(days: 30)
        let now = 29 * Self.day + 23 * Self.hour
        #expect(try measured(baseline.breakout(of: "new", at: now)).standardized == 0)
        var burst = baseline
        burst.add("new", time: now, count: 5)
        #expect(try measured(burst.breakout(of: "new", at: now)).standardized == 5)
    }

    @Test("says what is missing when less than seven days are known")
    func insufficient() {
        let baseline = steady(days: 5)
        let now = 4 * Self.day + 23 * Self.hour
        #expect(baseline.breakout(of: "X", at: now) == .insufficientHistory(knownHours: 96, neededHours: 168))
        #expect(baseline.cusum(of: "X", at: now) == .insufficientHistory(knownHours: 48, neededHours: 168))
        #expect(AttentionBaseline().breakout(of: "X", at: now) == .insufficientHistory(knownHours: 0, neededHours: 168))
        #expect(
            steady(days: 8).breakout(of: "X", at: 7 * Self.day + 23 * Self.hour)
                != .insufficientHistory(knownHours: 168, neededHours: 168))
    }

    @Test("what comes after the window's end changes nothing")
    func noLookAhead() throws {
        var baseline = steady(days: 30)
        let now = 29 * Self.day + 23 * Self.hour
        let before = try measured(baseline.breakout(of: "X", at: now))
        baseline.add("X", time: now + Self.hour, count: 50)
        #expect(try measured(baseline.breakout(of: "X", at: now)) == before)
    }

    @Test("the cumulative sum alarms upwards on slow growth and not on a steady rate")
    func cusum() throws {
        var baseline = steady(days: 30)
        let now = 29 * Self.day + 23 * Self.hour
        #expect(!(try measured(baseline.cusum(of: "X", at: now)).isAlarmed))
        for hour in 0..<24 { baseline.add("X", time: now - Int64(hour) * Self.hour, count: 2) }
        let sums = try measured(baseline.cusum(of: "X", at: now))
        #expect(sums.isAlarmed)
        #expect(sums.upper > sums.lower)
    }

    @Test("late mentions are counted in their own hour, and memory is bounded")
    func lateAndBounded() throws {
        var (inOrder, late) = (steady(days: 20), steady(days: 20))
        for hour in [3, 1, 2, 1] { late.add("Y", time: 19 * Self.day + Int64(hour) * Self.hour) }
        for hour in [1, 1, 2, 3] { inOrder.add("Y", time: 19 * Self.day + Int64(hour) * Self.hour) }
        #expect(late == inOrder)

        var small = AttentionBaseline(maximumKeys: 10)
        for index in 0..<500 { small.add("key\(index)", time: Int64(index) * Self.hour) }
        let data = try JSONEncoder().encode(small)
        #expect(data.count < 2_000)
        #expect(try JSONDecoder().decode(AttentionBaseline.self, from: data) == small)
    }

    private func measured<Value>(_ answer: AttentionBaseline.Answer<Value>) throws -> Value {
        guard case .measured(let value) = answer else { throw Missing(answer: "\(answer)") }
        return value
    }

    private struct Missing: Error {
        let answer: String
    }
}
