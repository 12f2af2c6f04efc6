import Glibc

/// The interval in which a move began: from the last trade before it to the first after it.
public struct OnsetInterval: Codable, Equatable, Sendable {
    /// Nanoseconds since 1970 of the last trade before the move.
    public let start: Int64
    /// Nanoseconds since 1970 of the first trade after it, not before ``start``.
    public let end: Int64

    public init(start: Int64, end: Int64) {
        precondition(start <= end, "an interval ends after it starts")
        self.start = start
        self.end = end
    }
}

/// How close a source is to the decision its news is about. Stored per source; a reprint has the tier of
/// its origin.
public enum SourceTier: Int, Codable, CaseIterable, Sendable {
    /// T1: filings, guidance, orders.
    case filing = 1
    /// T2: those who decide, on record.
    case decisionMaker
    /// T3: brokers' enquiries.
    case sellSide
    /// T4: specialists.
    case specialist
    /// T5: the press.
    case press
    /// T6: everybody.
    case social
}

/// What is known of a candidate for the trigger of a move.
public struct TriggerEvidence: Codable, Equatable, Sendable {
    /// When it could first have moved the price, in nanoseconds since 1970: a release's time, or when a
    /// story broke out (not when it was first told).
    public var time: Int64
    /// From 0 to 100: of the story to the instrument that moved, or to its theme.
    public var relevance: Double
    /// z of its mentions against the baseline, or `nil` if there is too little history.
    public var attention: Double?
    /// From −1 to 1: whether it points the way the price went; `nil` if it points nowhere.
    public var direction: Double?
    public var tier: SourceTier
    /// Whether it only says that prices moved.
    public var isPriceReport: Bool
    /// Sources that carry it.
    public var sources: Int
    /// Stories about the subject at the time, itself included.
    public var stories: Int
    /// From 0 to 1: how much of what moved it is about. A shock of a market or a theme is one of all its names at once:
    /// what is about some of them explains the rest by chance only.
    public var reach: Double

    public init(
        time: Int64, relevance: Double, attention: Double? = nil, direction: Double? = nil, tier: SourceTier,
        isPriceReport: Bool, sources: Int = 1, stories: Int = 1, reach: Double = 1
    ) {
        self.time = time
        self.relevance = relevance
        self.attention = attention
        self.direction = direction
        self.tier = tier
        self.isPriceReport = isPriceReport
        self.sources = sources
        self.stories = stories
        self.reach = reach
    }
}

/// What each piece of evidence adds to the log-odds that a candidate set off the move.
///
/// The unknown has 0. These are judgements, not estimates: a fresh, relevant story of ordinary loudness
/// comes out a little above the unknown, one that also breaks out clearly above it, an old or marginal
/// one below. Replace them by fitted values once labelled cases exist.
public struct TriggerWeights: Codable, Equatable, Sendable {
    /// Before any evidence: most news moves nothing.
    public var prior = -3.0
    /// For appearing while the move began.
    public var insideOnset = 2.0
    /// For appearing right before; halves with age.
    public var beforeOnset = 1.5
    /// Hours in which ``beforeOnset`` halves.
    public var halfLifeHours = 12.0
    /// At relevance 100; minus it at 0 and nothing at 50.
    public var relevance = 2.0
    /// Per unit of attention z from ``usualBreakout`` on: what sets a shock off is on everyone's lips, and a story
    /// of ordinary loudness is most likely one of the many that move nothing.
    public var attention = 0.6
    /// The z at which loudness says nothing.
    public var usualBreakout = 5.0
    /// z counts no further than this, nor below 0.
    public var attentionCap = 10.0
    /// Per logarithm of the number of sources that carry it.
    public var breadth = 0.5
    /// Stories about the subject at a time from which on each is the less likely the more there are.
    public var usualStories = 8.0
    /// For pointing fully the right way; minus it for the wrong way.
    public var direction = 0.5
    /// By ``SourceTier``, T1 first.
    public var tiers = [1.0, 0.8, 0.4, 0.3, 0, -0.5]
    /// For only reporting a price move, before the onset; inside it that is refused.
    public var priceReport = -1.5
    /// For each unit of the return that something moving at the same time accounts for (``CoMovementScore``); against a
    /// story for each unit that it is not about (``TriggerEvidence/reach``).
    public var share = 4.0

    public init() {}

