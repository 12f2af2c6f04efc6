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
        let raw = terms.map { term in
            let isPair = term.text.unicodeScalars.first.map { $0.value >= 0x3041 } ?? false
            let kind = term.isName ? Self.nameWeight : isPair ? Self.pairWeight : 1
            return Entry(term: term, weight: kind * statistics.inverseFrequency(of: term.hash))
        }
        let length = raw.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
        entries = length > 0 ? raw.map { Entry(term: $0.term, weight: $0.weight / length) } : []
    }

    /// The cosine with a story's centroid, and how many terms the two share.
    func cosine(with story: Story) -> (value: Double, shared: Int) {
        var product = 0.0
        var shared = 0
        for entry in entries {
            guard let term = story.terms.first(where: { $0.hash == entry.term.hash }) else { continue }
            product += entry.weight * term.weight
            shared += 1
        }
        let length = story.terms.reduce(0) { $0 + $1.weight * $1.weight }.squareRoot()
        return (length > 0 ? product / length : 0, shared)
    }
}

extension Story {
    /// Adds an item's direction to the centroid and keeps the heaviest terms.
    mutating func add(_ vector: TermVector) {
        for entry in vector.entries {
            if let index = terms.firstIndex(where: { $0.hash == entry.term.hash }) {
                terms[index].weight += entry.weight
                terms[index].items += 1
            } else {
                terms.append(Term(text: entry.term.text, hash: entry.term.hash, weight: entry.weight, items: 1))
            }
        }
        terms.sort { ($1.weight, $0.hash) < ($0.weight, $1.hash) }
        if terms.count > StoryIndex.Limits.terms { terms.removeLast(terms.count - StoryIndex.Limits.terms) }
    }

    /// Files the wording; says whether this source has published a near-duplicate before.
    mutating func addWording(_ shingles: [UInt64], source: String) -> Bool {
        var closest: (index: Int, jaccard: Double)?
        for (index, wording) in recentWordings.enumerated() {
            let jaccard = Shingles.jaccard(wording.shingles, shingles)
            if jaccard >= Shingles.nearDuplicate, jaccard > (closest?.jaccard ?? 0) { closest = (index, jaccard) }
        }
        guard let closest else {
            wordings += 1
            recentWordings.append(Wording(shingles: shingles, sources: [source]))
            if recentWordings.count > StoryIndex.Limits.wordings { recentWordings.removeFirst() }
            return false
        }
        if recentWordings[closest.index].sources.contains(source) { return true }
        recentWordings[closest.index].sources.append(source)
        return false
    }
}
