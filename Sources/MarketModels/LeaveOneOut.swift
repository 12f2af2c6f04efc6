/// Baskets without the stock that is being explained.
///
/// A factor that contains the stock explains part of the stock's move by itself: measured on real
/// shocks, a sector fund took a tenth of the price for "sector" where the other members had moved
/// by a tenth of a percent.
public enum LeaveOneOut {
    /// The return of a basket without one member.
    ///
    /// - Parameters:
    ///   - basket: The basket's return, as a fraction, the member included.
    ///   - weight: The member's weight before the bar, at least 0 and below 1.
    ///   - member: The member's return over the same bar.
    /// - Returns: (r_S − w·r_i) / (1 − w).
    /// - Throws: ``ParameterError`` for a weight outside [0, 1) or a value that is not finite.
    public static func basketReturn(
        basket: Double, weight: Double, member: Double
    ) throws(ParameterError) -> Double {
        try require("basket return", basket, "finite")
        try require("member return", member, "finite")
        try require("weight", weight, "in [0, 1)") { $0 >= 0 && $0 < 1 }
        return (basket - weight * member) / (1 - weight)
    }

    /// The weights of a basket without one member, summing to one.
    ///
    /// - Parameters:
    ///   - weights: Weights of all members, not negative; their scale does not matter.
    ///   - excluded: Index of the member to leave out, which gets weight 0, or `nil` for none.
    /// - Throws: ``ParameterError`` if a weight is negative or not finite, or nothing is left.
    public static func weights(_ weights: [Double], excluding excluded: Int?) throws(ParameterError) -> [Double] {
        var kept = weights
        if let excluded { kept[excluded] = 0 }
        var total = 0.0
        for weight in kept {
            try require("weight", weight, "finite and not negative") { $0 >= 0 }
            total += weight
        }
        try require("sum of the weights left", total, "above 0") { $0 > 0 }
        return kept.map { $0 / total }
    }

    /// A basket's return from the members that have one, and how much of the basket they are.
    ///
    /// - Parameters:
    ///   - members: One return per member over the same bar, `nil` where it has none (not yet
    ///     listed, halted). A value that is not finite counts as `nil`.
    ///   - weights: One weight per member, not negative.
    /// - Returns: The weighted mean over the members present and their share of all weights in
    ///   (0, 1]; `nil` if none is present.
    public static func basketReturn(
        members: [Double?], weights: [Double]
    ) -> (value: Double, coverage: Double)? {
        precondition(members.count == weights.count, "one weight for each member")
        var sum = 0.0
        var present = 0.0
        var total = 0.0
        for (member, weight) in zip(members, weights) {
            total += weight
            guard let member, member.isFinite else { continue }
            sum += weight * member
            present += weight
        }
        return present > 0 ? (sum / present, present / total) : nil
    }
}
