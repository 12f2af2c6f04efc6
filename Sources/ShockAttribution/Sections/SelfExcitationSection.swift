import MarketModels
import Schema

/// Whether trades set off trades more than they usually do for the name: the branching ratio after the move began,
/// against that of the same hours of the session before.
///
/// Never said without the name's own baseline: the ratio of a quiet day is far from 0.
enum SelfExcitation {
    static func section(_ view: PointInTimeView) -> Section? {
        guard view.measure.hasMarketModel || view.measure.hasReturnPeriod else { return nil }
        var draft = SectionDraft(.selfExcitation, .amplifier)
        let windows = view.tradeWindows
        guard let after = windows.after else {
            draft.lack("trades", of: view.subject)
            return draft.section
        }
        let fit = fit(after, lacking: "more-trades", of: view, &draft)
        guard let before = windows.before else {
            draft.lack("trades-before", of: view.subject)
            return draft.section
        }
        let usual = self.fit(before, lacking: "more-trades-before", of: view, &draft)
        guard let fit, let usual else { return draft.section }
        add("branching-ratio", fit, after, &draft)
        add("baseline", usual, before, &draft)
        guard let change = fit.change(from: usual) else {
            draft.lack("branching-error", of: view.subject)
            return draft.section
        }
        draft.add(
            "excess", change.difference, .fraction, .measured, method: "hawkes",
            interval: interval(change.difference, change.standardError),
            text: change.isDifferent ? "notable" : "", evidence: [after.sequence, before.sequence])
        return draft.section
    }

    private static func fit(
        _ window: TradeWindow, lacking lack: String, of view: PointInTimeView, _ draft: inout SectionDraft
    ) -> HawkesFit? {
        guard window.times.count >= HawkesFit.minimumEvents else {
            draft.lack(lack, of: view.subject)
            return nil
        }
        guard !window.isRounded else {
            draft.lack("finer-times", of: view.subject)
            return nil
        }
        let events = try? HawkesProcess.Events(times: window.times, duration: window.duration)
        let fit = events.flatMap { try? HawkesFit.fit($0) }
        if fit == nil { draft.lack("settled-fit", of: view.subject) }
        return fit
    }

    private static func add(_ id: String, _ fit: HawkesFit, _ window: TradeWindow, _ draft: inout SectionDraft) {
        let ratio = fit.process.branchingRatio
        draft.add(
            id, ratio, .fraction, .measured, method: "hawkes",
            interval: fit.branchingError.map { interval(ratio, $0) }, assuming: ["kernel=exponential"],
            observations: fit.events, evidence: [window.sequence])
    }

    private static func interval(_ value: Double, _ error: Double) -> ClosedRange<Double> {
        value - 1.96 * error...value + 1.96 * error
    }

    /// Sections where figures of the last revision stay whose trades are no longer kept: times are those of two
    /// sessions, a shock is followed for more.
    static func kept(_ sections: [Section], from last: [Section]) -> [Section] {
        sections.map { section in
            guard section.id == SectionID.selfExcitation.rawValue, section.estimates.isEmpty else { return section }
            return last.first { $0.id == section.id && !$0.estimates.isEmpty } ?? section
        }
    }
}
