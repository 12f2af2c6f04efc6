import Alerting
import Schema

/// A finding as a page of text: what was measured, what was concluded, what is not known.
struct ReportText {
    private let finding: Finding
    private var measure: Measure { finding.measure }
    private static let width = 96

    init(_ finding: Finding) { self.finding = finding }

    /// One line for a list.
    static func line(_ finding: Finding) -> String {
        let name = pad(finding.shock, 28)
        let move = pad(FixedNumber.percent(finding.measure.simpleReturn, decimals: 2), 11)
        return "\(name) \(pad("\(finding.phase)", 10)) \(move) \(finding.subjectName)"
    }

    var text: String {
        let parts = [title, measured, value, decomposition, cause, members, followUp, unknown, evidence]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var title: [String] {
        let name = finding.subjectName.isEmpty ? finding.subject : "\(finding.subjectName) (\(finding.subject))"
        let change = FixedNumber.percent(measure.simpleReturn, decimals: 2)
        let head = "\(name)  \(change)  on \(measure.session)"
        let said = "\(finding.phase), revision \(finding.revision), as of \(CivilTime.rfc3339(finding.eventTime))"
        let wider = finding.partOf.isEmpty ? [] : ["part of \(finding.partOf.joined(separator: ", "))"]
        return [head, String(repeating: "═", count: min(Self.width, head.count)), said] + wider
    }

    private var measured: [String] {
        var lines = ["WHAT WAS MEASURED"]
        if measure.hasPriceBefore, measure.hasPriceLast {
            let opened = measure.hasPriceOpen ? ", opened \(price(measure.priceOpen))" : ""
            lines.append(
                row("price", "\(price(measure.priceBefore)) before\(opened), \(price(measure.priceLast)) last"))
        }
        lines.append(
            row("onset", "between \(CivilTime.rfc3339(measure.onsetFrom)) and \(CivilTime.rfc3339(measure.onsetUntil))")
        )
        if measure.hasMarketModel { lines += marketModel(measure.marketModel) }
        if measure.hasVolatilityZ {
            let sigma = FixedNumber.percent(measure.volatility, decimals: 2, signed: false)
            lines.append(
                row(
                    "against volatility",
                    "\(number(measure.volatilityZ, 2)) σ of \(sigma) a day (EWMA, before the event)"))
        }
        if measure.hasReturnPeriod {
            let period = measure.returnPeriod
            let deviations = number(period.deviations, 2)
            lines.append(
                row(
                    "return period",
                    "once in \(number(period.years, 1)) stock-years (empirical, \(period.statistic) at \(deviations); \(period.basis))"
                ))
        }
        if measure.hasOvernight {
            let split = measure.overnight
            let share = FixedNumber.percent(split.share, decimals: 0, signed: false)
            let log = split.overnightLog + split.intradayLog
            lines.append(
                row(
                    "overnight",
                    "\(share) of the log move was at the open (\(number(split.overnightLog, 4)) of \(number(log, 4)))"
                ))
        }
        if let rank = OwnHistory.phrase(measure) { lines.append(row("own history", rank)) }
        return lines
    }

    private func marketModel(_ model: MarketModelEstimate) -> [String] {
        let abnormal = FixedNumber.percent(model.abnormalReturn, decimals: 2)
        let error = FixedNumber.percent(model.standardError, decimals: 2, signed: false)
        let market = FixedNumber.percent(model.marketReturn, decimals: 2)
        return [
            row("abnormal return", "\(abnormal) ± \(error) (one standard error), t = \(number(model.standardized, 2))"),
            row(
                "",
                "market \(market), β \(number(model.beta, 2)), \(model.observations) sessions \(model.windowFrom) to \(model.windowUntil)"
            ),
        ]
    }

    private var value: [String] {
        guard measure.hasValue else { return [] }
        let value = measure.value
        var lines = ["VALUE", row("change", FixedNumber.dollars(value.usd))]
        if value.members > 0 {
            lines.append(row("coverage", "\(value.covered) of \(value.members) members have a dated share count"))
            if !value.withoutShares.isEmpty {
                lines.append(row("without one", value.withoutShares.joined(separator: ", ")))
            }
        } else {
            lines.append(row("shares", "\(number(value.shares / 1e9, 3)) bn, counted \(value.sharesAsOf)"))
        }
        if value.rank > 0 {
            lines.append(
                row(
                    "rank in dollars",
                    "number \(value.rank) of \(value.compared) \(value.usd < 0 ? "losses" : "gains") known here since \(value.comparedSince)"
                ))
        }
        if value.hasPreviousRecordUsd {
            lines.append(
                row("record before", "\(FixedNumber.dollars(value.previousRecordUsd)), \(value.previousRecord)"))
        }
        return lines
    }

    private var decomposition: [String] {
        guard finding.hasDecomposition else { return [] }
        let parts = finding.decomposition
        var rows: [(String, Double)] = [("drift", parts.drift), ("market", parts.market)]
        if parts.hasGroup { rows.append(("\(parts.groupID) without itself", parts.group)) }
        rows.append(("own", parts.own))
        let largest = rows.map { abs($0.1) }.max() ?? 1
        var lines = ["WHERE IT CAME FROM, in percentage points (co-movement, not causation)"]
        for (name, part) in rows {
            let length = largest > 0 ? Int((abs(part) / largest * 28).rounded()) : 0
            let bar = String(repeating: "█", count: length)
            lines.append("  \(Self.pad(name, 28)) \(Self.padLeft(FixedNumber.points(part), 8))  \(bar)")
        }
        let sum = rows.reduce(0) { $0 + $1.1 }
        lines.append("  \(Self.pad("total", 28)) \(Self.padLeft(FixedNumber.points(sum), 8))")
        lines.append("  own part ± \(FixedNumber.points(parts.ownStandardError, signed: false)) (one standard error)")
        let basket = parts.basket.isEmpty ? "" : ", basket \(parts.basket.joined(separator: " "))"
        lines.append("  \(parts.observations) sessions \(parts.windowFrom) to \(parts.windowUntil)\(basket)")
        return lines
    }

    private var cause: [String] {
        guard finding.hasAttribution else { return [] }
        let attribution = finding.attribution
        var lines = [
            "WHAT MAY HAVE SET IT OFF, from what was known up to \(CivilTime.rfc3339(attribution.evidenceUntil))"
        ]
        for candidate in attribution.candidates { lines += story(candidate) }
        lines.append("  \(Self.padLeft(FixedNumber.probability(attribution.unexplained), 10))  unexplained")
        for excluded in attribution.excluded {
            lines.append("  not counted: \(excluded.items) items, \(excluded.reason)")
        }
        for rejected in attribution.rejected { lines.append("  ruled out: \(rejected.subject), \(rejected.reason)") }
        if attribution.hasSubjectAttentionZ {
            let z = attribution.subjectAttentionZ
            lines.append(
                "  \(finding.subject) was named \(number(abs(z), 1)) σ \(z < 0 ? "less" : "more") often than usual")
        }
        return lines
    }

    /// A candidate: its headline, what it is about, and what speaks for it.
    private func story(_ candidate: TriggerCandidate) -> [String] {
        let title = ["  \(Self.padLeft(FixedNumber.probability(candidate.probability), 10))  \(candidate.headline)"]
        guard candidate.isNews else { return title + mechanism(candidate) }
        let z = candidate.attentionZ
        let attention =
            candidate.hasAttentionZ ? ", attention \(number(abs(z), 1)) σ \(z < 0 ? "below" : "above") usual" : ""
        let items = candidate.items == 1 ? "1 item" : "\(candidate.items) items"
        let sources = candidate.sources == 1 ? "1 source" : "\(candidate.sources) sources"
        let seen = CivilTime.rfc3339(candidate.firstSeen).prefix(10)
        let terms = candidate.terms.isEmpty ? [] : ["about \(candidate.terms.joined(separator: ", "))"]
        let relevance = "relevance \(number(candidate.relevance, 0)) of 100"
        let facts = ["\(items) from \(sources) since \(seen), \(relevance)\(attention)"]
        return title + (terms + facts + life(of: candidate)).map { "              \($0)" }
    }

    /// `peak 2025-01-27T13:00:00Z, doubling every 7.2 h, novelty 3 of 100, en 12, es 4`
    private func life(of candidate: TriggerCandidate) -> [String] {
        var parts: [String] = []
        if candidate.peak > 0 { parts.append("peak in the hour from \(CivilTime.rfc3339(candidate.peak))") }
        if candidate.hasDoublingHours { parts.append("doubling every \(number(candidate.doublingHours, 1)) h") }
        if candidate.hasNovelty { parts.append("novelty \(number(candidate.novelty, 0)) of 100") }
        if candidate.originals > 0, candidate.originals < candidate.items {
            parts.append("\(candidate.items - candidate.originals) of them reprints")
        }
        if candidate.languages.count > 1 {
            parts.append(candidate.languages.map { "\($0.language) \($0.items)" }.joined(separator: " "))
        }
        return parts.isEmpty ? [] : [parts.joined(separator: ", ")]
    }

    /// What speaks for a candidate that is no story.
    private func mechanism(_ candidate: TriggerCandidate) -> [String] {
        var parts: [String] = []
        if candidate.hasShare {
            let share = FixedNumber.percent(candidate.share, decimals: 0, signed: false)
            parts.append(candidate.kind == .flow ? "at most \(share) of the return" : "\(share) of the return with it")
        }
        if candidate.firstSeen > 0 { parts.append("known \(CivilTime.rfc3339(candidate.firstSeen))") }
        return parts.isEmpty ? [] : ["              " + parts.joined(separator: ", ")]
    }

    private var members: [String] {
        guard !measure.members.isEmpty else { return [] }
        var lines = ["MEMBERS"]
        for member in measure.members {
            let change = member.hasSimpleReturn ? FixedNumber.percent(member.simpleReturn, decimals: 2) : "no price"
            let usd = member.hasValueUsd ? FixedNumber.dollars(member.valueUsd) : ""
            let role = member.weight > 0 ? "in the basket" : ""
            lines.append(
                "  \(Self.pad(member.symbol, 8)) \(Self.padLeft(change, 10))  \(Self.padLeft(usd, 12))  \(role)")
        }
        return lines
    }

    private var followUp: [String] {
        guard !measure.followUp.isEmpty else { return [] }
        // A group has no price: its basket is shown as an index that stood at 100 before the move.
        let isIndex = finding.scope == .group
        var lines = [isIndex ? "SINCE THEN, as an index that was 100 before" : "SINCE THEN"]
        for session in measure.followUp {
            let change = FixedNumber.percent(session.simpleReturn, decimals: 2)
            let back = FixedNumber.percent(session.retraced, decimals: 0, signed: false)
            let level = price(isIndex ? 100 * session.price : session.price)
            lines.append(
                "  \(session.session)  \(Self.padLeft(level, 10))  \(Self.padLeft(change, 9))  \(back) retraced")
        }
        return lines
    }

    private var unknown: [String] {
        var seen: Set<String> = []
        let missing = (finding.missing + measure.missing).filter { seen.insert($0).inserted }
        guard !missing.isEmpty else { return [] }
        return ["NOT KNOWN"] + missing.map { "  " + $0 }
    }

    private var evidence: [String] {
        var sequences = Set(finding.decomposition.evidence)
        for candidate in finding.attribution.candidates { sequences.formUnion(candidate.evidence) }
        guard !sequences.isEmpty else { return [] }
        let shown = sequences.sorted().prefix(16).map(String.init).joined(separator: " ")
        let rest = sequences.count > 16 ? " … (\(sequences.count) in all)" : ""
        return [
            "EVIDENCE, as sequences of market: epicenter inspect DATA/market --print --from N", "  " + shown + rest,
        ]
    }

    private func row(_ name: String, _ text: String) -> String { "  \(Self.pad(name, 19)) \(text)" }

    private func price(_ value: Double) -> String { FixedNumber.decimal(value, decimals: 2) }

    private func number(_ value: Double, _ decimals: Int) -> String { FixedNumber.decimal(value, decimals: decimals) }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
