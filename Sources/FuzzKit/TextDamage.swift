import TestKit

/// Damage to text that leaves most of it readable: other numbers, other words, lines moved, nesting.
enum TextDamage {
    static func apply(
        to bytes: inout [UInt8], _ seeds: [[UInt8]], _ words: [[UInt8]], _ random: inout SeededGenerator
    ) {
        guard !bytes.isEmpty else { return }
        switch random.below(10) {
        case 0, 1: replaceNumber(&bytes, &random)
        case 2: replaceWord(&bytes, words, &random)
        case 3: moveLine(&bytes, seeds, &random)
        case 4: nest(&bytes, &random)
        case 5: bytes.insert(contentsOf: pick(Interesting.awkwardText, &random), at: random.below(bytes.count))
        case 6: dropStructure(&bytes, &random)
        case 7 where !words.isEmpty: bytes.insert(contentsOf: pick(words, &random), at: random.below(bytes.count))
        case 8: lengthen(&bytes, &random)
        default: ByteDamage.apply(to: &bytes, seeds, words, &random)
        }
    }

    private static let numbers = [
        "-0", "-1", "0.0000000001", "1e400", "-1e400", "1e-400", "1E5", "NaN", "Infinity", "-Infinity", "0x7FFF",
        "0o17",
        "00", "1_000", ".", "1.", ".5", "+5", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "18446744073709551616", "1000000000", "1000000001", "0.5000000005", "1:30",
        "99:59:59", "9999999999999:59:59:59:59:59", "999999999999999999999999999999999999", "true", "null", "~", "\"\"",
        "1990-01-01T00:00:00Z", "2199-12-31T23:59:60.999999999999Z", "2554-07-21T23:34:33Z", "9999-12-31",
        "0000-00-00", "2025-02-30", "2025-01-27T14:30:00-23:59", "2025-01-27T14:30:00+24:00", "1969-12-31T23:59:59Z",
    ].map { Array($0.utf8) }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    /// The run of bytes of one kind at or after a random place.
    private static func run(
        _ bytes: [UInt8], _ random: inout SeededGenerator, _ isPart: (UInt8) -> Bool
    ) -> Range<Int>? {
        var start = random.below(bytes.count)
        while start < bytes.count, !isPart(bytes[start]) { start += 1 }
        guard start < bytes.count else { return nil }
        var end = start
        while start > 0, isPart(bytes[start - 1]) { start -= 1 }
        while end < bytes.count, isPart(bytes[end]) { end += 1 }
        return start..<end
    }

    private static func replaceNumber(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard let range = run(bytes, &random, isDigit) else { return }
        let number =
            random.below(2) == 0 ? pick(numbers, &random) : Array("\(Interesting.number(&random))".utf8)
        bytes.replaceSubrange(range, with: number)
    }

    private static func replaceWord(_ bytes: inout [UInt8], _ words: [[UInt8]], _ random: inout SeededGenerator) {
        guard let range = run(bytes, &random, isLetter) else { return }
        let other =
            random.below(2) == 0 || words.isEmpty
            ? run(bytes, &random, isLetter).map { Array(bytes[$0]) } : pick(words, &random)
        bytes.replaceSubrange(range, with: other ?? [])
    }

    /// Takes one line and puts it, or one of another input, somewhere else.
    private static func moveLine(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SeededGenerator) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        let others = pick(seeds, &random).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = random.below(2) == 0 ? lines[random.below(lines.count)] : Array(others[random.below(others.count)])
        switch random.below(3) {
        case 0: lines.remove(at: random.below(lines.count))
        case 1: lines[random.below(lines.count)] = line
        default: lines.insert(line, at: random.below(lines.count + 1))
        }
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func nest(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let opening = pick(["[", "{", "{\"a\":", "[[", "- ", "\"", "? ", "(", "- - ", "\\u"], &random)
        let times = random.below(4) == 0 ? 1 << (4 + random.below(12)) : 1 + random.below(20)
        let closing = random.below(2) == 0 ? pick(["]", "}", "]]"], &random) : ""
        let place = random.below(bytes.count)
        bytes.insert(
            contentsOf: Array(
                (String(repeating: opening, count: times)
                    + String(repeating: closing, count: closing.isEmpty ? 0 : times)).utf8),
            at: place)
    }

    private static let structure = Set("[]{}():,\"'#&*!|>%@`-?\\ \n\r\t".utf8)

    /// Removes, doubles or replaces one byte that gives the text its shape.
    private static func dropStructure(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let start = random.below(bytes.count)
        guard let place = bytes[start...].firstIndex(where: structure.contains) else { return }
        switch random.below(3) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(bytes[place], at: place)
        default: bytes[place] = pick(Array("[]{}:,\"'#&*!|>-? \n".utf8), &random)
        }
    }

    /// A word, or a line, that is far too long; now and then beyond the longest line that is read.
    private static func lengthen(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(bytes.count)
        let length = random.below(64) == 0 ? 1 << (14 + random.below(4)) : 1 << random.below(13)
        bytes.insert(contentsOf: repeatElement(bytes[place], count: length), at: place)
    }
}
