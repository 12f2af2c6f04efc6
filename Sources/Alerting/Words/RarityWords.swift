import Schema

/// Which table a return period was read from, in words.
enum RarityWords {
    /// How the stage begins what was counted in the stream itself; anything else is the table that is shipped.
    private static let ownBeginning = "this stream, "
    private static let years = " stock-years"

    /// How often a move comes by its return period: `about once in 1.8 years of one name`, `about 2.5 times a year of one name`.
    static func often(_ years: Double, _ language: Language) -> String {
        if years > 0, years < 0.95 {
            let times = language.decimal(1 / years, 1 / years < 10 ? 1 : 0)
            return language.pick("about \(times) times a year of one name", "单只股票每年约\(times)次")
        }
        let span = language.decimal(years, years < 10 ? 1 : 0)
        return language.pick("about once in \(span) years of one name", "单只股票约\(span)年一遇")
    }

    /// `as counted in this stream (10 to 100 M USD a day, 234 stock-years)`, `by the shipped table (…)`; of groups and the
    /// market that there is none of their own. Nil where the measure does not say.
    static func table(_ period: ReturnPeriodEstimate, _ scope: ShockScope, _ language: Language) -> String? {
        guard !period.basis.isEmpty else { return nil }
        let basis = basis(period.basis, language)
        if period.basis.hasPrefix(ownBeginning) {
            return language.pick("as counted in this stream (\(basis))", "据本数据流计数（\(basis)）")
        }
        switch scope {
        case .group:
            return language.pick(
                "by the shipped table (\(basis); groups have none of their own)", "据内置的表（\(basis)；板块没有自己的表）")
        case .market:
            return language.pick(
                "by the shipped table (\(basis); markets have none of their own)", "据内置的表（\(basis)；大盘没有自己的表）")
        case .instrument, .unspecified, .UNRECOGNIZED:
            return language.pick("by the shipped table (\(basis))", "据内置的表（\(basis)）")
        }
    }

    /// Volume and years of what was counted, or what the shipped table is of.
    private static func basis(_ text: String, _ language: Language) -> String {
        let line = Wording.line(text, limit: 160)
        guard line.hasPrefix(ownBeginning) else { return StageProse.text(line, language) }
        let parts = line.utf8.dropFirst(ownBeginning.utf8.count).split(separator: UInt8(ascii: ","))
        return parts.map { part in
            let words = Wording.line(Wording.trimmed(part))
            guard language == .chinese, words.hasSuffix(years) else { return StageProse.text(words, language) }
            return (String(words.utf8.dropLast(years.utf8.count)) ?? words) + "个股票年"
        }.joined(separator: language.pick(", ", "，"))
    }
}
