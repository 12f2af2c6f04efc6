import Schema

/// The sentences about evidence: what may have set a move off, what was left out, what came after.
extension Wording.English {
    static func trigger(_ input: WordingInput) -> String? {
        if input.state == .withdrawn { return "It did not last to the close and is withdrawn." }
        guard input.finding.hasAttribution else {
            return input.finding.isUnexplained
                ? "Its cause is unknown: \(FixedNumber.probability(1)) is unexplained."
                : "What set it off has not been looked into yet."
        }
        let attribution = input.finding.attribution
        let considered = counted(attribution.itemsConsidered, "news item", "news items")
        let until = attribution.evidenceUntil == 0 ? "" : " up to \(CivilTime.rfc3339(attribution.evidenceUntil))"
        let unexplained = FixedNumber.probability(attribution.unexplained)
        guard let first = attribution.candidates.first else {
            return "No news speaks for a cause (\(considered) considered\(until)); \(unexplained) is unexplained."
        }
        let opening =
            first.probability > attribution.unexplained ? "Most likely set off by" : "Its cause is unknown; nearest is"
        let story = named(first)
        let about = first.isNews ? subject(of: first, in: story).map { ", a story about \($0)" } ?? "" : ""
        return "\(opening) \(story)\(about) (\(FixedNumber.probability(first.probability)):"
            + " \(evidence(first))); \(unexplained) is unexplained"
            + " (weights, not calibrated). \(sentence(considered)) considered\(until)."
    }

    /// `12 items from 5 sources, best source tier 5, first seen …, attention 8.1 deviations above usual`.
    private static func evidence(_ candidate: TriggerCandidate) -> String {
        guard candidate.isNews else { return mechanism(candidate) }
        var parts = [
            "\(counted(candidate.items, "item", "items")) from \(counted(candidate.sources, "source", "sources"))"
        ]
        let reprints = candidate.originals > 0 ? candidate.items - min(candidate.items, candidate.originals) : 0
        if reprints > 0 { parts.append(counted(reprints, "reprint among them", "reprints among them")) }
        if candidate.languages.count > 1 {
            parts.append("in \(list(candidate.languages.prefix(4).map { Wording.line($0.language, limit: 8) }))")
        }
        if candidate.bestTier.rawValue > 0 { parts.append("best source tier \(candidate.bestTier.rawValue)") }
        if candidate.firstSeen > 0 { parts.append("first seen \(CivilTime.rfc3339(candidate.firstSeen))") }
        parts.append("relevance \(FixedNumber.decimal(candidate.relevance, decimals: 0)) of 100")
        if candidate.hasAttentionZ {
            parts.append("attention \(Language.english.usual(candidate.attentionZ))")
        }
        return parts.joined(separator: ", ")
    }

    /// `22 % of the return moved with it`, `known since …, best source tier 1`.
    private static func mechanism(_ candidate: TriggerCandidate) -> String {
        var parts: [String] = []
        if candidate.hasShare {
            let share = FixedNumber.percent(candidate.share, decimals: 0, signed: false)
            parts.append(
                candidate.kind == .flow ? "at most \(share) of the return" : "\(share) of the return moved with it")
        }
        if candidate.firstSeen > 0 { parts.append("known since \(CivilTime.rfc3339(candidate.firstSeen))") }
        if candidate.bestTier.rawValue > 0 { parts.append("source tier \(candidate.bestTier.rawValue)") }
        return parts.isEmpty ? "no further evidence" : parts.joined(separator: ", ")
    }

    static func rejected(_ finding: Finding) -> String? {
        guard finding.hasAttribution else { return nil }
        let parts = finding.attribution.rejected.prefix(4).map {
            "\(Wording.line($0.subject, limit: 40)) (\(Wording.line($0.reason)))"
        }
        return parts.isEmpty ? nil : "Ruled out as what set it off: \(list(Array(parts)))."
    }

    static func alternatives(_ finding: Finding) -> String? {
        guard finding.hasAttribution, finding.attribution.candidates.count > 1 else { return nil }
        let others = finding.attribution.candidates.dropFirst().prefix(2).map {
            "\(named($0, limit: 60)) (\(FixedNumber.probability($0.probability)))"
        }
        return "Less likely: \(list(Array(others)))."
    }

    static func excluded(_ finding: Finding) -> String? {
        guard finding.hasAttribution else { return nil }
        let parts = finding.attribution.excluded.filter { $0.items > 0 }.map {
            "\(FixedNumber.decimal(Double($0.items), decimals: 0)) (\(Wording.line($0.reason)))"
        }
        return parts.isEmpty ? nil : "Left out as evidence: \(list(parts))."
    }

    static func followUp(_ measure: Measure) -> String? {
        guard let last = measure.followUp.last else { return nil }
        let sessions = counted(UInt32(measure.followUp.count), "session", "sessions")
        return
            "Since then, \(sessions): on \(last.session) \(FixedNumber.percent(last.simpleReturn, decimals: 2)), in all "
            + Language.english.retraced(last.retraced) + "."
    }

    static func revised(_ finding: Finding) -> String? {
        let changes = ChangeWords(finding, .english).all
        return changes.isEmpty ? nil : "Changed: \(changes.joined(separator: "; "))."
    }

    static func missing(_ finding: Finding) -> String? {
        let parts = finding.missing + finding.measure.missing.filter { !finding.missing.contains($0) }
        return parts.isEmpty ? nil : "Missing: \(parts.joined(separator: "; "))."
    }

    static func unverified(_ finding: Finding) -> String? {
        guard !finding.unverified.isEmpty else { return nil }
        let facts = counted(UInt32(finding.unverified.count), "fact", "facts")
        return "Cited, not verified: \(facts) that it rests on."
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
