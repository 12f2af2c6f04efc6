import Schema

/// The words of one language for what findings say by id. `docs/FINDINGS.md` says what each id means.
///
/// A figure is looked up as `section/figure` first, then as `figure`.
struct Vocabulary: Sendable {
    var sections: [String: String]
    var figures: [String: String]
    var methods: [String: String]
    /// By the whole assumption, or by its name with `{}` for the value.
    var assumptions: [String: String]
    /// What is missing other than facts.
    var lacks: [String: String]
    /// Kinds of fact.
    var facts: [String: String]
    /// Classes of owners, tiers and the like.
    var parties: [String: String]
    /// Words that figures carry instead of another's text.
    var texts: [String: String]
    /// Figures whose number stands for a word, as `section/figure` or `figure`.
    var signs: [String: Sign]
    /// Figures that are money traded: how a sale and a purchase of so much are said.
    var trades: [String: Sign]
    /// What a figure's own text is, by figure.
    var textTemplates: [String: String]
    var statuses: [ClaimStatus: String]
    /// Kinds of test of a claim.
    var tests: [String: String]
    var bases: [Basis: String]
    /// Whom a figure is of, where a name alone would mislead, by figure.
    var owners: [String: String]
    /// What was counted, by figure.
    var counted: [String: Counted]
    var asOf: String
    var since: String
    var on: String
    /// Where ``counted`` has no word.
    var observations: Counted
    /// Figures that are no estimates but the most something can be.
    var bounds: Set<String> = ["bound", "bound-own-turnover", "bound-with-index-funds", "survey-bound"]

    struct Counted: Sendable {
        var one: String
        var many: String

        /// - Parameter one: Of one; by default as of many.
        init(_ many: String, one: String? = nil) {
            self.many = many
            self.one = one ?? many
        }
    }

    struct Sign: Sendable {
        var minus: String
        var zero: String
        var plus: String
    }

    static func of(_ language: Language) -> Table { language == .english ? englishTable : chineseTable }

    private static let englishTable = Table(english)
    private static let chineseTable = Table(chinese)

    /// A vocabulary to refer to: its two dozen tables are not counted one by one wherever words are needed.
    final class Table: Sendable {
        let words: Vocabulary

        fileprivate init(_ words: Vocabulary) { self.words = words }
    }

    /// Figures that are changes: a gain has a plus.
    static let signed: Set<String> = [
        "session-return", "move", "net-run-up", "static-case", "gap", "stance", "gradient", "earnings-part",
        "multiple-part", "expected", "residual", "scenario", "mean-after", "mechanical", "fundamental",
        "excess", "net-present-value", "abnormal-return",
    ]
    /// Fractions that are parts of the move.
    static let ofTheMove: Set<String> = [
        "bound", "bound-own-turnover", "bound-with-index-funds", "mechanical", "fundamental",
    ]
    /// Lower and upper are the values at either sign.
    static let twoSigned: Set<String> = ["hedge", "per-percent"]
    /// Lower and upper are the range that was given.
    static let givenRange: Set<String> = ["announced", "raised", "reaffirmed", "cut", "kept"]
    /// Their date is the beginning of what they are counted over.
    static let since: Set<String> = [
        "multiple", "multiple-from-low", "net-run-up", "rank", "earnings-part", "multiple-part", "published-records",
        "regime-volatility",
    ]
    /// Their date is when it was.
    static let on: Set<String> = ["milestone", "highest-value", "published-record", "first-voice", "largest-jump"]
    /// Their date needs no word: it is when something was said.
    static let said: Set<String> = ["horizon"]
    /// Differences, of which an interval on both sides of 0 says nothing.
    static let differences: Set<String> = ["gap", "gradient", "excess"]
    /// Assumptions that are parts of a whole, or changes.
    static let percentages: Set<String> = [
        "margin", "discount-rate", "input-share", "other-cost", "share", "weight", "bear", "other", "growth-before",
        "revenue-share", "pass-through", "run-up>", "hazard", "prior-right", "dead-band", "bargaining-power",
    ]
    /// What whom a figure is of says already: the name of the assumption, by figure.
    static let saidByOwner = [
        "payback-years": "revenue-share", "net-present-value": "revenue-share", "break-even-elasticity": "gain",
    ]
    static let signedAssumptions: Set<String> = ["bear", "other"]
}
