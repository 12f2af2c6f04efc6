import Foundation
import NewsModels
import Testing

/// Reprints, other languages, and the life of a story.
@Suite("Stories told by many")
struct StoriesOfManyTests {
    static let hour: Int64 = 3_600_000_000_000

    private func item(
        _ sequence: UInt64, _ hour: Int64, _ source: String, _ headline: String, language: String = "en",
        names: [(String, [String])] = []
    ) -> StoryItem {
        StoryItem(
            sequence: sequence, time: hour * Self.hour, source: source, headline: headline, language: language,
            entities: names.map { .init(entity: $0.0, words: $0.1) },
            quantities: QuantityParser.quantities(in: headline, language: language))
    }

    @Test("a reprint is credited to the item that had its wording first, through any number of them")
    func origin() {
        var index = StoryIndex()
        let headline = "Zorbium mine in Chile floods after record rain, output halted"
        #expect(index.add(item(7, 0, "A", headline)).origin == 7)
        #expect(index.add(item(8, 1, "B", headline + " for weeks")).origin == 7)
        #expect(index.add(item(9, 2, "C", headline + ", company says")).origin == 7)
        #expect(index.add(item(10, 2, "D", "Rain stops work at the Zorbium mine in Chile, output halted")).origin == 10)
    }

    /// The golden pair of MODELS.md §6.1, whose words have nothing in common but a name and a number.
    @Test("a Chinese headline joins the English story of the same event by whom and what it counts")
    func chinese() {
        var index = StoryIndex()
        let english = index.add(
            item(
                1, 0, "A", "Nvidia shares plunge 17% as DeepSeek's low-cost AI model rattles investors",
                names: [("NVDA", ["nvidia"])]))
        let chinese = index.add(
            item(
                2, 3, "B", "英伟达股价暴跌17% DeepSeek低成本模型引发投资者恐慌", language: "zh-Hans",
                names: [("NVDA", ["英", "伟", "达"])]))
        #expect(chinese.story == english.story)
        #expect(chinese.reason == .sameEvent(shared: 3))
        let again = index.add(
            item(
                3, 4, "C", "DeepSeek低成本模型引发恐慌 英伟达股价暴跌近17%", language: "zh-Hans",
                names: [("NVDA", ["英", "伟", "达"])]))
        #expect(again.story == english.story)
        #expect(again.origin == 2)
        #expect(index.story(english.story)?.languages.map(\.code) == ["en", "zh"])
    }

    @Test("the same company in another language is not yet the same event, nor is the same number")
    func notTheSame() {
        var index = StoryIndex()
        let first = index.add(
            item(
                1, 0, "A", "Meta to spend up to $65 billion on AI infrastructure in 2025",
                names: [("META", ["meta"])])
        ).story
        // The company alone; the amount of another company; the same after two days.
        let other = index.add(
            item(2, 1, "B", "Meta 推出新眼镜", language: "zh", names: [("META", ["meta"])])
        ).story
        let amount = index.add(
            item(3, 1, "B", "沙特投资650亿美元", language: "zh", names: [("SAUDI", ["沙", "特"])])
        ).story
        let late = index.add(
            item(4, 40, "B", "Meta 拟投650亿美元", language: "zh", names: [("META", ["meta"])])
        ).story
        #expect(!([other, amount, late].contains(first)))
        var prompt = StoryIndex()
        _ = prompt.add(
            item(
                1, 0, "A", "Meta to spend up to $65 billion on AI infrastructure in 2025",
                names: [("META", ["meta"])]))
        let joined = prompt.add(
            item(2, 30, "B", "Meta 今年拟投650亿美元建设AI", language: "zh", names: [("META", ["meta"])]))
        #expect(joined.story == 1)
    }

    @Test("hashing finds the near-duplicate among tens of thousands of wordings")
    func amongMany() {
        var index = StoryIndex()
        // Words, not numbers: those count as the same.
        func words(_ number: Int) -> String {
            (0..<5).map { place in
                String(String(number * 7_919 + place * 104_729, radix: 26).map { $0.isNumber ? "z" : $0 })
                    + String(repeating: "q", count: place) + String(number, radix: 2).map { $0 == "0" ? "a" : "b" }
            }.joined(separator: " ")
        }
        for sequence in 0..<20_000 {
            _ = index.add(item(UInt64(sequence + 1), Int64(sequence) / 1_000, "A", words(sequence)))
        }
        let found = index.add(item(30_000, 21, "B", words(777) + " again"))
        #expect(found.story == 778)
        #expect(found.origin == 778)
    }

    @Test("the life of a story: first, peak, latest, and how fast it doubled while it grew")
    func life() throws {
        // Counts 3, 5, 8, 14, 22, 37 in steps of six hours, then 2: MODELS.md §6.7 gives 1.3810890342 steps.
        var times: [Int64] = []
        for (step, count) in [3, 5, 8, 14, 22, 37, 2].enumerated() {
            for index in 0..<count {
                times.append(Int64(step) * 6 * Self.hour + Int64(index % 5) * Self.hour + Int64(index))
            }
        }
        let life = try #require(StoryLife(times: times.reversed()))
        #expect(life.firstSeen == 0)
        #expect(life.lastSeen == 36 * Self.hour + Self.hour + 1)
        #expect(life.peak == 30 * Self.hour)
        #expect(life.peakItems == 8)
        #expect(abs(try #require(life.doublingHours) - 6 * 1.3810890342) < 1e-8)
        #expect(StoryLife(times: []) == nil)
        #expect(try #require(StoryLife(times: [5])).doublingHours == nil)
    }

