import Schema

/// Sections, claims, open questions and the verdict.
extension PageComposer {
    /// A block for each kind of section, in their order. Recovery stands with what came after.
    var sectionBlocks: [Page.Block?] {
        [
            block(
                .condition, say("CONDITIONS", "背景条件"),
                say("made the market ready to move; never a cause", "使市场一触即发，但不是起因")),
            block(
                .amplifier, say("AMPLIFIERS", "放大因素"),
                say("the most each can have done; not what it did", "各自至多的影响，并非实际影响")),
            block(
                .thesis, say("THESIS", "论点"), say("what is believed, and what the price makes of it", "市场相信什么，股价说明什么")),
            block(.gap, say("GAPS", "差距"), say("who knows what, how near, for how long", "谁知道什么，离现场多近，着眼多远")),
            block(
                .chain, say("CHAIN AND PRICING POWER", "产业链与定价权"),
                say(
                    "where it says what-if: arithmetic of the configuration, no evidence", "标为“假设情景”者按配置演算，并非证据")),
            block(.unspecified, say("FURTHER SECTIONS", "其他"), ""),
        ]
    }

    /// Other estimators of the same move, near what was measured.
    var measurement: Page.Block? {
        guard
            var block = block(
                .measurement, say("HOW SURE THE MEASUREMENT IS", "测量的稳健性"),
                say("the same move by other estimators; once the session is over", "以其他估计方法衡量同一波动；收盘后给出"))
        else { return nil }
        // Its one section is called as the block is.
        block.rows.removeFirst()
        return block
    }

    private func block(_ kind: SectionKind, _ heading: String, _ note: String) -> Page.Block? {
        let sections = finding.sections.filter { shownKind($0.kind) == kind }
        guard !sections.isEmpty else { return nil }
        return Page.Block(
            id: "\(kind)", heading: heading, note: note, rows: sections.flatMap { rows(of: $0, titled: true) })
    }

    /// A kind that is not known here is shown all the same.
    private func shownKind(_ kind: SectionKind) -> SectionKind {
        if case .UNRECOGNIZED = kind { return .unspecified }
        // Size stands with the value; where that is not known it is shown all the same.
        return kind == .size && !measure.hasValue ? .unspecified : kind
    }

    /// A thesis that is the only one stands above all blocks.
    private func title(_ section: Section) -> String {
        section.kind != .chain && onlyThesis != nil ? words.section(section.id) : words.title(section)
    }

    /// A section's figures, those of one name together, then what is missing. What all of them assume is said in the title,
    /// and what those of one name have in common beside the name.
    func rows(of section: Section, titled: Bool) -> [Page.Row] {
        if section.isOfSingleNames, titled {
            return [.heading(title(section), remark: say("not applicable: it is about single names", "不适用：只就单只股票而言"))]
        }
        let lacks = words.lacks(section.missing, about: section.about).joined(separator: say("; ", "；"))
        let isNothing = section.estimates.isEmpty && !lacks.isEmpty
        if isNothing, titled {
            return [.heading(title(section), remark: say("insufficient evidence; missing: ", "证据不足；缺少：") + lacks)]
        }
        let throughout = titled ? CommonRemark.assumptions(of: section.estimates) : []
        let basis = titled ? CommonBasis(section.estimates) : nil
        var rows: [Page.Row] =
            titled
            ? [.heading(title(section), remark: words.throughout(throughout), basis: words.basis(of: basis))] : []
        let estimates = CommonRemark.without(throughout, section.estimates)
        var order: [String] = []
        for estimate in estimates where !order.contains(estimate.id) { order.append(estimate.id) }
        var before: Estimate?
        for id in order {
            let group = estimates.filter { $0.id == id }
            rows +=
                group.count > 1
                ? self.rows(of: group, in: section, basis) : [row(group[0], in: section, basis, after: before)]
            before = group.last
        }
        guard !lacks.isEmpty else { return rows }
        let name = isNothing ? say("insufficient evidence", "证据不足") : say("missing", "缺少")
        rows.append(
            .entry(Page.Entry(name: name, value: isNothing ? say("missing: ", "缺少：") + lacks : lacks, level: 1)))
        return rows
    }

    /// - Parameter basis: What the title says already.
    private func row(
        _ estimate: Estimate, in section: Section, _ basis: CommonBasis?, after before: Estimate?
    ) -> Page.Row {
        .entry(
            Page.Entry(
                name: words.label(estimate, in: section.id), value: words.value(estimate, in: section.id),
                remark: words.remark(estimate, after: before), basis: words.basis(of: estimate, beside: basis),
                evidence: estimate.evidence, level: 1))
    }

