import Embedding
import Foundation
import NewsModels
import TextEvaluation

/// Stance by embeddings on the labelled headlines, with the model in a folder that `scripts/embed-model` made.
struct Embedded {
    private let model: EmbeddingModel

    init(folder: String) throws { model = try EmbeddingModel(folder: folder) }

    func measure(_ labels: LabelledHeadlines) throws {
        let start = ContinuousClock.now
        var texts = 0
        func vectors(_ sentences: [String]) -> [[Float]] {
            texts += sentences.count
            return sentences.compactMap { model.vector(of: $0) }
        }
        var scored: [(headline: LabelledHeadline, likeness: Double)] = []
        for thesis in labels.theses {
            guard
                let stance = EmbeddingStance(
                    supporting: vectors(labels.sentences("pro", thesis)),
                    opposing: vectors(labels.sentences("con", thesis)))
            else { continue }
            for headline in labels.headlines where headline.thesis == thesis {
                let vector = vectors([headline.text])
                if let likeness = vector.first.flatMap(stance.likeness) { scored.append((headline, likeness)) }
            }
        }
        let training = scored.filter { !$0.headline.isTest }
        let thresholds = stride(from: 0, through: 0.03, by: 0.001)
        let best = thresholds.max { accuracy(training, $0).rate < accuracy(training, $1).rate } ?? 0
        print("\nStance by embeddings (\(model.id)), threshold \(best) chosen on the training part:\n")
        for (name, language) in [("English", "en"), ("Chinese", "zh"), ("both", nil)] {
            let test = scored.filter { $0.headline.isTest && (language == nil || $0.headline.language == language) }
            try Main.row("stance by embeddings, \(name)", accuracy(test, best))
        }
        let area = LabelledHeadlines.areaUnderCurve(scored.filter(\.headline.isTest).map { ($0.headline, $0.likeness) })
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let told = String(format: "%.3f; %d texts in %.1f s", area, texts, seconds)
        print("\narea under the curve \(told)")
    }

    private func accuracy(_ scored: [(headline: LabelledHeadline, likeness: Double)], _ threshold: Double) -> Accuracy {
        var accuracy = Accuracy()
        for (headline, likeness) in scored {
            let judgement = abs(likeness) < threshold ? 0 : likeness > 0 ? 1 : -1
            accuracy.add(label: headline.stance.rawValue, judgement: judgement)
        }
        return accuracy
    }
}
