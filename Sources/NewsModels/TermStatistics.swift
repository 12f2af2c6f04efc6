import Glibc

/// How often terms occur in the headlines of a stream, so far and lately.
///
/// Counts are kept in buckets of six hours for 28 days. Memory is bounded by ``maximumTerms``: beyond
/// it the terms unseen for longest are forgotten.
public struct TermStatistics: Equatable, Sendable {
    /// Nanoseconds in a bucket: six hours.
    static let bucketLength: Int64 = 6 * 3_600_000_000_000
    /// Buckets counted as lately: 36 hours.
    static let recentBuckets: Int64 = 6
    /// Buckets remembered: 28 days.
    static let rememberedBuckets: Int64 = 28 * 4
    /// Buckets of history without which nothing is called new: three days before the recent ones.
    static let neededBuckets: Int64 = 12

    struct Count: Equatable, Sendable {
        let bucket: Int64
        var items: Int32
        var names: Int32
    }

    struct Record: Equatable, Sendable {
        /// In increasing order of bucket.
        var counts: [Count] = []

        mutating func drop(before bucket: Int64) {
            if let first = counts.first, first.bucket < bucket { counts.removeAll { $0.bucket < bucket } }
        }
    }

    /// Most terms kept.
    public let maximumTerms: Int
    private(set) var terms = SortedTable<Record>()
    /// Headlines per bucket, in the same form.
    private(set) var headlines = Record()
    private(set) var firstBucket: Int64?
    private(set) var lastBucket: Int64 = .min

    public init(maximumTerms: Int = 200_000) {
        precondition(maximumTerms > 0, "at least one term")
        self.maximumTerms = maximumTerms
    }

    /// Takes the place of statistics that have just been made.
    mutating func restore(
        _ stored: [(hash: UInt64, record: Record)], _ headlines: Record, firstBucket: Int64?, lastBucket: Int64
    ) {
        for (hash, record) in stored { terms[hash] = record }
        self.headlines = headlines
        self.firstBucket = firstBucket
        self.lastBucket = lastBucket
    }

    /// Terms known now.
    public var termCount: Int { terms.count }

    /// Adds one headline's terms. An item older than the newest counts in the newest's bucket.
    ///
    /// - Parameters:
    ///   - items: The headline's terms.
    ///   - anchors: Hashes of what else is counted, such as the entities the headline names.
    ///   - time: Nanoseconds since 1970.
    public mutating func add(_ items: [SalientTerm], anchors: [UInt64] = [], time: Int64) {
        let bucket = max(lastBucket, Self.bucket(of: time))
        let horizon = bucket - Self.rememberedBuckets
        if firstBucket == nil { firstBucket = bucket }
        lastBucket = bucket
        Self.count(in: &headlines, bucket: bucket, isName: false, horizon: horizon)
        for term in items {
            Self.count(in: &terms[term.hash, default: Record()], bucket: bucket, isName: term.isName, horizon: horizon)
        }
        for hash in anchors {
            Self.count(in: &terms[hash, default: Record()], bucket: bucket, isName: false, horizon: horizon)
        }
        if terms.count > maximumTerms { forgetOldest() }
    }

    /// Headlines of the last 28 days.
    var headlineCount: Double {
        Self.sum(headlines, from: lastBucket - Self.rememberedBuckets, to: lastBucket)
    }

    /// How many headlines of the last 28 days had a term.
    func frequency(of hash: UInt64) -> Double {
        terms[hash].map { Self.sum($0, from: lastBucket - Self.rememberedBuckets, to: lastBucket) } ?? 0
    }

    /// Inverse document frequency ln(1 + N/(1 + n)): of N headlines in 28 days n had the term. At least 0.
    public func inverseFrequency(of hash: UInt64) -> Double { inverseFrequency(of: hash, among: headlineCount) }

    func inverseFrequency(of hash: UInt64, among all: Double) -> Double { log(1 + all / (1 + frequency(of: hash))) }

    /// How far a name's mentions of the last 36 hours exceed what the days before led one to expect.
    ///
    /// - Returns: (recent − expected)/√max(expected, 1) if the term was rare before (expected at most
    ///   1.5 per 36 hours), is frequent now (at least 3) and is mostly written as a name; otherwise,
    ///   and with under three days of history, `nil`.
    public func emergence(of hash: UInt64) -> Double? {
        guard let record = terms[hash], let firstBucket else { return nil }
        let recentStart = lastBucket - Self.recentBuckets + 1
        let known = min(recentStart - firstBucket, Self.rememberedBuckets - Self.recentBuckets)
        guard known >= Self.neededBuckets else { return nil }
        let recent = Self.sum(record, from: recentStart, to: lastBucket)
        let before = Self.sum(record, from: recentStart - known, to: recentStart - 1)
        let names = record.counts.reduce(0) { $0 + Int($1.names) }
        let all = record.counts.reduce(0) { $0 + Int($1.items) }
        let expected = before * Double(Self.recentBuckets) / Double(known)
        guard recent >= 3, expected <= 1.5, 2 * names >= all else { return nil }
        return (recent - expected) / max(expected, 1).squareRoot()
    }

    private static func bucket(of time: Int64) -> Int64 {
        let quotient = time / bucketLength
        return time % bucketLength < 0 ? quotient - 1 : quotient
    }

    private static func count(in record: inout Record, bucket: Int64, isName: Bool, horizon: Int64) {
        if let last = record.counts.last, last.bucket == bucket {
            record.counts[record.counts.count - 1].items += 1
            record.counts[record.counts.count - 1].names += isName ? 1 : 0
        } else {
            record.drop(before: horizon)
            record.counts.append(Count(bucket: bucket, items: 1, names: isName ? 1 : 0))
        }
    }

    private static func sum(_ record: Record, from first: Int64, to last: Int64) -> Double {
        var sum = 0
        for count in record.counts where count.bucket >= first && count.bucket <= last { sum += Int(count.items) }
        return Double(sum)
    }

    /// Forgets a tenth, those unseen for longest first.
    private mutating func forgetOldest() {
        let byAge = terms.keys.map { (terms[$0]?.counts.last?.bucket ?? .min, $0) }.sorted { $0 < $1 }
        for (_, key) in byAge.prefix(terms.count - maximumTerms * 9 / 10) { terms[key] = nil }
    }
}
