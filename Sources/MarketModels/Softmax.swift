import Glibc

/// Log-odds scores turned into probabilities, with the unknown as a candidate of its own.
///
/// Without it the least bad candidate would always look certain.
public struct Softmax: Codable, Equatable, Sendable {
    /// One per score, in the order given.
    public let probabilities: [Double]
    /// That it was none of them.
    public let unknown: Double

    /// - Parameters:
    ///   - scores: Log-odds of each candidate; −∞ is allowed and gets 0. May be empty.
    ///   - unknownScore: Log-odds of the unknown, finite. A candidate at this score is as likely as it.
    /// - Throws: ``ParameterError`` for NaN or +∞.
    public init(scores: [Double], unknownScore: Double = 0) throws(ParameterError) {
        try require("score of the unknown", unknownScore, "finite")
        var largest = unknownScore
        for score in scores {
            guard score < .infinity else { throw .outOfDomain("score", value: score, domain: "below +∞") }
            largest = max(largest, score)
        }
        // Subtracting the largest keeps exp from overflowing and changes no ratio.
        let top = largest
        let weights = scores.map { exp($0 - top) }
        let unknownWeight = exp(unknownScore - top)
        let total = weights.reduce(0, +) + unknownWeight
        probabilities = weights.map { $0 / total }
        unknown = unknownWeight / total
    }
}
