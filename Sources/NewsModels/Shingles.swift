/// The sets of neighbouring words by which texts are compared.
public enum Shingles {
    /// Words to a shingle of a headline.
    public static let headlineSize = 2
    /// Words to a shingle of a body.
    public static let bodySize = 3
    /// Jaccard similarity from which two headlines are near-duplicates.
    public static let nearDuplicate = 0.45

    /// Hashes of each run of `size` words joined by a space, in increasing order, each once.
    ///
    /// A text of fewer words is one shingle, one without words none. O(n log n).
    public static func hashes(_ words: [String], size: Int = headlineSize) -> [UInt64] {
        precondition(size > 0, "a shingle has at least one word")
        guard !words.isEmpty else { return [] }
        let count = max(1, words.count - size + 1)
        var hashes = (0..<count).map { start in
            var state = FNV1a.hash(words[start])
            for word in words[(start + 1)..<max(start + 1, min(start + size, words.count))] {
                state = FNV1a.hash(word, seed: FNV1a.hash(" ", seed: state))
            }
            return state
        }
        hashes.sort()
        return removingRepeats(hashes)
    }

    /// Size of the intersection over size of the union, in [0, 1]; 0 if both are empty. O(n + m).
    ///
    /// - Parameters: increasing values without repeats, as ``hashes(_:size:)`` gives them.
    public static func jaccard(_ left: [UInt64], _ right: [UInt64]) -> Double {
        var (i, j, shared) = (0, 0, 0)
        while i < left.count, j < right.count {
            if left[i] == right[j] {
                shared += 1
                i += 1
                j += 1
            } else if left[i] < right[j] {
                i += 1
            } else {
                j += 1
            }
        }
        let union = left.count + right.count - shared
        return union == 0 ? 0 : Double(shared) / Double(union)
    }
}

/// A sorted array with each value once.
func removingRepeats<Value: Equatable>(_ sorted: [Value]) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(sorted.count)
    for value in sorted where result.last != value { result.append(value) }
    return result
}
