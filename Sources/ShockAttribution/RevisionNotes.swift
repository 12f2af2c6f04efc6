import Schema

/// Says in words what a finding's revision changed.
enum RevisionNotes {
    /// Smaller changes of a return or a part are not worth a word, as a fraction.
    private static let smallest = 0.001

    /// What changed since the revision before, most important first; empty for the first revision.
    ///
    /// - Parameter reason: Why the signal came, used where nothing else changed.
    static func changes(from last: Finding?, to now: Finding, reason: String) -> [String] {
        guard let last else { return [] }
        var notes = [phase(last, now, reason), simpleReturn(last, now)].compactMap { $0 }
        notes += followUp(last, now)
        notes += [decomposition(last, now), cause(last, now), partOf(last, now)].compactMap { $0 }
        return notes.isEmpty && !reason.isEmpty ? [reason] : notes
    }

    private static func phase(_ last: Finding, _ now: Finding, _ reason: String) -> String? {
        guard last.phase != now.phase else { return nil }
        let why = reason.isEmpty ? "" : ": \(reason)"
        switch now.phase {
        case .pending: return "began again\(why)"
        case .open: return last.phase == .pending ? "confirmed at the close" : "open again\(why)"
        case .closed: return "over\(why)"
        case .withdrawn: return "withdrawn\(why)"
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    private static func simpleReturn(_ last: Finding, _ now: Finding) -> String? {
        let before = last.measure.simpleReturn
        let after = now.measure.simpleReturn
        guard abs(after - before) >= smallest else { return nil }
        return "return \(Words.percent(before)) → \(Words.percent(after))"
    }

    private static func followUp(_ last: Finding, _ now: Finding) -> [String] {
        let known = last.measure.followUp.map(\.session)
        return now.measure.followUp.filter { !known.contains($0.session) }.map {
            "follow-up \($0.session): \(Words.percent($0.simpleReturn)), \(Words.share($0.retraced)) retraced"
        }
    }

    private static func decomposition(_ last: Finding, _ now: Finding) -> String? {
        switch (last.hasDecomposition, now.hasDecomposition) {
        case (false, true): return "decomposition known"
        case (true, false): return "decomposition no longer possible"
        case (true, true):
            let before = last.decomposition
            let after = now.decomposition
            guard abs(after.own - before.own) >= smallest || abs(after.group - before.group) >= smallest else {
                return nil
            }
            return "own part \(Words.points(before.own)) → \(Words.points(after.own)) pp"
        case (false, false): return nil
        }
    }

    private static func cause(_ last: Finding, _ now: Finding) -> String? {
        guard now.hasAttribution else { return nil }
        let after = now.attribution
        guard last.hasAttribution else { return after.candidates.isEmpty ? nil : "trigger candidates known" }
        let before = last.attribution
        let first = after.candidates.first
        guard first?.story == before.candidates.first?.story else {
            guard let first else { return "no trigger candidate left" }
            return "first trigger candidate is now “\(first.headline)” (\(Words.share(first.probability)))"
        }
        guard abs(after.unexplained - before.unexplained) >= 0.01 else { return nil }
        return "unexplained \(Words.share(before.unexplained)) → \(Words.share(after.unexplained))"
    }

    private static func partOf(_ last: Finding, _ now: Finding) -> String? {
        let joined = now.partOf.filter { !last.partOf.contains($0) }
        return joined.isEmpty ? nil : "now part of \(joined.joined(separator: ", "))"
    }
}

/// Numbers in a finding's own words; alerts have their own, richer ones.
enum Words {
    /// A fraction as `−12.5 %`.
    static func percent(_ fraction: Double) -> String {
        let number = points(fraction)
        return number == none ? none : number + " %"
    }

    private static let none = "n/a"

    /// A fraction in percentage points, as `−12.5`; a true minus, and no sign on zero.
    static func points(_ fraction: Double) -> String {
        let tenths = (abs(fraction) * 1_000).rounded()
        guard tenths < 1e12 else { return none }
        let sign = tenths == 0 ? "" : fraction < 0 ? "\u{2212}" : "+"
        return "\(sign)\(Int(tenths) / 10).\(Int(tenths) % 10)"
    }

    /// Percentage points without a sign, as `0.4 pp`.
    static func size(_ points: Double) -> String {
        let tenths = (abs(points) * 10).rounded()
        return tenths < 1e12 ? "\(Int(tenths) / 10).\(Int(tenths) % 10) pp" : none
    }

    /// A share as `44 %`.
    static func share(_ fraction: Double) -> String {
        let percent = (abs(fraction) * 100).rounded()
        guard percent < 1e12 else { return none }
        return (percent != 0 && fraction < 0 ? "\u{2212}" : "") + "\(Int(percent)) %"
    }
}
