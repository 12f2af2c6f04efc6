import Glibc

/// A text as a sparse vector of hashed words and character sequences, of length 1.
///
/// A feature's index is FNV-1a modulo 2^18 of `w:` and one or two words, or `c:` and three to five characters of a word
/// in angle brackets, or one to three ideographs; its sign is + if the hash's top bit is 0. Nothing is kept of what the
/// features were, so any text fits.
public struct HashedFeatures: Equatable, Sendable {
    /// Number of indices.
    public static let dimension = 1 << 18
    /// Tokens read of a text.
    public static let most = 400

    /// In increasing order, each once.
    public let indices: [Int32]
    public let values: [Float]

    /// Index and sign of one feature.
    public static func slot(_ feature: String) -> (index: Int, sign: Int) {
        let hash = FNV1a.hash(feature)
        return (Int(hash % UInt64(dimension)), hash >> 63 == 0 ? 1 : -1)
    }

    /// O(characters of the first ``most`` tokens).
    public init(_ text: String) {
        var slots: [(Int32, Float)] = []
        func add(_ prefix: UInt64, _ parts: ArraySlice<Unicode.Scalar>) {
            var hash = prefix
            for scalar in parts {
                for byte in UTF8.encode(scalar)! { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            }
            slots.append((Int32(hash % UInt64(Self.dimension)), hash >> 63 == 0 ? 1 : -1))
        }
        let tokens = Tokenizer.tokens(text).prefix(Self.most)
        var previous: [Unicode.Scalar] = []
        var run: [Unicode.Scalar] = []
        for token in tokens {
            let scalars = Array(token.text.unicodeScalars)
            if token.kind == .ideograph {
                run.append(HanFolding.simplified(scalars[0]))
                for length in 1...min(3, run.count) { add(Self.characters, run[(run.count - length)...]) }
                previous = []
                continue
            }
            run = []
            add(Self.words, scalars[...])
            if !previous.isEmpty { add(Self.words, (previous + [" "] + scalars)[...]) }
            previous = scalars
            let bracketed = ["<"] + scalars + [">"]
            for length in 3...5 where length <= bracketed.count {
                for start in 0...bracketed.count - length { add(Self.characters, bracketed[start..<start + length]) }
            }
        }
        (indices, values) = Self.normalized(slots)
    }

    private static let words = FNV1a.hash("w:")
    private static let characters = FNV1a.hash("c:")

    private static func normalized(_ slots: [(Int32, Float)]) -> ([Int32], [Float]) {
        var indices: [Int32] = []
        var values: [Float] = []
        for (index, value) in slots.sorted(by: { $0.0 < $1.0 }) {
            if indices.last == index {
                values[values.count - 1] += value
            } else {
                indices.append(index)
                values.append(value)
            }
        }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return (indices, length > 0 ? values.map { $0 / length } : values)
    }
}
