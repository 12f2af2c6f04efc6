import Glibc
import MarketModels

/// How different distributions over the same outcomes are.
///
/// Source: Lin, J. (1991), *IEEE Transactions on Information Theory* 37, 145–151.
public enum JensenShannon {
    /// Entropy of the mean less the mean of the entropies, each distribution with the same weight.
    ///
    /// - Parameter distributions: At least one; each with the same number of probabilities, which add up to 1.
    /// - Returns: Bits: 0 if all are equal, at most log₂ of their number.
    /// - Throws: ``MarketModels/ParameterError`` if something is no distribution.
    public static func divergence(_ distributions: [[Double]]) throws(ParameterError) -> Double {
        guard let first = distributions.first, !first.isEmpty else {
            throw .outOfDomain("number of distributions", value: 0, domain: "at least 1, over at least 1 outcome")
        }
        var mean = [Double](repeating: 0, count: first.count)
        var entropies = 0.0
        for distribution in distributions {
            guard distribution.count == first.count else {
                throw .outOfDomain(
                    "number of outcomes", value: Double(distribution.count), domain: "\(first.count) in each")
            }
            let total = distribution.reduce(0, +)
            guard distribution.allSatisfy({ $0 >= 0 }), abs(total - 1) < 1e-9 else {
                throw .outOfDomain("sum of probabilities", value: total, domain: "1, of none that is negative")
            }
            for (index, probability) in distribution.enumerated() {
                mean[index] += probability / Double(distributions.count)
            }
            entropies += entropy(distribution)
        }
        return max(0, entropy(mean) - entropies / Double(distributions.count))
    }

    /// In bits; an outcome without probability adds nothing.
    private static func entropy(_ distribution: [Double]) -> Double {
        distribution.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    }
}
