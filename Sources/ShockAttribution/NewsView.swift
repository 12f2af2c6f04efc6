import Foundation
import NewsModels
import Schema

/// The news of a stream as the attribute stage sees it, for whoever asks: stories, attention, stance, one item.
///
/// The same archive, vocabulary and stories as the stage has, so that what is shown here is what it judges by.
public struct NewsView {
    private var instruments = InstrumentTable()
    private var settings = ModelSettings()
    private var news = NewsArchive()
    private var facts = FactLedger()
    /// The item whose particulars are kept, and them.
    private let watched: UInt64?
    private var explanation: NewsExplanation?
    /// Items read.
    public private(set) var itemsRead: UInt64 = 0

    /// - Parameter watched: The market sequence of the item that ``explained`` will be asked for.
    public init(watching watched: UInt64? = nil) { self.watched = watched }

    /// What a stage has already gathered.
    init(instruments: InstrumentTable, settings: ModelSettings, news: NewsArchive, facts: FactLedger) {
        self.instruments = instruments
        self.settings = settings
        self.news = news
        self.facts = facts
        watched = nil
    }

    /// Takes the next record of `market`; what is no news, fact, definition or setting is passed over.
    public mutating func apply(_ message: StreamMessage) {
        switch message {
        case .instrumentDefinition(let definition):
            instruments.define(definition)
            news.forgetVocabulary()
        case .configurationChanged(let change):
            settings = change.settings
            news.forgetVocabulary()
        case .fact(let fact): facts.add(fact)
        case .newsEmbedding(let embedding): news.embed(embedding)
        case .newsItem(let item):
            itemsRead += 1
            let assignment = news.add(item, instruments: instruments, settings: settings)
            if item.sequence == watched, let archived = news.item(item.sequence) {
                explanation = NewsExplanation(item, archived, assignment)
            }
        default: break
        }
    }

    /// When the newest item was seen; 0 without any.
    public var latest: UInt64 { news.items.reduce(0) { max($0, $1.seen) } }

    /// The symbols, groups and entities that can be asked for.
    public var subjects: [String] {
        instruments.instruments.map(\.symbol) + settings.groups.map(\.id) + settings.entities.map(\.id)
    }

    /// How each of them is written, but for words that are also others.
    private var names: [String: [String]] {
        var names: [String: [String]] = [:]
        for instrument in instruments.instruments {
            let ambiguous = Set(instrument.ambiguousAliases)
            names[instrument.symbol] =
                ([instrument.name] + instrument.aliases + instrument.languageAliases.flatMap(\.names))
                .filter { !ambiguous.contains($0) }
        }
        for entity in settings.entities {
            names[entity.id, default: []] += entity.aliases + entity.languageAliases.flatMap(\.aliases)
        }
        return names
    }

    /// The subject that is meant by a name, whatever its capitals: a symbol, group or entity, or what is configured as one
    /// of its names; nil if nobody has it, or several.
    public func subject(named name: String) -> String? {
        if subjects.contains(name) { return name }
        func key(_ text: String) -> String {
            Tokenizer.tokens(text).map { HanFolding.simplified($0.key) }.joined(separator: " ")
        }
        let wanted = key(name)
        let symbols = subjects.filter { key($0) == wanted }
        if symbols.count == 1 { return symbols[0] }
        let owners = names.filter { $0.value.contains { key($0) == wanted } }.keys.sorted()
        return owners.count == 1 ? owners[0] : nil
    }

    public var theses: [String] { settings.theses.map(\.id) }

    /// What is known of the watched item, with the story it is in by now; nil if it has not come.
    public var explained: NewsExplanation? {
        guard var explanation, let item = news.item(explanation.sequence) else { return nil }
        for thesis in theses {
            let voice = voices(on: thesis)?.first { $0.item.sequence == item.sequence }
            if let voice { explanation.stances[thesis] = voice.stance }
        }
        let merged = news.merged(at: latest)
        let story = merged.whole(of: item.story)
        explanation.storyNow =
            stories(of: news.items.filter { merged.whole(of: $0.story) == story }, merged, at: latest)
            .first
        return explanation
    }
}

// MARK: For the stance

