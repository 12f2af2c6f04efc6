import Glibc

/// How good stated probabilities were, over cases whose truth is known.
///
/// Source: Brier, G. W. (1950), *Monthly Weather Review* 78(1), 1–3; Good, I. J. (1952), *Journal of the Royal
/// Statistical Society B* 14(1), 107–114.
public struct ForecastScores: Codable, Equatable, Sendable {
    /// One case.
    public struct Case: Codable, Equatable, Sendable {
        /// Of each class, the unknown among them; they sum to 1.
        public let probabilities: [Double]
        /// Index of the class that was true.
        public let truth: Int

        /// - Throws: ``ParameterError`` unless probabilities are in [0, 1] and sum to 1 within 1e-6, and the
        ///   truth is one of them.
        public init(probabilities: [Double], truth: Int) throws(ParameterError) {
            for value in probabilities { try require("probability", value, "in [0, 1]") { $0 >= 0 && $0 <= 1 } }
            try require("sum of probabilities", probabilities.reduce(0, +), "1") { abs($0 - 1) <= 1e-6 }
            try require("truth", Double(truth), "an index from 0 to \(probabilities.count - 1)") {
                $0 >= 0 && $0 < Double(probabilities.count)
            }
            self.probabilities = probabilities
            self.truth = truth
        }
    }

    public let cases: Int
    /// Mean over cases of Σ(p − 1{true})² over classes: 0 is perfect, 2 is certain and wrong.
    public let brier: Double
    /// Mean over cases of −ln p(true): 0 is perfect. `nil` if a truth had been given no probability at all,
    /// which no finite number answers for; see ``impossible``.
    public let logScore: Double?
    /// Cases whose truth had probability 0.
    public let impossible: Int

    /// O(cases · classes).
    ///
    /// - Throws: ``ParameterError`` without cases.
    public init(_ all: [Case]) throws(ParameterError) {
        try require("cases", Double(all.count), "at least 1") { $0 >= 1 }
        var (squares, logs, never) = (0.0, 0.0, 0)
        for one in all {
            for (index, value) in one.probabilities.enumerated() {
                let error = value - (index == one.truth ? 1 : 0)
                squares += error * error
            }
            let chance = one.probabilities[one.truth]
            if chance > 0 { logs -= log(chance) } else { never += 1 }
        }
        cases = all.count
        brier = squares / Double(all.count)
        logScore = never == 0 ? logs / Double(all.count) : nil
        impossible = never
    }
}

/// Accuracy among the answers given, for each confidence below which one would rather not answer.
///
/// Source: El-Yaniv, R. and Wiener, Y. (2010), *Journal of Machine Learning Research* 11, 1605–1641.
public struct AbstentionCurve: Codable, Equatable, Sendable {
    /// One answer.
    public struct Answer: Codable, Equatable, Sendable {
        /// Probability of what was answered, in [0, 1].
        public let confidence: Double
        public let isRight: Bool

        public init(confidence: Double, isRight: Bool) {
            self.confidence = confidence
            self.isRight = isRight
        }
    }

    /// What is left when answers below a confidence are withheld.
    public struct Point: Codable, Equatable, Sendable {
        /// The lowest confidence still answered.
        public let confidence: Double
        /// Answers given and, of them, right ones.
        public let answered: Int
        public let right: Int
        /// Share of all cases that is answered.
        public let coverage: Double
        /// Share of the answers that is right.
        public var accuracy: Double { Double(right) / Double(answered) }
    }

    /// By falling confidence, one for each confidence that occurs; the last answers everything.
    public let points: [Point]

    /// O(n·log n). Without answers there are no points.
    ///
    /// - Throws: ``ParameterError`` for a confidence outside [0, 1].
    public init(_ answers: [Answer]) throws(ParameterError) {
        for answer in answers { try require("confidence", answer.confidence, "in [0, 1]") { $0 >= 0 && $0 <= 1 } }
        let sorted = answers.sorted { $0.confidence > $1.confidence }
        var found: [Point] = []
        var right = 0
        for (index, answer) in sorted.enumerated() {
            if answer.isRight { right += 1 }
            // Answers of one confidence cannot be told apart by it: they come together.
            let isLast = index + 1 == sorted.count || sorted[index + 1].confidence < answer.confidence
            guard isLast else { continue }
            found.append(
                Point(
                    confidence: answer.confidence, answered: index + 1, right: right,
                    coverage: Double(index + 1) / Double(sorted.count)))
        }
        points = found
    }
}
