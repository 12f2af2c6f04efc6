import Schema

extension Words {
    /// A release by its name and what came of it: `US consumer prices, October: 7.7 %, 8.0 % expected`.
    static func release(_ value: ScheduledRelease) -> String {
        guard let (actual, consensus) = figures(value, percent: " %") else { return value.name }
        return "\(value.name): \(actual)" + (consensus.map { ", \($0) expected" } ?? "")
    }

    /// The same in the other languages its name is told in.
    static func translations(of value: ScheduledRelease) -> [Translation] {
        value.translations.map { translation in
            var translation = translation
            let isChinese = translation.language.hasPrefix("zh")
            guard let (actual, consensus) = figures(value, percent: isChinese ? "%" : " %") else { return translation }
            let expected = consensus.map { isChinese ? "，预期\($0)" : " (\($0))" } ?? ""
            translation.text += (isChinese ? "：" : ": ") + actual + expected
            return translation
        }
    }

    /// What was released and what had been expected, in per cent where both are below 1 in size: rates and changes are
    /// given as fractions.
    private static func figures(_ value: ScheduledRelease, percent: String) -> (actual: String, consensus: String?)? {
        guard value.hasActual, value.actual.isFinite else { return nil }
        let consensus = value.hasConsensus && value.consensus.isFinite ? value.consensus : nil
        let isFraction = abs(value.actual) < 1 && abs(consensus ?? 0) < 1 && (value.actual != 0 || consensus ?? 0 != 0)
        func text(_ number: Double) -> String { isFraction ? decimal(number * 100) + percent : decimal(number) }
        return (text(value.actual), consensus.map(text))
    }

    /// To a hundredth, with a tenth at least below 1,000, and with commas between thousands: `4.25`, `8.0`, `261,000`.
    static func decimal(_ number: Double) -> String {
        let hundredths = (abs(number) * 100).rounded()
        guard hundredths < 1e17 else { return "n/a" }
        let whole = UInt64(hundredths) / 100
        let rest = UInt64(hundredths) % 100
        var digits = String(whole)
        for place in stride(from: digits.count - 3, to: 0, by: -3) {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
        }
        if rest % 10 != 0 {
            digits += rest < 10 ? ".0\(rest)" : ".\(rest)"
        } else if rest != 0 || whole < 1_000 {
            digits += ".\(rest / 10)"
        }
        return hundredths > 0 && number < 0 ? "\u{2212}" + digits : digits
    }
}
