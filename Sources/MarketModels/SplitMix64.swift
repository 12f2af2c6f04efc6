/// Random numbers of a seed, the same on every machine.
///
/// Source: Steele, G., Lea, D. and Flood, C. (2014), "Fast Splittable Pseudorandom Number Generators", OOPSLA, fig. 3.
struct SplitMix64 {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// In [0, 1), in steps of 2⁻⁵³.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal, mean 0 and variance 1: twelve uniforms less 6. It needs no mathematical library, whose
    /// last digits differ between machines.
    mutating func normal() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += uniform() }
        return sum - 6
    }
}
