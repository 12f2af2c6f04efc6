import MarketModels

/// How many voices spoke for a thesis, neither way, and against it, each story once.
///
/// Fractions are allowed: a voice may count for less than one.
public struct StanceCounts: Codable, Equatable, Sendable {
    public var support: Double
    public var neutral: Double
    public var oppose: Double

    public init(support: Double = 0, neutral: Double = 0, oppose: Double = 0) {
        self.support = support
        self.neutral = neutral
        self.oppose = oppose
    }

    public var total: Double { support + neutral + oppose }

    /// The same proportions over fewer voices, because these do not speak independently.
    ///
    /// - Parameter correlation: ρ between any two voices, from 0 to 1.
    /// - Throws: ``MarketModels/ParameterError`` for a correlation outside [0, 1].
    public func discounted(correlation: Double) throws(ParameterError) -> StanceCounts {
        guard total > 0 else { return self }
        let share = try EffectiveSample.size(total, correlation: correlation) / total
        return StanceCounts(support: support * share, neutral: neutral * share, oppose: oppose * share)
    }
}

/// What counts of voices say about the stance of those they were drawn from: Dirichlet with a prior of one each.
///
/// The stance is P(support) − P(oppose), from −1 to 1.
public struct StancePosterior: Codable, Equatable, Sendable {
    /// Voices it rests on, without the prior.
    public let sampleSize: Double
    /// Mean probabilities of support, neutral and oppose; they add up to 1.
    public let probabilities: [Double]
    /// Posterior mean of the stance.
    public let stance: Double
    /// Posterior variance of the stance.
    public let variance: Double

    /// - Throws: ``MarketModels/ParameterError`` for a count that is negative or not finite.
    public init(_ counts: StanceCounts) throws(ParameterError) {
        for count in [counts.support, counts.neutral, counts.oppose] {
            guard count.isFinite, count >= 0 else {
                throw .outOfDomain("count of voices", value: count, domain: "finite and not negative")
            }
        }
        let (support, neutral, oppose) = (counts.support + 1, counts.neutral + 1, counts.oppose + 1)
        let total = support + neutral + oppose
        sampleSize = counts.total
        probabilities = [support / total, neutral / total, oppose / total]
        stance = (support - oppose) / total
        variance =
            (support * (total - support) + oppose * (total - oppose) + 2 * support * oppose)
            / (total * total * (total + 1))
    }

    public var standardDeviation: Double { variance.squareRoot() }
}

/// How far two groups stand apart on a thesis.
public struct StanceGap: Codable, Equatable, Sendable {
    /// Gaps of at least this much are worth telling.
    public static let notableGap = 0.5
    /// Voices without which a group's stance is not compared.
    public static let neededVoices = 5.0

    /// Stance of the first less that of the second, from −2 to 2.
    public let gap: Double
    public let standardError: Double
    /// Bounds of the 95 % interval, from the normal distribution.
    public let lower: Double
    public let upper: Double
    /// Whether the interval excludes 0, the gap is at least ``notableGap`` and both rest on ``neededVoices``.
    public let isNotable: Bool

    public init(_ first: StancePosterior, _ second: StancePosterior) {
        gap = first.stance - second.stance
        standardError = (first.variance + second.variance).squareRoot()
        lower = gap - WilsonInterval.quantile95 * standardError
        upper = gap + WilsonInterval.quantile95 * standardError
        let excludesZero = lower > 0 || upper < 0
        let hasVoices = min(first.sampleSize, second.sampleSize) >= Self.neededVoices
        isNotable = excludesZero && abs(gap) >= Self.notableGap && hasVoices
    }
}
