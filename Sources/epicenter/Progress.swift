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
        FileHandle.standardError.write(Data("\r\(line)\(padding)\(line.isEmpty ? "\r" : "")".utf8))
        width = line.count
    }
}

/// Writes to standard output at once, whatever it is.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
