import Foundation
import NewsModels
import TestKit
import Testing

/// Stories that have both begun and are found to be one.
@Suite("Stories that become one")
struct StoryMergeTests {
    static let hour: Int64 = 3_600_000_000_000

    private static func item(
        _ sequence: UInt64, _ hour: Int64, _ source: String, _ headline: String, language: String = "en"
    ) -> StoryItem {
        StoryItem(sequence: sequence, time: hour * Self.hour, source: source, headline: headline, language: language)
    }

    /// Ten days in which words have frequencies, one headline every second hour.
    ///
    /// - Parameter names: Whether names bind: a handful of mentions is enough here for one to make stories one.
    private static func background(mergeThreshold: Double = 0.55, names: Bool = true) -> StoryIndex {
        var settings = StoryIndex.Settings()
        settings.emergence = names ? settings.emergence : .infinity
        settings.mergeEmergence = names ? 3 : .infinity
        settings.mergeThreshold = mergeThreshold
        var index = StoryIndex(settings: settings)
        for step in 0..<120 {
            let headline =
                step.isMultiple(of: 2)
                ? "Senator Brindle speaks on matter \(step)" : "Town \(step)th garden show opens topic\(step)"
            _ = index.add(item(UInt64(10_000 + step), Int64(step) * 2, "W", headline))
        }
        return index
    }

    private static let facets = [
        "Startup Vexalon undercuts rivals on price", "Vexalon tops app charts at weekend",
        "Engineers ask how Vexalon did it", "Qué es Vexalon y cómo funciona", "Vexalon 引发行业震动",
        "Was Anleger über Vexalon wissen müssen", "Vexalon desata dudas en la industria",
    ]

