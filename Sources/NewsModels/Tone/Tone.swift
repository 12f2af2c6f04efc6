import Glibc

/// How good or bad a headline sounds for those it is about. Not what it means for a thesis: see ``StanceModel``.
public struct Tone: Codable, Equatable, Sendable {
    public enum Direction: Int, Codable, Sendable {
        case negative = -1
        case neutral
        case positive
    }

    /// From −1 to 1: the sum of its signs, squeezed by x/(1 + |x|).
    public let score: Double
    /// Sums of what sounds good and of what sounds bad, not negative.
    public let positive: Double
    public let negative: Double
    /// Neutral where the two nearly balance, or nothing sounds either way.
    public let direction: Direction

    /// Words and ideographs read of a text; a headline is shorter.
    public static let longest = 150
    /// Sums within this of each other are neutral.
    public static let neutralBand = 0.4

    init(positive: Double, negative: Double) {
        self.positive = positive
        self.negative = negative
        let sum = positive - negative
        score = sum / (1 + abs(sum))
        direction = abs(sum) < Self.neutralBand ? .neutral : sum > 0 ? .positive : .negative
    }

    /// Whether any word of tone was found.
    public var isCovered: Bool { positive + negative > 0 }

    /// Reads a headline in English or Chinese; others are neutral but for words they share. O(words²)
    /// of the first ``longest``.
    ///
    /// Words count by themselves (`ToneRole.polar`) or by what moves: profits that rise are good, debts that rise
    /// are bad, and "cuts" looks for what is cut after it. A negation turns what follows within three words (four
    /// characters in Chinese); what is granted ("despite …") counts for less, what comes after "but" for more.
    public static func read(_ text: String) -> Tone {
        ToneReader(text, ToneLexicon.entries).tone
    }
}

/// Whether a headline says that more of something is needed, bought or built, or less.
///
/// What somebody needs is neither good nor bad news, but much of what is claimed about markets is about it.
public enum Demand {
    /// From −1 (less) to 1 (more); 0 where it says neither. English and Chinese, by the same rules and at the same cost as
    /// ``Tone/read(_:)``.
    public static func read(_ text: String) -> Double {
        ToneReader(text, DemandLexicon.entries).tone.score
    }
}

/// One headline being read by a list of words: for ``Tone`` or for ``Demand``.
private struct ToneReader {
    struct Term {
        let role: ToneRole
        let isTransitive: Bool
        let range: Range<Int>
        let isIdeographic: Bool
        /// Whether it can stand before what moves: "cooling inflation".
        let isParticiple: Bool
    }

    private let count: Int
    private let terms: [Term]

    init(_ text: String, _ entries: [String: [ToneLexicon.Entry]]) {
        let tokens = Array(Tokenizer.tokens(String(text.unicodeScalars.prefix(8 * Tone.longest))).prefix(Tone.longest))
        let keys = tokens.map { token in
            token.kind == .ideograph ? HanFolding.simplified(token.key) : token.key
        }
        let forms = zip(tokens, keys).map { token, key in
            token.kind == .word ? EnglishForms.bases(of: key) : [key]
        }
        count = tokens.count
        var terms: [Term] = []
        var index = 0
        while index < tokens.count {
            let matches = Self.longest(at: index, forms, entries)
            for entry in matches {
                terms.append(
                    Term(
                        role: entry.role, isTransitive: entry.isTransitive,
                        range: index..<index + entry.keys.count, isIdeographic: tokens[index].kind == .ideograph,
                        isParticiple: keys[index].hasSuffix("ing")))
            }
            index += max(1, matches.first?.keys.count ?? 1)
        }
        self.terms = terms
    }

    /// The longest entries that stand here: several if a word has several roles.
    private static func longest(
        at index: Int, _ forms: [[String]], _ entries: [String: [ToneLexicon.Entry]]
    ) -> [ToneLexicon.Entry] {
        var found: [ToneLexicon.Entry] = []
        for base in forms[index] {
            for entry in entries[base] ?? [] {
                let length = entry.keys.count
                guard length >= found.first?.keys.count ?? 1, index + length <= forms.count else { continue }
                let matches = (1..<max(1, length)).allSatisfy { forms[index + $0].contains(entry.keys[$0]) }
                guard matches,
                    !found.contains(where: {
                        $0.keys.count == length && $0.role == entry.role && $0.isTransitive == entry.isTransitive
                    })
                else { continue }
                if length > found.first?.keys.count ?? 0 { found.removeAll() }
                found.append(entry)
            }
        }
        return found
    }

    var tone: Tone {
        var (positive, negative) = (0.0, 0.0)
        var used = Set<Int>()
        for value in values(&used) {
            if value.value > 0 { positive += value.value } else { negative -= value.value }
        }
        return Tone(positive: positive, negative: negative)
    }

