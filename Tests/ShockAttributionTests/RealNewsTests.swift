import Foundation
import Schema
import Testing

@testable import ShockAttribution

/// What the real headlines of January 2025 say about the real shock.
@Suite("The headlines of January 2025", .enabled(if: SharedData.isPresent))
struct RealNewsTests {
    static let chain = ["NVDA", "AVGO", "MRVL", "TSM", "ASML", "ANET", "VRT", "ARM"]

    /// Definitions and settings as a user would write them.
    static func world(thesis: Thesis? = nil) -> MarketFixture {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.benchmark = "SPY"
        settings.groups = [
            .made(
                "ai-hardware", chain,
                keywords: [
                    "AI", "artificial intelligence", "IA", "inteligencia artificial", "KI", "chips", "chipmakers",
                    "semiconductors", "GPU", "GPUs", "data center", "data centers", "人工智能", "芯片",
                ])
        ]
        settings.theses = [thesis].compactMap { $0 }
        fixture.configure(settings)
        let names: [(String, String, [String], [String])] = [
            ("NVDA", "NVIDIA Corporation", ["Nvidia", "英伟达"], []), ("AVGO", "Broadcom Inc.", ["Broadcom"], []),
            ("MRVL", "Marvell Technology", ["Marvell Technology"], ["Marvell"]),
            ("TSM", "Taiwan Semiconductor", ["TSMC", "台积电"], []), ("ASML", "ASML Holding", ["ASML"], []),
            ("ANET", "Arista Networks", [], ["Arista"]), ("VRT", "Vertiv Holdings", ["Vertiv"], []),
            ("ARM", "Arm Holdings", [], ["Arm"]), ("META", "Meta Platforms", ["Facebook"], ["Meta"]),
            ("MSFT", "Microsoft Corporation", ["Microsoft"], []), ("AAPL", "Apple Inc.", [], ["Apple"]),
            ("ORCL", "Oracle Corporation", [], ["Oracle"]), ("SPY", "S&P 500 fund", ["S&P 500"], []),
        ]
        for (symbol, name, aliases, ambiguous) in names {
            fixture.define(
                symbol, name: name, kind: symbol == "SPY" ? .etf : .equity, aliases: aliases, ambiguous: ambiguous)
        }
        return fixture
    }

    /// The same, then all headlines seen before `end`.
    static func fixture(
        until end: UInt64, thesis: Thesis? = nil, keeping: (SharedHeadline) -> Bool = { _ in true }
    ) throws -> MarketFixture {
        var fixture = world(thesis: thesis)
        for headline in try SharedHeadline.all().sorted(by: { $0.time < $1.time })
        where headline.time <= end && keeping(headline) {
            fixture.news(
                headline.title, at: headline.time, published: headline.timestamp_kind == "batch" ? 0 : nil,
                source: headline.source, body: headline.summary ?? "")
        }
        return fixture
    }

    static func attribution(
        _ subject: String, _ scope: ShockScope, onset: Range<UInt64>, fixture: MarketFixture
    ) throws -> Attribution {
        var fixture = fixture
        fixture.signal(.made(.pending, subject, session: "2025-01-27", onset: onset, simpleReturn: -0.17, scope: scope))
        var stage = AttributeStage()
        return try #require(stage.findings(fixture.messages).first).attribution
    }

    static let friday = MarketFixture.at("2025-01-24", "21:00:00")

    @Test(
        "the model's story is the likeliest trigger, for the share and the group, at the open and at the close",
        arguments: [("NVDA", ShockScope.instrument), ("ai-hardware", .group)], ["14:31:00", "21:00:01"])
    func trigger(_ subject: (String, ShockScope), seenUntil: String) throws {
        let onset = Self.friday..<MarketFixture.at("2025-01-27", "14:30:00")
        let fixture = try Self.fixture(until: MarketFixture.at("2025-01-27", seenUntil))
        let attribution = try Self.attribution(subject.0, subject.1, onset: onset, fixture: fixture)
        let first = try #require(attribution.candidates.first)
        #expect(first.terms.first == "DeepSeek")
        #expect(first.headline.contains("DeepSeek"))
        #expect(first.probability > attribution.unexplained)
        #expect(attribution.excluded.first?.reason == "only reports the move")
        #expect(attribution.excluded.first?.items == 6)
    }

    @Test(
        "days without a shock have no likely trigger",
        arguments: ["2025-01-15", "2025-01-17", "2025-01-22", "2025-02-12"])
    func quietDay(date: String) throws {
        let open = MarketFixture.at(date, "14:30:00")
        let fixture = try Self.fixture(until: open + CivilTime.second)
        let attribution = try Self.attribution(
            "NVDA", .instrument, onset: (open - 63_000 * CivilTime.second)..<open, fixture: fixture)
        #expect(attribution.unexplained > 0.5)
        #expect(attribution.unexplained > attribution.candidates.first?.probability ?? 0)
    }

    @Test("without the story the unknown takes its place")
    func without() throws {
        let open = MarketFixture.at("2025-01-27", "14:30:00")
        let fixture = try Self.fixture(until: open + 60 * CivilTime.second) {
            !$0.title.lowercased().contains("deepseek") && !($0.summary ?? "").lowercased().contains("deepseek")
        }
        let attribution = try Self.attribution("NVDA", .instrument, onset: Self.friday..<open, fixture: fixture)
        #expect(attribution.unexplained > attribution.candidates.first?.probability ?? 0)
        #expect(attribution.unexplained > 0.35)
    }
}
