import ArgumentParser
import Foundation
import Glibc
import Schema
import ServiceKit
import ZeroMQ

struct Top: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a running service live.",
        discussion: """
            EXAMPLE
              epicenter top --config /etc/epicenter/epicenter.yaml

            One row a process, what is out of the ordinary, and the last log lines. q ends it.
            """)

    @OptionGroup var service: ServiceOptions

    func run() throws {
        guard isatty(0) == 1, isatty(1) == 1 else {
            throw Failure("top needs a terminal; `epicenter status --watch` does not")
        }
        let configuration = try service.configuration()
        let client = try ControlClient(configuration, Context())
        let stop = try StopSignal()
        var screen = TopScreen()
        try screen.update(client)
        let terminal = Terminal()
        defer { terminal.restore() }
        while stop.count == 0 {
            terminal.draw(screen.lines(width: terminal.size.width, height: terminal.size.height))
            if terminal.key(within: .seconds(1)).map({ "qQ\u{1B}\u{03}".contains($0) }) ?? false { return }
            do {
                try screen.update(client)
            } catch {
                screen.problem = "\(error)"
            }
        }
    }
}

/// What `top` shows, as lines: knows nothing of terminals.
struct TopScreen {
    private var status = ServiceStatus()
    private var rates: [String: [Double]] = [:]
    private var log: [String] = []
    var problem = ""
    static let history = 24
    /// From this width on there is room for everything.
    private static let wide = 110

    mutating func update(_ client: ControlClient) throws {
        status = try client.statusNow()
        problem = ""
        for child in status.children {
            rates[child.process, default: []].append(child.eventsPerSecond)
            rates[child.process] = rates[child.process]?.suffix(Self.history)
        }
        var ask = AskLogs()
        ask.limit = 200
        log = try client.logs(ask).lines
    }

    func lines(width: Int, height: Int) -> [String] {
        var lines = [heading(width), ""]
        lines += table(width)
        for remark in StatusText.remarks(status).prefix(max(0, height - lines.count - 4)) {
            lines.append(Self.fit(remark, width))
        }
        let room = height - lines.count - 2
        if room > 0, !log.isEmpty {
            lines += [
                "", "\u{1B}[2m" + ("─── log " + String(repeating: "─", count: width)).prefix(width) + "\u{1B}[0m",
            ]
            lines += log.suffix(room).map { Self.coloured(Self.short($0), width) }
        }
        return Array(lines.prefix(height))
    }

    private func heading(_ width: Int) -> String {
        let left = " epicenter \(status.version)   pid \(status.pid)   up \(StatusText.span(status.uptimeSeconds))   "
        let condition = problem.isEmpty ? status.condition : problem
        let disk = (width >= Self.wide ? " \(StatusText.bytes(status.diskFreeBytes)) free  " : "") + " q quits "
        let room = max(0, width - left.count - disk.count)
        let colour = problem.isEmpty && status.ready ? "\u{1B}[30;42m" : "\u{1B}[30;43m"
        let text = left + Self.fit(condition, room).padding(toLength: room, withPad: " ", startingAt: 0) + disk
        return colour + Self.fit(text, width) + "\u{1B}[0m"
    }

    private func table(_ width: Int) -> [String] {
        var rows = [["PROCESS", "STATE", "UP", "RESTARTS", "MEMORY", "HEAD", "LAG", "READERS", "EVENTS/S", ""]]
        for child in status.children {
            let stream = child.heartbeat.streams.first ?? StreamStatus()
            rows.append([
                child.process.replacing("epicenter-", with: ""), StatusText.name(of: child),
                child.pid > 0 ? StatusText.span(child.uptimeSeconds) : "-",
                "\(child.restarts)" + StatusText.causes(child), StatusText.bytes(child.memoryBytes),
                StatusText.grouped(stream.head), StatusText.lag(child, status).map(StatusText.grouped) ?? "-",
                "\(stream.readers)", StatusText.rate(child.eventsPerSecond),
                width >= Self.wide ? Self.spark(rates[child.process] ?? []) : "",
            ])
        }
        let text = StatusText.aligned(rows, right: [2, 4, 5, 6, 7, 8]).map { Self.fit($0, width) }
        let bodies = zip(text.dropFirst(), status.children).map { line, child in
            switch child.state {
            case .ready: line
            case .failed: "\u{1B}[31m" + line + "\u{1B}[0m"
            default: "\u{1B}[33m" + line + "\u{1B}[0m"
            }
        }
        return ["\u{1B}[1m" + text[0] + "\u{1B}[0m"] + bodies
    }

    /// Rates as bars, the highest of them full.
    static func spark(_ values: [Double]) -> String {
        let bars = Array(" ▁▂▃▄▅▆▇█")
        let top = max(values.max() ?? 0, 1)
        let text = values.map { value in bars[value <= 0 ? 0 : max(1, Int((value / top * 8).rounded()))] }
        return String(repeating: " ", count: max(0, history - text.count)) + String(text)
    }

    /// The line without its date and the names of its first fields.
    static func short(_ line: String) -> String {
        let fields = line.split(separator: " ", maxSplits: 3)
        guard fields.count == 4, fields[0].hasPrefix("time="), fields[1].hasPrefix("level="),
            fields[2].hasPrefix("process="), let clock = fields[0].firstIndex(of: "T")
        else { return line }
        let time = fields[0][fields[0].index(after: clock)...].prefix(8)
        let level = String(fields[1].dropFirst(6)).padding(toLength: 8, withPad: " ", startingAt: 0)
        let process = String(fields[2].dropFirst(8).replacing("epicenter-", with: ""))
        let rest = fields[3].replacing(/^msg="([^"]*)"/) { String($0.1) }.replacing(/^msg=/, with: "")
        return "\(time) \(level) \(process.padding(toLength: 10, withPad: " ", startingAt: 0)) \(rest)"
    }

    private static func coloured(_ line: String, _ width: Int) -> String {
        let text = fit(line, width)
        switch true {
        case line.dropFirst(9).hasPrefix("error"), line.dropFirst(9).hasPrefix("critical"):
            return "\u{1B}[31m" + text + "\u{1B}[0m"
        case line.dropFirst(9).hasPrefix("warning"): return "\u{1B}[33m" + text + "\u{1B}[0m"
        default: return text
        }
    }

    /// Cut to a width, control characters taken out.
    static func fit(_ text: String, _ width: Int) -> String {
        let plain = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        let clean = String(String.UnicodeScalarView(plain))
        return clean.count > width ? String(clean.prefix(max(0, width - 1))) + "…" : clean
    }
}

/// The terminal in full-screen, key by key.
final class Terminal {
    private var before = termios()

    init() {
        tcgetattr(0, &before)
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(0, TCSANOW, &raw)
        // The other screen, without a cursor.
        write("\u{1B}[?1049h\u{1B}[?25l")
    }

    func restore() {
        write("\u{1B}[?25h\u{1B}[?1049l")
        tcsetattr(0, TCSANOW, &before)
    }

    var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    func draw(_ lines: [String]) {
        // Over what is there, so that nothing flickers.
        write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    func key(within timeout: Duration) -> Character? {
        var item = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        guard poll(&item, 1, Int32(timeout.inSeconds * 1_000)) > 0 else { return nil }
        var byte: UInt8 = 0
        return read(0, &byte, 1) == 1 ? Character(UnicodeScalar(byte)) : "q"
    }

    private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
}
