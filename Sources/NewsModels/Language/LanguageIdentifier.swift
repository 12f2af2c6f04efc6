import Glibc

/// The language a text is written in, as far as it can be told.
public struct LanguageGuess: Equatable, Sendable {
    /// BCP 47: `en`, `zh-Hans`, `zh-Hant` …; `und` where nothing tells.
    public let language: String
    /// By how much, in nats a letter, it beats the next one; 0 for `und`, ∞ where the script alone decides.
    public let margin: Double

    /// Without the script: `zh` for `zh-Hant`.
    public var base: String { String(language.prefix { $0 != "-" }) }

    static let unknown = LanguageGuess(language: "und", margin: 0)
}

/// Tells the language of a headline.
///
/// The script decides where it can (kana, Hangul, Greek, Thai, Hebrew, Devanagari; letters only Persian, only
/// simplified or only traditional Chinese has); Latin and Cyrillic texts go to the language under which their
/// character sequences are likeliest: naive Bayes over sequences of one to four characters, counted in
/// `LanguageSamples`. The same text always gets the same answer; nothing is loaded or installed.
public enum LanguageIdentifier {
    /// Characters read of a text; what follows adds nothing.
    public static let readLength = 400

    /// O(characters · languages), about ten microseconds for a headline.
    public static func identify(_ text: String) -> LanguageGuess {
        let start = text.unicodeScalars.prefix(readLength)
        var counts = ScriptCounts()
        for scalar in start { counts.add(scalar) }
        switch counts.leading {
        case .latin: return SequenceModel.latin.identify(start)
        case .cyrillic: return SequenceModel.cyrillic.identify(start)
        case .japanese: return LanguageGuess(language: "ja", margin: .infinity)
        case .han: return counts.chinese
        case .arabic: return LanguageGuess(language: counts.persian > 0 ? "fa" : "ar", margin: .infinity)
        case .other(let language): return LanguageGuess(language: language, margin: .infinity)
        case nil: return .unknown
        }
    }
}

/// How many letters of each script a text has.
private struct ScriptCounts {
    enum Script: Equatable {
        case latin, cyrillic, han, japanese, arabic
        case other(String)
    }

    private var latin = 0
    private var cyrillic = 0
    private var han = 0
    private var kana = 0
    private var arabic = 0
    private var others: [(language: String, count: Int)] = []
    private(set) var persian = 0
    private var simplified = 0
    private var traditional = 0

    mutating func add(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: latin += 1
        case 0x400...0x52F: cyrillic += 1
        case 0x3041...0x3096, 0x30A1...0x30FA, 0xFF66...0xFF9D: kana += 1
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: addHan(scalar)
        case 0x600...0x6FF, 0x750...0x77F:
            arabic += 1
            if Self.persianLetters.contains(scalar) { persian += 1 }
        case 0xAC00...0xD7A3, 0x1100...0x11FF: addOther("ko")
        case 0x370...0x3FF: addOther("el")
        case 0x590...0x5FF: addOther("he")
        case 0xE00...0xE7F: addOther("th")
        case 0x900...0x97F: addOther("hi")
        default: break
        }
    }

    /// The script of most letters. A Han character or kana says as much as three Latin letters, of which product
    /// names are made everywhere.
    var leading: Script? {
        let eastAsian = 3 * (han + kana)
        let other = others.max { $0.count < $1.count }
        let most = max(latin, cyrillic, eastAsian, arabic, 2 * (other?.count ?? 0))
        guard most > 0 else { return nil }
        if let other, 2 * other.count == most { return .other(other.language) }
        if eastAsian == most { return kana > 0 && 8 * kana >= han ? .japanese : .han }
        if cyrillic * 2 >= most, cyrillic >= 4 || cyrillic == most { return .cyrillic }
        return arabic == most ? .arabic : .latin
    }

    /// Simplified unless more characters are traditional ones.
    var chinese: LanguageGuess {
        LanguageGuess(
            language: traditional > simplified ? "zh-Hant" : "zh-Hans",
            margin: Double(abs(traditional - simplified)) / Double(max(1, han)))
    }

    private mutating func addHan(_ scalar: Unicode.Scalar) {
        han += 1
        if HanFolding.isTraditional(scalar) { traditional += 1 }
        if HanFolding.isSimplified(scalar) { simplified += 1 }
    }

    private mutating func addOther(_ language: String) {
        if let index = others.firstIndex(where: { $0.language == language }) {
            others[index].count += 1
        } else {
            others.append((language, 1))
        }
    }

    /// پ چ ژ گ and the Persian forms of kaf and yeh.
    private static let persianLetters: Set<Unicode.Scalar> = [
        "\u{67E}", "\u{686}", "\u{698}", "\u{6AF}", "\u{6A9}", "\u{6CC}",
    ]
}

/// Languages of one alphabet told apart by sequences of characters.
private struct SequenceModel: Sendable {
    static let latin = SequenceModel(LanguageSamples.latin)
    static let cyrillic = SequenceModel(LanguageSamples.cyrillic)

