public import Feeds
import MarketModels
import Schema
import ShockAnalysis

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
    /// Whether a move said to come once in so many years does.
    public let calibration: [CalibrationRow]
    /// Share of the sessions whose return period was read from the stream's own past, not from the shipped table.
    public let ownPastShare: Double

    /// Sessions whose return period, as said on their day, was at least so long. Theirs and no other day's data.
    public struct CalibrationRow: Sendable, Codable, Equatable {
        public let years: Double
        public let sessions: UInt64
        /// Stock-years over `years`.
        public let expected: Double
        /// Of the stock-year in which such a session falls: sessions per stock-year, as a 95 % Wilson interval of all
        /// sessions. Sessions of one day depend on each other: the interval is then too narrow.
        public let ratePerYear: Double
        public let lower: Double?
        public let upper: Double?
    }

    public init(labels: [ShockLabel], market: EvaluationMarket, rules: [DetectionRule]) {
        let detections = rules.map { rule in DetectionRun(market) { rule.apply(to: &$0) } }
        runs = zip(rules, detections).map { RunReport($0, $1, labels: labels, in: market) }
        let counted = detections.first?.calibration ?? DetectionRun(market).calibration
        calibration = zip(RarityCalibration.thresholds, counted.reached).map { years, reached in
            CalibrationRow(years: years, reached: reached, of: counted.sessions)
        }
        ownPastShare = counted.sessions == 0 ? 0 : Double(counted.ownSessions) / Double(counted.sessions)
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

extension Evaluation.CalibrationRow {
    init(years: Double, reached: UInt64, of total: UInt64) {
        let stockYears = Double(total) / 252
        let interval = try? WilsonInterval(successes: Int(reached), trials: Int(total))
        self.init(
            years: years, sessions: reached, expected: stockYears / years,
            ratePerYear: stockYears > 0 ? Double(reached) / stockYears : 0, lower: interval.map { 252 * $0.lower },
            upper: interval.map { 252 * $0.upper })
    }
}
