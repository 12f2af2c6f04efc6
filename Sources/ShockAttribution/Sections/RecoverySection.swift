import MarketModels
import Schema

/// What came after, as the analyze stage measured it.
enum RecoverySection {
    static func section(_ view: PointInTimeView) -> Section? {
        guard !view.measure.followUp.isEmpty || view.measure.hasBaseRate else { return nil }
        var draft = SectionDraft(.recovery, .recovery)
        for day in view.measure.followUp {
            let evidence = evidence(of: day.session, view)
            draft.add(
                "session-return", of: day.session, day.simpleReturn, .fraction, .measured, asOf: day.session,
                evidence: evidence)
            draft.add(
                "retraced", of: day.session, day.retraced, .fraction, .measured, asOf: day.session,
                evidence: view.moveEvidence + evidence.suffix(1))
        }
        if view.measure.hasBaseRate { add(view.measure.baseRate, to: &draft) }
        for vote in view.measure.followUp.last?.votes ?? [] where vote.standardError > 0 {
            draft.add(
                "ahead", of: "\(vote.ahead), \(vote.behind)", vote.difference / vote.standardError, .deviations,
                .measured, method: "tracking-error",
                evidence: [vote.ahead, vote.behind].flatMap { view.evidence(of: $0, in: view.day) })
        }
        return draft.section
    }

    /// Of the subject's closes of a session and of the one before; of a group, of its members'.
    private static func evidence(of session: String, _ view: PointInTimeView) -> [UInt64] {
        guard let day = CivilTime.parseDate(session) else { return [] }
        guard view.scope == .group else { return view.evidence(of: view.subject, in: Int64(day)) }
        let members = view.groups.flatMap(\.members).flatMap { view.evidence(of: $0.symbol, in: Int64(day)) }
        return Array(members.prefix(TriggerSearch.evidenceLimit))
    }

    /// What followed shocks of the kind in this stream, or that too few of them are over.
    private static func add(_ rate: BaseRate, to draft: inout SectionDraft) {
        guard rate.isEnough else { return draft.lack("base-rates") }
        for (id, count) in [("recovered-half", rate.recoveredHalf), ("went-on", rate.wentOn)] {
            draft.add(
                id, Double(count) / Double(rate.shocks), .probability, .measured, method: "stream-history",
                interval: interval(count, of: rate.shocks), observations: Int(rate.shocks))
        }
        guard rate.hasMedianRetraced else { return }
        let bounds = rate.hasLower && rate.hasUpper && rate.lower <= rate.upper ? rate.lower...rate.upper : nil
        draft.add(
            "median-retraced", rate.medianRetraced, .fraction, .measured, method: "stream-history", interval: bounds,
            observations: Int(rate.shocks))
    }

    private static func interval(_ count: UInt32, of trials: UInt32) -> ClosedRange<Double>? {
        (try? WilsonInterval(successes: Int(count), trials: Int(trials))).map { $0.lower...$0.upper }
    }
}

/// How much of a move a name had taken back by a day, and how two names compare.
struct RecoveryPair {
    let retraced: Double
    let retracedOther: Double
    /// Session of the last common close.
    let day: Int64
    /// Sessions since.
    let sessions: Int
    /// ΔCAR over the pair's tracking error before; nil without enough sessions before.
    let standardized: Double?
    let evidence: [UInt64]

    /// - Returns: nil while there is no close after the session's, or where one of the two did not move.
    init?(_ symbol: String, _ other: String, session: Int64, _ view: PointInTimeView) {
        let from = session + 1
        guard let first = view.prices(of: symbol, around: view.day),
            let second = view.prices(of: other, around: view.day),
            let (before, end, last) = Self.path(first, session, view.day),
            let (otherBefore, otherEnd, otherLast) = Self.path(second, session, view.day),
            let mine = retracement(price: last.price, before: before, after: end),
            let its = retracement(price: otherLast.price, before: otherBefore, after: otherEnd), last.day >= from
        else { return nil }
        retraced = mine
        retracedOther = its
        day = min(last.day, otherLast.day)
        let common = first.commonDays(with: second)
        let difference = Self.differences(first, second, common)
        let before250 = difference.filter { $0.day < session }.suffix(250).map(\.value)
        let after =
            difference.filter { $0.day > session }.map(\.value)
            + Self.lastDifference(first, second, view.day)
        sessions = after.count
        let result = try? RelativeRecovery.compute(
            firstBefore: before250, secondBefore: Array(repeating: 0, count: before250.count), firstAfter: after,
            secondAfter: Array(repeating: 0, count: after.count))
        standardized = result?.days.last?.standardized
        evidence = [first.eventSequence, second.eventSequence, first.sequenceBefore, second.sequenceBefore]
            .filter { $0 > 0 }
    }

    /// Close before a session, its close, and the last price up to `day`.
    private static func path(
        _ prices: SessionPrices, _ session: Int64, _ day: Int64
    ) -> (before: Double, end: Double, last: (day: Int64, price: Double))? {
        guard let place = prices.days.firstIndex(of: session), place > 0 else { return nil }
        var last = (day: prices.days[prices.days.count - 1], price: prices.prices[prices.days.count - 1])
        if let event = prices.event { last = (day, event) }
        return last.day > session ? (prices.prices[place - 1], prices.prices[place], last) : nil
    }

    /// Return of the first less the second's, by day.
    private static func differences(
        _ first: SessionPrices, _ second: SessionPrices, _ days: [Int64]
    ) -> [(day: Int64, value: Double)] {
        let left = first.returns(over: days)
        let right = second.returns(over: days)
        return days.indices.dropFirst().compactMap { index in
            guard let a = left[index - 1], let b = right[index - 1] else { return nil }
            return (days[index], a - b)
        }
    }

    /// Of the running day, where both have a price in it.
    private static func lastDifference(_ first: SessionPrices, _ second: SessionPrices, _ day: Int64) -> [Double] {
        guard let a = first.event, let b = second.event, let beforeA = first.prices.last,
            let beforeB = second.prices.last
        else { return [] }
        return [(a / beforeA - 1) - (b / beforeB - 1)]
    }
}
