/// A basket's return as it fills with members, from which any member can be left out in O(1).
///
/// With N members that each need the basket without themselves this is O(N) where N weighted means would
/// be O(N²). The sums carry twice the precision of `Double`, so leaving out a member that dominates the
/// basket loses nothing.
public struct BasketSums: Equatable, Sendable {
    /// Σw·r and Σw of the members with a return, Σw of all.
    private var sums = CompensatedSums<SIMD4<Double>>()
    /// Members that have a return.
    public private(set) var count = 0

    public init() {}

    /// Adds a member.
    ///
    /// - Parameters:
    ///   - value: Its return, `nil` or not finite where it has none: it then counts against coverage.
    ///   - weight: Not negative.
    /// - Throws: ``ParameterError`` for a weight that is negative or not finite.
    public mutating func add(_ value: Double?, weight: Double) throws(ParameterError) {
        try require("weight", weight, "not negative and at most 1e50") { $0 >= 0 && $0 <= largestReturn }
        guard let value, abs(value) <= largestReturn else {
            sums.add(SIMD4(0, 0, weight, 0), times: SIMD4(repeating: 1))
            return
        }
        sums.add(SIMD4(value, 1, 1, 0), times: SIMD4(repeating: weight))
        count += 1
    }

    /// The weighted mean over the members with a return, and their share of all weights; `nil` if none.
    public var basket: (value: Double, coverage: Double)? { mean(sums) }

    /// The same without one of the members that were added with a return.
    ///
    /// - Parameters: the member's return and weight, as they were added.
    /// - Returns: `nil` if nothing of weight is left.
    public func without(_ value: Double, weight: Double) -> (value: Double, coverage: Double)? {
        var rest = sums
        rest.add(SIMD4(-value, -1, -1, 0), times: SIMD4(repeating: weight))
        return mean(rest)
    }

    private func mean(_ rest: CompensatedSums<SIMD4<Double>>) -> (value: Double, coverage: Double)? {
        let (present, total) = (rest[1], rest[2])
        // Of what was added and taken away only rounding may be left.
        guard present.high > sums[2].high * 0x1p-90 else { return nil }
        return ((rest[0] / present).high, min(1, (present / total).high))
    }
}
