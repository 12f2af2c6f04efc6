import Glibc

/// Which bars of a series within sessions are jumps: returns too large for the volatility around them.
///
/// Each return is measured in units of the bipower volatility of the bars before it; the largest of n such
/// measures follows a Gumbel law if nothing jumped. Bars of five minutes or longer. Volatility has a shape
/// over the session that would pass for jumps at the open: divide it out first (``IntradayPeriodicity``).
///
/// Source: Lee, S. S. and Mykland, P. A. (2008), *Review of Financial Studies* 21(6), 2535–2563.
public struct LeeMykland: Codable, Equatable, Sendable {
    /// K for five-minute bars of a session of six and a half hours; 156 for 15 minutes, 78 for an hour.
    public static let fiveMinuteWindow = 270

    /// K, the bars the volatility is taken from, at least 16.
    public let window: Int
    /// α, the chance that a series without jumps shows one.
    public let level: Double

    /// - Throws: ``ParameterError`` for a window under 16 or a level outside (0, 1).
    public init(window: Int = fiveMinuteWindow, level: Double = 0.01) throws(ParameterError) {
        try require("window", Double(window), "at least 16") { $0 >= 16 }
        try require("level", level, "in (0, 1)") { $0 > 0 && $0 < 1 }
        self.window = window
        self.level = level
    }

    /// One return against the volatility before it.
    public struct Measure: Codable, Equatable, Sendable {
        /// Index of the bar in the series.
        public let index: Int
        /// L = r/σ̂.
        public let ratio: Double
        /// (|L| − C_n)/S_n, Gumbel if nothing jumped.
        public let statistic: Double
        /// Whether ``statistic`` exceeds the level's quantile.
        public let isJump: Bool
    }

    /// C_n and S_n, where and how wide the largest of n measures lies without jumps.
    public static func extremes(observations: Int) -> (centre: Double, scale: Double) {
        let count = Double(max(3, observations))
        let moment = (2 / Double.pi).squareRoot()
        let root = (2 * log(count)).squareRoot()
        let centre = root / moment - (log(.pi) + log(log(count))) / (2 * moment * root)
        return (centre, 1 / (moment * root))
    }

    /// −ln(−ln(1 − α)), the level's quantile of the Gumbel law.
    public var quantile: Double { -log(-log1p(-level)) }

    /// |L| beyond which a bar among `observations` is a jump.
    public func threshold(observations: Int) -> Double {
        let (centre, scale) = Self.extremes(observations: observations)
        return centre + quantile * scale
    }

    /// Measures the bars of a series, oldest first.
    ///
    /// - Parameters:
    ///   - returns: One return per bar, sessions one after the other, periodicity divided out.
    ///   - range: Bars to measure, such as the last session; all if `nil`. Those with fewer than K − 1 bars
    ///     before them, and those before which nothing moved, are left out.
    ///   - observations: n, among how many bars a jump should be the largest; the series' length if `nil`.
    /// - Returns: One measure per bar that has one. O(bars measured · K).
    /// - Throws: ``EstimationError/notFinite(index:)``, also for a return above 1e50.
    public func measure(
        _ returns: [Double], in range: Range<Int>? = nil, observations: Int? = nil
    ) throws(EstimationError) -> [Measure] {
        if let bad = returns.firstIndex(where: { !(abs($0) <= largestReturn) }) { throw .notFinite(index: bad) }
        let (centre, scale) = Self.extremes(observations: observations ?? returns.count)
        let range = (range ?? 0..<returns.count).clamped(to: 0..<returns.count)
        var measures: [Measure] = []
        for index in max(window - 1, range.lowerBound)..<max(window - 1, range.upperBound) {
            var sum = 0.0
            for place in (index - window + 2)..<index { sum += abs(returns[place]) * abs(returns[place - 1]) }
            let variance = sum / Double(window - 2)
            guard variance > 0 else { continue }
            let ratio = returns[index] / variance.squareRoot()
            let statistic = (abs(ratio) - centre) / scale
            measures.append(
                Measure(index: index, ratio: ratio, statistic: statistic, isJump: statistic > quantile))
        }
        return measures
    }
}

/// The shape of volatility over a session, from many sessions, jumps left out.
///
/// Source: Boudt, K., Croux, C. and Laurent, S. (2011), *Journal of Empirical Finance* 18(2), 353–367: the
/// weighted standard deviation, started from the shortest half; here smoothed over neighbouring slots.
public struct IntradayPeriodicity: Codable, Equatable, Sendable {
    /// Sessions under which slots are off by a factor of two.
    public static let minimumSessions = 60
    /// Slots to each side that an estimate is smoothed over.
    public static let smoothing = 3

    /// One factor per slot of the session, with mean square 1. Divide returns by them.
    public let factors: [Double]

