import Foundation
import NewsModels
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
        #expect(shown.quantities == ["40 %"])
        #expect(shown.published == TriggerTests.open && shown.publishedMark.isEmpty && shown.stances.isEmpty)
        #expect(shown.storyNow?.items == 6)
        #expect(Self.view(fixture.messages, watching: 1).explained == nil)
    }
}

/// The sentences of the thesis in the settings that ship.
enum ShippedThesis {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func sentences(_ side: String) -> [String] {
        let file = repository.appending(path: "docs/examples/deepseek-2025-01/settings.yaml")
        let lines = (try? String(contentsOf: file, encoding: .utf8))?.components(separatedBy: "\n") ?? []
        guard let start = lines.firstIndex(of: "    \(side):") else { return [] }
        return lines[(start + 1)...].prefix { $0.hasPrefix("      - ") }.map { String($0.dropFirst(8)) }
    }
}

@Suite("The sentences of the thesis that ships")
struct ShippedThesisTests {
    /// Headlines that the tests and the recording judge by them.
    static func headlines() throws -> [String] {
        let file = ShippedThesis.repository.appending(path: "docs/examples/deepseek-2025-01/news.jsonl")
        struct Item: Decodable { let title: String }
        let own = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .compactMap { try? JSONDecoder().decode(Item.self, from: Data($0.utf8)).title }
        #expect(own.count > 200)
        let shared = SharedData.isPresent ? try SharedHeadline.all().map(\.title) : []
        // As they are quoted of the two that a test must find.
        let quoted = [
            "Nvidia says DeepSeek advances prove need for more of its chips",
            "Nvidia Says DeepSeek Still Needs Its Chips",
        ]
        return own + shared + quoted
    }

    @Test("none repeats a headline, by the measure of the stories and by the words of both")
    func noCopies() throws {
        let sentences = ShippedThesis.sentences("supporting") + ShippedThesis.sentences("opposing")
        #expect(sentences.count == 20)
        func shingles(_ text: String) -> [UInt64] { Shingles.hashes(Tokenizer.words(text)) }
        func words(_ text: String) -> Set<String> { ReadText(text).terms }
        func share(_ left: Set<String>, _ right: Set<String>) -> Double {
            Double(left.intersection(right).count) / Double(max(1, left.union(right).count))
        }
        // Two sentences that had been written with the headlines in view, to show that the measure sees such.
        #expect(
            share(
                words("Advances prove the need for more GPUs"),
                words("Nvidia says DeepSeek advances prove need for more of its chips")) > 0.25)
        for headline in try Self.headlines() {
            for sentence in sentences {
                #expect(Shingles.jaccard(shingles(sentence), shingles(headline)) < 0.2, "\(sentence): \(headline)")
                #expect(share(words(sentence), words(headline)) < 0.25, "\(sentence): \(headline)")
            }
        }
    }
}

@Suite("Who speaks, and about what")
struct SpeakerTests {
    private static func thesis() -> Thesis {
        var thesis = Thesis()
        thesis.id = "less"
        thesis.statement = "Fewer widgets will be needed."
        var exposure = Exposure()
        exposure.symbol = "ABC"
        exposure.sign = -1
        thesis.exposures = [exposure]
        thesis.supporting = ["Fewer widgets are needed", "Orders for widgets are cancelled"]
        thesis.opposing = ["More widgets are needed", "Orders for widgets grow"]
        return thesis
    }

