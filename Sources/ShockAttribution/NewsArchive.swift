import NewsModels
import Schema

/// One news item as it was judged when it came.
struct ArchivedItem: Equatable, Sendable {
    /// Market sequence.
    var sequence: UInt64
    /// When it can have been read (``NewsItem/known``).
    var seen: UInt64
    /// The story it belonged to when it came; what that is part of since then ``MergedStories`` says.
    var story: UInt64
    /// Market sequence of the item whose wording it reprints; its own where the wording is new.
    var origin: UInt64
    var source: String
    /// Of its origin, and of whom that credits; 0 if not known.
    var tier: Int
    var title: String
    /// Terms of the headline, and whether each is written as a name.
    var terms: [String]
    var isName: [Bool]
    /// Whether all it reports is that prices moved.
    var isPriceReport: Bool
    /// BCP 47 without region and script, as declared or else as it looks; "und" where nothing tells.
    var language: String
    /// Instruments and entities named.
    var names: [NewsLink]
    /// Groups whose keywords occur.
    var groups: [NewsLink]
    /// Who speaks in it (``NewsModels/Voice``); empty if nobody named does.
    var speaker = ""

    var isEnglish: Bool { language == "en" }
    var isReprint: Bool { origin != sequence }
}

/// The news of the last 35 days: 28 of baseline, the days before an onset, and room for what comes late.
struct NewsArchive: Codable, Sendable {
    static let retention = 35 * CivilTime.day
    /// The oldest items go first beyond this.
    static let capacity = 150_000

    /// In the order they came.
    var items: [ArchivedItem] { stored.values }
    private(set) var stored = ArchivedItems()
    private var stories = StoryIndex()
    private var embedded = EmbeddedHeadlines()
    /// Names to look for; nil when they have to be made anew.
    private var vocabulary: NewsVocabulary?

    /// Nil until somebody asks, and after settings have changed.
    private var voices: ThesisVoices?

    private enum CodingKeys: String, CodingKey { case stored, stories, embedded }

    var storiesBegun: UInt64 { stories.begun }

    /// Says that definitions or settings have changed.
    mutating func forgetVocabulary() {
        vocabulary = nil
        voices = nil
    }

    /// Gathers the headlines that bear on the theses, unless that is done already; copies made afterwards have them.
    mutating func gatherVoices(_ settings: ModelSettings) {
        if voices == nil { voices = ThesisVoices(settings, items: items) }
    }

    /// The headlines that bear on a thesis; nil if none are measured for it.
    func voices(on thesis: String, settings: ModelSettings) -> [(item: ArchivedItem, stance: Int)]? {
        let voices = voices ?? ThesisVoices(settings, items: items)
        guard voices.isMeasured(thesis) else { return nil }
        return voices.voices(on: thesis).compactMap { voice in item(voice.sequence).map { ($0, voice.stance) } }
    }

    /// Judges an item by what is known now, and keeps it.
    ///
    /// - Returns: The story it went to, and why.
    @discardableResult
    mutating func add(
        _ item: NewsItem, instruments: InstrumentTable, settings: ModelSettings
    ) -> StoryIndex.Assignment {
        let vocabulary = vocabulary ?? NewsVocabulary(instruments: instruments, settings: settings)
        self.vocabulary = vocabulary
        let time = item.known == 0 ? item.eventTime : item.known
        let tokens = Tokenizer.tokens(item.title)
        let terms = SalientTerms.terms(tokens)
        let language = Self.language(of: item)
        let mentions = vocabulary.mentions(in: tokens, language)
        let story = StoryItem(
            sequence: item.sequence, time: Int64(clamping: time), source: item.source, headline: item.title,
            tokens: tokens, language: language,
            entities: mentions.map { mention in
                .init(
                    entity: mention.entity,
                    words: tokens[mention.token..<(mention.token + mention.length)].map(\.key))
            },
            quantities: QuantityParser.quantities(in: item.title, language: language),
            common: vocabulary.commonWords(in: tokens, language))
        let assignment = stories.add(story, terms: terms)
        for part in assignment.merged { embedded.move(part, to: assignment.story) }
        embedded.add(story, story: assignment.story)
        let report = PriceReportClassifier.classify(tokens, instruments: vocabulary.instruments(among: mentions))
        let links = vocabulary.links(headline: tokens, body: Tokenizer.tokens(item.body), language)
        stored.append(
            ArchivedItem(
                sequence: item.sequence, seen: time, story: assignment.story, origin: assignment.origin,
                source: item.source, tier: tier(of: item, origin: assignment.origin, vocabulary), title: item.title,
                terms: terms.map(\.text), isName: terms.map(\.isName), isPriceReport: report.isPriceReport,
                language: language, names: links.names, groups: links.groups,
                speaker: Voice.speaker(in: tokens, mentions: mentions).map { vocabulary.owners($0)[0] } ?? ""))
        if let last = items.last { voices?.take(last) }
        forget(at: item.recordTime)
        return assignment
    }

