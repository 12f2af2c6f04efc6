/// Finds the quantities a text states: money, shares, multiples and counts, in Latin, Cyrillic, Chinese, Japanese and
/// Korean spelling.
///
/// `$593 billion`, `600.000 millones de dólares`, `近6000亿美元`, `10倍`, `百分之三十`, `three-fold`, `3.6-3.7萬億美元`.
/// What only looks like a number is left out: years, dates, times, and digits in names (R1, 5G, GPT-4). A range takes
/// the unit of its end; "from 5 to 4 %" is two quantities, for it is a change.
public enum QuantityParser {
    /// Quantities read of one text.
    public static let most = 200

    /// The quantities in order; none overlap. O(characters).
    ///
    /// - Parameters:
    ///   - text: A headline.
    ///   - language: BCP 47; decides what "1.234" and "1 billion" are. Empty is read as English.
    public static func quantities(in text: String, language: String = "") -> [Quantity] {
        let reader = QuantityReader(QuantityLexeme.all(of: text), language: String(language.prefix { $0 != "-" }))
        var found: [Quantity] = []
        var index = 0
        while index < reader.lexemes.count, found.count < most {
            if reader.mayBegin(at: index), let (quantity, next) = reader.quantity(at: index) {
                if let quantity { found.append(quantity) }
                index = next
            } else {
                index += 1
            }
        }
        return found
    }
}

/// One text being read; see ``QuantityParser``.
struct QuantityReader {
    /// A number with what stands beside it.
    struct Term {
        var start: Int
        var end: Int
        var lower: Double
        var upper: Double
        var scale = 1.0
        /// What percent and the like divide by.
        var divisor = 1.0
        var unit: Quantity.Unit?
        var qualifier: Quantity.Qualifier?
        /// Whether it is written in digits, and so may count things.
        var isDigits = true
        var isYearLike = false

        var hasScale: Bool { scale != 1 }
    }

    let lexemes: [QuantityLexeme]
    let language: String
    let hasDecimalComma: Bool

    init(_ lexemes: [QuantityLexeme], language: String) {
        self.lexemes = lexemes
        self.language = language
        hasDecimalComma = Self.decimalCommaLanguages.contains(language)
    }

    private static let decimalCommaLanguages: Set<String> = [
        "es", "de", "fr", "it", "pt", "nl", "pl", "cs", "hu", "ro", "sv", "tr", "vi", "id", "ru", "uk", "bg",
    ]

    subscript(_ index: Int) -> QuantityLexeme? { lexemes.indices.contains(index) ? lexemes[index] : nil }

    func word(_ index: Int) -> String? { self[index]?.word }

    func ideograph(_ index: Int) -> Unicode.Scalar? { self[index]?.ideograph }

    func isGlued(_ index: Int) -> Bool { self[index].map { !$0.isSpaced } ?? false }

    func holds(_ name: [Unicode.Scalar], at index: Int) -> Bool {
        index >= 0 && name.indices.allSatisfy { ideograph(index + $0) == name[$0] }
    }

    /// Whether a quantity can begin here: a cheap test that most words fail.
    func mayBegin(at index: Int) -> Bool {
        switch lexemes[index].kind {
        case .digits: true
        case .word(let word): Self.wordStarts.contains(word)
        case .ideograph(let scalar): Self.ideographStarts.contains(scalar)
        case .symbol(let scalar): QuantityWords.currencySymbols[scalar] != nil || "-½¼¾".unicodeScalars.contains(scalar)
        }
    }

    private static let wordStarts = Set(QuantityWords.numberWords.keys).union(QuantityWords.multiples.keys)
        .union(QuantityWords.parts.keys).union(QuantityWords.partNames.keys).union(QuantityWords.dollars.keys)
        .union(currencyCodes)
    static let currencyCodes: Set<String> = [
        "usd", "eur", "gbp", "jpy", "cny", "rmb", "chf", "inr", "rs", "krw", "hkd", "aud", "cad", "twd", "pln", "sek",
        "brl",
    ]
    private static let ideographStarts = Set(QuantityWords.ideographDigits.keys)
        .union(QuantityWords.ideographScales.keys).union("数几半翻减腰上".unicodeScalars)

