import Schema

/// What waits for one sink: in order, one at a time, tried again with growing delay, given up in the end.
///
/// A value: it says what is to be sent; somebody else sends it and says what came of it.
public struct SinkQueue: Codable, Equatable, Sendable {
    /// What came of an attempt.
    public enum Outcome: Equatable, Sendable {
        case delivered
        /// Trying again may help. `after`: what the sink asks for, ns.
        case failed(String, after: UInt64 = 0)
        /// Trying again cannot help.
        case refused(String)
    }

    /// A delivery that is given up.
    public struct DeadLetter: Codable, Equatable, Sendable {
        public var delivery: Delivery
        public var reason: String
        public var attempts: Int
        /// ns since the Unix epoch.
        public var time: UInt64
    }

    struct Entry: Codable, Equatable, Sendable {
        var delivery: Delivery
        var attempts = 0
    }

    private(set) var entries: [Entry] = []
    /// Nothing is tried before.
    private var notBefore: UInt64 = 0
    public private(set) var delivered: UInt64 = 0
    public private(set) var failures: UInt64 = 0
    public private(set) var deadLetters: UInt64 = 0
    public private(set) var lastProblem = ""
    /// Not kept: after a restart what was under way is sent again.
    public private(set) var isUnderWay = false

    private enum CodingKeys: String, CodingKey {
        case entries, notBefore, delivered, failures, deadLetters, lastProblem
    }

    public init() {}

    public var count: Int { entries.count }
    public var waiting: UInt64 { UInt64(entries.count) }
    /// When the oldest that waits was decided on, ns since the Unix epoch; nil: none waits.
    public var oldest: UInt64? { entries.first?.delivery.time }

    static let base: UInt64 = 1_000_000_000
    static let cap: UInt64 = 300_000_000_000

    /// - Returns: What is given up for it.
    public mutating func add(_ delivery: Delivery, capacity: Int, now: UInt64) -> DeadLetter? {
        let first = isUnderWay ? 1 : 0
        if delivery.reason == .refresh, entries.count > first {
            entries[first...].removeAll { $0.delivery.reason == .refresh }
        }
        entries.append(Entry(delivery: delivery))
        guard entries.count > max(capacity, first + 1) else { return nil }
        let old = entries.remove(at: first)
        return letter(old, "\(capacity) deliveries wait: the queue is full", now)
    }

    /// The next to be sent, if it is time.
    public mutating func start(now: UInt64) -> Delivery? {
        guard !isUnderWay, let first = entries.first else { return nil }
        // A clock that was set back must not stop the queue for longer than any delay.
        notBefore = min(notBefore, now + Self.cap)
        guard notBefore <= now else { return nil }
        isUnderWay = true
        return first.delivery
    }

    /// - Returns: What is given up.
    public mutating func finish(_ outcome: Outcome, attempts limit: Int, now: UInt64) -> DeadLetter? {
        guard isUnderWay, !entries.isEmpty else { return nil }
        isUnderWay = false
        entries[0].attempts += 1
        switch outcome {
        case .delivered:
            delivered += 1
            notBefore = 0
            lastProblem = ""
            entries.removeFirst()
            return nil
        case .refused(let why):
            failures += 1
            lastProblem = why
            notBefore = 0
            return letter(entries.removeFirst(), why, now)
        case .failed(let why, let after):
            failures += 1
            lastProblem = why
            let entry = entries[0]
            notBefore = now + max(Self.delay(entry.delivery.key, attempt: entry.attempts), min(after, Self.cap))
            guard entry.attempts >= limit || (entry.delivery.reason == .refresh && entries.count > 1) else {
                return nil
            }
            return letter(entries.removeFirst(), why, now)
        }
    }

    /// Gives up all that waits.
    public mutating func abandon(_ why: String, now: UInt64) -> [DeadLetter] {
        let letters = entries.compactMap { letter($0, why, now) }
        entries = []
        return letters
    }

    private mutating func letter(_ entry: Entry, _ why: String, _ now: UInt64) -> DeadLetter? {
        guard entry.delivery.reason != .refresh else { return nil }
        deadLetters += 1
        return DeadLetter(delivery: entry.delivery, reason: why, attempts: entry.attempts, time: now)
    }

    /// Doubles from a second to five minutes, less up to a half that follows from the key: no clock or dice.
    static func delay(_ key: String, attempt: Int) -> UInt64 {
        let whole = min(cap, base << UInt64(min(max(0, attempt - 1), 16)))
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(key)/\(attempt)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return whole - whole / 2 * (hash >> 32 & 0xFFFF) / 0xFFFF
    }
}
