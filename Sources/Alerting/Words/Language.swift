import Schema

/// A language that findings are worded in.
public enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh"

    /// Those besides the one that `headline` and `summary` of an alert are in.
    static let others = allCases.filter { $0 != .english }

    /// A text of the configuration or of a fact in this language, where it was given; else as it was written.
    package func text(_ original: String, _ translations: [Translation]) -> String {
        let translated = translations.first { $0.language == rawValue || $0.language.hasPrefix(rawValue + "-") }
        return Wording.line(translated?.text ?? original, limit: 300)
    }

    /// What a language is called by its code; in English the code itself.
    func name(of code: String) -> String {
        let known = [
            "en": "英语", "zh": "中文", "es": "西班牙语", "de": "德语", "ru": "俄语", "ja": "日语", "fr": "法语", "it": "意大利语",
            "pt": "葡萄牙语", "ko": "韩语", "pl": "波兰语", "nl": "荷兰语", "vi": "越南语", "tr": "土耳其语", "ar": "阿拉伯语",
        ]
        return self == .chinese ? known[code] ?? Wording.line(code, limit: 8) : Wording.line(code, limit: 8)
    }

    /// One of two ways to say something; the other is not made.
    package func pick(_ english: @autoclosure () -> String, _ chinese: @autoclosure () -> String) -> String {
        self == .english ? english() : chinese()
    }
}

// MARK: Numbers

/// Numbers as the language writes them: English by ``FixedNumber``; Chinese by 万 and 亿, `%` without a space.
extension Language {
    package func decimal(_ value: Double, _ decimals: Int, signed: Bool = false) -> String {
        guard self == .chinese else { return FixedNumber.decimal(value, decimals: decimals, signed: signed) }
        return FixedNumber.text(value, decimals, signed: signed, isGrouped: false) ?? "无"
    }

    /// A fraction as a percentage.
    package func percent(_ fraction: Double, _ decimals: Int, signed: Bool = true) -> String {
        guard self == .chinese else { return FixedNumber.percent(fraction, decimals: decimals, signed: signed) }
        return FixedNumber.text(fraction * 100, decimals, signed: signed, isGrouped: false, unit: "%")
            ?? (fraction.isFinite ? "无%" : "无")
    }

    /// A fraction in percentage points, with the unit.
    package func points(_ fraction: Double, signed: Bool = true) -> String {
        decimal(fraction * 100, 2, signed: signed) + pick(" pp", "个百分点")
    }

    /// A probability; a very small one as one in so many.
    package func probability(_ value: Double) -> String {
        if value > 0, value < 0.001 {
            let often = pick(FixedNumber.count(1 / value), count(1 / value))
            return pick("1 in \(often)", "约\(often)分之一")
        }
        guard self == .chinese else { return FixedNumber.probability(value) }
        guard value.isFinite else { return "无" }
        if value > 0 && value < 0.005 { return "不足1%" }
        if value < 1 && value >= 0.995 { return "99%以上" }
        return decimal(value * 100, 0) + "%"
    }

    /// An amount of US dollars: `−$592.7 bn`, `−5926.6亿美元`.
    package func dollars(_ amount: Double) -> String {
        guard self == .chinese else { return FixedNumber.dollars(amount) }
        let size = abs(amount)
        let (number, unit) =
            switch size {
            case 999.995e9...: (decimal(amount / 1e12, 2), "万亿")
            case 99_995_000...: (whole(decimal(amount / 1e8, 1)), "亿")
            case 9_999.5...: (decimal(amount / 1e4, 0), "万")
            case 100...: (decimal(amount, 0), "")
            default: (decimal(amount, 2), "")
            }
        return number == "无" ? number : number + unit + "美元"
    }

    /// `800.0` is `800`.
    private func whole(_ number: String) -> String { number.hasSuffix(".0") ? String(number.dropLast(2)) : number }

