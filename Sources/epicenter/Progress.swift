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
        let filled = Int(share * 30)
        let elapsed = (now - began).inSeconds
        let left = share > 0.02 ? Int(elapsed / share - elapsed) : nil
        var line = "\(title) [\(String(repeating: "█", count: filled))\(String(repeating: "░", count: 30 - filled))]"
        line += " \(Int(share * 100)) %" + (left.map { ", \($0) s left" } ?? "")
        write(line)
    }

    /// Takes the bar away, so that other lines can be printed.
    func clear() {
        guard isShown, width > 0 else { return }
        write("")
    }

    private func write(_ line: String) {
        let padding = String(repeating: " ", count: max(0, width - line.count))
        output("\r\(line)\(padding)\(line.isEmpty ? "\r" : "")", to: 2)
        width = line.count
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
