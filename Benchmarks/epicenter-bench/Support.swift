import Foundation
import Glibc
import ServiceKit

/// A directory for one benchmark, gone afterwards.
struct Scratch: ~Copyable {
    let path: String

    /// `EPICENTER_BENCH_DIRECTORY` says where; else `/tmp`.
    init() throws {
        let base = ProcessInfo.processInfo.environment["EPICENTER_BENCH_DIRECTORY"] ?? "/tmp"
        path = base + "/epicenter-bench-\(getpid())-\(Int.random(in: 0..<1_000_000))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { if getenv("EPICENTER_BENCH_KEEP") == nil { try? FileManager.default.removeItem(atPath: path) } }

    /// An empty directory in it.
    func fresh(_ name: String) throws -> String {
        let inner = path + "/" + name
        try? FileManager.default.removeItem(atPath: inner)
        try FileManager.default.createDirectory(
            atPath: inner, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return inner
    }
}

/// How long something takes, in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let began = ServiceClock.monotonic
    try body()
    return (ServiceClock.monotonic - began).inSeconds
}

/// The processor's time that this thread takes for something: other programs do not count.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let began = now()
    try body()
    return now() - began
}

/// Several values of one measure.
struct Sample {
    private(set) var sorted: [Double] = []

    init(_ values: [Double]) { sorted = values.sorted() }

    /// The value that a share of all do not exceed (nearest rank); not a number without any.
    func quantile(_ share: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
    }

    var median: Double { quantile(0.5) }
}

/// Prints a line at once, also into a file: some parts take minutes.
func say(_ text: String) {
    print(text)
    fflush(nil)
}

/// A line of a table: what, then values.
func line(_ name: String, _ values: String...) {
    let cells = values.map { String(repeating: " ", count: max(1, 18 - $0.count)) + $0 }.joined()
    say(name + String(repeating: " ", count: max(1, 46 - name.count)) + cells)
}

func million(_ sample: Sample) -> String { String(format: "%.2f M/s", sample.median / 1e6) }

func range(_ sample: Sample, _ unit: Double = 1e6) -> String {
    String(format: "%.2f-%.2f", (sample.sorted.first ?? .nan) / unit, (sample.sorted.last ?? .nan) / unit)
}

func microseconds(_ seconds: Double) -> String { String(format: "%.0f us", seconds * 1e6) }

/// Processes of this program with other arguments.
enum Child {
    static func start(_ arguments: [String], output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        if let output { process.standardOutput = output }
        try process.run()
        return process
    }
}

struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
