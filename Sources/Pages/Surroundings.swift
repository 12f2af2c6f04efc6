import Alerting
public import Schema

/// What a shock's page shows beside its finding: the prices around it, how often it was in the news, and the records that it
/// rests on. Made by being shown the `market` stream from its beginning.
///
/// Nothing that was known only after the finding's event time is taken. Memory: a few hundred prices, two counts for each six
/// hours, one line for each record cited.
public struct Surroundings: Sendable {
    /// Closes of bars and trades, one for each span of time, in order.
    public private(set) var prices: [SeriesDrawing.Point] = []
    /// Items that name the subject, by the span's number.
    private(set) var naming: [Int: Int] = [:]
    /// Items of the most probable story.
    private(set) var telling: [Int: Int] = [:]
    public private(set) var evidence: [EvidenceRecord] = []

    private let finding: Finding
    private let window: ClosedRange<UInt64>
    private var wanted: [UInt64]
    private let story: Set<UInt64>
    private var instruments: [UInt32: String] = [:]
    /// The subject's own numbers.
    private var own: Set<UInt32> = []
    private let named: Set<String>
    private var names: [String]

    /// Spans of the news counts.
    static let span = CivilTime.day / 4
    /// Sessions around a shock are shown from so long before it, news from so long before and after.
    static let before = 45 * CivilTime.day
    static let newsBefore = 14 * CivilTime.day
    static let newsAfter = 10 * CivilTime.day
    private static let mostPrices: UInt64 = 600

    public init(of finding: Finding) {
        self.finding = finding
        let onset = finding.measure.onsetUntil > 0 ? finding.measure.onsetUntil : finding.eventTime
        let from = onset > Self.before ? onset - Self.before : 0
        window = from...max(from, finding.eventTime)
        wanted = Self.cited(by: finding)
        story = Set(finding.attribution.candidates.first { $0.isNews }?.evidence ?? [])
        // A group is in the news by its members.
        let isGroup = finding.scope == .group
        named = isGroup ? Set(finding.members.map(\.symbol)) : [finding.subject]
        names = isGroup ? [] : [finding.subject, finding.subjectName].filter { !$0.isEmpty }
    }

    /// The kinds of messages it looks at.
    public static let types: Set<MessageType> = [.bars, .trades, .instrumentDefinition, .newsItem, .fact]

    /// Takes the next message of `market`. Messages come in the order of their sequences.
    public mutating func add(_ message: StreamMessage) {
        switch message {
        case .bars(let bars): add(bars)
        case .trades(let trades): add(trades)
        case .newsItem(let item): add(item)
        case .fact(let fact): add(fact)
        case .instrumentDefinition(let definition): add(definition)
        default: break
        }
    }

    // MARK: Prices

    private mutating func add(_ bars: Bars) {
        cite("bar", bars.firstSequence, bars.instrument, bars.end, bars.close)
        for row in bars.close.indices where own.contains(bars.instrument[row]) {
            price(bars.end[row], known: bars.recordTime[row], Price.double(bars.close[row]))
        }
    }

    private mutating func add(_ trades: Trades) {
        cite("trade", trades.firstSequence, trades.instrument, trades.time, trades.price)
        for row in trades.price.indices where own.contains(trades.instrument[row]) {
            price(trades.time[row], known: trades.recordTime[row], Price.double(trades.price[row]))
        }
    }

    private mutating func cite(
        _ kind: String, _ first: UInt64, _ instrument: [UInt32], _ time: [UInt64], _ price: [Int64]
    ) {
        let instruments = instruments
        cite(first, price.count) { row in
            let symbol = instruments[instrument[row]] ?? "\(instrument[row])"
            return EvidenceRecord(
                sequence: first + UInt64(row), kind: kind, time: time[row],
                text: "\(symbol) \(FixedNumber.decimal(Price.double(price[row]), decimals: 2))")
        }
    }

    /// The last price of each span is kept; what comes late has its place in time.
    private mutating func price(_ time: UInt64, known: UInt64, _ value: Double) {
        guard window.contains(time), value.isFinite, value > 0 else { return }
        let size = max((window.upperBound - window.lowerBound) / Self.mostPrices, 1)
        let place = (time - window.lowerBound) / size
        let index = prices.lastIndex { ($0.time - window.lowerBound) / size <= place } ?? -1
        let point = SeriesDrawing.Point(time: time, value: value)
        if index >= 0, (prices[index].time - window.lowerBound) / size == place {
            if prices[index].time <= time { prices[index] = point }
        } else {
            prices.insert(point, at: index + 1)
        }
    }

