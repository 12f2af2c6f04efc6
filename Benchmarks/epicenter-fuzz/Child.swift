import ArgumentParser
import CAllocationMeter
import Foundation
import FuzzKit
import Glibc

/// What a case allocated.
enum Meter {
    static func measure<Result>(_ body: () throws -> Result) rethrows -> (Result, Int) {
        allocation_meter_reset()
        let result = try body()
        return (result, Int(allocation_meter_peak()))
    }
}

/// How far a child is, in memory that outlives it.
struct Progress {
    private let words: UnsafeMutablePointer<UInt64>

    /// - Parameter path: A file that both open.
    init(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, 4_096) == 0,
            let memory = mmap(nil, 4_096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
        else { throw CocoaError(.fileReadUnknown, userInfo: [NSFilePathErrorKey: path]) }
        close(descriptor)
        words = memory.bindMemory(to: UInt64.self, capacity: 512)
    }

    func reset() { for index in 0..<4 { words[index] = 0 } }

    /// The case in hand; what is found is its doing.
    var current: UInt64 {
        get { words[0] }
        nonmutating set { words[0] = newValue }
    }
    var done: UInt64 {
        get { words[1] }
        nonmutating set { words[1] = newValue }
    }
    var accepted: UInt64 {
        get { words[2] }
        nonmutating set { words[2] = newValue }
    }
    /// The most that a case allocated, bytes.
    var peak: UInt64 {
        get { words[3] }
        nonmutating set { words[3] = newValue }
    }
}

/// Runs cases of one target until it has done enough, finds something, or dies of it.
struct Child: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs cases of one target; started by run.", shouldDisplay: false)

    @Argument var target: String
    @Option var seed: UInt64
    @Option var first: UInt64
    @Option var count: UInt64
    @Option var seconds: Double
    @Option var progress: String

    /// Address space of the process, bytes: well beyond what any case may take, far below the machine's.
    static let addressSpace: rlim_t = 6 << 30
    /// Processor time of one case, seconds; and by the clock, for one that waits.
    static let processorSeconds = 5
    static let clockSeconds = 60
    static let notHere: Int32 = 3
    static let violation: Int32 = 4

    func run() throws {
        let progress = try Progress(progress)
        guard let made = try entries([target])[0].make() else { throw ExitCode(Self.notHere) }
        var limit = rlimit(rlim_cur: Self.addressSpace, rlim_max: Self.addressSpace)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        let end = Date.now.addingTimeInterval(seconds)
        for number in first..<first &+ count {
            if number & 15 == 0, Date.now > end { return }
            progress.current = number
            let input = made.input(seed: seed, number: number)
            Self.watch(seconds: (Self.processorSeconds, Self.clockSeconds))
            try attempt(made, input, progress)
            progress.done += 1
        }
        Self.watch(seconds: (0, 0))
    }

    private func attempt(_ made: FuzzTarget, _ input: [UInt8], _ progress: Progress) throws {
        do {
            let (verdict, peak) = try Meter.measure { try made.run(input) }
            if verdict == .accepted { progress.accepted += 1 }
            progress.peak = max(progress.peak, UInt64(peak))
            guard peak > made.allowance(input.count) else { return }
            report(
                "memory: \(peak) bytes allocated at once for \(input.count) of input, allowed are \(made.allowance(input.count))"
            )
        } catch {
            report("property: \(error)")
        }
        throw ExitCode(Self.violation)
    }

    private func report(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Ends the process by SIGPROF or SIGALRM unless it is called again in time.
    private static func watch(seconds: (processor: Int, clock: Int)) {
        var timer = itimerval()
        timer.it_value.tv_sec = seconds.processor
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        timer.it_value.tv_sec = seconds.clock
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}
