/// How old the benchmark's last price may be beside a name's for the two to be compared inside a session.
///
/// A feed of the benchmark that lags or died has a price for every instant, and the wrong one: what the whole market did
/// since would be counted as the name's own.
public enum BenchmarkAge {
    /// In nanoseconds, where the settings say nothing: a quarter of an hour.
    public static let defaultLimit: UInt64 = 900 * 1_000_000_000

    /// By how much a price of the benchmark is too old.
    ///
    /// - Parameters:
    ///   - time: When the benchmark's last price was made, ns.
    ///   - span: How long the bar was that it came with, ns; 0 for a trade. A benchmark that comes by the hour is
    ///     never fresher than that.
    ///   - name: When the name's price was made, ns.
    ///   - limit: The most it may be older by, in nanoseconds, if the bar was shorter.
    /// - Returns: Whole minutes between the two; nil if they can be compared.
    public static func minutesTooOld(
        _ time: UInt64, span: UInt64, beside name: UInt64, limit: UInt64
    ) -> Int? {
        guard name > time, name - time > max(limit, span) else { return nil }
        return Int((name - time) / 60_000_000_000)
    }

    /// What a measure or a decomposition lacks for want of it.
    public static func reason(minutes: Int) -> String { "the last is \(minutes) min older" }
}
