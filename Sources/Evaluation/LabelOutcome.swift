public import Feeds
public import Schema

/// What became of one label in one run.
public struct LabelOutcome: Sendable, Equatable {
    /// Whether detection can be measured by it.
    public enum Usability: String, Sendable, Codable {
        case usable
        /// The symbol is not in the bars, or had no session that day.
        case noPrices = "no prices"
        /// Too little history before it.
        case warming
    }

    public let label: ShockLabel
    public let usability: Usability
    /// The name's return on that day, where there is one.
    public let simpleReturn: Double?
    /// The widest shock that says so of that day.
    public let shock: String?
    /// Its scope: of a market or theme if the name's own shock was said to be part of one.
    public let scope: ShockScope?
    /// Sessions of the name from the day to the first shock that says so, up to ``maximumDelay``; nil: none.
    public let delay: Int?

    /// Sessions after the day within which a shock still counts as late rather than missed.
    public static let maximumDelay = 5

    public var isFound: Bool { shock != nil }
    /// Said of the right scope; nil where the label has none or nothing was found.
    public var isScopeRight: Bool? {
        guard let scope, label.scope != .unspecified else { return nil }
        return scope == label.scope
    }
}

/// Looks labels up in what a run opened.
struct LabelMatcher {
    private let market: EvaluationMarket
    private let byDay: [Int32: [DetectedShock]]
    private let scopes: [String: ShockScope]

    init(_ market: EvaluationMarket, _ run: DetectionRun) {
        self.market = market
        var byDay: [Int32: [DetectedShock]] = [:]
        for shock in run.shocks {
            for day in [shock.day] + shock.aftershocks { byDay[day, default: []].append(shock) }
        }
        self.byDay = byDay
        scopes = Dictionary(run.shocks.map { ($0.id, $0.scope) }, uniquingKeysWith: { first, _ in first })
    }

    /// - Parameter beginningOnly: Whether aftershocks do not count.
    func outcome(of label: ShockLabel, beginningOnly: Bool = false) -> LabelOutcome {
        let day = Int32(label.day)
        guard let number = market.number(of: label.symbol),
            let index = market.sessionIndex(of: number, day: day),
            let sessions = market.sessions[number]
        else { return outcome(label, .noPrices, nil) }
        let value = sessions[index].simpleReturn
        guard index > market.warmUp else { return outcome(label, .warming, value) }
        let last = min(index + LabelOutcome.maximumDelay, sessions.count - 1)
        let delay = (index...last).first { !shocks(of: label, on: sessions[$0].day, beginningOnly).isEmpty }
        let found = shocks(of: label, on: day, beginningOnly)
        return outcome(label, .usable, value, found, delay: delay.map { $0 - index })
    }

    private func outcome(
        _ label: ShockLabel, _ usability: LabelOutcome.Usability, _ value: Double?, _ found: [DetectedShock] = [],
        delay: Int? = nil
    ) -> LabelOutcome {
        let scope = found.flatMap { shock in [shock.scope] + shock.partOf.compactMap { scopes[$0] } }
            .max { $0.rawValue < $1.rawValue }
        let widest = found.max { $0.scope.rawValue < $1.scope.rawValue }
        return LabelOutcome(
            label: label, usability: usability, simpleReturn: value, shock: widest?.id, scope: scope, delay: delay)
    }

    /// The shocks that say of a day what the label says: the name's own, those of groups it was priced in, and for a
    /// label that is the market's or has no scope the market's.
    private func shocks(of label: ShockLabel, on day: Int32, _ beginningOnly: Bool) -> [DetectedShock] {
        (byDay[day] ?? []).filter { shock in
            guard !beginningOnly || shock.day == day else { return false }
            switch shock.scope {
            case .instrument: return shock.subject == label.symbol
            case .group: return shock.members.contains(label.symbol)
            default: return label.scope == .market || label.scope == .unspecified
            }
        }
    }
}
