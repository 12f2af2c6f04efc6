import Feeds
import Schema

/// What detection finds where nothing should be found; each made from the usable labels without looking at shocks.
public struct Placebos: Sendable, Codable, Equatable {
    /// The same name on a quiet day before: the nearest at least 20 sessions earlier with a move under 1 %.
    public let quietDays: Proportion
    /// The same label one session later; only a shock that begins there counts.
    public let nextSession: Proportion
    /// Another name on the same day: the next by number that is not labelled then. Not made of market labels.
    public let otherName: Proportion

    static let quietReturn = 0.01
    static let quietDistance = 20

    init(_ labels: [ShockLabel], _ market: EvaluationMarket, _ matcher: LabelMatcher) {
        func found(_ placebos: [ShockLabel], beginningOnly: Bool = false) -> Proportion {
            let outcomes = placebos.map { matcher.outcome(of: $0, beginningOnly: beginningOnly) }
                .filter { $0.usability == .usable }
            return Proportion(outcomes.count { $0.isFound }, of: outcomes.count)
        }
        quietDays = found(labels.compactMap { Self.quiet($0, market) })
        nextSession = found(labels.compactMap { Self.next($0, market) }, beginningOnly: true)
        otherName = found(labels.compactMap { Self.other($0, labels, market) })
    }

    private static func moved(_ label: ShockLabel, to day: Int32, scope: ShockScope? = nil) -> ShockLabel {
        var moved = label
        moved.day = Int(day)
        moved.scope = scope ?? label.scope
        return moved
    }

    private static func quiet(_ label: ShockLabel, _ market: EvaluationMarket) -> ShockLabel? {
        guard let number = market.number(of: label.symbol), let sessions = market.sessions[number],
            let index = market.sessionIndex(of: number, day: Int32(label.day)), index > quietDistance
        else { return nil }
        let quiet = sessions[...(index - quietDistance)].last { abs($0.simpleReturn ?? 1) < quietReturn }
        return quiet.map { moved(label, to: $0.day) }
    }

    private static func next(_ label: ShockLabel, _ market: EvaluationMarket) -> ShockLabel? {
        guard let number = market.number(of: label.symbol), let sessions = market.sessions[number],
            let index = market.sessionIndex(of: number, day: Int32(label.day)), index + 1 < sessions.count
        else { return nil }
        return moved(label, to: sessions[index + 1].day)
    }

    private static func other(
        _ label: ShockLabel, _ labels: [ShockLabel], _ market: EvaluationMarket
    ) -> ShockLabel? {
        guard label.scope != .market, let number = market.number(of: label.symbol),
            let place = market.names.firstIndex(of: number)
        else { return nil }
        let labelled = Set(labels.filter { $0.day == label.day }.map(\.symbol))
        for step in 1..<market.names.count {
            let candidate = market.names[(place + step) % market.names.count]
            guard let symbol = market.symbols[candidate], !labelled.contains(symbol) else { continue }
            var other = label
            other.symbol = symbol
            other.scope = .instrument
            return other
        }
        return nil
    }
}
