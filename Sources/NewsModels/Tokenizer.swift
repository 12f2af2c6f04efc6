/// One word, number or ideograph of a text.
public struct Token: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// Letters, possibly with digits among them.
        case word
        /// Digits alone.
        case number
        /// One Han character or kana.
        case ideograph
    }

    public let kind: Kind
    /// Lower case without accents, every number as "0", a possessive kept: what shingles are made of.
    public let text: String
    /// Lower case without accents, digits as written, an English possessive removed: what names are found by.
    public let key: String
    /// As written, an English possessive removed.
    public let surface: String
    /// The character right before, or `nil` at the start.
    public let preceding: Character?
    /// The character right after the surface, or `nil` at the end.
    public let following: Character?
}

/// Splits headlines of any language into tokens.
///
/// Latin letters are lower-cased and lose their accents (é is e, ß is ss, æ is ae); other alphabets
/// are lower-cased only. Han and kana are one token a character, having no spaces. A number with its
/// separators is "0", so that a revised figure is the same text. Hyphens and symbols separate.
public enum Tokenizer {
    /// The tokens of a text in order. O(characters).
    public static func tokens(_ text: String) -> [Token] {
        var scanner = Scanner(text)
        var tokens: [Token] = []
        while let token = scanner.next() { tokens.append(token) }
        return tokens
    }

    /// The ``Token/text`` of each token in order.
    public static func words(_ text: String) -> [String] {
        tokens(text).map(\.text)
    }
}

private struct Scanner {
    let scalars: [Unicode.Scalar]
    let classes: [CharacterClass]
    var position = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        classes = scalars.map(CharacterClass.init)
    }

    mutating func next() -> Token? {
        while position < classes.count {
            switch classes[position] {
            case .letter, .digit: return word()
            case .ideograph(let scalar):
                let start = position
                position += 1
                let text = String(scalar)
                return token(.ideograph, text: text, key: text, from: start, to: position)
            case .apostrophe, .mark, .other: position += 1
            }
        }
        return nil
    }

    private mutating func word() -> Token {
        let start = position
        var text = ""
        var key = ""
        var hasLetter = false
        scan: while position < classes.count {
            switch classes[position] {
            case .letter(let folded):
                text += folded
                key += folded
                hasLetter = true
                position += 1
            case .mark: position += 1
            case .digit: number(text: &text, key: &key)
            case .ideograph, .apostrophe, .other: break scan
            }
        }
        let end = position
        let suffix = apostropheSuffix()
        let isPossessive = suffix == "s"
        if let suffix {
            text += "'" + suffix
            if !isPossessive { key += "'" + suffix }
        }
        let kind: Token.Kind = hasLetter || suffix != nil ? .word : .number
        return token(kind, text: text, key: key, from: start, to: isPossessive ? end : position)
    }

    /// Digits with `.` or `,` between them, as one "0".
    private mutating func number(text: inout String, key: inout String) {
        text += "0"
        while position < classes.count {
            if classes[position] == .digit {
                key.unicodeScalars.append(ascii(scalars[position]))
                position += 1
            } else if isSeparator(position), position + 1 < classes.count, classes[position + 1] == .digit {
                key += "."
                position += 1
            } else {
                return
            }
        }
    }

    /// The letters after an apostrophe, or `nil` if no letter follows one.
    private mutating func apostropheSuffix() -> String? {
        guard position + 1 < classes.count, classes[position] == .apostrophe else { return nil }
        guard case .letter = classes[position + 1] else { return nil }
        position += 1
        var suffix = ""
        while position < classes.count, case .letter(let folded) = classes[position] {
            suffix += folded
            position += 1
        }
        return suffix
    }

    private func isSeparator(_ index: Int) -> Bool {
        classes[index] == .other(".") || classes[index] == .other(",")
    }

    private func ascii(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.value > 0x7F ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
    }

    private func token(_ kind: Token.Kind, text: String, key: String, from start: Int, to end: Int) -> Token {
        var surface = ""
        surface.unicodeScalars.append(contentsOf: scalars[start..<end])
        return Token(
            kind: kind, text: text, key: key, surface: surface,
            preceding: start > 0 ? Character(scalars[start - 1]) : nil,
            following: end < scalars.count ? Character(scalars[end]) : nil
        )
    }
}
