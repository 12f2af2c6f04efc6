import Schema

/// The words of a claim's own alert.
struct ClaimWords {
    private let claim: ClaimFinding
    private let finding: Finding
    private let before: ClaimStatus?

    /// - Parameter before: The status told before; nil if none was.
    init(_ claim: ClaimFinding, of finding: Finding, before: ClaimStatus?) {
        self.claim = claim
        self.finding = finding
        self.before = before == claim.status ? nil : before
    }

    private func statement(_ language: Language) -> String { language.text(claim.statement, claim.translations) }

    /// `Claim on ABC 2025-01-27 is contradicted (was unsupported): “…”`
    func headline(_ language: Language) -> String {
        let words = FigureWords(language)
        let status = words.status(claim.status)
        let subject = Wording.line(finding.subject)
        let session = finding.measure.session.isEmpty ? "" : " " + language.date(finding.measure.session)
        let was = before.map { language.brackets(language.pick("was ", "此前") + words.status($0)) } ?? ""
        let text = Wording.line(statement(language), limit: 160)
        // What has still to be decided is not said to be settled as anything.
        if claim.status == .notYetDue {
            let due =
                claim.due.isEmpty ? "" : language.brackets(language.pick("due ", "到期日") + language.date(claim.due))
            return language.pick(
                "Claim on \(subject)\(session) is still open\(due): “\(text)”",
                "关于\(subject)\(session)的说法有待检验\(due)：“\(text)”")
        }
        return language.pick(
            "Claim on \(subject)\(session) is \(status)\(was): “\(text)”",
            "关于\(subject)\(session)的说法\(status)\(was)：“\(text)”")
    }

    /// What changed, `unsupported → contradicted`; nil of a claim first heard of.
    func change(_ language: Language) -> String? {
        let words = FigureWords(language)
        return before.map { "\(words.status($0)) → \(words.status(claim.status))" }
    }

    /// Who asserts it, how it is tested, the arithmetic and what is missing.
    func summary(_ language: Language) -> String {
        let words = FigureWords(language)
        var parts = [asserted(language)]
        if !claim.test.isEmpty {
            parts.append(language.pick("Tested by: \(words.test(claim.test)).", "检验：\(words.test(claim.test))。"))
        }
        let figures = claim.estimates.map { estimate in
            words.label(estimate, in: claim.test) + language.pick(" ", "：") + words.value(estimate, in: claim.test)
                + language.brackets(words.remarkWithBasis(estimate))
        }
        if !figures.isEmpty {
            parts.append(figures.joined(separator: language.pick("; ", "；")) + language.pick(".", "。"))
        }
        if !claim.missing.isEmpty {
            let missing = words.lacks(claim.missing).joined(separator: language.pick(", ", "、"))
            parts.append(language.pick("Missing: \(missing).", "缺少：\(missing)。"))
        }
        if !claim.due.isEmpty {
            parts.append(language.pick("Due \(language.date(claim.due)).", "到期日：\(language.date(claim.due))。"))
        }
        return parts.joined(separator: language.pick(" ", ""))
    }

    private func asserted(_ language: Language) -> String {
        let who = language.text(claim.assertedBy, claim.assertedByWords)
        let by = who.isEmpty ? language.pick("somebody", "有人") : who
        let when =
            claim.asserted == 0
            ? "" : language.pick(" on ", "于") + language.date(String(CivilTime.rfc3339(claim.asserted).prefix(10)))
        return language.pick("Asserted by \(by)\(when).", "\(by)\(when)提出。")
    }
}
