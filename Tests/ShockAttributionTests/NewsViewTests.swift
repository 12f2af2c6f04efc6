import Foundation
import Schema
import Testing

@testable import ShockAttribution

@Suite("The news as shown")
struct NewsViewTests {
    static func view(_ messages: [StreamMessage], watching: UInt64? = nil) -> NewsView {
        var view = NewsView(watching: watching)
        for message in messages { view.apply(message) }
        return view
    }

    @Test("stories are those told in the last hours, most told first, or those of one subject")
    func stories() throws {
        let view = Self.view(TriggerTests.fixture().messages)
        let stories = view.stories(at: TriggerTests.open)
        #expect(try #require(stories.first).terms.first == "Quixotron")
        #expect(stories.first?.items == 5 && stories.first?.originals == 5)
        #expect(view.stories(of: "ABC", at: TriggerTests.open).count == 1)
        #expect(view.stories(of: "ABC", at: TriggerTests.before).isEmpty)
        #expect(view.stories(at: TriggerTests.open + 400 * TriggerTests.hour).isEmpty)
    }

    @Test("attention is what was said in a day against the days before; a stranger has none")
    func attention() throws {
        let view = Self.view(
            TriggerTests.fixture { fixture in
                for index in 0..<9 {
                    fixture.news("Abcdar and the comet", at: TriggerTests.open - UInt64(index) * TriggerTests.hour)
                }
            }.messages)
        let value = try #require(view.attention(to: "ABC", at: TriggerTests.open))
        #expect(value.mentions == 9 && value.hourly.reduce(0, +) == 9)
        #expect(value.z.map { abs($0 - 9) < 1e-9 } == true)
        #expect(view.attention(to: "XYZ", at: TriggerTests.open) == nil)
        let early = try #require(view.attention(to: "ABC", at: TriggerTests.before - 25 * CivilTime.day))
        #expect(early.z == nil)
    }

    @Test("one item is shown as it was read")
    func explain() throws {
        var fixture = TriggerTests.fixture()
        fixture.news("Abcdar says the Quixotron machine needs 40% fewer widgets", at: TriggerTests.open)
        let sequence = fixture.lastSequence
        let shown = try #require(Self.view(fixture.messages, watching: sequence).explained)
        #expect(shown.sequence == sequence && shown.origin == sequence)
        #expect(shown.entities == ["ABC": 100] && shown.groups == ["makers": 100])
        #expect(shown.speaker == "ABC" && shown.language == "en")
        #expect(shown.quantities == ["0.4 share"])
        #expect(shown.storyNow?.items == 6)
        #expect(Self.view(fixture.messages, watching: 1).explained == nil)
    }
}

/// Who stood against the thesis in January 2025, by the real headlines.
@Suite("Stance in January 2025", .enabled(if: SharedData.isPresent))
struct RealStanceTests {
    static let thesis: Thesis = {
        var thesis = Thesis()
        thesis.id = "fewer-gpus"
        thesis.statement = "Fewer GPUs will be needed because models became cheaper to train and run."
        thesis.exposures = ["NVDA", "META", "MSFT"].map { symbol in
            var exposure = Exposure()
            exposure.symbol = symbol
            exposure.sign = -1
            return exposure
        }
        thesis.supporting = [
            "Cheap model raises doubts about spending on AI chips",
            "Demand for GPUs may collapse as models become efficient",
            "Investors fear that big AI budgets were wasted", "Low-cost rival shows fewer chips are needed",
            "Low-cost startup threatens AI chip makers",
        ]
        thesis.opposing = [
            "Company to spend billions more on AI data centers this year",
            "Chief executive raises AI infrastructure budget",
            "Efficient models will increase demand for chips, maker says", "Advances prove the need for more GPUs",
            "AI models still need our chips, maker says",
        ]
        return thesis
    }()

    @Test("Meta's budget of the 24th and NVIDIA's answer of the 27th are tier-2 evidence against it")
    func insiders() throws {
        let end = MarketFixture.at("2025-01-28", "00:00:00")
        var view = NewsViewTests.view(try RealNewsTests.fixture(until: end, thesis: Self.thesis).messages)
        let stance = try #require(try view.stance(on: "fewer-gpus", at: end))
        let insiders = stance.voices.filter { $0.tier <= 2 }
        for voice in insiders {
            print(CivilTime.rfc3339(voice.time), voice.tier, voice.speaker, voice.stance, voice.text.prefix(80))
        }
        func against(_ speaker: String, _ date: String) -> Bool {
            insiders.contains {
                $0.speaker == speaker && $0.stance < 0 && CivilTime.rfc3339($0.time).hasPrefix(date)
            }
        }
        #expect(against("META", "2025-01-24"))
        #expect(against("NVDA", "2025-01-27"))
        #expect(
            try #require(try view.stance(on: "fewer-gpus", at: MarketFixture.at("2025-01-24", "00:00:00"))).insiders
                .oppose < insiders.count)
        #expect(try view.stance(on: "nothing", at: end) == nil)
        view.apply(.configurationChanged(ConfigurationChanged()))
        #expect(view.theses.isEmpty)
    }
}
