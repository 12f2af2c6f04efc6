import ArgumentParser
import EventLog
import Foundation
import Glibc
import Notifying
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
              epicenter replay week.mcap --from 2025-01-27 --duration 6h --rate 3600
              epicenter replay week.mcap --exclude NewsItem --dry-run

            --from begins in the middle. First it restores state: what came before is played as fast as it \
            goes, and its alerts are not shown. Paced playing begins when all stages have dealt with that, so \
            no shock is seen, or missed, for lack of history. --until stops after it.

            --topic, --symbol and --exclude make a filtered copy first and play that: other records, other \
            alerts, another digest (see epicenter filter).

            Alerts of a replay reach no sink. --sinks tells them to those of a configuration's section notify, by its \
            routes; what begins and ends within a route's waitSeconds is told to nobody, as ever, so a paced --rate or \
            waitSeconds: 0 tells more.

            Keys, where standard input is a terminal: space pauses and resumes; right arrow or n plays one \
            instant (all records of the next record time); up and down double and halve the rate; q quits.

            Exit status: 0 all records went through, or it was quit by key; 1 something failed (--out has \
            the log) or it was interrupted; 64 wrong arguments. With --loop, which only ends so, it is 0 when \
            interrupted, and 1 if a round said something else than the first.
            """)

    @Argument(help: "A recording of market, or a market stream's directory.", completion: .file(extensions: ["mcap"]))
    var file: String

    @Option(
        help: ArgumentHelp("Market seconds per second, or \"max\", which is the default.", valueName: "rate"),
        transform: { text in
            guard let rate = ReplayRate(text) else {
                throw ValidationError("--rate is \"\(text)\", allowed is \"max\" or a number above 0")
            }
            return rate
        })
    var rate: ReplayRate = .maximum

    @OptionGroup var options: SelectionOptions

    @Flag(help: "Begin paused: resume with space, or at RUN/player.sock.")
    var startPaused = false

    @Flag(help: "Again from the start until interrupted, each round by a fresh service; prints each round's digest.")
    var loop = false

    @Flag(help: "Only say what would be played and how long it would take.")
    var dryRun = false

    @Option(help: "Directory for the streams; must not hold any yet. Default: none are kept.", completion: .directory)
    var out: String?

    @Flag(help: "Run all stages in this process, without sockets.")
    var inProcess = false

    @Option(help: "Print only alerts about this day (YYYY-MM-DD) or later; others are counted.")
    var showFrom: String?

    @Option(help: "Print only alerts about this day (YYYY-MM-DD) or earlier; others are counted.")
    var showUntil: String?

    @Option(
        help: "Tell alerts to the sinks of this configuration's section notify.",
        completion: .file(extensions: ["yaml", "yml"]))
    var sinks: String?

    @Flag(help: "Print each alert's JSON document, one a line.")
    var json = false

    @Flag(help: "Print nothing but the summary.")
    var quiet = false

    func validate() throws {
        for (name, day) in [("--show-from", showFrom), ("--show-until", showUntil)] {
            guard let day, Self.midnight(day) == nil else { continue }
            throw ValidationError("\(name) is \"\(day)\", allowed is a date such as 2025-01-27")
        }
        if loop, out != nil {
            throw ValidationError(
                "--loop keeps no streams, since each round makes them anew: leave out --out or --loop")
        }
        if sinks != nil, inProcess || loop || options.from != nil {
            throw ValidationError(
                "--sinks tells all alerts of one replay by real processes: leave out it, or --in-process, --loop and --from"
            )
        }
        if inProcess, rate != .maximum || startPaused || options.until != nil || options.duration != nil {
            throw ValidationError(
                "--in-process plays to the end as fast as it goes: leave it out, or --rate, --start-paused, --until and --duration"
            )
        }
    }

    func run() throws {
        let original = try LogIndex(market: file)
        var selection = options.selection(first: try original.firstRecordTime() ?? 0)
        let scratch = try Self.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var path = URL(fileURLWithPath: file).path
        var recording = original
        let span = selection.span
        if !selection.takesEverything {
            // The whole time is kept: what is before the span restores state.
            selection.span = RecordSpan()
            path = scratch + "/filtered.mcap"
            let made = try FilterJob(file: file, original, selection).write(path, .lz4, quiet: quiet)
            remark(
                "Filtered first (\(selection)): \(made.records) of \(made.of) records. Alerts and digest are not those of the original."
            )
            recording = try LogIndex(reading: path)
        }
        let (plan, survey) = try plan(recording, path, span)
        if dryRun {
            describe(plan, survey, filter: selection)
            return
        }
        if loop {
            try playAgainAndAgain(recording, plan, in: scratch)
        } else {
            try playOnce(recording, plan)
        }
    }

    /// The section `notify` that --sinks names, in which history is told.
    private func sinkSection() throws -> String {
        guard let sinks else { return "" }
        let text = try ServiceConfiguration.text(of: sinks)
        let (section, problems) = NotifySettings.sectionForReplay(of: text, name: sinks)
        guard let section else {
            throw ConfigurationError(problems.isEmpty ? ["\(sinks): has no section notify"] : problems)
        }
        return section
    }

    /// What is said besides alerts: not where documents for programs go.
    private func remark(_ text: String) {
        if json { complain(text) } else if !quiet { say(text) }
    }

    private func plan(
        _ recording: LogIndex, _ path: String, _ span: RecordSpan
    ) throws -> (plan: ReplayPlan, survey: ReplaySurvey) {
        let progress = Progress("reading", quiet: quiet)
        let earlier = recording.firstSequence - 1
        let survey = try ReplaySurvey.of(recording, span) { sequence in
            progress.show(sequence - earlier, of: recording.head - earlier)
        }
        progress.clear()
        guard let sequences = survey.sequences, let times = survey.times else {
            let held = survey.whole.map { "\(CivilTime.rfc3339($0.first)) to \(CivilTime.rfc3339($0.last))" } ?? "none"
            throw ValidationError("\(file) has no record in that span of time; it has \(held)")
        }
        let plan = ReplayPlan(
            path: path, rate: rate, span: span, startPaused: startPaused, sequences: sequences, times: times,
            before: survey.before)
        return (plan, survey)
    }

    private func describe(_ plan: ReplayPlan, _ survey: ReplaySurvey, filter: RecordingFilter.Selection) {
        var lines = [
            "recording  \(file)", "filter     \(filter.takesEverything ? "none" : "\(filter)")",
            "playing    \(survey.records) records, \(CivilTime.rfc3339(plan.times.first)) to \(CivilTime.rfc3339(plan.times.last))",
        ]
        lines += survey.kindLines.map { "           \($0)" }
        if plan.before > 0 { lines.append("restoring  \(plan.before) records before that, as fast as it goes") }
        let time =
            plan.seconds.map { "\(Progress.duration($0)) without pauses" }
            ?? "as fast as it goes; only trying tells how fast"
        lines.append("rate       \(plan.rate): \(time)")
        say((lines + ["", "Nothing was started."]).joined(separator: "\n"))
    }

    // MARK: playing

    private func playOnce(_ recording: LogIndex, _ plan: ReplayPlan) throws {
        let directory = try outDirectory()
        defer { if out == nil { try? FileManager.default.removeItem(atPath: directory) } }
        let printer = printer(plan)
        let began = ServiceClock.monotonic
        let end: ReplayEnd
        if inProcess {
            try runHere(recording, directory, printer)
            end = .finished
        } else {
            let keyboard = ReplayKeyboard()
            if keyboard != nil { remark("Keys: \(ReplayKey.hint).") }
            let session = ReplaySession(
                plan, directory: directory, printer: printer, progress: Progress("replay", quiet: quiet),
                keyboard: keyboard, sinks: try sinkSection(), stop: try StopSignal())
            end = try session.run()
            if session.undelivered > 0 {
                complain("\(session.undelivered) deliveries still waited for their sinks when the replay ended")
            }
        }
        if end == .interrupted { throw Failure("interrupted") }
        try summarise(plan, directory, printer, end, took: ServiceClock.monotonic - began)
    }

    private func playAgainAndAgain(_ recording: LogIndex, _ plan: ReplayPlan, in scratch: String) throws {
        let keyboard = inProcess ? nil : ReplayKeyboard()
        if keyboard != nil { remark("Keys: \(ReplayKey.hint).") }
        let stop = try StopSignal()
        var first: String?
        for round in 1... {
            let directory = "\(scratch)/round"
            try? FileManager.default.removeItem(atPath: directory)
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let printer = printer(plan)
            var end = ReplayEnd.finished
            if inProcess {
                try runHere(recording, directory, printer)
            } else {
                end = try ReplaySession(
                    plan, directory: directory, printer: printer, progress: Progress("replay", quiet: quiet),
                    keyboard: keyboard, stop: stop
                ).run()
            }
            guard end == .finished else { return report("Round \(round) was not played to its end.") }
            let digest = try StreamDigest.of(orNothing: directory + "/alerts")
            let isSame = first.map { $0 == digest.hexadecimal } ?? true
            let verdict = first == nil ? "" : isSame ? ", as in round 1" : ", NOT as in round 1"
            report("Round \(round): \(digest.records) alerts. Digest of alerts: \(digest.hexadecimal)\(verdict)")
            if !isSame { throw ExitCode(1) }
            first = digest.hexadecimal
            if stop.count > 0 { return }
        }
    }

    /// Also where only the summary is asked for.
    private func report(_ text: String) {
        if json { complain(text) } else { say(text) }
    }

    private func printer(_ plan: ReplayPlan) -> AlertPrinter {
        AlertPrinter(
            from: Self.midnight(showFrom) ?? 0, until: Self.midnight(showUntil).map { $0 + CivilTime.day } ?? .max,
            firstCause: plan.sequences.lowerBound, json: json, quiet: quiet)
    }

    private static func midnight(_ day: String?) -> UInt64? {
        day.flatMap { CivilTime.parseDate($0) == nil ? nil : RecordSpan.start($0) }
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
        _ plan: ReplayPlan, _ directory: String, _ printer: AlertPrinter, _ end: ReplayEnd, took: Duration
    ) throws {
        if json { return }
        let digest = try StreamDigest.of(orNothing: directory + "/alerts")
        // A stream that was quit at once holds nothing yet.
        let head = (try? LogIndex(reading: directory + "/market").head) ?? 0
        let first = plan.sequences.lowerBound - plan.before
        let played = head < first ? 0 : head - first + 1
        say("")
        if plan.before > 0 {
            say(
                "\(plan.before) records from before --from restored state; their \(printer.earlier) alerts are not shown."
            )
        }
        if printer.hidden > 0 { say("\(printer.hidden) alerts of other days are not shown here.") }
        if end == .quit {
            say("Quit before the end: \(played) of \(plan.before + UInt64(plan.sequences.count)) records.")
        }
        let seconds = String(format: "%.1f", took.inSeconds)
        say(
            "\(played) records played in \(seconds) s, \(digest.records) alerts. Digest of alerts: \(digest.hexadecimal)"
        )
        if let out { say("Streams are under \(out); next: epicenter report SHOCK --data \(out)") }
    }
}

/// Prints alerts as they come: the headline when the state changes, what is new at other revisions.
/// Announcements on members' topics say the same again and are not printed.
final class AlertPrinter {
    private let from: UInt64
    private let until: UInt64
    private let firstCause: UInt64
    private let json: Bool
    private let quiet: Bool
    private var states: [String: AlertState] = [:]
    /// Alerts of days that were not asked for.
    private(set) var hidden = 0
    /// Alerts caused by what came before the part that is played.
    private(set) var earlier = 0

    /// - Parameters:
    ///   - from: Event times before it are counted, not printed, ns; so are those from `until` on.
    ///   - firstCause: The first market record whose alerts are shown.
    init(from: UInt64, until: UInt64, firstCause: UInt64, json: Bool, quiet: Bool) {
        self.from = from
        self.until = until
        self.firstCause = firstCause
        self.json = json
        self.quiet = quiet
    }

    func show(_ record: AlertRecord) {
        let isNews = states.updateValue(record.state, forKey: record.fingerprint) != record.state
        guard record.cause.sequence >= firstCause else {
            earlier += 1
            return
        }
        if json {
            say(String(decoding: record.body, as: UTF8.self))
            return
        }
        if quiet { return }
        guard (from..<until).contains(record.eventTime) else {
            hidden += 1
            return
        }
        let line = AlertLine(record)
        if !line.isAnnouncement { say(isNews ? line.text : line.revision) }
    }
}
