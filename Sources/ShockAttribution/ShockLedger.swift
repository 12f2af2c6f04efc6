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
    }

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

    /// Remembers a finding and forgets shocks that ended long before.
    mutating func remember(_ finding: Finding, at recordTime: UInt64) {
        var kept = finding
        kept.members = []
        entries[finding.shock] = Entry(
            finding: StoredMessage(.finding(kept)), recordTime: recordTime,
            isOver: finding.phase == .closed || finding.phase == .withdrawn)
        entries = entries.filter { !$0.value.isOver || $0.value.recordTime + Self.memory > recordTime }
    }
}