    private static func stance(_ titles: [(title: String, source: String)]) throws -> NewsStance {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.groups = [.made("makers", ["ABC"], keywords: ["widget", "widgets"])]
        settings.theses = [thesis()]
        settings.entities = ["Quux Research", "Onlooker", "Zork Labs"].map { name in
            var entity = Entity()
            entity.id = name.lowercased().replacing(" ", with: "-")
            entity.aliases = [name]
            return entity
        }
        settings.sources = [("Quux Research", SourceTier.t4), ("Zork Labs", .t1), ("Paper", .t5)].map { name, tier in
            var source = Source()
            source.name = name
            source.tier = tier
            return source
        }
        fixture.configure(settings)
        fixture.define("ABC", name: "Abcdar Corporation", aliases: ["Abcdar"])
        for (index, item) in titles.enumerated() {
            fixture.news(item.title, at: TriggerTests.open + UInt64(index), source: item.source, tier: .unspecified)
        }
        let view = NewsViewTests.view(fixture.messages)
        return try #require(try view.stance(on: "less", at: TriggerTests.open + TriggerTests.hour))
    }

    @Test(
        "who is exposed speaks as tier 2, a configured source as its own tier but no better than 2, others as the paper"
    )
    func tiers() throws {
        let voices = try Self.stance([
            ("Abcdar says more widgets are needed", "Paper"), ("Fewer widgets are needed, Quux Research says", "Paper"),
            ("Quux Research says fewer widgets are needed by Abcdar", "Paper"),
            ("Onlooker says fewer widgets are needed", "Paper"), ("Zork Labs says orders for widgets grow", "Paper"),
        ]).voices
        func tier(_ speaker: String) -> [Int] { voices.filter { $0.speaker == speaker }.map(\.tier) }
        #expect(tier("ABC") == [2])
        #expect(Set(tier("quux-research")) == [4])
        #expect(tier("onlooker") == [5])
        #expect(tier("zork-labs") == [2])
    }

    @Test("what names somebody exposed and says nothing of the thesis is no voice on it")
    func offTopic() throws {
        let voices = try Self.stance([
            ("Abcdar cut its stake in a bank", "Paper"), ("Revenue of Abcdar reaches a record", "Paper"),
            ("Abcdar names a finance chief", "Paper"), ("Abcdar: cheap rivals cancel orders for widgets", "Paper"),
        ]).voices
        #expect(voices.map(\.text) == ["Abcdar: cheap rivals cancel orders for widgets"])
        #expect(voices.first?.stance == 1)
    }

    @Test("an instrument or entity is found by any of its names, in any capitals; not where two have it")
    func names() {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        var entity = Entity()
        entity.id = "zork-labs"
        entity.aliases = ["Zork Labs", "佐克"]
        settings.entities = [entity]
        fixture.configure(settings)
        fixture.define("ABC", name: "Abcdar Corporation", aliases: ["Abcdar", "甲乙", "Twice"])
        fixture.define("DEF", name: "Defoe Works", aliases: ["Twice"], ambiguous: [])
        let view = NewsViewTests.view(fixture.messages)
        for (name, id) in [
            ("abc", "ABC"), ("ABCDAR", "ABC"), ("甲乙", "ABC"), ("佐克", "zork-labs"), ("zork labs", "zork-labs"),
        ] {
            #expect(view.subject(named: name) == id)
        }
        #expect(view.subject(named: "Twice") == nil && view.subject(named: "nobody") == nil)
        #expect(view.subject(named: "") == nil)
    }

    @Test("an item is explained with when it was published, what is wrong with that, and its stance")
    func explained() throws {
        var fixture = MarketFixture()
        var settings = ModelSettings()
        settings.theses = [Self.thesis()]
        fixture.configure(settings)
        fixture.define("ABC", name: "Abcdar Corporation", aliases: ["Abcdar"])
        fixture.news("Abcdar: fewer widgets are needed", at: TriggerTests.open)
        var messages = fixture.messages
        guard case .newsItem(var item)? = messages.last else { return }
        item.published = TriggerTests.open + CivilTime.day
        item.publishedMark = .future
        messages[messages.count - 1] = .newsItem(item)
        let shown = try #require(NewsViewTests.view(messages, watching: item.sequence).explained)
        #expect(shown.published == item.published && shown.publishedMark == "future")
        #expect(shown.stances == ["less": 1])
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
        thesis.supporting = ShippedThesis.sentences("supporting")
        thesis.opposing = ShippedThesis.sentences("opposing")
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
