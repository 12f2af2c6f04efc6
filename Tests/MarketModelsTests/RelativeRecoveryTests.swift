import MarketModels
import TestKit
import Testing

@Suite("Recovery")
struct RecoveryTests {
    /// Raw closes from 2025-01-24 (before) and 2025-01-27 (after) on. Source: `golden/g7.json`, `retr_*`, six digits.
    @Test(
        "retracement by day matches the golden values",
        arguments: [
            (
                [142.62, 118.42, 128.99, 123.70, 124.65, 120.07, 116.66, 118.65, 124.83],
                [0.0, 0.436777, 0.218182, 0.257438, 0.068182, -0.072727, 0.009504, 0.264876]
            ),
            (
                [244.70, 202.13, 207.36, 206.35, 215.66, 221.27, 217.73, 222.44, 232.00],
                [0.0, 0.122856, 0.099131, 0.317829, 0.449612, 0.366455, 0.477097, 0.701668]
            ),
        ] as [([Double], [Double])])
    func byDay(closes: [Double], expected: [Double]) {
        let days = retracements(prices: Array(closes[1...]), before: closes[0], after: closes[1])
        #expect(days.count == expected.count)
        for (day, value) in zip(days, expected) { #expect(abs((day ?? .nan) - value) <= 5e-7) }
    }

    @Test("a day without a price has no retracement, and without a move no day has")
    func withoutPrice() {
        #expect(
            retracements(prices: [0, .nan, 90, -1, .infinity], before: 100, after: 80) == [nil, nil, 0.5, nil, nil])
        #expect(retracements(prices: [90, 80], before: 80, after: 80) == [nil, nil])
        #expect(retracements(prices: [], before: 2, after: 1) == [])
    }

    /// Two series of 120 bars before and 20 after; see ``RelativeRecovery`` for the formula. The
    /// expected values are those of Python's `statistics`: `docs/golden/recovery.py`.
    @Test("the vote matches an independent computation")
    func vote() throws {
        let (first, second) = Self.pair
        let result = try RelativeRecovery.compute(
            firstBefore: Array(first[..<120]), secondBefore: Array(second[..<120]),
            firstAfter: Array(first[120...]), secondAfter: Array(second[120...]))
        #expect(result.trackingError.isClose(to: 0.021869961390204043))
        #expect(result.days.count == 20)
        for (horizon, difference, standardized, vote) in [
            (1, -0.001204812492339313, -0.05508983170308525, nil), (5, 0.03992211425906146, 0.8163577401536712, nil),
            (20, 0.20973123874968438, 2.144371901175802, .first),
        ] as [(Int, Double, Double, RelativeRecovery.Vote?)] {
            let day = result.days[horizon - 1]
            #expect(day.horizon == horizon)
            #expect(day.difference.isClose(to: difference))
            #expect(day.standardized.isClose(to: standardized))
            #expect(day.vote == vote)
        }
    }

    @Test("exchanging the names exchanges the vote and nothing else")
    func exchange() throws {
        let (first, second) = Self.pair
        let forward = try Self.compute(first, second)
        let backward = try Self.compute(second, first)
        #expect(forward.trackingError == backward.trackingError)
        for (left, right) in zip(forward.days, backward.days) {
            #expect(left.difference == -right.difference)
            #expect((left.vote == nil) == (right.vote == nil))
            #expect(left.vote == nil || left.vote != right.vote)
            #expect(left.interval.lowerBound == -right.interval.upperBound)
        }
    }

    @Test("the vote begins at exactly two")
    func threshold() {
        for (difference, vote) in [
            (2.0, .first), (-2.0, .second), (1.999_999, nil), (-1.999_999, nil), (0, nil),
        ] as [(Double, RelativeRecovery.Vote?)] {
            let before = [Double](repeating: 0, count: 61).enumerated().map { $0.offset % 2 == 0 ? 1.0 : -1.0 }
            let deviation = try? RelativeRecovery.compute(
                firstBefore: before, secondBefore: before.map { _ in 0 }, firstAfter: [], secondAfter: []
            ).trackingError
            let result = try? RelativeRecovery.compute(
                firstBefore: before, secondBefore: before.map { _ in 0 },
                firstAfter: [difference * (deviation ?? .nan)], secondAfter: [0])
            #expect(result?.days.first?.vote == vote)
        }
    }

    @Test("noise seldom votes")
    func falseVotes() throws {
        var noise = SeededGenerator(for: "recovery false votes", default: 8)
        var votes = 0
        for _ in 0..<400 {
            let result = try Self.compute(noise.normals(260), noise.normals(260))
            if result.days[9].vote != nil { votes += 1 }
        }
        // 4.6 % under a normal distribution with σ known; three standard errors of 400 trials around it.
        #expect((6...32).contains(votes))
    }

    @Test("refuses what it cannot judge")
    func refuses() {
        let flat = [Double](repeating: 0.25, count: 60)
        let (first, _) = Self.pair
        let window = Array(first[..<60])
        let refusals: [([Double], [Double], [Double], [Double], EstimationError)] = [
            (flat, flat, [1], [1], .noVariation),
            (window, flat, [1], [1, 2], .unequalLengths(1, 2)),
            (Array(window[1...]), Array(flat[1...]), [1], [1], .tooFewObservations(59, minimum: 60)),
            (window, flat, [0, .nan], [1, 2], .notFinite(index: 61)),
            ([.infinity] + window, flat + [0], [], [], .notFinite(index: 0)),
        ]
        for (firstBefore, secondBefore, firstAfter, secondAfter, expected) in refusals {
            #expect(throws: expected) {
                try RelativeRecovery.compute(
                    firstBefore: firstBefore, secondBefore: secondBefore, firstAfter: firstAfter,
                    secondAfter: secondAfter)
            }
        }
    }

    /// `0.02·z` and `0.01·z` in turn from the golden generator, seed 1010; after bar 120 the first gains 0.015 a bar.
    static let pair: (first: [Double], second: [Double]) = {
        var noise = NoiseGenerator(seed: 1010)
        var (first, second) = ([Double](), [Double]())
        for bar in 0..<140 {
            first.append(0.02 * noise.normal() + (bar >= 120 ? 0.015 : 0))
            second.append(0.01 * noise.normal())
        }
        return (first, second)
    }()

    private static func compute(_ first: [Double], _ second: [Double]) throws -> RelativeRecovery {
        try RelativeRecovery.compute(
            firstBefore: Array(first[..<120]), secondBefore: Array(second[..<120]),
            firstAfter: Array(first[120...]), secondAfter: Array(second[120...]))
    }
}
