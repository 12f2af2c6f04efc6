import Foundation
import TestKit
import Testing

/// What the shipped recording's finding says, when, and from what; through the real programs.
@Suite("Findings of the shipped recording", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct FindingTests {
    static let shock = "NVDA/2025-01-27"
    /// The opening print, the close, the close of the next day, and the close of the day the article appeared.
    static let instants = [
        "2025-01-27T14:31:00Z", "2025-01-27T21:01:00Z", "2025-01-28T21:01:00Z", "2025-02-05T21:01:00Z",
    ]

    /// Plays the recording up to a time and gives where its streams are.
    private static func played(until: String? = nil, in directory: TemporaryDirectory) throws -> String {
        let out = directory.path + "/r"
        var recording = Binaries.recording
        if let until {
            recording = directory.path + "/cut.mcap"
            let cut = try epicenter("filter", Binaries.recording, "--until", until, "--out", recording)
            guard cut.status == 0 else { throw Unexpected(cut.errors) }
        }
        let ended = try epicenter("replay", recording, "--in-process", "--quiet", "--out", out)
        guard ended.status == 0 else { throw Unexpected(ended.errors) }
        return out
    }

    private static func report(_ data: String, asOf: String? = nil) throws -> Report {
        let time = asOf.map { ["--as-of", $0] } ?? []
        let ended = try run(Binaries.path("epicenter"), ["report", shock, "--data", data, "--json"] + time)
        guard ended.status == 0 else { throw Unexpected(ended.errors) }
        return try JSONDecoder().decode(Report.self, from: Data(ended.output.utf8))
    }

    @Test("nothing in an earlier finding comes from later: a recording cut there says the same, byte for byte")
    func noLookAhead() throws {
        let whole = TemporaryDirectory()
        let data = try Self.played(in: whole)
        var said: Set<String> = []
        for instant in Self.instants {
            let cut = TemporaryDirectory()
            let arguments = ["report", Self.shock, "--json", "--as-of", instant, "--data"]
            let before = try run(
                Binaries.path("epicenter"), arguments + [try Self.played(until: instant, in: cut)]
            ).output
            #expect(try run(Binaries.path("epicenter"), arguments + [data]).output == before)
            said.insert(before)
        }
        #expect(said.count == Self.instants.count)
    }

    @Test("each instant has its own figures, those of MODELS.md, and they agree with each other")
    func figures() throws {
        let directory = TemporaryDirectory()
        let data = try Self.played(in: directory)
        let reports = try Self.instants.map { try Self.report(data, asOf: $0) }
        let (open, close, next, later) = (reports[0], reports[1], reports[2], reports[3])

        #expect(open.measure.complete != true && close.measure.complete == true)
        #expect(abs(open.measure.simpleReturn - -0.125) < 0.001)
        #expect(abs(close.measure.simpleReturn - -0.1697) < 0.0001)
        #expect(open.claims == nil && close.claims == nil)
        #expect(open.value("run-up", "multiple-from-low").map { abs($0 - 12.7) < 0.05 } == true)
        #expect(reports.allSatisfy { $0.value("run-up", "crash-rate") == 0.775 })

        // §5.1 and §8.
        #expect(close.value("leveraged-funds", "gross-flow").map { abs($0 + 2.343e9) < 0.01e9 } == true)
        // What came into the funds was known after the close of the next day.
        #expect(next.value("leveraged-funds", "net-flow") == nil)
        #expect(later.value("leveraged-funds", "net-flow").map { abs($0 + 0.343e9) < 0.01e9 } == true)
        #expect(close.value("leveraged-funds", "bound").map { abs($0 - 0.008) < 0.0005 } == true)
        #expect(close.value("leveraged-funds", "bound-own-turnover").map { abs($0 - 0.0043) < 0.0003 } == true)
        #expect(close.value("feedback", "mechanical").map { abs($0 + 0.0077) < 0.0002 } == true)
        #expect(close.value("efficiency", "break-even-elasticity").map { abs($0 - 0.9192) < 0.0005 } == true)
        #expect(close.value("shorts", "direction") == nil && later.value("shorts", "direction") == -1)

        // §10 and §7.
        #expect(next.value("recovery", "retraced").map { abs($0 - 0.4368) < 0.0001 } == true)
        #expect(later.claim("broadcom-ahead") == "UNSUPPORTED")
        #expect(
            later.claims?.first { $0.id == "broadcom-ahead" }?.estimates?.map { ($0.value * 100).rounded() / 100 }
                .prefix(2) == [0.70, 0.26])
        let bounds = later.section("information")?.estimates?.filter { $0.id == "survey-bound" }.map(\.value) ?? []
        #expect(bounds.count == 2 && abs(bounds[0] - 0.1088) < 0.001 && abs(bounds[1] - 0.5228) < 0.001)
        #expect(later.value("horizon", "horizon") != nil)

        // Where the data disagree with what is asserted, they say so.
        let statuses = [
            "record-dollars": "SUPPORTED", "tenfold": "SUPPORTED", "plans-unchanged": "SUPPORTED",
            "private-sold": "CONTRADICTED", "static-belief": "CONTRADICTED", "shorts-squeezed": "CONTRADICTED",
            "first-week-bounce": "CONTRADICTED", "giants-do-not-fall": "CONTRADICTED",
            "fast-money-sold": "UNSUPPORTED", "leveraged-stampede": "UNSUPPORTED", "rents-rose": "NOT_YET_DUE",
        ]
        for (claim, status) in statuses { #expect(later.claim(claim) == status, "\(claim)") }
        // Every figure says what it rests on, and none that was measured or stated is without evidence of its kind.
        for section in later.sections ?? [] {
            for estimate in section.estimates ?? [] {
                #expect(estimate.basis != "BASIS_UNSPECIFIED", "\(section.id) \(estimate.id)")
            }
        }
    }
}

/// As much of a finding's JSON as the tests read.
private struct Report: Decodable {
    struct Estimate: Decodable {
        let id: String
        let of: String?
        let value: Double
        let basis: String

        private enum Keys: String, CodingKey { case id, of, value, basis }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            id = try container.decode(String.self, forKey: .id)
            of = try container.decodeIfPresent(String.self, forKey: .of)
            value = try container.decodeIfPresent(Double.self, forKey: .value) ?? 0
            basis = try container.decode(String.self, forKey: .basis)
        }
    }
    struct Section: Decodable {
        let id: String
        let estimates: [Estimate]?
    }
    struct Claim: Decodable {
        let id: String
        let status: String
        let estimates: [Estimate]?
    }
    struct Measure: Decodable {
        let simpleReturn: Double
        let complete: Bool?
    }
    let measure: Measure
    let sections: [Section]?
    let claims: [Claim]?

    func section(_ id: String) -> Section? { sections?.first { $0.id == id } }
    func value(_ section: String, _ id: String) -> Double? {
        self.section(section)?.estimates?.first { $0.id == id }?.value
    }
    func claim(_ id: String) -> String? {
        claims?.first { $0.id == id }?.status.replacingOccurrences(of: "CLAIM_STATUS_", with: "")
    }
}
