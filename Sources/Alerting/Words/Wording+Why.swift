import Schema

extension Wording {
    /// Why, in one line: what most likely set it off or that this is not known, how far the price had come, and the most
    /// that amplifiers can have added.
    static func why(_ finding: Finding, _ language: Language) -> String {
        let words = FigureWords(language)
        var parts = [cause(finding, language)]
        let figures = finding.sections.flatMap { section in section.estimates.map { (section, $0) } }
        if let (_, multiple) = figures.first(where: { $0.0.id == "run-up" && $0.1.id == "multiple" }) {
            let value = words.value(multiple)
            let since = language.date(multiple.asOf)
            parts.append(
                language.pick("before it the price stood at \(value) that of \(since)", "此前股价为\(since)的\(value)"))
        }
        let bound = figures.filter { $0.0.kind == .amplifier && $0.1.id == "bound" && $0.1.basis != .whatIf }
            .max { $0.1.value < $1.1.value }
        if let (section, bound) = bound {
            let name = words.section(section.id)
            parts.append(
                language.pick(
                    "the largest amplifier known is \(name.prefix(1).lowercased() + name.dropFirst()), \(words.value(bound))",
                    "已知最大的放大因素为\(name)，\(words.value(bound))"))
        }
        return parts.joined(separator: language.pick("; ", "；")) + language.pick(".", "。")
    }

    private static func cause(_ finding: Finding, _ language: Language) -> String {
        if finding.phase == .withdrawn { return language.pick("It did not last to the close", "未能持续到收盘") }
        guard finding.hasAttribution else {
            let all = language.probability(1)
            return finding.isUnexplained
                ? language.pick("Cause unknown (\(all) unexplained)", "原因不明（\(all)未能解释）")
                : language.pick("Not yet explained", "尚无解释")
        }
        let unexplained = language.probability(finding.attribution.unexplained)
        guard let first = finding.attribution.candidates.first else {
            return language.pick("No known cause", "原因不明")
        }
        let name = language == .english ? English.named(first) : Chinese.named(first, in: finding)
        let probability = language.probability(first.probability)
        guard first.probability > finding.attribution.unexplained else {
            return language.pick("Cause unknown (\(unexplained) unexplained)", "原因不明（\(unexplained)未能解释）")
        }
        return language.pick(
            "Most likely set off by \(name) (\(probability); \(unexplained) unexplained)",
            "最可能由\(name)引发（\(probability)；\(unexplained)未能解释）")
    }
}
