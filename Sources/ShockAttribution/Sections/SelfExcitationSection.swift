import MarketModels
import Schema

/// Whether trades set off trades more than they usually do for the name: the branching ratio after the move began,
/// against that of the same hours of the sessions before.
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
        let fit = record(self.fit(after), lacking: "more-trades", of: view, &draft)
        guard let last = windows.before.last else {
            draft.lack("trades-before", of: view.subject)
            return draft.section
        }
        let before = windows.before.compactMap { window in (try? self.fit(window).get()).map { (window, $0) } }
        guard let baseline = HawkesBaseline(before.map(\.1)) else {
            _ = record(self.fit(last), lacking: "more-trades-before", of: view, &draft)
            return draft.section
        }
        guard let fit else { return draft.section }
        draft.add(
            "branching-ratio", fit.process.branchingRatio, .fraction, .measured, method: "hawkes",
            interval: fit.branchingError.map { interval(fit.process.branchingRatio, $0) },
            assuming: ["kernel=exponential"], observations: fit.events, evidence: [after.sequence])
        draft.add(
            "baseline", baseline.mean, .fraction, .measured, method: "hawkes",
            interval: baseline.standardError.map { interval(baseline.mean, $0) },
            assuming: ["kernel=exponential", "sessions=\(baseline.windows)"],
            observations: before.reduce(0) { $0 + $1.1.events }, evidence: before.map(\.0.sequence))
        guard let change = fit.change(from: baseline) else {
            draft.lack("branching-error", of: view.subject)
            return draft.section
        }
        draft.add(
            "excess", change.difference, .fraction, .measured, method: "hawkes",
            interval: interval(change.difference, change.standardError),
            text: change.isDifferent ? "notable" : "", evidence: [after.sequence] + before.map(\.0.sequence))
        return draft.section
    }

    /// Why a window has no fit.
    private enum Unfit: Error { case fewTrades, wholeSeconds, unsettled }

    private static func fit(_ window: TradeWindow) -> Result<HawkesFit, Unfit> {
        guard window.times.count >= HawkesFit.minimumEvents else { return .failure(.fewTrades) }
        guard !window.isRounded else { return .failure(.wholeSeconds) }
        let events = try? HawkesProcess.Events(times: window.times, duration: window.duration)
        guard let fit = events.flatMap({ try? HawkesFit.fit($0) }) else { return .failure(.unsettled) }
        return .success(fit)
    }

    private static func record(
        _ result: Result<HawkesFit, Unfit>, lacking more: String, of view: PointInTimeView, _ draft: inout SectionDraft
    ) -> HawkesFit? {
        switch result {
        case .success(let fit): return fit
        case .failure(.fewTrades): draft.lack(more, of: view.subject)
        case .failure(.wholeSeconds): draft.lack("finer-times", of: view.subject)
        case .failure(.unsettled): draft.lack("settled-fit", of: view.subject)
        }
        return nil
    }

    private static func interval(_ value: Double, _ error: Double) -> ClosedRange<Double> {
        value - 1.96 * error...value + 1.96 * error
    }

    /// Sections where figures of the last revision stay that rest on more sessions than are kept now: times are those of
    /// five sessions, a shock is followed for more.
    static func kept(_ sections: [Section], from last: [Section]) -> [Section] {
        sections.map { section in
            guard section.id == SectionID.selfExcitation.rawValue else { return section }
            guard let before = last.first(where: { $0.id == section.id }) else { return section }
            return sessions(of: before) > sessions(of: section) ? before : section
        }
    }

    /// How many sessions a section's baseline rests on.
    private static func sessions(of section: Section) -> Int {
        section.estimates.first { $0.id == "baseline" }?.evidence.count ?? 0
    }
}
