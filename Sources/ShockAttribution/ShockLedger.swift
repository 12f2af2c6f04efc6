import Schema

/// The last finding of each shock that is not long over.
struct ShockLedger: Codable, Equatable, Sendable {
    /// How long an ended shock is remembered, in record time: one that was withdrawn may begin again in its
    /// session, and its revisions must go on where they were.
    static let memory = 35 * CivilTime.day

    private struct Entry: Codable, Equatable, Sendable {
        var finding: StoredMessage
        var recordTime: UInt64
        var isOver: Bool
        /// Record time at which the next of its claims falls due; nil: none waits.
        var due: UInt64?
    }

    /// Shocks are kept for claims that wait to fall due, up to so many.
    static let waiting = 10_000

    /// By shock id; looked up, and otherwise only thinned.
    private var entries: [String: Entry] = [:]

    var count: Int { entries.count }

    /// The last finding of a shock, without its members.
    func last(of shock: String) -> Finding? {
        guard case .finding(let finding)? = entries[shock]?.finding.message else { return nil }
        return finding
    }

    /// The last findings of all shocks remembered, by shock.
    var all: [Finding] { entries.keys.sorted().compactMap { last(of: $0) } }

    /// The last findings of a subject's shocks, by shock.
    func about(_ subject: String) -> [Finding] {
        let prefix = subject + "/"
        return entries.keys.filter { $0.hasPrefix(prefix) }.sorted().compactMap { last(of: $0) }
            .filter { $0.subject == subject }
    }

    /// When the next claim of any shock falls due; .max without one.
    private(set) var nextDue = UInt64.max

    /// The last findings of the shocks with a claim that is due, by shock.
    func due(at recordTime: UInt64) -> [Finding] {
        entries.keys.filter { (entries[$0]?.due ?? .max) <= recordTime }.sorted().compactMap { last(of: $0) }
    }

    /// Remembers a finding and forgets shocks that ended long before.
    mutating func remember(_ finding: Finding, at recordTime: UInt64) {
        var kept = finding
        kept.members = []
        entries[finding.shock] = Entry(
            finding: StoredMessage(.finding(kept)), recordTime: recordTime,
            isOver: finding.phase == .closed || finding.phase == .withdrawn,
            due: finding.claims.filter { $0.status == .notYetDue }.compactMap { Self.deadline($0.due) }.min())
        forget(at: recordTime)
        nextDue = entries.values.compactMap(\.due).min() ?? .max
    }

    private mutating func forget(at recordTime: UInt64) {
        entries = entries.filter {
            !$0.value.isOver || $0.value.recordTime + Self.memory > recordTime || $0.value.due != nil
        }
        guard entries.count > Self.waiting else { return }
        let waiting = entries.filter { $0.value.isOver && $0.value.recordTime + Self.memory <= recordTime }
        for shock in waiting.keys.sorted(by: { (waiting[$0]?.recordTime ?? 0, $0) < (waiting[$1]?.recordTime ?? 0, $1) }
        )
        .prefix(entries.count - Self.waiting) {
            entries[shock] = nil
        }
    }

    /// When a date has begun, UTC.
    private static func deadline(_ date: String) -> UInt64? {
        CivilTime.parseDate(date).map { UInt64(max($0, 0)) * CivilTime.day + 1 }
    }
}
