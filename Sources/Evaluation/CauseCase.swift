import Feeds
import Schema

/// What was said of one labelled day that had news, beside what its label says.
public struct CauseCase: Sendable, Codable, Equatable {
    /// One answer, as it was said at the end of the session.
    public struct Answer: Sendable, Codable, Equatable {
        public let outcome: CauseOutcome
        /// Empty for the unknown.
        public let headline: String
        public let probability: Double
    }

    /// The same day in a stream whose news and facts were not its own.
    public struct Placebo: Sendable, Codable, Equatable {
        /// Still given to what is right.
        public let probability: Double
        /// The first answer; the unknown too where there was no shock.
        public let first: CauseOutcome
        /// How probable the first answer is said to be, and its headline.
        public var confidence = 1.0
        public var headline = ""
    }

    public let date: String
    public let symbol: String
    public let cluster: String
    public let note: String
    /// Of the label.
    public let causeClass: String
    public let scope: String
    public let outcome: CauseOutcome
    /// What the right answer's headline, terms or subject must contain.
    public let words: [String]
    /// News and facts of the 72 hours before the session opened.
    public let items: Int
    /// The shock whose cause was asked for; nil: there was none, and so no answer.
    public let shock: String?
    public let foundScope: String?
    /// The first three answers, the unknown among them.
    public let answers: [Answer]
    /// Of each outcome; they sum to 1. Empty without an answer.
    public let probabilities: [CauseOutcome: Double]
    /// Place of the first right answer, from 1; nil: it is not among the answers.
    public let rank: Int?
    /// Given to what is right, words included.
    public let probability: Double
    /// Where the stream had all news and facts a day later, and those of another case in their place.
    public internal(set) var aDayLater: Placebo?
    public internal(set) var withOtherNews: Placebo?
    /// From when the first right answer was first to be seen to when it was first given, minutes. Bars of a day are known
    /// at its end, so with them it holds the session.
    public let minutes: Double?
    /// Whether what moved with the market and the group was more than what was the name's own; nil: not known.
    public let isSystematic: Bool?

    public var isFirst: Bool { rank == 1 }
    public var isAmongThree: Bool { rank.map { $0 <= 3 } ?? false }
}

/// Reads the cause of labelled days out of one run.
struct CauseReader {
    let market: EvaluationMarket
    let run: ExplainedRun

    /// The shock of a day whose cause is asked for: of a market's day the market's; else the name's own, that of its
    /// group, the market's, whichever there is first. One that began that day before one that went on.
    func shock(of symbol: String, day: Int32, scope: ShockScope) -> DetectedShock? {
        func order(_ shock: DetectedShock) -> Int? {
            switch shock.scope {
            case .market: scope == .market ? 0 : 3
            case .group: shock.members.contains(symbol) ? 2 : nil
            default: shock.subject == symbol ? 1 : nil
            }
        }
        let candidates = run.detection.shocks.compactMap { shock -> (Int, Int, DetectedShock)? in
            guard shock.covers(day), let order = order(shock) else { return nil }
            return (shock.day == day ? 0 : 1, order, shock)
        }
        return candidates.min { ($0.0, $0.1) < ($1.0, $1.1) }?.2
    }

    func reading(of label: ShockLabel, at time: UInt64 = .max) -> CauseReading? {
        guard let shock = shock(of: label.symbol, day: Int32(label.day), scope: label.scope) else { return nil }
        return reading(of: shock, label, at: time)
    }

    private func reading(of shock: DetectedShock, _ label: ShockLabel, at time: UInt64) -> CauseReading? {
        CauseReading(run, of: shock, for: label.symbol, benchmark: market.settings.benchmark, at: time)
    }

    /// - Parameter items: News and facts before it.
    func caseOf(_ label: ShockLabel, outcome: CauseOutcome, items: Int) -> CauseCase {
        let shock = shock(of: label.symbol, day: Int32(label.day), scope: label.scope)
        let reading = shock.flatMap { self.reading(of: $0, label, at: .max) }
        let probabilities = reading.map { zip(CauseOutcome.allCases, $0.probabilities) }
        return CauseCase(
            date: CivilTime.date(day: label.day), symbol: label.symbol, cluster: label.cluster, note: label.note,
            causeClass: label.causeClass, scope: label.scope.word, outcome: outcome, words: label.causeWords,
            items: items, shock: shock?.id, foundScope: shock.map { widest($0).word },
            answers: (reading?.answers.prefix(3) ?? []).map {
                .init(outcome: $0.outcome, headline: $0.headline, probability: $0.probability)
            },
            probabilities: probabilities.map { Dictionary(uniqueKeysWithValues: $0) } ?? [:],
            rank: reading?.rank(of: outcome, label.causeWords),
            probability: reading?.probability(of: outcome, label.causeWords) ?? 0,
            minutes: shock.flatMap { minutes(to: outcome, of: $0, label) },
            isSystematic: shock.flatMap { run.statement(of: $0.id)?.decomposition }.map {
                abs($0.market + $0.group) > abs($0.own)
            })
    }

    /// The widest scope of a shock and of what it is part of.
    private func widest(_ shock: DetectedShock) -> ShockScope {
        let parts = run.statement(of: shock.id)?.partOf ?? shock.partOf
        return run.detection.shocks.filter { parts.contains($0.id) }.map(\.scope).reduce(shock.scope) {
            $1.rawValue > $0.rawValue ? $1 : $0
        }
    }

    private func minutes(to outcome: CauseOutcome, of shock: DetectedShock, _ label: ShockLabel) -> Double? {
        let parts = run.statement(of: shock.id)?.partOf ?? []
        for time in run.times(of: [shock.id] + parts) {
            guard let first = reading(of: shock, label, at: time)?.answers.first,
                first.isRight(outcome, label.causeWords)
            else { continue }
            guard first.firstSeen > 0, first.firstSeen <= time else { return nil }
            return Double(time - first.firstSeen) / Double(60 * CivilTime.second)
        }
        return nil
    }
}
