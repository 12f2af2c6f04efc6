import ArgumentParser
import Foundation
import Glibc
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the state of a running service.",
        discussion: """
            EXAMPLE
              epicenter status --config /etc/epicenter/epicenter.yaml
              epicenter status --run /run/epicenter --json
              epicenter status --run /run/epicenter --watch

            LAG is how many records of its inputs a stage has not dealt with. Exit status: 0 all processes are \
            ready, 1 not all, or nobody answers.
            """)

    @OptionGroup var service: ServiceOptions
    @Flag(help: "Print JSON; with --watch one document a line.") var json = false
    @Flag(help: "Again each second, until interrupted.") var watch = false

    func run() throws {
        let client = try ControlClient(service.configuration(), Context())
        let stop = try StopSignal()
        while true {
            let status = try client.statusNow()
            let isScreen = watch && !json && isatty(1) == 1
            say((isScreen ? "\u{1B}[H\u{1B}[J" : "") + (json ? try status.jsonString() : StatusText.text(status)))
            guard watch else {
                if !status.ready { throw ExitCode(1) }
                return
            }
            for _ in 0..<10 where stop.count == 0 { usleep(100_000) }
            if stop.count > 0 { return }
        }
    }
}

/// A status as people read it.
enum StatusText {
    static func text(_ status: ServiceStatus) -> String {
        var lines = [
            "epicenterd \(status.version)  pid \(status.pid)  up \(span(status.uptimeSeconds))  \(status.condition)",
            "",
        ]
        lines += table(status)
        lines += remarks(status)
        for child in status.children {
            let budget = BudgetText(child.heartbeat.counters)
            if let text = budget?.text { lines.append("\n\(child.process): \(text)") }
            let counters = child.heartbeat.counters.filter {
                $0.value > 0 && !(budget != nil && $0.name.hasPrefix(BudgetText.prefix))
            }.map { "\($0.name) \($0.value)" }
            if !counters.isEmpty { lines.append("\n\(child.process): " + counters.joined(separator: ", ")) }
            lines += child.heartbeat.recentErrors.suffix(5).map { "  refused: \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    static func table(_ status: ServiceStatus) -> [String] {
        var rows = [
            [
                "PROCESS", "STATE", "PID", "UP", "RESTARTS", "MEMORY", "EVENTS/S", "STREAM", "EPOCH", "HEAD", "LAG",
            ]
        ]
        for child in status.children {
            let stream = child.heartbeat.streams.first ?? StreamStatus()
            rows.append([
                child.process, name(of: child), child.pid > 0 ? "\(child.pid)" : "-",
                child.pid > 0 ? span(child.uptimeSeconds) : "-", "\(child.restarts)" + causes(child),
                bytes(child.memoryBytes), rate(child.eventsPerSecond), stream.stream,
                stream.epoch == 0 ? "-" : String(String(stream.epoch, radix: 16).prefix(8)), grouped(stream.head),
                lag(child, status).map(grouped) ?? "-",
            ])
        }
        return aligned(rows, right: [2, 3, 5, 6, 9, 10])
    }

    /// What is out of the ordinary.
    static func remarks(_ status: ServiceStatus) -> [String] {
        var lines: [String] = []
        for alarm in status.alarms { lines.append("alarm: \(alarm)") }
        if !status.configurationError.isEmpty {
            let problems = status.configurationError.split(separator: "\n")
            lines += problems.map { "the last reload was refused: \($0)" }
        }
        for child in status.children {
            if !child.heartbeat.alarm.isEmpty {
                lines.append("\(child.process): does not go on: \(child.heartbeat.alarm)")
            }
            if child.state == .failed { lines.append("\(child.process): given up, last \(child.lastExit)") }
            if child.restartInSeconds > 0 {
                lines.append("\(child.process): starts again in \(String(format: "%.1f", child.restartInSeconds)) s")
            }
            if !child.heartbeat.message.isEmpty { lines.append("\(child.process): \(child.heartbeat.message)") }
            for stream in child.heartbeat.streams where !stream.lost.isEmpty {
                lines.append("\(stream.stream): lost to damage: \(stream.lost.joined(separator: ", "))")
            }
            for feed in child.heartbeat.feeds {
                let last = feed.lastEvent == 0 ? "nothing yet" : "last \(CivilTime.rfc3339(feed.lastEvent))"
                lines.append(
                    "feed \(feed.feed): \(grouped(feed.events)) events, \(last)\(feed.inSession ? ", in session" : "")")
                if feed.hasPolls { lines.append("  " + polls(of: feed)) }
            }
            for sink in child.heartbeat.sinks {
                let waiting = sink.waiting == 0 ? "none wait" : "\(grouped(sink.waiting)) wait"
                lines.append(
                    "sink \(sink.sink): \(grouped(sink.delivered)) delivered, \(waiting), \(grouped(sink.failed)) attempts failed, "
                        + "\(grouped(sink.deadLetters)) given up" + (sink.problem.isEmpty ? "" : ": \(sink.problem)"))
            }
            if !child.lastError.isEmpty { lines.append("\(child.process): last error: \(child.lastError)") }
        }
        return lines.isEmpty ? [] : [""] + lines
    }

    static func name(of child: ChildStatus) -> String {
        if child.isStoppedByOperator, child.state == .down { return "stopped" }
        switch child.state {
        case .starting: return "starting"
        case .ready: return "ready"
        case .draining: return "stopping"
        case .down: return child.restartInSeconds > 0 ? "waiting" : "down"
        case .failed: return "given up"
        case .unspecified, .UNRECOGNIZED: return "unknown"
        }
    }

    static func polls(of feed: FeedStatus) -> String {
        let polls = feed.polls
        var parts = [
            "polled \(grouped(polls.polled))", "not modified \(grouped(polls.notModified))",
            "listed \(grouped(polls.items))",
        ]
        for (name, count) in [("revised", polls.revisions), ("failed", polls.failures), ("mended", polls.salvaged)]
        where count > 0 {
            parts.append("\(name) \(grouped(count))")
        }
        for counter in polls.refused { parts.append("refused \(counter.name) \(grouped(counter.value))") }
        parts.append(
            polls.nextPoll == 0 ? "not asked any more" : "next \(CivilTime.rfc3339(polls.nextPoll).prefix(19))Z")
        return parts.joined(separator: ", ") + (feed.problem.isEmpty ? "" : "; \(feed.problem)")
    }

    static func causes(_ child: ChildStatus) -> String {
        let deaths = child.deaths.map { "\($0.value) \($0.name)" }
        return deaths.isEmpty ? "" : " (\(deaths.joined(separator: ", ")))"
    }

    /// Records of its inputs that a stage has not dealt with, of the input it is furthest behind; nil without inputs.
    static func lag(_ child: ChildStatus, _ status: ServiceStatus) -> UInt64? {
        child.heartbeat.inputs.compactMap { input -> UInt64? in
            let owned = status.children.lazy.flatMap(\.heartbeat.streams).first { $0.stream == input.stream }
            guard let owned else { return nil }
            return owned.head > input.head ? owned.head - input.head : 0
        }.max()
    }

    static func rate(_ value: Double) -> String {
        value >= 9.95 ? grouped(UInt64(value)) : value > 0 ? String(format: "%.1f", value) : "0"
    }

    static func bytes(_ value: UInt64) -> String {
        value == 0 ? "-" : value < 10 << 30 ? "\(value >> 20) MB" : "\(value >> 30) GB"
    }

    /// 1234567 as 1,234,567.
    static func grouped(_ value: UInt64) -> String {
        var out = ""
        for (place, digit) in "\(value)".reversed().enumerated() {
            if place > 0, place % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return String(out.reversed())
    }

    static func span(_ seconds: Double) -> String {
        let whole = Int(seconds)
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3_600: return "\(whole / 60) min \(whole % 60) s"
        case ..<86_400: return "\(whole / 3_600) h \(whole % 3_600 / 60) min"
        default: return "\(whole / 86_400) d \(whole % 86_400 / 3_600) h"
        }
    }

    /// Columns as wide as they must be.
    static func aligned(_ rows: [[String]], right: Set<Int>) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return right.contains(column) ? space + cell : cell + space
            }
            return cells.joined(separator: "  ").replacing(/\s+$/, with: "")
        }
    }
}

/// What an alert budget comes to, from the counters of the stage that keeps it.
struct BudgetText {
    static let prefix = "budget_"
    let text: String

    /// - Returns: nil where no budget is set, or nothing was judged yet.
    init?(_ counters: [Counter]) {
        func value(_ name: String) -> UInt64 { counters.first { $0.name == Self.prefix + name }?.value ?? 0 }
        func thousandths(_ name: String) -> String { String(format: "%.2f", Double(value(name)) / 1_000) }
        guard value("threshold_milli") > 0 else { return nil }
        var text =
            "alert budget: threshold \(thousandths("threshold_milli")), from \(value("weeks")) weeks of the stream's own past"
        if value("announced_weeks") > 0 {
            text +=
                "; announced in \(value("announced_weeks")) weeks: \(thousandths("average_milli")) grouped shocks per 100 "
                + "names and week"
        }
        if value("worst_week_shocks") > 0 {
            let monday = CivilTime.date(day: Int(value("worst_week_day")))
            text += ", most in the week of \(monday): \(value("worst_week_shocks"))"
        }
        self.text = text
    }
}
