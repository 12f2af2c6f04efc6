import MarketModels

/// Candidates for one move by probability, with the unknown as one of them.
public struct TriggerRanking: Codable, Equatable, Sendable {
    public struct Entry: Codable, Equatable, Sendable {
        public let id: String
        public let logOdds: Double
        public let probability: Double
    }

    /// By decreasing probability, then by identity.
    public let entries: [Entry]
    /// Probability that it was none of them; 1 without candidates.
    public let unknown: Double

    /// The likeliest candidate, or `nil` if the unknown is at least as likely.
    public var trigger: Entry? {
        guard let first = entries.first, first.probability > unknown else { return nil }
        return first
    }

    /// Ranks candidates by softmax over their log-odds and the unknown's.
    ///
    /// Only triggers compete here. What made the market ready to move, or made a move larger, is not an
    /// alternative to its cause.
    ///
    /// - Parameters:
    ///   - candidates: Identities, each once, with their log-odds.
    ///   - unknownScore: Log-odds of the unknown.
    /// - Throws: ``MarketModels/ParameterError`` for log-odds that are NaN or +∞.
    public static func rank(
        _ candidates: [(id: String, logOdds: Double)], unknownScore: Double = 0
    ) throws(ParameterError) -> TriggerRanking {
        let ordered = candidates.sorted { ($1.logOdds, $0.id) < ($0.logOdds, $1.id) }
        let softmax = try Softmax(scores: ordered.map(\.logOdds), unknownScore: unknownScore)
        let entries = zip(ordered, softmax.probabilities).map {
            Entry(id: $0.id, logOdds: $0.logOdds, probability: $1)
        }
        return TriggerRanking(entries: entries, unknown: softmax.unknown)
    }
}
