import CLinux
import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import ShockAttribution

/// A month of RSS through the judgement of `epicenter-attribute` alone, on one core, beside datasketch on the same
/// headlines; then through the real processes, without loss.
struct NewsBenchmark {
    let items: Int
    let rounds: Int

    func run() throws {
        guard let month = try NewsMonth(limit: items) else {
            print("\nnews: not run; the month of RSS is not here (EPICENTER_SHARED_DATA)")
            return
        }
        let count = month.items.count
        print("\nnews: \(count) items of one month, \(rounds) rounds; seconds are those of the processor")
        line("", "items/s", "range", "memory MB", "stories/day", "items/story")
        var results: [Result] = []
        for _ in 0..<rounds { results.append(measure(month)) }
        let rates = Sample(results.map { Double(count) / $0.seconds })
        line(
            "attribute's judgement alone, one core", String(format: "%.0f", rates.median), range(rates, 1),
            String(format: "%.0f", results[0].bytes / 1e6), String(format: "%.0f", results[0].storiesADay),
            String(format: "%.2f", Double(count) / results[0].stories))
        print(
            String(
                format: "a checkpoint after the month: %.2f s of the processor, %.1f MB",
                Sample(results.map(\.checkpointSeconds)).median, results[0].checkpointBytes / 1e6))
        try reference(month, count)
        try processes(month)
    }

    private func reference(_ month: NewsMonth, _ count: Int) throws {
        let script = "scripts/bench-news"
        guard FileManager.default.isExecutableFile(atPath: script) else {
            print("datasketch: not run; start the benchmark in the repository")
            return
        }
        fflush(nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = [month.path, "\(count)"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchmarkFailure("\(script) failed") }
    }

    /// Ingest plays the month, the others follow; every item must be in `market` afterwards.
    private func processes(_ month: NewsMonth) throws {
        let scratch = try Scratch()
        let directory = try scratch.fresh("news")
        _ = try scratch.fresh("news/run")
        let log = try EventLog(
            directory: directory + "/source", stream: .market, newEpoch: 1, options: .init(sync: .never))
        let start = month.items.first?.recordTime ?? 0
        for definition in NewsWorld.definitions {
            var definition = definition
            definition.recordTime = start
            log.append(.instrumentDefinition(definition))
        }
        var settings = NewsWorld.settings
        settings.recordTime = start
        log.append(.configurationChanged(settings))
        for item in month.items {
            log.append(.newsItem(item))
            if log.pendingBytes >= 1 << 18 { try log.commit() }
        }
        try log.close()
        let result = try PipelineBenchmark.pipeline(directory, head: log.committed)
        var kept = 0
        try LogIndex(reading: directory + "/data/market").forEachMessage(types: [.newsItem]) { message in
            kept += message.count
            return true
        }
        guard kept == month.items.count else { throw BenchmarkFailure("\(month.items.count - kept) items were lost") }
        line("four processes, wall clock, none lost", String(format: "%.0f", Double(kept) / result.seconds))
        for usage in result.usage { print("    " + usage.text) }
    }

    private struct Result {
        var seconds = 0.0
        var bytes = 0.0
        var stories = 0.0
        var storiesADay = 0.0
        var checkpointSeconds = 0.0
        var checkpointBytes = 0.0
    }

    private func measure(_ month: NewsMonth) -> Result {
        let settings = StreamMessage.configurationChanged(NewsWorld.settings)
        let before = epicenter_allocated_bytes()
        var stage = AttributeStage()
        var outbox = Outbox()
        var result = Result()
        result.seconds = processorSeconds {
            for definition in NewsWorld.definitions {
                stage.apply(.instrumentDefinition(definition), rows: 0..<1, to: &outbox)
            }
            stage.apply(settings, rows: 0..<1, to: &outbox)
            for item in month.items { stage.apply(.newsItem(item), rows: 0..<1, to: &outbox) }
        }
        result.bytes = Double(epicenter_allocated_bytes()) - Double(before)
        result.checkpointSeconds = processorSeconds {
            let encoder = PropertyListEncoder()
            encoder.outputFormat = .binary
            result.checkpointBytes = Double((try? encoder.encode(stage))?.count ?? 0)
        }
        let days = Double(month.items.last!.recordTime - month.items.first!.recordTime) / Double(CivilTime.day)
        result.stories = Double(stage.newsStories)
        result.storiesADay = result.stories / days
        return result
    }
}

/// Instruments and a group to look for in the news, as a user would configure them.
enum NewsWorld {
    private static let names: [(symbol: String, name: String, aliases: [String], ambiguous: [String])] = [
        ("NVDA", "NVIDIA Corporation", ["Nvidia"], []), ("AVGO", "Broadcom Inc.", ["Broadcom"], []),
        ("MSFT", "Microsoft Corporation", ["Microsoft"], []), ("AAPL", "Apple Inc.", [], ["Apple"]),
        ("META", "Meta Platforms", ["Facebook"], ["Meta"]), ("AMZN", "Amazon.com", ["Amazon"], []),
        ("GOOGL", "Alphabet Inc.", ["Google", "Alphabet"], []), ("TSLA", "Tesla, Inc.", ["Tesla"], []),
        ("TSM", "Taiwan Semiconductor", ["TSMC"], []), ("INTC", "Intel Corporation", ["Intel"], []),
    ]

    static var definitions: [InstrumentDefinition] {
        names.enumerated().map { index, entry in
            var definition = InstrumentDefinition()
            definition.instrument = UInt32(index + 1)
            definition.symbol = entry.symbol
            definition.name = entry.name
            definition.kind = .equity
            definition.aliases = entry.aliases
            definition.ambiguousAliases = entry.ambiguous
            return definition
        }
    }

    static var settings: ConfigurationChanged {
        var group = Group()
        group.id = "ai-hardware"
        group.keywords = ["AI", "artificial intelligence", "chips", "semiconductors", "GPU", "data center"]
        group.members = ["NVDA", "AVGO", "TSM", "INTC"].map { symbol in
            var member = GroupMember()
            member.symbol = symbol
            member.weight = 1
            return member
        }
        var change = ConfigurationChanged()
        change.settings.groups = [group]
        return change
    }
}

/// The processor's time that this thread takes for something: other programs do not count.
private func processorSeconds(_ body: () -> Void) -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let began = now()
    body()
    return now() - began
}
