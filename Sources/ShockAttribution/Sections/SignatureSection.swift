import MarketModels
import Schema

/// Whether the names moved as the thesis said before anyone looked, beside a control that says the same of no thesis.
///
/// The control turns the signs round the list of names, all the ways there are: how often another assignment of the same
/// signs would have done as well on that day.
enum SignatureSection {
    static func sections(_ view: PointInTimeView) -> [Section] {
        guard let session = view.session else { return [] }
        return view.theses.map { section($0, session, view) }
    }

    private static func section(_ thesis: Thesis, _ session: Int64, _ view: PointInTimeView) -> Section {
        var draft = SectionDraft(.signature, .thesis, about: thesis)
        guard isFrozen(thesis, session) else {
            draft.lack("frozen-before", of: thesis.id)
            return draft.section
        }
        guard let market = view.change(of: view.settings.benchmark) else {
            draft.lack("price", of: view.settings.benchmark)
            return draft.section
        }
        var names: [ThesisSignature.Name] = []
        var evidence = view.evidence(of: view.settings.benchmark, in: session)
        for exposure in thesis.exposures {
            guard let value = view.change(of: exposure.symbol) else {
                draft.lack("price", of: exposure.symbol)
                continue
            }
            names.append(.init(expected: Int(exposure.sign), value: value))
            evidence += view.evidence(of: exposure.symbol, in: session)
        }
        guard let result = try? ThesisSignature.compute(names, market: market) else {
            draft.lack("exposures", of: thesis.id)
            return draft.section
        }
        evidence = Array(evidence.prefix(TriggerSearch.evidenceLimit))
        let chosen = ["frozen=\(thesis.frozen)"] + (thesis.hindsight ? ["hindsight"] : [])
        draft.add(
            "hits", Double(result.hits), .count, .measured, method: "sign-test", assuming: chosen,
            observations: result.trials, evidence: evidence)
        draft.add(
            "probability", result.probability, .probability, .measured, method: "sign-test",
            assuming: chosen + ["independent-names"], observations: result.trials, evidence: evidence)
        if let correlation = result.rankCorrelation {
            draft.add(
                "rank-correlation", correlation, .plain, .measured, method: "spearman", assuming: chosen,
                observations: names.count, evidence: evidence)
            if let asGood = control(names, market, correlation) {
                draft.add(
                    "rotation-control", Double(asGood) / Double(names.count), .probability, .measured,
                    method: "rotations", assuming: chosen, observations: names.count, text: asGood == 1 ? "floor" : "",
                    evidence: evidence)
            }
        }
        if thesis.hindsight { draft.lack("foresight", of: thesis.id) }
        return draft.section
    }

    /// Signs chosen after the event mean nothing.
    private static func isFrozen(_ thesis: Thesis, _ session: Int64) -> Bool {
        CivilTime.parseDate(thesis.frozen).map { Int64($0) < session } ?? false
    }

    /// How many of the rotations of the signs agree with the returns as well: the assignment itself is one of them, so that
    /// it is never less than 1.
    private static func control(_ names: [ThesisSignature.Name], _ market: Double, _ correlation: Double) -> Int? {
        guard names.count >= 3 else { return nil }
        var asGood = 0
        for shift in names.indices {
            let turned = names.indices.map { index in
                ThesisSignature.Name(
                    expected: names[(index + shift) % names.count].expected, value: names[index].value)
            }
            let other = (try? ThesisSignature.compute(turned, market: market))?.rankCorrelation
            if let other, other >= correlation - 1e-12 { asGood += 1 }
        }
        return asGood
    }
}
