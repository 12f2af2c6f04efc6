import Schema

/// What subscribers have been told of the claims about each shock, and what they are told next.
///
/// A claim has an alert of its own, firing while its status may still change and resolved when it is settled:
///
/// - *open*: not yet due; or unsupported while the shock goes on;
/// - *settled*: supported or contradicted; or unsupported once the shock is over.
///
/// | told before                  | open   | settled          |
/// |------------------------------|--------|------------------|
/// | nothing                      | firing | firing, resolved |
/// | firing, with this status     | –      | resolved         |
/// | firing, with another         | firing | resolved         |
/// | resolved, with this status   | –      | –                |
/// | resolved, with another       | firing | firing, resolved |
///
/// So a resolve always follows its fire, also of a claim that is settled when first heard of and of a shock that was
/// over before: then both are said at once. A claim without a status, or of a finding without a phase, says nothing.
struct ClaimLifecycle: Codable, Equatable, Sendable {
    /// How long the claims of a shock are remembered after its last finding, in record time, unless one still fires.
    /// Longer than findings of it can come.
    static let memory = 36 * CivilTime.day
    /// Shocks with claims that are remembered; beyond, those are forgotten of which nothing has been heard for longest.
    static let limit = 10_000

    struct Told: Codable, Equatable, Sendable {
        var status: Int
        var isFiring: Bool
    }

    private struct Claims: Codable, Equatable, Sendable {
        /// Of the last finding; an older or repeated one is not said again.
        var revision: UInt32
        var recordTime: UInt64
        var told: [String: Told] = [:]

        var isFiring: Bool { told.values.contains(where: \.isFiring) }
    }

    /// By shock id; looked up, and otherwise only thinned.
    private var shocks: [String: Claims] = [:]

    /// How many shocks' claims are remembered.
    var count: Int { shocks.count }

    /// A claim with the states to publish of it, in this order, and the status told before.
    struct News: Equatable {
        var claim: ClaimFinding
        var states: [AlertState]
        var before: ClaimStatus?
    }

    /// What a finding's claims add to what was told; remembers that it was.
    mutating func take(_ finding: Finding) -> [News] {
        guard let isOver = finding.phase.isOver else { return [] }
        var claims = shocks[finding.shock] ?? Claims(revision: 0, recordTime: 0)
        guard finding.revision > claims.revision else { return [] }
        guard !finding.claims.isEmpty || !claims.told.isEmpty else { return [] }
        claims.revision = finding.revision
        claims.recordTime = finding.recordTime
        var news: [News] = []
        for claim in finding.claims {
            let before = claims.told[claim.id]
            let states = Self.states(before, claim.status, isOver: isOver)
            guard let last = states.last else { continue }
            claims.told[claim.id] = Told(status: claim.status.rawValue, isFiring: last == .firing)
            news.append(News(claim: claim, states: states, before: before.flatMap { ClaimStatus(rawValue: $0.status) }))
        }
        shocks[finding.shock] = claims
        forget(at: finding.recordTime)
        return news
    }

    /// The table.
    static func states(_ before: Told?, _ status: ClaimStatus, isOver: Bool) -> [AlertState] {
        guard let isOpen = status.isOpen(isOver: isOver) else { return [] }
        let isSame = before?.status == status.rawValue
        switch (before?.isFiring ?? false, isOpen) {
        case (true, true): return isSame ? [] : [.firing]
        case (true, false): return [.resolved]
        case (false, true): return isSame ? [] : [.firing]
        case (false, false): return isSame ? [] : [.firing, .resolved]
        }
    }

    private mutating func forget(at recordTime: UInt64) {
        shocks = shocks.filter { $0.value.isFiring || $0.value.recordTime + Self.memory > recordTime }
        guard shocks.count > Self.limit else { return }
        let oldest = shocks.sorted { ($0.value.recordTime, $0.key) < ($1.value.recordTime, $1.key) }
        for (shock, _) in oldest.prefix(shocks.count - Self.limit) { shocks[shock] = nil }
    }
}

extension ShockPhase {
    /// Nil without a phase.
    fileprivate var isOver: Bool? {
        switch self {
        case .pending, .open: false
        case .closed, .withdrawn: true
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension ClaimStatus {
    /// Whether it may still change; nil without a status.
    fileprivate func isOpen(isOver: Bool) -> Bool? {
        switch self {
        case .notYetDue: true
        case .unsupported: !isOver
        case .supported, .contradicted: false
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
