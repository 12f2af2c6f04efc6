import Feeds
import Schema

/// When a move is a shock, in one run.
public enum DetectionRule: Sendable, Equatable {
    /// Grouped shocks per 100 names and week; the threshold follows from the past.
    case budget(Double)
    /// At least this rare, in stock-years.
    case returnPeriod(Double)

    func apply(to settings: inout DetectionSettings) {
        switch self {
        case .budget(let budget): settings.alertBudget = budget
        case .returnPeriod(let years):
            settings.alertBudget = 0
            settings.returnPeriodYears = years
        }
    }

    public var text: String {
        switch self {
        case .budget(let budget): "budget \(Decimal.short(budget))"
        case .returnPeriod(let years): "\(Decimal.short(years)) years"
        }
    }
}

/// How one rule did.
public struct RunReport: Sendable, Codable, Equatable {
    /// "budget 2" or "0.5 years".
    public let rule: String
    public let budget: Double?
    public let returnPeriodYears: Double?
    public let rate: AlertRate
    /// Labels whose day a shock says so of.
    public let recall: Proportion
    public let recallByScope: [ScopeRecall]
    public let scopeAccuracy: Proportion
    /// Sessions from the labelled day to the first shock; found at all within five.
    public let withinOneSession: Proportion
    public let withinFiveSessions: Proportion
    /// From the end of a found shock's onset to when it was first said, minutes; the median. With daily bars alone the
    /// onset ends at the open or the close.
    public let medianMinutesToOpen: Double?
    public let shocks: ShockCounts
    /// Grouped shocks that no label accounts for, per name and year. Labels are never complete: an upper bound of
    /// what is false.
    public let unlabelledPerNameYear: Double
    /// Its 95 % Wilson interval, over the judged sessions of all names; nil where none was judged.
    public let unlabelledLower: Double?
    public let unlabelledUpper: Double?
    public let leaveOneClusterOut: ClusterRange?
    public let placebos: Placebos
    public let labels: [LabelReport]

    public struct ScopeRecall: Sendable, Codable, Equatable {
        public let scope: String
        public let found: Proportion
    }

    public struct ShockCounts: Sendable, Codable, Equatable {
        public let market: Int
        public let theme: Int
        public let single: Int
        /// Of all these, announced alone.
        public let grouped: Int
    }

    /// How far one cluster of labels carries the recall.
    public struct ClusterRange: Sendable, Codable, Equatable {
        public let lowest: Double
        public let lowestWithout: String
        public let highest: Double
        public let highestWithout: String
    }

    public struct LabelReport: Sendable, Codable, Equatable {
        public let date: String
        public let symbol: String
        public let scope: String
        public let cluster: String
        public let note: String
        public let usability: LabelOutcome.Usability
        public let simpleReturn: Double?
        public let standardized: Double?
        public let shock: String?
        public let foundScope: String?
        public let delay: Int?
    }
}

extension RunReport {
    init(_ rule: DetectionRule, _ run: DetectionRun, labels: [ShockLabel], in market: EvaluationMarket) {
        let judged = market.judgedByWeek()
        let matcher = LabelMatcher(market, run)
        let outcomes = labels.map { matcher.outcome(of: $0) }
        let usable = outcomes.filter { $0.usability == .usable }
        self.rule = rule.text
        budget = if case .budget(let budget) = rule { budget } else { nil }
        returnPeriodYears = if case .returnPeriod(let years) = rule { years } else { nil }
        rate = AlertRate(run.shocks, judged: judged)
        recall = Proportion(usable.count(where: \.isFound), of: usable.count)
        recallByScope = [ShockScope.instrument, .group, .market].map { scope in
            let of = usable.filter { $0.label.scope == scope }
            return ScopeRecall(scope: scope.word, found: Proportion(of.count(where: \.isFound), of: of.count))
        }
        let scoped = usable.compactMap(\.isScopeRight)
        scopeAccuracy = Proportion(scoped.count { $0 }, of: scoped.count)
        withinOneSession = Proportion(usable.count { $0.delay ?? .max <= 1 }, of: usable.count)
        withinFiveSessions = Proportion(usable.count { $0.delay != nil }, of: usable.count)
        medianMinutesToOpen = Self.medianMinutes(usable, run)
        shocks = ShockCounts(run.shocks)
        let labelled = Set(usable.compactMap(\.shock))
        let unlabelled = run.shocks.count { $0.isGrouped && !labelled.contains($0.id) }
        let ofSessions = Proportion(unlabelled, of: judged.sessions.reduce(0, +))
        unlabelledPerNameYear = 252 * (ofSessions.share ?? 0)
        unlabelledLower = ofSessions.lower.map { 252 * $0 }
        unlabelledUpper = ofSessions.upper.map { 252 * $0 }
        leaveOneClusterOut = ClusterRange(usable)
        placebos = Placebos(usable.map(\.label), market, matcher)
        self.labels = outcomes.map { LabelReport($0, in: market) }
    }

    private static func medianMinutes(_ usable: [LabelOutcome], _ run: DetectionRun) -> Double? {
        let found = Set(usable.compactMap(\.shock))
        let minutes = run.shocks.filter { found.contains($0.id) && $0.onset > 0 && $0.said >= $0.onset }
            .map { Double($0.said - $0.onset) / Double(60 * CivilTime.second) }.sorted()
        return minutes.isEmpty ? nil : (minutes[(minutes.count - 1) / 2] + minutes[minutes.count / 2]) / 2
    }
}

extension RunReport.ShockCounts {
    init(_ shocks: [DetectedShock]) {
        market = shocks.count { $0.scope == .market }
        theme = shocks.count { $0.scope == .group }
        single = shocks.count { $0.scope == .instrument }
        grouped = shocks.count(where: \.isGrouped)
    }
}

extension RunReport.ClusterRange {
    init?(_ usable: [LabelOutcome]) {
        let clusters = Set(usable.map(\.label.cluster)).sorted()
        guard clusters.count > 1 else { return nil }
        let recalls = clusters.map { cluster in
            let rest = usable.filter { $0.label.cluster != cluster }
            return (share: Double(rest.count(where: \.isFound)) / Double(rest.count), cluster: cluster)
        }
        let lowest = recalls.reduce(recalls[0]) { $1.share < $0.share ? $1 : $0 }
        let highest = recalls.reduce(recalls[0]) { $1.share > $0.share ? $1 : $0 }
        self.init(
            lowest: lowest.share, lowestWithout: lowest.cluster, highest: highest.share,
            highestWithout: highest.cluster)
    }
}

extension RunReport.LabelReport {
    init(_ outcome: LabelOutcome, in market: EvaluationMarket) {
        let label = outcome.label
        date = CivilTime.date(day: label.day)
        symbol = label.symbol
        scope = label.scope.word
        cluster = label.cluster
        note = label.note
        usability = outcome.usability
        simpleReturn = outcome.simpleReturn
        standardized = outcome.usability == .usable ? market.standardized(label) : nil
        shock = outcome.shock
        foundScope = outcome.scope?.word
        delay = outcome.delay
    }
}
