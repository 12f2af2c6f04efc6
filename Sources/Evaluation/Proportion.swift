import MarketModels

/// k of n with its 95 % Wilson interval. Labels of one cluster depend on each other: the interval is then too narrow.
public struct Proportion: Sendable, Codable, Equatable {
    public let count: Int
    public let of: Int
    /// nil where there is nothing to count.
    public let share: Double?
    public let lower: Double?
    public let upper: Double?

    public init(_ count: Int, of total: Int) {
        self.count = count
        of = total
        share = total > 0 ? Double(count) / Double(total) : nil
        let interval = try? WilsonInterval(successes: count, trials: total)
        lower = interval?.lower
        upper = interval?.upper
    }
}
