import Glibc

/// What a key means while a recording plays.
enum ReplayKey: Equatable {
    case pause, step, faster, slower, quit

    static let hint = "space pauses and resumes, → or n one instant, ↑ ↓ rate ×2 ÷2, q quits"
}

/// Finds keys in what a terminal sends; a sequence may be cut anywhere.
struct ReplayKeyDecoder {
    private var escape: [UInt8] = []

    mutating func keys(in bytes: some Sequence<UInt8>) -> [ReplayKey] {
        bytes.compactMap { key($0) }
    }

    private mutating func key(_ byte: UInt8) -> ReplayKey? {
        switch escape.count {
        case 1 where byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O"):
            escape.append(byte)
            return nil
        case 2...:
            // Modifiers and numbers come before the letter that ends a sequence.
            if (0x20...0x3F).contains(byte), escape.count < 16 {
                escape.append(byte)
                return nil
            }
            escape = []
            return Self.arrow(byte)
        default: break
        }
        escape = byte == 0x1B ? [byte] : []
        switch byte {
        case UInt8(ascii: " "): return .pause
        case UInt8(ascii: "n"): return .step
        case UInt8(ascii: "q"): return .quit
        default: return nil
        }
    }

    private static func arrow(_ byte: UInt8) -> ReplayKey? {
        switch byte {
        case UInt8(ascii: "A"): .faster
        case UInt8(ascii: "B"): .slower
        case UInt8(ascii: "C"): .step
        default: nil
        }
    }
}

/// Standard input, if it is a terminal, without echo and line by line; as it was when it goes.
///
/// Interrupting and suspending work as ever. In the background it is not touched: reading would stop us.
final class ReplayKeyboard {
    private let original: termios
    private var decoder = ReplayKeyDecoder()

    /// nil where standard input is no terminal.
    init?() {
        var current = termios()
        guard isatty(0) == 1, tcgetattr(0, &current) == 0 else { return nil }
        original = current
        takeOver()
    }

    deinit {
        guard isInForeground else { return }
        var before = original
        tcsetattr(0, TCSANOW, &before)
    }

    private var isInForeground: Bool { tcgetpgrp(0) == getpgrp() }

    /// Again after each stop: the shell gives its children the terminal as it likes. In the background it is left alone.
    ///
    /// - Returns: Whether there still is a terminal.
    @discardableResult private func takeOver() -> Bool {
        var current = termios()
        guard tcgetattr(0, &current) == 0 else { return false }
        let flags = tcflag_t(ICANON | ECHO)
        guard isInForeground, current.c_lflag & flags != 0 else { return true }
        current.c_lflag &= ~flags
        // A read returns at once with what there is.
        withUnsafeMutableBytes(of: &current.c_cc) { characters in
            characters[Int(VMIN)] = 0
            characters[Int(VTIME)] = 0
        }
        tcsetattr(0, TCSANOW, &current)
        return true
    }

    /// The keys pressed since the last time. A terminal that is gone presses nothing any more, and nobody looks: quit.
    func pressed() -> [ReplayKey] {
        guard takeOver() else { return [.quit] }
        guard isInForeground else { return [] }
        return withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { bytes in
            let count = read(0, bytes.baseAddress, bytes.count)
            return count > 0 ? decoder.keys(in: bytes[..<count]) : []
        }
    }
}
