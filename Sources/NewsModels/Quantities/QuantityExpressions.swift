// Quantities that are no number with a unit: "doubled", "two-thirds", 一半, 百分之三十.
extension QuantityReader {
    /// A quantity said in other words than a number and a unit, and the index after it.
    func fixedExpression(at index: Int) -> (Quantity?, Int)? {
        if word(index) != nil { return wordExpression(at: index) }
        return ideograph(index) == nil && self[index]?.digits == nil
            ? vulgarFraction(at: index) : hanExpression(at: index)
    }

    private func quantity(
        _ value: Double, _ unit: Quantity.Unit, _ range: Range<Int>, _ qualifier: Quantity.Qualifier? = nil
    ) -> (Quantity?, Int) {
        let place = lexemes[range.lowerBound].place.lowerBound..<lexemes[range.upperBound - 1].place.upperBound
        return (
            Quantity(value, unit, qualifier ?? wordBefore(range.lowerBound) ?? .exact, place: place), range.upperBound
        )
    }

    private func wordBefore(_ index: Int) -> Quantity.Qualifier? {
        for entry in QuantityWords.ideographsBefore where holds(entry.name, at: index - entry.name.count) {
            return entry.qualifier
        }
        let one = word(index - 1) ?? ""
        let two = word(index - 2).map { $0 + " " + one } ?? ""
        return QuantityWords.before[two] ?? QuantityWords.before[one]
    }

    private func wordExpression(at index: Int) -> (Quantity?, Int)? {
        guard let name = word(index) else { return nil }
        let isHyphened = (self[index + 1]?.isSymbol("-") ?? false) && isGlued(index + 2)
        if let multiple = QuantityWords.multiples[name] {
            let next = word(index + 1) ?? ""
            guard !isHyphened, next != "down", next != "digit", next != "standards" else { return nil }
            return quantity(multiple, .multiple, index..<index + 1)
        }
        if let part = QuantityWords.parts[name] {
            guard scaledPart(part, at: index) == nil else { return nil }
            let previous = word(index - 1) ?? ""
            guard !isHyphened, !Self.periods.contains(previous),
                !["year", "time", "hour"].contains(word(index + 1) ?? "")
            else { return nil }
            return quantity(part, .share, index..<index + 1)
        }
        guard let count = QuantityWords.numberWords[name] else { return nil }
        let place = isHyphened ? index + 2 : index + 1
        guard let part = word(place).flatMap({ QuantityWords.partNames[$0] }), count * part < 1 else { return nil }
        let isOf = ["of", "de", "der", "des", "di", "do", "da"].contains(word(place + 1) ?? "")
        guard isOf || (isHyphened && count >= 2) else { return nil }
        return quantity(count * part, .share, index..<place + 1)
    }

    /// Half of a large number, which needs a currency or scale after it to be one: "half a trillion", "half-billion".
    func scaledPart(_ part: Double, at index: Int) -> Term? {
        let isHyphened = (self[index + 1]?.isSymbol("-") ?? false) && isGlued(index + 2)
        let isArticle = ["a", "an", "un", "una", "eine", "einer", "d'un"].contains(word(index + 1) ?? "")
        let scale = isHyphened || isArticle ? index + 2 : index + 1
        guard let name = word(scale), QuantityWords.scales[name] != nil, !QuantityWords.letters.contains(name) else {
            return nil
        }
        return Term(start: index, end: isArticle ? index + 2 : index + 1, lower: part, upper: part, isDigits: false)
    }

    private static let periods: Set<String> = [
        "first", "second", "latter", "other", "primera", "segunda", "primeira", "ersten", "zweiten", "premiere",
        "seconde",
    ]

    private func vulgarFraction(at index: Int) -> (Quantity?, Int)? {
        let values = ["½": 0.5, "¼": 0.25, "¾": 0.75]
        guard case .symbol(let scalar)? = self[index]?.kind, let value = values[String(scalar)] else { return nil }
        return quantity(value, .share, index..<index + 1)
    }

    private func hanExpression(at index: Int) -> (Quantity?, Int)? {
        for (name, value, unit) in Self.fixed where holds(name, at: index) {
            let isMore = ideograph(index - 1) == "过" || ideograph(index - 1) == "多"
            return quantity(value, unit, index..<index + name.count, isMore ? .atLeast : nil)
        }
        // 百分之三十, 三分之二: what is divided by comes first.
        if let divisor = ideograph(index).flatMap({ QuantityWords.ideographScales[$0] }), divisor <= 10_000,
            holds(Array("分之".unicodeScalars), at: index + 1), let (value, end) = plainNumber(at: index + 3)
        {
            return quantity(value / divisor, .share, index..<end)
        }
        guard let (divisor, separator) = plainNumber(at: index), holds(Array("分之".unicodeScalars), at: separator),
            let (value, end) = plainNumber(at: separator + 2), divisor > 0
        else { return nil }
        return quantity(value / divisor, .share, index..<end)
    }

    private static let fixed: [(name: [Unicode.Scalar], value: Double, unit: Quantity.Unit)] = fixedNames.map {
        (Array($0.0.unicodeScalars), $0.1, $0.2)
    }