    /// For results on a scheduled day: of labelled shocks a third are such days.
    public static let release = TriggerWeights(prior: -1.5)
    /// For what an issuer files or commits itself to.
    public static let filing = TriggerWeights(prior: -2.5)

    private init(prior: Double) { self.prior = prior }
}

/// Why evidence cannot be of a cause.
public enum TriggerRefusal: Error, Codable, Equatable, Sendable {
    /// It came this many nanoseconds after the move's first trade.
    case afterOnset(nanoseconds: Int64)
    /// It came while the move began and only reports it.
    case onlyReportsPrice
    /// Relevance, attention or direction is not a number in its range.
    case invalid(String)
}

extension TriggerRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .afterOnset(let nanoseconds): "came \(nanoseconds / 1_000_000_000) s after the move had begun"
        case .onlyReportsPrice: "only reports the move"
        case .invalid(let name): "\(name) is not a number in its range"
        }
    }
}

/// The log-odds of a candidate, with what each piece of evidence added.
public struct TriggerScore: Codable, Equatable, Sendable {
    public let prior: Double
    public let timing: Double
    public let relevance: Double
    /// 0 where there was too little history to judge.
    public let attention: Double
    public let breadth: Double
    /// 0 where it is about all that moved, else below.
    public let reach: Double
    /// 0 where it points nowhere.
    public let direction: Double
    public let tier: Double
    public let priceReport: Double

    /// The sum, in the order of the properties.
    public var logOdds: Double {
        prior + timing + relevance + attention + breadth + reach + direction + tier + priceReport
    }
}

extension TriggerScore {
    /// Weighs one candidate against a move.
    ///
    /// Two rules are not weights: what came after the move's first trade caused nothing, and what came
    /// while it began and only reports it is its effect.
    ///
    /// - Throws: ``TriggerRefusal``.
    public init(
        _ evidence: TriggerEvidence, onset: OnsetInterval, weights: TriggerWeights = TriggerWeights()
    ) throws(TriggerRefusal) {
        guard evidence.time <= onset.end else { throw .afterOnset(nanoseconds: evidence.time - onset.end) }
        let isInside = evidence.time > onset.start
        guard !(isInside && evidence.isPriceReport) else { throw .onlyReportsPrice }
        guard (0...100).contains(evidence.relevance) else { throw .invalid("relevance") }
        guard (0...1).contains(evidence.reach) else { throw .invalid("reach") }
        guard evidence.attention?.isNaN != true else { throw .invalid("attention") }
        guard evidence.direction.map((-1.0...1).contains) ?? true else { throw .invalid("direction") }
        precondition(weights.tiers.count == SourceTier.allCases.count, "one weight for each tier")

        prior = weights.prior - log(max(1, Double(evidence.stories) / weights.usualStories))
        let ageInHours = Double(onset.start - evidence.time) / 3.6e12
        timing = isInside ? weights.insideOnset : weights.beforeOnset * exp2(-ageInHours / weights.halfLifeHours)
        relevance = weights.relevance * (evidence.relevance - 50) / 50
        attention =
            evidence.attention.map {
                weights.attention * (min(weights.attentionCap, max(0, $0)) - weights.usualBreakout)
            } ?? 0
        breadth = weights.breadth * log(Double(max(1, evidence.sources)))
        reach = weights.share * (evidence.reach - 1)
        direction = weights.direction * (evidence.direction ?? 0)
        tier = weights.tiers[evidence.tier.rawValue - 1]
        priceReport = evidence.isPriceReport ? weights.priceReport : 0
    }
}

/// The log-odds that a move was one of something wider, or of a flow: by the share of the return that this accounts
/// for. At three quarters it is as likely as the unknown.
public struct CoMovementScore: Codable, Equatable, Sendable {
    public let prior: Double
    public let share: Double
    public var logOdds: Double { prior + share }

    /// - Parameters:
    ///   - part: What it accounts for, in the return's unit.
    ///   - total: The return.
    ///   - weights: Of the prior and the share.
    /// - Returns: `nil` if the part points the other way than the return, or either is 0 or not a number: such a
    ///   mechanism is rejected, not weighed.
    public init?(part: Double, of total: Double, weights: TriggerWeights = TriggerWeights()) {
        guard part.isFinite, total.isFinite, part * total > 0 else { return nil }
        prior = weights.prior
        share = weights.share * min(1, part / total)
    }
}
