import Embedding
import Foundation
import MarketModels
import NewsModels
import TextEvaluation

/// Measures what `docs/MODELS.md` says about text, and prints it as Markdown: `make text-accuracy`.
@main
enum Main {
    static func main() throws {
        let labels = try LabelledHeadlines(folder: URL(filePath: "Tests/Labels"))
        if CommandLine.arguments.contains("--train") { return try train(labels) }
        if CommandLine.arguments.contains("--vectors") { return try recordVectors() }
        let evaluation = TextEvaluation(labels)
        print(
            "| judged | headlines | accuracy | 95 % interval | macro-F1 | commonest label | of those judged either way |"
        )
        print("|---|--:|--:|---|--:|--:|---|")
        for (name, language) in [("English", "en"), ("Chinese", "zh"), ("both", nil)] {
            try row("tone, \(name)", evaluation.tones(isTest: true, language: language))
        }
        for (name, language) in [("English", "en"), ("Chinese", "zh"), ("both", nil)] {
            try row("stance, \(name)", evaluation.stances(isTest: true, language: language))
        }
        for (name, value) in measures {
            let area = evaluation.areaUnderCurve(isTest: true, by: value)
            print("\nStance by \(name): area under the curve \(rounded(area))")
        }
        for (name, language) in [("English", "en"), ("Chinese", "zh"), ("both", nil)] {
            let topics = evaluation.topics(isTest: true, language: language)
            print(
                "\nTaken to be about a thesis, \(name): \(topics.own.kept) of \(topics.own.all) with a side on it,",
                "\(topics.others.kept) of \(topics.others.all) about other theses")
        }
        try Recorded()?.measure(labels)
    }

    /// What the model in `EPICENTER_EMBED` makes of the recorded headlines that are labelled by event, for tests without it.
    private static func recordVectors() throws {
        guard let folder = ProcessInfo.processInfo.environment["EPICENTER_EMBED"], let recorded = Recorded() else {
            throw Missing(description: "EPICENTER_EMBED or the recorded headlines (EPICENTER_SHARED_DATA) are missing")
        }
        let model = try EmbeddingModel(folder: folder)
        let stories = try LabelledStories(folder: URL(filePath: "Tests/Labels"))
        let titles = try Set(recorded.januaryTitles()).filter { stories[$0] != nil }
        let vectors = titles.compactMap { title in model.vector(of: title).map { (FNV1a.hash(title), $0) } }
        let sorted = vectors.sorted { $0.0 < $1.0 }.map { (hash: $0.0, vector: $0.1) }
        try RecordedVectors.data(model: model.id, sorted).write(to: URL(filePath: "Tests/Labels/story-vectors.bin"))
        print("Tests/Labels/story-vectors.bin: \(sorted.count) of \(stories.count) labelled headlines, by \(model.id)")
    }

    private struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static let measures: [(String, @Sendable (StanceScore) -> Double)] = [
        ("words and characters", { $0.likeness }), ("tone", { $0.agreement }), ("demand", { $0.demand }),
        ("all three", { $0.score }),
    ]

    static func row(_ name: String, _ accuracy: Accuracy) throws {
        let interval = try WilsonInterval(successes: accuracy.right, trials: accuracy.trials)
        print(
            "| \(name) | \(accuracy.trials) | \(rounded(accuracy.rate))",
            "\(rounded(interval.lower))–\(rounded(interval.upper)) | \(rounded(accuracy.macroF1))",
            "\(rounded(accuracy.majority)) | \(accuracy.polar.right) of \(accuracy.polar.trials) |", separator: " | ")
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.3f", value) }

    /// Tries weights on the training part alone, and shows what is misjudged there.
    private static func train(_ labels: LabelledHeadlines) throws {
        let evaluation = TextEvaluation(labels)
        try row("tone", evaluation.tones(isTest: false))
        for headline in labels.headlines where !headline.isTest {
            let tone = Tone.read(headline.text)
            guard tone.direction != headline.tone else { continue }
            print(
                "tone \(headline.tone.rawValue) +\(rounded(tone.positive)) -\(rounded(tone.negative)) \(headline.text)")
        }
        for (name, value) in measures { print(name, rounded(evaluation.areaUnderCurve(isTest: false, by: value))) }
        for likeness in [0.5, 1, 2, 4] {
            for agreement in [1, 2, 3.0] {
                for demand in [0, 0.5, 1, 2] {
                    for threshold in [0.1, 0.15, 0.2, 0.3] {
                        let weights = StanceModel.Weights(
                            likeness: likeness, agreement: agreement, demand: demand, threshold: threshold)
                        let accuracy = TextEvaluation(labels, weights: weights).stances(isTest: false)
                        guard accuracy.rate > 0.75 else { continue }
                        print(
                            likeness, agreement, demand, threshold, rounded(accuracy.rate), rounded(accuracy.macroF1))
                    }
                }
            }
        }
    }
}
