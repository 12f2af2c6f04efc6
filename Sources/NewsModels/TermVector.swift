/// A headline as a direction in the space of terms, of length one.
struct TermVector {
    struct Entry {
        let term: SalientTerm
        let weight: Double
    }

    /// What a name counts beside an ordinary word of the same rarity.
    static let nameWeight = 2.0
    /// What a pair of ideographs counts: most words are two or three, so pairs come in bunches.
    static let pairWeight = 0.7

    let entries: [Entry]

    init(_ terms: [SalientTerm], statistics: TermStatistics) {
        let all = statistics.headlineCount
        let raw = terms.map { term in
            let isPair = term.text.unicodeScalars.first.map { $0.value >= 0x3041 } ?? false
            let kind = term.isName ? Self.nameWeight : isPair ? Self.pairWeight : 1
            return Entry(term: term, weight: kind * statistics.inverseFrequency(of: term.hash, among: all))
        }
        let length = raw.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
        entries = length > 0 ? raw.map { Entry(term: $0.term, weight: $0.weight / length) } : []
    }
}