    /// The quantity that begins here and the index after it. A number that is none (a date) is passed over as a whole.
    func quantity(at index: Int) -> (Quantity?, Int)? {
        if let fixed = fixedExpression(at: index) { return fixed }
        guard let first = term(at: index) else { return nil }
        if first.isYearLike, first.unit == nil, !first.hasScale { return (nil, first.end) }
        if let range = range(from: first) { return (finish(range), range.end) }
        return (finish(first), first.end)
    }

    private func finish(_ term: Term) -> Quantity? {
        guard term.unit != nil || term.hasScale || term.isDigits else { return nil }
        let unit = term.unit ?? .count
        let before = qualifierBefore(term.start)
        let after = qualifierAfter(term.end)
        let start = lexemes[term.start].place.lowerBound
        let end = lexemes[term.end - 1].place.upperBound
        var (lower, upper) = (
            term.lower * term.scale / term.divisor, term.upper * term.scale / term.divisor
        )
        if unit == .multiple, lower == 1, upper == 1 {
            // "Up one time" is twice as much.
            guard isIncrease(before: term.start) else { return nil }
            (lower, upper) = (2, 2)
        }
        guard lower.isFinite, upper.isFinite else { return nil }
        return Quantity(lower, to: upper, unit, term.qualifier ?? after ?? before ?? .exact, place: start..<end)
    }

    /// Whether what stands shortly before says that something grew.
    private func isIncrease(before index: Int) -> Bool {
        (max(0, index - 7)..<index).contains { "涨增升高多翻贵".unicodeScalars.contains(ideograph($0) ?? " ") }
    }
}

// MARK: Ranges

extension QuantityReader {
    private static let rangeWords: Set<String> = [
        "to", "bis", "a", "and", "y", "und", "et", "e", "до", "и", "do", "tot", "al",
    ]
    private static let fromWords: Set<String> = [
        "from", "von", "de", "da", "du", "od", "с", "от", "desde", "van", "depuis",
    ]
    private static let betweenWords: Set<String> = ["between", "entre", "zwischen", "tra", "fra", "между"]

    private func range(from first: Term) -> Term? {
        let connector = first.end
        let isWord = word(connector).map(Self.rangeWords.contains) ?? false
        let isIdeograph = ideograph(connector) == "至" || ideograph(connector) == "到"
        guard isWord || isIdeograph || (self[connector]?.isSymbol("-~") ?? false) else { return nil }
        guard let second = term(at: connector + 1, endingRangeOf: first), second.isDigits == first.isDigits else {
            return nil
        }
        let previous = word(first.start - 1) ?? ""
        if isWord {
            let isBetween = Self.betweenWords.contains(previous)
            let joins = ["and", "y", "und", "et", "e", "и"].contains(word(connector) ?? "")
            guard joins == isBetween, isBetween || !Self.fromWords.contains(previous) else { return nil }
            // "$5 to 600 visitors" is no range.
            guard second.hasScale || lexemes[connector + 1..<second.end].contains(where: { $0.digits == nil }) else {
                return nil
            }
        }
        if isIdeograph, ideograph(first.start - 1) == "从" { return nil }
        guard first.unit == nil || second.unit == nil || first.unit == second.unit else { return nil }
        // "5%-10" and "$5-10bn" are ranges, "17% - 3 things" is not.
        guard second.unit != nil || second.hasScale || !first.isYearLike else { return nil }
        if first.unit != nil, second.unit == nil, self[connector + 1]?.isSpaced ?? false { return nil }
        let inheritsScale = !first.hasScale && second.hasScale
        let scale = inheritsScale ? second.scale : first.scale
        var range = first
        range.end = second.end
        range.unit = second.unit ?? first.unit
        (range.scale, range.divisor) = (1, first.unit == nil ? second.divisor : first.divisor)
        range.lower = first.lower * scale
        range.upper = second.upper * (second.hasScale || !first.hasScale ? second.scale : first.scale)
        // "A quarter to a fifth" goes down; "5-3" is a result.
        guard range.lower <= range.upper || (first.unit != nil && second.unit != nil) else { return nil }
        return range
    }
}

