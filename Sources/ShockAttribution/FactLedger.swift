import Schema

/// The facts of the stream as they became known, bounded in number.
struct FactLedger: Codable, Equatable, Sendable {
    /// The oldest facts go first beyond this.
    static let capacity = 20_000

    /// In the order they came.
    private var facts: [Fact] = []
    /// Places in ``facts``, rising.
    private var bySubject: [String: [Int]] = [:]
    private var byKind: [FactKind: [Int]] = [:]

    init() {}

    /// Remembers a fact; one that repeats another's subject, date and kind of value is a correction of it.
    mutating func add(_ fact: Fact) {
        facts.append(fact)
        if facts.count > Self.capacity {
            facts.removeFirst(facts.count - Self.capacity * 9 / 10)
            index()
        } else {
            index(facts.count - 1)
        }
    }

    private mutating func index() {
        bySubject = [:]
        byKind = [:]
        for place in facts.indices { index(place) }
    }

    private mutating func index(_ place: Int) {
        bySubject[facts[place].subject, default: []].append(place)
        if let kind = facts[place].kind { byKind[kind, default: []].append(place) }
    }

    /// What was known about a subject at `time`, in the order it became known.
    func known(about subject: String, at time: UInt64) -> [Fact] {
        (bySubject[subject] ?? []).lazy.map { facts[$0] }.filter { $0.eventTime <= time }
    }

    /// What of a kind was known at `time`, of all subjects, in the order it became known.
    func known(_ kind: FactKind, at time: UInt64) -> [Fact] {
        (byKind[kind] ?? []).lazy.map { facts[$0] }.filter { $0.eventTime <= time }
    }

    /// The fact with a sequence of `market`; nil where that is another record's, or the fact is no longer kept. O(log n).
    func fact(_ sequence: UInt64) -> Fact? {
        let place = facts.partitioningIndex { $0.sequence >= sequence }
        return place < facts.count && facts[place].sequence == sequence ? facts[place] : nil
    }

    /// What became known in a span of time, in that order.
    func known(in span: ClosedRange<UInt64>) -> [Fact] { facts.filter { span.contains($0.eventTime) } }

    /// The last word on each leveraged fund that was known at `time` of those that track `underlying`, by fund.
    func leveragedFunds(on underlying: String, at time: UInt64) -> [Fact] {
        var funds: [String: Fact] = [:]
        for fact in known(.etfLeverage, at: time) where fact.etfLeverage.underlying == underlying {
            funds[fact.subject] = fact
        }
        return funds.keys.sorted().compactMap { funds[$0] }
    }

    /// Splits the stream's prices do not show yet, as day of effect and ratio (new shares for one old), the
    /// last word for each day, days rising.
    func splits(of subject: String, at time: UInt64) -> [(day: Int64, ratio: Double)] {
        var splits: [(day: Int64, ratio: Double)] = []
        for fact in known(about: subject, at: time) {
            guard case .split(let split)? = fact.value, split.ratio > 0, split.ratio.isFinite,
                let day = CivilTime.parseDate(fact.asOf)
            else { continue }
            splits.removeAll { $0.day == Int64(day) }
            if !split.applied { splits.append((Int64(day), split.ratio)) }
        }
        return splits.sorted { $0.day < $1.day }
    }

    /// Cash dividends a share as ex-day and price units, the last word for each day, days rising.
    func dividends(of subject: String, at time: UInt64) -> [(day: Int64, units: Int64)] {
        var dividends: [(day: Int64, units: Int64)] = []
        for fact in known(about: subject, at: time) {
            guard case .dividend(let dividend)? = fact.value, let units = Price.units(dividend.amount), units >= 0,
                let day = CivilTime.parseDate(fact.asOf)
            else { continue }
            dividends.removeAll { $0.day == Int64(day) }
            dividends.append((Int64(day), units))
        }
        return dividends.sorted { $0.day < $1.day }
    }
}

// A checkpoint holds the facts as records; where they stand is found again.
extension FactLedger {
    init(from decoder: any Decoder) throws {
        let stored = try decoder.singleValueContainer().decode([StoredMessage].self)
        facts = stored.compactMap { if case .fact(let fact) = $0.message { fact } else { nil } }
        index()
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(facts.map { StoredMessage(.fact($0)) })
    }
}
