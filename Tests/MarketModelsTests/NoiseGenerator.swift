/// The generator of the golden inputs: bit-reproducible and without a mathematical library.
///
/// `s = 48271·s mod (2³¹ − 1)`, `u = s/(2³¹ − 1)`, `z = (u₁ + … + u₁₂) − 6` summed left to right.
struct NoiseGenerator {
    var state: Int64

    init(seed: Int64) {
        state = seed
    }

    /// The next value in (0, 1).
    mutating func uniform() -> Double {
        state = 48271 * state % 2_147_483_647
        return Double(state) / 2_147_483_647.0
    }

    /// The next nearly normal value.
    mutating func normal() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += uniform() }
        return sum - 6
    }
}

extension Double {
    /// Equal to a relative tolerance, with values under 1e-6 compared absolutely.
    func isClose(to other: Double, within tolerance: Double = 1e-12) -> Bool {
        abs(self - other) <= tolerance * max(1e-6, abs(self), abs(other))
    }
}
