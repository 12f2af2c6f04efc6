/// How single characters count in a headline.
enum CharacterClass: Equatable {
    /// Part of a word, with its folded form.
    case letter(String)
    case digit
    /// A character of a script written without spaces: Han and kana.
    case ideograph(Unicode.Scalar)
    case apostrophe
    /// A combining accent, which is dropped.
    case mark
    case other(Unicode.Scalar)

    init(_ original: Unicode.Scalar) {
        // Full-width forms are their ASCII originals.
        var scalar = original
        if (0xFF01...0xFF5E).contains(original.value) {
            scalar = Unicode.Scalar(original.value - 0xFEE0) ?? original
        }
        switch scalar.value {
        case 0x61...0x7A: self = .letter(String(scalar))
        case 0x41...0x5A: self = .letter(scalar.properties.lowercaseMapping)
        case 0x30...0x39: self = .digit
        case 0x27, 0x2019, 0x02BC: self = .apostrophe
        case 0..<0x80: self = .other(scalar)
        case 0xC0...0x17F:
            let folded = Self.foldedLatin[Int(scalar.value) - 0xC0]
            self = folded == "-" ? .other(scalar) : .letter(folded)
        case 0x300...0x36F: self = .mark
        case 0x3041...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: self = .ideograph(scalar)
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .ideograph(scalar)
        default:
            self = scalar.properties.isAlphabetic ? .letter(scalar.properties.lowercaseMapping) : .other(scalar)
        }
    }

    /// U+00C0 to U+017F in lower case without accents; "-" where there is no letter.
    private static let foldedLatin = """
        a a a a a a ae c e e e e i i i i d n o o o o o - o u u u u y th ss a a a a a a ae c e e e e i i
        i i d n o o o o o - o u u u u y th y a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g
        g g g g g g h h h h i i i i i i i i i i ij ij j j k k k l l l l l l l l l l n n n n n n n n n o
        o o o o o oe oe r r r r r r s s s s s s s s t t t t t t u u u u u u u u u u u u w w y y y z z z
        z z z s
        """.split(whereSeparator: \.isWhitespace).map(String.init)
}