extension NewsView {
    func thesisSettings(_ id: String) -> Thesis? { settings.theses.first { $0.id == id } }
    func speakerTiers(_ thesis: Thesis) -> SpeakerTiers {
        SpeakerTiers(thesis, settings: settings, names: names)
    }
    func allFacts(until time: UInt64) -> [Fact] { facts.known(in: 0...time) }
    func mergedStories(at time: UInt64) -> MergedStories { news.merged(at: time) }
    func voices(on thesis: String) -> [(item: ArchivedItem, stance: Int)]? {
        news.voices(on: thesis, settings: settings)
    }
}

// MARK: Stories

/// A story at a time.
public struct NewsStory: Codable, Equatable, Sendable {
    public let id: UInt64
    /// Stories that had begun on their own and are part of it by now: what was called so before is called so no more.
    public let merged: [UInt64]
    public let headline: String
    public let terms: [String]
    /// All items, and those that are no reprints.
    public let items: Int
    public let originals: Int
    public let sources: Int
    /// Items by language, most first.
    public let languages: [Count]
    /// Nanoseconds since 1970; so are the times below.
    public let firstSeen: UInt64
    public let latest: UInt64
    /// Beginning of the hour in which most was told.
    public let peak: UInt64
    public let doublingHours: Double?
    public let novelty: Double?
    /// Of its terms, last 24 hours against the same hours of the days before.
    public let attention: Double?
    /// The best of its origins' tiers; 0 if none is known.
    public let tier: Int
    /// Market sequences of its items, oldest first.
    public let evidence: [UInt64]

    public struct Count: Codable, Equatable, Sendable {
        public let name: String
        public let items: Int
    }
}

extension NewsView {
    /// The stories with an item in the last `hours`, most items in them first.
    ///
    /// - Parameters:
    ///   - subject: Only stories that have to do with it; nil: all.
    ///   - time: Nothing seen later is looked at.
    ///   - hours: How far back before `time`.
    ///   - limit: So many at most.
    public func stories(
        of subject: String? = nil, at time: UInt64, hours: Int = 72, limit: Int = .max
    ) -> [NewsStory] {
        let span = UInt64(hours) * 3_600 * CivilTime.second
        let since = time > span ? time - span : 0
        let scope: ShockRelevance? = subject.map { self.relevance(to: $0) }
        let merged = news.merged(at: time)
        var wanted: Set<UInt64> = []
        var told: [UInt64: Int] = [:]
        for item in news.items where item.seen <= time && item.seen > since {
            let story = merged.whole(of: item.story)
            told[story, default: 0] += 1
            if scope.map({ $0.relevance(of: item) > 0 }) ?? true { wanted.insert(story) }
        }
        let order = wanted.sorted { left, right in
            let (before, after) = (told[left] ?? 0, told[right] ?? 0)
            return before == after ? left < right : before > after
        }
        let listed = Array(order.prefix(limit))
        let chosen = Set(listed)
        let items = news.items.filter { $0.seen <= time && chosen.contains(merged.whole(of: $0.story)) }
        let found = stories(of: items, merged, at: time)
        let byID = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
        return listed.compactMap { byID[$0] }
    }

    private func relevance(to subject: String) -> ShockRelevance {
        let scope: ShockScope = settings.groups.contains { $0.id == subject } ? .group : .instrument
        return ShockRelevance(subject: subject, scope: scope, settings: settings)
    }

    private func stories(of items: [ArchivedItem], _ merged: MergedStories, at time: UInt64) -> [NewsStory] {
        let attention = TermAttention(
            archive: news.stored, terms: Set(items.flatMap(\.terms)), stories: [], merged: merged, entity: "",
            until: time)
        let byStory = Dictionary(grouping: items) { merged.whole(of: $0.story) }
        return byStory.keys.sorted().compactMap { id in
            byStory[id].map { NewsStory(id: id, merged: merged.parts(of: id), items: $0, attention: attention) }
        }
    }
}

