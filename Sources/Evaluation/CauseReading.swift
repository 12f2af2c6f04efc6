import Schema

/// What a run says set a name's shock off, as answers with probabilities that sum to 1.
///
/// A finding that says a name moved with its market or its group, and whose shock is part of that one's, points to
/// what that one says: the probability of having moved with it is spread over its own candidates.
struct CauseReading {
    /// One candidate, or the unexplained.
    struct Answer: Equatable {
        var outcome: CauseOutcome
        var headline = ""
        /// Whose figures or shock, the headline and the terms, in lower case.
        var words = ""
        var probability: Double
        /// When it was first to be seen, ns; 0: it has no such time.
        var firstSeen: UInt64 = 0

        /// Whether it is of the outcome and has the words.
        func isRight(_ outcome: CauseOutcome, _ words: [String]) -> Bool {
            self.outcome == outcome && words.allSatisfy(self.words.contains)
        }
    }

    /// Most probable first, the unexplained among them.
    let answers: [Answer]

    /// - Returns: nil if nothing had been said of the shock at that time.
    init?(_ run: ExplainedRun, of shock: DetectedShock, for symbol: String, benchmark: String, at time: UInt64 = .max) {
        guard let statement = run.statement(of: shock.id, at: time) else { return nil }
        var found = Collected(symbol: symbol, benchmark: benchmark)
        let wider = statement.partOf.compactMap { id in
            run.detection.shocks.first { $0.id == id }.flatMap { shock in
                run.statement(of: id, at: time).map { (shock: shock, statement: $0) }
            }
        }
        found.add(statement.attribution, scope: shock.scope, weight: 1) { candidate in
            wider.first { other in
                switch candidate.kind {
                case .market: other.shock.scope == .market
                case .theme: other.shock.scope == .group && other.shock.subject == candidate.subject
                default: false
                }
            }.map { ($0.statement.attribution, $0.shock.scope) }
        }
        answers = found.answers
    }

    /// Of each outcome, in the order of all outcomes.
    var probabilities: [Double] {
        CauseOutcome.allCases.map { outcome in
            answers.lazy.filter { $0.outcome == outcome }.reduce(0) { $0 + $1.probability }
        }
    }

    /// How probable what the label says is said to be.
    func probability(of outcome: CauseOutcome, _ words: [String]) -> Double {
        answers.lazy.filter { $0.isRight(outcome, words) }.reduce(0) { $0 + $1.probability }
    }

    /// Place of the first right answer, from 1.
    func rank(of outcome: CauseOutcome, _ words: [String]) -> Int? {
        answers.firstIndex { $0.isRight(outcome, words) }.map { $0 + 1 }
    }
}

/// Adds up answers by candidate.
private struct Collected {
    let symbol: String
    let benchmark: String
    private var byID: [String: CauseReading.Answer] = [:]
    private var unexplained = 0.0

    init(symbol: String, benchmark: String) {
        self.symbol = symbol
        self.benchmark = benchmark
    }

    /// - Parameter wider: What a candidate points to, if anything.
    mutating func add(
        _ attribution: Attribution, scope: ShockScope, weight: Double,
        wider: (TriggerCandidate) -> (Attribution, ShockScope)? = { _ in nil }
    ) {
        guard !attribution.candidates.isEmpty || attribution.unexplained > 0 else {
            unexplained += weight
            return
        }
        unexplained += weight * attribution.unexplained
        for candidate in attribution.candidates {
            let share = weight * candidate.probability
            if let (other, scope) = wider(candidate), !other.candidates.isEmpty {
                add(other, scope: scope, weight: share)
                continue
            }
            let outcome = CauseOutcome(candidate, scope: scope, symbol: symbol, benchmark: benchmark)
            let words = ([candidate.subject, candidate.headline] + candidate.terms).joined(separator: " ").lowercased()
            byID[
                candidate.story,
                default: .init(
                    outcome: outcome, headline: candidate.headline, words: words, probability: 0,
                    firstSeen: candidate.firstSeen)
            ].probability += share
        }
    }

    var answers: [CauseReading.Answer] {
        let all = byID.sorted { $0.key < $1.key }.map(\.value) + [.init(outcome: .unknown, probability: unexplained)]
        return all.enumerated().sorted { ($1.element.probability, $0.offset) < ($0.element.probability, $1.offset) }
            .map(\.element)
    }
}
