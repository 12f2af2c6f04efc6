/// What quantities are read from: the pieces of a text that are no white space.
struct QuantityLexeme: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// Digits with their separators, as written, and how many single steps `.`/`,`/`'` they have.
        case digits(String)
        /// Letters in lower case without accents.
        case word(String)
        /// A Han character, simplified, or a Hangul syllable.
        case ideograph(Unicode.Scalar)
        case symbol(Unicode.Scalar)
    }

    let kind: Kind
    /// Offsets of Unicode scalars.
    let place: Range<Int>
    /// Whether white space stands before it.
    let isSpaced: Bool

    var word: String? {
        if case .word(let word) = kind { word } else { nil }
    }

    var ideograph: Unicode.Scalar? {
        if case .ideograph(let scalar) = kind { scalar } else { nil }
    }

    var digits: String? {
        if case .digits(let digits) = kind { digits } else { nil }
    }

    func isSymbol(_ scalars: String) -> Bool {
        if case .symbol(let scalar) = kind { scalars.unicodeScalars.contains(scalar) } else { false }
    }
}

extension QuantityLexeme {
    /// The pieces of a text in order. O(characters).
    static func all(of text: String) -> [QuantityLexeme] {
        var scanner = Scanner(scalars: Array(text.unicodeScalars.prefix(TextNormalizer.longest)))
        return scanner.run()
    }

    private struct Scanner {
        let scalars: [Unicode.Scalar]
        var position = 0
        var lexemes: [QuantityLexeme] = []
        var isSpaced = false

        init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

        mutating func run() -> [QuantityLexeme] {
            while position < scalars.count {
                let start = position
                switch CharacterClass(scalars[position]) {
                case .digit: finish(.digits(digits()), from: start)
                case .letter: letters(from: start)
                case .ideograph(let scalar):
                    position += 1
                    finish(.ideograph(HanFolding.simplified(scalar)), from: start)
                case .mark: position += 1
                case .apostrophe, .other: symbol(from: start)
                }
            }
            return lexemes
        }

        private mutating func finish(_ kind: Kind, from start: Int) {
            lexemes.append(QuantityLexeme(kind: kind, place: start..<position, isSpaced: isSpaced))
            isSpaced = false
        }

        private mutating func symbol(from start: Int) {
            let scalar = scalars[position]
            position += 1
            if scalar.properties.isWhitespace {
                isSpaced = true
            } else {
                finish(.symbol(Self.plain(scalar)), from: start)
            }
        }

        /// Hangul has no upper case and scales of its own that follow digits: a syllable is a piece.
        private mutating func letters(from start: Int) {
            if (0xAC00...0xD7A3).contains(scalars[start].value) {
                position += 1
                return finish(.ideograph(scalars[start]), from: start)
            }
            var word = ""
            while position < scalars.count {
                let value = CharacterClass(scalars[position])
                if case .letter(let folded) = value {
                    guard !(0xAC00...0xD7A3).contains(scalars[position].value) else { break }
                    word += folded
                } else if value != .mark {
                    break
                }
                position += 1
            }
            finish(.word(word), from: start)
        }

        private mutating func digits() -> String {
            var text = ""
            while position < scalars.count {
                let scalar = scalars[position]
                if CharacterClass(scalar) == .digit {
                    text.unicodeScalars.append(Self.plain(scalar))
                } else if ".,'’，．".unicodeScalars.contains(scalar), position + 1 < scalars.count,
                    CharacterClass(scalars[position + 1]) == .digit
                {
                    text.unicodeScalars.append(scalar == "’" ? "'" : Self.plain(scalar))
                } else if isGroupingSpace(scalar) {
                    text.append("'")
                } else {
                    break
                }
                position += 1
            }
            return text
        }

        /// A narrow or no-break space between three digits and others groups them ("600 000").
        private func isGroupingSpace(_ scalar: Unicode.Scalar) -> Bool {
            guard scalar == "\u{A0}" || scalar == "\u{202F}" || scalar == "\u{2009}", position + 3 < scalars.count
            else {
                return false
            }
            let isGroup = (1...3).allSatisfy { CharacterClass(scalars[position + $0]) == .digit }
            return isGroup && !(position + 4 < scalars.count && CharacterClass(scalars[position + 4]) == .digit)
        }

        /// Full-width forms as ASCII, and one dash, one minus.
        private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
            switch scalar.value {
            case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
            case 0x2010...0x2015, 0x301C, 0x2212: "-"
            case 0x7E: "~"
            case 0xFFE5: "¥"
            default: scalar
            }
        }
    }
}
