public import Feeds
import Schema

/// Measures detection on labelled days: every rule in a run of its own over the same bars.
///
/// No threshold is fitted to labels: a rule has no parameter but its budget or return period.
public struct Evaluation: Sendable, Codable, Equatable {
    public let bars: Int
    public let names: Int
    /// Of judged sessions.
    public let nameYears: Double
    public let from: String
    public let until: String
    public let labels: Int
    public let usableLabels: Int
    public let runs: [RunReport]

    public init(labels: [ShockLabel], market: EvaluationMarket, rules: [DetectionRule]) {
        runs = rules.map { rule in
            RunReport(rule, DetectionRun(market) { rule.apply(to: &$0) }, labels: labels, in: market)
        }
        let sessions = market.sessions.values
        bars = sessions.reduce(0) { $0 + $1.count }
        names = market.names.count
        nameYears = Double(market.judgedByWeek().sessions.reduce(0, +)) / 252
        from = CivilTime.date(day: Int(sessions.compactMap(\.first?.day).min() ?? 0))
        until = CivilTime.date(day: Int(sessions.compactMap(\.last?.day).max() ?? 0))
        self.labels = labels.count
        usableLabels = runs.first?.labels.count { $0.usability == .usable } ?? 0
    }
}
