public import TestKit

/// What a target's inputs are made of, and so how they are damaged.
public enum Grammar: Sendable {
    /// No structure that could be kept.
    case bytes
    /// UTF-8 with numbers and words in it: JSON, YAML, CSV, addresses.
    case text
    /// One protobuf message.
    case protobuf
    /// MCAP records one after the other, messages of ours in them.
    case records
    /// A whole MCAP file.
    case container
    /// A 32-bit length, so many bytes of protobuf, then MCAP records.
    case reply
}

/// Makes the inputs of a target from a few good ones: the same number gives the same input, on every machine.
///
/// Most inputs are a good one with one to four things wrong, at the level of its structure or of its bytes. One
/// in sixteen is as it was, so that what is accepted is checked too.
public struct Mutator: Sendable {
    public let seeds: [[UInt8]]
    public let words: [[UInt8]]
    public let grammar: Grammar
    /// No input is longer, bytes.
    public let limit: Int

    public init(seeds: [[UInt8]], words: [String] = [], grammar: Grammar, limit: Int = 1 << 17) {
        precondition(!seeds.isEmpty, "a target needs at least one good input")
        self.seeds = seeds
        self.words = words.map { Array($0.utf8) }
        self.grammar = grammar
        self.limit = limit
    }

    public func input(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = pick(seeds, &random)
        if random.below(16) > 0 {
            for _ in 0...random.below(4) { damage(&bytes, &random) }
        }
        if bytes.count > limit { bytes.removeLast(bytes.count - limit) }
        return bytes
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let isByBytes = random.below(4) == 0
        switch isByBytes ? .bytes : grammar {
        case .bytes: ByteDamage.apply(to: &bytes, seeds, words, &random)
        case .text: TextDamage.apply(to: &bytes, seeds, words, &random)
        case .protobuf: ProtobufDamage.apply(to: &bytes, &random)
        case .records: RecordDamage.apply(to: &bytes, &random)
        case .container: ContainerDamage.apply(to: &bytes, &random)
        case .reply: ReplyDamage.apply(to: &bytes, &random)
        }
    }
}

extension SeededGenerator {
    /// A number from 0 to `bound - 1`; cheaper in debug builds than `Int.random`, and its bias does not matter here.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 1) % bound }
}

func pick<Element>(_ choices: [Element], _ random: inout SeededGenerator) -> Element {
    choices[random.below(choices.count)]
}

/// Numbers at which something changes: lengths, signs, widths, and the bounds of our own fields.
enum Interesting {
    static let numbers: [UInt64] = [
        0, 1, 2, 3, 7, 8, 9, 0x0F, 0x10, 0x1F, 0x20, 0x7F, 0x80, 0xFF, 0x100, 0x3FF, 0x400, 0x401, 0xFFF, 0x7FFF,
        0x8000, 0xFFFF, 0x1_0000, 1_000_000, 0xF_FFFF, 0x10_0000, 0x100_0000, 0x2000_0000, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFFF, 0x1_0000_0000, 0x100_0000_0000, 1_000_000_000_000_000_000, 1_737_988_200_000_000_000,
        7_258_118_400_000_000_000, 0x7FFF_FFFF_FFFF_FC00, 0x7FFF_FFFF_FFFF_FFFE, 0x7FFF_FFFF_FFFF_FFFF,
        0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0x7FF0_0000_0000_0000, 0x7FF8_0000_0000_0001,
        0xFFF0_0000_0000_0000, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x0010_0000_0000_0000,
        0xFFFF_FFFF_FFFF_F000, 0xFFFF_FFFF_FFFF_FFFE, 0xFFFF_FFFF_FFFF_FFFF,
    ]

    static func number(_ random: inout SeededGenerator) -> UInt64 {
        let number = pick(numbers, &random)
        switch random.below(8) {
        case 0: return number &+ 1
        case 1: return number &- 1
        case 2: return random.next()
        default: return number
        }
    }

    /// UTF-8 that is none: overlong forms, halves of surrogate pairs, beyond Unicode, torn.
    static let brokenText: [[UInt8]] = [
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF], [0x80], [0xE2, 0x82], [0xFE, 0xFF], [0],
        [0xF8, 0x88, 0x80, 0x80, 0x80],
    ]
    /// UTF-8 that is awkward: line separators, marks, direction changes, a long grapheme, ideographs.
    static let awkwardText: [[UInt8]] = [
        "\u{2028}", "\u{85}", "\u{FEFF}", "\u{202E}", "e\u{301}\u{301}\u{301}\u{301}", "\u{1F468}\u{200D}\u{1F469}",
        "中文", "İ", "ß", "\u{0}", "\u{7F}", "\r\n", "\t",
    ].map { Array($0.utf8) }
}
