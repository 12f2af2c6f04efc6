import Glibc
import MarketModels

/// How often things are mentioned, against how often they usually are.
///
/// Mentions per key are counted by the hour for 31 days. A breakout is judged on windows that end now:
/// the count of the last window against the windows of the same length before it, over the last 28 days,
/// each starting at the same hour of the day. A story first told weeks ago breaks out when it is
/// everywhere, which is why attention and not first publication dates a trigger.
public struct AttentionBaseline: Codable, Equatable, Sendable {
    /// Nanoseconds in an hour.
    public static let hour: Int64 = 3_600_000_000_000
    /// Hours of baseline compared with.
    public static let baselineHours: Int64 = 28 * 24
    /// Hours of baseline without which there is no answer.
    public static let neededHours: Int64 = 7 * 24
    /// The longest window in hours.
    public static let longestWindow: Int64 = 72

    /// The current rate of mentions against its baseline.
    public struct Breakout: Codable, Equatable, Sendable {
        /// Mentions in the window that ends now.
        public let count: Int
        /// Mean mentions per window before.
        public let mean: Double
        /// Standard deviation of mentions per window before, at least √max(mean, 1): counting noise.
        public let deviation: Double
        /// Whole windows the baseline rests on.
        public let windows: Int
        /// (count − mean)/deviation.
        public var standardized: Double { (Double(count) - mean) / deviation }
    }

    /// A measure, or what is missing for one.
    public enum Answer<Value: Equatable & Sendable>: Equatable, Sendable {
        case measured(Value)
        /// Hours of baseline known before the window, and how many are needed.
        case insufficientHistory(knownHours: Int, neededHours: Int)
    }

    struct Bucket: Codable, Equatable, Sendable {
        let hour: Int64
        var count: Int32
    }

    /// Most keys kept; beyond it those unmentioned for longest are forgotten.
    public let maximumKeys: Int
    private var table = SortedTable<[Bucket]>()
    private var firstHour: Int64?
    private var lastHour: Int64 = .min

    public init(maximumKeys: Int = 50_000) {
        precondition(maximumKeys > 0, "at least one key")
        self.maximumKeys = maximumKeys
    }

    /// Says that mentions are being counted from this time on. Call it when the stream begins: without it
    /// the first mention of anything is the beginning. An hour without mentions after it is a zero.
    public mutating func observe(since time: Int64) {
        let hour = Self.hour(of: time)
        firstHour = min(firstHour ?? hour, hour)
    }

    /// Counts mentions of a key. O(1) for times in order.
    ///
    /// - Parameters:
    ///   - key: What is mentioned: an entity, a story, a term.
    ///   - time: Nanoseconds since 1970; earlier than the newest is counted in its own hour.
    ///   - count: How many mentions.
    public mutating func add(_ key: String, time: Int64, count: Int = 1) {
        let hour = Self.hour(of: time)
        observe(since: time)
        lastHour = max(lastHour, hour)
        let hash = FNV1a.hash(key)
        var buckets = table[hash] ?? []
        let horizon = lastHour - Self.baselineHours - Self.longestWindow
        guard hour > horizon else { return }
        if let last = buckets.last, last.hour == hour {
            buckets[buckets.count - 1].count += Int32(clamping: count)
        } else {
            let place = (buckets.lastIndex { $0.hour <= hour } ?? -1) + 1
            if place > 0, buckets[place - 1].hour == hour {
                buckets[place - 1].count += Int32(clamping: count)
            } else {
                buckets.insert(Bucket(hour: hour, count: Int32(clamping: count)), at: place)
            }
            if let first = buckets.first, first.hour <= horizon { buckets.removeAll { $0.hour <= horizon } }
        }
        table[hash] = buckets
        if table.count > maximumKeys { forgetOldest() }
    }

    /// Mentions of the last `hours` hours against the same windows of the 28 days before.
    ///
    /// - Parameters:
    ///   - key: As it was added.
    ///   - time: End of the window; the hour it lies in is the window's last and may be incomplete.
    ///   - hours: Length of the window, a multiple of 24 so that windows start at the same hour; 24 or 72.
    public func breakout(of key: String, at time: Int64, hours: Int = 24) -> Answer<Breakout> {
        let length = Int64(hours)
        precondition(length > 0 && length % 24 == 0 && length <= Self.longestWindow, "windows of 24, 48 or 72 hours")
        let end = Self.hour(of: time) + 1
        let known = knownHours(before: end - length)
        guard known >= Self.neededHours else {
            return .insufficientHistory(knownHours: Int(max(0, known)), neededHours: Int(Self.neededHours))
        }
        let buckets = table[FNV1a.hash(key)] ?? []
        let windows = known / length
        // By how many whole windows before the last.
        var counts = [Double](repeating: 0, count: Int(windows) + 1)
        for bucket in buckets where bucket.hour < end && bucket.hour >= end - (windows + 1) * length {
            counts[Int((end - 1 - bucket.hour) / length)] += Double(bucket.count)
        }
        let last = Int(counts.removeFirst())
        let mean = counts.reduce(0, +) / Double(windows)
        let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, windows - 1))
        return .measured(
            Breakout(
                count: last, mean: mean,
                deviation: max(variance.squareRoot(), max(mean, 1).squareRoot()), windows: Int(windows)
            )
        )
    }

    /// The alternative for slow growth: CUSUM over the last hours of ln(1 + count) per hour, standardized by
    /// mean and deviation of the hours of the baseline before (deviation at least 0.5).
    ///
    /// - Returns: The sums after the last hour; ``MarketModels/CUSUM/isAlarmed`` with a larger upper sum is a breakout.
    public func cusum(of key: String, at time: Int64, hours: Int = 72, start: CUSUM = CUSUM()) -> Answer<CUSUM> {
        let length = Int64(hours)
        precondition(length > 0 && length <= Self.longestWindow, "at most 72 hours")
        let end = Self.hour(of: time) + 1
        let known = knownHours(before: end - length)
        guard known >= Self.neededHours else {
            return .insufficientHistory(knownHours: Int(max(0, known)), neededHours: Int(Self.neededHours))
        }
        let values = Self.hourly(table[FNV1a.hash(key)] ?? [], from: end - length - known, to: end)
            .map { log(1 + Double($0)) }
        let before = values[..<Int(known)]
        let mean = before.reduce(0, +) / Double(known)
        let variance = before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known)
        let deviation = max(variance.squareRoot(), 0.5)
        var sums = start
        for value in values[Int(known)...] { sums.add((value - mean) / deviation) }
        return .measured(sums)
    }

    private func knownHours(before start: Int64) -> Int64 {
        guard let firstHour else { return 0 }
        return min(start - firstHour, Self.baselineHours)
    }

    private static func hour(of time: Int64) -> Int64 {
        let quotient = time / hour
        return time % hour < 0 ? quotient - 1 : quotient
    }

    private static func hourly(_ buckets: [Bucket], from first: Int64, to end: Int64) -> [Int] {
        var counts = [Int](repeating: 0, count: Int(end - first))
        for bucket in buckets where bucket.hour >= first && bucket.hour < end {
            counts[Int(bucket.hour - first)] += Int(bucket.count)
        }
        return counts
    }

    /// Forgets a tenth, those unmentioned for longest first.
    private mutating func forgetOldest() {
        let byAge = table.keys.map { (table[$0]?.last?.hour ?? .min, $0) }.sorted { $0 < $1 }
        for (_, key) in byAge.prefix(table.count - maximumKeys * 9 / 10) { table[key] = nil }
    }
}
