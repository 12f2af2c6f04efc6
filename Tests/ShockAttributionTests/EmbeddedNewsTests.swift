import Foundation
import NewsModels
import Schema
import Testing

@testable import ShockAttribution

/// Vectors as events: made up, since the rule is what is tested.
@Suite("Stories and embeddings")
struct EmbeddedNewsTests {
    private static let hour = 3_600 * CivilTime.second

    private struct World {
        var archive = NewsArchive()
        var instruments = InstrumentTable()
        private var sequence: UInt64 = 0

        init() {
            for (symbol, aliases) in [("ABC", ["Abacus", "算盘公司"]), ("XYZ", ["Xylo"])] {
                var definition = InstrumentDefinition()
                definition.symbol = symbol
                definition.aliases = aliases
                definition.instrument = UInt32(instruments.count + 1)
                instruments.define(definition)
            }
        }

        mutating func read(_ title: String, hour: UInt64, language: String) -> UInt64 {
            sequence += 1
            var item = NewsItem()
            item.sequence = sequence
            item.published = 1_000 * EmbeddedNewsTests.hour + hour * EmbeddedNewsTests.hour
            item.firstSeen = item.published
            item.eventTime = item.published
            item.recordTime = item.published
            item.source = "S\(sequence)"
            item.language = language
            item.title = title
            archive.add(item, instruments: instruments, settings: ModelSettings())
            return sequence
        }

        mutating func embed(_ title: String, _ values: [Float], model: String = "m") {
            var embedding = NewsEmbedding()
            embedding.textHash = FNV1a.hash(title)
            embedding.model = model
            embedding.values = values
            archive.embed(embedding)
        }

        /// What its story is called at a time.
        func story(_ sequence: UInt64, at time: UInt64 = .max) -> UInt64? {
            archive.item(sequence).map { archive.merged(at: time).whole(of: $0.story) }
        }
    }

    static let english = "Abacus recalls faulty beads"
    static let chinese = "算盘公司召回问题产品"

    @Test(
        "a headline alone is one story with the nearest of the same company in another language, whichever vector comes first"
    )
    func joins() {
        for order in [[0, 1], [1, 0]] {
            var world = World()
            let first = world.read(Self.english, hour: 0, language: "en")
            let second = world.read(Self.chinese, hour: 5, language: "zh")
            #expect(world.story(first) != world.story(second))
            for place in order {
                world.embed([Self.english, Self.chinese][place], [[1, 0.1], [0.9, 0.3]][place])
            }
            #expect(world.story(first) == world.story(second))
        }
    }

    @Test("the older keeps its identity, whichever vector comes first, and only from when both had come")
    func identity() {
        for order in [[0, 1], [1, 0]] {
            var world = World()
            let first = world.read(Self.english, hour: 0, language: "en")
            let second = world.read(Self.chinese, hour: 5, language: "zh")
            let apart = world.story(second)
            for place in order {
                world.embed([Self.english, Self.chinese][place], [[1, 0.1], [0.9, 0.3]][place])
            }
            #expect(world.story(second) == 1 && world.story(first) == 1)
            #expect(world.archive.merged(at: .max).parts(of: 1) == [2])
            // Before the second had come nothing could be known of it; a nanosecond earlier is before.
            #expect(world.story(second, at: 1_005 * Self.hour) == 1)
            #expect(world.story(second, at: 1_005 * Self.hour - 1) == apart)
        }
    }