    @Test("what began before its name was on everyone's lips is one story once it is, under the oldest identity")
    func emergentName() throws {
        var index = Self.background()
        var assignments: [StoryIndex.Assignment] = []
        for (offset, headline) in Self.facets.enumerated() {
            assignments.append(index.add(Self.item(UInt64(500 + offset), 240 + Int64(offset), "S\(offset)", headline)))
        }
        let first = assignments[0].story
        #expect(assignments[1].story != first && assignments[1].merged.isEmpty, "the test's own stories")
        #expect(Set(assignments.flatMap(\.merged)).contains(assignments[1].story))
        #expect(assignments.last?.story == first)
        for assignment in assignments { #expect(index.merges.whole(of: assignment.story, at: .max) == first) }
        let story = try #require(index.story(first))
        #expect(story.items == 7 && story.count == 7 && story.wordings == 7)
        #expect(story.sources == (0..<7).map { "S\($0)" })
        #expect(story.sequences == Array(500..<507))
        #expect(story.firstSeen == 240 * Self.hour && story.lastSeen == 246 * Self.hour)
        #expect(index.story(assignments[1].story) == nil)
    }

    @Test(
        "in whatever order they come within a few hours, they are one story in the end",
        arguments: 0..<40 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var index = Self.background()
        let order = Self.facets.indices.shuffled(using: &random)
        for (place, facet) in order.enumerated() {
            // Late ones carry the time they were published at.
            _ = index.add(
                Self.item(
                    UInt64(500 + place), 240 + Int64.random(in: 0...5, using: &random), "S\(facet)",
                    Self.facets[facet]))
        }
        let stories = index.stories.filter { story in story.terms.contains { $0.text == "vexalon" } }
        #expect(stories.count == 1 && stories[0].items == 7, "seed \(seed), order \(order)")
        #expect(stories[0].sequences == Array(500..<507), "seed \(seed)")
    }

    @Test("a headline that is like two stories makes them one where they are alike with it, and by more than one word")
    func bridge() {
        let first = "Floods at Zorbium mine halt output of copper"
        let second = "Rain in Chile: copper exporters count losses"
        let bridge = "Copper exporters of Chile count losses as rain floods Zorbium mine"
        func stories(_ mergeThreshold: Double) -> (StoryIndex, [StoryIndex.Assignment]) {
            var index = Self.background(mergeThreshold: mergeThreshold, names: false)
            let headlines = [first, second, bridge, "Zorbium mine: floods halt output until spring"]
            let assignments = headlines.enumerated().map {
                index.add(Self.item(UInt64($0 + 1), 241 + Int64($0), "S\($0)", $1))
            }
            return (index, assignments)
        }
        let (index, joined) = stories(0.35)
        #expect(joined[0].story != joined[1].story, "the test's own stories")
        #expect(joined[2].story == joined[0].story && joined[2].merged == [joined[1].story])
        #expect(index.story(joined[0].story)?.sequences == [1, 2, 3, 4])
        let (_, apart) = stories(0.9)
        #expect(Set(apart.map(\.story)).count == 2 && apart.allSatisfy { $0.merged.isEmpty })
    }

    @Test("the name of one company alone makes no two stories one, however much of them it is")
    func oneName() {
        var index = Self.background(mergeThreshold: 0.1, names: false)
        var stories: Set<UInt64> = []
        for (offset, headline) in [
            "Abacus recalls faulty beads", "Beads recalled by Abacus were faulty", "Court fines Abacus over patents",
            "Abacus appeals patents fine in court", "Abacus patents suit: beads were copied",
        ].enumerated() {
            let assignment = index.add(Self.item(UInt64(offset + 1), 241 + Int64(offset), "S\(offset)", headline))
            stories.insert(assignment.story)
            #expect(assignment.merged.isEmpty)
        }
        #expect(stories.count == 2)
    }

    @Test("what both stories have is counted once")
    func counts() throws {
        var index = StoryIndex()
        let headline = "Zorbium mine in Chile floods after record rain, output halted"
        _ = index.add(Self.item(1, 0, "A", headline))
        _ = index.add(Self.item(2, 1, "B", headline + " for weeks"))
        // After 36 hours the same wording begins another.
        #expect(index.add(Self.item(3, 38, "A", headline)).story == 2)
        #expect(index.add(Self.item(4, 39, "C", headline)).story == 2)
        let other = index.add(Self.item(5, 40, "C", "Zorbium mine in Chile: owner says output is halted until spring"))
        #expect(other.story == 2)
        let merge = index.merge(2, 1)
        #expect(merge?.part == 2 && merge?.whole == 1)
        let story = try #require(index.story(1))
        // Four wordings of five are the first; A, B and C published it, and C the other.
        #expect(story.items == 5 && story.wordings == 2 && story.count == 4)
        #expect(story.sources == ["A", "B", "C"])
        #expect(story.languages.map(\.items).reduce(0, +) == 5)
        // Whoever had it in either story repeats it.
        #expect(index.add(Self.item(6, 41, "B", headline)).isRepeat)
        #expect(index.story(1)?.count == 4)
    }

    @Test("what cannot be merged is left alone")
    func refused() {
        var index = StoryIndex()
        _ = index.add(Self.item(1, 0, "A", "Zorbium mine in Chile floods after record rain"))
        _ = index.add(Self.item(2, 1, "A", "Parliament in Norway debates fishing quotas"))
        let before = index
        for (one, other) in [(1, 1), (1, 3), (0, .max)] as [(UInt64, UInt64)] {
            let merge = index.merge(one, other)
            #expect(merge == nil)
        }
        #expect(index == before)
        let merges = [index.merge(1, 2)?.part, index.merge(1, 2)?.part]
        #expect(merges == [2, nil] && index.merges.count == 1)
    }

    @Test("what was known at a time stays, whatever is found later")
    func asOf() {
        var merges = StoryMerges()
        merges.add(9, into: 5, at: 100)
        merges.add(5, into: 2, at: 200)
        merges.add(7, into: 5, at: 150)
        // An older cannot become part of a younger, nor what is part of one become part of another.
        merges.add(2, into: 9, at: 10)
        merges.add(9, into: 1, at: 10)
        #expect([99, 100, 199, 200].map { merges.whole(of: 9, at: $0) } == [9, 5, 5, 2])
        #expect(merges.parts(at: 160).map(\.part) == [7, 9] && merges.parts(at: 160).allSatisfy { $0.whole == 5 })
        #expect(merges.parts(at: 200).map(\.whole) == [2, 2, 2])
        #expect(merges.whole(of: 3, at: .max) == 3)
    }

    /// Streams of a few subjects, some with a name that emerges, in which merges happen; read on after a checkpoint at any
    /// place.
    @Test("a checkpoint changes nothing, no item is lost or counted twice")
    func random() throws {
        let merges = try (0..<30).reduce(0) { try $0 + Self.readOn(seed: $1) }
        #expect(merges > 30, "the test's own streams")
    }

    /// - Returns: How many stories became part of another.
    private static func readOn(seed: UInt64) throws -> Int {
        var random = SeededGenerator(seed: seed)
        var index = background(mergeThreshold: 0.3)
        var copy = index
        let cut = Int.random(in: 0..<200, using: &random)
        let begun = index.begun
        var placed: [(story: UInt64, source: String)] = []
        for step in 0..<200 {
            let late = Int64.random(in: 0...3, using: &random)
            let item = StoryItem(
                sequence: UInt64(1_000 + step), time: (240 + Int64(step) / 8 - late) * Self.hour,
                source: "S\(Int.random(in: 0..<9, using: &random))", headline: Self.headline(using: &random),
                language: ["en", "es", "zh", ""].randomElement(using: &random) ?? "")
            let assignment = index.add(item)
            #expect(copy.add(item) == assignment, "seed \(seed), step \(step)")
            placed.append((assignment.story, item.source))
            if step == cut { copy = try JSONDecoder().decode(StoryIndex.self, from: JSONEncoder().encode(copy)) }
        }
        #expect(copy == index, "seed \(seed)")
        let wholes = placed.map { (index.merges.whole(of: $0.story, at: .max), $0.source) }
        for (id, items) in Dictionary(grouping: wholes, by: \.0) {
            let story = try #require(index.story(id), "seed \(seed), story \(id)")
            if id > begun { #expect(story.items == items.count, "seed \(seed), story \(id)") }
            #expect(story.count <= story.items && story.wordings <= story.items, "seed \(seed), story \(id)")
            #expect(Set(story.sources).isSuperset(of: items.map(\.1)), "seed \(seed), story \(id)")
            #expect(story.languages.map(\.items).reduce(0, +) == story.items, "seed \(seed), story \(id)")
        }
        for (part, whole) in index.merges.parts(at: .max) {
            #expect(whole < part && index.story(part) == nil && index.story(whole) != nil, "seed \(seed)")
        }
        return index.merges.count
    }

    private static func headline(using random: inout SeededGenerator) -> String {
        let subjects = ["Vexalon", "Quorbit", "the harbour", "the council", "Zorbium mine"]
        let others = ["union", "minister", "Chile", "exporters", "rain", "prices", "chips", "rivals", "engineers"]
        let verbs = ["meets", "worries", "halts", "praises", "undercuts", "rejects", "surprises"]
        func any(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        return "\(any(others)) \(any(verbs)) \(any(subjects)) as \(any(others)) \(any(verbs)) \(any(others))"
    }
}
