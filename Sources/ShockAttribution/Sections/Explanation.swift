import Schema

/// All sections of a finding, from one view. Each is a pure function of it: what one finds changes no other.
struct Explanation {
    let sections: [Section]
    let claims: [ClaimFinding]
    let questions: [OpenQuestion]

    /// - Parameter last: The finding before, of which some figures are repeated.
    init(_ view: PointInTimeView, last: Finding?) {
        claims = ClaimAssessment.claims(view)
        let record = view.record(with: claims)
        let found =
            [SizeSection.section(view), MeasurementSection.section(view, last: last)].compactMap { $0 }
            + ConditionSections.sections(view) + WiderSections.sections(view) + SpendingSection.sections(view)
            + AmplifierSections.sections(view) + SignatureSection.sections(view) + ThesisSections.sections(view)
            + GapSections.sections(view, record) + [SourcesSection.section(claims, record)].compactMap { $0 }
            + ChainSections.sections(view)
            + [RecoverySection.section(view)].compactMap { $0 }
        sections = found.filter { !$0.estimates.isEmpty || !$0.missing.isEmpty }.map { section in
            var section = section
            section.estimates = CitedFacts.marked(section.estimates, fact: view.fact)
            return section
        }
        questions = OpenQuestions.all(view)
    }
}

/// What of an explanation has changed enough to be told.
enum Materiality {
    /// Ids of the sections whose figures have changed, in their order. What becomes of claims is told of the claims, not
    /// once more of who made them.
    static func changed(from before: [Section], to after: [Section]) -> [String] {
        let before = before.filter { $0.id != SectionID.sources.rawValue }
        let after = after.filter { $0.id != SectionID.sources.rawValue }
        var changed: [String] = []
        for section in after {
            let old = before.first { $0.id == section.id && $0.about == section.about }
            if old.map({ !isSame($0, section) }) ?? true, !changed.contains(section.id) { changed.append(section.id) }
        }
        for section in before where !after.contains(where: { $0.id == section.id && $0.about == section.about }) {
            if !changed.contains(section.id) { changed.append(section.id) }
        }
        return changed
    }

    /// Claims with another status than before, or that are new.
    static func changed(from before: [ClaimFinding], to after: [ClaimFinding]) -> [(ClaimFinding, was: ClaimStatus?)] {
        after.compactMap { claim in
            let old = before.first { $0.id == claim.id }?.status
            return old == claim.status ? nil : (claim, old)
        }
    }

    private static func isSame(_ before: Section, _ after: Section) -> Bool {
        guard before.estimates.count == after.estimates.count, before.missing == after.missing else { return false }
        return zip(before.estimates, after.estimates).allSatisfy(isSame)
    }

    private static func isSame(_ before: Estimate, _ after: Estimate) -> Bool {
        guard before.id == after.id, before.of == after.of, before.text == after.text, before.unit == after.unit else {
            return false
        }
        return difference(before, after) <= 0.01
    }

    /// How far two values of a figure are apart, as a part of the figure, or of 1 where it has no unit that scales.
    static func difference(_ before: Estimate, _ after: Estimate) -> Double {
        var size = max(abs(before.value), abs(after.value))
        if after.unit == .plain || after.unit == .probability || after.unit == .fraction { size = max(size, 1) }
        return size == 0 ? 0 : abs(before.value - after.value) / size
    }
}
