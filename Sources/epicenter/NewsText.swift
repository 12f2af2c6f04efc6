import Alerting
import Foundation
import Schema
import ShockAttribution

/// What `epicenter news` prints.
enum NewsText {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func story(_ story: NewsStory) -> String {
        let languages = story.languages.map { "\($0.name) \($0.items)" }.joined(separator: ", ")
        var facts = [
            "\(story.items) items (\(story.originals) originals) from \(story.sources) sources; \(languages)",
            "first \(time(story.firstSeen)), peak \(time(story.peak)), latest \(time(story.latest))",
        ]
        var measures: [String] = []
        if let hours = story.doublingHours { measures.append("doubling every \(number(hours, 1)) h") }
        if let attention = story.attention { measures.append("attention \(signed(attention)) σ") }
        if let novelty = story.novelty { measures.append("novelty \(number(novelty, 0)) of 100") }
        if story.tier > 0 { measures.append("best tier T\(story.tier)") }
        if !measures.isEmpty { facts.append(measures.joined(separator: ", ")) }
        facts.append("about \(story.terms.joined(separator: ", "))")
        let merged = story.merged.map { "\($0)" }.joined(separator: ", ")
        facts.append("story \(story.id)" + (merged.isEmpty ? "" : ", which \(merged) became part of"))
        return ([clean(story.headline)] + facts.map { "    " + $0 }).joined(separator: "\n")
    }

    static func attention(_ value: NewsAttention) -> String {
        var lines = ["\(value.subject) at \(time(value.time))", "  mentions in 24 h   \(value.mentions)"]
        if let mean = value.mean, let deviation = value.deviation, let days = value.days, let z = value.z {
            lines.append("  usual in 24 h      \(number(mean, 1)) ± \(number(deviation, 1)) over \(days) days")
            lines.append("  attention          \(signed(z)) σ")
        } else {
            lines.append("  attention          not known: under a week of news before")
        }
        if let novelty = value.novelty {
            lines.append("  novelty            \(number(novelty, 0)) of 100 (RavenPack's decay)")
        }
        lines.append("  72 hours           \(bars(value.hourly))")
        return lines.joined(separator: "\n")
    }

    static func stance(_ value: NewsStance) -> String {
        var lines = ["\(value.thesis): \(value.statement)", ""]
        lines.append("  voices               for  neither  against   effective     stance")
        for group in value.tiers + [value.insiders, value.crowd] { lines.append(row(group)) }
        lines.append(
            "  (effective number and stance at a correlation of \(number(value.correlation, 2)), an assumption)")
        lines.append(
            "  crowd less insiders  \(signed(value.gap)) [\(signed(value.gapLower)), \(signed(value.gapUpper))]"
                + (value.isNotable ? "" : ": not enough to tell"))
        lines.append("  divergence of tiers  \(number(value.divergence, 3)) bits")
        lines += value.missing.map { "  not known: \($0)" }
        lines.append("")
        for voice in value.voices.prefix(40) {
            let side = voice.stance > 0 ? "for    " : voice.stance < 0 ? "against" : "neither"
            let kind = voice.isFact ? "fact" : "read"
            lines.append(
                "  \(time(voice.time))  T\(voice.tier) \(side) \(kind)  \(clean(voice.speaker)): \(clean(voice.text)) [\(voice.sequence)]"
            )
        }
        if value.voices.count > 40 { lines.append("  … \(value.voices.count - 40) more (--json)") }
        return lines.joined(separator: "\n")
    }

    private static func row(_ group: NewsStance.Group) -> String {
        let name = group.name.padding(toLength: 20, withPad: " ", startingAt: 0)
        let counts = [group.support, group.neutral, group.oppose].map { left("\($0)", 8) }.joined()
        return
            "  \(name)\(counts)\(left(number(group.effectiveSize, 1), 12))    \(signed(group.stance)) ± \(number(group.deviation, 2))"
    }

    static func explanation(_ value: NewsExplanation) -> String {
        func list(_ values: [String: Double]) -> String {
            let parts = values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "\($0.key) \(number($0.value, 0))"
            }
            return parts.isEmpty ? "none" : parts.joined(separator: ", ")
        }
        var lines = [
            clean(value.title),
            "  source             \(clean(value.source)), tier \(value.tier == 0 ? "not known" : "T\(value.tier)")",
            "  published          \(published(value))",
            "  seen               \(time(value.seen)), record \(value.sequence) of market: no cause of what began before",
            "  language           \(value.language)", "  names              \(list(value.entities))",
            "  groups             \(list(value.groups))", "  terms              \(value.terms.joined(separator: ", "))",
        ]
        if !value.quantities.isEmpty {
            lines.append("  quantities         \(value.quantities.joined(separator: ", "))")
        }
        if !value.speaker.isEmpty { lines.append("  speaks             \(value.speaker)") }
        lines.append("  tone               \(signed(value.tone))")
        for (thesis, stance) in value.stances.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "  stance             \(stance > 0 ? "for" : stance < 0 ? "against" : "neither for nor against") \(thesis)"
            )
        }
        if value.isPriceReport { lines.append("  report of a price  it says what moved, and is no cause") }
        if value.isRoundup { lines.append("  round-up           it is about none of those it names") }
        if value.origin != value.sequence { lines.append("  reprint of         record \(value.origin)") }
        lines.append("  story              \(value.story): \(value.reason)")
        if let story = value.storyNow { lines += ["", "THE STORY", NewsText.story(story)] }
        return lines.joined(separator: "\n")
    }

    private static func published(_ value: NewsExplanation) -> String {
        switch value.publishedMark {
        case "": value.published == 0 ? "not said" : time(value.published)
        case "unreadable": "UNREADABLE: when it was first seen counts"
        case let mark: "\(time(value.published)), \(mark.uppercased()): when it was first seen counts"
        }
    }

    // MARK: Words

    private static func number(_ value: Double, _ decimals: Int) -> String {
        FixedNumber.decimal(value, decimals: decimals)
    }

    private static func signed(_ value: Double) -> String { FixedNumber.decimal(value, decimals: 2, signed: true) }

    private static func time(_ time: UInt64) -> String { CivilTime.rfc3339(time) }

    /// Others' text on a terminal: control characters would write on it.
    private static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }))
    }

    private static func left(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Counts as a row of bars.
    private static func bars(_ counts: [Int]) -> String {
        let most = max(1, counts.max() ?? 1)
        let levels = Array("▁▂▃▄▅▆▇█")
        return String(counts.map { $0 == 0 ? "·" : levels[min(7, $0 * 8 / (most + 1))] })
    }
}
