import Schema

/// How often shocks were announced, grouped: a market's or theme's with all that is part of it counts once.
public struct AlertRate: Sendable, Codable, Equatable {
    /// Grouped shocks per 100 names and week over all judged weeks.
    public let average: Double
    /// The largest average of 52 weeks in a row; nil with fewer weeks.
    public let highestYear: Double?
    /// The week with most, by its Monday.
    public let worstWeek: String
    public let worstWeekRate: Double
    public let worstWeekShocks: Int
    public let weeks: Int

    init(_ shocks: [DetectedShock], judged: (first: Int, sessions: [Int])) {
        var counts = [Int](repeating: 0, count: judged.sessions.count)
        for shock in shocks where shock.isGrouped {
            let week = Week.number(day: shock.day) - judged.first
            if counts.indices.contains(week) { counts[week] += 1 }
        }
        // A name judged on five sessions is a name and week, so that short weeks weigh less.
        let nameWeeks = judged.sessions.map { Double($0) / 5 }
        func rate(_ range: Range<Int>) -> Double {
            let names = nameWeeks[range].reduce(0, +)
            return names > 0 ? 100 * Double(counts[range].reduce(0, +)) / names : 0
        }
        weeks = counts.count
        average = rate(0..<weeks)
        highestYear = weeks >= 52 ? (0...(weeks - 52)).map { rate($0..<($0 + 52)) }.max() : nil
        let worst = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
        worstWeek = weeks > 0 ? Week.monday(judged.first + worst) : ""
        worstWeekRate = weeks > 0 ? rate(worst..<(worst + 1)) : 0
        worstWeekShocks = weeks > 0 ? counts[worst] : 0
    }
}
