import Schema

/// The most telling of a finding's sections, a sentence each, for the paragraph. None names a cause.
struct TellingSentences {
    let finding: Finding
    let language: Language
    private let words: FigureWords

    init(_ finding: Finding, _ language: Language) {
        self.finding = finding
        self.language = language
        words = FigureWords(language)
    }

    var all: [String] { [runUp, amplifiers, breakEven, gap, claims].compactMap { $0 } }

    private func figure(_ id: String, of section: String) -> Estimate? {
        // By place: a copy of a section is one of everything in it.
        let sections = finding.sections
        for place in sections.indices where sections[place].id == section {
            if let found = sections[place].estimates.first(where: { $0.id == id }) { return found }
        }
        return nil
    }

    /// How far the price had come, with what followed such a run-up elsewhere.
    var runUp: String? {
        guard let multiple = figure("multiple", of: "run-up") else { return nil }
        let value = words.value(multiple)
        let since = language.date(multiple.asOf)
        var text = language.pick(
            "Before it, the price stood at \(value) that of \(since)", "此前股价为\(since)的\(value)")
        if let rate = figure("crash-rate", of: "run-up"), let base = figure("crash-base-rate", of: "run-up") {
            text += language.pick(
                "; \(words.value(rate)) of names with such a run-up later fell 40 %, of all \(words.value(base))",
                "；有此等涨幅的股票此后跌去40%的占\(words.value(rate))，不论涨幅则为\(words.value(base))")
        }
        return text + language.pick(".", "。")
    }

    /// The most each can have added; scenarios are left to the page.
    var amplifiers: String? {
        let bounds = finding.sections.filter { $0.kind == .amplifier }.compactMap { section in
            section.estimates.first { $0.id == "bound" && $0.basis != .whatIf }.map {
                words.section(section.id) + language.pick(" ", "") + words.value($0)
            }
        }
        guard !bounds.isEmpty else { return nil }
        return language.pick(
            "Amplifiers, as bounds and not as what they did: \(language.list(bounds)).",
            "放大因素的上限（并非实际影响）：\(language.list(bounds))。")
    }

    /// What the move says about the thesis.
    var breakEven: String? {
        guard let elasticity = figure("break-even-elasticity", of: "efficiency") else { return nil }
        let assumed = elasticity.assumptions.map(words.assumption).joined(separator: language.pick(", ", "、"))
        let value = words.value(elasticity)
        return language.pick(
            "The move is what an elasticity of demand of \(value) would bring (assuming: \(assumed); 0 is the static case,"
                + " at 1 nothing is lost).",
            "此次波动相当于需求弹性为\(value)（假设：\(assumed)；0为静态思维，1为毫无损失）。")
    }

    /// How insiders and the crowd differ.
    var gap: String? {
        guard let gap = figure("gap", of: "information") else { return nil }
        let interval = words.interval(gap).map(language.brackets) ?? ""
        return language.pick(
            "Stance of press and public less that of insiders, from −2 to 2: \(words.value(gap))\(interval).",
            "信息差：媒体与大众立场减去业内立场（−2至2）为\(words.value(gap))\(interval)。")
    }

    /// How many claims have which status, and the first that are contradicted.
    var claims: String? {
        guard !finding.claims.isEmpty else { return nil }
        let count = language.counted(UInt32(finding.claims.count), "claim", "claims", "条说法")
        let statuses = [ClaimStatus.contradicted, .supported, .unsupported, .notYetDue].compactMap { status in
            let number = finding.claims.count { $0.status == status }
            return number == 0
                ? nil : language.pick("\(number) \(words.status(status))", "\(number)条\(words.status(status))")
        }
        guard !statuses.isEmpty else { return nil }
        let contradicted = finding.claims.filter { $0.status == .contradicted }
        let named = contradicted.prefix(2).map { claim in
            var statement = Wording.line(language.text(claim.statement, claim.translations), limit: 80)
            if let last = statement.last, ".。".contains(last) { statement.removeLast() }
            return "“\(statement)”"
        }
        let more = contradicted.count - named.count
        let rest = more > 0 ? language.pick(" and \(more) more", "等") : ""
        let examples =
            named.isEmpty
            ? ""
            : language.pick("; contradicted: ", "；与事实相反的有") + named.joined(separator: language.pick(", ", "、")) + rest
        return language.pick("Of ", "") + count + language.pick(": ", "中，")
            + statuses.joined(separator: language.pick(", ", "，")) + examples + language.pick(".", "。")
    }
}
