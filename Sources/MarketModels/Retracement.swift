/// How much of a move has been taken back.
///
/// - Parameters:
///   - price: P_t, the price now.
///   - before: P₀, the price before the move.
///   - after: P₁, the price at the end of the move.
/// - Returns: (P_t − P₁)/(P₀ − P₁): 0 at the end of the move, 1 when all is recovered, negative when
///   the move went on. `nil` if there was no move.
public func retracement(price: Double, before: Double, after: Double) -> Double? {
    before == after ? nil : (price - after) / (before - after)
}

/// ``retracement(price:before:after:)`` of each day's price after a move, oldest first.
///
/// - Parameters:
///   - prices: P₁ itself first if its 0 is wanted, then one price per day. A price that is not
///     positive and finite, such as of a day without one, gives `nil` in its place.
///   - before: P₀, the price before the move.
///   - after: P₁, the price at the end of the move.
public func retracements(prices: [Double], before: Double, after: Double) -> [Double?] {
    prices.map { $0 > 0 && $0.isFinite ? retracement(price: $0, before: before, after: after) : nil }
}
