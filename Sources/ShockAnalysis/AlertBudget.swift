import MarketModels
import Schema

/// Which severity makes a shock, so that there are as many as the operator asked for: counted from what the stream
/// itself has shown over the last 52 weeks, and never from the day it is used on.
///
/// **Severity** is |SAR| times √(|return| / the least return of a shock). **Counted** are the moves of complete sessions
/// that would have opened a shock of their own: not what falls on a day of a market shock or is a member of a group
/// with a larger severity, nor a rebound or an aftershock of the same subject. The market's shocks count, whatever the
/// threshold. The threshold is the least at which no more were counted than `budget` allows for the names and weeks.
/// What is missing of 52 weeks is filled with what the shipped table says of |SAR|.
///
/// A value without prices or names. Once a day O(n log n) in the n moves kept: those of 52 weeks beyond the least
/// return, 12 bytes each.
struct AlertBudget: Codable, Sendable {
    /// A move of the past: it stands for itself at thresholds above ``parent`` up to ``severity``.
    private struct Move {
        let day: Int32
        let severity: Float
        let parent: Float
    }

    /// How many names were judged from a day to the next such entry.
    private struct Span {
        let day: Int32
        let names: Int32
    }

    static let weeks = 52
    /// No threshold is below this: smaller moves are not rare in any stream.
    static let leastThreshold = 2.0

    private var moves = PackedArray<Move>()
    private var spans = PackedArray<Span>()
    private var lastMoves = LastMoves()
    /// Severities of the groups on the day judged last.
    private var groups: [Float] = []
    private var groupsDay = Int32.min
    /// The least severity that makes a shock; nil before the first day.
    private(set) var threshold: Double?
    /// Weeks of the stream's own past that it rests on.
    private(set) var ownWeeks = 0.0
    private var calibratedDay = Int32.min
    /// The last large moves among sessions put before those known.
    private var pastMoves = LastMoves()
    /// Sessions in which grouped shocks were announced, and the first in which one could have been.
    private var announced = PackedArray<Int32>()
    private var announcedFrom = Int32.max

    /// A market shock, or a day of one: its names stand for themselves at no threshold.
    static let always = Float.infinity
}

extension AlertBudget {
    /// Makes the threshold for a day from the days before it; nothing if it was made for that day or a later one.
    ///
    /// - Parameters:
    ///   - names: How many names can have shocks of their own that day.
    ///   - budget: Grouped shocks per 100 names and week.
    mutating func calibrate(day: Int32, names: Int, budget: Double) {
        guard day > calibratedDay else { return }
        calibratedDay = day
        let first = day - Int32(7 * Self.weeks)
        moves.values.removeAll { $0.day < first }
        announced.values.removeAll { $0 < first }
        while spans.values.count > 1, spans.values[1].day <= first { spans.values.removeFirst() }
        if spans.values.isEmpty, names == 0 { return }
        if spans.values.last?.names != Int32(names) { spans.values.append(Span(day: day, names: Int32(names))) }
        threshold = threshold(day: day, first: first, names: names, budget: budget)
    }

    /// Notes how many names were judged on a day before those known, of which sessions were loaded. Oldest first.
    mutating func notePast(day: Int32, names: Int) {
        let place = spans.values.firstIndex { $0.day >= day } ?? spans.values.count
        if place > 0, spans.values[place - 1].names == Int32(names) { return }
        if place < spans.values.count, spans.values[place].day == day { return }
        spans.values.insert(Span(day: day, names: Int32(names)), at: place)
    }

    /// The first day whose moves still count.
    var firstDay: Int32 { calibratedDay == .min ? .min : calibratedDay - Int32(7 * Self.weeks) }

    /// Names times weeks from one day to another.
    private func nameWeeks(from first: Int32, to day: Int32) -> Double {
        var sum = 0.0
        for (index, span) in spans.values.enumerated() {
            let end = index + 1 < spans.values.count ? spans.values[index + 1].day : day
            sum += Double(span.names) * Double(max(0, end - max(first, span.day))) / 7
        }
        return sum
    }

