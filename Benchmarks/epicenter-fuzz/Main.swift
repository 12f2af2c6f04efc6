import ArgumentParser
import Foundation
import FuzzKit

@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "epicenter-fuzz",
        abstract: "Feeds damaged input to everything that reads bytes from outside.",
        discussion: """
            Each target runs in a process of its own with bounded memory and time. An input that crashes it, takes too
            long, allocates too much or breaks a property is saved, and the run goes on behind it.

            EXAMPLE
              epicenter-fuzz run --seconds 3600
              epicenter-fuzz run --seconds 60 container recording
              epicenter-fuzz repeat container --seed 1 --case 4711
              epicenter-fuzz repeat container --file out/fuzz/container-1-4711.bin

            EXIT STATUS
              0  nothing was found   1  something was found, or it could not run   64  wrong arguments
            """,
        subcommands: [Run.self, Repeat.self, Child.self], defaultSubcommand: Run.self)
}

/// Which targets, by name.
func entries(_ names: [String]) throws -> [FuzzTargets.Entry] {
    if names.isEmpty { return FuzzTargets.all }
    return try names.map { name in
        guard let entry = FuzzTargets.entry(name) else {
            let allowed = FuzzTargets.all.map(\.name).joined(separator: ", ")
            throw ValidationError("\(name) is not a target, allowed are \(allowed)")
        }
        return entry
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs all targets, or those named, in turn.",
        discussion: "EXAMPLE\n  epicenter-fuzz run --seconds 3600\n  epicenter-fuzz run --thousands 1 --seed 1")

    @Option(help: "Stop after this long; without it, --thousands and --cases, when interrupted.")
    var seconds: Int?
    @Option(help: "Stop after the cases of so many builds' runs: 1 is what every build makes.")
    var thousands: Int?
    @Option(help: "Stop after so many cases of each target.")
    var cases: Int?
    @Option(help: "Seed of all cases; EPICENTER_SEED, or a new one, without it.")
    var seed: UInt64?
    @Option(help: "Where inputs that something was found with go.")
    var out = "out/fuzz"
    @Argument(help: "Targets; none: all.")
    var targets: [String] = []

    func validate() throws {
        _ = try entries(targets)
        if [seconds, thousands, cases].compactMap(\.self).count > 1 {
            throw ValidationError("allowed is one of --seconds, --thousands and --cases")
        }
        for (name, value) in [("--seconds", seconds), ("--thousands", thousands), ("--cases", cases)] {
            if let value, value < 1 { throw ValidationError("\(name) is \(value), allowed are whole numbers from 1") }
        }
    }

    func run() throws {
        let inEnvironment = ProcessInfo.processInfo.environment["EPICENTER_SEED"].flatMap(UInt64.init)
        let seed = seed ?? inEnvironment ?? .random(in: 1...999_999_999)
        print("epicenter-fuzz: EPICENTER_SEED=\(seed)")
        var campaign = try Campaign(try entries(targets), seed: seed, out: out)
        if let thousands {
            try campaign.run { $0.thousands * 1_000 * thousands }
        } else if let cases {
            try campaign.run { _ in cases }
        } else {
            try campaign.run(until: seconds.map { Date.now.addingTimeInterval(Double($0)) } ?? .distantFuture)
        }
        campaign.printSummary()
        if campaign.findings > 0 { throw ExitCode(1) }
    }
}

struct Repeat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs one case again, without limits, so that a debugger can be at it.",
        discussion: "EXAMPLE\n  epicenter-fuzz repeat container --seed 1 --case 4711")

    @Argument(help: "The target.")
    var target: String
    @Option(help: "The run's seed.")
    var seed: UInt64 = 1
    @Option(name: .customLong("case"), help: "The case's number.")
    var number: UInt64?
    @Option(help: "Or a saved input.")
    var file: String?
    @Flag(help: "Print the input as text too.")
    var text = false

    func validate() throws {
        _ = try entries([target])
        if (number == nil) == (file == nil) { throw ValidationError("allowed is one of --case and --file") }
    }

    func run() throws {
        guard let made = try entries([target])[0].make() else {
            throw ValidationError("\(target) needs data that are not here: EPICENTER_SHARED_DATA")
        }
        let input =
            try file.map { [UInt8](try Data(contentsOf: URL(filePath: $0))) }
            ?? made.input(seed: seed, number: number ?? 0)
        print("\(input.count) bytes")
        if text { print(String(decoding: input, as: UTF8.self)) }
        let (verdict, peak) = try Meter.measure { try made.run(input) }
        print("\(verdict), at most \(peak) bytes allocated at once, allowed are \(made.allowance(input.count))")
        if peak > made.allowance(input.count) { throw ExitCode(1) }
    }
}