    /// Figures of one name, below it: each by whom or what it is of, else by its date.
    private func rows(of group: [Estimate], in section: Section, _ wider: CommonBasis?) -> [Page.Row] {
        let split = CommonRemark(group)
        let common = split.common
        let basis = CommonBasis(group)
        var rows: [Page.Row] = [
            .subheading(
                words.figure(common.id, in: section.id), remark: words.remark(common),
                basis: words.basis(of: basis, beside: wider), evidence: common.evidence)
        ]
        var before: Estimate?
        for var estimate in split.rest {
            let beside = words.basis(of: estimate, beside: basis)
            var name = words.owner(estimate)
            if estimate.of.isEmpty {
                name = estimate.asOf.isEmpty ? words.figure(estimate.id, in: section.id) : words.when(estimate)
                estimate.asOf = ""
            } else if let said = Vocabulary.saidByOwner[estimate.id] {
                estimate.assumptions.removeAll { $0.hasPrefix(said + "=") }
            }
            rows.append(
                .entry(
                    Page.Entry(
                        name: name, value: words.value(estimate, in: section.id),
                        remark: words.remark(estimate, after: before), basis: beside, evidence: estimate.evidence,
                        level: 2)))
            before = estimate
        }
        return rows
    }

    // MARK: Claims

    var claims: Page.Block? {
        guard !finding.claims.isEmpty else { return nil }
        return Page.Block(
            id: "claims", heading: say("CLAIMS", "各种说法"),
            note: say("tested, not repeated; who asserts one is evidence of nothing but that", "逐条检验而非转述；有人提出并不构成证据")
                + (isOneVoice ? say("; all ", "；") + asserted(finding.claims[0]) : ""),
            rows: finding.claims.map(claim))
    }

    /// Whether all claims were made by one and the same on one day.
    private var isOneVoice: Bool {
        finding.claims.count > 1 && Set(finding.claims.map(asserted)).count == 1 && !asserted(finding.claims[0]).isEmpty
    }

    /// By whom, when, and how near to what it is about.
    private func asserted(_ claim: ClaimFinding) -> String {
        let who = language.text(claim.assertedBy, claim.assertedByWords)
        let when = claim.asserted == 0 ? "" : language.date(String(CivilTime.rfc3339(claim.asserted).prefix(10)))
        let tier = claim.tier.rawValue > 0 ? words.party("T\(claim.tier.rawValue)") : ""
        return language.remark([who.isEmpty ? "" : say("asserted by ", "提出者：") + who, when, tier])
    }

    private func claim(_ claim: ClaimFinding) -> Page.Row {
        var details: [String] = []
        let due = claim.due.isEmpty ? "" : say("due ", "到期日") + language.date(claim.due)
        details.append(
            language.remark([
                isOneVoice ? "" : asserted(claim),
                claim.test.isEmpty ? "" : say("test: ", "检验：") + words.test(claim.test), due,
            ]))
        for estimate in claim.estimates {
            details.append(
                words.label(estimate, in: claim.test) + say(" ", "：") + words.value(estimate, in: claim.test)
                    + language.brackets(words.remarkWithBasis(estimate)))
        }
        if !claim.missing.isEmpty {
            details.append(say("missing: ", "缺少：") + words.lacks(claim.missing).joined(separator: say("; ", "；")))
        }
        return .item(
            lead: words.status(claim.status), text: language.text(claim.statement, claim.translations),
            details: details.filter { !$0.isEmpty }, standing: standing(claim.status),
            evidence: claim.evidence + claim.estimates.flatMap(\.evidence).filter { !claim.evidence.contains($0) })
    }

    private func standing(_ status: ClaimStatus) -> Page.Standing {
        switch status {
        case .supported: .supported
        case .unsupported: .unsupported
        case .contradicted: .contradicted
        case .notYetDue: .pending
        case .unspecified, .UNRECOGNIZED: .plain
        }
    }

    // MARK: Open questions

    var questions: Page.Block? {
        guard !finding.questions.isEmpty else { return nil }
        return Page.Block(
            id: "questions", heading: say("OPEN QUESTIONS", "待解的问题"),
            note: say("and what would decide them", "以及什么能给出答案"),
            rows: finding.questions.map(question))
    }

    private func question(_ question: OpenQuestion) -> Page.Row {
        func facts(_ kinds: [String]) -> String { kinds.map(words.fact).joined(separator: say(", ", "、")) }
        var details: [String] = []
        if !question.decidedBy.isEmpty {
            details.append(say("decided by: ", "取决于：") + facts(question.decidedBy))
        }
        if !question.known.isEmpty {
            details.append(say("there since: ", "此后已有：") + facts(question.known))
        }
        if !question.due.isEmpty { details.append(say("due ", "到期日：") + language.date(question.due)) }
        return .item(
            lead: "?", text: language.text(question.text, question.translations), details: details,
            evidence: question.evidence)
    }

    // MARK: Verdict

