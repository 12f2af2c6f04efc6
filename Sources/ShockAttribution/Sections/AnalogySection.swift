import Foundation
import MarketModels
import Schema

/// Is it as it was with another name then? A path's likeness is held against that of random walks with the same drift,
/// and the price is split into earnings and what is paid for them.
enum AnalogySection {
    /// Random walks that a likeness is compared with.
    static let simulations = 60

    static func section(_ view: PointInTimeView) -> Section? {
        guard view.scope == .instrument, let session = view.session else { return nil }
        var draft = SectionDraft(.analogy, .condition)
        let likenesses = view.facts(.likeness, about: view.subject)
        for fact in Dictionary(grouping: likenesses, by: \.likeness.other).values.compactMap(\.last)
            .sorted(by: { $0.likeness.other < $1.likeness.other })
        {
            likeness(fact, session, view, &draft)
        }
        let history = EarningsHistory(view)
        split(history, view, session, &draft)
        valuations(of: [view.subject] + Set(likenesses.map(\.likeness.other)).sorted(), view, &draft)
        if likenesses.isEmpty { draft.lack(.likeness, of: view.subject) }
        if view.facts(.valuation, about: view.subject).isEmpty { draft.lack(.valuation, of: view.subject) }
        if history.quarters.isEmpty { draft.lack(.earningsResult, of: view.subject) }
        // The price of the other was earnings and multiple as well.
        for other in Set(likenesses.map(\.likeness.other)).sorted() { draft.lack("then-earnings", of: other) }
        return draft.section
    }

    // MARK: Likeness

    private static func likeness(
        _ fact: Fact, _ session: Int64, _ view: PointInTimeView, _ draft: inout SectionDraft
    ) {
        let stated = fact.likeness
        draft.add(
            "likeness", of: stated.other, stated.correlation, .plain, .stated, observations: Int(stated.windows),
            asOf: fact.asOf, text: stated.windowEnd, evidence: [fact.sequence])
        let weeks = view.weeks(of: view.subject, before: session).suffix(Int(stated.weeks))
        guard weeks.count == Int(stated.weeks), let first = weeks.first,
            let null = null(of: weeks.map { log($0.close) }, windows: Int(stated.windows))
        else {
            draft.lack("weekly-closes", of: view.subject)
            return
        }
        let evidence = [first.sequence, fact.sequence]
        let assumption = ["history=random-walk", "simulations=\(null.count)"]
        draft.add(
            "null-median", of: stated.other, null[null.count / 2], .plain, .assumed, method: "random-walks",
            assuming: assumption, evidence: evidence)
        draft.add(
            "null-percentile-95", of: stated.other, null[null.count * 95 / 100], .plain, .assumed,
            method: "random-walks", assuming: assumption, evidence: evidence)
        let asAlike = 1 + null.count { $0 >= stated.correlation }
        draft.add(
            "likeness-p", of: stated.other, Double(asAlike) / Double(1 + null.count), .probability, .assumed,
            method: "random-walks", assuming: assumption, evidence: evidence)
    }

    /// The best likeness of random walks with the path's drift to a history of one that has it too, rising: what a path
    /// that means nothing comes to.
    private static func null(of path: [Double], windows: Int) -> [Double]? {
        guard path.count >= 2, let first = path.first, let last = path.last else { return nil }
        let drift = (last - first) / Double(path.count - 1)
        let moves = zip(path.dropFirst(), path).map { $0 - $1 - drift }
        let deviation = (moves.reduce(0) { $0 + $1 * $1 } / Double(moves.count)).squareRoot()
        var noise = WalkNoise()
        var history = [0.0]
        for _ in 1..<(path.count + min(windows, 2_000)) {
            history.append(history[history.count - 1] + drift + deviation * noise.next())
        }
        return (try? PathLikeness.compare(query: path, history: history, simulations: simulations, seed: 20_250_127))?
            .null
    }

    // MARK: Earnings

    private static func split(
        _ history: EarningsHistory, _ view: PointInTimeView, _ session: Int64, _ draft: inout SectionDraft
    ) {
        let known = history.quarters.prefix { $0.fact.eventTime < view.measure.onsetFrom }.count
        guard known >= 5, let then = history.trailing(upTo: 4), let now = history.trailing(upTo: known) else {
            if !history.quarters.isEmpty { draft.lack("five-results", of: view.subject) }
            return
        }
        let weeks = view.weeks(of: view.subject, before: session)
        // Earnings in two kinds of shares would pass for a change of what is paid for them.
        guard history.suspectedSplit(upTo: known, weeks) == nil else { return draft.lack(.split, of: view.subject) }
        guard let reported = CivilTime.parseDate(then.last.date),
            let week = weeks.first(where: { $0.day >= Int64(reported) }),
            let before = view.prices(of: view.subject, around: session)?.prices.last,
            let split = try? MultipleSplit(
                priceBefore: week.close, priceAfter: before, earningsBefore: then.earnings, earningsAfter: now.earnings)
        else { return }
        let evidence = then.evidence + now.evidence + [week.sequence]
        draft.add(
            "earnings-part", split.earnings, .plain, .measured, method: "log-split", asOf: then.last.date,
            evidence: evidence)
        draft.add(
            "multiple-part", split.multiple, .plain, .measured, method: "log-split", asOf: then.last.date,
            evidence: evidence)
        draft.add(
            "price-to-earnings", of: view.subject, split.multipleAfter, .ratio, .measured, asOf: now.last.date,
            text: "trailing", evidence: now.evidence)
    }

    private static func valuations(of names: [String], _ view: PointInTimeView, _ draft: inout SectionDraft) {
        for name in names {
            guard let fact = view.facts(.valuation, about: name).last else { continue }
            draft.add(
                "price-to-earnings", of: name, fact.valuation.priceToEarnings, .ratio, .stated, asOf: fact.asOf,
                text: fact.valuation.earnings, evidence: [fact.sequence])
        }
    }
}

/// Standard normal, near enough for a walk: the sum of twelve uniforms less six, from a generator with a fixed seed, so
/// that the same view gives the same section.
private struct WalkNoise {
    private var state: Int64 = 20_250_127

    mutating func next() -> Double {
        var sum = -6.0
        for _ in 0..<12 {
            state = 48_271 * state % 2_147_483_647
            sum += Double(state) / 2_147_483_647
        }
        return sum
    }
}
