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
    /// No shock that is over will have been so for ``memory`` before this record time. Not in a checkpoint: 0 is true
    /// always, and the next finding finds it again.
    private var nextForgotten: UInt64 = 0
    /// Some have been over for longer, and are kept for their claims.
    private var hasWaiting = true

    var count: Int { entries.count }

    /// The last finding of a shock, without its members.
    func last(of shock: String) -> Finding? {
        guard case .finding(let finding)? = entries[shock]?.finding.message else { return nil }
        return finding
    }

    /// The last findings of some subjects' shocks, by shock. O(shocks remembered).
    func about(_ subjects: Set<String>) -> [Finding] {
        guard !subjects.isEmpty else { return [] }
        return entries.filter {
            guard case .finding(let finding) = $0.value.finding.message else { return false }
            return subjects.contains(finding.subject)
        }.keys.sorted().compactMap { last(of: $0) }
    }

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

    /// Remembers a finding and forgets shocks that ended long before. O(1) but when there are some.
    mutating func remember(_ finding: Finding, at recordTime: UInt64) {
        var kept = finding
        kept.members = []
        let entry = Entry(
            finding: StoredMessage(.finding(kept)), recordTime: recordTime,
            isOver: finding.phase == .closed || finding.phase == .withdrawn,
            due: finding.claims.filter { $0.status == .notYetDue }.compactMap { Self.deadline($0.due) }.min())
        let before = entries.updateValue(entry, forKey: finding.shock)
        if entry.isOver { nextForgotten = min(nextForgotten, recordTime + Self.memory) }
        nextDue = min(nextDue, entry.due ?? .max)
        if before?.due == nextDue { findNextDue() }
        if recordTime >= nextForgotten { forget(at: recordTime) }
        if hasWaiting, entries.count > Self.waiting { forgetWaiting(at: recordTime) }
    }

    private mutating func findNextDue() { nextDue = entries.values.compactMap(\.due).min() ?? .max }

    /// Forgets those whose time has come, unless they are kept for their claims.
    private mutating func forget(at recordTime: UInt64) {
        entries = entries.filter {
            !$0.value.isOver || $0.value.recordTime + Self.memory > recordTime || $0.value.due != nil
        }
        let over = entries.values.filter(\.isOver).map { $0.recordTime + Self.memory }
        nextForgotten = over.filter { $0 > recordTime }.min() ?? .max
        hasWaiting = over.contains { $0 <= recordTime }
    }

    /// Forgets the oldest of those kept for their claims beyond ``waiting``.
    private mutating func forgetWaiting(at recordTime: UInt64) {
        let waiting = entries.filter { $0.value.isOver && $0.value.recordTime + Self.memory <= recordTime }
        for shock in waiting.keys.sorted(by: { (waiting[$0]?.recordTime ?? 0, $0) < (waiting[$1]?.recordTime ?? 0, $1) }
        )
        .prefix(entries.count - Self.waiting) {
            entries[shock] = nil
        }
        findNextDue()
    }

    /// When a date has begun, UTC.
    private static func deadline(_ date: String) -> UInt64? {
        CivilTime.parseDate(date).map { UInt64(max($0, 0)) * CivilTime.day + 1 }
    }

    private enum CodingKeys: CodingKey { case entries, nextDue }

    static func == (left: ShockLedger, right: ShockLedger) -> Bool {
        left.entries == right.entries && left.nextDue == right.nextDue
    }
}
