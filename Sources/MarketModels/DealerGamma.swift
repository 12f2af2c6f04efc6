/// What dealers in options must trade in the share when its price moves, as a scenario with two signs.
///
/// Open interest says how many contracts exist, not which side dealers are on. So both are computed, and
/// neither is evidence: with dealers short the hedge goes with the move, with dealers long against it.
public struct DealerGamma: Codable, Equatable, Sendable {
    /// Contracts of one option.
    public struct Position: Codable, Equatable, Sendable {
        public let option: EuropeanOption
        /// Contracts open.
        public let openInterest: Double
        /// Shares a contract.
        public let multiplier: Double

        /// - Throws: ``ParameterError`` for an open interest that is negative, or a multiplier not above 0.
        public init(option: EuropeanOption, openInterest: Double, multiplier: Double = 100) throws(ParameterError) {
            try require("open interest", openInterest, "finite and not negative") { $0 >= 0 }
            try require("multiplier", multiplier, "above 0") { $0 > 0 }
            self.option = option
            self.openInterest = openInterest
            self.multiplier = multiplier
        }
    }

    /// Shares to buy (positive) or sell if dealers are short all of it: Σ OI·multiplier·(Δ(S₁) − Δ(S₀)), by full
    /// revaluation.
    public let sharesIfShort: Double
    /// The same if they are long all of it: the opposite.
    public var sharesIfLong: Double { -sharesIfShort }
    /// What Γ at S₀ alone would say for dealers who are short, Σ OI·multiplier·Γ·(S₁ − S₀). Wrong for shocks;
    /// beside the revaluation it shows by how much.
    public let linearSharesIfShort: Double
    /// Money to trade for a move of 1 % at S₀: Σ OI·multiplier·Γ·S₀²·0.01.
    public let exposurePerPercent: Double

    /// O(positions).
    ///
    /// - Parameters:
    ///   - positions: Of one share. None gives zeros.
    ///   - from: S₀, in currency.
    ///   - to: S₁. Volatility and time stay as they are.
    /// - Throws: ``ParameterError`` for prices that are not positive, or a result that is not finite.
    public init(_ positions: [Position], from: Double, to: Double) throws(ParameterError) {
        try require("price before", from, "above 0") { $0 > 0 }
        try require("price after", to, "above 0") { $0 > 0 }
        var (shares, linear, exposure) = (0.0, 0.0, 0.0)
        for position in positions {
            let (before, after) = (try position.option.value(spot: from), try position.option.value(spot: to))
            let count = position.openInterest * position.multiplier
            shares += count * (after.delta - before.delta)
            linear += count * before.gamma * (to - from)
            exposure += count * before.gamma * from * from * 0.01
        }
        sharesIfShort = try finite("hedge", shares)
        linearSharesIfShort = try finite("linear hedge", linear)
        exposurePerPercent = try finite("exposure per percent", exposure)
    }
}
