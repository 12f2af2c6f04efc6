import Foundation
import ServiceKit

/// `epicenter-bench`: speed and memory of the whole pipeline beside raw libzmq, in one run on one machine.
///
///     epicenter-bench pipeline [BARS] [SYMBOLS]
///     epicenter-bench log-open [GIGABYTES] [DIRECTORY]
///
/// It prints ratios; absolute figures move between machines.
@main
struct Main {
    static func main() {
        do {
            var arguments = Array(CommandLine.arguments.dropFirst())
            let command = arguments.isEmpty ? "" : arguments.removeFirst()
            switch command {
            case "pipeline":
                try PipelineBenchmark(
                    bars: arguments.first.flatMap(Int.init) ?? 5_000_000,
                    symbols: arguments.dropFirst().first.flatMap(Int.init) ?? 1_000
                ).run()
            case "log-open":
                let scratch = NSTemporaryDirectory() + "epicenter-bench-\(getpid())"
                defer { try? FileManager.default.removeItem(atPath: scratch) }
                try LogOpenBenchmark(
                    gigabytes: arguments.first.flatMap(Int.init) ?? 10,
                    directory: arguments.dropFirst().first ?? scratch
                ).run()
            case "relay": try RawHops.relay(arguments)
            default:
                print("USAGE: epicenter-bench pipeline [BARS] [SYMBOLS] | log-open [GIGABYTES] [DIRECTORY]")
                exit(64)
            }
        } catch {
            FileHandle.standardError.write(Data("epicenter-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}
