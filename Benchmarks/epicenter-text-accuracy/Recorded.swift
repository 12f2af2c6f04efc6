import Foundation
import MarketModels
import NewsModels
import TestKit
import TextEvaluation

/// What is measured on recorded headlines, which are other people's and stay outside the repository: in `../shared/data`
/// or where `EPICENTER_SHARED_DATA` says.
struct Recorded {
    private let folder: URL

    init?() {
        let path = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"] ?? "../shared/data"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        folder = URL(filePath: path)
    }

    private struct Headline: Decodable {
        let title: String
        let lang: String?
        let desc: String?
    }

    func measure(_ labels: LabelledHeadlines) throws {
        try january()
        try month(labels)
    }

    /// Languages and tones of January and February 2025 against labels by hash of the title.
    private func january() throws {
        let titles = try januaryTitles()
        let languages = try table("languages.tsv").mapValues { $0[0] }
        let tones = try table("recorded-tone.tsv")
        var identified = Accuracy()
        var judged: [String: Accuracy] = [:]
        for title in Set(titles).sorted() {
            let key = Self.key(title)
            if let language = languages[key] {
                identified.add(label: 1, judgement: LanguageIdentifier.identify(title).language == language ? 1 : 0)
            }
            if let label = tones[key], let tone = Int(label[1]) {
                judged[label[0], default: Accuracy()].add(label: tone, judgement: Tone.read(title).direction.rawValue)
            }
        }
        print("\nRecorded in January and February 2025:\n")
        try Main.row("language", identified)
        for (language, accuracy) in judged.sorted(by: { $0.key < $1.key }) {
            try Main.row("tone, \(language)", accuracy)
        }
    }

    func januaryTitles() throws -> [String] {
        try lines(String(contentsOf: folder.appending(path: "deepseek/news_headlines.jsonl"), encoding: .utf8))
            .map(\.title)
    }

    /// Languages of a month of RSS against what its feeds declare, and the speed of all that is done for one item.
    private func month(_ labels: LabelledHeadlines) throws {
        let items = try lines(
            String(decoding: gunzipped(folder.appending(path: "rss_2023-08.jsonl.gz").path), as: UTF8.self))
        var agreement: [String: (same: Int, all: Int)] = [:]
        for item in items {
            let declared = String((item.lang ?? "").lowercased().prefix(2))
            let guess = LanguageIdentifier.identify(TextNormalizer.normalize(item.title))
            agreement[declared, default: (0, 0)].all += 1
            agreement[declared]?.same += guess.base == declared ? 1 : 0
        }
        print("\nA month of RSS, \(items.count) items:\n")
        for (declared, count) in agreement.sorted(by: { $0.key < $1.key }) {
            let interval = try WilsonInterval(successes: count.same, trials: count.all)
            print(
                "language as the feed declares, \(declared): \(count.same) of \(count.all),",
                String(format: "%.4f–%.4f", interval.lower, interval.upper))
        }
        speed(items, labels)
    }

    private func speed(_ items: [Headline], _ labels: LabelledHeadlines) {
        let models = labels.theses.compactMap {
            StanceModel(supporting: labels.sentences("pro", $0), opposing: labels.sentences("con", $0))
        }
        var (parts, checksum) = ([Duration](repeating: .zero, count: 5), 0)
        var stories = StoryIndex()
        func timed(_ part: Int, _ work: () -> Int) {
            let start = Self.processorTime
            checksum &+= work()
            parts[part] += Self.processorTime - start
        }
        for (index, item) in items.enumerated() {
            var (title, body, language) = ("", "", "")
            timed(0) {
                title = TextNormalizer.normalize(item.title)
                body = TextNormalizer.normalize(item.desc ?? "")
                return body.utf8.count
            }
            timed(1) {
                language = LanguageIdentifier.identify(title).language
                return language.utf8.count
            }
            timed(2) { QuantityParser.quantities(in: title + ". " + body, language: language).count }
            timed(3) {
                let text = ReadText(title)
                return models.reduce(text.tone.direction.rawValue) { $0 + $1.score(text).stance.rawValue }
            }
            timed(4) {
                let report = PriceReportClassifier.classify(title)
                let time = Int64(index) * 36_000_000_000
                let story = StoryItem(sequence: UInt64(index + 1), time: time, source: "", headline: title)
                return Int(stories.add(story).story) &+ report.direction
            }
        }
        let names = [
            "normalise title and body", "language", "quantities of title and body",
            "tone, and stance to \(models.count) theses",
            "price report and story",
        ]
        print("\n| for each item | microseconds |\n|---|--:|")
        for (name, part) in zip(names, parts) {
            print("| \(name) | \(String(format: "%.1f", part / .microseconds(1) / Double(items.count))) |")
        }
        let total = parts.reduce(.zero, +)
        print("\n\(Int(Double(items.count) / (total / .seconds(1)))) items/s on one core (checksum \(checksum))")
    }

    /// What this process has used of a processor: other processes do not count.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private static func key(_ title: String) -> String {
        let digits = String(FNV1a.hash(title), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private func table(_ name: String) throws -> [String: [String]] {
        var table: [String: [String]] = [:]
        for line in try String(contentsOfFile: "Tests/Labels/\(name)", encoding: .utf8).split(separator: "\n") {
            let fields = line.split(separator: "\t").map(String.init)
            if fields.count > 1 { table[fields[0]] = Array(fields.dropFirst()) }
        }
        return table
    }

    private func lines(_ text: String) throws -> [Headline] {
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map { try decoder.decode(Headline.self, from: Data($0.utf8)) }
    }
}
