import Foundation

/// Random numbers that a failing test can have again: SplitMix64 from a seed that is printed.
///
/// Source: Steele, Lea, Flood (2014), "Fast Splittable Pseudorandom Number Generators", OOPSLA, fig. 3.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// The seed in `EPICENTER_SEED`, else the one given; printed with the test's name.
    public init(for test: String, default seed: UInt64) {
        let chosen = ProcessInfo.processInfo.environment["EPICENTER_SEED"].flatMap(UInt64.init) ?? seed
        print("\(test): EPICENTER_SEED=\(chosen)")
        state = chosen
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