// MARK: Qualifiers

extension QuantityReader {
    private func qualifierBefore(_ start: Int) -> Quantity.Qualifier? {
        if let symbol = self[start - 1], symbol.isSymbol("~≈") { return .approximate }
        if self[start - 1]?.isSymbol(">") ?? false { return .atLeast }
        if self[start - 1]?.isSymbol("<") ?? false { return .atMost }
        for entry in QuantityWords.ideographsBefore where holds(entry.name, at: start - entry.name.count) {
            return entry.qualifier
        }
        var phrase = ""
        var best: Quantity.Qualifier?
        for back in 1...3 {
            guard let word = word(start - back) else { break }
            phrase = back == 1 ? word : word + " " + phrase
            if let qualifier = QuantityWords.before[phrase] { best = qualifier }
        }
        return best
    }

    private func qualifierAfter(_ end: Int) -> Quantity.Qualifier? {
        if let plus = self[end], plus.isSymbol("+"), !plus.isSpaced { return .atLeast }
        for entry in QuantityWords.ideographsAfter where holds(entry.name, at: end) { return entry.qualifier }
        guard word(end) == "or" || word(end) == "o" || word(end) == "oder" else { return nil }
        switch word(end + 1) {
        case "more", "mas", "mehr", "higher", "above": return .atLeast
        case "less", "menos", "weniger", "lower", "fewer": return .atMost
        default: return nil
        }
    }
}

// MARK: Terms

extension QuantityReader {
    /// A number at `index` with its sign, currency, scale and unit.
    ///
    /// - Parameter start: The start of the range that it ends, whose currency it has if it names none.
    func term(at index: Int, endingRangeOf start: Term? = nil) -> Term? {
        var position = index
        var sign = 1.0
        if let minus = self[position], minus.isSymbol("-") {
            guard position == 0 || minus.isSpaced || (self[position - 1]?.isSymbol("(") ?? false),
                isGlued(position + 1)
            else { return nil }
            sign = -1
            position += 1
        }
        let prefix = currencyPrefix(at: position)
        if let prefix { position = prefix.end }
        if prefix != nil, let minus = self[position], minus.isSymbol("-"), isGlued(position + 1) {
            sign = -1
            position += 1
        }
        guard var term = number(at: position, isFree: start != nil || prefix != nil) else { return nil }
        term.start = index
        term.lower *= sign
        term.upper *= sign
        if let prefix {
            term.unit = .money(prefix.code)
        } else if case .money? = start?.unit {
            term.unit = start?.unit
        }
        addScales(to: &term)
        addUnit(to: &term)
        return isNumberOnly(term) && !beginsRange(term) ? nil : term
    }

    /// Whether a number without a unit begins a range in Han characters: 两到三倍.
    private func beginsRange(_ term: Term) -> Bool {
        guard ideograph(term.start) != nil, "到至".unicodeScalars.contains(ideograph(term.end) ?? " ") else {
            return false
        }
        return HanNumeral(self, at: term.end + 1) != nil
    }

    /// Whether a number is part of something else: an ordinal, a product, a measure glued to it.
    private func isNumberOnly(_ term: Term) -> Bool {
        guard term.unit == nil else { return false }
        if !term.isDigits { return !term.hasScale }
        if term.hasScale { return false }
        // 5G, 10th, 7nm
        if let next = self[term.end], next.word != nil, !next.isSpaced { return true }
        return false
    }

    private func currencyPrefix(at index: Int) -> (code: String, end: Int)? {
        if case .symbol(let scalar)? = self[index]?.kind, let code = QuantityWords.currencySymbols[scalar] {
            if scalar == "$", isGlued(index), let owner = word(index - 1), let dollar = QuantityWords.dollars[owner] {
                return (dollar, index + 1)
            }
            return (code == "JPY" && language == "zh" ? "CNY" : code, index + 1)
        }
        guard let word = word(index) else { return nil }
        if self[index + 1]?.isSymbol("$") ?? false, isGlued(index + 1), let code = QuantityWords.dollars[word] {
            return (code, index + 2)
        }
        guard Self.currencyCodes.contains(word), self[index + 1]?.digits != nil else { return nil }
        return QuantityWords.currencyWords[word].map { ($0, index + 1) }
    }

