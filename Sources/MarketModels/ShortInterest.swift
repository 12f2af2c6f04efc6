/// What shorts could have to buy back.
///
/// Covering is buying. It can amplify a rise and only dampen a fall: "the shorts were squeezed" explains no fall.
public struct ShortInterest: Codable, Equatable, Sendable {
    /// Shares sold short.
    public let shares: Double

    /// - Throws: ``ParameterError`` for a number that is negative or not finite.
    public init(shares: Double) throws(ParameterError) {
        try require("shares sold short", shares, "finite and not negative") { $0 >= 0 }
        self.shares = shares
    }

    /// - Parameters:
    ///   - fraction: Of shares outstanding. It may exceed 1, for lent shares are lent again.
    ///   - outstanding: Shares outstanding, on the same date and split basis.
    /// - Throws: ``ParameterError`` for a value that is negative or not finite.
    public init(fraction: Double, outstanding: Double) throws(ParameterError) {
        try require("fraction sold short", fraction, "finite and not negative") { $0 >= 0 }
        try require("shares outstanding", outstanding, "finite and not negative") { $0 >= 0 }
        try self.init(shares: fraction * outstanding)
    }

    /// Days of average volume to buy all back.
    ///
    /// - Throws: ``ParameterError`` unless the volume, in shares a day, is positive and the days are finite.
    public func daysToCover(averageDailyVolume: Double) throws(ParameterError) -> Double {
        try require("average daily volume", averageDailyVolume, "above 0") { $0 > 0 }
        return try finite("days to cover", shares / averageDailyVolume)
    }

    /// What covering everything could have done to a move of this size and sign.
    ///
    /// - Parameters:
    ///   - move: Return as a fraction.
    ///   - law: With its volume in shares.
    /// - Throws: ``ParameterError``: see ``CapacityBound``.
    public func bound(move: Double, law: SquareRootImpact) throws(ParameterError) -> CapacityBound {
        try CapacityBound(flow: shares, move: move, law: law)
    }
}