    private mutating func threshold(day: Int32, first: Int32, names: Int, budget: Double) -> Double {
        let nameWeeks = nameWeeks(from: first, to: day)
        ownWeeks = min(Double(Self.weeks), Double(day - max(first, spans.values[0].day)) / 7)
        let missing = (Double(Self.weeks) - ownWeeks) * Double(names)
        let allowed = budget / 100 * (nameWeeks + missing)
        let missingYears = missing / Double(Self.weeks)
        return least(day: day) { counted, severity in
            Double(counted) + missingYears * ReturnPeriodTable.largeShares.rate(severity) <= allowed
        }
    }

    /// Goes down through the severities at which the count changes to the last that is still allowed.
    private func least(day: Int32, isAllowed: (_ counted: Int, _ severity: Double) -> Bool) -> Double {
        var changes: [(at: Float, by: Int)] = []
        changes.reserveCapacity(2 * moves.values.count)
        for move in moves.values where move.day < day {
            changes.append((move.severity, 1))
            if move.parent > 0 { changes.append((move.parent, -1)) }
        }
        changes.sort { ($0.at, $0.by) > ($1.at, $1.by) }
        var counted = 0
        var lowest = Double.infinity
        var index = 0
        // Above the largest move nothing is counted but the shipped table's rate.
        while index < changes.count {
            let at = changes[index].at
            while index < changes.count, changes[index].at == at {
                counted += changes[index].by
                index += 1
            }
            guard at.isFinite else { continue }
            guard isAllowed(counted, Double(at)) else {
                return max(Self.leastThreshold, bisect(from: Double(at), to: lowest, counted: counted, isAllowed))
            }
            lowest = Double(at)
        }
        let below = bisect(from: Self.leastThreshold, to: lowest, counted: counted, isAllowed)
        return max(Self.leastThreshold, below)
    }

    /// The least severity allowed between one that is not and one that is, to a thousandth.
    private func bisect(
        from low: Double, to high: Double, counted: Int, _ isAllowed: (Int, Double) -> Bool
    ) -> Double {
        if isAllowed(counted, low) { return low }
        // Beyond the move at `low` itself the count is without it.
        let without = counted - moves.values.count { Double($0.severity) == low }
        var (low, high) = (low.nextUp, min(high, 1_000))
        while high - low > 0.001 {
            let middle = (low + high) / 2
            if isAllowed(without, middle) { high = middle } else { low = middle }
        }
        return isAllowed(without, low) ? low : high
    }
}

// MARK: - What is counted

extension AlertBudget {
    /// Notes a group's severity on a day, so that its members' moves count only where they are larger. 0: none.
    mutating func note(group: Int, of count: Int, severity: Double, day: Int32) {
        if groupsDay != day || groups.count != count {
            groupsDay = day
            groups = Array(repeating: 0, count: count)
        }
        groups[group] = Float(severity)
    }

    /// The largest severity noted of some groups on a day.
    func severity(ofGroups members: [Int], day: Int32) -> Float {
        guard groupsDay == day else { return 0 }
        return members.reduce(0) { max($0, groups.indices.contains($1) ? groups[$1] : 0) }
    }

    /// Counts a move of a complete session.
    ///
    /// - Parameters:
    ///   - parent: Below this threshold it is part of a wider shock.
    ///   - sessionBefore: The day of the subject's session before.
    ///   - followUp: Sessions for which a shock stays open.
    ///   - isPast: Of a session put before those known.
    mutating func count(
        _ subject: ShockSubject, severity: Double, isFall: Bool, day: Int32, sessionBefore: Int32, parent: Float,
        followUp: Int, isPast: Bool = false
    ) {
        func take(_ last: inout LastMoves) -> Float? {
            last.take(
                subject, severity: Float(severity), isFall: isFall, day: day, sessionBefore: sessionBefore,
                followUp: followUp)
        }
        guard let earlier = isPast ? take(&pastMoves) : take(&lastMoves) else { return }
        let parent = max(parent, earlier)
        guard Float(severity) > parent else { return }
        moves.values.append(Move(day: day, severity: Float(severity), parent: parent))
    }

