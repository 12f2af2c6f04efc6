import Alerting
import Foundation
import Schema

/// The dashboard's own words, in one language.
struct Say: Sendable {
    let language: Language

    init(_ language: Language) { self.language = language }

    func callAsFunction(_ english: String, _ chinese: String) -> String {
        language == .english ? english : chinese
    }

    func state(_ state: AlertState) -> String { self.state(state.word) }

    func state(_ word: String) -> String {
        switch word {
        case "pending": self("pending", "待确认")
        case "firing": self("firing", "进行中")
        case "resolved": self("resolved", "已结束")
        case "withdrawn": self("withdrawn", "已撤销")
        default: self("unknown", "不明")
        }
    }

    func scope(_ scope: String) -> String {
        switch scope {
        case "instrument": self("instrument", "个股")
        case "group": self("group", "板块")
        case "market": self("market", "大盘")
        default: scope
        }
    }

    /// A moment as a `time` element: 2025-01-27 14:30 UTC.
    func time(_ time: UInt64, seconds: Bool = false) -> String {
        guard time > 0 else { return "–" }
        let text = CivilTime.rfc3339(time)
        let shown = text.prefix(10) + " " + text.dropFirst(11).prefix(seconds ? 8 : 5)
        return "<time datetime=\"\(text)\">\(shown) UTC</time>"
    }

    func percent(_ fraction: Double?) -> String {
        guard let fraction, fraction.isFinite else { return "–" }
        return FixedNumber.percent(fraction, decimals: 2)
    }

    /// 1234567 as 1,234,567.
    func number(_ value: UInt64) -> String {
        var out = ""
        for (place, digit) in "\(value)".reversed().enumerated() {
            if place > 0, place % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }

    func span(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 1e9))
        switch whole {
        case ..<60: return self("\(whole) s", "\(whole)秒")
        case ..<3_600: return self("\(whole / 60) min", "\(whole / 60)分")
        case ..<86_400:
            return self("\(whole / 3_600) h \(whole % 3_600 / 60) min", "\(whole / 3_600)小时\(whole % 3_600 / 60)分")
        default:
            return self(
                "\(whole / 86_400) d \(whole % 86_400 / 3_600) h", "\(whole / 86_400)天\(whole % 86_400 / 3_600)小时")
        }
    }

    func bytes(_ value: UInt64) -> String {
        value == 0 ? "–" : value < 10 << 30 ? "\(value >> 20) MB" : "\(value >> 30) GB"
    }
}
