/// Exponentially weighted volatility of a stream of returns: `v ← λ·v + (1 − λ)·r²`.
///
/// Seeded with the mean square of the first 20 returns; until then it has no opinion. A plain
/// value of a few numbers, O(1) per return, so that thousands can be kept and checkpointed.
///
/// Source: J. P. Morgan and Reuters (1996), *RiskMetrics – Technical Document*, 4th ed., §5.2.
public struct EWMAVolatility: BitwiseCopyable, Codable, Equatable, Sendable {
    /// λ for daily returns.
    public static let dailyDecay = 0.94
    /// Returns whose mean square starts the recursion.
    public static let seedLength = 20

    /// λ, in (0, 1).
    public let decay: Double
    /// Returns added so far.
    public private(set) var count: Int = 0
    /// The sum of squares while seeding, the variance from then on.
    private var accumulator: Double = 0

    /// - Parameter decay: λ in (0, 1); a larger λ forgets more slowly.
    public init(decay: Double = dailyDecay) {
        precondition(decay > 0 && decay < 1, "λ must be in (0, 1)")
        self.decay = decay
    }

    /// Adds the next return, oldest first.
    ///
    /// - Returns: `false`, leaving the state as it was, if the return is not finite.
    @discardableResult
    public mutating func add(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        count += 1
        if count <= Self.seedLength {
            accumulator += value * value
            if count == Self.seedLength { accumulator /= Double(Self.seedLength) }
        } else {
            accumulator = decay * accumulator + (1 - decay) * value * value
        }
        return true
    }

    /// σ for the next return, in the units of the returns, or `nil` until seeded.
    public var deviation: Double? {
        count >= Self.seedLength ? accumulator.squareRoot() : nil
    }

    /// z of a return that has *not* been added yet, or `nil` until seeded or if nothing ever moved.
    public func standardized(_ value: Double) -> Double? {
        guard let deviation, deviation > 0 else { return nil }
        return value / deviation
    }
}
