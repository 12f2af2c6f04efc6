import CLinux
import EventLog
import Foundation
import Glibc
import Schema
import ServiceKit
import ShockAnalysis

/// Bars per second through the judgement of `epicenter-analyze` alone, on one core, and the memory of an instrument's
/// state, beside what Python users would take for the same series.
struct AnalyzeBenchmark {
    let bars: Int
    let symbols: [Int]
    let rounds: Int

    func run() throws {
        print(
            "\nanalyze alone, one core: \(bars) daily bars, \(rounds) rounds in turn; seconds are those of the processor"
        )
        line("", "bars", "range", "to 100 names", "KB a name", "signals")
        var first: Double?
        // In turn, so that a slow minute of the machine hits all alike.
        var results = [[Result]](repeating: [], count: symbols.count)
        for _ in 0..<rounds {
            for (place, count) in symbols.enumerated() { results[place].append(try measure(count)) }
        }
        for (place, count) in symbols.enumerated() {
            let rates = Sample(results[place].map { Double(bars) / $0.seconds })
            first = first ?? rates.median
            line(
                "\(count) names", million(rates), range(rates), String(format: "%.2f", rates.median / (first ?? 1)),
                String(format: "%.1f", results[place][0].bytes / Double(count) / 1_024), "\(results[place][0].signals)")
        }
        let thin = try (0..<rounds).map { _ in try measure(symbols[0], .thin) }
        let rates = Sample(thin.map { Double(bars) / $0.seconds })
        line(
            "\(symbols[0]) names, thin tails", million(rates), range(rates),
            String(format: "%.2f", rates.median / (first ?? 1)), "", "\(thin[0].signals)")
        try whereTimeGoes()
        try references()
    }

    /// The same bars where nothing is large enough to be judged, where shocks are followed over one session, and as they
    /// are: what each step adds.
    private func whereTimeGoes() throws {
        var (nothing, short) = (DetectionSettings(), DetectionSettings())
        (nothing.minimumReturn, nothing.minimumGroupReturn, nothing.minimumMarketReturn) = (10, 10, 10)
        short.followUpSessions = 1
        var results = [[Result]](repeating: [], count: 3)
        for _ in 0..<rounds {
            for (place, detection) in [nothing, short, DetectionSettings()].enumerated() {
                results[place].append(try measure(symbols[0], detection: detection))
            }
        }
        let seconds = results.map { Sample($0.map(\.seconds)).median }
        let signals = results.map { $0[0].signals }
        line("\nwhere the time goes, \(symbols[0]) names", "ns a bar", "share", "signals", "ns a signal")
        var before = (seconds: 0.0, signals: 0)
        for (place, name) in ["bars, nothing judged", "judging, shocks told of", "following shocks"].enumerated() {
            let (spent, told) = (seconds[place] - before.seconds, signals[place] - before.signals)
            line(
                name, String(format: "%.0f", spent * 1e9 / Double(bars)),
                String(format: "%.0f %%", 100 * spent / seconds[2]), "\(told)",
                told == 0 ? "" : String(format: "%.0f", spent * 1e9 / Double(told)))
            before = (seconds[place], signals[place])
        }
    }

    private struct Result {
        var seconds = 0.0
        var bytes = 0.0
        var signals = 0
    }

    private func measure(
        _ count: Int, _ tails: SyntheticStream.Tails = .fat, detection: DetectionSettings = DetectionSettings()
    ) throws -> Result {
        var messages: [StreamMessage] = []
        var next: UInt64 = 1
        try SyntheticStream(bars: bars, symbols: count, tails: tails, detection: detection).forEachMessage { message in
            var message = message
            message.firstSequence = next
            next = message.lastSequence + 1
            messages.append(message)
        }
        let before = epicenter_allocated_bytes()
        var stage = AnalyzeStage()
        var outbox = Outbox()
        var result = Result()
        result.seconds = processorSeconds {
            for message in messages {
                stage.apply(message, rows: 0..<message.count, to: &outbox)
                if !outbox.outputs.isEmpty { result.signals += outbox.drain().count }
            }
        }
        let after = epicenter_allocated_bytes()
        result.bytes = Double(after) - Double(before)
        withExtendedLifetime(stage) {}
        return result
    }

    /// The closes of a hundred names for `Benchmarks/references.py`, which prints its own lines.
    private func references() throws {
        guard let script = Self.script else {
            print(
                "references in Python: not run; start the benchmark in the repository, or set EPICENTER_BENCH_REFERENCES"
            )
            return
        }
        let scratch = try Scratch()
        let days = min(2_500, bars / 100)
        let path = try scratch.fresh("closes") + "/closes.f64"
        var closes: [Double] = []
        try SyntheticStream(bars: days * 100, symbols: 100).forEachMessage(close: { closes.append($0) }) { _ in }
        try closes.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: path))
        fflush(nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: script)
        process.arguments = [path, "\(days)", "100"]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchmarkFailure("\(script) failed") }
    }

    private static var script: String? {
        let named = ProcessInfo.processInfo.environment["EPICENTER_BENCH_REFERENCES"] ?? "scripts/bench-references"
        return FileManager.default.isExecutableFile(atPath: named) ? named : nil
    }
}
