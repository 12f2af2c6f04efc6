/// What large shares that fell hard did in the sessions after, counted once over many years.
///
/// Of 146 large US shares, June 2009 to August 2026: mean cumulative abnormal return from the session after the fall. The
/// companies are those of today, so the means over many sessions are too high, and falls of one day are not independent.
public struct AftermathTable: Equatable, Sendable {
    /// One horizon.
    public struct Row: Equatable, Sendable {
        /// Sessions after the fall's own.
        public let sessions: Int
        /// Mean cumulative abnormal return, as a fraction.
        public let mean: Double
        /// Its t statistic; `nil` where it was not kept.
        public let t: Double?
    }

    /// Falls counted.
    public let falls: Int
    /// Rising in sessions.
    public let rows: [Row]

    /// Abnormal return of −10 % or less.
    public static let tenPercent = AftermathTable(
        falls: 493,
        rows: [
            Row(sessions: 1, mean: -0.0016, t: -0.7), Row(sessions: 5, mean: 0.0019, t: nil),
            Row(sessions: 20, mean: 0.0184, t: 2.9), Row(sessions: 60, mean: 0.065, t: 5.2),
        ])

    /// Six EWMA deviations or more, with an abnormal return of −8 % or less.
    public static let sixDeviations = AftermathTable(
        falls: 386, rows: [Row(sessions: 5, mean: -0.0081, t: -2.9)])

    /// The table that fits a fall best and has the horizon, the narrower first; nil for a fall that is in none.
    public static func reading(
        abnormalReturn: Double, deviations: Double?, sessions: Int
    ) -> (falls: Int, row: Row)? {
        var tables: [AftermathTable] = []
        if let deviations, deviations <= -6, abnormalReturn <= -0.08 { tables.append(sixDeviations) }
        if abnormalReturn <= -0.10 { tables.append(tenPercent) }
        for table in tables {
            if let row = table.rows.first(where: { $0.sessions == sessions }) { return (table.falls, row) }
        }
        return nil
    }
}
