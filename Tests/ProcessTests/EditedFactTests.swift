import Foundation
import TestKit
import Testing

/// The shipped example with facts taken away, one kind at a time, and with one added; through the real program.
@Suite("Findings from edited facts", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct EditedFactTests {
    private static let shock = "NVDA/2025-01-27"
    private static let folder = Binaries.root + "/docs/examples/deepseek-2025-01/"

    /// What taking a kind away changes.
    private struct Expected {
        /// Sections that are others then.
        var sections: Set<String> = []
        /// Of these, those that say that the kind is missing; others rest on other facts too.
        var saying: Set<String> = []
        /// Claims with another status.
        var claims: Set<String> = []
    }

    private static let expected: [String: Expected] = [
        "capex_commitment": .init(
            sections: ["spending", "sources"], saying: ["spending"], claims: ["plans-unchanged"]),
        "claim": .init(sections: ["sources"]),
        "earnings_result": .init(sections: ["good-news", "analogy"], saying: ["good-news", "analogy"]),
        "etf_leverage": .init(
            sections: ["leveraged-funds", "feedback"], saying: ["leveraged-funds", "feedback"]),
        "fund_creation": .init(sections: ["leveraged-funds"], saying: ["leveraged-funds"]),
        "likeness": .init(sections: ["analogy"], saying: ["analogy"]),
        "ownership": .init(sections: ["ownership"], saying: ["ownership"]),
        "record_loss": .init(sections: ["size", "sources"], saying: ["size"], claims: ["record-dollars"]),
        "rental_price": .init(sections: ["chain"], saying: ["chain"]),
        "revenue": .init(sections: ["spending"], saying: ["spending"]),
        "shares_outstanding": .init(
            sections: ["size", "run-up", "ownership", "sources"], saying: ["run-up", "ownership"],
            claims: ["record-dollars"]),
        "short_interest": .init(sections: ["shorts"], saying: ["shorts"]),
        "signed_flow": .init(sections: ["ownership", "sources"], saying: ["ownership"], claims: ["private-sold"]),
        "split": .init(sections: ["analogy"], saying: ["analogy"]),
        "statement": .init(sections: ["information", "proximity", "horizon"], saying: ["horizon"]),
        "valuation": .init(sections: ["analogy"], saying: ["analogy"]),
    ]

    /// A recording of the example's prices alone, and facts to be put beside its news.
    private struct Example {
        let directory = TemporaryDirectory()
        let facts: [String]
        private let settings = ["--settings", EditedFactTests.folder + "settings.yaml", "--from", "2022-06-01"]
        private var prices: String { directory.path + "/prices.mcap" }

        init() throws {
            let folder = EditedFactTests.folder
            facts = try String(contentsOfFile: folder + "facts.jsonl", encoding: .utf8)
                .split(whereSeparator: \.isNewline).map(String.init)
            try imported(["csv", folder + "bars_daily.csv", folder + "bars_hourly.csv"], ["--out", prices])
            try imported(["csv", folder + "opening_prints.csv", "--condition", "opening"], ["--into", prices])
        }

        /// Nothing of the example's own is refused, ignored or warned of.
        private func imported(_ what: [String], _ into: [String]) throws {
            let ended = try run(Binaries.path("epicenter"), ["import"] + what + settings + into)
            guard ended.status == 0 else { throw Unexpected(ended.errors) }
            #expect(!(ended.output + ended.errors).contains("ignored"), "\(ended.output)\(ended.errors)")
        }

        /// The last finding, and where its streams are.
        func finding(_ name: String, _ facts: [String]) throws -> (finding: [String: Any], data: String) {
            let (file, recording, out) = (
                directory.path + "/\(name).jsonl", directory.path + "/\(name).mcap", directory.path + "/\(name)"
            )
            try facts.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            try FileManager.default.copyItem(atPath: prices, toPath: recording)
            try imported(["jsonl", file, EditedFactTests.folder + "news.jsonl"], ["--into", recording])
            let played = try epicenter("replay", recording, "--in-process", "--quiet", "--out", out)
            guard played.status == 0 else { throw Unexpected(played.errors) }
            let said = try epicenter("report", EditedFactTests.shock, "--data", out, "--json")
            let object = try JSONSerialization.jsonObject(with: Data(said.output.utf8))
            return (try #require(object as? [String: Any]), out)
        }
    }

    private static func kind(_ fact: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(fact.utf8)) as? [String: Any]
        return try #require(object?["kind"] as? String)
    }

    /// Sections by id, without evidence: sequences move when records are taken out.
    private static func sections(_ finding: [String: Any]) -> [String: NSDictionary] {
        func stripped(_ value: Any) -> Any {
            if let list = value as? [Any] { return list.map(stripped) }
            guard let object = value as? [String: Any] else { return value }
            return object.filter { $0.key != "evidence" }.mapValues(stripped)
        }
        var sections: [String: NSDictionary] = [:]
        for case let section as [String: Any] in finding["sections"] as? [Any] ?? [] {
            guard var key = section["id"] as? String else { continue }
            // Those of one kind are numbered by tildes, in their order.
            while sections[key] != nil { key += "~" }
            sections[key] = stripped(section) as? NSDictionary
        }
        return sections
    }

    private static func lacks(_ section: NSDictionary?) -> Set<String> {
        Set((section?["missing"] as? [[String: Any]] ?? []).compactMap { $0["what"] as? String })
    }

    private static func claims(_ finding: [String: Any]) -> [String: String] {
        var statuses: [String: String] = [:]
        for case let claim as [String: Any] in finding["claims"] as? [Any] ?? [] {
            guard let id = claim["id"] as? String else { continue }
            statuses[id] = (claim["status"] as? String)?.replacingOccurrences(of: "CLAIM_STATUS_", with: "")
        }
        return statuses
    }

    @Test("without a kind of fact the sections that rest on it are others, and no other is")
    func oneKindLess() throws {
        let example = try Example()
        let whole = try example.finding("whole", example.facts).finding
        let (sections, claims) = (Self.sections(whole), Self.claims(whole))
        #expect(sections.count > 15 && claims.count == 13)
        let kinds = try Set(example.facts.map(Self.kind))
        #expect(kinds == Set(Self.expected.keys))
        for kind in kinds.sorted() {
            let expected = try #require(Self.expected[kind])
            let finding = try example.finding(kind, example.facts.filter { try Self.kind($0) != kind }).finding
            let now = Self.sections(finding)
            let changed = Set(sections.keys).union(now.keys).filter { sections[$0] != now[$0] }
            #expect(changed == expected.sections, "without \(kind)")
            for section in expected.saying {
                #expect(Self.lacks(now[section]).contains(kind), "\(section) without \(kind)")
            }
            let statuses = Self.claims(finding)
            guard kind != "claim" else {
                #expect(statuses.isEmpty)
                continue
            }
            #expect(Set(claims.keys.filter { claims[$0] != statuses[$0] }) == expected.claims, "without \(kind)")
            for claim in expected.claims { #expect(statuses[claim] == "UNSUPPORTED", "\(claim) without \(kind)") }
        }
    }

    @Test("a signed flow of the other sign turns the status of a claim, and an alert says so")
    func contradicted() throws {
        let example = try Example()
        let others = try example.facts.filter { try Self.kind($0) != "signed_flow" }
        let flow = """
            {"kind": "signed_flow", "subject": "NVDA", "known": "2025-02-06", "zone": "America/New_York", \
            "as_of": "2025-01-27", "source": "Somebody", "title": "Flow", "tier": "T4", "class": "private", "value_usd": 600000000}
            """
        let (finding, data) = try example.finding("added", others + [flow])
        #expect(Self.claims(finding)["private-sold"] == "CONTRADICTED")
        let streams = try FileManager.default.contentsOfDirectory(atPath: data + "/alerts").filter {
            $0.hasSuffix(".mcap")
        }
        var said: [String] = []
        for file in streams.sorted() {
            let exported = try epicenter("export", "jsonl", data + "/alerts/" + file)
            said += try AlertBody.all(exported.output).filter {
                $0.kind == "claim" && $0.claims?.first?.id == "private-sold"
            }.map { ($0.revised ?? []).joined() }
        }
        #expect(said.first == "" && said.contains("unsupported → contradicted"), "\(said)")
    }
}

/// As much of an alert as the tests read.
struct AlertBody: Decodable {
    struct Claim: Decodable { let id: String }
    struct Words: Decodable {
        let language: String
        let headline: String
        let summary: String
        let revised: [String]?
    }
    struct Candidate: Decodable {
        let subject: String?
        let terms: [String]?
    }
    struct Attribution: Decodable { let candidates: [Candidate]? }
    struct Estimate: Decodable {
        let of: String?
        let text: String?
    }
    struct Section: Decodable { let estimates: [Estimate]? }
    let kind: String
    let revised: [String]?
    let claims: [Claim]?
    let words: [Words]?
    let attribution: Attribution?
    let sections: [Section]?

    /// Of exported records of the alerts stream.
    static func all(_ lines: String) throws -> [AlertBody] {
        struct Line: Decodable {
            struct Record: Decodable { let body: Data }
            let record: Record
        }
        struct Event: Decodable { let data: AlertBody }
        return try lines.split(whereSeparator: \.isNewline).map {
            let line = try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            return try JSONDecoder().decode(Event.self, from: line.record.body).data
        }
    }
}
