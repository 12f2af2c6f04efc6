import TestKit

/// Damage that knows nothing of what the bytes mean.
enum ByteDamage {
    static func apply(to bytes: inout [UInt8], _ random: inout SeededGenerator) {
        apply(to: &bytes, [], [], &random)
    }

    static func apply(
        to bytes: inout [UInt8], _ seeds: [[UInt8]], _ words: [[UInt8]], _ random: inout SeededGenerator
    ) {
        guard !bytes.isEmpty else {
            bytes = (0..<random.below(24)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            return
        }
        let place = random.below(bytes.count)
        switch random.below(12) {
        case 0, 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(40)))
        case 5: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(64))], at: place)
        case 6: writeNumber(&bytes, at: place, &random)
        case 7: bytes.insert(contentsOf: pick(Interesting.brokenText, &random), at: place)
        case 8:
            bytes.insert(
                contentsOf: (0...random.below(12)).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place)
        case 9 where !seeds.isEmpty: splice(&bytes, pick(seeds, &random), at: place, &random)
        case 10 where !words.isEmpty: bytes.insert(contentsOf: pick(words, &random), at: place)
        default: repeatPiece(&bytes, at: place, &random)
        }
    }

    /// An interesting number of 1 to 8 bytes, either way round, over what is there.
    static func writeNumber(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let width = 1 << random.below(4)
        let number = Interesting.number(&random)
        let isBigEndian = random.below(4) == 0
        for index in 0..<width where place + index < bytes.count {
            let shift = 8 * (isBigEndian ? width - 1 - index : index)
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(shift))
        }
    }

    /// The beginning of one input and the end of another.
    static func splice(_ bytes: inout [UInt8], _ other: [UInt8], at place: Int, _ random: inout SeededGenerator) {
        guard !other.isEmpty else { return }
        bytes.replaceSubrange(place..., with: other[random.below(other.count)...])
    }

    /// A short piece over and over: nesting, long lines, many fields.
    static func repeatPiece(_ bytes: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let piece = Array(bytes[place..<min(bytes.count, place + 1 + random.below(8))])
        let times = random.below(8) == 0 ? 1 << (6 + random.below(9)) : 1 + random.below(40)
        bytes.insert(contentsOf: Array(repeatElement(piece, count: times).joined()), at: place)
    }
}
