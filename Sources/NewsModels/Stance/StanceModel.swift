import Glibc

/// Where a text stands towards a thesis.
public enum Stance: Int, Codable, CaseIterable, Sendable {
    case opposes = -1
    case neutral
    case supports
}

/// A text measured against a thesis.
public struct StanceScore: Codable, Equatable, Sendable {
    /// Cosine with the sentences for the thesis less cosine with those against it, from −2 to 2.
    public let likeness: Double
    /// The text's tone, turned so that it is positive if it is the tone of the sentences for the thesis; from −1 to 1.
    public let agreement: Double
    /// The text's ``Demand``, turned in the same way; from −1 to 1.
    public let demand: Double
    /// How near the text is to the sentences of either side: the larger cosine, from 0 to 1.
    public let topic: Double
    /// All three, weighted: positive for the thesis.
    public let score: Double
    /// By ``StanceModel/Weights/threshold``.
    public let stance: Stance
}

/// A headline read once, to be measured against any number of theses.
public struct ReadText: Sendable {
    public let features: HashedFeatures
    public let tone: Tone
    /// ``Demand/read(_:)``.
    public let demand: Double
    /// Its words by which subjects are compared (``SalientTerms``), in their base forms.
    public let terms: Set<String>

    public init(_ headline: String) {
        features = HashedFeatures(headline)
        tone = Tone.read(headline)
        demand = Demand.read(headline)
        terms = Set(SalientTerms.terms(headline).flatMap(Self.forms))
    }

    private static func forms(of term: SalientTerm) -> [String] {
        let isIdeographic = term.text.unicodeScalars.first.map { $0.value >= 0x3041 } ?? false
        return isIdeographic ? [HanFolding.simplified(term.text)] : EnglishForms.bases(of: term.text)
    }
}

/// A thesis as sentences for it and against it, in any number of languages, and how texts compare with them.
///
/// Works without any model: texts are compared by their words and characters (``HashedFeatures``), by their tone
/// (``Tone``), where the thesis is good or bad news, and by what they say is needed (``Demand``), where the thesis is about
/// that. Sentences should say what somebody says who holds the thesis, or denies it. `score(_:)` tells which way a text
/// leans that is about the thesis; ``isAbout(_:)`` whether it is.
public struct StanceModel: Sendable {
    /// Weights of likeness and agreement, and the score from which a text leans either way. Chosen on the training part
    /// of the labelled headlines; see `docs/MODELS.md`.
    public struct Weights: Codable, Equatable, Sendable {
        public var likeness: Double
        public var agreement: Double
        public var demand: Double
        public var threshold: Double
        /// The ``StanceScore/topic`` from which a text is about the thesis without having a word of it.
        public var topic: Double

        public init(
            likeness: Double = 1, agreement: Double = 3, demand: Double = 1, threshold: Double = 0.15,
            topic: Double = 0.1
        ) {
            self.likeness = likeness
            self.agreement = agreement
            self.demand = demand
            self.threshold = threshold
            self.topic = topic
        }
    }

    private let supporting: [Int32: Float]
    private let opposing: [Int32: Float]
    /// Tone of the sentences for the thesis less that of those against it, halved; and the same of demand.
    private let lean: Double
    private let demandLean: Double
    /// Words of the sentences that name a subject: neither good or bad nor a move by themselves.
    private let terms: Set<String>
    private let weights: Weights

    /// - Parameters:
    ///   - supporting: Sentences of who holds the thesis.
    ///   - opposing: Sentences of who denies it.
    ///   - statement: The thesis itself, whose words are its subject too.
    ///   - weights: What counts how much.
    /// - Returns: `nil` if a side has no sentence with a word in it.
    public init?(
        supporting: [String], opposing: [String], statement: String = "", weights: Weights = Weights()
    ) {
        guard let pro = Self.mean(supporting), let con = Self.mean(opposing) else { return nil }
        (self.supporting, self.opposing) = (pro, con)
        lean = (Self.mean(supporting) { Tone.read($0).score } - Self.mean(opposing) { Tone.read($0).score }) / 2
        demandLean = (Self.mean(supporting, Demand.read) - Self.mean(opposing, Demand.read)) / 2
        let words = (supporting + opposing + [statement]).reduce(into: Set<String>()) {
            $0.formUnion(ReadText($1).terms)
        }
        terms = words.filter { ToneLexicon.entries[$0] == nil && DemandLexicon.entries[$0] == nil }
        self.weights = weights
    }

    /// Whether a text is about the thesis and not only about somebody who is exposed to it: it has a word of its
    /// sentences, or is near to them. O(words).
    public func isAbout(_ text: ReadText) -> Bool {
        !terms.isDisjoint(with: text.terms) || score(text).topic >= weights.topic
    }

    /// O(words²) of a headline; for several theses read it once (``ReadText``).
    public func score(_ text: String) -> StanceScore { score(ReadText(text)) }

    /// O(words).
    public func score(_ text: ReadText) -> StanceScore {
        let features = text.features
        var (pro, con) = (0.0, 0.0)
        for (index, value) in zip(features.indices, features.values) {
            if let weight = supporting[index] { pro += Double(weight * value) }
            if let weight = opposing[index] { con += Double(weight * value) }
        }
        let agreement = text.tone.score * lean
        let demand = text.demand * demandLean
        let score = weights.likeness * (pro - con) + weights.agreement * agreement + weights.demand * demand
        let topic = max(0, pro, con)
        return StanceScore(
            likeness: pro - con, agreement: agreement, demand: demand, topic: topic, score: score,
            stance: Stance.judge(score, threshold: weights.threshold))
    }

    /// The direction of the mean of the sentences' directions.
    private static func mean(_ sentences: [String]) -> [Int32: Float]? {
        // Summed by index in order, so that rounding is the same each time.
        var sums: [Int32: Float] = [:]
        for sentence in sentences {
            let features = HashedFeatures(sentence)
            for (index, value) in zip(features.indices, features.values) { sums[index, default: 0] += value }
        }
        let square = sums.sorted { $0.key < $1.key }.reduce(Float(0)) { $0 + $1.value * $1.value }
        guard square > 0 else { return nil }
        let length = square.squareRoot()
        return sums.mapValues { $0 / length }
    }

    private static func mean(_ sentences: [String], _ value: (String) -> Double) -> Double {
        sentences.reduce(0) { $0 + value($1) } / Double(max(1, sentences.count))
    }
}

extension Stance {
    static func judge(_ score: Double, threshold: Double) -> Stance {
        abs(score) < threshold ? .neutral : score > 0 ? .supports : .opposes
    }
}