    /// Counts a shock of the market.
    mutating func countMarket(day: Int32) {
        moves.values.append(Move(day: day, severity: Self.always, parent: 0))
    }
}

// MARK: - What it came to

extension AlertBudget {
    /// What was announced in up to 52 weeks.
    struct Delivered: Equatable, Sendable {
        let weeks: Double
        /// Grouped shocks per 100 names and week.
        let average: Double
        /// The week with most, by the day of its Monday; nil: there were none.
        let worstWeek: Int?
        let worstWeekShocks: Int
    }

    /// From a day on shocks can be announced; later days say nothing new.
    mutating func begin(day: Int32) { announcedFrom = min(announcedFrom, day) }

    /// Notes that a shock which is part of no wider one was announced in a session.
    mutating func announce(day: Int32) { announced.values.append(day) }

    /// What was announced up to the last day judged.
    var deliveredSoFar: Delivered? { calibratedDay == .min ? nil : delivered(before: calibratedDay + 1) }

    /// What was announced before a day, so far as it is not more than 52 weeks ago; nil under a week of it.
    func delivered(before day: Int32) -> Delivered? {
        let first = max(announcedFrom, day - Int32(7 * Self.weeks))
        guard announcedFrom < .max, day - first >= 7 else { return nil }
        let nameWeeks = nameWeeks(from: first, to: day)
        var weeks: [Int: Int] = [:]
        for announced in announced.values where announced >= first && announced < day {
            weeks[(Int(announced) + 3) / 7, default: 0] += 1
        }
        let worst = weeks.max { ($0.value, $1.key) < ($1.value, $0.key) }
        return Delivered(
            weeks: Double(day - first) / 7,
            average: nameWeeks > 0 ? 100 * Double(weeks.values.reduce(0, +)) / nameWeeks : 0,
            worstWeek: worst.map { $0.key * 7 - 3 }, worstWeekShocks: worst?.value ?? 0)
    }
}

/// The last large move of every name and group, to know a rebound or an aftershock from a shock.
private struct LastMoves: Codable, Sendable {
    private struct Move {
        var day: Int32
        /// Negative for a fall; 0: none.
        var severity: Float
    }

    private var names = PackedArray<Move>()
    private var groups = PackedArray<Move>()

    /// Remembers a move.
    ///
    /// - Returns: The severity of the move it belongs to, 0 if it stands alone; nil if the day is known already.
    mutating func take(
        _ subject: ShockSubject, severity: Float, isFall: Bool, day: Int32, sessionBefore: Int32, followUp: Int
    ) -> Float? {
        subject.scope == .group
            ? Self.take(&groups.values, subject.index, severity, isFall, day, sessionBefore, followUp)
            : Self.take(&names.values, subject.index, severity, isFall, day, sessionBefore, followUp)
    }

    private static func take(
        _ moves: inout [Move], _ index: Int, _ severity: Float, _ isFall: Bool, _ day: Int32, _ sessionBefore: Int32,
        _ followUp: Int
    ) -> Float? {
        while moves.count <= index { moves.append(Move(day: .min, severity: 0)) }
        let last = moves[index]
        guard last.day != day else { return nil }
        let isSameWay = (last.severity < 0) == isFall
        // Sessions to calendar days, five to a week.
        let isRecent = last.severity != 0 && Int(day) - Int(last.day) <= followUp * 7 / 5
        let belongs = isRecent && (isSameWay ? last.day == sessionBefore : severity <= abs(last.severity))
        if !belongs || severity > abs(last.severity) || last.day == sessionBefore && isSameWay {
            moves[index] = Move(day: day, severity: isFall ? -severity : severity)
        }
        return belongs ? abs(last.severity) : 0
    }
}
