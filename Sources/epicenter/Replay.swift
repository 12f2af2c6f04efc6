import ArgumentParser
import EventLog
import Foundation
import Glibc
import Pipeline
import Schema
import ServiceKit
import Streaming
import ZeroMQ

struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a recording through the whole service and show its alerts.",
        discussion: """
            Brings up the real processes in a private directory, plays the recording, prints alerts as they \
            come and stops when all is through. The streams stay under --out.

            EXAMPLE
              epicenter replay docs/examples/deepseek-2025-01.mcap --out /tmp/demo
              epicenter replay week.mcap --rate 3600 --show-from 2025-01-24

            Exit status: 0 all records went through, 1 something failed (--out has the log), 64 wrong arguments.
            """)

    @Argument(help: "A recording of market, or a market stream's directory.", completion: .file(extensions: ["mcap"]))
    var file: String

    @Option(help: "Market seconds per second, or \"max\".")
    var rate: ReplayRate = .maximum

    @Option(help: "Directory for the streams; must not hold any yet. Default: none are kept.", completion: .directory)
    var out: String?

    @Flag(help: "Run all stages in this process, without sockets.")
    var inProcess = false

    @Option(help: "Print only alerts about this day (YYYY-MM-DD) or later; others are counted.")
    var showFrom: String?

    @Option(help: "Print only alerts about this day (YYYY-MM-DD) or earlier; others are counted.")
    var showUntil: String?

    @Flag(help: "Print each alert's JSON document, one a line.")
    var json = false

    @Flag(help: "Print nothing but the summary.")
    var quiet = false

    func validate() throws {
        for (name, day) in [("--show-from", showFrom), ("--show-until", showUntil)] {
            guard let day, CivilTime.parseDate(day) == nil else { continue }
            throw ValidationError("\(name) is \"\(day)\", allowed is a date such as 2025-01-27")
        }
    }

    func run() throws {
        let recording = try LogIndex(reading: file)
        guard recording.stream == .market else {
            throw Failure("\(file) is a recording of \(recording.stream.rawValue), allowed is one of market")
        }
        let directory = try outDirectory()
        defer { if out == nil { try? FileManager.default.removeItem(atPath: directory) } }
        let printer = AlertPrinter(
            from: Self.midnight(showFrom) ?? 0, until: Self.midnight(showUntil).map { $0 + CivilTime.day } ?? .max,
            json: json, quiet: quiet)
        let began = ServiceClock.monotonic
        if inProcess {
            try runHere(recording, directory, printer)
        } else {
            try ReplaySession(
                file: URL(fileURLWithPath: file).path, rate: rate, directory: directory, head: recording.head,
                printer: printer
            ).run()
        }
        try summarise(recording, directory, printer, took: ServiceClock.monotonic - began)
    }

    private static func midnight(_ day: String?) -> UInt64? {
        day.flatMap { CivilTime.parseDate($0) }.map { UInt64($0) * CivilTime.day }
    }

    private func outDirectory() throws -> String {
        guard let out else { return try Replay.temporaryDirectory() }
        let path = URL(fileURLWithPath: out).path
        if FileManager.default.fileExists(atPath: path + "/market") {
            throw Failure("\(path) already holds streams; name another directory or remove it")
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    static func temporaryDirectory() throws -> String {
        var template = Array("/tmp/epicenter-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw SystemError(call: "mkdtemp", path: "/tmp", errno: errno)
        }
        return String(cString: made)
    }

    private func runHere(_ recording: LogIndex, _ directory: String, _ printer: AlertPrinter) throws {
        let pipeline = try InProcessPipeline(directory: directory, newEpoch: ServiceMain.newEpoch)
        let progress = Progress("replay", quiet: quiet)
        var shown: UInt64 = 0
        try pipeline.play(recording) { head in
            if pipeline.alerts.head > shown {
                progress.clear()
                try pipeline.alerts.forEachMessage(from: shown + 1) { message in
                    if case .alertRecord(let alert) = message { printer.show(alert) }
                    return true
                }
                shown = pipeline.alerts.head
            }
            progress.show(head, of: recording.head)
        }
        progress.clear()
        try pipeline.close()
    }

    private func summarise(
        _ recording: LogIndex, _ directory: String, _ printer: AlertPrinter, took: Duration
    ) throws {
        if json { return }
        let digest = try StreamDigest.of(orNothing: directory + "/alerts")
        let records = recording.head + 1 - recording.firstSequence
        say("")
        if printer.hidden > 0 { say("\(printer.hidden) alerts of other days are not shown here.") }
        say(
            "\(records) records played in \(String(format: "%.1f", took.inSeconds)) s, \(digest.records) alerts. Digest of alerts: \(digest.hexadecimal)"
        )
        if let out { say("Streams are under \(out); next: epicenter report SHOCK --data \(out)") }
    }
}

extension ReplayRate: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }

    public var defaultValueDescription: String {
        switch self {
        case .maximum: "max"
        case .factor(let factor): "\(factor)"
        }
    }
}

/// Prints alerts as they come: the headline when the state changes, what is new at other revisions.
/// Announcements on members' topics say the same again and are not printed.
final class AlertPrinter {
    private let from: UInt64
    private let until: UInt64
    private let json: Bool
    private let quiet: Bool
    private var states: [String: AlertState] = [:]
    private(set) var hidden = 0

    init(from: UInt64, until: UInt64, json: Bool, quiet: Bool) {
        self.from = from
        self.until = until
        self.json = json
        self.quiet = quiet
    }

    func show(_ record: AlertRecord) {
        if json {
            say(String(decoding: record.body, as: UTF8.self))
            return
        }
        if quiet { return }
        let isNews = states.updateValue(record.state, forKey: record.fingerprint) != record.state
        guard (from..<until).contains(record.eventTime) else {
            hidden += 1
            return
        }
        let line = AlertLine(record)
        if !line.isAnnouncement { say(isNews ? line.text : line.revision) }
    }
}
