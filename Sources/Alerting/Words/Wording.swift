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

    /// Whether a text is one line as it is: printable ASCII with single spaces, as most are.
    private static func isLine(_ text: String, limit: Int) -> Bool {
        var (count, before) = (0, UInt8(ascii: " "))
        for byte in text.utf8 {
            guard (0x20..<0x7F).contains(byte), byte != 0x20 || before != 0x20 else { return false }
            (count, before) = (count + 1, byte)
        }
        return count <= limit && (count == 0 || before != 0x20)
    }
}
