/// The words in which one language reports prices, as ``Token/key``.
///
/// Each language has its own, so that what is a share in one (actions) is not one in another.
struct PriceLexicon: Sendable {
    /// What has a price on an exchange.
    var subjects: Set<String> = []
    /// The same as endings of compounds (Chipaktien).
    var subjectEndings: [String] = []
    /// What also has other things done to it than being priced: a move counts only close after it.
    var closeSubjects: Set<String> = []
    var subjectPhrases: [[String]] = []
    var closeSubjectPhrases: [[String]] = []
    var falls: Set<String> = []
    var rises: Set<String> = []
    /// Moves that are also ordinary words: they count near a subject or a percentage, not after a bare name.
    var weak: Set<String> = []
    /// Words and phrases that mean a move only close to a subject.
    var closeMoves: Set<String> = []
    var closePhrases: [[String]] = []
    /// Words and phrases that say the whole thing.
    var whole: Set<String> = []
    var wholePhrases: [[String]] = []
    /// When trading takes place: a move at such a time is one of a price.
    var tradingTimes: [[String]] = []
    /// What is done to money that is lost, and how money is counted.
    var wipes: [[String]] = []
    var money: Set<String> = []
    /// What one does with money that is gone, and what says that it was worth and not earned.
    var losing: Set<String> = []
    var worth: Set<String> = []
    /// Whether "593.000" is a thousand times "593".
    var hasDecimalComma = false
    /// What else moves by percentages.
    var fundamentals: Set<String> = []
    var percent: [[String]] = []
    /// Phrases in which a word above has another sense.
    var otherSenses: [[String]] = []
    /// What a transitive verb that looks like a move has as its object, and the words that may stand before it.
    var objects: Set<String> = []
    var determiners: Set<String> = []
    /// What before a move makes it a forecast or a wish ("could fall").
    var modals: Set<String> = []
    /// What before a name makes it something else than the subject ("sales of Intel fall").
    var prepositions: Set<String> = []
    /// What introduces a reason.
    var reasons: Set<String> = []
    /// What else may follow a move that has no object: times, places of trading, amounts.
    var circumstances: Set<String> = []
    var adverbs: Set<String> = []
    var adverbEndings: [String] = []
    /// What may stand between a subject and its verb ("se desploma").
    var reflexives: Set<String> = []

    func isMove(_ word: String) -> Bool { falls.contains(word) || rises.contains(word) }

    func isStrong(_ word: String) -> Bool { isMove(word) && !weak.contains(word) }

    func isAdverb(_ word: String) -> Bool {
        adverbs.contains(word) || adverbEndings.contains { word.hasSuffix($0) && word.count > $0.count + 2 }
    }

    /// Whether a word can begin what makes a report: without one there is none.
    func stirs(_ word: String) -> Bool { stirring.contains(word) }

    private(set) var stirring: Set<String> = []

    private func ready() -> PriceLexicon {
        var lexicon = self
        lexicon.stirring = falls.union(rises).union(closeMoves).union(whole)
            .union((wholePhrases + closePhrases + wipes).compactMap(\.first))
        return lexicon
    }

    static let all = [english, spanish, german, french, russian].map { $0.ready() }

    /// Words separated by white space.
    static func set(_ words: String) -> Set<String> {
        Set(words.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// Phrases separated by commas.
    static func phrases(_ text: String) -> [[String]] {
        text.split(separator: ",").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    }
}