    /// Three wordings against two: the vectors of one pair agree, then those of another.
    @Test("stories of several wordings are one once most of the smaller's tell what the larger tells")
    func several() {
        var world = World()
        let english = [
            Self.english, "Faulty beads come back to Abacus plant", "Abacus beads recall widens, regulator says",
        ]
        let chinese = [Self.chinese, "算盘公司产品召回范围扩大"]
        let first = english.enumerated().map { world.read($1, hour: UInt64($0), language: "en") }
        let second = chinese.enumerated().map { world.read($1, hour: 5 + UInt64($0), language: "zh") }
        #expect(Set(first.map { world.story($0) }).count == 1, "the test's own stories")
        #expect(Set(second.map { world.story($0) }).count == 1, "the test's own stories")
        world.embed(english[0], [1, 0.1])
        world.embed(chinese[0], [0.9, 0.3])
        #expect(world.story(first[0]) != world.story(second[0]), "one of two is not most")
        world.embed(chinese[1], [0, 1])
        #expect(world.story(first[0]) != world.story(second[0]), "another direction agrees with nothing")
        world.embed(english[1], [0.1, 1])
        #expect(Set((first + second).map { world.story($0) }) == [1])
        let late = world.read(chinese[1] + "啊", hour: 9, language: "zh")
        #expect(world.story(late) == 1)
    }

    @Test("not of another company, another model, another direction, nor two days later; one language needs more")
    func staysApart() {
        func isOne(
            _ other: String, language: String = "zh", hour: UInt64 = 5, vector: [Float] = [0.9, 0.3],
            model: String = "m"
        ) -> Bool {
            var world = World()
            let first = world.read(Self.english, hour: 0, language: "en")
            let second = world.read(other, hour: hour, language: language)
            world.embed(Self.english, [1, 0.1])
            world.embed(other, vector, model: model)
            return world.story(first) == world.story(second)
        }
        #expect(isOne(Self.chinese))
        #expect(!isOne("Xylo wird untersucht", language: "de"))
        #expect(!isOne(Self.chinese, model: "n"))
        #expect(!isOne(Self.chinese, vector: [0, 1]))
        #expect(!isOne(Self.chinese, vector: [1, 0.1, 0]))
        #expect(!isOne(Self.chinese, hour: 40))
        // Cosine 0.90: enough across languages, not within one.
        #expect(isOne(Self.chinese, vector: [0.85, 0.526]))
        #expect(!isOne("Abacus plans spring concert", language: "en", vector: [0.85, 0.526]))
    }

    @Test("a checkpoint between headline and vector changes nothing")
    func restored() throws {
        var world = World()
        let first = world.read(Self.english, hour: 0, language: "en")
        let second = world.read(Self.chinese, hour: 5, language: "zh")
        world.embed(Self.english, [1, 0.1])
        world.archive = try PropertyListDecoder().decode(
            NewsArchive.self, from: PropertyListEncoder().encode(world.archive))
        world.embed(Self.chinese, [0.9, 0.3])
        #expect(world.story(first) == world.story(second))
        let third = world.read("Abacus recalls faulty beads again", hour: 6, language: "en")
        #expect(world.story(third) == world.story(first))
    }

    @Test("names by language are meant there; an ambiguous one that is also listed plainly needs its second signal")
    func aliases() {
        var definition = InstrumentDefinition()
        definition.symbol = "FRU"
        definition.name = "Frutta Works"
        definition.aliases = ["Mela"]
        definition.ambiguousAliases = ["Mela"]
        var chinese = LanguageAliases()
        chinese.language = "zh"
        chinese.aliases = ["苹果"]
        definition.languageAliases = [chinese]
        var instruments = InstrumentTable()
        instruments.define(definition)
        let vocabulary = NewsVocabulary(instruments: instruments, settings: ModelSettings())
        func names(_ text: String, _ language: String) -> [String] {
            vocabulary.mentions(in: Tokenizer.tokens(text), language).map(\.entity)
        }
        #expect(names("苹果发布新手机", "zh") == ["FRU"])
        #expect(names("蘋果發布新手機", "zh") == ["FRU"])
        #expect(names("苹果", "ja") == [])
        #expect(names("苹果", "und") == ["FRU"])
        #expect(names("Una Mela al giorno", "it") == [])
        #expect(names("Mela shares rise", "en") == ["FRU"])
    }
}
