import Foundation
import Schema
import Testing

@testable import ShockAttribution

/// A made-up world: ABC makes widgets, the Quixotron is a new machine that may make them needless.
@Suite("The search for the trigger")
struct TriggerTests {
    static let before = MarketFixture.at("2025-01-24", "21:00:00")
    static let open = MarketFixture.at("2025-01-27", "14:30:00")
    static let hour = 3_600 * CivilTime.second

    /// Four weeks of unrelated news, two items a day, then what `change` adds.
    static func fixture(
        trigger: Bool = true, _ change: (inout MarketFixture) -> Void = { _ in }
    ) -> MarketFixture {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.groups = [.made("makers", ["ABC", "DEF"], keywords: ["widget", "widgets"])]
        fixture.configure(settings)
        fixture.define("ABC", name: "Abcdar Corporation", aliases: ["Abcdar"])
        fixture.define("DEF", name: "Defoe Works", aliases: ["Defoe"])
        let subjects = ["harvest", "cathedral", "orchestra", "regatta", "volcano", "library", "festival", "comet"]
        for day in 0..<28 {
            for half in 0..<2 {
                let subject = subjects[(2 * day + half) % subjects.count]
                fixture.news(
                    "Visitors praise the \(subject) in town number \(day)",
                    at: before - UInt64(27 - day) * CivilTime.day - UInt64(half + 1) * hour, source: "Paper \(half)")
            }
        }
        if trigger {
            for (index, title) in [
                "Quixotron machine needs far fewer widgets", "Why the Quixotron machine worries makers of widgets",
                "Quixotron machine tops every chart, widgets or not", "Engineers test the Quixotron machine on widgets",
                "What the Quixotron machine means for widgets",
            ].enumerated() {
                fixture.news(title, at: open - UInt64(20 - index) * hour, source: "Source \(index)")
            }
        }
        change(&fixture)
        return fixture
    }

    static func signal(_ subject: String = "ABC", scope: ShockScope = .instrument, complete: Bool = false)
        -> ShockSignal
    {
        .made(
            .pending, subject, session: "2025-01-27", onset: before..<open, simpleReturn: -0.12, scope: scope,
            complete: complete)
    }

    static func attribution(_ fixture: MarketFixture, _ signal: ShockSignal = signal()) -> Attribution {
        var fixture = fixture
        fixture.signal(signal)
        var stage = AttributeStage()
        return stage.findings(fixture.messages)[0].attribution
    }

    @Test("finds the story that broke out, for the share and for its group")
    func found() throws {
        for signal in [Self.signal(), Self.signal("makers", scope: .group)] {
            let attribution = Self.attribution(Self.fixture(), signal)
            let first = try #require(attribution.candidates.first)
            #expect(first.terms.first == "Quixotron" && first.headline.contains("Quixotron"))
            #expect(first.probability > attribution.unexplained)
            #expect(first.items == 5 && first.sources == 5 && first.evidence.count == 5)
            #expect(first.firstSeen == Self.open - 20 * Self.hour && first.latest == Self.open - 16 * Self.hour)
            #expect(abs(first.contributions.reduce(0) { $0 + $1.logOdds } - first.logOdds) < 1e-12)
            let sum = attribution.candidates.reduce(attribution.unexplained) { $0 + $1.probability }
            #expect(abs(sum - 1) < 1e-12)
        }
    }

    @Test("without the story the unknown gains, and unrelated news leaves nothing but the unknown")
    func removed() {
        let with = Self.attribution(Self.fixture())
        let without = Self.attribution(Self.fixture(trigger: false))
        #expect(without.unexplained > with.unexplained)
        #expect(without.candidates.isEmpty && without.unexplained == 1)
        #expect(without.itemsConsidered > 0)
    }

    @Test("a report of the move inside the onset is left out, and listed as such")
    func priceReport() throws {
        let report = Self.fixture {
            $0.news("Abcdar shares plunge 12% in premarket trading", at: Self.open - Self.hour)
        }
        let attribution = Self.attribution(report)
        #expect(attribution.excluded.map(\.reason) == ["only reports the move"])
        #expect(attribution.excluded[0].items == 1 && attribution.excluded[0].evidence.count == 1)
        #expect(!attribution.candidates.contains { $0.headline.contains("plunge") })
        let plain = Self.attribution(Self.fixture())
        #expect(attribution.candidates == plain.candidates && attribution.unexplained == plain.unexplained)
    }

