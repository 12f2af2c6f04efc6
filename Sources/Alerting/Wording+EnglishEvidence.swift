import Schema

/// The sentences about evidence: what may have set a move off, what was left out, what came after.
extension Wording.English {
    static func trigger(_ input: WordingInput) -> String? {
        if input.state == .withdrawn { return "It did not last to the close and is withdrawn." }
        guard input.finding.hasAttribution else { return "What set it off has not been looked into yet." }
        let attribution = input.finding.attribution
        let considered = counted(attribution.itemsConsidered, "news item", "news items")
        let until = attribution.evidenceUntil == 0 ? "" : " up to \(CivilTime.rfc3339(attribution.evidenceUntil))"
        let unexplained = FixedNumber.probability(attribution.unexplained)
        guard let first = attribution.candidates.first else {
            return "No news speaks for a cause (\(considered) considered\(until)); \(unexplained) is unexplained."
        }
        let opening =
            first.probability > attribution.unexplained ? "Most likely set off by" : "Its cause is unknown; nearest is"
        let story = quoted(first.headline)
        let about = subject(of: first, in: story).map { ", a story about \($0)" } ?? ""
        return "\(opening) \(story)\(about) (\(FixedNumber.probability(first.probability)):"
            + " \(evidence(first))); \(unexplained) is unexplained. \(sentence(considered)) considered\(until)."
    }

    /// `12 items from 5 sources, best source tier 5, first seen …, attention 8.1 deviations above usual`.
    private static func evidence(_ candidate: TriggerCandidate) -> String {
        var parts = [
            "\(counted(candidate.items, "item", "items")) from \(counted(candidate.sources, "source", "sources"))"
        ]
        if candidate.bestTier.rawValue > 0 { parts.append("best source tier \(candidate.bestTier.rawValue)") }
        if candidate.firstSeen > 0 { parts.append("first seen \(CivilTime.rfc3339(candidate.firstSeen))") }
        parts.append("relevance \(FixedNumber.decimal(candidate.relevance, decimals: 0)) of 100")
        if candidate.hasAttentionZ {
            let size = FixedNumber.decimal(abs(candidate.attentionZ), decimals: 1)
            parts.append("attention \(size) deviations \(candidate.attentionZ < 0 ? "below" : "above") usual")
        }
        return parts.joined(separator: ", ")
    }

    static func alternatives(_ finding: Finding) -> String? {
        guard finding.hasAttribution, finding.attribution.candidates.count > 1 else { return nil }
        let others = finding.attribution.candidates.dropFirst().prefix(2).map {
            "\(quoted($0.headline, limit: 60)) (\(FixedNumber.probability($0.probability)))"
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
            + "\(FixedNumber.percent(last.retraced, decimals: 0, signed: false)) of the move retraced."
    }

    static func revised(_ finding: Finding) -> String? {
        finding.revised.isEmpty ? nil : "Changed: \(finding.revised.joined(separator: "; "))."
    }

    static func missing(_ finding: Finding) -> String? {
        let parts = finding.missing + finding.measure.missing.filter { !finding.missing.contains($0) }
        return parts.isEmpty ? nil : "Missing: \(parts.joined(separator: "; "))."
    }

    private static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
