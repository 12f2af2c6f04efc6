/// A headline read with the words of one language that has spaces; see ``PriceReportClassifier``.
struct PriceReading {
    /// How many words a move may stand after what moves, and before it ("a fall in shares").
    private static let reach = (after: 8, before: 4)
    /// The same for words that mean a move only close to what moves ("futures lower").
    private static let closeReach = (after: 4, before: 0)
    /// The same for phrases ("selling in AI shares").
    private static let phraseReach = (after: 4, before: 4)
    /// How many words a percentage may be away from its move.
    private static let percentageReach = 4

    private let tokens: [Token]
    private let words: [String]
    private let lexicon: PriceLexicon
    private let instruments: [Range<Int>]
    /// Where a word has another sense than that of prices.
    private let masked: Set<Int>

    init(_ tokens: [Token], lexicon: PriceLexicon, instruments: [Range<Int>]) {
        self.tokens = tokens
        words = tokens.map(\.key)
        self.lexicon = lexicon
        self.instruments = instruments
        masked = Set(lexicon.otherSenses.flatMap { Self.places(of: $0, in: tokens.map(\.key)).flatMap { $0 } })
    }

    var falls: Bool {
        moves.contains { lexicon.falls.contains(words[$0]) } || ((isWipedOut || losesValue) && !rises)
    }
    var rises: Bool { moves.contains { lexicon.rises.contains(words[$0]) } }
    var namesReason: Bool { words.dropFirst().contains { lexicon.reasons.contains($0) } }

    var isReport: Bool {
        saysAll || movesWithSubject || movesByPercentage || movesWhileTrading || instrumentMoves || isWipedOut
            || losesValue
    }

    // MARK: The seven rules

    private var saysAll: Bool {
        words.indices.contains { lexicon.whole.contains(words[$0]) && !masked.contains($0) }
            || lexicon.wholePhrases.contains { has($0) }
    }

    private var movesWithSubject: Bool {
        let close = words.indices.filter { lexicon.closeMoves.contains(words[$0]) && !masked.contains($0) }
        let phrases = lexicon.closePhrases.flatMap { places(of: $0).map(\.lowerBound) }
        let moves = moves
        return Self.anyReaches(from: subjects, to: moves, Self.reach)
            || Self.anyReaches(from: subjects, to: close, Self.closeReach)
            || Self.anyReaches(from: subjects, to: phrases, Self.phraseReach)
            || Self.anyReaches(from: closeSubjects, to: moves + close, Self.closeReach)
    }

    private var movesByPercentage: Bool {
        guard !words.contains(where: { lexicon.fundamentals.contains($0) }) else { return false }
        let percentages = tokens.indices.filter { isPercentage($0) }
        return percentages.contains { place in moves.contains { abs($0 - place) <= Self.percentageReach } }
    }

    private var movesWhileTrading: Bool {
        !moves.isEmpty && lexicon.tradingTimes.contains { has($0) }
    }

    private var instrumentMoves: Bool {
        instruments.contains { name in
            guard !(name.lowerBound > 0 && lexicon.prepositions.contains(words[name.lowerBound - 1])) else {
                return false
            }
            var place = name.upperBound
            if place < words.count, lexicon.reflexives.contains(words[place]) { place += 1 }
            return place < words.count && lexicon.isStrong(words[place]) && !masked.contains(place)
                && standsAlone(after: place)
        }
    }

    private var isWipedOut: Bool {
        lexicon.wipes.contains { has($0) } && words.indices.contains { isMoney($0) }
    }

    /// Money that is lost and was worth, not earned: said so, or an instrument's and too much for a loss of business.
    private var losesValue: Bool {
        let losing = words.indices.filter { lexicon.losing.contains(words[$0]) && !isForecast($0) }
        guard !losing.isEmpty, words.indices.contains(where: { isMoney($0) }) else { return false }
        if words.contains(where: { lexicon.worth.contains($0) }) { return true }
        return instruments.contains { name in losing.contains { (0...1).contains($0 - name.upperBound) } }
            && tokens.indices.contains { (amount(at: $0) ?? 0) >= PriceReportClassifier.leastMarketValue }
    }

