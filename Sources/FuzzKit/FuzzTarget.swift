import TestKit

/// What came of an input.
public enum FuzzVerdict: Sendable {
    case accepted
    case refused
}

/// A property that an input broke.
public struct FuzzViolation: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(FuzzViolation) {
    if !condition { throw FuzzViolation(text()) }
}

/// One place where bytes from outside come in, as a function that must end, must not trap, must stay within a bound
/// of memory, and must keep the property that its body checks.
public struct FuzzTarget {
    public let name: String
    public let mutator: Mutator
    /// What a case may have allocated at once: so many bytes, and so many for each byte of input.
    let memory: (fixed: Int, perByte: Int)
    private let body: ([UInt8]) throws -> FuzzVerdict

    init(
        _ name: String, _ mutator: Mutator, memory: (fixed: Int, perByte: Int) = (4 << 20, 64),
        _ body: @escaping ([UInt8]) throws -> FuzzVerdict
    ) {
        self.name = name
        self.mutator = mutator
        self.memory = memory
        self.body = body
    }

    /// Whether the input was taken or refused.
    ///
    /// - Throws: ``FuzzViolation``, or an error that no reader should have let out.
    public func run(_ bytes: [UInt8]) throws -> FuzzVerdict { try body(bytes) }

    /// The bytes a case of this input may have allocated at once.
    public func allowance(_ byteCount: Int) -> Int { memory.fixed + memory.perByte * byteCount }

    /// The input of a case. It depends on nothing else, so that any case can be had alone.
    public func input(seed: UInt64, number: UInt64) -> [UInt8] {
        var mix = SeededGenerator(seed: name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
        var random = SeededGenerator(seed: mix.next() ^ number &* 0xD6E8_FEB8_6659_FD93)
        return mutator.input(using: &random)
    }
}

/// All targets by name. Making one makes its good inputs, which takes up to a second.
public enum FuzzTargets {
    public struct Entry: Sendable {
        public let name: String
        /// Thousands of cases in the run that every build makes; by what a case costs.
        public let thousands: Int
        /// - Returns: nil where the data it needs are not here.
        public let make: @Sendable () throws -> FuzzTarget?

        init(_ name: String, _ thousands: Int, _ make: @escaping @Sendable () throws -> FuzzTarget?) {
            self.name = name
            self.thousands = thousands
            self.make = make
        }
    }

    public static let all: [Entry] =
        wire + producers + containers + recordings + feeds + configuration + texts + news

    /// Fails on purpose, in each way that must be noticed: what proves that a run would notice.
    public static let canary = Entry("canary", 1) {
        let seeds = ["ok", "crash", "hang", "memory", "property"].map { Array($0.utf8) }
        return FuzzTarget("canary", Mutator(seeds: seeds, grammar: .bytes), memory: (1 << 20, 64)) { bytes in
            switch bytes.first.map(Unicode.Scalar.init) {
            case "c": preconditionFailure("the canary crashes")
            case "h": while true { _ = bytes.hashValue }
            case "m": return [UInt8](repeating: 1, count: 1 << 22).allSatisfy { $0 == 1 } ? .accepted : .refused
            case "p": throw FuzzViolation("the canary breaks a property")
            default: return .accepted
            }
        }
    }

    public static func entry(_ name: String) -> Entry? { (all + [canary]).first { $0.name == name } }
}
