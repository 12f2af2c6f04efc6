import Foundation
import Schema
import Testing

@testable import ShockAttribution

/// Two stories that begin before anyone knows that they are one.
@Suite("Stories that become one, as findings show them")
struct MergedStoriesTests {
    private static let hour = TriggerTests.hour
    private static let open = TriggerTests.open

    private static let later = [
        "Was die Branche vom Quixotron hält", "How much a Quixotron costs", "Museum wants the first Quixotron",
        "Qué es el Quixotron", "Inside the Quixotron laboratory", "Investors look for the next Quixotron",
        "Students build a small Quixotron", "Unions ask about Quixotron jobs", "Le Quixotron arrive à Lyon",
    ]

    /// Two items whose only common word is a name, and more, after the open, with which the name is on everyone's lips.
    private static func fixture(more: Bool) -> MarketFixture {
        TriggerTests.fixture(trigger: false) { fixture in
            fixture.news("Abcdar customers await the Quixotron", at: open - 20 * hour, source: "A")
            fixture.news("Defoe engineers praise Quixotron design", at: open - 18 * hour, source: "B")
            for (offset, title) in later.enumerated() where more {
                fixture.news(
                    title, at: open + UInt64(2 + offset) * hour, source: "S\(offset)",
                    language: offset == 0 ? "de" : "en")
            }
        }
    }

    private static let nextDay = ShockSignal.made(
        .pending, "makers", session: "2025-01-28", onset: open + 24 * hour..<open + 30 * hour, simpleReturn: -0.1,
        scope: .group)

    private static func attribution(
        _ fixture: MarketFixture, _ signal: ShockSignal, checkpoint: Bool = false
    ) throws -> Attribution {
        var stage = AttributeStage()
        _ = stage.findings(fixture.messages)
        if checkpoint {
            stage = try PropertyListDecoder().decode(AttributeStage.self, from: PropertyListEncoder().encode(stage))
        }
        return try #require(stage.findings([.shockSignal(signal)]).first).attribution
    }

    @Test("that they are one is known from when it showed: for a shock before it they stay two")
    func lookAhead() throws {
        let signal = TriggerTests.signal("makers", scope: .group)
        let before = try Self.attribution(Self.fixture(more: false), signal)
        #expect(before.candidates.count == 2, "the test's own stories")
        let after = try Self.attribution(Self.fixture(more: true), signal)
        #expect(after.candidates == before.candidates && after.unexplained == before.unexplained)
    }

    @Test("for a shock after it they are one, under the older's identity, with and without a checkpoint between")
    func joined() throws {
        let signal = TriggerTests.signal("makers", scope: .group)
        let before = try Self.attribution(Self.fixture(more: true), signal).candidates
        for checkpoint in [false, true] {
            let attribution = try Self.attribution(Self.fixture(more: true), Self.nextDay, checkpoint: checkpoint)
            let story = try #require(attribution.candidates.first)
            #expect(attribution.candidates.count == 1)
            let numbers = before.compactMap { UInt64($0.story.dropFirst("story/".count)) }.sorted()
            let ids = numbers.map { "story/\($0)" }
            #expect(story.story == ids[0])
            #expect(story.merged == [ids[1]])
            #expect([story.items, story.sources, story.originals] == [11, 11, 11])
            #expect(story.evidence.count == 11)
            #expect(story.languages.map(\.language) == ["en", "de"])
            #expect(story.firstSeen == Self.open - 20 * Self.hour)
            #expect(story.latest == Self.open + 10 * Self.hour)
        }
    }

    @Test("the news as shown says what became part of a story, at a time")
    func shown() throws {
        let fixture = Self.fixture(more: true)
        // With the tenth headline that has it the name makes them one.
        var view = NewsView(watching: fixture.lastSequence - 1)
        for message in fixture.messages { view.apply(message) }
        let now = try #require(view.stories(of: "makers", at: Self.open + 10 * Self.hour).first)
        #expect(now.items == 11 && now.merged.count == 1 && now.merged[0] > now.id)
        let before = view.stories(of: "makers", at: Self.open)
        #expect(before.count == 2 && before.allSatisfy { $0.merged.isEmpty && $0.items == 1 })
        let between = view.stories(of: "makers", at: Self.open + 8 * Self.hour)
        #expect(between.count == 2 && between.map(\.items).sorted() == [1, 8])
        let explained = try #require(view.explained)
        #expect(explained.story == now.id && explained.reason.hasSuffix("it made \(now.merged[0]) part of it"))
        #expect(explained.storyNow == now)
    }

    @Test("a first candidate that goes on under an older identity is no other candidate")
    func revised() {
        func finding(_ story: String, merged: [String] = []) -> Finding {
            var candidate = TriggerCandidate()
            candidate.story = story
            candidate.merged = merged
            candidate.headline = "Quixotron"
            var finding = Finding()
            finding.attribution.candidates = [candidate]
            return finding
        }
        let before = finding("story/7")
        func kinds(_ now: Finding) -> [String] {
            RevisionNotes.changes(from: before, to: now, reason: "").map(\.kind)
        }
        #expect(kinds(finding("story/3", merged: ["story/5", "story/7"])) == ["stories-joined"])
        #expect(kinds(finding("story/3", merged: ["story/5"])) == ["first-candidate"])
        #expect(kinds(finding("story/7", merged: ["story/9"])).isEmpty)
        let change = RevisionNotes.changes(from: before, to: finding("story/3", merged: ["story/7"]), reason: "")[0]
        #expect(RevisionNotes.words(change) == "the story of the first candidate is one with an older: “Quixotron”")
    }
}
