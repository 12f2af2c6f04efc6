/// Bytes of a pipe as lines.
public struct LineAssembler: Sendable {
    /// A longer line is cut into pieces of this length.
    public static let maximumBytes = 16 << 10
    private var rest: [UInt8] = []

    public init() {}

    /// - Returns: The lines that became whole, without their ends.
    public mutating func push(_ bytes: some Collection<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(take())
            } else {
                rest.append(byte)
                if rest.count == Self.maximumBytes { lines.append(take()) }
            }
        }
        return lines
    }

    /// What is left at the end; nil: nothing.
    public mutating func finish() -> String? { rest.isEmpty ? nil : take() }

    private mutating func take() -> String {
        defer { rest.removeAll(keepingCapacity: true) }
        return String(decoding: rest, as: UTF8.self)
    }
}

/// Lets so many lines through in a second and counts the others.
public struct LineGate: Sendable {
    public let perSecond: Int
    private var began: Duration?
    private var passed = 0
    private var dropped = 0

    public init(perSecond: Int = 20) { self.perSecond = perSecond }

    /// - Returns: Whether the line may pass.
    public mutating func admit(at now: Duration) -> Bool {
        if began.map({ now - $0 >= .seconds(1) }) ?? true {
            began = now
            passed = 0
        }
        guard passed < perSecond else {
            dropped += 1
            return false
        }
        passed += 1
        return true
    }

    /// How many were dropped since this was last asked, once a second has passed; 0: none.
    public mutating func dropped(at now: Duration, isOver: Bool = false) -> Int {
        guard dropped > 0, isOver || began.map({ now - $0 >= .seconds(1) }) ?? true else { return 0 }
        defer { dropped = 0 }
        return dropped
    }
}

/// The last lines of all processes, numbered from 1.
public struct LogRing: Sendable {
    public struct Line: Sendable, Equatable {
        public let number: UInt64
        public let process: String
        public let text: String
    }

    public let maximumLines: Int
    public let maximumBytes: Int
    private var lines: [Line] = []
    private var start = 0
    private var bytes = 0
    public private(set) var next: UInt64 = 1

    public init(maximumLines: Int = 4_000, maximumBytes: Int = 2 << 20) {
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    public mutating func append(_ text: String, of process: String) {
        lines.append(Line(number: next, process: process, text: text))
        next += 1
        bytes += text.utf8.count
        while lines.count - start > maximumLines || bytes > maximumBytes && lines.count - start > 1 {
            bytes -= lines[start].text.utf8.count
            start += 1
        }
        if start > maximumLines {
            lines.removeFirst(start)
            start = 0
        }
    }

    /// Lines from a number on.
    ///
    /// - Parameters:
    ///   - number: 0: the last `limit` ones.
    ///   - process: nil: of all.
    ///   - limit: So many at most.
    /// - Returns: The lines, where to go on, and how many of those asked for are held no longer.
    public func lines(
        from number: UInt64, of process: String?, limit: Int
    ) -> (lines: [Line], next: UInt64, forgotten: UInt64) {
        let held = lines[start...].filter { process == nil || $0.process == process }
        if number == 0 { return (held.suffix(limit), next, 0) }
        let first = next - UInt64(lines.count - start)
        let found = Array(held.drop { $0.number < number }.prefix(limit))
        let isWhole = found.count < limit
        return (found, isWhole ? next : found[found.count - 1].number + 1, first > number ? first - number : 0)
    }
}