    /// - Parameter isFree: Whether what stands right before is known to belong to the quantity.
    private func number(at index: Int, isFree: Bool) -> Term? {
        switch self[index]?.kind {
        case .digits(let digits): return digitsTerm(digits, at: index, isFree: isFree)
        case .word(let word): return wordTerm(word, at: index)
        case .ideograph: return ideographTerm(at: index)
        default: return nil
        }
    }

    private func digitsTerm(_ digits: String, at index: Int, isFree: Bool) -> Term? {
        if !isFree, isGlued(index), index > 0 {
            // R1, GPT-4, #3, 14:30, 2/2/2025
            if word(index - 1) != nil || self[index - 1]?.isSymbol("#:/_") ?? false { return nil }
            if self[index - 1]?.isSymbol("-") ?? false, isGlued(index - 1), index > 1, ideograph(index - 2) == nil {
                return nil
            }
        }
        guard let value = DigitGroups.value(digits, hasDecimalComma: hasDecimalComma) else { return nil }
        var term = Term(start: index, end: index + 1, lower: value, upper: value)
        if let slash = self[index + 1], slash.isSymbol("/"), !slash.isSpaced, isGlued(index + 2) {
            guard let fraction = fraction(of: value, at: index) else { return nil }
            return fraction
        }
        if self[index + 1]?.isSymbol(":") ?? false, isGlued(index + 2), self[index + 2]?.digits != nil { return nil }
        if isDate(value, digits, at: index) { term.isYearLike = true }
        return term
    }

    /// 3/4, which no third number follows.
    private func fraction(of value: Double, at index: Int) -> Term? {
        guard let below = self[index + 2]?.digits.flatMap(Double.init), value < below, below <= 10, value > 0,
            !((self[index + 3]?.isSymbol("/") ?? false) && isGlued(index + 3))
        else { return nil }
        return Term(start: index, end: index + 3, lower: value / below, upper: value / below, unit: .share)
    }

    /// Whether a number is a year, a day, part of a date or of an index's name. Such a number is only passed over if nothing else
    /// (a scale, a unit) makes it a quantity.
    private func isDate(_ value: Double, _ digits: String, at index: Int) -> Bool {
        if digits.count == 4, (1900...2100).contains(value) { return true }
        if isOfIndex(at: index) { return true }
        if let next = ideograph(index + 1), "月日号时世".unicodeScalars.contains(next) { return true }
        if ideograph(index - 1) == "第" { return true }
        guard value <= 31, value == value.rounded() else { return false }
        return [index - 1, index + 1].contains { word($0).map(Self.months.contains) ?? false }
    }

    /// S&P 500, Nasdaq-100, 沪深300: how many members the index has.
    private func isOfIndex(at index: Int) -> Bool {
        let isHyphened = (self[index - 1]?.isSymbol("-") ?? false) && !(self[index - 1]?.isSpaced ?? true)
        let place = isHyphened ? index - 2 : index - 1
        if let name = word(place) {
            if name == "p" { return (self[place - 1]?.isSymbol("&") ?? false) && word(place - 2) == "s" }
            return name == "stoxx" || Self.indices.contains(name)
        }
        return Self.hanIndices.contains { holds($0, at: index - $0.count) }
    }

    private static let indices: Set<String> = [
        "nasdaq", "russell", "ftse", "csi", "nikkei", "cac", "asx", "tsx", "kospi", "kosdaq", "fortune", "topix",
    ]
    private static let hanIndices = ["标普", "沪深", "中证", "罗素", "纳斯达克", "纳指", "日经", "上证", "科创"].map {
        Array($0.unicodeScalars)
    }

