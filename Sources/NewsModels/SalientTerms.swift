/// A term by which a headline can be told from others.
public struct SalientTerm: Codable, Equatable, Sendable {
    /// ``Token/key`` of a word, or two neighbouring ideographs.
    public let text: String
    /// FNV-1a of ``text``.
    public let hash: UInt64
    /// Whether it is written as a name: capitalised inside a headline that is not in title case, in
    /// capitals, in mixed case (iPad) or with digits among letters (G7).
    public let isName: Bool
}

/// Picks the terms of a headline that say what it is about.
public enum SalientTerms {
    /// The terms of a headline in order, each once; function words, numbers and single letters are left out.
    public static func terms(_ headline: String) -> [SalientTerm] { terms(Tokenizer.tokens(headline)) }

    /// The same of a headline that is in words already.
    public static func terms(_ tokens: [Token]) -> [SalientTerm] {
        let style = HeadlineStyle(tokens)
        var terms: [SalientTerm] = []
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .number: continue
            case .word:
                guard token.key.count > 1, !FunctionWords.all.contains(token.key) else { continue }
                append(token.key, isName: style.isName(token, at: index), to: &terms)
            case .ideograph:
                guard index + 1 < tokens.count, tokens[index + 1].kind == .ideograph, token.following != " " else {
                    continue
                }
                let pair = token.key + tokens[index + 1].key
                // Two hiragana are grammar, not a subject.
                guard !pair.unicodeScalars.allSatisfy({ (0x3041...0x309F).contains($0.value) }) else { continue }
                append(pair, isName: false, to: &terms)
            }
        }
        return terms
    }

    private static func append(_ text: String, isName: Bool, to terms: inout [SalientTerm]) {
        let hash = FNV1a.hash(text)
        guard !terms.contains(where: { $0.hash == hash }) else { return }
        terms.append(SalientTerm(text: text, hash: hash, isName: isName))
    }
}

/// Whether capitals say anything in this headline.
private struct HeadlineStyle {
    let isTitleCase: Bool
    let isAllCapitals: Bool

    init(_ tokens: [Token]) {
        var (words, capitalised, capitals) = (0, 0, 0)
        for token in tokens.dropFirst() where token.kind == .word && token.key.count > 3 {
            words += 1
            if token.surface.first?.isUppercase == true { capitalised += 1 }
            if token.surface.allSatisfy({ !$0.isLowercase }) { capitals += 1 }
        }
        isTitleCase = words >= 3 && capitalised * 5 >= words * 3
        isAllCapitals = words >= 2 && capitals * 5 >= words * 4
    }

    func isName(_ token: Token, at index: Int) -> Bool {
        guard !isAllCapitals else { return false }
        let letters = token.surface.filter(\.isLetter)
        let capitals = letters.filter(\.isUppercase).count
        let hasDigit = letters.count < token.surface.count && token.surface.contains(where: \.isNumber)
        if capitals > 0, hasDigit || capitals == letters.count { return true }
        if letters.dropFirst().contains(where: \.isUppercase) { return true }
        return index > 0 && !isTitleCase && letters.first?.isUppercase == true
    }
}