    private static let fixedNames: [(String, Double, Quantity.Unit)] = [
        ("一半", 0.5, .share), ("半数", 0.5, .share), ("减半", 0.5, .share), ("腰斩", 0.5, .share), ("翻一番", 2, .multiple),
        ("翻两番", 4, .multiple), ("翻番", 2, .multiple), ("翻倍", 2, .multiple), ("半分", 0.5, .share),
    ]

    private func plainNumber(at index: Int) -> (Double, Int)? {
        if let digits = self[index]?.digits {
            return DigitGroups.value(digits, hasDecimalComma: false).map { ($0, index + 1) }
        }
        guard let numeral = HanNumeral(self, at: index), !numeral.hasLargeScale, numeral.lower == numeral.upper else {
            return nil
        }
        return (numeral.lower, numeral.end)
    }
}

/// A number in Han characters: 三千五百, 一亿, 两三 (two to three), 十几 (11 to 19), 数十亿 (tens of 亿, 20 to 90).
struct HanNumeral {
    /// Without ``scale``.
    let lower: Double
    let upper: Double
    /// 万, 亿 and 兆, multiplied; 1 without them.
    let scale: Double
    let end: Int
    let qualifier: Quantity.Qualifier?

    var hasLargeScale: Bool { scale > 1 }

    init?(_ reader: QuantityReader, at start: Int) {
        var index = start
        var (sum, digit): (Double, Double?) = (0, nil)
        var upperDigit: Double?
        var scale = 1.0
        var (hasDigit, isVague, scales) = (false, false, 0)
        func close(_ unit: Double) {
            let value = digit ?? 1
            sum += value * unit
            if let upper = upperDigit { upperDigit = upper * unit }
            digit = nil
        }
        if let first = reader.ideograph(index), "数几上".unicodeScalars.contains(first) {
            guard let next = reader.ideograph(index + 1), QuantityWords.ideographScales[next] != nil else { return nil }
            if first == "上" {
                qualifier = .atLeast
            } else {
                qualifier = .approximate
                isVague = true
            }
            hasDigit = true
            index += 1
        } else {
            qualifier = nil
        }
        while let scalar = reader.ideograph(index) {
            if let value = QuantityWords.ideographDigits[scalar] {
                guard scale == 1 else { break }
                if let before = digit, value != 0 {
                    // 两三倍, 三五倍: neighbours are a range; other digits in a row are no number.
                    let isRange = value == before + 1 || (before == 3 && value == 5)
                    guard isRange, upperDigit == nil, sum == 0 else { return nil }
                    upperDigit = value
                } else {
                    digit = value == 0 ? nil : value
                }
                hasDigit = true
            } else if let unit = QuantityWords.ideographScales[scalar] {
                scales += 1
                if unit < 1e4 { close(unit) } else { scale *= unit }
            } else if scalar == "几", reader.ideograph(index - 1) == "十", sum > 0, scale == 1, !isVague {
                upperDigit = sum + 9
                sum += 1
                hasDigit = true
            } else {
                break
            }
            index += 1
        }
        // 万科, 百度: a scale alone is part of a name, unless it counts something (十倍); two (千亿) are a number if
        // something says how much.
        let isCounting = "倍余多".unicodeScalars.contains(reader.ideograph(index) ?? " ") && scale == 1
        guard index > start, hasDigit || scales >= 2 || isCounting else { return nil }
        if !hasDigit, !isCounting {
            let isQualified = QuantityWords.ideographsBefore.contains {
                reader.holds($0.name, at: start - $0.name.count)
            }
            let isMoney = QuantityWords.ideographCurrencies.contains { reader.holds($0.name, at: index) }
            guard isQualified || isMoney else { return nil }
        }
        if let digit { sum += digit }
        if sum == 0 { sum = 1 }
        lower = isVague ? 2 * sum : sum
        upper = isVague ? 9 * sum : (upperDigit ?? sum)
        self.scale = scale
        end = index
    }
}

/// Digits with separators as a number.
enum DigitGroups {
    /// - Parameter hasDecimalComma: Whether one comma before three digits is a decimal one, and one dot groups.
    /// - Returns: `nil` for what is no number, such as 1.2.3 (a version) or 12.34.56.
    static func value(_ digits: String, hasDecimalComma: Bool) -> Double? {
        guard digits.utf8.count <= 40 else { return nil }
        let separators = digits.filter { !$0.isNumber }
        guard let last = separators.last else { return Double(digits) }
        let parts = digits.split(omittingEmptySubsequences: false) { !$0.isNumber }
        let isGrouped = parts.dropFirst().allSatisfy { $0.count == 3 } && (1...3).contains(parts[0].count)
        let isMixed = Set(separators).count > 1
        if !isMixed, separators.count > 1 || last == "'" {
            return isGrouped ? Double(parts.joined()) : nil
        }
        if !isMixed, isGrouped, parts[0] != "0", (last == ",") != hasDecimalComma {
            return Double(parts.joined())
        }
        // What groups before the decimal separator has three digits in each group.
        let groups = parts.dropLast()
        guard groups.count == 1 || groups.dropFirst().allSatisfy({ $0.count == 3 }),
            separators.filter({ $0 == last }).count == 1
        else { return nil }
        return Double(groups.joined() + "." + (parts.last ?? ""))
    }
}
