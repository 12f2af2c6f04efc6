import MarketModels
import Schema

/// What the sections about single names can say of a group or the whole market, and that the others say nothing of them.
enum WiderSections {
    /// Sections whose facts are of one name: nobody holds, shorts or expects the earnings of a group as such.
    private static let ofNames: [(SectionID, SectionKind)] = [
        (.goodNews, .condition), (.analogy, .condition), (.ownership, .condition), (.feedback, .amplifier),
        (.shorts, .amplifier), (.dealerGamma, .amplifier), (.selfExcitation, .amplifier),
    ]

    static func sections(_ view: PointInTimeView) -> [Section] {
        guard view.scope == .group || view.scope == .market else { return [] }
        return [runUp(view), leveragedFunds(view)]
            + ofNames.map { id, kind in
                var draft = SectionDraft(id, kind)
                draft.lack("single-name")
                return draft.section
            }
    }

    // MARK: Run-up

    /// Of the market its own; of a group that of its members, held by their weights since the span began.
    private static func runUp(_ view: PointInTimeView) -> Section {
        var draft = SectionDraft(.runUp, .condition)
        let members = members(of: view)
        var parts: [(weight: Double, runUp: RunUp)] = []
        for member in members {
            guard let runUp = RunUp(view, months: ConditionSections.months, of: member.symbol) else {
                draft.lack("weekly-closes", of: member.symbol)
                continue
            }
            parts.append((member.weight, runUp))
        }
        let total = parts.reduce(0) { $0 + $1.weight }
        guard total > 0, let since = parts.map(\.runUp.base).min() else { return draft.section }
        let multiple = parts.reduce(0) { $0 + $1.weight * $1.runUp.multiple } / total
        let evidence = Array(parts.flatMap(\.runUp.evidence).prefix(TriggerSearch.evidenceLimit))
        draft.add(
            "multiple", multiple, .ratio, .measured, method: view.scope == .group ? "held-by-weight" : "",
            observations: parts[0].runUp.weeks, asOf: since, evidence: evidence)
        if view.scope == .group, let market = parts.compactMap(\.runUp.marketMultiple).first {
            draft.add(
                "net-run-up", multiple - market, .fraction, .measured, asOf: since,
                evidence: evidence + parts[0].runUp.marketEvidence)
        }
        if view.scope == .market, let own = parts.first?.runUp {
            draft.add(
                "multiple-from-low", own.multipleFromLow, .ratio, .measured,
                asOf: CivilTime.date(day: Int(own.low.day)), evidence: [own.low.sequence, own.last.sequence])
        }
        return draft.section
    }

    /// A group's members with a weight, or the benchmark alone.
    private static func members(of view: PointInTimeView) -> [GroupMember] {
        guard view.scope == .market else { return view.groups.flatMap(\.members).filter { $0.weight > 0 } }
        var benchmark = GroupMember()
        benchmark.symbol = view.subject
        benchmark.weight = 1
        return [benchmark]
    }

    // MARK: Leveraged funds

    /// What the funds had to trade at the close: on the group's members, each once; of the market all there are, by what each
    /// tracks. No bound: there is no turnover of a group or a market to hold it against.
    private static func leveragedFunds(_ view: PointInTimeView) -> Section {
        var draft = SectionDraft(.leveragedFunds, .amplifier)
        let flows = view.scope == .market ? LeveragedFunds.all(view).map { ($0.fact, $0.flow) } : ofMembers(view)
        guard !flows.isEmpty else {
            draft.lack(.etfLeverage, of: view.subject)
            return draft.section
        }
        for fund in flows {
            draft.add(
                "flow", of: fund.fact.subject, fund.flow, .usd, .stated, method: "leverage-restored",
                asOf: fund.fact.asOf, evidence: [fund.fact.sequence])
        }
        draft.add(
            "gross-flow", flows.reduce(0) { $0 + $1.flow }, .usd, .stated, method: "leverage-restored",
            evidence: flows.map(\.fact.sequence))
        draft.lack("turnover", of: view.subject)
        return draft.section
    }

    private static func ofMembers(_ view: PointInTimeView) -> [(fact: Fact, flow: Double)] {
        var flows: [String: (fact: Fact, flow: Double)] = [:]
        for symbol in view.groups.flatMap(\.members).map(\.symbol) {
            guard let change = view.change(of: symbol) else { continue }
            for fund in LeveragedFunds.on(symbol, moved: change, view) {
                flows[fund.fact.subject, default: (fund.fact, 0)].flow += fund.flow
            }
        }
        return flows.keys.sorted().compactMap { flows[$0] }
    }
}

extension PointInTimeView {
    /// A name's return in the shock's session; nil where a price is not known.
    func change(of symbol: String) -> Double? {
        guard let session, let prices = prices(of: symbol, around: session), let before = prices.prices.last,
            let event = prices.event, before > 0
        else { return nil }
        return event / before - 1
    }
}
