import Foundation
import FuzzKit
import Glibc

/// A run of targets in turn, each in a child that may die of what it reads.
struct Campaign {
    private struct Tally {
        let entry: FuzzTargets.Entry
        var next: UInt64 = 0
        var accepted: UInt64 = 0
        var peak: UInt64 = 0
        var seconds = 0.0
        var findings = 0
        var isHere = true
    }

    private var tallies: [Tally]
    private let seed: UInt64
    private let out: String
    private let progress: Progress
    private let progressPath: String
    /// So many inputs are saved of each target; further ones are only counted.
    private static let savedAtMost = 50
    private static let sliceSeconds = 20.0

    var findings: Int { tallies.reduce(0) { $0 + $1.findings } }

    init(_ entries: [FuzzTargets.Entry], seed: UInt64, out: String) throws {
        tallies = entries.map { Tally(entry: $0) }
        self.seed = seed
        self.out = out
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        progressPath = out + "/.progress-\(getpid())"
        progress = try Progress(progressPath)
        Self.stopOnInterrupt()
    }

    /// Targets in turn until the time is over or somebody interrupts.
    mutating func run(until end: Date) throws {
        defer { unlink(progressPath) }
        while end > .now, !Self.isInterrupted, tallies.contains(where: \.isHere) {
            for index in tallies.indices where tallies[index].isHere && end > .now && !Self.isInterrupted {
                let slice = Date.now.addingTimeInterval(min(Self.sliceSeconds, end.timeIntervalSinceNow))
                while tallies[index].isHere, slice > .now, !Self.isInterrupted {
                    try child(index, count: .max / 2, seconds: slice.timeIntervalSinceNow)
                }
            }
            if end == .distantFuture { printSummary() }
        }
    }

    /// So many cases of each target.
    mutating func run(cases: (FuzzTargets.Entry) -> Int) throws {
        defer { unlink(progressPath) }
        for index in tallies.indices {
            let count = UInt64(cases(tallies[index].entry))
            while tallies[index].isHere, tallies[index].next < count, !Self.isInterrupted {
                try child(index, count: count - tallies[index].next, seconds: 86_400)
            }
        }
    }

    private mutating func child(_ index: Int, count: UInt64, seconds: Double) throws {
        progress.reset()
        let name = tallies[index].entry.name
        let errors = out + "/.errors-\(getpid())"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        defer { unlink(errors) }
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "child", name, "--seed", "\(seed)", "--first", "\(tallies[index].next)", "--count", "\(count)", "--seconds",
            "\(seconds)", "--progress", progressPath,
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none"]) { $1 }
        process.standardError = FileHandle(forWritingAtPath: errors)
        let began = Date.now
        try process.run()
        process.waitUntilExit()
        tallies[index].seconds += Date.now.timeIntervalSince(began)
        tallies[index].accepted += progress.accepted
        tallies[index].peak = max(tallies[index].peak, progress.peak)
        let said = (try? String(contentsOfFile: errors, encoding: .utf8)) ?? ""
        guard process.terminationReason == .uncaughtSignal || process.terminationStatus != 0 else {
            tallies[index].next += progress.done
            return
        }
        if process.terminationReason == .exit, process.terminationStatus == Child.notHere {
            print("\(name): the data it needs are not here, left out")
            tallies[index].isHere = false
        } else if Self.isInterrupted {
            tallies[index].next += progress.done
        } else if process.terminationReason == .exit, process.terminationStatus != Child.violation {
            throw CampaignError(text: "\(name) cannot run: \(said)")
        } else {
            try note(index, signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0, said)
        }
    }

    private mutating func note(_ index: Int, signal: Int32, _ said: String) throws {
        let number = progress.current
        let name = tallies[index].entry.name
        tallies[index].next = number + 1
        tallies[index].findings += 1
        let what =
            switch signal {
            // The child's own line is its last: the runtime may have spoken before it.
            case 0: said.split(separator: "\n").last.map(String.init) ?? "a property"
            case SIGPROF: "hang: \(Child.processorSeconds) s of processor time"
            case SIGALRM: "hang: \(Child.clockSeconds) s"
            default:
                "crash: signal \(signal) "
                    + (said.split(separator: "\n").first { $0.contains("rror") }.map(String.init) ?? "")
            }
        print("FOUND \(name) EPICENTER_SEED=\(seed) EPICENTER_FUZZ_CASE=\(name)/\(number): \(what)")
        guard tallies[index].findings <= Self.savedAtMost else { return }
        guard let made = try tallies[index].entry.make() else { return }
        let path = "\(out)/\(name)-\(seed)-\(number)"
        try Data(made.input(seed: seed, number: number)).write(to: URL(filePath: path + ".bin"))
        try Data((what + "\n" + said).utf8).write(to: URL(filePath: path + ".txt"))
        print("  saved as \(path).bin; epicenter-fuzz repeat \(name) --file \(path).bin")
        fflush(nil)
    }

    func printSummary() {
        print("target                     cases  accepted   cases/s  peak KiB  found")
        for tally in tallies where tally.isHere {
            let row = [
                tally.entry.name.padding(toLength: 22, withPad: " ", startingAt: 0), Self.column("\(tally.next)"),
                Self.column("\(tally.accepted)"), Self.column("\(Int(Double(tally.next) / max(tally.seconds, 0.001)))"),
                Self.column("\(tally.peak >> 10)"), Self.column("\(tally.findings)", 7),
            ]
            print(row.joined())
        }
        print("\(tallies.reduce(0) { $0 + $1.next }) cases, \(findings) found, EPICENTER_SEED=\(seed)")
        fflush(nil)
    }

    private static func column(_ text: String, _ width: Int = 10) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    // MARK: Interruption

    private nonisolated(unsafe) static var interrupted: sig_atomic_t = 0
    private static var isInterrupted: Bool { interrupted != 0 }

    private static func stopOnInterrupt() {
        for signal in [SIGINT, SIGTERM] { Glibc.signal(signal) { _ in Campaign.interrupted = 1 } }
    }
}

struct CampaignError: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
