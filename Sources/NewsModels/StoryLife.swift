/// When a story was told: from its first item, over its peak, to its latest.
public struct StoryLife: Codable, Equatable, Sendable {
    /// Nanoseconds in an hour.
    private static let hour: Int64 = 3_600_000_000_000
    /// Hours in a step by which growth is judged.
    private static let step: Int64 = 6

    /// Nanoseconds since 1970.
    public let firstSeen: Int64
    public let lastSeen: Int64
    /// Beginning of the hour in which most of its items came, the first of equals.
    public let peak: Int64
    /// Items of that hour.
    public let peakItems: Int
    /// Hours in which the number of items doubled while it grew: by ``NarrativeGrowth`` over steps of six hours, from
    /// the last step without an item up to the largest. `nil` under three such steps, or if it did not grow.
    public let doublingHours: Double?

    /// - Parameter times: Of its items, nanoseconds since 1970, in any order.
    /// - Returns: `nil` without items. O(n log n).
    public init?(times: [Int64]) {
        let sorted = times.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        firstSeen = first
        lastSeen = last
        let hours = Self.counts(sorted, length: Self.hour)
        let top = Self.largest(hours)
        peak = hours[top].start * Self.hour
        peakItems = hours[top].count
        doublingHours = Self.doubling(Self.counts(sorted, length: Self.step * Self.hour))
    }

    private static func doubling(_ steps: [(start: Int64, count: Int)]) -> Double? {
        let top = largest(steps)
        var begin = top
        while begin > 0, steps[begin - 1].start == steps[begin].start - 1 { begin -= 1 }
        let growth = NarrativeGrowth(counts: steps[begin...top].map(\.count))
        return growth?.doublingTime.map { $0 * Double(step) }
    }

    /// The steps that have items, in order.
    private static func counts(_ sorted: [Int64], length: Int64) -> [(start: Int64, count: Int)] {
        var counts: [(start: Int64, count: Int)] = []
        for time in sorted {
            let start = time / length - (time % length < 0 ? 1 : 0)
            if counts.last?.start == start {
                counts[counts.count - 1].count += 1
            } else {
                counts.append((start, 1))
            }
        }
        return counts
    }

    private static func largest(_ counts: [(start: Int64, count: Int)]) -> Int {
        counts.indices.max { (counts[$0].count, $1) < (counts[$1].count, $0) } ?? 0
    }
}

extension EventNovelty {
    /// The novelty of the last report of a chain: reports belong to one while no two neighbours are further apart
    /// than ``window``.
    ///
    /// - Parameter times: Of the reports, in increasing order, reprints left out.
    /// - Returns: 100 for a first report; `nil` without any.
    public static func ofLatest(times: [Int64]) -> Double? {
        guard var next = times.last else { return nil }
        var position = 0
        for time in times.dropLast().reversed() {
            guard next - time <= window else { break }
            position += 1
            next = time
        }
        return score(position: position)
    }
}
