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
    /// Shares in the stream; only asked for the market's shocks.
    var shares = 0
    /// What ties a name in no group to others, on a day on which it moved as they say.
    var theses: [Thesis] = []
    /// Candidates that are no stories, with what was rejected.
    var others = OtherCandidates.Result()

    struct Result: Sendable {
        var attribution: Attribution?
        var missing: [String] = []
    }

    /// The candidates with their probabilities, or why there are none to be looked for.
    func run(in news: NewsArchive) -> Result {
        guard !news.items.isEmpty || !others.candidates.isEmpty else {
            return .init(missing: ["attribution: no news in the stream"])
        }
        let merged = news.merged(at: onset.upperBound)
        let sifted = sift(news.stored, merged)
        let told = ToldStory.all(of: sifted.items, relevance: sifted.relevance, reach: sifted.reach)
        let attention = TermAttention(
            archive: news.stored, terms: Set(told.flatMap(\.keyTerms)).subtracting(keywords),
            stories: Set(told.map(\.id)), merged: merged, entity: subject, until: onset.upperBound)
        var candidates = others.candidates
        let stories = told.map { StoryCandidate($0, parts: merged.parts(of: $0.id), attention: attention) }
        for var story in stories {
            story.evidence.stories = stories.count
            let weights = story.isFiling ? TriggerWeights.filing : TriggerWeights()
            if let score = try? TriggerScore(story.evidence, onset: interval, weights: weights) {
                candidates.append(message(story, score))
            }
        }
        var attribution = attribution(candidates, sifted)
        if let z = attention.zOfSubject { attribution.subjectAttentionZ = z }
        var result = Result(attribution: attribution)
        if news.items.isEmpty {
            result.missing.append("attribution: no news in the stream")
        } else if attention.isShort {
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
struct SiftedNews: Equatable {
    /// How many were seen in the 72 hours before the onset ended and are no mere reports of the move.
    var eligible = 0
    /// Those of them whose stories have something relevant in them, in order of arrival.
    var items: [ArchivedItem] = []
    /// Of each of ``items``.
    var relevance: [Double] = []
    var reach: [Double] = []
    /// Market sequences of what is left out, by reason.
    var reports: [UInt64] = []
    var late: [UInt64] = []
}

extension TriggerSearch {
    /// O(items) over one column, and more only for those of the last 72 hours.
    func sift(_ archive: ArchivedItems, _ merged: MergedStories) -> SiftedNews {
        let relevance = ShockRelevance(
            subject: subject, scope: scope, settings: settings, shares: shares, theses: theses)
        let oldest = onset.upperBound > Self.lookBack ? onset.upperBound - Self.lookBack : 0
        let columns = archive.columns
        var sifted = SiftedNews()
        var eligible: [(place: Int, relevance: Double)] = []
        var relevantStories: Set<UInt64> = []
        for place in columns.seen.indices where columns.seen[place] > oldest {
            let seen = columns.seen[place]
            let value = relevance.relevance(names: archive.values[place].names, groups: archive.values[place].groups)
            if seen > onset.upperBound {
                if value > 0 { sifted.late.append(archive.values[place].sequence) }
            } else if columns.isPriceReport[place] && seen > onset.lowerBound {
                if value > 0 { sifted.reports.append(archive.values[place].sequence) }
            } else {
                eligible.append((place, value))
                if value > 0 { relevantStories.insert(merged.whole(of: columns.story[place])) }
            }
        }
        sifted.eligible = eligible.count
        for (place, value) in eligible where relevantStories.contains(merged.whole(of: columns.story[place])) {
            sifted.items.append(merged.resolved(archive.values[place]))
            sifted.relevance.append(value)
            sifted.reach.append(value > 0 ? relevance.reach(of: archive.values[place]) : 0)
        }
        return sifted
    }

    private func attribution(_ candidates: [TriggerCandidate], _ sifted: SiftedNews) -> Attribution {
        var attribution = Attribution()
        attribution.itemsConsidered = UInt32(sifted.eligible)
        attribution.evidenceUntil = onset.upperBound
        attribution.excluded = [
            excluded("only reports the move", sifted.reports), excluded("after the onset", sifted.late),
        ].compactMap { $0 }
        attribution.rejected = others.rejected
        attribution.unexplained = 1
        guard let ranking = try? TriggerRanking.rank(candidates.map { (id: $0.story, logOdds: $0.logOdds) }) else {
            return attribution
        }
        let byID = Dictionary(candidates.map { ($0.story, $0) }) { first, _ in first }
        for entry in ranking.entries.prefix(Self.listed) {
            guard var candidate = byID[entry.id] else { continue }
            candidate.probability = entry.probability
            attribution.candidates.append(candidate)
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

    private func message(_ story: StoryCandidate, _ score: TriggerScore) -> TriggerCandidate {
        var message = TriggerCandidate()
        message.story = story.id
        message.merged = story.merged
        message.kind = story.isFiling ? .filing : .story
        message.headline = story.face.headline
        message.terms = story.face.terms
        message.logOdds = score.logOdds
        message.relevance = story.evidence.relevance
        if let attention = story.evidence.attention { message.attentionZ = attention }
        message.firstSeen = story.firstSeen
        message.latest = story.latest
        message.items = UInt32(story.sequences.count)
        message.originals = UInt32(story.originals)
        message.sources = UInt32(story.sources)
        message.languages = story.languages.map { language, items in
            var count = LanguageCount()
            count.language = language
            count.items = UInt32(items)
            return count
        }
        if let life = story.life {
            message.peak = UInt64(clamping: life.peak)
            if let hours = life.doublingHours { message.doublingHours = hours }
        }
        if let novelty = story.novelty { message.novelty = novelty }
        message.bestTier = .init(rawValue: story.tier) ?? .unspecified
        message.contributions = score.contributions
        message.evidence = Array(story.sequences.prefix(Self.evidenceLimit))
        return message
    }
}