    @Test("a report of an earlier move is no candidate, and stands for no story that has another item")
    func earlierReport() {
        let earlier = Self.before - Self.hour
        let alone = Self.fixture(trigger: false) { $0.news("Abcdar shares plunge 12%", at: earlier) }
        #expect(Self.attribution(alone).candidates.isEmpty)
        let followed = Self.fixture(trigger: false) {
            $0.news("Abcdar shares plunge after recall in Ruritania", at: earlier)
            $0.news("The recall in Ruritania, explained: what Abcdar shares with Defoe", at: earlier + Self.hour / 2)
        }
        #expect(Self.attribution(followed).candidates.map(\.headline).allSatisfy { $0.contains("explained") })
        #expect(!Self.attribution(followed).candidates.isEmpty)
    }

    @Test("an instrument's name before a verb of falling makes a report; round-ups count half")
    func namesAndRoundups() throws {
        let fell = Self.fixture(trigger: false) {
            $0.news("Abcdar falls sharply as clients hesitate", at: Self.open - Self.hour)
        }
        #expect(Self.attribution(fell).candidates.isEmpty)
        #expect(Self.attribution(fell).excluded.map(\.reason) == ["only reports the move"])
        let notes = Self.fixture(trigger: false) {
            $0.news("Market notes: Abcdar and the others", at: Self.open - Self.hour)
        }
        #expect(try #require(Self.attribution(notes).candidates.first).relevance == 50)
    }

    @Test("a story is shown by its English item that has what all speak of and is nearest to the subject")
    func headline() throws {
        let told = Self.fixture(trigger: false) { fixture in
            for (index, title) in [
                "Abcdar teme a Quixotron y a sus máquinas", "Widgets and Abcdar: a maker in doubt over Quixotron",
                "Quixotron tops every chart", "Quixotron machine worries Abcdar", "Everything about Quixotron",
            ].enumerated() {
                fixture.news(
                    title, at: Self.open - UInt64(20 - index) * Self.hour, source: "Source \(index)", language: "")
            }
        }
        let first = try #require(Self.attribution(told).candidates.first)
        #expect(first.items == 5)
        #expect(first.headline == "Quixotron machine worries Abcdar")
        #expect(first.terms.first == "Quixotron")
    }

    @Test("nothing seen after the onset changes a candidate or a probability", arguments: 1...20)
    func noLookAhead(seed: Int64) {
        var random = NormalLike(seed: seed * 7_919)
        let words = ["Quixotron", "Abcdar", "widgets", "recall", "fraud", "shares plunge 9%", "merger", "Defoe"]
        let later = Self.fixture { fixture in
            for _ in 0..<30 {
                let title = (0..<4).map { _ in words[Int(random.uniform() * 8)] }.joined(separator: " ")
                // Some claim to have been published before: when they were first seen decides.
                let seen = Self.open + 1 + UInt64(random.uniform() * 3_600e9)
                fixture.news(
                    title, at: seen, published: random.uniform() < 0.5 ? Self.open - Self.hour : nil, tier: .t1)
            }
        }
        let with = Self.attribution(later)
        let plain = Self.attribution(Self.fixture())
        #expect(with.candidates == plain.candidates)
        #expect(with.unexplained == plain.unexplained)
        #expect(with.itemsConsidered == plain.itemsConsidered)
        #expect(with.excluded.map(\.reason) == ["after the onset"])
    }

    @Test("news older than 72 hours is no candidate, but dates the story")
    func lookBack() {
        let old = Self.fixture(trigger: false) {
            $0.news("Abcdar recalls widgets in Ruritania", at: Self.open - 73 * Self.hour)
        }
        #expect(Self.attribution(old).candidates.isEmpty)
        let continued = Self.fixture(trigger: false) {
            $0.news("Abcdar recalls widgets in Ruritania", at: Self.open - 73 * Self.hour)
            $0.news("Abcdar recalls all widgets in Ruritania", at: Self.open - 71 * Self.hour)
        }
        let candidate = Self.attribution(continued).candidates.first
        #expect(candidate?.items == 1 && candidate?.firstSeen == Self.open - 73 * Self.hour)
    }

    @Test("a name two instruments share counts for both, and a symbol needs a second signal")
    func sharedNames() {
        func relevance(_ title: String, _ subject: String) -> Double {
            var fixture = MarketFixture()
            fixture.define("GHI", name: "Ghibel Holdings", aliases: ["Ghibel"])
            fixture.define("GHIX", name: "Ghibel Holdings", aliases: ["Ghibel"])
            fixture.define("ALL", name: "")
            fixture.news(title, at: Self.open - Self.hour)
            return Self.attribution(fixture, Self.signal(subject)).candidates.first?.relevance ?? 0
        }
        #expect(relevance("Ghibel wins a contract", "GHI") == 100)
        #expect(relevance("Ghibel wins a contract", "GHIX") == 100)
        #expect(relevance("ALL the news of the day", "ALL") == 0)
        #expect(relevance("$ALL cuts its guidance", "ALL") == 100)
    }
}
