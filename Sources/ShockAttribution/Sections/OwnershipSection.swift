import MarketModels
import Schema

/// Who holds the subject, and what each class could have done: a capacity, which is evidence of nothing.
///
/// What a move as large as this one takes by the square-root law, in money, is held against what each class owns. That a
/// class did sell is said by its signed flow or not at all.
enum OwnershipSection {
    static func section(_ view: PointInTimeView) -> Section? {
        guard view.scope == .instrument else { return nil }
        let splits = OwnershipSplit.known(to: view)
        guard !splits.isEmpty else {
            return SectionDraft.lacking(.ownership, of: view.subject, .ownership, .condition)
        }
        var draft = SectionDraft(.ownership, .condition)
        for split in splits {
            for owner in split.classes {
                draft.add(
                    "share", of: owner.name, owner.share, .fraction, .stated, asOf: split.fact.asOf,
                    text: split.fact.subject == view.subject ? "" : split.fact.subject, evidence: split.evidence)
            }
        }
        capacity(of: splits, view, &draft)
        for name in splits.flatMap(\.classes).map(\.name) where !SignedFlows.has(name, view) {
            draft.lack(.signedFlow, of: name)
        }
        // Who says that he did not sell is evidence as well.
        draft.lack("inaction")
        return draft.section
    }

    private static func capacity(of splits: [OwnershipSplit], _ view: PointInTimeView, _ draft: inout SectionDraft) {
        guard let needed = NeededFlow(view) else {
            draft.lack("turnover", of: view.subject)
            return
        }
        draft.add(
            "needed-flow", needed.usd, .usd, .assumed, method: "square-root-law", assuming: ["prefactor=1"],
            evidence: [])
        draft.add("needed-days", needed.days, .days, .assumed, method: "square-root-law", assuming: ["prefactor=1"])
        guard let shares = view.shares(of: view.subject), view.measure.priceBefore > 0 else {
            draft.lack(.sharesOutstanding, of: view.subject)
            return
        }
        let value = shares.sharesOutstanding.value * view.measure.priceBefore
        for split in splits {
            for owner in split.classes where owner.share > 0 {
                draft.add(
                    "holding", of: owner.name, owner.share * value, .usd, .stated, asOf: split.fact.asOf,
                    evidence: split.evidence + [shares.sequence])
                draft.add(
                    "needed-of-holding", of: owner.name, needed.usd / (owner.share * value), .fraction, .assumed,
                    method: "square-root-law", assuming: ["prefactor=1"], evidence: split.evidence)
            }
        }
    }
}

/// The classes of one statement of ownership, as shares of the whole.
struct OwnershipSplit {
    let fact: Fact
    let classes: [OwnerClass]
    let evidence: [UInt64]

    /// The last word on the subject, and on what is said of no instrument or group, such as a whole market; classes
    /// within a class of another statement are shares of that.
    static func known(to view: PointInTimeView) -> [OwnershipSplit] {
        var latest: [String: Fact] = [:]
        for fact in view.facts(.ownership) where fact.subject == view.subject || !view.isTraded(fact.subject) {
            guard let before = latest[fact.subject], fact.asOf < before.asOf else {
                latest[fact.subject] = fact
                continue
            }
        }
        let facts = latest.keys.sorted().compactMap { latest[$0] }
        return facts.map { fact in
            let within = fact.ownership.within
            let outers = facts.filter { other in
                !within.isEmpty && other.subject != fact.subject && other.ownership.within.isEmpty
                    && other.ownership.classes.contains { $0.name == within }
            }
            // Who divides a class means his own figure for it.
            let outer = outers.first { $0.source == fact.source } ?? outers.first
            let share = outer?.ownership.classes.first { $0.name == within }?.share ?? 1
            var classes = fact.ownership.classes
            for index in classes.indices { classes[index].share *= share }
            return OwnershipSplit(
                fact: fact, classes: classes, evidence: [fact.sequence] + (outer.map { [$0.sequence] } ?? []))
        }
    }
}

/// Signed flows of classes of owners in the subject over the shock's session.
enum SignedFlows {
    static func all(_ view: PointInTimeView) -> [Fact] {
        view.facts(.signedFlow, about: view.subject).filter { $0.asOf == view.measure.session }
    }

    static func of(_ owner: String, _ view: PointInTimeView) -> Fact? {
        all(view).last { $0.signedFlow.ownerClass == owner }
    }

    static func has(_ owner: String, _ view: PointInTimeView) -> Bool { of(owner, view) != nil }
}

/// What flow a move as large as the shock's takes by the square-root law, had it been one order.
struct NeededFlow {
    let usd: Double
    let days: Double

    init?(_ view: PointInTimeView) {
        guard let law = view.law, view.measure.simpleReturn != 0 else { return nil }
        days = law.daysOfVolume(toMove: view.measure.simpleReturn)
        usd = days * law.dailyVolume
    }
}

extension PointInTimeView {
    /// The square-root law of the subject, with the volatility and the turnover known before; nil where one is missing.
    var law: SquareRootImpact? {
        guard measure.hasVolatility, let turnover = turnover(of: subject) else { return nil }
        return try? SquareRootImpact(dailyDeviation: measure.volatility, dailyVolume: turnover)
    }
}