extension NewsStory {
    fileprivate init(id: UInt64, merged: [UInt64], items: [ArchivedItem], attention: TermAttention) {
        let ranked = StoryCandidate.ranked(items)
        let face = StoryFace(
            items: items, relevance: items.map { _ in 0 }, terms: ranked.map { ($0.term, $0.items) })
        let seen = items.map { Int64(clamping: $0.seen) }.sorted()
        let life = StoryLife(times: seen)
        self.id = id
        self.merged = merged
        headline = face.headline
        terms = face.terms
        self.items = items.count
        originals = Set(items.map(\.origin)).count
        sources = Set(items.map(\.source)).count
        languages = StoryCandidate.languages(of: items).map { Count(name: $0.language, items: $0.items) }
        firstSeen = UInt64(clamping: life?.firstSeen ?? 0)
        latest = UInt64(clamping: life?.lastSeen ?? 0)
        peak = UInt64(clamping: life?.peak ?? 0)
        doublingHours = life?.doublingHours
        novelty = EventNovelty.ofLatest(
            times: items.filter { !$0.isReprint }.map { Int64(clamping: $0.seen) }.sorted())
        self.attention = StoryCandidate.keyTerms(ranked, of: items.count).compactMap { attention.z(of: $0) }.max()
        tier = items.map(\.tier).filter { $0 > 0 }.min() ?? 0
        evidence = items.map(\.sequence)
    }
}

// MARK: Attention

/// How much something is spoken of, against how much it usually is.
public struct NewsAttention: Codable, Equatable, Sendable {
    public let subject: String
    /// Nanoseconds since 1970.
    public let time: UInt64
    /// Mentions of the last 24 hours, reports of prices left out.
    public let mentions: Int
    /// Mean and deviation of the same 24 hours of the days before, and how many days; nil under a week of news.
    public let mean: Double?
    public let deviation: Double?
    public let days: Int?
    /// (mentions − mean)/deviation.
    public let z: Double?
    /// Of the last 72 hours, oldest first.
    public let hourly: [Int]
    /// Of its latest report by RavenPack's decay: beside attention, not instead.
    public let novelty: Double?
}

extension NewsView {
    /// The attention to an instrument, a group or an entity at a time; nil if nothing has that name.
    public func attention(to subject: String, at time: UInt64) -> NewsAttention? {
        guard subjects.contains(subject) else { return nil }
        let isGroup = settings.groups.contains { $0.id == subject }
        let named = news.items.filter { item in
            item.seen <= time && !item.isPriceReport
                && (isGroup ? item.groups : item.names).contains { $0.entity == subject }
        }
        let hour = UInt64(AttentionBaseline.hour)
        let shift = hour - 1 - time % hour
        var baseline = AttentionBaseline()
        if let first = news.items.lazy.map(\.seen).min() { baseline.observe(since: Int64(clamping: first + shift)) }
        for item in named { baseline.add(subject, time: Int64(clamping: item.seen + shift)) }
        var breakout: AttentionBaseline.Breakout?
        if case .measured(let value) = baseline.breakout(of: subject, at: Int64(clamping: time + shift)) {
            breakout = value
        }
        var hourly = [Int](repeating: 0, count: 72)
        for item in named where time - item.seen < 72 * hour { hourly[71 - Int((time - item.seen) / hour)] += 1 }
        return NewsAttention(
            subject: subject, time: time, mentions: hourly.suffix(24).reduce(0, +), mean: breakout?.mean,
            deviation: breakout?.deviation, days: breakout?.windows, z: breakout?.standardized, hourly: hourly,
            novelty: EventNovelty.ofLatest(
                times: named.filter { !$0.isReprint }.map { Int64(clamping: $0.seen) }.sorted()))
    }
}

// MARK: One item

/// How one item was read.
public struct NewsExplanation: Codable, Equatable, Sendable {
    public let sequence: UInt64
    public let title: String
    public let source: String
    /// What the source says when it was published, nanoseconds since 1970; 0 where it says nothing or nothing readable.
    public let published: UInt64
    /// Why ``published`` does not count: "future", "long past" or "unreadable"; empty where it does, or is 0.
    public let publishedMark: String
    /// When it can have been read, nanoseconds since 1970: what decides whether it can be a cause.
    public let seen: UInt64
    /// Where it stands towards each thesis it is about; 0 is neither.
    public internal(set) var stances: [String: Int] = [:]
    public let language: String
    /// Of its origin; 0 if not known.
    public let tier: Int
    /// Market sequence of the item whose wording it reprints; its own if the wording was new.
    public let origin: UInt64
    /// Whether it only reports that prices moved, and whether it announces a round-up.
    public let isPriceReport: Bool
    public let isRoundup: Bool
    /// Relevance, 0 to 100, by name.
    public let entities: [String: Double]
    public let groups: [String: Double]
    public let terms: [String]
    public let quantities: [String]
    public let speaker: String
    public let tone: Double
    public let story: UInt64
    /// Why it went there.
    public let reason: String
    /// The story as it stands now.
    public internal(set) var storyNow: NewsStory?

