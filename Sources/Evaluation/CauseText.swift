extension CauseEvaluation {
    /// The report as text for a terminal.
    public var text: String {
        var lines = [
            "causes: \(cases.count) of \(labels) labels have a class, prices and at least \(Self.leastItems) news items or "
                + "facts in the 72 hours before",
            "  without a known class \(withoutClass), without prices or history \(withoutPrices), without news \(withoutNews)",
        ]
        if !unknownClasses.isEmpty {
            lines.append(
                "  not known: \(unknownClasses.joined(separator: ", ")); allowed is "
                    + CauseOutcome.classes.joined(separator: ", "))
        }
        for one in cases { lines += [""] + one.lines }
        lines.append("")
        if let rates {
            lines += rates.lines
        } else {
            lines.append("fewer than \(Self.leastCases) cases: no rates")
        }
        lines += placeboLines
        lines.append(
            "quiet days with news: a shock said of \(Proportion(quiet.shocks, of: quiet.days).text), with a cause likelier "
                + "than the unknown of \(Proportion(quiet.causes, of: quiet.days).text)")
        return lines.joined(separator: "\n")
    }

    private var placeboLines: [String] {
        let asked = cases.filter { $0.aDayLater != nil }
        guard !asked.isEmpty else { return [] }
        func row(_ name: String, _ placebos: [CauseCase.Placebo]) -> String {
            let mean = placebos.isEmpty ? nil : placebos.reduce(0) { $0 + $1.probability } / Double(placebos.count)
            return "  \(name): \(Decimal.fixed(mean, 2)), the unknown first in "
                + Proportion(placebos.count { $0.first == .unknown }, of: placebos.count).text
        }
        let own = asked.map {
            CauseCase.Placebo(probability: $0.probability, first: $0.answers.first?.outcome ?? .unknown)
        }
        return [
            "placebos, mean probability of the labelled cause:", row("with its own news", own),
            row("with news a day later", asked.compactMap(\.aDayLater)),
            row("with another case's news", asked.compactMap(\.withOtherNews)),
        ]
    }
}

extension CauseCase {
    fileprivate var lines: [String] {
        let wanted = outcome.rawValue + (words.isEmpty ? "" : " with \"\(words.joined(separator: " "))\"")
        var lines = ["\(date) \(symbol) \(scope), \(causeClass): \(wanted)\(note.isEmpty ? "" : " (\(note))")"]
        guard let shock else { return lines + ["  \(items) items before; no shock, so no cause"] }
        let verdict = rank.map { $0 == 1 ? "right" : "right at place \($0)" } ?? "not right"
        let found = foundScope ?? ""
        let scopeVerdict = scope == "any" || found == scope ? "" : ", not \(scope)"
        lines.append("  \(items) items before; \(shock) (\(found)\(scopeVerdict)): cause \(verdict)")
        for answer in answers {
            let headline = answer.headline.isEmpty ? "" : ": \(answer.headline)"
            lines.append("  \(Decimal.fixed(answer.probability, 2)) \(answer.outcome.rawValue)\(headline)")
        }
        let seen = minutes.map { "; first right \(Decimal.duration($0)) after it was first to be seen" } ?? ""
        lines.append("  of the labelled cause \(Decimal.fixed(probability, 2))\(seen)")
        lines += [aDayLater?.line("news a day later"), withOtherNews?.line("another case's news")].compactMap { $0 }
        return lines
    }
}

extension CauseCase.Placebo {
    fileprivate func line(_ name: String) -> String {
        "  with \(name) \(Decimal.fixed(probability, 2)); first then \(Decimal.fixed(confidence, 2)) \(first.rawValue)"
            + (headline.isEmpty ? "" : ": \(headline)")
    }
}

extension CauseRates {
    fileprivate var lines: [String] {
        func row(_ name: String, _ found: Proportion) -> String {
            "  \(name): \(found.count) of \(found.of)"
                + (found.share.map {
                    ", \(Decimal.fixed($0, 2)) (\(Decimal.fixed(found.lower, 2))–\(Decimal.fixed(found.upper, 2)))"
                } ?? "")
        }
        let log = logScore.map { Decimal.fixed($0, 3) } ?? "none, \(impossible) truths had no probability"
        var lines = [
            "rates, with 95 % Wilson intervals:", row("first answer right", first),
            row("right among the first three", firstThree), row("scope right", scope),
            "  over \(answered) with a shock: Brier \(Decimal.fixed(brier, 3)), log score \(log)",
            "  answered when at least so sure: "
                + abstention.map { "\(Decimal.fixed($0.confidence, 2)) → \($0.right) of \($0.answered)" }
                .joined(separator: ", "),
            "  from first evidence to the first right answer, median: \(Decimal.duration(medianMinutes))",
            row("baseline, always \(baselines.commonest.rawValue)", baselines.commonestRight),
            "  baseline, the labels' shares: Brier \(Decimal.fixed(baselines.sharesBrier, 3))",
        ]
        lines += [
            row("systematic by the larger part", baselines.systematicRule),
            row("systematic by the shock's scope", baselines.systematicScope),
            row("always the commoner of the two", baselines.systematicCommoner),
        ]
        return lines
    }
}