    /// A large count of things.
    package func count(_ number: Double) -> String {
        guard self == .chinese else { return FixedNumber.count(number) }
        switch abs(number) {
        case 99_995_000...: return decimal(number / 1e8, 2) + "亿"
        case 9_999.5...: return decimal(number / 1e4, 1) + "万"
        default: return decimal(number, 0)
        }
    }

    /// `1 session`, `3 sessions`; `3个交易日`.
    func counted(_ number: UInt32, _ one: String, _ many: String, _ chinese: String) -> String {
        guard self == .chinese else { return Wording.English.counted(number, one, many) }
        return (number == 0 ? "没有" : decimal(Double(number), 0)) + chinese
    }

    /// A date in a sentence: `2025-01-27`, `2025年1月27日`; what is no date as it is.
    package func date(_ text: String) -> String {
        guard self == .chinese, let day = CivilTime.parseDate(text) else { return Wording.line(text, limit: 40) }
        let parts = CivilTime.components(day: day)
        return "\(parts.year)年\(parts.month)月\(parts.day)日"
    }

    /// A moment in a sentence: `2025-01-27T14:30:00Z`, `2025年1月27日14:30（UTC）`.
    package func moment(_ time: UInt64) -> String {
        let text = CivilTime.rfc3339(time)
        guard self == .chinese else { return text }
        return date(String(text.prefix(10))) + text.dropFirst(11).prefix(5) + "（UTC）"
    }

    /// A span of reports or plans: `FY2025`, `2025财年`; `2022Q2`, `2022年第二季度`; `1996-06`, `1996年6月`; what is none of these as it is.
    package func period(_ text: String) -> String {
        let line = Wording.line(text, limit: 60)
        guard self == .chinese else { return line }
        func isYear(_ text: Substring) -> Bool {
            text.utf8.count == 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        let isFiscal = line.hasPrefix("FY")
        let unit = isFiscal ? "财年" : "年"
        let rest = isFiscal ? line.dropFirst(2) : line[...]
        if isYear(rest) { return "\(rest)\(unit)" }
        let (year, suffix) = (rest.prefix(4), rest.dropFirst(4))
        guard isYear(year) else { return line }
        if let quarter = ["Q1": "一", "Q2": "二", "Q3": "三", "Q4": "四"][suffix] {
            return "\(year)\(unit)第\(quarter)季度"
        }
        let until = suffix.dropFirst()
        if !isFiscal, suffix.first == "-", until.utf8.count == 2, let month = Int(until), (1...12).contains(month) {
            return "\(year)年\(month)月"
        }
        return suffix.first == "-" && isYear(until) ? "\(year)至\(until)\(unit)" : line
    }

    /// How much of a move was taken back; below zero it went on: `44 % retraced`, `gone 37 % further`.
    package func retraced(_ fraction: Double) -> String {
        let share = percent(abs(fraction), 0, signed: false)
        return fraction < 0 && percent(fraction, 0, signed: false) != share
            ? pick("gone \(share) further", "同向扩大\(share)") : pick("\(share) retraced", "已收复\(share)")
    }

    /// How far above or below the usual something is, in standard deviations: `3.0 σ above usual`, `as usual`.
    func usual(_ z: Double) -> String {
        let size = decimal(abs(z), 1)
        guard size != decimal(0, 1) else { return pick("as usual", "与平常相当") }
        return pick("\(size) σ \(z < 0 ? "below" : "above") usual", "\(z < 0 ? "低于" : "高于")平常\(size)个标准差")
    }

    func list(_ parts: [String]) -> String {
        self == .english ? Wording.English.list(parts) : parts.joined(separator: "、")
    }

    /// A part in brackets; nothing where there is none.
    package func brackets(_ text: String) -> String { text.isEmpty ? "" : pick(" (\(text))", "（\(text)）") }

    /// Parts of a remark.
    package func remark(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: pick(", ", "，")) }
}
