import MarketModels
import Schema

/// Beta and correlation after a shock against those before it: whether it changed what the name moves with.
struct Aftermath {
    private let view: PointInTimeView
    private let session: Int64
    /// Who is compared with the basket of the others.
    private let symbol: String
    private let others: [String]
    /// Of the last closes.
    private let evidence: [UInt64]

    /// - Returns: nil where nothing is to be compared: of the market, and until enough sessions have passed.
    init?(_ view: PointInTimeView, _ session: Int64) {
        guard view.day > session, view.scope != .market, !view.settings.benchmark.isEmpty,
            view.subject != view.settings.benchmark
        else { return nil }
        let known = view.returns(of: [view.settings.benchmark], after: session)[0].count
        guard known >= MeasurementSection.sessionsAfter else { return nil }
        self.view = view
        self.session = session
        let members = view.groups.first?.members.filter { $0.weight > 0 }.map(\.symbol) ?? []
        if view.scope == .group {
            // The correction takes the shock to have come from one of the two: who moved most for its own noise.
            let measured = MeasuredMember.all(view, session)
            guard
                let first = measured.max(by: {
                    abs($0.tested.event.standardized) < abs($1.tested.event.standardized)
                })
            else { return nil }
            symbol = first.symbol
        } else {
            symbol = view.subject
        }
        let first = symbol
        evidence = [symbol, view.settings.benchmark].compactMap { view.prices(of: $0, around: view.day) }
            .map { $0.eventSequence > 0 ? $0.eventSequence : $0.sequenceBefore }
        others = Array(Set(members).subtracting([first])).sorted()
    }

    func add(to draft: inout SectionDraft) {
        if view.scope != .group { addBeta(to: &draft) }
        addCorrelation(to: &draft)
    }

    private func addBeta(to draft: inout SectionDraft) {
        let returns = view.returns(of: [symbol, view.settings.benchmark], after: session)
        guard returns[0].count >= MeasurementSection.sessionsAfter,
            let window = view.paired(symbol, around: session)?.window(view.estimation),
            let before = try? MarketModel.fit(
                asset: window.asset, market: window.market, minimum: view.estimation.minimum),
            let after = try? MarketModel.fit(
                asset: returns[0], market: returns[1], minimum: MeasurementSection.sessionsAfter)
        else { return }
        draft.add(
            "beta", of: "after", after.beta, .plain, .measured,
            interval: interval95(after.beta, after.betaStandardError), observations: after.windowLength,
            evidence: evidence)
        if let jump = try? Contagion.betaJump(
            before: before.beta, beforeError: before.betaStandardError, after: after.beta,
            afterError: after.betaStandardError)
        {
            draft.add(
                "beta-jump", jump, .deviations, .measured, method: "market-model", text: Self.word(jump),
                evidence: evidence)
        }
    }

    private func addCorrelation(to draft: inout SectionDraft) {
        let after = view.returns(of: [symbol] + others, after: session)
        guard !others.isEmpty, after[0].count >= MeasurementSection.sessionsAfter, let calm = before else { return }
        let crisis = (x: after[0], y: Self.mean(Array(after.dropFirst())))
        guard let result = try? Contagion.compare(calm: calm, crisis: crisis) else { return }
        let method = "forbes-rigobon"
        let who = view.scope == .group ? symbol : ""
        draft.add(
            "correlation", of: "before", result.calm, .plain, .measured, method: "pearson", observations: calm.x.count,
            text: who, evidence: evidence)
        draft.add(
            "correlation", of: "after", result.crisis, .plain, .measured, method: "pearson",
            observations: crisis.x.count, text: who, evidence: evidence)
        draft.add(
            "correlation", of: "adjusted", result.adjusted, .plain, .measured, method: method,
            assuming: ["from=\(symbol)"], observations: crisis.x.count, evidence: evidence)
        draft.add(
            "correlation-jump", result.jump, .deviations, .measured, method: method, text: Self.word(result.jump),
            evidence: evidence)
    }

    /// The window before the shock: the name and the mean of the others, over the sessions all have.
    private var before: (x: [Double], y: [Double])? {
        guard let own = view.prices(of: symbol, around: session) else { return nil }
        let rows = view.estimation.window(before: max(0, own.days.count - 1))
        let returns = ([own] + others.compactMap { view.prices(of: $0, around: session) }).map {
            $0.returns(over: own.days)
        }
        guard returns.count == others.count + 1 else { return nil }
        let usable = rows.filter { row in returns.allSatisfy { $0[row]?.isFinite == true } }
        guard usable.count >= view.estimation.minimum else { return nil }
        let values = returns.map { series in usable.map { series[$0] ?? 0 } }
        return (values[0], Self.mean(Array(values.dropFirst())))
    }

    private static func mean(_ series: [[Double]]) -> [Double] {
        series[0].indices.map { row in series.reduce(0) { $0 + $1[row] } / Double(series.count) }
    }

    /// Under two standard errors nothing is told from noise.
    private static func word(_ z: Double) -> String { abs(z) >= 2 ? "changed" : "within-noise" }
}
