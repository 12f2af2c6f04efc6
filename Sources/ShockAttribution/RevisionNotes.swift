import Schema

/// What a finding's revision changed: as values, and in the words of the finding.
enum RevisionNotes {
    /// Smaller changes of a return or a part are not worth a word, as a fraction.
    private static let smallest = 0.001

    /// What changed since the revision before, most important first; empty for the first revision.
    ///
    /// - Parameter reason: Why the signal came, used where nothing else changed.
    static func changes(from last: Finding?, to now: Finding, reason: String) -> [Change] {
        guard let last else { return [] }
        var changes = [phase(last, now, reason), simpleReturn(last, now)].compactMap { $0 }
        changes += followUp(last, now)
        changes += [decomposition(last, now), cause(last, now), partOf(last, now)].compactMap { $0 }
        changes += claims(last, now)
        changes += sections(last, now)
        return changes.isEmpty && !reason.isEmpty ? [change("reason", of: reason)] : changes
    }

    private static func change(
        _ kind: String, of: String = "", _ before: Double? = nil, _ after: Double? = nil, names: [String] = []
    ) -> Change {
        var change = Change()
        change.kind = kind
        change.of = of
        if let before { change.before = before }
        if let after { change.after = after }
        change.names = names
        return change
    }

    private static func phase(_ last: Finding, _ now: Finding, _ reason: String) -> Change? {
        guard last.phase != now.phase else { return nil }
        switch now.phase {
        case .pending: return change("began-again", of: reason)
        case .open: return last.phase == .pending ? change("confirmed") : change("open-again", of: reason)
        case .closed: return change("over", of: reason)
        case .withdrawn: return change("withdrawn", of: reason)
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    private static func simpleReturn(_ last: Finding, _ now: Finding) -> Change? {
        let before = last.measure.simpleReturn
        let after = now.measure.simpleReturn
        return abs(after - before) >= smallest ? change("return", before, after) : nil
    }

    private static func followUp(_ last: Finding, _ now: Finding) -> [Change] {
        let known = last.measure.followUp.map(\.session)
        return now.measure.followUp.filter { !known.contains($0.session) }.map {
            change("follow-up", of: $0.session, $0.simpleReturn, $0.retraced)
        }
    }

    private static func decomposition(_ last: Finding, _ now: Finding) -> Change? {
        switch (last.hasDecomposition, now.hasDecomposition) {
        case (false, true): return change("decomposition-known")
        case (true, false): return change("decomposition-gone")
        case (true, true):
            let before = last.decomposition
            let after = now.decomposition
            guard abs(after.own - before.own) >= smallest || abs(after.group - before.group) >= smallest else {
                return nil
            }
            return change("own-part", before.own, after.own)
        case (false, false): return nil
        }
    }

    private static func cause(_ last: Finding, _ now: Finding) -> Change? {
        guard now.hasAttribution else { return nil }
        let after = now.attribution
        guard last.hasAttribution else { return after.candidates.isEmpty ? nil : change("candidates-known") }
        let before = last.attribution
        let first = after.candidates.first
        let story = before.candidates.first?.story
        guard first?.story == story else {
            guard let first else { return change("no-candidate") }
            // The same story under the identity of one that is older.
            if let story, first.merged.contains(story) { return change("stories-joined", of: first.headline) }
            return change("first-candidate", of: first.headline, nil, first.probability)
        }
        guard abs(after.unexplained - before.unexplained) >= 0.01 else { return nil }
        return change("unexplained", before.unexplained, after.unexplained)
    }

    private static func claims(_ last: Finding, _ now: Finding) -> [Change] {
        Materiality.changed(from: last.claims, to: now.claims).map { claim, before in
            var change = change("claim", of: claim.id)
            if let before { change.was = before }
            change.now = claim.status
            return change
        }
    }

    /// Sections that are told by the figure that changed most; the others by their names alone.
    private static let figures = 4

    /// Of each section with other figures the one that changed most, from what to what and by which facts, or one that is
    /// new; what there is no room for, or has only lost figures, by its name.
    private static func sections(_ last: Finding, _ now: Finding) -> [Change] {
        // What came after is told in words of its own. Another thing that is missing is no figure.
        let figures = Set((last.sections + now.sections).filter { !$0.estimates.isEmpty }.map(\.id))
        var rest = Materiality.changed(from: last.sections, to: now.sections)
            .filter { $0 != SectionID.recovery.rawValue && figures.contains($0) }
        var changes: [Change] = []
        for section in now.sections where changes.count < Self.figures && rest.contains(section.id) {
            let before = last.sections.first { $0.id == section.id && $0.about == section.about }
            guard let change = figure(before, section) else { continue }
            changes.append(change)
            rest.removeAll { $0 == section.id }
        }
        return rest.isEmpty ? changes : changes + [change("figures", names: rest)]
    }

    /// The figures that say most of their sections, where they are not the ones that change most.
    private static let leading: [String: [String]] = [
        SectionID.information.rawValue: ["gap", "stance"], SectionID.leveragedFunds.rawValue: ["gross-flow"],
        SectionID.ownership.rawValue: ["needed-flow"], SectionID.spending.rawValue: ["committed"],
        SectionID.implied.rawValue: ["bear-weight"],
    ]

    /// The figure of a section that says most of it, or else the one that changed most, or the first that is new; nil if
    /// there is none. With the records that are new in the section's evidence.
    private static func figure(_ before: Section?, _ after: Section) -> Change? {
        // A figure that several rows have, such as those who spoke first, is told apart by whom it is of or not at all.
        func key(_ estimate: Estimate) -> String { estimate.id + "/" + estimate.of }
        let old = Dictionary(grouping: before?.estimates ?? [], by: key)
        let all = Dictionary(grouping: after.estimates, by: key)
        var changed: [(size: Double, before: Estimate?, after: Estimate)] = []
        for estimate in after.estimates where all[key(estimate)]?.count == 1 {
            guard let was = old[key(estimate)] else {
                changed.append((0, nil, estimate))
                continue
            }
            let size = Materiality.difference(was[0], estimate)
            if was.count == 1, size > 0.01 { changed.append((size, was[0], estimate)) }
        }
        let leading = (Self.leading[after.id] ?? []).compactMap { id in
            changed.filter { $0.after.id == id && $0.before != nil }.max { $0.size < $1.size }
        }
        // Of equal ones the first.
        guard let told = leading.first ?? changed.max(by: { $0.size < $1.size }) else { return nil }
        let known = Set((before?.estimates ?? []).flatMap(\.evidence))
        let facts = Set(after.estimates.flatMap(\.evidence)).subtracting(known).sorted()
        let name = after.id + "/" + told.after.id + (told.after.of.isEmpty ? "" : "/" + told.after.of)
        return change("figure", of: name, told.before?.value, told.after.value, names: facts.prefix(3).map(String.init))
    }

    private static func partOf(_ last: Finding, _ now: Finding) -> Change? {
        let joined = now.partOf.filter { !last.partOf.contains($0) }
        return joined.isEmpty ? nil : change("part-of", names: joined)
    }
}

extension RevisionNotes {
    /// A change in English.
    static func words(_ change: Change) -> String {
        let why = change.of.isEmpty ? "" : ": \(change.of)"
        let names = change.names.joined(separator: ", ")
        switch change.kind {
        case "began-again": return "began again\(why)"
        case "confirmed": return "confirmed at the close"
        case "open-again": return "open again\(why)"
        case "over": return "over\(why)"
        case "withdrawn": return "withdrawn\(why)"
        case "return": return "return \(Words.percent(change.before)) → \(Words.percent(change.after))"
        case "follow-up":
            return "follow-up \(change.of): \(Words.percent(change.before)), \(Words.retraced(change.after))"
        case "decomposition-known": return "decomposition known"
        case "decomposition-gone": return "decomposition no longer possible"
        case "own-part": return "own part \(Words.points(change.before)) → \(Words.points(change.after)) pp"
        case "candidates-known": return "trigger candidates known"
        case "no-candidate": return "no trigger candidate left"
        case "first-candidate":
            return "first trigger candidate is now “\(change.of)” (\(Words.share(change.after)))"
        case "stories-joined": return "the story of the first candidate is one with an older: “\(change.of)”"
        case "unexplained": return "unexplained \(Words.share(change.before)) → \(Words.share(change.after))"
        case "claim":
            let was = change.was == .unspecified ? "" : "\(words(change.was)) → "
            return "claim \(change.of): \(was)\(words(change.now))"
        case "figure":
            let was = change.hasBefore ? "\(Words.decimal(change.before, digits: 3)) → " : ""
            let facts = change.names.isEmpty ? "" : " (\(change.names.map { "#\($0)" }.joined(separator: " ")))"
            return "\(change.of) \(was)\(Words.decimal(change.after, digits: 3))\(facts)"
        case "figures": return "new figures: \(names)"
        case "part-of": return "now part of \(names)"
        default: return change.of
        }
    }

    private static func words(_ status: ClaimStatus) -> String {
        switch status {
        case .supported: "supported"
        case .unsupported: "unsupported"
        case .contradicted: "contradicted"
        case .notYetDue: "not yet due"
        case .unspecified, .UNRECOGNIZED: "not assessed"
        }
    }
}

/// Numbers in a finding's own words; alerts have their own, richer ones.
enum Words {
    /// To some digits after the point: `1.048`.
    static func decimal(_ number: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let units = (abs(number) * scale).rounded()
        guard units < 1e17 else { return none }
        let rest = String(UInt64(units) % UInt64(scale))
        let text = "\(UInt64(units) / UInt64(scale)).\(String(repeating: "0", count: digits - rest.count))\(rest)"
        return units > 0 && number < 0 ? "\u{2212}" + text : text
    }

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

    /// How much of a move was taken back; below zero it went on.
    static func retraced(_ fraction: Double) -> String {
        let share = Self.share(fraction)
        return share.hasPrefix("\u{2212}") ? "gone \(share.dropFirst()) further" : "\(share) retraced"
    }

    /// A share as `44 %`.
    static func share(_ fraction: Double) -> String {
        let percent = (abs(fraction) * 100).rounded()
        guard percent < 1e12 else { return none }
        return (percent != 0 && fraction < 0 ? "\u{2212}" : "") + "\(Int(percent)) %"
    }
}
