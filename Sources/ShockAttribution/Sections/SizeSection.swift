import Schema

/// How large a change in dollars is beside the largest that were published: a stream sees a few names over a few years,
/// so that its own count alone says little of a record.
enum SizeSection {
    /// Nil for what is no single name's, has no value in dollars, or is a gain and no gain was published.
    static func section(_ view: PointInTimeView) -> Section? {
        guard view.scope == .instrument, view.measure.hasValue else { return nil }
        var draft = SectionDraft(.size, .size)
        let records = PublishedRecords(view)
        guard let largest = records.largest, let oldest = records.facts.first?.recordLoss.date else {
            guard view.measure.value.usd < 0 else { return nil }
            draft.lack(.recordLoss)
            draft.lack("moves-by-size")
            return draft.section
        }
        draft.add(
            "published-record", of: largest.subject, largest.recordLoss.valueUsd, .usd, .stated,
            asOf: largest.recordLoss.date, evidence: [largest.sequence])
        draft.add(
            "over-record", view.measure.value.usd / largest.recordLoss.valueUsd, .ratio, .measured,
            evidence: [largest.sequence])
        draft.add(
            "published-records", Double(records.facts.count), .count, .stated, asOf: oldest,
            evidence: records.facts.map(\.sequence))
        // How rare such a move is for a company of this size would take many companies of it.
        draft.lack("moves-by-size")
        return draft.section
    }
}

/// Changes of value in one day that were published for their size, of the same sign as the shock's and of sessions
/// before it: the last word on each.
struct PublishedRecords {
    /// By date, then by subject.
    let facts: [Fact]

    init(_ view: PointInTimeView) {
        var last: [String: Fact] = [:]
        for fact in view.facts(.recordLoss) where fact.recordLoss.valueUsd * view.measure.value.usd > 0 {
            guard fact.recordLoss.date < view.measure.session else { continue }
            last[fact.subject + " " + fact.recordLoss.date] = fact
        }
        facts = last.values.sorted {
            ($0.recordLoss.date, $0.subject) < ($1.recordLoss.date, $1.subject)
        }
    }

    var largest: Fact? { facts.max { abs($0.recordLoss.valueUsd) < abs($1.recordLoss.valueUsd) } }
}