    private func values(_ used: inout Set<Int>) -> [(place: Int, value: Double)] {
        var values: [(place: Int, value: Double)] = []
        var places = Set<Int>()
        for (index, term) in terms.enumerated() {
            var value: Double?
            switch term.role {
            case .polar(let polarity) where !isMoved(term) && !moves(term): value = polarity
            case .move(let direction):
                // A word that is both (cut: down by itself, or of what follows) counts once, with its object if it has one.
                guard !places.contains(term.range.lowerBound) else { continue }
                if let object = moved(by: index, used) {
                    used.insert(object.index)
                    value = direction * object.sign
                } else if !hasOtherRole(index) {
                    value = direction * 0.6
                }
            default: break
            }
            guard var value else { continue }
            places.insert(term.range.lowerBound)
            value *= degree(around: term) * (isNegated(term) ? -0.8 : 1) * clause(of: term)
            values.append((term.range.lowerBound, value))
        }
        for (index, term) in terms.enumerated() {
            guard case .quantity(let sign) = term.role, sign < 0, !used.contains(index),
                !values.contains(where: { $0.place == term.range.lowerBound })
            else { continue }
            values.append((term.range.lowerBound, (isNegated(term) ? 0.5 : -0.5) * clause(of: term)))
        }
        return values
    }

    /// Whether the same words also are a term of another role that is still to come.
    private func hasOtherRole(_ index: Int) -> Bool {
        terms.indices.contains { other in
            guard other > index, terms[other].range == terms[index].range else { return false }
            switch terms[other].role {
            case .polar: return true
            case .move: return moved(by: other, []) != nil
            default: return false
            }
        }
    }

    /// Whether the same words move something, which then decides.
    private func moves(_ term: Term) -> Bool {
        terms.indices.contains { index in
            guard terms[index].range == term.range, case .move = terms[index].role else { return false }
            return moved(by: index, []) != nil
        }
    }

    /// Whether a bad thing counts through a move of it instead of by itself.
    private func isMoved(_ term: Term) -> Bool {
        terms.contains { other in
            guard other.range == term.range, case .quantity = other.role else { return false }
            return terms.indices.contains { index in
                guard case .move = terms[index].role, let object = moved(by: index, []) else { return false }
                return terms[object.index].range == term.range
            }
        }
    }

    /// What moves: for a transitive word the nearest quantity after it, for others the
    /// nearest before; else the other way round.
    private func moved(by index: Int, _ used: Set<Int>) -> (index: Int, sign: Double)? {
        let term = terms[index]
        let reach = term.isIdeographic ? (before: 9, after: 7) : (before: 5, after: 4)
        func candidate(_ isAfter: Bool) -> (index: Int, sign: Double)? {
            var best: (index: Int, sign: Double, distance: Int)?
            for (place, other) in terms.enumerated() {
                guard case .quantity(let sign) = other.role, other.range != term.range, !used.contains(place) else {
                    continue
                }
                let distance =
                    isAfter
                    ? other.range.lowerBound - term.range.upperBound : term.range.lowerBound - other.range.upperBound
                guard distance >= 0, distance < (isAfter ? reach.after : reach.before) else { continue }
                if distance < best?.distance ?? .max { best = (place, sign, distance) }
            }
            return best.map { ($0.index, $0.sign) }
        }
        if term.isParticiple, let next = candidate(true), terms[next.index].range.lowerBound == term.range.upperBound {
            return next
        }
        return term.isTransitive ? candidate(true) ?? candidate(false) : candidate(false) ?? candidate(true)
    }

    private func isNegated(_ term: Term) -> Bool {
        let reach = term.isIdeographic ? 4 : 3
        return terms.filter { other in
            guard case .negation = other.role, other.range != term.range else { return false }
            let distance = term.range.lowerBound - other.range.upperBound
            return distance >= 0 && distance < reach
        }.count % 2 == 1
    }

    private func degree(around term: Term) -> Double {
        var factor = 1.0
        for other in terms {
            guard case .degree(let degree) = other.role, other.range != term.range else { continue }
            let distance = max(
                other.range.lowerBound - term.range.upperBound, term.range.lowerBound - other.range.upperBound)
            if distance <= 1 { factor *= degree }
        }
        return min(2, max(0.4, factor))
    }

    /// What is granted counts for less, what is the point for more.
    private func clause(of term: Term) -> Double {
        var factor = 1.0
        for other in terms {
            switch other.role {
            case .concession where other.range.upperBound <= term.range.lowerBound: factor *= 0.5
            case .contrast: factor *= other.range.upperBound <= term.range.lowerBound ? 1.4 : 0.7
            default: break
            }
        }
        return min(1.5, max(0.3, factor))
    }
}
