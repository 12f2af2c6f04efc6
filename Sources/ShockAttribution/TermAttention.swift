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

    /// When each term of interest was mentioned.
    private var mentions: [String: [UInt64]] = [:]
    /// When the items of each story were seen.
    private var stories: [UInt64: [Int64]] = [:]
    /// When the subject was named.
    private var subject: [UInt64] = []
    private let terms: Set<String>
    private let until: UInt64
    /// The days the terms were counted on begin here.
    private var since: UInt64?

    /// - Parameters:
    ///   - items: All that could be read before `until`, whatever their age.
    ///   - terms: Those that will be asked for.
    ///   - entity: The shock's subject.
    ///   - until: The end of the onset.
    init(items: [ArchivedItem], terms: Set<String>, entity: String, until: UInt64) {
        self.until = until
        self.terms = terms
        for item in items {
            since = min(since ?? item.seen, item.seen)
            stories[item.story, default: []].append(Int64(clamping: item.seen))
            guard !item.isPriceReport else { continue }
            if item.names.contains(where: { $0.entity == entity }) { subject.append(item.seen) }
            for term in item.terms where terms.contains(term) { mentions[term, default: []].append(item.seen) }
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
    func z(of term: String) -> Double? { terms.contains(term) ? z(mentions[term] ?? []) : nil }

    /// The same of items that name the shock's subject.
    var zOfSubject: Double? { z(subject) }

    private func z(_ mentions: [UInt64]) -> Double? {
        guard let since else { return nil }
        // Hours are counted back from the onset's end: shifted, it is the last nanosecond of an hour.
        let hour = UInt64(AttentionBaseline.hour)
        let shift = hour - 1 - until % hour
        var baseline = AttentionBaseline()
        baseline.observe(since: Int64(clamping: since + shift))
        for seen in mentions { baseline.add("", time: Int64(clamping: seen + shift)) }
        guard
            case .measured(let breakout) = baseline.breakout(
                of: "", at: Int64(clamping: until + shift), hours: Self.window)
        else { return nil }
        return breakout.standardized
    }

    /// When each of a story's items was seen, among all that could be read.
    func times(story: UInt64) -> [Int64] { stories[story] ?? [] }
}