    fileprivate init(_ item: NewsItem, _ archived: ArchivedItem, _ assignment: StoryIndex.Assignment) {
        sequence = item.sequence
        title = item.title
        source = item.source
        published = item.published
        publishedMark =
            switch item.publishedMark {
            case .future: "future"
            case .longPast: "long past"
            case .unreadable: "unreadable"
            default: ""
            }
        seen = archived.seen
        language = archived.language
        tier = archived.tier
        origin = archived.origin
        isPriceReport = archived.isPriceReport
        isRoundup = Roundup.isRoundup(item.title)
        entities = Dictionary(archived.names.map { ($0.entity, $0.relevance) }) { max($0, $1) }
        groups = Dictionary(archived.groups.map { ($0.entity, $0.relevance) }) { max($0, $1) }
        terms = archived.terms
        quantities = QuantityParser.quantities(in: item.title, language: archived.language).map(\.words)
        speaker = archived.speaker
        tone = Tone.read(item.title).score
        story = assignment.story
        let merged = assignment.merged.map { "\($0)" }.joined(separator: ", ")
        reason = assignment.reason.words + (merged.isEmpty ? "" : "; it made \(merged) part of it")
    }
}

extension Quantity {
    /// "$3.6–3.7 tn", "17 %", "0.25 points", "10 times", "about 25 things".
    fileprivate var words: String {
        let (factor, after): (Double, String)
        var before = ""
        switch unit {
        case .money(let currency):
            let scale = Self.scales.last { upper.magnitude >= $0.0 } ?? (1, "")
            before = Self.signs[currency] ?? currency + " "
            (factor, after) = (1 / scale.0, scale.1)
        case .share: (factor, after) = (100, " %")
        case .points: (factor, after) = (100, " points")
        case .multiple: (factor, after) = (1, " times")
        case .count: (factor, after) = (1, upper == 1 ? " thing" : " things")
        }
        let value = Self.short(upper * factor)
        let range = isRange ? Self.short(lower * factor) + "–" + value : value
        let sign = range.hasPrefix("−") && !before.isEmpty
        return qualifierWords + (sign ? "−" + before + range.dropFirst() : before + range) + after
    }

    private var qualifierWords: String {
        switch qualifier {
        case .exact: ""
        case .approximate: "about "
        case .nearly: "nearly "
        case .atLeast: "at least "
        case .atMost: "at most "
        }
    }

    private static let signs = ["USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"]
    private static let scales: [(Double, String)] = [(1e6, " m"), (1e9, " bn"), (1e12, " tn")]

    /// Four digits that count at most, thousands apart: 11.7, 0.25, 1,234,567.
    private static func short(_ value: Double) -> String {
        let size = value.magnitude
        let decimals = size >= 1_000 || size == 0 ? 0 : min(9, max(0, 3 - Int(log10(size).rounded(.down))))
        var text = String(format: "%.\(decimals)f", size)
        if text.contains(".") { text = String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()) }
        let whole = text.prefix { $0 != "." }
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        return (value < 0 ? "−" : "") + grouped + text.dropFirst(whole.count)
    }
}

extension StoryIndex.Reason {
    fileprivate var words: String {
        func two(_ value: Double) -> String { String(format: "%.2f", value) }
        return switch self {
        case .new: "nothing like it was open: a new story"
        case .nearDuplicate(let jaccard): "its wording repeats one of the story's (Jaccard \(two(jaccard)))"
        case .emergentName(let name): "it has the name \"\(name)\", which has just come up and binds the story"
        case .sameEvent(let shared): "the same event in another language (\(shared) entities, amounts and names shared)"
        case .similar(let cosine): "its terms are those of the story (cosine \(two(cosine)))"
        }
    }
}
