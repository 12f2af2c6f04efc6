import Glibc

/// How new an event is within a chain of reports of it: RavenPack's convention, beside attention.
///
/// It must not date a trigger: what moves a price may have been published weeks before (``AttentionBaseline``).
public enum EventNovelty {
    /// Nanoseconds from a report within which the next one belongs to its chain: 24 hours.
    public static let window: Int64 = 24 * 3_600_000_000_000

    /// 100·0.75^k for the k-th report of a chain, counted from 0.
    public static func score(position: Int) -> Double {
        100 * pow(0.75, Double(max(0, position)))
    }
}