    private static let months: Set<String> = Set(
        """
        january february march april june july august september october november december jan feb mar apr jun jul aug sep
        sept oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre januar
        februar marz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre
        novembre decembre января февраля марта апреля мая июня июля августа сентября октября ноября декабря
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    private func wordTerm(_ word: String, at index: Int) -> Term? {
        if let part = QuantityWords.parts[word] { return scaledPart(part, at: index) }
        guard let value = QuantityWords.numberWords[word] else { return nil }
        return Term(start: index, end: index + 1, lower: value, upper: value, isDigits: false)
    }

    private func ideographTerm(at index: Int) -> Term? {
        guard let numeral = HanNumeral(self, at: index) else { return nil }
        var term = Term(start: index, end: numeral.end, lower: numeral.lower, upper: numeral.upper, isDigits: false)
        if numeral.hasLargeScale { term.scale = numeral.scale }
        term.qualifier = numeral.qualifier
        return term
    }

    private func addScales(to term: inout Term) {
        while let next = self[term.end] {
            if let scalar = next.ideograph {
                if scalar == "多" || scalar == "余", let after = ideograph(term.end + 1),
                    QuantityWords.ideographScales[after] != nil || "倍成个".unicodeScalars.contains(after)
                        || currencySuffix(at: term.end + 1) != nil
                {
                    term.qualifier = .atLeast
                    term.end += 1
                    continue
                }
                guard term.isDigits || term.hasScale, let scale = QuantityWords.ideographScales[scalar] else { return }
                term.scale *= scale
                term.end += 1
                continue
            }
            // "a 5-billion plan", "5 billion", "$5m"
            let isHyphen = next.isSymbol("-") && !next.isSpaced && isGlued(term.end + 1)
            let place = isHyphen ? term.end + 1 : term.end
            guard let name = word(place), let scale = scale(name, at: place, of: term) else { return }
            term.scale *= scale
            term.end = place + 1
            // "3,5 Mrd. Euro"
            if self[term.end]?.isSymbol(".") ?? false, currencySuffix(at: term.end + 1) != nil { term.end += 1 }
        }
    }

    private func scale(_ name: String, at place: Int, of term: Term) -> Double? {
        guard let scale = QuantityWords.scales[name] else { return nil }
        if term.hasScale, scale > 1e9 { return nil }
        if QuantityWords.letters.contains(name), !(name == "mil" && language != "en" && language != "") {
            guard case .money? = term.unit ?? currencySuffix(at: place + 1).map({ .money($0.code) }), isGlued(place)
            else { return nil }
        }
        switch (name, language) {
        case ("bln", "pl"), ("billion", "de"), ("billion", "fr"), ("billions", "fr"): return 1e12
        case ("bln", _): return 1e9
        default: return scale
        }
    }

    private func addUnit(to term: inout Term) {
        let end = term.end
        if let percent = self[end], percent.isSymbol("%‰") {
            term.end += 1
            setShare(of: &term, dividedBy: percent.isSymbol("%") ? 100 : 1000)
        } else if ideograph(end) == "倍" {
            term.end += 1
            term.unit = .multiple
        } else if let scalar = ideograph(end), scalar == "成" || scalar == "割", isTenth(at: end) {
            term.end += 1
            setShare(of: &term, dividedBy: 10)
            addHundredths(to: &term)
        } else if let length = pointLength(at: end, "百分点") {
            term.end += length
            set(.points, of: &term, dividedBy: 100)
        } else if let length = pointLength(at: end, "基点") {
            term.end += length
            set(.points, of: &term, dividedBy: 10_000)
        } else if let suffix = currencySuffix(at: end) {
            term.end = suffix.end
            term.unit = .money(suffix.code)
        } else {
            addWordUnit(to: &term)
        }
    }

    private func addWordUnit(to term: inout Term) {
        var place = term.end
        if let hyphen = self[place], hyphen.isSymbol("-"), !hyphen.isSpaced, isGlued(place + 1) { place += 1 }
        guard let name = word(place) else { return }
        let pair = word(place + 1).map { name + " " + $0 } ?? ""
        if QuantityWords.percentWords.contains(name) || QuantityWords.percentPairs.contains(pair) {
            term.end = place + (QuantityWords.percentPairs.contains(pair) ? 2 : 1)
            setShare(of: &term, dividedBy: 100)
        } else if name == "percentage" || name == "percent",
            word(place + 1).map(QuantityWords.pointWords.contains) ?? false
        {
            term.end = place + 2
            set(.points, of: &term, dividedBy: 100)
        } else if QuantityWords.pointCompounds.contains(name) {
            term.end = place + 1
            set(.points, of: &term, dividedBy: 100)
        } else if QuantityWords.basisWords.contains(name) || QuantityWords.basisPairs.contains(pair) {
            term.end = place + (QuantityWords.basisPairs.contains(pair) ? 2 : 1)
            set(.points, of: &term, dividedBy: 10_000)
        } else if QuantityWords.multipleWords.contains(name), name != "x" || isGlued(place), term.lower != 1 {
            term.end = place + 1
            term.unit = .multiple
        }
    }

    private func setShare(of term: inout Term, dividedBy divisor: Double) {
        set(.share, of: &term, dividedBy: divisor)
        if word(term.end).map(QuantityWords.pointWords.contains) ?? false, divisor == 100 {
            term.end += 1
            term.unit = .points
        }
    }

    private func set(_ unit: Quantity.Unit, of term: inout Term, dividedBy divisor: Double) {
        term.divisor = divisor
        term.unit = unit
    }

    /// 三成 is three tenths; 成为, 成本, 成立 … are other words.
    private func isTenth(at index: Int) -> Bool {
        guard let next = ideograph(index + 1) else { return true }
        return !"为本立功交长员就果都熟分绩品年人型效色".unicodeScalars.contains(next)
    }

    /// What follows tenths: 一成半 is 0.15, 一成七 is 0.17.
    private func addHundredths(to term: inout Term) {
        guard let scalar = ideograph(term.end), term.lower == term.upper else { return }
        let next = ideograph(term.end + 1)
        if scalar == "半" {
            (term.lower, term.upper) = (term.lower + 0.5, term.upper + 0.5)
        } else if let digit = QuantityWords.ideographDigits[scalar], digit > 0,
            next == nil
                || (QuantityWords.ideographScales[next ?? " "] == nil
                    && !"成个家年月日名人次倍".unicodeScalars.contains(next ?? " "))
        {
            (term.lower, term.upper) = (term.lower + digit / 10, term.upper + digit / 10)
        } else {
            return
        }
        term.end += 1
    }

    /// How many ideographs a unit has here, with 个 before it.
    private func pointLength(at index: Int, _ name: String) -> Int? {
        let scalars = Array(name.unicodeScalars)
        if holds(scalars, at: index) { return scalars.count }
        return ideograph(index) == "个" && holds(scalars, at: index + 1) ? scalars.count + 1 : nil
    }

    /// A currency after a number: "dollars", "de dólares", "d'euros", "US dollars", 美元.
    private func currencySuffix(at index: Int) -> (code: String, end: Int)? {
        if ideograph(index) != nil {
            for entry in QuantityWords.ideographCurrencies where holds(entry.name, at: index) {
                return (entry.code, index + entry.name.count)
            }
            return nil
        }
        if case .symbol(let scalar)? = self[index]?.kind, scalar != "$" || !isGluedToDigits(index + 1),
            let code = QuantityWords.currencySymbols[scalar], self[index + 1]?.digits == nil
        {
            return (code, index + 1)
        }
        var place = index
        if let word = word(place), ["de", "di", "d", "of", "us", "von"].contains(word) {
            place += 1
            if self[place]?.isSymbol("'’") ?? false { place += 1 }
        }
        guard let name = word(place), let code = QuantityWords.currencyWords[name] else { return nil }
        // Codes follow the number; "rs", "won" and "real" alone are too often other words.
        if language == "en" || language == "", ["won", "real", "try"].contains(name) { return nil }
        return (code, place + 1)
    }

    private func isGluedToDigits(_ index: Int) -> Bool { self[index]?.digits != nil && isGlued(index) }
}
