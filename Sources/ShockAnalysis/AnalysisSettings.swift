import MarketModels
import Schema

/// What the stage judges by: the detection settings with their defaults filled in.
///
/// A value of zero, or one that makes no sense (negative, not a number), means the default that
/// `settings.proto` states.
struct AnalysisSettings: Codable, Equatable, Sendable {
    /// Symbol of the market factor; empty: none, so that only volatility is judged.
    var benchmark = ""
    /// T, sessions in the estimation window.
    var window = 250
    /// Sessions between the window and the event.
    var gap = 10
    /// Paired sessions before anything is judged.
    var minimumHistory = 120
    /// A shock is at least this rare, in stock-years.
    var returnPeriodYears = 0.5
    /// … and a move of at least this size, as a fraction, by scope.
    var minimumReturn = 0.05
    var minimumGroupReturn = 0.03
    var minimumMarketReturn = 0.025
    /// λ of the EWMA volatility.
    var decay = 0.94
    /// Record time to wait for the rest of the cross-section, in nanoseconds.
    var settle: UInt64 = 1_000_000_000
    /// Sessions after which an open shock is over.
    var followUpSessions = 10
    /// How much older than a name's the benchmark's last price may be inside a session, in nanoseconds.
    var benchmarkAge = BenchmarkAge.defaultLimit
    /// Grouped shocks per 100 names and week; nil: the threshold is ``returnPeriodYears``.
    var alertBudget: Double?

    /// How much later than it happened a price may come, in nanoseconds of record time; 0: prices are taken as they
    /// come.
    var lateness: UInt64 = 0

    /// A session without a bar of its own is closed from its prices so much later, in nanoseconds of record time; a
    /// closing print may be made as late.
    static let closeDelay: UInt64 = 60 * 1_000_000_000
    /// A shock is confirmed at the close while it is beyond this share of every threshold.
    static let exitShare = 0.8
    /// A group's basket needs this share of its weight priced, and this many names.
    static let minimumBasketCoverage = 0.5
    static let minimumBasketNames = 3
    /// … and this share of its priced members moving the way of the basket.
    static let minimumBreadth = 0.5

    /// The least move of a shock, by scope.
    func minimumReturn(_ scope: ShockScope) -> Double {
        switch scope {
        case .market: minimumMarketReturn
        case .group: minimumGroupReturn
        default: minimumReturn
        }
    }

    /// ``returnPeriodYears`` in sessions: how long a market's move must have had no equal to be one by size.
    var returnPeriodSessions: Int { max(1, Int((252 * returnPeriodYears).rounded())) }

    init() {}

    init(_ settings: ModelSettings) {
        let detection = settings.detection
        benchmark = settings.benchmark
        minimumHistory = Self.value(detection.minimumHistory, default: minimumHistory)
        returnPeriodYears = Self.value(detection.returnPeriodYears, default: returnPeriodYears)
        minimumReturn = Self.value(detection.minimumReturn, default: minimumReturn)
        minimumGroupReturn = Self.value(detection.minimumGroupReturn, default: minimumGroupReturn)
        minimumMarketReturn = Self.value(detection.minimumMarketReturn, default: minimumMarketReturn)
        let asked = Self.value(detection.volatilityDecay, default: decay)
        decay = asked < 1 ? asked : decay
        settle = UInt64(Self.value(detection.settleMs, default: 1_000)) * 1_000_000
        followUpSessions = Self.value(detection.followUpSessions, default: followUpSessions)
        if detection.benchmarkAgeMinutes > 0 { benchmarkAge = UInt64(detection.benchmarkAgeMinutes) * 60_000_000_000 }
        lateness = UInt64(detection.allowedLatenessMs) * 1_000_000
        alertBudget = detection.alertBudget > 0 && detection.alertBudget.isFinite ? detection.alertBudget : nil
        // The rings hold a fixed number of sessions; a window beyond them cannot be had.
        gap = min(Self.value(detection.estimationGap, default: gap), SessionRings.capacity / 2)
        window = min(Self.value(detection.estimationWindow, default: window), SessionRings.capacity - gap - 2)
    }

    private static func value(_ asked: UInt32, default fallback: Int) -> Int {
        asked == 0 ? fallback : Int(asked)
    }

    private static func value(_ asked: Double, default fallback: Double) -> Double {
        asked.isFinite && asked > 0 ? asked : fallback
    }
}
