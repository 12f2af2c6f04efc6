public import Schema

/// What a shock can have come from, as coarse as both a label and a finding can say.
///
/// A finding does not tell a law from a lawsuit, and a label does not tell a filing from a report of it: what came as
/// unscheduled news is one outcome.
public enum CauseOutcome: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// What concerns the whole market: statistics, a decision of the central bank, a move of everything.
    case macro
    /// The name's own figures: results, a forecast, a commitment, by a fact or by a story that speaks of figures.
    case scheduled
    /// Another member of its group, or the group as a whole.
    case peer
    /// Who had to buy or sell.
    case flow
    /// An unscheduled event that was told: any story that does not speak of figures.
    case news
    case unknown

    /// The classes that labels may have.
    public static let classes = [
        "corporate_action", "flow", "legal", "macro", "operations", "peer", "policy", "scheduled_release", "technology",
        "unknown",
    ]

    /// The outcome of a label's class, one of ``classes``; nil for a class that is not known. On a market's day everything but flows is
    /// ``macro``: what it was told by concerned all.
    public init?(causeClass: String, scope: ShockScope) {
        switch causeClass {
        case "macro": self = .macro
        case "scheduled_release": self = scope == .market ? .macro : .scheduled
        case "peer": self = scope == .market ? .macro : .peer
        case "flow": self = .flow
        case "legal", "operations", "policy", "corporate_action", "technology":
            self = scope == .market ? .macro : .news
        case "unknown": self = .unknown
        default: return nil
        }
    }

    /// The outcome that a candidate stands for, seen from one name.
    ///
    /// - Parameters:
    ///   - scope: Of the shock whose candidate it is.
    ///   - symbol: The name that is asked about.
    init(_ candidate: TriggerCandidate, scope: ShockScope, symbol: String, benchmark: String) {
        switch candidate.kind {
        case .flow: self = .flow
        case .market: self = .macro
        case _ where scope == .market: self = .macro
        case .theme, .peer: self = .peer
        // A fact's candidate has a subject, a story's has none.
        case .release where !candidate.subject.isEmpty, .filing where !candidate.subject.isEmpty:
            self = candidate.subject == symbol ? .scheduled : candidate.subject == benchmark ? .macro : .peer
        default: self = Self.tellsFigures(candidate.headline) ? .scheduled : .news
        }
    }

    /// Words by which a story is taken to be about a name's own figures. It has no subject, so one about another's
    /// figures is taken for the name's own.
    private static let figures: Set<Substring> = [
        "deliveries", "earnings", "forecast", "forecasts", "guidance", "outlook", "profit", "profits", "quarter",
        "quarterly", "results", "revenue", "sales", "subscribers",
    ]

    private static func tellsFigures(_ headline: String) -> Bool {
        headline.lowercased().split { !$0.isLetter }.contains(where: figures.contains)
    }
}
