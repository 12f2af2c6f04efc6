import MarketModels
import TestKit
import Testing

@Suite("Scores of forecasts")
struct ForecastScoreTests {
    /// Source: `golden/g9.json`, `brier` and `logloss`; the figures to ten digits.
    @Test("Brier and log score match the golden values of three cases")
    func golden() throws {
        let cases = try [([0.7, 0.2, 0.1], 0), ([0.2, 0.5, 0.3], 2), ([0.1, 0.3, 0.6], 2)].map {
            try ForecastScores.Case(probabilities: $0.0, truth: $0.1)
        }
        let scores = try ForecastScores(cases)
        #expect(scores.cases == 3 && scores.impossible == 0)
        #expect(abs(scores.brier - 0.3933333333) < 1e-10)
        #expect(abs(try #require(scores.logScore) - 0.6904911240) < 1e-10)
    }

    @Test("the ends: perfect, certain and wrong, knowing nothing")
    func ends() throws {
        let perfect = try ForecastScores([.init(probabilities: [0, 1], truth: 1)])
        #expect(perfect.brier == 0 && perfect.logScore == 0)
        let wrong = try ForecastScores([
            .init(probabilities: [1, 0], truth: 1), .init(probabilities: [1, 0], truth: 0),
        ])
        #expect(wrong.brier == 1 && wrong.logScore == nil && wrong.impossible == 1)
        let even = try ForecastScores([.init(probabilities: [0.25, 0.25, 0.25, 0.25], truth: 3)])
        #expect(even.brier == 0.75)
        #expect(try #require(even.logScore).isClose(to: 1.3862943611198906))
    }

    @Test("in the long run nothing beats the true probabilities")
    func proper() throws {
        let truth = [0.6, 0.3, 0.1]
        func expected(_ stated: [Double]) throws -> (Double, Double) {
            var (brier, log) = (0.0, 0.0)
            for (index, chance) in truth.enumerated() {
                let scores = try ForecastScores([.init(probabilities: stated, truth: index)])
                brier += chance * scores.brier
                log += chance * (scores.logScore ?? .infinity)
            }
            return (brier, log)
        }
        let best = try expected(truth)
        var noise = SeededGenerator(for: "proper scores", default: 2)
        for _ in 0..<200 {
            let raw = (0..<3).map { _ in Double.random(in: 0.01...1, using: &noise) }
            let other = try expected(raw.map { $0 / raw.reduce(0, +) })
            #expect(other.0 >= best.0 - 1e-12 && other.1 >= best.1 - 1e-12)
        }
    }

    @Test("refuses what are not probabilities")
    func refuses() {
        for bad in [[], [0.5, 0.4], [1.5, -0.5], [.nan, 1], [0.5, .infinity]] as [[Double]] {
            #expect(throws: ParameterError.self) { try ForecastScores.Case(probabilities: bad, truth: 0) }
        }
        for bad in [-1, 2] {
            #expect(throws: ParameterError.self) { try ForecastScores.Case(probabilities: [0.5, 0.5], truth: bad) }
        }
        #expect(throws: ParameterError.self) { try ForecastScores([]) }
        #expect(throws: ParameterError.self) { try AbstentionCurve([.init(confidence: .nan, isRight: true)]) }
        #expect(throws: ParameterError.self) { try AbstentionCurve([.init(confidence: 1.1, isRight: true)]) }
    }

    /// Source: by hand.
    @Test("accuracy among answers, from the most confident on")
    func abstention() throws {
        let answers = [(0.5, false), (0.9, true), (0.7, false), (0.7, true), (0.8, true)].map {
            AbstentionCurve.Answer(confidence: $0.0, isRight: $0.1)
        }
        let points = try AbstentionCurve(answers).points
        #expect(points.map(\.confidence) == [0.9, 0.8, 0.7, 0.5])
        #expect(points.map(\.answered) == [1, 2, 4, 5])
        #expect(points.map(\.right) == [1, 2, 3, 3])
        #expect(points.map(\.coverage) == [0.2, 0.4, 0.8, 1])
        #expect(points.map(\.accuracy) == [1, 1, 0.75, 0.6])
        // Their order means nothing.
        #expect(try AbstentionCurve(answers.reversed()).points == points)
        #expect(try AbstentionCurve([]).points.isEmpty)
    }
}