    /// Takes what an embedding model made of a headline: two stories are one when most wordings of the one that has
    /// fewer tell what a headline of the other tells.
    ///
    /// That is known since the headlines had come: a vector says nothing that they did not.
    ///
    /// - Returns: What became part of what.
    @discardableResult
    mutating func embed(_ embedding: NewsEmbedding) -> [(part: UInt64, whole: UInt64)] {
        var merges: [(part: UInt64, whole: UInt64)] = []
        let found = embedded.embed(text: embedding.textHash, model: embedding.model, vector: embedding.values)
        for (told, nearest) in found {
            guard let one = stories.story(told), let other = stories.story(nearest) else { continue }
            let (fewer, more) = (one.wordings, one.id) <= (other.wordings, other.id) ? (one, other) : (other, one)
            let agreement = embedded.agreement(of: fewer.id, with: more.id)
            guard 2 * agreement.headlines > fewer.wordings,
                let merge = stories.merge(fewer.id, more.id, at: agreement.time)
            else { continue }
            embedded.move(merge.part, to: merge.whole)
            merges.append(merge)
        }
        return merges
    }

    /// What stories were called at a time.
    func merged(at time: UInt64) -> MergedStories { MergedStories(stories.merges, at: time) }

    private static func language(of item: NewsItem) -> String {
        let declared = item.language.prefix { $0 != "-" && $0 != "_" }.lowercased()
        return declared.isEmpty ? LanguageIdentifier.identify(item.title).base : declared
    }

    /// A reprint has its origin's tier, what credits a known source that source's; else the item's own, or its
    /// source's where it says none; 0 if neither is known.
    private func tier(of item: NewsItem, origin: UInt64, _ vocabulary: NewsVocabulary) -> Int {
        if origin != item.sequence, let first = self.item(origin) { return first.tier }
        if let credited = vocabulary.credited(in: item) { return credited }
        return item.tier == .unspecified ? vocabulary.tier(of: item.source) : item.tier.rawValue
    }

    /// The item of a market sequence, if it is kept. O(log n).
    func item(_ sequence: UInt64) -> ArchivedItem? {
        place(of: sequence).map { items[$0] }
    }

    private func place(of sequence: UInt64) -> Int? {
        let place = items.partitioningIndex { $0.sequence >= sequence }
        return place < items.count && items[place].sequence == sequence ? place : nil
    }

    /// Drops what is too old; in bulk, since dropping from the front moves the rest.
    private mutating func forget(at recordTime: UInt64) {
        guard items.count > 1_000, let first = items.first else { return }
        let horizon = recordTime > Self.retention ? recordTime - Self.retention : 0
        let excess = items.count > Self.capacity ? items.count - Self.capacity * 9 / 10 : 0
        let isOld = first.seen + CivilTime.day < horizon
        if excess > 0 || isOld { stored.drop(first: excess, seenBefore: isOld ? horizon : 0) }
        if let oldest = items.first?.sequence, oldest > first.sequence { voices?.forget(before: oldest) }
    }
}
