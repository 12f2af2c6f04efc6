import Foundation
import NewsModels
import Testing

@Suite("Stories")
struct StoryIndexTests {
    static let hour: Int64 = 3_600_000_000_000

    @Test("salient terms are subjects, with names marked")
    func terms() {
        let terms = SalientTerms.terms("Why the new OpenAI rival from Hangzhou worries chip makers, R1 in hand")
        #expect(terms.map(\.text) == ["openai", "rival", "hangzhou", "worries", "chip", "makers", "r1", "hand"])
        #expect(terms.filter(\.isName).map(\.text) == ["openai", "hangzhou", "r1"])
        // In title case capitals say nothing; mixed case still does.
        let title = SalientTerms.terms("Chip Makers Worry About Quiet Rival DeepSeek")
        #expect(title.filter(\.isName).map(\.text) == ["deepseek"])
        #expect(SalientTerms.terms("股价暴跌").map(\.text) == ["股价", "价暴", "暴跌"])
        #expect(SalientTerms.terms("of the and 17%").isEmpty)
    }

    @Test("a reprint joins by its wording and counts once per source")
    func reprints() {
        var index = StoryIndex()
        let headline = "Zorbium mine in Chile floods after record rain, output halted"
        #expect(index.add(item(1, 0, "A", headline)).reason == .new)
        let other = index.add(item(2, 1, "B", headline + " for weeks"))
        #expect(other.story == 1)
        #expect(!other.isRepeat)
        #expect(index.add(item(3, 2, "B", headline + " for weeks now")).isRepeat)
        #expect(index.add(item(4, 3, "A", headline)).isRepeat)
        let story = index.story(1)
        #expect(story?.count == 2)
        #expect(story?.items == 4)
        #expect(story?.wordings == 1)
        #expect(story?.sources == ["A", "B"])
        #expect(story?.sequences == [1, 2, 3, 4])
        #expect(story?.firstSeen == 0)
        #expect(story?.lastSeen == 3 * Self.hour)
    }

    @Test("a paraphrase joins by its terms, another subject does not")
    func paraphrase() {
        var index = StoryIndex()
        warmUp(&index)
        let first = index.add(item(100, 10, "A", "Floods halt output at Zorbium mine in Chile"))
        let second = index.add(item(101, 12, "B", "Chile: rain stops work at the Zorbium mine"))
        let third = index.add(item(102, 13, "B", "Parliament in Norway debates fishing quotas"))
        #expect(second.story == first.story)
        #expect(third.story != first.story)
    }

    @Test("a story closes 36 hours after its last item")
    func closes() {
        var index = StoryIndex()
        let headline = "Zorbium mine in Chile floods after record rain"
        let first = index.add(item(1, 0, "A", headline)).story
        #expect(index.add(item(2, 36, "B", headline)).story == first)
        #expect(index.add(item(3, 36 + 37, "C", headline)).story != first)
    }

    @Test("an emergent name binds headlines of different facets and languages, a common name does not")
    func emergence() {
        var index = StoryIndex()
        warmUp(&index, days: 10, extra: "Senator Brindle speaks on matter")
        let start: Int64 = 10 * 24
        let facets = [
            "Startup Vexalon undercuts rivals on price", "Vexalon tops app charts at weekend",
            "Engineers ask how Vexalon did it", "Qué es Vexalon y cómo funciona", "Vexalon 引发行业震动",
            "Was Anleger über Vexalon wissen müssen", "Vexalon desata dudas en la industria",
        ]
        var stories: [UInt64] = []
        for (offset, headline) in facets.enumerated() {
            stories.append(index.add(item(UInt64(500 + offset), start + Int64(offset), "S\(offset)", headline)).story)
        }
        #expect(Set(stories.suffix(4)).count == 1)

        let brindle = ["Brindle opens a bakery", "Rain delays Brindle at airport"].enumerated().map {
            offset, headline in
            index.add(item(UInt64(600 + offset), start + 8 + Int64(offset), "T\(offset)", headline)).story
        }
        #expect(brindle[0] != brindle[1])
    }

    @Test("without three days of history no name is emergent")
    func noHistory() {
        var statistics = TermStatistics()
        let term = SalientTerms.terms("Analysts discuss Vexalon")
        for offset in 0..<20 { statistics.add(term, time: Int64(offset) * Self.hour) }
        #expect(statistics.emergence(of: FNV1a.hash("vexalon")) == nil)
        #expect(statistics.inverseFrequency(of: FNV1a.hash("vexalon")) < statistics.inverseFrequency(of: 1))
    }

    @Test("the same items give the same stories, and a restored index goes on the same way")
    func deterministic() throws {
        var (left, right) = (StoryIndex(), StoryIndex())
        for sequence in 0..<300 {
            let item = synthetic(sequence)
            #expect(left.add(item) == right.add(item))
        }
        #expect(left == right)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(left)
        #expect(try encoder.encode(right) == data)
        var restored = try JSONDecoder().decode(StoryIndex.self, from: data)
        #expect(restored == left)
        for sequence in 300..<350 { #expect(restored.add(synthetic(sequence)) == left.add(synthetic(sequence))) }
    }

    @Test("memory is bounded: old stories and old terms are forgotten")
    func bounded() {
        var index = StoryIndex(statistics: TermStatistics(maximumTerms: 100))
        for sequence in 0..<2_000 {
            _ = index.add(item(UInt64(sequence), Int64(sequence), "A", "Word\(sequence)x thing\(sequence)y"))
        }
        #expect(index.stories.count <= 8 * 24)
        #expect(index.statistics.termCount <= 101)
    }

    private func item(_ sequence: UInt64, _ hour: Int64, _ source: String, _ headline: String) -> StoryItem {
        StoryItem(sequence: sequence, time: hour * Self.hour, source: source, headline: headline)
    }

    private func synthetic(_ sequence: Int) -> StoryItem {
        let subjects = ["Zorbium mine", "Vexalon launch", "Brindle vote", "Harbour strike", "Comet watch"]
        let verbs = ["grows", "stalls", "divides experts", "returns", "worries neighbours", "ends early"]
        let headline = "The \(subjects[sequence * 7 % 5]) \(verbs[sequence * 11 % 6]) in week \(sequence / 50)"
        return item(UInt64(sequence), Int64(sequence), "S\(sequence % 4)", headline)
    }

    /// Background in which terms have frequencies, one headline every second hour.
    private func warmUp(_ index: inout StoryIndex, days: Int64 = 0, extra: String = "Council meets on budget") {
        for step in 0..<max(40, days * 12) {
            let hour = days == 0 ? step / 8 : step * 2
            let headline = step.isMultiple(of: 2) ? "\(extra) \(step)" : "Town \(step)th garden show opens topic\(step)"
            _ = index.add(item(UInt64(10_000 + step), hour, "W", headline))
        }
    }
}
