import Glibc

/// Signatures of 128 values whose agreement estimates the Jaccard similarity of two sets.
///
/// Function i is (aᵢ·x + bᵢ) mod 2⁶¹ − 1, with a and b from the generator `s = 48271·s mod 2³¹ − 1`
/// seeded with 7, so that signatures made anywhere can be compared. The standard error at
/// similarity J is √(J(1 − J)/128), at most 0.044.
///
/// Source: Broder, A. Z. (1997), "On the resemblance and containment of documents".
public enum MinHash {
    /// Values in a signature.
    public static let length = 128
    /// 2⁶¹ − 1.
    public static let prime: UInt64 = (1 << 61) - 1

    /// aᵢ and bᵢ.
    public static let parameters: [(a: UInt64, b: UInt64)] = {
        var state: UInt64 = 7
        func step() -> UInt64 {
            state = 48271 * state % 2_147_483_647
            return state
        }
        func value() -> UInt64 {
            let high = step()
            return ((high << 30) ^ step()) % prime
        }
        return (0..<length).map { _ in
            let a = value()
            return (a | 1, value())
        }
    }()

    /// The smallest value of each function over a set. O(128·n).
    ///
    /// - Returns: ``length`` values below ``prime``; `UInt64.max` throughout for an empty set.
    public static func signature(_ hashes: [UInt64]) -> [UInt64] {
        let reduced = hashes.map { $0 % prime }
        return parameters.map { a, b in
            var smallest = UInt64.max
            for hash in reduced { smallest = min(smallest, affine(a, hash, b)) }
            return smallest
        }
    }

    /// The share of places at which two signatures agree, in [0, 1]; 0 where both are of empty sets.
    public static func similarity(_ left: [UInt64], _ right: [UInt64]) -> Double {
        precondition(left.count == length && right.count == length, "signatures have 128 values")
        var agreeing = 0
        for index in 0..<length where left[index] == right[index] && left[index] != .max { agreeing += 1 }
        return Double(agreeing) / Double(length)
    }

    /// The probability that two sets of similarity J share a band: 1 − (1 − J^rows)^bands.
    public static func matchProbability(similarity: Double, bands: Int = 32, rows: Int = 4) -> Double {
        1 - pow(1 - pow(similarity, Double(rows)), Double(bands))
    }

    private static func affine(_ a: UInt64, _ x: UInt64, _ b: UInt64) -> UInt64 {
        // 2⁶¹ ≡ 1, so the product's high part is simply added to its low part.
        let product = a.multipliedFullWidth(by: x)
        let folded = (product.low & prime) + ((product.high << 3) | (product.low >> 61))
        return (folded % prime + b) % prime
    }
}