    // MARK: Their words

    private var subjects: [Int] {
        occurrences(lexicon.subjects, lexicon.subjectPhrases)
            + words.indices.filter { index in lexicon.subjectEndings.contains { words[index].hasSuffix($0) } }
    }

    private var closeSubjects: [Int] { occurrences(lexicon.closeSubjects, lexicon.closeSubjectPhrases) }

    /// Where the words and the last words of the phrases are that do not have another sense.
    private func occurrences(_ set: Set<String>, _ phrases: [[String]]) -> [Int] {
        (words.indices.filter { set.contains(words[$0]) } + phrases.flatMap(places).map { $0.upperBound - 1 })
            .filter { !masked.contains($0) }
    }

    private var moves: [Int] {
        words.indices.filter {
            lexicon.isMove(words[$0]) && !masked.contains($0) && !isForecast($0) && !hasObject($0)
        }
    }

    /// Whether a move is expected or wished for: "could fall", "should not have crashed".
    private func isForecast(_ move: Int) -> Bool {
        words[max(0, move - 3)..<move].contains { lexicon.modals.contains($0) }
    }

    /// Whether a move is one of something the headline names after it: "drops the plan".
    private func hasObject(_ move: Int) -> Bool {
        var next = move + 1
        if next < words.count, lexicon.determiners.contains(words[next]) { next += 1 }
        return next < words.count && lexicon.objects.contains(words[next])
    }

    /// Whether nothing follows that the verb could have as its object: the end, an amount, or a circumstance,
    /// possibly after adverbs.
    private func standsAlone(after verb: Int) -> Bool {
        var next = verb + 1
        while next < words.count, lexicon.isAdverb(words[next]) { next += 1 }
        guard next < words.count, !Self.endsClause(tokens[next - 1]) else { return true }
        return isPercentage(next) || lexicon.isMove(words[next]) || lexicon.reasons.contains(words[next])
            || lexicon.circumstances.contains(words[next])
    }

    private static func endsClause(_ token: Token) -> Bool {
        token.following.map { ",:;.!?—".contains($0) } ?? true
    }

    private func isPercentage(_ index: Int) -> Bool {
        guard tokens[index].kind == .number else { return false }
        if let sign = tokens[index].following, sign == "%" || sign == "％" { return true }
        return lexicon.percent.contains { words[(index + 1)...].starts(with: $0) }
    }

    /// Whether a word counts money in large numbers: billion, $589bn.
    private func isMoney(_ index: Int) -> Bool {
        lexicon.money.contains(words[index]) || (amount(at: index) ?? 0) >= 1e9
    }

    /// What a number with its scale comes to: 593 billion, 593bn, 593.000 millones.
    private func amount(at index: Int) -> Double? {
        let digits = tokens[index].surface.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
        guard !digits.isEmpty else { return nil }
        let isGlued = digits.count < tokens[index].surface.count
        let scale =
            isGlued
            ? String(tokens[index].key.drop { $0.isNumber || $0 == "." })
            : index + 1 < words.count ? words[index + 1] : ""
        guard let factor = QuantityWords.scales[scale], isGlued || !QuantityWords.letters.contains(scale) else {
            return nil
        }
        return DigitGroups.value(String(digits), hasDecimalComma: lexicon.hasDecimalComma).map { $0 * factor }
    }

    private func has(_ phrase: [String]) -> Bool { !places(of: phrase).isEmpty }

    private func places(of phrase: [String]) -> [Range<Int>] { Self.places(of: phrase, in: words) }

    private static func places(of phrase: [String], in words: [String]) -> [Range<Int>] {
        guard !phrase.isEmpty, phrase.count <= words.count else { return [] }
        return (0...(words.count - phrase.count)).compactMap { start in
            words[start...].starts(with: phrase) ? start..<(start + phrase.count) : nil
        }
    }

    private static func anyReaches(from subjects: [Int], to moves: [Int], _ reach: (after: Int, before: Int)) -> Bool {
        subjects.contains { subject in
            moves.contains { subject < $0 ? $0 - subject <= reach.after : subject - $0 <= reach.before }
        }
    }
}
