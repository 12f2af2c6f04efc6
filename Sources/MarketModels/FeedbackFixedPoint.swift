/// A move and the rebalancing it forces, which moves the price again: r = r₀ + sign(r₀)·Y·σ·√(K·|r|/V).
///
/// K is what leveraged funds must trade for a move of 1, ΣL(L − 1)·assets·weight. By the square-root law the
/// loop always settles, at √|r| = (c + √(c² + 4|r₀|))/2 with c = Y·σ·√(K/V); a linear law would explode where
/// its coefficient says so, and none is measured.
public struct FeedbackFixedPoint: Codable, Equatable, Sendable {
    public let law: SquareRootImpact
    /// K, in the unit of the law's volume for a move of 1.
    public let sensitivity: Double

    /// - Throws: ``ParameterError`` for a sensitivity that is negative or not finite.
    public init(law: SquareRootImpact, sensitivity: Double) throws(ParameterError) {
        try require("sensitivity", sensitivity, "finite and not negative") { $0 >= 0 }
        self.law = law
        self.sensitivity = sensitivity
    }

    /// - Throws: ``ParameterError`` if the funds together damp instead of amplify, which a leverage between
    ///   0 and 1 does.
    public init(law: SquareRootImpact, funds: [LeveragedFundFlow]) throws(ParameterError) {
        try self.init(law: law, sensitivity: funds.reduce(0) { $0 + $1.rebalancing(underlyingReturn: 1) })
    }

    /// The whole move r that a move r₀ without feedback leads to. O(1).
    ///
    /// - Throws: ``ParameterError`` for a move that is not finite or so large that the result is not.
    public func total(fundamental: Double) throws(ParameterError) -> Double {
        try require("move without feedback", fundamental, "finite")
        guard fundamental != 0 else { return 0 }
        let half = law.impact(of: sensitivity)
        let root = (half + (half * half + 4 * abs(fundamental)).squareRoot()) / 2
        return try finite("move with feedback", fundamental < 0 ? -root * root : root * root)
    }

    /// The part r − r₀ of a whole move that feedback accounts for at most. O(1).
    ///
    /// - Returns: With the sign of the move and never larger: where the law would have the feedback exceed
    ///   the move, all of it.
    /// - Throws: ``ParameterError`` for a move that is not finite or so large that the result is not.
    public func mechanical(total: Double) throws(ParameterError) -> Double {
        try require("move", total, "finite")
        let size = try finite("feedback", law.impact(of: sensitivity * abs(total)))
        return total < 0 ? -min(size, -total) : min(size, total)
    }
}
