public import MarketModels

/// How often a source is right, learned from those of its claims that have been resolved.
///
/// Before any has been, it is what sources of its tier are taken for, worth four claims: an assumption, so that a single
/// claim decides nothing.
public struct SourceReliability: Codable, Equatable, Sendable {
    /// P(right): of a claim that it makes, or of one that it denies.
    public private(set) var right: BetaPosterior
    /// Of its tier, before any claim.
    public let prior: Double
    /// Resolved claims learned from.
    public private(set) var resolved = 0

    /// Claims that the prior is worth.
    public static let priorClaims = 4.0
    /// P(right) that a source of a tier begins with, of tiers 1 to 6.
    public static let priors = [0.85, 0.75, 0.65, 0.6, 0.5, 0.4]

    /// - Parameter tier: 1 to 6; of another, that of the press, 5.
    public init(tier: Int) {
        prior = Self.priors[(1...6).contains(tier) ? tier - 1 : 4]
        guard
            let right = try? BetaPosterior(
                successes: Self.priorClaims * prior, failures: Self.priorClaims * (1 - prior))
        else { preconditionFailure("priors are between 0 and 1") }
        self.right = right
    }

    /// Learns from a claim that has been resolved; the order does not matter.
    ///
    /// - Parameters:
    ///   - isRight: Whether what was asserted turned out so.
    ///   - weight: 1, or less where the source repeated others: what counts is the share that is its own.
    /// - Throws: ``MarketModels/ParameterError`` for a weight outside [0, 1].
    public mutating func learn(isRight: Bool, weight: Double = 1) throws(ParameterError) {
        try right.add(success: isRight, weight: weight)
        resolved += 1
    }

    /// How much of a voice a statement of the source counts for: 1 until its claims have been wrong more often than those
    /// of its tier are taken to be, then the share of that it is right.
    public var weight: Double { min(1, right.mean / prior) }
}