    /// What of all this was measured, what is taken from facts, what is assumed, what is what-if and what is not known.
    var verdict: Page.Block? {
        var block = Page.Block(id: "verdict", heading: say("MEASURED / ASSUMED / NOT KNOWN", "实测／假设／未知"))
        let figures = finding.sections.flatMap { section in section.estimates.map { (section.id, $0) } }
        func sections(_ basis: Basis) -> [String] {
            var names: [String] = []
            for (id, estimate) in figures where estimate.basis == basis {
                let name = words.section(id)
                if !names.contains(name) { names.append(name) }
            }
            return names
        }
        func add(_ name: String, _ parts: [String]) {
            if !parts.isEmpty { block.rows.append(entry(name, parts.joined(separator: say("; ", "；")))) }
        }
        add(say("measured", "实测"), measuredParts + sections(.measured))
        add(say("stated by dated facts", "据注明日期的事实"), sections(.stated))
        add(say("cited, not verified", "引用而未核实"), unverified.map { [$0] } ?? [])
        add(say("assumed", "假设"), assumptions(figures.map(\.1)))
        add(say("what-if, no evidence", "假设情景，并非证据"), sections(.whatIf))
        add(say("not known", "未知"), unknown)
        return block
    }

    /// How many of the facts it rests on nobody could open at their source.
    private var unverified: String? {
        guard !finding.unverified.isEmpty else { return nil }
        let facts = language.counted(UInt32(finding.unverified.count), "fact", "facts", "条事实")
        let assumed = finding.unverified.count(where: \.assumed)
        let own = assumed == 0 ? "" : say(", assumptions by their own note: \(assumed)", "，其中\(assumed)条自注为假设")
        return say(
            "\(facts)\(own); what is known of each stands with the records cited (report --html, --json)",
            "\(facts)\(own)；各条的说明见所引记录（report --html、--json）")
    }

    private var measuredParts: [String] {
        var parts = [say("the move", "涨跌幅")]
        if measure.hasMarketModel { parts.append(say("what the market does not explain", "大盘未能解释的部分")) }
        if measure.hasValue { parts.append(say("value", "市值变动")) }
        if finding.hasDecomposition { parts.append(say("decomposition", "分解")) }
        return parts
    }

    /// What is assumed by figures that are no scenarios, each once.
    private func assumptions(_ estimates: [Estimate]) -> [String] {
        var names: [String] = []
        for estimate in estimates where estimate.basis != .whatIf {
            for name in estimate.assumptions.map(words.assumption) where !names.contains(name) { names.append(name) }
        }
        return names
    }

    private var unknown: [String] {
        var parts: [String] = []
        if finding.hasAttribution {
            let share = language.probability(finding.attribution.unexplained)
            parts.append(
                finding.attribution.candidates.isEmpty
                    ? say("what set it off", "起因") : say("what set it off (\(share) unexplained)", "起因（\(share)未能解释）"))
        } else if finding.isUnexplained {
            let share = language.probability(1)
            parts.append(say("what set it off (\(share) unexplained)", "起因（\(share)未能解释）"))
        } else {
            parts.append(say("what set it off", "起因"))
        }
        for text in finding.missing + measure.missing {
            let words = StageProse.text(text, language)
            if !parts.contains(words) { parts.append(words) }
        }
        let single = finding.sections.filter(\.isOfSingleNames).map { words.section($0.id) }
        if !single.isEmpty {
            parts.append(
                say("what is about single names: ", "只就单只股票而言的：") + single.joined(separator: say(", ", "、")))
        }
        for section in finding.sections where !section.missing.isEmpty && !section.isOfSingleNames {
            let lacks = words.lacks(section.missing, about: section.about)
            let whole = words.section(section.id) + say(": ", "：") + lacks.joined(separator: say(", ", "、"))
            if !parts.contains(whole) { parts.append(whole) }
        }
        return parts
    }

    // MARK: Evidence

    /// Sequences that decomposition and candidates rest on; figures have their own beside them.
    var evidence: Page.Block? {
        var sequences = Set(finding.decomposition.evidence)
        for candidate in finding.attribution.candidates { sequences.formUnion(candidate.evidence) }
        guard !sequences.isEmpty else { return nil }
        return Page.Block(
            id: "evidence", heading: say("EVIDENCE", "证据"),
            note: say(
                "sequences of market: epicenter inspect DATA/market --print --from N",
                "market中的序号：epicenter inspect DATA/market --print --from N"),
            rows: [.evidence(sequences.sorted())])
    }
}

extension Section {
    /// Whether it says nothing but that it is about single names, which a group and the market are not.
    fileprivate var isOfSingleNames: Bool { estimates.isEmpty && missing.map(\.what) == ["single-name"] }
}

/// Evidence as a few sequences: `#27581 #27583 +6`.
public enum EvidenceText {
    public static func short(_ sequences: [UInt64], limit: Int = 3) -> String {
        let shown = sequences.prefix(limit).map { "#\($0)" }.joined(separator: " ")
        return sequences.count > limit ? "\(shown) +\(sequences.count - limit)" : shown
    }
}
