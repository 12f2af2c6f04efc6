import Schema

/// Tells figures that rest on facts which could not be opened at their source from others: such facts are cited, not
/// verified, and some say themselves that their value is an assumption.
enum CitedFacts {
    /// The assumption of figures that rest on a fact whose value is one.
    static let assumption = "fact=assumed"

    /// The figures, each marked where a fact among its evidence is not verified. What was stated by a fact whose value is
    /// an assumption is assumed.
    static func marked(_ estimates: [Estimate], fact: (UInt64) -> Fact?) -> [Estimate] {
        estimates.map { estimate in
            let facts = estimate.evidence.compactMap(fact)
            guard facts.contains(where: { !$0.verified }) else { return estimate }
            var marked = estimate
            marked.unverified = true
            guard facts.contains(where: \.assumed), [.stated, .assumed].contains(estimate.basis) else { return marked }
            marked.basis = .assumed
            marked.assumptions.append(assumption)
            return marked
        }
    }

    /// The facts that a finding rests on and that are not verified, by sequence.
    static func unverified(in finding: Finding, _ ledger: FactLedger) -> [CitedFact] {
        var sequences = Set(finding.attribution.candidates.flatMap(\.evidence))
        sequences.formUnion(finding.attribution.rejected.flatMap(\.evidence))
        sequences.formUnion(finding.sections.flatMap(\.estimates).flatMap(\.evidence))
        sequences.formUnion(finding.claims.flatMap(\.evidence) + finding.questions.flatMap(\.evidence))
        return sequences.sorted().compactMap(ledger.fact).filter { !$0.verified }.map { fact in
            var cited = CitedFact()
            cited.sequence = fact.sequence
            cited.note = fact.note
            cited.assumed = fact.assumed
            return cited
        }
    }
}
