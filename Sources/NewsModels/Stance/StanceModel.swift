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
    /// Both, weighted: positive for the thesis.
    public let score: Double
    /// By ``StanceModel/Weights/threshold``.
    public let stance: Stance
}

/// A headline read once, to be measured against any number of theses.
public struct ReadText: Sendable {
    public let features: HashedFeatures
    public let tone: Tone

    public init(_ headline: String) {
        features = HashedFeatures(headline)
        tone = Tone.read(headline)
    }
}

/// A thesis as sentences for it and against it, in any number of languages, and how texts compare with them.
///
/// Works without any model: texts are compared by their words and characters (``HashedFeatures``) and by their tone
/// (``Tone``), where the thesis is good or bad news. Sentences should say the thesis in the words of headlines. It tells
/// which way a text about the thesis leans; whether it is about it is for entities and keywords to say.
public struct StanceModel: Sendable {
    /// Weights of likeness and agreement, and the score from which a text leans either way. Chosen on the training part
    /// of the labelled headlines; see `docs/MODELS.md`.
    public struct Weights: Codable, Equatable, Sendable {
        public var likeness: Double
        public var agreement: Double
        public var threshold: Double

        public init(likeness: Double = 1, agreement: Double = 2, threshold: Double = 0.15) {
            self.likeness = likeness
            self.agreement = agreement
            self.threshold = threshold
        }
    }

    private let difference: [Int32: Float]
    /// Tone of the sentences for the thesis less that of those against it, halved.
    private let lean: Double
    private let weights: Weights

    /// - Returns: `nil` if a side has no sentence with a word in it.
    public init?(supporting: [String], opposing: [String], weights: Weights = Weights()) {
        guard let pro = Self.mean(supporting), let con = Self.mean(opposing) else { return nil }
        difference = pro.merging(con.mapValues { -$0 }) { $0 + $1 }
        lean = (Self.tone(of: supporting) - Self.tone(of: opposing)) / 2
        self.weights = weights
    }

    /// O(words²) of a headline; for several theses read it once (``ReadText``).
    public func score(_ text: String) -> StanceScore { score(ReadText(text)) }

    /// O(words).
    public func score(_ text: ReadText) -> StanceScore {
        let features = text.features
        var likeness = 0.0
        for (index, value) in zip(features.indices, features.values) {
            if let weight = difference[index] { likeness += Double(weight * value) }
        }
        let agreement = text.tone.score * lean
        let score = weights.likeness * likeness + weights.agreement * agreement
        return StanceScore(
            likeness: likeness, agreement: agreement, score: score,
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

    private static func tone(of sentences: [String]) -> Double {
        sentences.reduce(0) { $0 + Tone.read($1).score } / Double(max(1, sentences.count))
    }
}

extension Stance {
    static func judge(_ score: Double, threshold: Double) -> Stance {
        abs(score) < threshold ? .neutral : score > 0 ? .supports : .opposes
    }
}