    @Test("novelty decays along a chain and is whole again after a day's silence")
    func novelty() throws {
        let times = [0, 10, 34, 57].map { $0 * Self.hour }
        #expect(EventNovelty.ofLatest(times: []) == nil)
        #expect(EventNovelty.ofLatest(times: [0]) == 100)
        #expect(abs(try #require(EventNovelty.ofLatest(times: times)) - 42.1875) < 1e-12)
        #expect(EventNovelty.ofLatest(times: [0, 25 * Self.hour]) == 100)
    }

    @Test("an index restored from a checkpoint goes on the same way, hashes included")
    func restored() throws {
        var index = StoryIndex()
        for sequence in 0..<400 {
            _ = index.add(
                item(
                    UInt64(sequence + 1), Int64(sequence) / 4, "S\(sequence % 7)",
                    "Harbour \(sequence % 40) strikes over pay in week \(sequence % 9), union \(sequence % 13) says",
                    names: [("E\(sequence % 5)", ["harbour"])]))
        }
        var copy = try JSONDecoder().decode(StoryIndex.self, from: JSONEncoder().encode(index))
        #expect(copy == index)
        for sequence in 400..<500 {
            let next = item(
                UInt64(sequence + 1), Int64(sequence) / 4, "T",
                "Harbour \(sequence % 40) strikes over pay again, union says")
            #expect(copy.add(next) == index.add(next))
        }
    }

    @Test("who credits a source in headline or body is not its origin")
    func credits() {
        #expect(CreditLine.text(title: "Zorbium mine floods - Reuters", body: "") == "Reuters")
        #expect(CreditLine.text(title: "Mine floods", body: "SANTIAGO (Reuters) - The mine") == "Reuters")
        #expect(CreditLine.text(title: "矿山被淹", body: "据路透社报道，") == "路透社")
        #expect(CreditLine.text(title: "Low-cost miner floods", body: "The mine") == nil)
    }

    @Test("who speaks is on record; of whom is spoken is not")
    func voices() throws {
        let table = try AliasTable([
            EntityAliases(entity: "ABC", aliases: [Alias("Abcdar"), Alias("阿巴")]),
            EntityAliases(entity: "DEF", aliases: [Alias("Defoe")]),
        ])
        func speaker(_ headline: String) -> String? {
            let tokens = Tokenizer.tokens(headline)
            return Voice.speaker(in: tokens, mentions: table.mentions(in: tokens))?.entity
        }
        #expect(speaker("Abcdar says orders are full") == "ABC")
        #expect(speaker("Abcdar to spend $65 billion on plants") == "ABC")
        #expect(speaker("Rivals of Abcdar worry, Defoe says") == "DEF")
        #expect(speaker("Abcdar's rival says it is cheaper") == nil)
        #expect(speaker("Abcdar shares fall") == nil)
        #expect(speaker("阿巴回应：需求依旧") == "ABC")
    }

    /// Cosines of the golden headlines (MODELS.md §6.1): A–B .983, D–E .991, A–D .889 one event; A–C .855 another.
    @Test("embeddings bind headlines of one event, and never without an entity in common or after the window")
    func embeddings() throws {
        let match = EmbeddingMatch()
        func same(_ cosine: Double, _ languages: (String, String), entities: Int = 1, hours: Int64 = 1) -> Bool {
            match.isSameStory(
                cosine: cosine, languages: languages, sharedEntities: entities, gap: hours * Self.hour)
        }
        #expect(same(0.983, ("en", "en-GB")) && same(0.991, ("zh-Hans", "zh")) && same(0.889, ("en", "zh")))
        #expect(!same(0.855, ("en", "en")) && !same(0.855, ("en", "zh")) && !same(0.889, ("en", "en")))
        #expect(!same(0.983, ("en", "en"), entities: 0) && !same(0.983, ("en", "en"), hours: -37))
        #expect(!same(.nan, ("en", "en")))
        // Each pair of writings has its own, and what has no labels the strictest.
        #expect(same(0.87, ("ru", "en")) && !same(0.87, ("de", "en")) && same(0.885, ("de-AT", "en")))
        #expect(!same(0.91, ("zh", "ja")) && !same(0.91, ("fa", "en")) && !same(0.91, ("", "en")))
        #expect(same(0.92, ("", "en")) && same(0.92, ("EN_us", "en")))
        #expect(EmbeddingMatch.cosine([1, 0], [1, 1]).map { abs($0 - 0.5.squareRoot()) < 1e-12 } == true)
        #expect(EmbeddingMatch.cosine([1], [1, 1]) == nil && EmbeddingMatch.cosine([0], [1]) == nil)
    }
}
