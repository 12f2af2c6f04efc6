import Schema

/// The words of an alert, by language. A language is a set of functions from ``WordingInput`` to text;
/// each says the same numbers, and none adds a cause or a number that the finding does not have.
package enum Wording {
    /// One line.
    static func headline(_ input: WordingInput, _ language: Language) -> String {
        language == .english ? English.headline(input) : Chinese.headline(input)
    }

    /// A paragraph.
    static func summary(_ input: WordingInput, _ language: Language) -> String {
        language == .english ? English.summary(input) : Chinese.summary(input)
    }

    /// The headline of a notice on a member's topic.
    static func notice(of finding: Finding, headline: String, _ language: Language) -> String {
        language == .english
            ? English.notice(of: finding, headline: headline) : Chinese.notice(of: finding, headline: headline)
    }
}

/// All that the words of one alert are made from.
struct WordingInput: Sendable {
    /// A live wider alert, as a member's alert mentions it.
    struct Wider: Equatable, Sendable {
        var name: String
        var chineseName: String
        var simpleReturn: Double
    }

    var finding: Finding
    var state: AlertState
    /// In the finding's order: the nearest first.
    var wider: [Wider] = []

    var measure: Measure { finding.measure }

    /// The return as headline and sentences give it: two decimals for one instrument, one for a basket.
    var returnText: String {
        FixedNumber.percent(measure.simpleReturn, decimals: finding.scope == .instrument ? 2 : 1)
    }
}

extension Wording {
    /// A text of others as one line of at most `limit` characters, cut at a word and marked with `…`.
    ///
    /// Control characters and runs of white space become one space.
    package static func line(_ text: String, limit: Int = 100) -> String {
        if isLine(text, limit: limit) { return text }
        let words = text.split { $0.isWhitespace || $0.unicodeScalars.allSatisfy { $0.value < 0x20 } }
        var line = ""
        for word in words {
            let longer = line.isEmpty ? String(word) : line + " " + word
            guard longer.count <= limit else {
                return (line.isEmpty ? String(word.prefix(limit - 1)) : line) + "…"
            }
            line = longer
        }
        return line
    }

    /// A part of a line without the spaces around it.
    static func trimmed(_ part: Substring.UTF8View) -> String {
        let space = UInt8(ascii: " ")
        var part = part.drop { $0 == space }
        while part.last == space { part.removeLast() }
        return String(part) ?? ""
    }

    /// Whether a text has at most so many characters. Nearly all are as few that their code points can be counted, which
    /// costs a tenth.
    static func fits(_ text: String, _ limit: Int) -> Bool {
        text.utf8.reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } <= limit || text.count <= limit
    }

    /// Whether a text is one line as it is, as most are: single spaces, nothing that is or hides white space or a control
    /// character. What only grapheme breaking can tell, such as an accent on a space, is not.
    private static func isLine(_ text: String, limit: Int) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var (count, place, isAfterSpace) = (0, 0, true)
            while place < bytes.count {
                let byte = bytes[place]
                if byte < 0x80 {
                    guard byte >= 0x20, byte != 0x7F, byte != 0x20 || !isAfterSpace else { return false }
                    (place, isAfterSpace) = (place + 1, byte == 0x20)
                } else {
                    let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                    guard length < 4, isPlain(byte, bytes[place + 1], bytes[place + length - 1], isAfterSpace) else {
                        return false
                    }
                    (place, isAfterSpace) = (place + length, false)
                }
                count += 1
            }
            return count <= limit && (count == 0 || !isAfterSpace)
        }
    }

    /// Whether a character of two or three bytes is no white space and, after a space, stands for itself.
    private static func isPlain(_ lead: UInt8, _ second: UInt8, _ last: UInt8, _ isAfterSpace: Bool) -> Bool {
        switch lead {
        case 0xC2: second > 0xA0
        case 0xC3, 0xCE, 0xCF, 0xE4...0xE9: true
        // U+2000 to U+200A, U+2028, U+2029, U+202F; marks that join are up to U+200F and from U+20D0 on.
        case 0xE2 where second == 0x80: last >= 0x90 && last != 0xA8 && last != 0xA9 && last != 0xAF
        case 0xE2 where second == 0x81 || second == 0x83: false
        case 0xE2: second < 0xB3
        // Ideographic space, and marks for Japanese.
        case 0xE3 where second == 0x80: last > 0x80 && !isAfterSpace
        case 0xE3, 0xEF: !isAfterSpace
        default: false
        }
    }
}
