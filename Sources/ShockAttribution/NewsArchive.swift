import NewsModels
import Schema

/// One news item as it was judged when it came.
struct ArchivedItem: Equatable, Sendable {
    /// Market sequence.
    var sequence: UInt64
    /// When it can have been read (``NewsItem/known``).
    var seen: UInt64
    /// The story it belongs to.
    var story: UInt64
    var source: String
    var tier: Int
    var title: String
    /// Terms of the headline, and whether each is written as a name.
    var terms: [String]
    var isName: [Bool]
    /// Whether all it reports is that prices moved.
    var isPriceReport: Bool
    /// Whether it is written in English, as declared or else as it looks.
    var isEnglish: Bool
    /// Instruments and entities named.
    var names: [NewsLink]
    /// Groups whose keywords occur.
    var groups: [NewsLink]
}

/// The news of the last 35 days: 28 of baseline, the days before an onset, and room for what comes late.
struct NewsArchive: Codable, Sendable {
    static let retention = 35 * CivilTime.day
    /// The oldest items go first beyond this.
    static let capacity = 150_000

    /// In the order they came.
    var items: [ArchivedItem] { stored.values }
    private var stored = ArchivedItems()
    private var stories = StoryIndex()
    /// Names to look for; nil when they have to be made anew.
    private var vocabulary: NewsVocabulary?

    private enum CodingKeys: String, CodingKey { case stored, stories }

    /// Says that definitions or settings have changed.
    mutating func forgetVocabulary() { vocabulary = nil }

    /// Judges an item by what is known now, and keeps it.
    mutating func add(_ item: NewsItem, instruments: InstrumentTable, settings: ModelSettings) {
        let vocabulary = vocabulary ?? NewsVocabulary(instruments: instruments, settings: settings)
        self.vocabulary = vocabulary
        let time = item.known == 0 ? item.eventTime : item.known
        let assignment = stories.add(
            StoryItem(sequence: item.sequence, time: Int64(clamping: time), source: item.source, headline: item.title))
        let terms = SalientTerms.terms(item.title)
        let report = PriceReportClassifier.classify(item.title, instruments: vocabulary.instruments(in: item.title))
        let isEnglish = item.language.isEmpty ? EnglishText.isLikely(item.title) : item.language.hasPrefix("en")
        stored.values.append(
            ArchivedItem(
                sequence: item.sequence, seen: time, story: assignment.story, source: item.source,
                tier: tier(of: item, settings), title: item.title, terms: terms.map(\.text),
                isName: terms.map(\.isName), isPriceReport: report.isPriceReport, isEnglish: isEnglish,
                names: vocabulary.names(in: item), groups: vocabulary.groups(in: item)))
        forget(at: item.recordTime)
    }

    /// The item's tier, or its source's where it says none; 0 if neither is known.
    private func tier(of item: NewsItem, _ settings: ModelSettings) -> Int {
        guard item.tier == .unspecified else { return item.tier.rawValue }
        return settings.sources.first { $0.name == item.source }?.tier.rawValue ?? 0
    }

    /// Drops what is too old; in bulk, since dropping from the front moves the rest.
    private mutating func forget(at recordTime: UInt64) {
        guard items.count > 1_000, let first = items.first else { return }
        let horizon = recordTime > Self.retention ? recordTime - Self.retention : 0
        if items.count > Self.capacity { stored.values.removeFirst(items.count - Self.capacity * 9 / 10) }
        if first.seen + CivilTime.day < horizon { stored.values.removeAll { $0.seen < horizon } }
    }
}
