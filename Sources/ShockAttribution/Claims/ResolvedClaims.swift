import MarketModels
import NewsModels
import Schema

/// The claims that have been decided, whoever made them: what the reliability of sources is learned from.
///
/// Kept beyond the findings of their shocks, bounded in number.
struct ResolvedClaims: Codable, Equatable, Sendable {
    /// The oldest go first beyond this.
    static let capacity = 20_000

    struct Entry: Codable, Equatable, Sendable {
        let source: String
        let isRight: Bool
        /// Event time of the finding that decided it.
        let time: UInt64
        /// In which order they came.
        let number: UInt64
    }

    /// By who made it, and by claim.
    private var entries: [String: [String: Entry]] = [:]
    private var count = 0
    private var next: UInt64 = 0

    /// A claim by its subject, its id and when it was made: what is asserted of several shocks counts once.
    static func key(_ claim: ClaimFinding, about subject: String) -> String {
        "\(subject)\u{1F}\(claim.id)\u{1F}\(claim.asserted)"
    }

    /// Whether a claim turned out so; nil while it is not decided.
    static func isRight(_ claim: ClaimFinding) -> Bool? {
        switch claim.status {
        case .supported: true
        case .contradicted: false
        case .unsupported, .notYetDue, .unspecified, .UNRECOGNIZED: nil
        }
    }

    /// Takes in what a finding says of its claims: what is decided no longer is forgotten. O(claims).
    mutating func take(_ finding: Finding) {
        for claim in finding.claims where !claim.assertedBy.isEmpty {
            let key = Self.key(claim, about: finding.subject)
            let old = entries[claim.assertedBy]?[key]
            guard let isRight = Self.isRight(claim) else {
                guard old != nil else { continue }
                entries[claim.assertedBy]?[key] = nil
                count -= 1
                continue
            }
            guard old?.isRight != isRight else { continue }
            entries[claim.assertedBy, default: [:]][key] = Entry(
                source: claim.assertedBy, isRight: isRight, time: finding.eventTime, number: next)
            next += 1
            if old == nil { count += 1 }
        }
        if count > Self.capacity { forget() }
    }

    private mutating func forget() {
        let numbers = entries.values.flatMap { $0.values.map(\.number) }.sorted()
        let first = numbers[numbers.count - Self.capacity * 9 / 10]
        entries = entries.mapValues { $0.filter { $0.value.number >= first } }.filter { !$0.value.isEmpty }
        count = entries.values.reduce(0) { $0 + $1.count }
    }

    /// Those of a source that were decided by a time, by claim.
    func known(of source: String, at time: UInt64) -> [String: Bool] {
        (entries[source] ?? [:]).filter { $0.value.time <= time }.mapValues(\.isRight)
    }
}

/// The reliability of sources as of one finding: what earlier findings decided, and this one.
struct SourceRecord: Sendable {
    private let resolved: ResolvedClaims
    private let time: UInt64
    private let subject: String
    private let claims: [ClaimFinding]

    init(resolved: ResolvedClaims, time: UInt64, subject: String, claims: [ClaimFinding]) {
        self.resolved = resolved
        self.time = time
        self.subject = subject
        self.claims = claims
    }

    /// Nil for a source none of whose claims has been decided. O(claims of the source).
    func reliability(of source: String, tier: Int) -> SourceReliability? {
        var known = resolved.known(of: source, at: time)
        for claim in claims where claim.assertedBy == source {
            known[ResolvedClaims.key(claim, about: subject)] = ResolvedClaims.isRight(claim)
        }
        guard !known.isEmpty else { return nil }
        var reliability = SourceReliability(tier: tier)
        for isRight in known.values { try? reliability.learn(isRight: isRight) }
        return reliability
    }

    /// Adds how far a source can be believed, if anything is known of that.
    func add(_ source: String, tier: Int, to draft: inout SectionDraft) {
        guard let found = reliability(of: source, tier: tier) else { return }
        let evidence = Set(
            claims.filter { $0.assertedBy == source && ResolvedClaims.isRight($0) != nil }.flatMap(\.evidence))
        draft.add(
            "reliability", of: source, found.right.mean, .probability, .measured, method: "beta-posterior",
            interval: found.right.lower...found.right.upper, assuming: ["prior-right=\(found.prior)"],
            observations: found.resolved, evidence: evidence.sorted())
    }
}

/// How far those who assert something here can be believed, by what became of their claims so far.
enum SourcesSection {
    static func section(_ claims: [ClaimFinding], _ record: SourceRecord) -> Section? {
        var draft = SectionDraft(.sources, .gap)
        var told: Set<String> = []
        for claim in claims where !claim.assertedBy.isEmpty && told.insert(claim.assertedBy).inserted {
            record.add(claim.assertedBy, tier: claim.tier.rawValue, to: &draft)
        }
        return draft.isEmpty ? nil : draft.section
    }
}
