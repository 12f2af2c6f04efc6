import MarketModels
import NewsModels

/// How often judgements of three classes (−1, 0, 1) are right.
public struct Accuracy: Sendable {
    public private(set) var right = 0
    public private(set) var trials = 0
    /// By label, then by judgement, each plus one.
    public private(set) var confusion = [[Int]](repeating: [Int](repeating: 0, count: 3), count: 3)

    public init() {}

    public mutating func add(label: Int, judgement: Int) {
        trials += 1
        right += label == judgement ? 1 : 0
        confusion[label + 1][judgement + 1] += 1
    }

    public var rate: Double { Double(right) / Double(max(1, trials)) }

    /// Mean of the classes' F1; a class that occurs nowhere is left out.
    public var macroF1: Double {
        var sum = 0.0
        var classes = 0.0
        for index in 0..<3 {
            let labelled = confusion[index].reduce(0, +)
            let judged = confusion.reduce(0) { $0 + $1[index] }
            guard labelled + judged > 0 else { continue }
            sum += 2 * Double(confusion[index][index]) / Double(labelled + judged)
            classes += 1
        }
        return sum / max(1, classes)
    }

    /// The rate of always answering the commonest label.
    public var majority: Double {
        Double(confusion.map { $0.reduce(0, +) }.max() ?? 0) / Double(max(1, trials))
    }

    /// Of those labelled either way and judged either way: right, and how many.
    public var polar: (right: Int, trials: Int) {
        let right = confusion[0][0] + confusion[2][2]
        return (right, right + confusion[0][2] + confusion[2][0])
    }
}

/// What is measured on the labelled headlines.
public struct TextEvaluation: Sendable {
    public let labels: LabelledHeadlines
    private let models: [String: StanceModel]

    public init(_ labels: LabelledHeadlines, weights: StanceModel.Weights = .init()) {
        self.labels = labels
        var models: [String: StanceModel] = [:]
        for thesis in labels.theses {
            models[thesis] = StanceModel(
                supporting: labels.sentences("pro", thesis), opposing: labels.sentences("con", thesis),
                statement: labels.sentences("statement", thesis).joined(separator: "\n"), weights: weights)
        }
        self.models = models
    }

    public func stance(of headline: LabelledHeadline) -> StanceScore? {
        models[headline.thesis]?.score(headline.text)
    }

    /// How many headlines with a side are taken to be about their own thesis, and how many headlines about another's.
    public func topics(isTest: Bool, language: String? = nil) -> (
        own: (kept: Int, all: Int), others: (kept: Int, all: Int)
    ) {
        var (own, others) = ((kept: 0, all: 0), (kept: 0, all: 0))
        for headline in selected(isTest, language) {
            let text = ReadText(headline.text)
            for (thesis, model) in models {
                let kept = model.isAbout(text) ? 1 : 0
                if thesis != headline.thesis {
                    others = (others.kept + kept, others.all + 1)
                } else if headline.stance != .neutral {
                    own = (own.kept + kept, own.all + 1)
                }
            }
        }
        return (own, others)
    }

    public func tones(isTest: Bool, language: String? = nil) -> Accuracy {
        accuracy(isTest, language) { ($0.tone.rawValue, Tone.read($0.text).direction.rawValue) }
    }

    public func stances(isTest: Bool, language: String? = nil) -> Accuracy {
        accuracy(isTest, language) { ($0.stance.rawValue, stance(of: $0)?.stance.rawValue ?? 0) }
    }

    /// P(a headline for the thesis scores higher than one against it), each thesis with itself.
    public func areaUnderCurve(isTest: Bool, language: String? = nil, by value: (StanceScore) -> Double) -> Double {
        LabelledHeadlines.areaUnderCurve(
            selected(isTest, language).compactMap { headline in stance(of: headline).map { (headline, value($0)) } })
    }

    private func selected(_ isTest: Bool, _ language: String?) -> [LabelledHeadline] {
        labels.headlines.filter { $0.isTest == isTest && (language == nil || $0.language == language) }
    }

    private func accuracy(
        _ isTest: Bool, _ language: String?, _ judge: (LabelledHeadline) -> (label: Int, judgement: Int)
    ) -> Accuracy {
        var accuracy = Accuracy()
        for headline in selected(isTest, language) {
            let (label, judgement) = judge(headline)
            accuracy.add(label: label, judgement: judgement)
        }
        return accuracy
    }
}

extension LabelledHeadlines {
    /// P(a headline for the thesis scores higher than one against it), each thesis with itself.
    public static func areaUnderCurve(_ scored: [(headline: LabelledHeadline, value: Double)]) -> Double {
        var (wins, pairs) = (0.0, 0.0)
        for high in scored where high.headline.stance == .supports {
            for low in scored {
                guard low.headline.stance == .opposes, low.headline.thesis == high.headline.thesis else { continue }
                pairs += 1
                wins += high.value > low.value ? 1 : high.value == low.value ? 0.5 : 0
            }
        }
        return wins / max(1, pairs)
    }
}
