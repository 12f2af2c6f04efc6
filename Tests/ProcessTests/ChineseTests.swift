import Foundation
import TestKit
import Testing

/// The Chinese words of every alert of the shipped recordings.
@Suite("Chinese words", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct ChineseTests {
    /// Statistics, abbreviations and fiscal years (FY2025), which Chinese prose has as they are.
    private static let allowed: Set<String> = ["EWMA", "SAR", "UTC", "ETF", "GPU", "FY", "GARCH", "CUSUM", "BMP"]
    /// Whom estimators are named after.
    private static let authors: Set<String> = [
        "Corrado", "Forbes", "Hayashi", "Huber", "Kolari", "Lee", "Mykland", "Patell", "Pynnönen", "Rigobon", "Yoshida",
    ]

    /// Symbols, names and ids of a configuration, the longest first.
    private static func names(_ settings: String) -> [String] {
        let pattern = /(?:symbol|name|id|en|zh): *(?:"([^"]+)"|([^,{}"\n]+))/
        return settings.matches(of: pattern).map { String($0.1 ?? $0.2 ?? "").trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// Plays an example.
    ///
    /// - Returns: The names of its configuration.
    private static func play(_ example: String, to out: String) throws -> [String] {
        let folder = Binaries.root + "/docs/examples/" + example
        #expect(try epicenter("replay", folder + ".mcap", "--in-process", "--quiet", "--out", out).status == 0)
        return names(try String(contentsOfFile: folder + "/settings.yaml", encoding: .utf8))
    }

    @Test(
        "have no word in Latin letters but names, quotations and units",
        arguments: ["deepseek-2025-01", "inflation-2022-11", "adverts-2022-05"])
    func words(example: String) throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        let configured = try Self.play(example, to: out)
        var (seen, revised) = (0, 0)
        var strange: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: out + "/alerts") where file.hasSuffix(".mcap") {
            for alert in try AlertBody.all(try epicenter("export", "jsonl", out + "/alerts/" + file).output) {
                let candidates = alert.attribution?.candidates ?? []
                let told =
                    candidates.flatMap { ($0.terms ?? []) + [$0.subject ?? ""] }
                    + (alert.sections ?? []).flatMap { $0.estimates ?? [] }.flatMap { [$0.of ?? "", $0.text ?? ""] }
                let names = (configured + told).filter { !$0.isEmpty }.sorted { ($1.count, $0) < ($0.count, $1) }
                for words in alert.words ?? [] where words.language == "zh" {
                    seen += 1
                    revised += words.revised?.count ?? 0
                    #expect(alert.revised == nil || words.revised?.count == alert.revised?.count)
                    for text in [words.headline, words.summary] + (words.revised ?? []) {
                        var prose = text.replacing(/“[^”]*”/, with: "").replacing("UTC", with: "")
                        for name in names { prose = prose.replacing(name, with: "") }
                        for word in prose.matches(of: /[A-Za-z]{2,}/).map({ String($0.0) })
                        where !Self.allowed.contains(word) {
                            strange.insert(word)
                        }
                    }
                }
            }
        }
        #expect(strange.isEmpty)
        #expect(seen > 600 && revised > 100)
    }

    @Test(
        "of pages have no word in Latin letters but names, quotations and what sources said",
        arguments: ["deepseek-2025-01", "inflation-2022-11", "adverts-2022-05"])
    func pages(example: String) throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        let configured = try Self.play(example, to: out)
        let listed = try epicenter("report", "--list", "--data", out).output.split(separator: "\n").suffix(24)
        let shocks = listed.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(shocks.count == 24)
        for shock in shocks {
            let said = try epicenter("report", shock, "--data", out, "--json").output
            let finding = try JSONDecoder().decode(FindingNames.self, from: Data(said.utf8))
            let names = (configured + finding.all).filter { !$0.isEmpty }.sorted { ($1.count, $0) < ($0.count, $1) }
            // Lines are cut at 96 columns, within quotations too.
            var prose = try epicenter("report", shock, "--data", out, "--lang", "zh").output
                .replacing(/（market中的序号[^）]*）/, with: "").replacing(/（report --html[^）]*）/, with: "")
                .replacing(/\n +/, with: " ").replacing(/“[^”]*”/, with: "").replacing(/关键词：[^\n#]*?自/, with: "自")
            // Short symbols are parts of other words: those are told whole.
            for name in names where name.count > 2 { prose = prose.replacing(name, with: "") }
            let strange = Set(prose.matches(of: /[A-Za-zÀ-ÿ]{2,}/).map { String($0.0) })
                .subtracting(names).subtracting(Self.allowed).subtracting(Self.authors).subtracting(["JS", "ADR"])
            #expect(strange.isEmpty, "\(shock): \(strange.sorted())")
        }
    }

    @Test("a page says what its revision changed")
    func page() throws {
        let directory = TemporaryDirectory()
        let out = directory.path + "/r"
        #expect(try epicenter("replay", Binaries.recording, "--in-process", "--quiet", "--out", out).status == 0)
        let page = try epicenter("report", "NVDA/2025-01-27", "--data", out, "--lang", "zh").output
        #expect(page.contains("本版变化") && page.contains("结束：观察期满"))
    }
}

/// What in a finding others have named.
private struct FindingNames: Decodable {
    struct Estimate: Decodable {
        let of: String?
        let text: String?
    }
    struct Section: Decodable { let estimates: [Estimate]? }
    struct Claim: Decodable {
        let assertedBy: String?
        let estimates: [Estimate]?
    }
    struct Candidate: Decodable {
        let subject: String?
        let terms: [String]?
    }
    struct Attribution: Decodable { let candidates: [Candidate]? }
    let sections: [Section]?
    let claims: [Claim]?
    let attribution: Attribution?

    var all: [String] {
        let estimates = (sections ?? []).flatMap { $0.estimates ?? [] } + (claims ?? []).flatMap { $0.estimates ?? [] }
        return estimates.flatMap { [$0.of ?? "", $0.text ?? ""] } + (claims ?? []).map { $0.assertedBy ?? "" }
            + (attribution?.candidates ?? []).flatMap { ($0.terms ?? []) + [$0.subject ?? ""] }
    }
}
