import Foundation
import MarketModels
import TestKit
import Testing

@Suite("Change points")
struct ChangePointTests {
    /// Source: `golden/g3.json`, `BOCPD`, numpy and scipy, equal to PyPI bayesian_changepoint_detection 0.2.dev1.
    @Test("run lengths match the reference implementation")
    func matchesReference() throws {
        var detector = try BayesianChangePoints(prior: .init())
        var runs: [Int] = []
        for (index, value) in Self.golden.enumerated() {
            detector.add(value)
            runs.append(detector.likeliestRun)
            #expect(detector.probabilities[0].isClose(to: 0.01))
            #expect(detector.probabilities.reduce(0, +).isClose(to: 1))
            #expect(detector.probabilities.count == index + 2)
            if index == 61 {
                #expect(detector.probability(ofRunUpTo: 1).isClose(to: 0.013302787950581908, within: 1e-10))
            }
            if index == 64 {
                #expect(detector.probability(ofRunUpTo: 5).isClose(to: 0.39734648075891965, within: 1e-10))
            }
        }
        #expect(Array(runs[58..<72]) == [59, 60, 1, 3, 3, 4, 6, 7, 8, 9, 10, 11, 11, 13])
        #expect(runs[79] == 21)
    }

    @Test("units do not matter where the prior is in the same units, nor does the sign")
    func invariances() throws {
        var plain = try BayesianChangePoints(prior: .init())
        var scaled = try BayesianChangePoints(prior: .init(rate: 0.01 * 64))
        var mirrored = try BayesianChangePoints(prior: .init())
        for value in Self.golden {
            plain.add(value)
            scaled.add(8 * value)
            mirrored.add(-value)
        }
        #expect(plain.probabilities == mirrored.probabilities)
        for (left, right) in zip(plain.probabilities, scaled.probabilities) {
            #expect(left.isClose(to: right, within: 1e-9))
        }
        #expect(scaled.level.deviation.isClose(to: 8 * plain.level.deviation, within: 1e-9))
    }

    @Test("memory is bounded, and a change after a run longer than it tells apart is still found")
    func bounded() throws {
        var noise = SeededGenerator(for: "change points bounded", default: 51)
        var detector = try BayesianChangePoints(prior: .init(), maximumRun: 50)
        for _ in 0..<600 { detector.add(noise.normal() + 3) }
        #expect(detector.probabilities.count == 51)
        #expect(detector.likeliestRun == 50)
        #expect(abs(detector.level.mean - 3) < 0.6)
        #expect((0.6..<1.5).contains(detector.level.deviation))
        for _ in 0..<20 { detector.add(noise.normal() - 3) }
        #expect((18...22).contains(detector.likeliestRun))
        #expect(detector.probability(ofRunUpTo: 25) > 0.99)
        #expect(abs(detector.level.mean + 3) < 1)
    }

    @Test("long runs folded together say on average what all of them apart say")
    func folding() throws {
        var noise = SeededGenerator(for: "change points folding", default: 52)
        var bounded = try BayesianChangePoints(prior: .init(), maximumRun: 60)
        var full = try BayesianChangePoints(prior: .init(), maximumRun: 500)
        var difference = 0.0
        for _ in 0..<200 {
            let value = noise.normal()
            bounded.add(value)
            full.add(value)
            difference += abs(bounded.probability(ofRunUpTo: 20) - full.probability(ofRunUpTo: 20)) / 200
        }
        #expect(difference < 0.06)
    }

    @Test("constant, absurd and unusable values neither trap nor leave nonsense")
    func edges() throws {
        var detector = try BayesianChangePoints(prior: .init(), maximumRun: 40)
        let before = detector
        let isAdded = [detector.add(.nan), detector.add(.infinity), detector.add(-2e50)]
        #expect(isAdded == [false, false, false] && detector == before)
        for index in 0..<3_000 {
            detector.add(index % 500 == 499 ? 1e50 : 0)
            let sum = detector.probabilities.reduce(0, +)
            #expect(sum.isClose(to: 1) && detector.probabilities.allSatisfy { $0 >= 0 })
        }
        #expect(detector.probability(ofRunUpTo: -1) == 0)
        #expect(detector.probability(ofRunUpTo: 1_000) <= 1)
        for hazard in [0, 1, -0.1, .nan] {
            #expect(throws: ParameterError.self) { try BayesianChangePoints(prior: .init(), hazard: hazard) }
        }
        #expect(throws: ParameterError.self) { try BayesianChangePoints(prior: .init(), maximumRun: 9) }
        #expect(throws: ParameterError.self) { try BayesianChangePoints.Prior(rate: 0) }
    }

    @Test("state that was written and read goes on as if nothing had happened, broken state is refused")
    func checkpoint() throws {
        var detector = try BayesianChangePoints(prior: .init(), maximumRun: 30)
        for value in Self.golden[..<50] { detector.add(value) }
        let written = try JSONEncoder().encode(detector)
        var restored = try JSONDecoder().decode(BayesianChangePoints.self, from: written)
        for value in Self.golden[50...] {
            detector.add(value)
            restored.add(value)
        }
        #expect(restored == detector)
        let text = try #require(String(data: written, encoding: .utf8))
        for (sound, broken) in [("\"maximumRun\":30", "\"maximumRun\":31"), ("\"count\":50", "\"count\":3")] {
            #expect(text.contains(sound))
            let data = Data(text.replacingOccurrences(of: sound, with: broken).utf8)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(BayesianChangePoints.self, from: data) }
        }
    }

    /// 60 values z, then 20 of 3z − 2, seed 4242. Source: `golden/g3.py`.
    private static let golden: [Double] = {
        var noise = NoiseGenerator(seed: 4242)
        return (0..<80).map { $0 < 60 ? noise.normal() : 3 * noise.normal() - 2 }
    }()
}
