import Foundation
import ServiceKit

/// `epicenter-bench`: speed and memory beside references, in one run on one machine. `docs/PERFORMANCE.md` says what
/// each part measures. It prints ratios; absolute figures move between machines.
@main
struct Main {
    static let usage = """
        USAGE: epicenter-bench [--small] [PART …]
        PARTS: log commit hops catchup latency analyze news findings alerts pipeline; all of them when none is named.
               dashboard runs the program, and is only run by name
               log-open writes ten gigabytes, and is only run by name
        --small  proves that they run; its figures mean nothing
        """

    static func main() {
        ServiceMain.keepFreedMemory()
        do {
            var arguments = Array(CommandLine.arguments.dropFirst())
            if let command = arguments.first, try runChild(command, Array(arguments.dropFirst())) { return }
            let isSmall = arguments.contains("--small")
            arguments.removeAll { $0 == "--small" }
            guard arguments.allSatisfy(Part.all.keys.contains) else {
                FileHandle.standardError.write(Data((usage + "\n").utf8))
                exit(64)
            }
            for part in arguments.isEmpty ? Part.order : arguments { try Part.all[part]?(isSmall) }
        } catch {
            FileHandle.standardError.write(Data("epicenter-bench: \(error)\n".utf8))
            exit(1)
        }
    }

    /// What the parts start this program as, in processes of their own.
    private static func runChild(_ command: String, _ arguments: [String]) throws -> Bool {
        switch command {
        case "relay": try RawHops.relay(arguments)
        case "origin": try StreamHops.origin(arguments)
        case "hop": try StreamHops.hop(arguments)
        case "live-owner": try CatchUpBenchmark.own(arguments)
        case "catch-up": try CatchUpBenchmark.catchUp(arguments)
        default: return false
        }
        return true
    }
}

private enum Part {
    static let order = [
        "log", "commit", "hops", "catchup", "latency", "analyze", "news", "findings", "alerts", "pipeline",
    ]
    static let all: [String: @Sendable (_ isSmall: Bool) throws -> Void] = [
        "log": { try LogBenchmark(events: $0 ? 40_960 : 8_192_000, rounds: $0 ? 1 : 5).run() },
        "commit": { try CommitBenchmark(commits: $0 ? 20 : 2_000).run() },
        "catchup": {
            try CatchUpBenchmark(history: $0 ? 200_000 : 20_000_000, rate: 100_000, seconds: $0 ? 1 : 5).run()
        },
        "latency": { isSmall in
            for rate in [1_000, 10_000] { try AlertLatencyBenchmark(rate: rate, alerts: isSmall ? 20 : 1_500).run() }
        },
        "log-open": { isSmall in
            let scratch = NSTemporaryDirectory() + "epicenter-bench-\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            try LogOpenBenchmark(gigabytes: isSmall ? 1 : 10, directory: scratch).run()
        },
        "hops": { try HopBenchmark(events: $0 ? 65_536 : 3_145_728, rounds: $0 ? 1 : 5).run() },
        "analyze": { isSmall in
            try AnalyzeBenchmark(
                bars: isSmall ? 100_000 : 5_000_000, symbols: isSmall ? [100] : [100, 1_000, 10_000],
                rounds: isSmall ? 1 : 3
            ).run()
            try EstimatorBenchmark(
                bars: isSmall ? 100_000 : 5_000_000, symbols: isSmall ? [100] : [100, 1_000, 10_000]
            ).run()
        },
        "dashboard": {
            try DashboardBenchmark(shocks: $0 ? 200 : 10_000, requests: $0 ? 10 : 200, browsers: 50).run()
        },
        "findings": { try FindingsBenchmark(instruments: $0 ? 500 : 10_000, shocks: $0 ? 20 : 200).run() },
        "alerts": {
            try AlertsBenchmark(
                bars: $0 ? 200_000 : 1_000_000, symbols: $0 ? 200 : 1_000, members: $0 ? 1_000 : 10_000,
                rounds: $0 ? 1 : 3
            ).run()
        },
        "news": { try NewsBenchmark(items: $0 ? 5_000 : .max, rounds: $0 ? 1 : 3).run() },
        "pipeline": { isSmall in
            for symbols in isSmall ? [200] : [100, 1_000, 10_000] {
                // Five hundred sessions at least: without a history there are no shocks.
                let bars = isSmall ? 200_000 : max(1_000_000, 500 * symbols)
                try PipelineBenchmark(bars: bars, symbols: symbols, rounds: isSmall ? 1 : 3).run()
            }
        },
    ]
}
