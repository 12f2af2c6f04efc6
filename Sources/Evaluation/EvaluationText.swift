import Foundation

/// Numbers for tables.
enum Decimal {
    /// Up to three significant decimals, without trailing zeros.
    static func short(_ value: Double) -> String {
        var text = String(format: "%.3f", value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    static func fixed(_ value: Double?, _ decimals: Int) -> String {
        value.map { String(format: "%.\(decimals)f", $0) } ?? "–"
    }

    /// So many minutes in words: minutes up to two hours, hours up to two days, else days.
    static func duration(_ minutes: Double?) -> String {
        guard let minutes else { return "–" }
        switch abs(minutes) {
        case ..<120: return "\(fixed(minutes, 0)) min"
        case ..<2_880: return "\(short((minutes / 6).rounded() / 10)) h"
        default: return "\(short((minutes / 144).rounded() / 10)) days"
        }
    }
}

extension Evaluation {
    /// The report as text for a terminal.
    public var text: String {
        var lines = [
            "\(bars) bars of \(names) names, \(from) to \(until), \(Decimal.fixed(nameYears, 0)) name-years judged",
            "\(usableLabels) of \(labels) labels can be measured by these bars", "",
            Self.row(["rule", "found", "95 %", "scope", "≤1", "≤5", "rate", "year", "worst week", "extra"]),
        ]
        lines += runs.map(\.line)
        lines += [
            "",
            "found: labelled days that a shock says so of · scope: right of those found · ≤1, ≤5: within so many sessions",
            "rate: grouped shocks per 100 names and week, on average · year: the highest average of 52 weeks",
            "extra: grouped shocks no label accounts for, per name and year (labels are not complete)",
            "in brackets below: 95 % Wilson intervals; days and names that move together make them too narrow",
        ]
        lines += [
            "",
            "return periods as said on the day (\(Decimal.fixed(100 * ownPastShare, 0)) % from the stream's own past):",
        ]
        for row in calibration {
            lines.append(
                "  \(Decimal.short(row.years)) years or rarer: \(row.sessions) sessions, \(Decimal.fixed(row.expected, 0)) "
                    + "expected; \(Decimal.fixed(row.ratePerYear, 2)) per stock-year "
                    + "(\(Decimal.fixed(row.lower, 2))–\(Decimal.fixed(row.upper, 2))), said \(Decimal.short(1 / row.years))"
            )
        }
        for run in runs { lines += [""] + run.detail }
        return lines.joined(separator: "\n")
    }

    static let widths = [12, 7, 11, 7, 7, 7, 6, 6, 26, 6]

    static func row(_ cells: [String]) -> String {
        zip(cells, widths).map { cell, width in cell + String(repeating: " ", count: max(1, width - cell.count)) }
            .joined().trimmingCharacters(in: .whitespaces)
    }
}

extension Proportion {
    var fraction: String { "\(count)/\(of)" }
    /// Both, for a line of text.
    var text: String { of == 0 ? "none to count" : "\(fraction) (\(interval))" }
    var interval: String { "\(Decimal.fixed(lower, 2))–\(Decimal.fixed(upper, 2))" }
}

extension RunReport {
    var line: String {
        Evaluation.row([
            rule, recall.fraction, recall.interval, scopeAccuracy.fraction, withinOneSession.fraction,
            withinFiveSessions.fraction, Decimal.fixed(rate.average, 2), Decimal.fixed(rate.highestYear, 2),
            "\(rate.worstWeek) \(rate.worstWeekShocks) (\(Decimal.fixed(rate.worstWeekRate, 1)))",
            Decimal.fixed(unlabelledPerNameYear, 2),
        ])
    }

    var detail: [String] {
        var lines = ["\(rule):"]
        lines.append(
            "  shocks: \(shocks.market) market, \(shocks.theme) theme, \(shocks.single) single; \(shocks.grouped) grouped"
        )
        let byScope = recallByScope.filter { $0.found.of > 0 }.map { "\($0.scope) \($0.found.text)" }
        lines.append("  found \(recall.text)" + (byScope.isEmpty ? "" : ": " + byScope.joined(separator: ", ")))
        lines.append(
            "  scope right \(scopeAccuracy.text); found within one session \(withinOneSession.text), within five "
                + withinFiveSessions.text)
        if let minutes = medianMinutesToOpen {
            lines.append("  from the end of the onset to the first word, median: \(Decimal.duration(minutes))")
        }
        lines.append(
            "  extra shocks a name and year: \(Decimal.fixed(unlabelledPerNameYear, 2)) "
                + "(\(Decimal.fixed(unlabelledLower, 2))–\(Decimal.fixed(unlabelledUpper, 2)))")
        if let range = leaveOneClusterOut { lines.append("  \(range.text)") }
        lines.append(
            "  placebos that a shock was said of: quiet days \(placebos.quietDays.text), next session "
                + "\(placebos.nextSession.text), other name that day \(placebos.otherName.text)")
        for label in labels where label.usability == .usable {
            let moved = label.simpleReturn.map { String(format: "%+.1f %%", 100 * $0) } ?? ""
            let sar = label.standardized.map { String(format: "SAR %+.1f", $0) } ?? ""
            let found =
                label.shock.map { "\($0) (\(label.foundScope ?? ""))" }
                ?? (label.delay.map { "MISSED, \($0) sessions late" } ?? "MISSED")
            lines.append("  \(label.date) \(label.symbol) \(label.scope) \(moved) \(sar): \(found)")
        }
        return lines
    }
}

extension RunReport.ClusterRange {
    var text: String {
        guard lowest < highest else { return "whichever cluster is left out, found: \(Decimal.fixed(lowest, 2))" }
        return "one cluster left out, found: from \(Decimal.fixed(lowest, 2)) without \(lowestWithout) to "
            + "\(Decimal.fixed(highest, 2)) without \(highestWithout)"
    }
}
