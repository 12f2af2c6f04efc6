import Foundation
import Glibc
import Logging
import Schema
import ServiceKit

/// A stage that misbehaves, for tests of the supervisor. Put in the place of a stage's binary, it speaks for that
/// stage; `MISBEHAVE` says how it fails.
@main
struct Main {
    /// What it does until it is over.
    enum Way: String {
        /// Behaves.
        case well
        /// Ends with status 1, at once.
        case exits
        /// Ends with status 78.
        case configuration
        /// Beats, and never says that it is ready.
        case neverReady
        /// Ignores SIGTERM and SIGINT.
        case deaf
        /// Starts a process that outlives it, and ends.
        case forks
        /// Stops itself, once it is ready.
        case stopsItself
        /// Turns no more, once it is ready, and uses a processor.
        case spins
        /// Turns no more, but a thread of it goes on sending heartbeats.
        case stuckBehindThread
        /// Takes memory without end.
        case leaks
        /// Writes garbage to standard output and error without end.
        case garbage
        /// Announces a long step and takes it.
        case longStep
        /// Is a stage that has ten thousand things to say of one record, which takes it five seconds.
        case tellsMuch
        /// The same, but stands still half way.
        case tellsAndHangs
    }

    static func main() {
        let name = (CommandLine.arguments[0] as NSString).lastPathComponent
        ServiceMain.run(name, card: "Misbehaves.") { context in
            let way = Way(rawValue: ProcessInfo.processInfo.environment["MISBEHAVE"] ?? "well") ?? .well
            switch way {
            case .tellsMuch, .tellsAndHangs:
                try StageProcess(Telling.self, context) { $0.hangs = way == .tellsAndHangs }.run()
            default: try run(way, context)
            }
        }
    }

    private static func run(_ way: Way, _ context: ServiceContext) throws {
        let control = try ControlLink(context)
        var waste: [[UInt8]] = []
        switch way {
        case .exits: throw Failed()
        case .configuration: throw ConfigurationError(["it is wrong"])
        case .deaf: for number in [SIGTERM, SIGINT] { signal(number, SIG_IGN) }
        case .forks: try leaveSomebodyBehind(context.logger)
        default: break
        }
        if way != .neverReady { control.heartbeat.state = .ready }
        let started = ServiceClock.monotonic
        while way == .deaf || context.stop.count == 0 {
            let now = ServiceClock.monotonic
            try control.beat(at: now) { _ in }
            let isDue = now - started > .milliseconds(300)
            switch way {
            case .stopsItself where isDue: kill(getpid(), SIGSTOP)
            case .spins where isDue: while true { _ = getppid() }
            case .stuckBehindThread where isDue: try beatForEver(control)
            case .leaks where isDue: waste.append([UInt8](repeating: 1, count: 8 << 20))
            case .garbage: garbage()
            case .longStep where isDue:
                try control.expect(.seconds(30), "a long step")
                sleep(6)
                try control.beat(at: ServiceClock.monotonic) { _ in }
                context.logger.info("the long step is over")
                sleep(60)
            default: break
            }
            usleep(20_000)
        }
    }

    /// The heartbeat is sent again and again as it is, as by a thread that knows nothing of the loop.
    private static func beatForEver(_ control: ControlLink) throws {
        let turns = control.heartbeat.turns
        while true {
            // beat() counts a turn; this loop makes none.
            control.heartbeat.turns = turns - 1
            try control.beat(at: ServiceClock.monotonic) { _ in }
            usleep(100_000)
        }
    }

    private static func leaveSomebodyBehind(_ logger: Logger) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["1000"]
        try process.run()
        logger.info("left behind", metadata: ["pid": "\(process.processIdentifier)"])
        throw Failed()
    }

    private static func garbage() {
        for descriptor in [Int32(1), 2] {
            let bytes = (0..<4_096).map { UInt8(truncatingIfNeeded: $0 % 97 == 0 ? 10 : $0 &* 31) }
            _ = write(descriptor, bytes, bytes.count)
        }
    }

    struct Failed: Error, CustomStringConvertible { let description = "it fails, as it was told to" }
}

/// Has ten thousand things to say of the first record.
private struct Telling: Stage {
    static let output = StreamName.signals
    static let judgementVersion = "telling-1"
    var hangs = false
    private var hasTold = false

    mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        guard !hasTold else { return }
        hasTold = true
        outbox.begin(cause: message.firstSequence, recordTime: message.recordTime(row: rows.lowerBound))
        for number in 1...10_000 {
            var signal = ShockSignal()
            signal.shock = "\(number)"
            outbox.emit(signal)
            while hangs, number == 5_000 { _ = getppid() }
            usleep(500)
        }
    }
}
