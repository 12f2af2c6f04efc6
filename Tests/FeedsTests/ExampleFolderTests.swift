import Calendars
import Feeds
import Foundation
import Schema
import Testing

/// The example that ships with the product. It is filled in beside this module, so the tests of it run where
/// it is there; `EPICENTER_EXAMPLE` names another place.
@Suite("Example folder", .enabled(if: ExampleFolder.isPresent))
struct ExampleFolderTests {
    @Test("the settings are read")
    func settings() throws {
        let settings = try ExampleFolder.settings()
        #expect(settings.instruments.count >= 40)
        #expect(settings.model.benchmark == "SPY")
        #expect(settings.symbols.symbol(of: 1) == "NVDA")
        #expect(settings.model.groups.map(\.id).contains("ai-hardware"))
        #expect(
            settings.calendars.standard.week == Array(repeating: SessionHours(open: 570, close: 960), count: 5) + [
                nil, nil,
            ])
    }

    @Test(
        "each file is read without a refusal",
        arguments: ["bars_daily.csv", "bars_hourly.csv", "opening_prints.csv", "facts.jsonl", "news.jsonl"])
    func files(name: String) throws {
        let outcome = try ExampleFolder.read(name, try ExampleFolder.settings())
        #expect(outcome.refusals == [])
        #expect(outcome.counts.accepted > 0)
        print(
            "\(name): \(outcome.counts.accepted) accepted, \(outcome.counts.widened) widened, \(outcome.counts.warnings)"
        )
    }

    @Test("all files together make one recording")
    func recording() throws {
        let settings = try ExampleFolder.settings()
        var builder = RecordingBuilder(settings: settings, from: time("2022-10-03T13:00:00Z"))
        for name in ExampleFolder.files {
            for event in try ExampleFolder.read(name, settings).events { try builder.add(event, source: name, line: 0) }
        }
        let (messages, summary) = builder.build()
        #expect(summary.refusals == [])
        #expect(messages.last?.lastSequence == summary.records)
        print("recording: \(summary.records) records in \(messages.count) messages, \(summary.sessions) sessions")
    }
}

enum ExampleFolder {
    static let files = ["bars_daily.csv", "bars_hourly.csv", "opening_prints.csv", "facts.jsonl", "news.jsonl"]

    static var url: URL? {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let repository = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let given = ProcessInfo.processInfo.environment["EPICENTER_EXAMPLE"].map { URL(fileURLWithPath: $0) }
        let places = [given, repository.appendingPathComponent("docs/examples/deepseek-2025-01")].compactMap { $0 }
        return places.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("settings.yaml").path) }
    }

    static var isPresent: Bool { url != nil }

    static func bytes(_ name: String) throws -> [UInt8] {
        guard let url else { return [] }
        return [UInt8](try Data(contentsOf: url.appendingPathComponent(name)))
    }

    static func settings() throws -> SettingsFile {
        let yaml = try bytes("settings.yaml")
        return try SettingsFile.parse(yaml.span, source: "settings.yaml")
    }

    static func read(_ name: String, _ settings: SettingsFile) throws -> Outcome {
        guard name.hasSuffix(".csv") else {
            return Outcome(JSONLinesFeed(source: name, symbols: settings.symbols), try bytes(name))
        }
        var options = CSVOptions()
        if name.hasPrefix("opening") { options.tradeCondition = .openingAuction }
        let feed = CSVFeed(source: name, symbols: settings.symbols, calendars: settings.calendars, options: options)
        return Outcome(feed, try bytes(name))
    }
}
