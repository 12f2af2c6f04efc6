import Foundation
import NewsModels
import Testing

/// Recorded headlines of January 2025, which are other people's and stay outside the repository.
enum SharedData {
    static let headlines: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folders =
            [ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"].map { URL(filePath: $0) }].compactMap { $0 }
            + [URL(filePath: "../shared/data"), root.appending(path: "shared/data")]
        return folders.map { $0.appending(path: "deepseek/news_headlines.jsonl") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()

    struct Headline: Decodable {
        let published_at: String
        let source: String
        let title: String
    }

    static func load() throws -> [(item: StoryItem, time: String)] {
        let url = try #require(headlines)
        let formatter = ISO8601DateFormatter()
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        let headlines = try lines.map { try JSONDecoder().decode(Headline.self, from: Data($0.utf8)) }
        let sorted = headlines.enumerated().sorted {
            ($0.element.published_at, $0.offset) < ($1.element.published_at, $1.offset)
        }
        return try sorted.enumerated().map { sequence, entry in
            let date = try #require(formatter.date(from: entry.element.published_at))
            let item = StoryItem(
                sequence: UInt64(sequence + 1), time: Int64(date.timeIntervalSince1970) * 1_000_000_000,
                source: entry.element.source, headline: entry.element.title
            )
            return (item, entry.element.published_at)
        }
    }
}

@Suite("Recorded headlines", .enabled(if: SharedData.headlines != nil, "shared data is absent"))
struct RealHeadlineTests {
    @Test("before the open of 27 January the trigger is mostly one story and the distractors are not in it")
    func oneStory() throws {
        var index = StoryIndex()
        var told: [UInt64] = []
        var others: [(story: UInt64, headline: String)] = []
        for (item, time) in try SharedData.load() {
            let story = index.add(item).story
            let headline = item.headline.lowercased()
            if headline.contains("deepseek"), time >= "2025-01-24", time < "2025-01-27T14:30" {
                told.append(story)
            } else if !headline.contains("deepseek") {
                others.append((story, headline))
            }
        }
        // What was several stories at first may be one by now.
        let counts = Dictionary(grouping: told) { index.merges.whole(of: $0, at: .max) }.mapValues(\.count)
        let largest = try #require(counts.max { ($0.value, $1.key) < ($1.value, $0.key) })
        #expect(told.count == 18)
        #expect(largest.value >= 13)
        for distractor in ["colombia", "tiktok", "super bowl", "at&t", "us steel", "vanke"] {
            let inside = others.filter {
                index.merges.whole(of: $0.story, at: .max) == largest.key && $0.headline.contains(distractor)
            }
            #expect(inside.isEmpty, "\(distractor): \(inside.count)")
        }
    }
}
