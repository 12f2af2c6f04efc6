import ArgumentParser
import Foundation
import Schema
import ServiceKit
import ZeroMQ

struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start a stage that was stopped or given up, and wait until it is ready.",
        discussion: """
            EXAMPLE
              epicenter start analyze --config /etc/epicenter/epicenter.yaml

            Its deaths so far are forgotten. Exit status: 0 it is ready, 1 it is not, or nobody answers.
            """)

    @OptionGroup var service: ServiceOptions
    @Argument(help: StageName.help) var stage: StageName

    func run() throws { try Operator(service).command(.start, stage) { $0.state == .ready } }
}

struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop one stage, drained, and keep it stopped; the others go on.",
        discussion: """
            EXAMPLE
              epicenter stop publish --run /run/epicenter

            What the stage does not read waits in the streams until it is started again. To stop the service, \
            signal epicenterd. Exit status: 0 it is down, 1 it is not yet, or nobody answers.
            """)

    @OptionGroup var service: ServiceOptions
    @Argument(help: StageName.help) var stage: StageName

    func run() throws { try Operator(service).command(.stop, stage) { $0.state == .down && $0.pid == 0 } }
}

struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop one stage, drained, start it again, and wait until it is ready.",
        discussion: """
            EXAMPLE
              epicenter restart attribute --run /run/epicenter

            Exit status: 0 it is ready, 1 it is not, or nobody answers.
            """)

    @OptionGroup var service: ServiceOptions
    @Argument(help: StageName.help) var stage: StageName

    func run() throws {
        let before = try Operator(service).client.statusNow().children.first { $0.process == stage.process }?.pid
        try Operator(service).command(.restart, stage) { $0.state == .ready && $0.pid != before }
    }
}

struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the service read its configuration again.",
        discussion: """
            EXAMPLE
              epicenter reload --config /etc/epicenter/epicenter.yaml

            The whole file is checked first. Stages that read a deployment setting which changed are restarted; \
            model settings are written into the stream without a restart. SIGHUP to epicenterd does the same. \
            Exit status: 0 applied, 78 refused, and the old configuration holds.
            """)

    @OptionGroup var service: ServiceOptions

    func run() throws {
        let result = try Operator(service).client.reload()
        guard result.accepted else { throw ConfigurationError(result.problems) }
        say(result.message)
    }
}

/// Gives a command and waits for what it is to bring about.
struct Operator {
    let client: ControlClient
    /// Longer than a drained stop may take by default.
    static let patience: Duration = .seconds(60)

    init(_ service: ServiceOptions) throws {
        client = try ControlClient(service.configuration(), Context())
    }

    func command(_ verb: CommandVerb, _ stage: StageName, until isDone: (ChildStatus) -> Bool) throws {
        let result = try client.command(verb, stage.process)
        guard result.accepted else { throw Failure(result.problems.joined(separator: "\n")) }
        let deadline = ServiceClock.monotonic + Self.patience
        while ServiceClock.monotonic < deadline {
            let child = try client.statusNow().children.first { $0.process == stage.process }
            guard let child else { break }
            if isDone(child) { return say("\(stage.process): \(StatusText.name(of: child))") }
            if child.state == .failed { throw Failure("\(stage.process) was given up: \(child.lastExit)") }
            usleep(20_000)
        }
        throw Failure("\(stage.process) is not there yet after \(Int(Self.patience.inSeconds)) s; it goes on")
    }
}

struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what a running service logged last.",
        discussion: """
            EXAMPLE
              epicenter logs --config /etc/epicenter/epicenter.yaml
              epicenter logs -f analyze --run /run/epicenter

            epicenterd holds the last 4,000 lines, 2 MB at the most; all of them are in the journal.
            """)

    @OptionGroup var service: ServiceOptions
    @Flag(name: .shortAndLong, help: "Go on with what comes.") var follow = false
    @Option(name: [.customShort("n"), .long], help: "Begin with this many lines, up to 1000.") var lines = 100
    @Argument(help: StageName.help) var stage: StageName?

    func validate() throws {
        guard (1...1_000).contains(lines) else { throw ValidationError("--lines is \(lines), allowed is 1 to 1000") }
    }

    func run() throws {
        let stop = try StopSignal()
        let client = try ControlClient(service.configuration(), Context())
        var ask = AskLogs()
        ask.process = stage?.process ?? ""
        ask.limit = UInt32(lines)
        while true {
            let found = try client.logs(ask)
            if found.forgotten > 0 { complain("\(found.forgotten) lines were dropped before they could be read") }
            for line in found.lines { say(line) }
            ask.from = found.next
            ask.limit = 1_000
            guard follow, stop.count == 0 else { return }
            if found.lines.isEmpty { usleep(200_000) }
        }
    }
}
