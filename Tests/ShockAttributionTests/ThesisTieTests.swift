import Schema
import Testing

@testable import ShockAttribution

/// XYZ is in no group; a thesis says the same of it as of the makers ABC and DEF.
@Suite("A name in no group that a thesis ties to one")
struct ThesisTieTests {
    private static func settings(sign: Int32) -> ModelSettings {
        var settings = ModelSettings()
        settings.benchmark = "IDX"
        settings.groups = [.made("makers", ["ABC", "DEF"], keywords: ["widget", "widgets"])]
        for index in settings.groups[0].members.indices { settings.groups[0].members[index].weight = 1 }
        var thesis = Thesis()
        thesis.id = "fewer"
        thesis.statement = "Fewer widgets will be needed."
        thesis.exposures = [("ABC", -1), ("DEF", -1), ("XYZ", sign)].map { symbol, sign in
            var exposure = Exposure()
            (exposure.symbol, exposure.sign) = (symbol, sign)
            return exposure
        }
        settings.theses = [thesis]
        return settings
    }

    private static func finding(sign: Int32 = -1, move: Double = -0.18) -> Finding {
        var fixture = MarketFixture()
        fixture.configure(settings(sign: sign))
        for symbol in ["ABC", "DEF", "XYZ"] { fixture.define(symbol, name: symbol + " Works") }
        fixture.define("IDX", kind: .etf)
        let last = CivilTime.parseDate("2025-01-24")!
        for day in (last - 400)...last where (0...4).contains((day + 3) % 7) {
            let date = CivilTime.date(day: day)
            // The makers go up and down together, and XYZ with them; the market on days of its own.
            let wiggle = day % 2 == 0 ? 1.02 : 0.98
            for symbol in ["ABC", "DEF", "XYZ"] { fixture.daily(symbol, date, close: 100 * wiggle) }
            fixture.daily("IDX", date, close: day % 3 == 0 ? 100.5 : 99.5)
        }
        let before = TriggerTests.before
        for day in 0..<28 {
            fixture.news(
                "Visitors praise the harvest in town number \(day)", at: before - UInt64(28 - day) * CivilTime.day)
        }
        for (index, title) in [
            "Quixotron machine needs far fewer widgets", "Why the Quixotron machine worries makers of widgets",
            "Quixotron machine tops every chart, widgets or not", "Engineers test the Quixotron machine on widgets",
        ].enumerated() {
            fixture.news(
                title, at: TriggerTests.open - UInt64(20 - index) * TriggerTests.hour, source: "Source \(index)")
        }
        fixture.daily("IDX", "2025-01-27", close: 99)
        for symbol in ["ABC", "DEF"] { fixture.daily(symbol, "2025-01-27", close: 80) }
        fixture.daily("XYZ", "2025-01-27", close: 100 * (1 + move))
        fixture.signal(
            .made(
                .open, "XYZ", session: "2025-01-27", onset: TriggerTests.before..<TriggerTests.open, simpleReturn: move)
        )
        var stage = AttributeStage()
        return stage.findings(fixture.messages).last!
    }

    @Test("the story and the group's move are candidates, the story with less relevance than a group's own name has")
    func tied() throws {
        let finding = Self.finding()
        let story = try #require(finding.attribution.candidates.first { $0.kind == .story })
        #expect(story.terms.contains("Quixotron"))
        #expect(story.relevance > 0 && story.relevance <= 100 * ShockRelevance.thesisShare)
        let theme = try #require(finding.attribution.candidates.first { $0.kind == .theme })
        #expect(theme.story == "theme/makers/fewer" && theme.headline.contains("which a thesis ties it to"))
        #expect(finding.decomposition.groupID == "makers" && finding.decomposition.group < -0.1)
        #expect(finding.attribution.unexplained < 0.5)
    }

    @Test("without a sign nothing ties it, and a move to the other side than the sign says has no story by it")
    func sign() {
        let none = Self.finding(sign: 0)
        #expect(none.attribution.candidates.allSatisfy { $0.kind != .story && $0.kind != .theme })
        #expect(!none.decomposition.hasGroup)
        let other = Self.finding(sign: 1)
        #expect(other.attribution.candidates.allSatisfy { $0.kind != .story })
        let rise = Self.finding(sign: 1, move: 0.18)
        #expect(rise.attribution.candidates.contains { $0.kind == .story })
    }
}