    /// What there was to estimate from.
    public enum Estimate: Equatable, Sendable {
        case estimated(IntradayPeriodicity)
        /// Nothing was estimated; this is what is missing.
        case insufficient(Missing)
    }

    /// Why there is no estimate.
    public enum Missing: Equatable, Sendable, CustomStringConvertible {
        /// Too few usable sessions.
        case sessions(found: Int, needed: Int)
        /// Sessions of too few slots to have a shape.
        case slots(found: Int, needed: Int)
        /// In this slot, counted from 0, more than half of the sessions stood still.
        case movement(slot: Int)

        public var description: String {
            switch self {
            case .sessions(let found, let needed):
                "\(found) sessions with all their bars, at least \(needed) are needed"
            case .slots(let found, let needed): "\(found) bars in a session, at least \(needed) are needed"
            case .movement(let slot): "bar \(slot) of the session stood still in most sessions"
            }
        }
    }

    /// Estimates the shape. O(sessions · slots · log).
    ///
    /// - Parameters:
    ///   - sessions: The returns of each session's bars, M of each. Sessions of another length (half
    ///     days), with a value that is not finite, or in which no two neighbouring bars moved are left out.
    ///   - slots: M, the bars of a full session, at least 5.
    ///   - minimumSessions: Sessions under which there is no estimate, at least 3.
    ///   - smoothing: Slots to each side a factor is smoothed over, by a local line with triangular weights,
    ///     which keeps the rise towards open and close; 0 for none.
    public static func estimate(
        sessions: [[Double]], slots: Int, minimumSessions: Int = minimumSessions, smoothing: Int = smoothing
    ) -> Estimate {
        guard slots >= 5 else { return .insufficient(.slots(found: slots, needed: 5)) }
        let standardized = sessions.compactMap { standardize($0, slots: slots) }
        let needed = max(3, minimumSessions)
        guard standardized.count >= needed else {
            return .insufficient(.sessions(found: standardized.count, needed: needed))
        }
        var start: [Double] = []
        for slot in 0..<slots {
            var column = standardized.map { $0[slot] }
            start.append(shorth(&column))
            guard start[slot] > 0 else { return .insufficient(.movement(slot: slot)) }
        }
        start = normalized(start)
        var factors: [Double] = []
        for slot in 0..<slots {
            let kept = standardized.map { $0[slot] }.filter { ($0 / start[slot]) * ($0 / start[slot]) <= 6.635 }
            let squares = kept.reduce(0) { $0 + $1 * $1 }
            guard squares > 0 else { return .insufficient(.movement(slot: slot)) }
            // 1.081 makes up for the tail that was cut at the 99 % quantile.
            factors.append((1.081 * squares / Double(kept.count)).squareRoot())
        }
        return .estimated(IntradayPeriodicity(factors: normalized(smooth(normalized(factors), over: smoothing))))
    }

    /// A session's returns with its shape divided out. It must have as many bars as there are factors.
    public func filtered(_ session: [Double]) -> [Double] {
        precondition(session.count == factors.count, "one return for each slot")
        return zip(session, factors).map { $0 / $1 }
    }

    /// In units of the session's own volatility, √(BV/M); `nil` if it is not usable.
    private static func standardize(_ session: [Double], slots: Int) -> [Double]? {
        guard session.count == slots else { return nil }
        var measures = RealizedMeasures()
        for value in session where !measures.add(value) { return nil }
        let variance = measures.bipowerVariation / Double(slots)
        return variance > 0 ? session.map { $0 / variance.squareRoot() } : nil
    }

    /// 0.741 times the length of the shortest half: a deviation that half of the values cannot spoil.
    private static func shorth(_ values: inout [Double]) -> Double {
        values.sort()
        let half = values.count / 2 + 1
        var shortest = Double.infinity
        for start in 0...(values.count - half) {
            shortest = min(shortest, values[start + half - 1] - values[start])
        }
        return 0.741 * shortest
    }

    private static func normalized(_ factors: [Double]) -> [Double] {
        let size = (factors.reduce(0) { $0 + $1 * $1 } / Double(factors.count)).squareRoot()
        return factors.map { $0 / size }
    }

    private static func smooth(_ factors: [Double], over reach: Int) -> [Double] {
        guard reach > 0 else { return factors }
        return factors.indices.map { slot in
            var (weights, first, second, sum, products) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for place in max(0, slot - reach)...min(factors.count - 1, slot + reach) {
                let distance = Double(place - slot)
                let weight = 1 - abs(distance) / Double(reach + 1)
                weights += weight
                first += weight * distance
                second += weight * distance * distance
                sum += weight * factors[place]
                products += weight * distance * factors[place]
            }
            let value = (second * sum - first * products) / (weights * second - first * first)
            // A line through wild neighbours could end below zero; their mean cannot.
            return value > 0 ? value : sum / weights
        }
    }
}