    private static let longest = 4
    /// Sequences assumed unseen of each language, so that none is impossible.
    private static let smoothing = 0.5

    private let languages: [String]
    /// Row of each known sequence in ``weights``.
    private let rows: [UInt64: Int32]
    /// ln of the relative frequency, one row a sequence, one column a language.
    private let weights: [Float]

    init(_ samples: [LanguageSamples.Sample]) {
        var rows: [UInt64: Int32] = [:]
        var counts: [[Float]] = []
        for (column, sample) in samples.enumerated() {
            Self.forEachSequence(in: sample.text.unicodeScalars[...]) { hash, _ in
                if rows[hash] == nil {
                    rows[hash] = Int32(counts.count)
                    counts.append([Float](repeating: 0, count: samples.count))
                }
                counts[Int(rows[hash] ?? 0)][column] += 1
            }
        }
        let totals = samples.indices.map { column in
            Double(counts.reduce(0) { $0 + $1[column] }) + Self.smoothing * Double(counts.count)
        }
        weights = counts.flatMap { row in
            row.enumerated().map { Float(log((Double($1) + Self.smoothing) / totals[$0])) }
        }
        languages = samples.map(\.language)
        self.rows = rows
    }

    /// In a text of at most so many characters words with a capital count for less: of four words one or two are names,
    /// which belong to no language.
    private static let short = 48
    /// What they count, and the first word, which is a name more often.
    private static let capitalised: Float = 0.5
    private static let first: Float = 0.25

    /// Which words are read, and for how much.
    private enum Reading {
        case all
        /// All but names of products: a capital or a digit inside.
        case withoutProducts
        /// The same of a short text.
        case short
    }

    func identify(_ text: String.UnicodeScalarView.SubSequence) -> LanguageGuess {
        let isShort = text.index(text.startIndex, offsetBy: Self.short + 1, limitedBy: text.endIndex) == nil
        // Where nothing else is there, names of products are all there is to go by.
        let guess = identify(text, isShort ? .short : .withoutProducts)
        return guess == .unknown ? identify(text, .all) : guess
    }

    private func identify(_ text: String.UnicodeScalarView.SubSequence, _ reading: Reading) -> LanguageGuess {
        var scores = [Float](repeating: 0, count: languages.count)
        var known: Float = 0
        Self.forEachSequence(in: text, reading) { hash, weight in
            guard let row = rows[hash] else { return }
            known += weight
            let start = Int(row) * languages.count
            for column in languages.indices { scores[column] += weight * weights[start + column] }
        }
        guard known > 0 else { return .unknown }
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        let margin = order.count > 1 ? Double((scores[order[0]] - scores[order[1]]) / known) : .infinity
        guard margin > 0 else { return .unknown }
        return LanguageGuess(language: languages[order[0]], margin: margin)
    }

    /// Hashes of all sequences of one to four characters of the words read, begun and ended by a space, in lower case,
    /// each with what its word counts.
    private static func forEachSequence(
        in text: String.UnicodeScalarView.SubSequence, _ reading: Reading = .all, _ body: (UInt64, Float) -> Void
    ) {
        var word: [UInt32] = []
        var (isProduct, isCapitalised, isFirst) = (false, false, true)
        func finish() {
            guard !word.isEmpty else {
                isProduct = false
                return
            }
            switch reading {
            case .all: sequences(of: word, weight: 1, body)
            case .withoutProducts: if !isProduct { sequences(of: word, weight: 1, body) }
            case .short:
                let weight = !isCapitalised ? 1 : isFirst ? first : capitalised
                if !isProduct { sequences(of: word, weight: weight, body) }
            }
            word.removeAll(keepingCapacity: true)
            (isProduct, isCapitalised, isFirst) = (false, false, false)
        }
        for scalar in text {
            switch CharacterClass.letterInLowerCase(scalar) {
            case let letter?:
                if letter != scalar.value, letter != 0x27 {
                    if word.isEmpty { isCapitalised = true } else { isProduct = true }
                }
                word.append(letter)
            case nil:
                if (0x30...0x39).contains(scalar.value) { isProduct = true } else { finish() }
            }
        }
        finish()
    }

    private static func sequences(of word: [UInt32], weight: Float, _ body: (UInt64, Float) -> Void) {
        let count = word.count + 2
        for start in 0..<count {
            var hash = FNV1a.offset
            for end in start..<min(count, start + longest) {
                let value = end == 0 || end == count - 1 ? 0x20 : word[end - 1]
                hash = (hash ^ UInt64(value)) &* 0x100_0000_01b3
                body(hash, weight)
            }
        }
    }
}

extension CharacterClass {
    /// The letter in lower case with its accents; an apostrophe is part of a word (l'action); `nil` for others.
    fileprivate static func letterInLowerCase(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar.value {
        case 0x61...0x7A: return scalar.value
        case 0x41...0x5A: return scalar.value + 0x20
        case 0x27, 0x2019: return 0x27
        case 0..<0x80: return nil
        default:
            guard scalar.properties.isAlphabetic else { return nil }
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            return lower.count == 1 ? lower.first?.value : scalar.value
        }
    }
}
