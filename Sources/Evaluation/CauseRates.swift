import Feeds
import MarketModels
import Schema

/// How often and how confidently causes were right, beside baselines on the same cases.
public struct CauseRates: Sendable, Codable, Equatable {
    /// The first answer, one of the first three; of all cases, so that one without a shock is wrong.
    public let first: Proportion
    public let firstThree: Proportion
    /// Of the cases with a shock and a scope in the label.
    public let scope: Proportion
    /// Cases with a shock, of which the next two are.
    public let answered: Int
    /// Mean of Σ(p − 1{true})² over the six outcomes: 0 to 2.
    public let brier: Double?
    /// Mean of −ln p of the true outcome; nil if one had been given no probability, see ``impossible``.
    public let logScore: Double?
    public let impossible: Int
    /// Where answers below a confidence are withheld; of all cases. The unknown, and no shock, are answers of confidence 0.
    public let abstention: [Point]
    /// From the first evidence to the first right answer, median, minutes.
    public let medianMinutes: Double?
    public let baselines: Baselines

    public struct Point: Sendable, Codable, Equatable {
        public let confidence: Double
        public let answered: Int
        public let right: Int
    }

    /// What knows nothing of causes. The first two see the labels, so they are better than they could be beforehand.
    public struct Baselines: Sendable, Codable, Equatable {
        /// Always the commonest outcome of the labels.
        public let commonest: CauseOutcome
        public let commonestRight: Proportion
        /// Brier score of always giving each outcome its share among the labels.
        public let sharesBrier: Double
        /// Whether a day was systematic (a market's or a theme's) told by whether the market's and the group's part of
        /// the return is larger than the name's own; the same told by the scope of the shock; and always the commoner.
        public let systematicRule: Proportion
        public let systematicScope: Proportion
        public let systematicCommoner: Proportion
    }

    init(_ cases: [CauseCase]) {
        first = Proportion(cases.count(where: \.isFirst), of: cases.count)
        firstThree = Proportion(cases.count(where: \.isAmongThree), of: cases.count)
        let scoped = cases.filter { $0.foundScope != nil && $0.scope != "any" }
        scope = Proportion(scoped.count { $0.foundScope == $0.scope }, of: scoped.count)
        let forecasts = cases.compactMap { one in
            try? ForecastScores.Case(
                probabilities: CauseOutcome.allCases.map { one.probabilities[$0] ?? 0 },
                truth: CauseOutcome.allCases.firstIndex(of: one.outcome) ?? 0)
        }
        let scores = try? ForecastScores(forecasts)
        answered = forecasts.count
        brier = scores?.brier
        logScore = scores?.logScore
        impossible = scores?.impossible ?? 0
        let answers = cases.map { one in
            let confidence = one.answers.first.map { $0.outcome == .unknown ? 0 : min(1, $0.probability) } ?? 0
            return AbstentionCurve.Answer(confidence: confidence, isRight: one.isFirst)
        }
        abstention = ((try? AbstentionCurve(answers))?.points ?? []).map {
            Point(confidence: $0.confidence, answered: $0.answered, right: $0.right)
        }
        let minutes = cases.compactMap(\.minutes).sorted()
        medianMinutes = minutes.isEmpty ? nil : (minutes[(minutes.count - 1) / 2] + minutes[minutes.count / 2]) / 2
        baselines = Baselines(cases)
    }
}

extension CauseRates.Baselines {
    init(_ cases: [CauseCase]) {
        let counts = CauseOutcome.allCases.map { outcome in cases.count { $0.outcome == outcome } }
        let most = counts.max() ?? 0
        commonest = counts.firstIndex(of: most).map { CauseOutcome.allCases[$0] } ?? .unknown
        commonestRight = Proportion(most, of: cases.count)
        // The Brier score of constant shares f is 1 − Σf².
        sharesBrier = 1 - counts.reduce(0) { $0 + (Double($1) * Double($1)) / Double(cases.count * cases.count) }
        let judged = cases.filter { $0.isSystematic != nil && $0.scope != "any" }
        func isSystematic(_ scope: String?) -> Bool {
            scope == ShockScope.market.word || scope == ShockScope.group.word
        }
        let truly = judged.count { isSystematic($0.scope) }
        systematicRule = Proportion(judged.count { $0.isSystematic == isSystematic($0.scope) }, of: judged.count)
        systematicScope = Proportion(
            judged.count { isSystematic($0.foundScope) == isSystematic($0.scope) }, of: judged.count)
        systematicCommoner = Proportion(max(truly, judged.count - truly), of: judged.count)
    }
}
