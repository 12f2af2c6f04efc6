import Schema

/// What a revision changed, in words. English ones come with the finding; sections are called there by their ids.
struct ChangeWords {
    private let finding: Finding
    private let language: Language

    init(_ finding: Finding, _ language: Language) {
        self.finding = finding
        self.language = language
    }

    var all: [String] {
        guard language == .english else { return finding.changes.map(chinese) }
        let isWhole = finding.changes.count == finding.revised.count
        return finding.revised.enumerated().map { place, text in
            guard isWhole else { return Wording.line(text, limit: 200) }
            let change = finding.changes[place]
            switch change.kind {
            case "figure": return figure(change) ?? Wording.line(text, limit: 200)
            case "figures" where !change.names.isEmpty:
                return "new figures: \(change.names.map(FigureWords(language).section).joined(separator: ", "))"
            default: return Wording.line(text, limit: 200)
            }
        }
    }

    /// `Information gap: press and public less insiders +1.048 → +0.931 (#27581)`; nil for a figure the finding lacks.
    private func figure(_ change: Change) -> String? {
        let path = change.of.split(separator: "/", maxSplits: 2).map(String.init)
        guard path.count >= 2 else { return nil }
        let of = path.count > 2 ? path[2] : ""
        let estimates = finding.sections.filter { $0.id == path[0] }.flatMap(\.estimates)
        let named = estimates.filter { $0.id == path[1] && $0.of == of }
        guard var estimate = named.first(where: { $0.value == change.after }) ?? named.first else { return nil }
        let words = FigureWords(language)
        let after = words.value(estimate, in: path[0])
        var value = after
        if change.hasBefore {
            estimate.value = change.before
            value = words.value(estimate, in: path[0]) + language.pick(" → ", "→") + after
        }
        let facts = change.names.map { "#\($0)" }.joined(separator: " ")
        return words.section(path[0]) + language.pick(": ", "：") + words.label(estimate, in: path[0])
            + language.pick(" ", "") + value + (facts.isEmpty ? "" : language.brackets(facts))
    }

    private func chinese(_ change: Change) -> String {
        // Of most kinds ``Change/of`` is a name or a date, and not said so.
        var why: String { change.of.isEmpty ? "" : "：" + StageProse.text(change.of, language) }
        let before = change.before
        let after = change.after
        switch change.kind {
        case "began-again": return "再次开始\(why)"
        case "confirmed": return "收盘后确认"
        case "open-again": return "再次进行\(why)"
        case "over": return "结束\(why)"
        case "withdrawn": return "撤销\(why)"
        case "return": return "涨跌幅\(language.percent(before, 1))→\(language.percent(after, 1))"
        case "follow-up":
            return "\(language.date(change.of))\(Wording.Chinese.change(before, 1))，\(language.retraced(after))"
        case "decomposition-known": return "分解已知"
        case "decomposition-gone": return "无法再分解"
        case "own-part": return "自身部分\(language.points(before))→\(language.points(after))"
        case "candidates-known": return "可能的起因已知"
        case "no-candidate": return "不再有可能的起因"
        case "first-candidate":
            let first = finding.attribution.candidates.first.map { Wording.Chinese.named($0, in: finding) } ?? ""
            return "最可能的起因改为\(first)（\(language.probability(after))）"
        case "stories-joined":
            let first = finding.attribution.candidates.first.map { Wording.Chinese.named($0, in: finding) } ?? ""
            return "最可能的起因并入较早的同一报道：\(first)"
        case "unexplained":
            return "未能解释的部分\(language.probability(before))→\(language.probability(after))"
        case "claim": return claim(change)
        case "figure": return figure(change) ?? StageProse.text(change.of, language)
        case "figures":
            let words = FigureWords(language)
            return "新数据：\(change.names.map(words.section).joined(separator: "、"))"
        case "part-of": return "属于\(change.names.map { finding.name(ofShock: $0, language) }.joined(separator: "、"))"
        default: return StageProse.text(change.of, language)
        }
    }

    private func claim(_ change: Change) -> String {
        let words = FigureWords(language)
        let claim = finding.claims.first { $0.id == change.of }
        let statement = claim.map { language.text($0.statement, $0.translations) } ?? Wording.line(change.of)
        let was = change.was == .unspecified ? "" : words.status(change.was) + "→"
        return "说法“\(statement)”：\(was)\(words.status(change.now))"
    }
}
