import NewsModels
import Schema

/// How much more a term is being talked about just before an onset than it usually was.
///
/// Counted anew for each onset from the items that could be read before it ended, so that an hour that has
/// only half passed counts for what it held then. Mere reports of price moves are not counted: they say what
/// moved, not what is on people's minds.
struct TermAttention {
    /// Length of the window that ends with the onset, in hours.
    static let window = 24

    /// The terms of interest, each with its place in ``mentions``.
    private var places: [String: Int] = [:]
    /// When each was mentioned.
    private var mentions: [[UInt64]] = []
    /// When the items of each story of interest were seen.
    private var stories: [UInt64: [Int64]] = [:]
    /// When the subject was named.
    private var subject: [UInt64] = []
    private let until: UInt64
    /// The days the terms were counted on begin here.
    private var since: UInt64?

    /// O(items) over their columns.
    ///
    /// - Parameters:
    ///   - archive: The news; what was seen after `until` is not looked at.
    ///   - terms: Those that will be asked for.
    ///   - stories: Those whose times will be asked for.
    ///   - merged: What they consisted of.
    ///   - entity: The shock's subject.
    ///   - until: The end of the onset.
    init(
        archive: ArchivedItems, terms: Set<String>, stories: Set<UInt64>, merged: MergedStories, entity: String,
        until: UInt64
    ) {
        self.until = until
        for term in terms {
            places[term] = mentions.count
            mentions.append([])
        }
        let columns = archive.columns
        let wanted = HashFilter(terms)
        let entityHash = HashLists.hash(entity)
        var wholes: [UInt64: UInt64] = [:]
        for story in stories {
            for part in [story] + merged.parts(of: story) { wholes[part] = story }
        }
        let (firstStory, lastStory) = (wholes.keys.min() ?? 1, wholes.keys.max() ?? 0)
        for place in columns.seen.indices where columns.seen[place] <= until {
            let seen = columns.seen[place]
            since = min(since ?? seen, seen)
            let story = columns.story[place]
            if story >= firstStory, story <= lastStory, let whole = wholes[story] {
                self.stories[whole, default: []].append(Int64(clamping: seen))
            }
            guard !columns.isPriceReport[place] else { continue }
            let names = columns.names.range(place)
            if names.contains(where: { columns.names.hashes[$0] == entityHash }),
                archive.values[place].names.contains(where: { $0.entity == entity })
            {
                subject.append(seen)
            }
            let range = columns.terms.range(place)
            for index in range where wanted.mayContain(columns.terms.hashes[index]) {
                let term = archive.values[place].terms[index - range.lowerBound]
                if let place = places[term] { mentions[place].append(seen) }
            }
        }
    }

    /// Whether there is too little news before the window for any answer.
    var isShort: Bool {
        guard let since else { return true }
        let needed = UInt64(Int(AttentionBaseline.neededHours) + Self.window) * 3_600 * CivilTime.second
        return until - since < needed
    }

    /// Mentions of the last 24 hours against the same hours of the 28 days before, in deviations; nil where
    /// there is too little history or the term is not one of those asked for.
    func z(of term: String) -> Double? { places[term].flatMap { z(mentions[$0]) } }

    /// The same of items that name the shock's subject.
    var zOfSubject: Double? { z(subject) }

    private func z(_ mentions: [UInt64]) -> Double? {
        guard let since else { return nil }
        // Hours are counted back from the onset's end: shifted, it is the last nanosecond of an hour.
        let hour = UInt64(AttentionBaseline.hour)
        let shift = hour - 1 - until % hour
        var baseline = AttentionBaseline()
        baseline.observe(since: Int64(clamping: since + shift))
        // An hour at a time: most items come in the order they were seen in.
        var run: (hour: UInt64, count: Int)?
        func add() {
            if let run { baseline.add("", time: Int64(clamping: run.hour * hour), count: run.count) }
        }
        for seen in mentions {
            let next = (seen + shift) / hour
            if run?.hour == next {
                run?.count += 1
            } else {
                add()
                run = (next, 1)
            }
        }
        add()
        guard
            case .measured(let breakout) = baseline.breakout(
                of: "", at: Int64(clamping: until + shift), hours: Self.window)
        else { return nil }
        return breakout.standardized
    }

    /// When each item of a story of interest was seen, among all that could be read.
    func times(story: UInt64) -> [Int64] { stories[story] ?? [] }
}
