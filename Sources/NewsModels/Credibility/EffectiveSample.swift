import Glibc
import MarketModels

/// What a number of voices is worth when they do not speak independently.
public enum EffectiveSample {
    /// n/(1 + (n − 1)·ρ): the independent voices that n with pairwise correlation ρ are worth.
    ///
    /// Source: Kish, L. (1965), *Survey Sampling*, §5.4.
    ///
    /// - Throws: ``MarketModels/ParameterError`` for n < 0 or ρ outside [0, 1].
    public static func size(_ count: Double, correlation: Double) throws(ParameterError) -> Double {
        guard count.isFinite, count >= 0 else {
            throw .outOfDomain("number of voices", value: count, domain: "finite and not negative")
        }
        guard (0...1).contains(correlation) else {
            throw .outOfDomain("correlation of voices", value: correlation, domain: "from 0 to 1")
        }
        return count <= 1 ? count : count / (1 + (count - 1) * correlation)
    }

    /// The largest share of exceptions that is compatible, at 95 %, with none among so many voices:
    /// 1 − 0.05^(1/(n + 1)), from a uniform prior.
    ///
    /// - Parameter size: Effective number of voices, not negative; 0 gives 0.95.
    public static func upperBoundOfExceptions(size: Double) -> Double {
        1 - pow(0.05, 1 / (max(0, size) + 1))
    }
}
