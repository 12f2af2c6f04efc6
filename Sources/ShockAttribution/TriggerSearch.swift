import NewsModels
import Schema

/// Looks for what set a shock off, among the stories that could be read before it had begun.
///
/// An item counts if it was seen at or before the end of the onset interval, at most 72 hours before; one
/// seen while the move began counts only if it does not merely report it. What came later is never looked
/// at as a cause: adding it to the archive changes no candidate and no probability.
struct TriggerSearch {
    static let lookBack = 72 * 3_600 * CivilTime.second
    /// Candidates listed; what less probable ones have is added to the unexplained.
    static let listed = 5
    /// Market sequences listed as evidence of one thing.
    static let evidenceLimit = 50

    let subject: String
    let scope: ShockScope
    /// From the last trade before the move to the first after it.
    let onset: Range<UInt64>
    let settings: ModelSettings

    struct Result: Sendable {
        var attribution: Attribution?
        var missing: [String] = []
    }

    /// The candidates with their probabilities, or why there are none to be looked for.
    func run(in news: NewsArchive) -> Result {
        guard !news.items.isEmpty else { return .init(missing: ["attribution: no news in the stream"]) }
        let sifted = sift(news)
        let attention = TermAttention(
            items: sifted.readable, terms: sifted.terms.subtracting(keywords), until: onset.upperBound)
        var candidates: [(candidate: StoryCandidate, score: TriggerScore)] = []
        for candidate in StoryCandidate.all(of: sifted.eligible, relevance: sifted.relevance, attention: attention) {
            if let score = try? TriggerScore(candidate.evidence, onset: interval) {
                candidates.append((candidate, score))
            }
        }
        var result = Result(attribution: attribution(candidates, sifted))
        if attention.isShort {
            result.missing.append("attribution: under a week of news to compare attention with")
        }
        return result
    }

    /// The words of the groups' keywords. They tie a story to a group, and are as much in the air as the whole
    /// group is: their attention is not that of one story.
    private var keywords: Set<String> {
        Set(settings.groups.flatMap(\.keywords).flatMap { SalientTerms.terms($0).map(\.text) })
    }

    private var interval: OnsetInterval {
        .init(
            start: Int64(clamping: min(onset.lowerBound, onset.upperBound)), end: Int64(clamping: onset.upperBound))
    }
}

/// A story's candidacy is decided over items sorted into these heaps.
private struct SiftedNews {
    /// All that was seen before the onset ended, whatever its age: the baseline.
    var readable: [ArchivedItem] = []
    /// Of the last 72 hours, and not a mere report of the move.
    var eligible: [ArchivedItem] = []
    /// Of each eligible item.
    var relevance: [Double] = []
    /// Market sequences of what is left out, by reason.
    var reports: [UInt64] = []
    var late: [UInt64] = []

    /// The terms of the stories with something relevant in them.
    var terms: Set<String> {
        let stories = Set(zip(eligible, relevance).filter { $0.1 > 0 }.map(\.0.story))
        return Set(eligible.lazy.filter { stories.contains($0.story) }.flatMap(\.terms))
    }
}

extension TriggerSearch {
    private func sift(_ news: NewsArchive) -> SiftedNews {
        let relevance = ShockRelevance(subject: subject, scope: scope, settings: settings)
        let oldest = onset.upperBound > Self.lookBack ? onset.upperBound - Self.lookBack : 0
        var sifted = SiftedNews()
        for item in news.items {
            guard item.seen <= onset.upperBound else {
                if relevance.relevance(of: item) > 0 { sifted.late.append(item.sequence) }
                continue
            }
            sifted.readable.append(item)
            guard item.seen > oldest else { continue }
            let value = relevance.relevance(of: item)
            if item.isPriceReport && item.seen > onset.lowerBound {
                if value > 0 { sifted.reports.append(item.sequence) }
                continue
            }
            sifted.eligible.append(item)
            sifted.relevance.append(value)
        }
        return sifted
    }

    private func attribution(
        _ scored: [(candidate: StoryCandidate, score: TriggerScore)], _ sifted: SiftedNews
    ) -> Attribution {
        var attribution = Attribution()
        attribution.itemsConsidered = UInt32(sifted.eligible.count)
        attribution.evidenceUntil = onset.upperBound
        attribution.excluded = [
            excluded("only reports the move", sifted.reports), excluded("after the onset", sifted.late),
        ].compactMap { $0 }
        attribution.unexplained = 1
        let odds = scored.map { (id: $0.candidate.id, logOdds: $0.score.logOdds) }
        guard let ranking = try? TriggerRanking.rank(odds) else { return attribution }
        for entry in ranking.entries.prefix(Self.listed) {
            guard let match = scored.first(where: { $0.candidate.id == entry.id }) else { continue }
            attribution.candidates.append(message(match.candidate, match.score, entry.probability))
        }
        attribution.unexplained = max(0, 1 - attribution.candidates.reduce(0) { $0 + $1.probability })
        return attribution
    }

    private func excluded(_ reason: String, _ sequences: [UInt64]) -> ExcludedEvidence? {
        guard !sequences.isEmpty else { return nil }
        var evidence = ExcludedEvidence()
        evidence.reason = reason
        evidence.items = UInt32(sequences.count)
        evidence.evidence = Array(sequences.prefix(Self.evidenceLimit))
        return evidence
    }

    private func message(
        _ candidate: StoryCandidate, _ score: TriggerScore, _ probability: Double
    ) -> TriggerCandidate {
        var message = TriggerCandidate()
        message.story = candidate.id
        message.headline = candidate.face.headline
        message.terms = candidate.face.terms
        message.probability = probability
        message.logOdds = score.logOdds
        message.relevance = candidate.evidence.relevance
        if let attention = candidate.evidence.attention { message.attentionZ = attention }
        message.firstSeen = candidate.firstSeen
        message.latest = candidate.latest
        message.items = UInt32(candidate.sequences.count)
        message.sources = UInt32(candidate.sources)
        message.bestTier = .init(rawValue: candidate.tier) ?? .unspecified
        message.contributions = [
            ("prior", score.prior), ("timing", score.timing), ("relevance", score.relevance),
            ("attention", score.attention), ("tier", score.tier),
        ].map { name, logOdds in
            var contribution = Contribution()
            contribution.name = name
            contribution.logOdds = logOdds
            return contribution
        }
        message.evidence = Array(candidate.sequences.prefix(Self.evidenceLimit))
        return message
    }
}