    // MARK: News and facts

    private mutating func add(_ definition: InstrumentDefinition) {
        instruments[definition.instrument] = definition.symbol
        if definition.symbol == finding.subject {
            own.insert(definition.instrument)
        } else {
            own.remove(definition.instrument)
        }
        cite(definition.sequence, 1) { _ in
            EvidenceRecord(
                sequence: definition.sequence, kind: "instrument", time: definition.eventTime,
                text: "\(definition.symbol) \(definition.name)")
        }
        guard named.contains(definition.symbol) else { return }
        let others =
            definition.aliases + definition.languageAliases.flatMap(\.aliases) + [definition.symbol, definition.name]
        names += others.filter { !$0.isEmpty && !names.contains($0) && !definition.ambiguousAliases.contains($0) }
    }

    private mutating func add(_ item: NewsItem) {
        let known = item.known == 0 ? item.eventTime : item.known
        cite(item.sequence, 1) { _ in
            EvidenceRecord(
                sequence: item.sequence, kind: "news", time: known, source: item.source,
                text: Wording.line(item.title, limit: 300), address: item.url)
        }
        guard known <= window.upperBound else { return }
        let place = Int(known / Self.span)
        if story.contains(item.sequence) { telling[place, default: 0] += 1 }
        // A later revision of an item is no second one.
        if item.revision == 0, names.contains(where: { NameSearch.names($0, in: item.title) }) {
            naming[place, default: 0] += 1
        }
    }

    private mutating func add(_ fact: Fact) {
        cite(fact.sequence, 1) { _ in
            let subject = Wording.line(fact.subject, limit: 60)
            let title = Wording.line(fact.title.isEmpty ? fact.note : fact.title, limit: 300)
            // Facts name their source's address where there is one.
            let isAddress = fact.source.hasPrefix("https://") || fact.source.hasPrefix("http://")
            return EvidenceRecord(
                sequence: fact.sequence, kind: fact.kind?.rawValue ?? "fact", time: fact.eventTime,
                source: isAddress ? "" : Wording.line(fact.source, limit: 100),
                text: [subject, title].filter { !$0.isEmpty }.joined(separator: ": "),
                address: isAddress ? fact.source : "", isUnverified: !fact.verified,
                // Without a title the note stands for it.
                note: fact.title.isEmpty ? "" : Wording.line(fact.note, limit: 300))
        }
    }

    // MARK: Evidence

    /// Notes those of `count` records from `first` on that are cited.
    private mutating func cite(_ first: UInt64, _ count: Int, _ record: (Int) -> EvidenceRecord) {
        guard count > 0, first <= UInt64.max - UInt64(count) else { return }
        var index = wanted.partitioningIndex { $0 >= first }
        while index < wanted.count, wanted[index] < first + UInt64(count) {
            evidence.append(record(Int(wanted[index] - first)))
            index += 1
        }
    }

    /// All that a finding names as evidence, in order.
    static func cited(by finding: Finding) -> [UInt64] {
        var all = Set(finding.decomposition.evidence)
        for candidate in finding.attribution.candidates { all.formUnion(candidate.evidence) }
        for section in finding.sections { for estimate in section.estimates { all.formUnion(estimate.evidence) } }
        for claim in finding.claims {
            all.formUnion(claim.evidence)
            for estimate in claim.estimates { all.formUnion(estimate.evidence) }
        }
        for question in finding.questions { all.formUnion(question.evidence) }
        return all.sorted()
    }
}

/// Whether a headline names somebody: by whole words, or, where the name is of a script without spaces, anywhere.
enum NameSearch {
    static func names(_ name: String, in text: String) -> Bool {
        let (name, text) = (Array(name.unicodeScalars), Array(text.unicodeScalars))
        guard let first = name.first, name.count <= text.count else { return false }
        // A symbol such as T or ARM is meant only where it is written so.
        let isExact = name.count <= 5 && name.allSatisfy { $0.properties.isUppercase || !$0.properties.isAlphabetic }
        func same(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
            one == other || !isExact && one.properties.lowercaseMapping == other.properties.lowercaseMapping
        }
        let isSpaced = !first.properties.isIdeographic
        for start in 0...(text.count - name.count) where same(text[start], first) {
            let end = start + name.count
            guard zip(text[start..<end], name).allSatisfy({ same($0, $1) }) else { continue }
            if !isSpaced { return true }
            let isBegun = start == 0 || !isWord(text[start - 1])
            let isEnded = end == text.count || !isWord(text[end])
            if isBegun, isEnded { return true }
        }
        return false
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.properties.isIdeographic
            && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
}
