import Foundation
import Glibc
import ServiceKit

/// A progress bar on standard error, only where that is a terminal.
final class Progress {
    private let title: String
    private let isShown: Bool
    private let began = ServiceClock.monotonic
    private var lastShown: Duration = .zero
    private var width = 0

    init(_ title: String, quiet: Bool = false) {
        self.title = title
        isShown = !quiet && isatty(2) == 1
    }

    func show(_ done: UInt64, of total: UInt64) {
        let now = ServiceClock.monotonic
        guard isShown, total > 0, now - lastShown > .milliseconds(100) || done >= total else { return }
        lastShown = now
        let share = min(1, Double(done) / Double(total))
        let elapsed = (now - began).inSeconds
        let left = share > 0.02 ? elapsed / share - elapsed : nil
        write("\(title) \(Self.bar(share))" + (left.map { ", \(Self.duration($0)) left" } ?? ""))
    }

    /// Shows another line in place of the bar, at most ten times a second unless it is news.
    func show(line: String, isNews: Bool) {
        let now = ServiceClock.monotonic
        guard isShown, isNews || now - lastShown > .milliseconds(100) else { return }
        lastShown = now
        write(line)
    }

    static func bar(_ share: Double, width: Int = 30) -> String {
        let share = min(1, max(0, share))
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        return "[\(bar)] \(Int(share * 100)) %"
    }

    /// The two largest units that are not nothing: `12 s`, `3 min 5 s`, `2 d 4 h`.
    static func duration(_ seconds: Double) -> String {
        guard seconds < 3.2e10 else { return "over 1000 years" }
        let total = Int(max(0, seconds).rounded())
        let units = [("d", total / 86_400), ("h", total / 3_600 % 24), ("min", total / 60 % 60), ("s", total % 60)]
        let first = units.firstIndex { $0.1 > 0 } ?? 3
        return units[first..<min(first + 2, 4)].filter { $0.1 > 0 || total == 0 }.map { "\($0.1) \($0.0)" }
            .joined(separator: " ")
    }

    /// Takes the bar away, so that other lines can be printed.
    func clear() {
        guard isShown, width > 0 else { return }
        write("")
    }

    /// A line that is wider than the terminal would wrap, and could not be taken back.
    private func write(_ line: String) {
        var size = winsize()
        let columns = ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
        let fitting = String(line.prefix(columns - 1))
        let padding = String(repeating: " ", count: max(0, min(width, columns - 1) - fitting.count))
        output("\r\(fitting)\(padding)\(fitting.isEmpty ? "\r" : "")", to: 2)
        width = fitting.count
    }
}

/// Writes to standard output at once, whatever it is. Ends the program, content, when nobody reads on.
func say(_ text: String) {
    if !output(text + "\n", to: 1) { exit(0) }
}

/// Writes to standard error.
func complain(_ text: String) {
    output(text + "\n", to: 2)
}

/// Foundation's write would trap where a pipe's reader is gone.
///
/// - Returns: Whether all was written.
@discardableResult
private func output(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        bytes = bytes.dropFirst(count)
    }
    return true
}
