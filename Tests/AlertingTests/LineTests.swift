import TestKit
import Testing

@testable import Alerting

@Suite("Texts of others and numbers, against the plainest way to write them")
struct LineTests {
    /// By characters, without any short cut.
    private func line(_ text: String, limit: Int) -> String {
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

    @Test("a line is cut and cleaned by characters, whatever Unicode does with them", arguments: 0..<10)
    func lines(round: UInt64) {
        var random = SeededGenerator(for: "lines", default: round)
        let pieces = [
            "word", "a", " ", " ", " ", "\n", "\t", "\r\n", "\u{1}", "\u{7F}", "\u{85}", "\u{A0}", "\u{1680}",
            "\u{2003}",
            "\u{200B}", "\u{200D}", "\u{2028}", "\u{202F}", "\u{205F}", "\u{3000}", "\u{FEFF}", "–", "…", "“", "−", "±",
            "é", "芯",
            "。", "（", "か\u{3099}", "\u{3099}", "\u{302A}", "\u{301}", "\u{20DD}", "\u{2CEF}", "\u{2DE0}", "\u{FE0F}",
            "🇨🇳", "👩‍👧", "한",
            "\u{600}", "क\u{93F}", "\u{93F}",
        ]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...7, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let limit = Int.random(in: 2...14, using: &random)
            #expect(Wording.line(text, limit: limit) == line(text, limit: limit), "\(text.unicodeScalars.map(\.value))")
            #expect(Wording.fits(text, limit) == (text.count <= limit), "\(text.unicodeScalars.map(\.value))")
        }
    }

    @Test("numbers have their digits, commas and sign in their places", arguments: 0..<4)
    func numbers(round: UInt64) {
        var random = SeededGenerator(for: "numbers", default: round)
        for _ in 0..<2_000 {
            let decimals = Int.random(in: 0...9, using: &random)
            let digits = Int64.random(in: 0..<(1 << Int64.random(in: 1...49, using: &random)), using: &random)
            let isNegative = Bool.random(using: &random)
            var scale: Int64 = 1
            for _ in 0..<decimals { scale *= 10 }
            let value = Double(digits) / Double(scale) * (isNegative ? -1 : 1)
            guard (abs(value) * Double(scale)).rounded() == Double(digits) else { continue }
            var whole = String(digits / scale)
            for place in stride(from: whole.count - 3, to: 0, by: -3) {
                whole.insert(",", at: whole.index(whole.startIndex, offsetBy: place))
            }
            let padded = String(repeating: "0", count: 9) + String(digits % scale)
            let number = whole + (decimals > 0 ? "." + padded.suffix(decimals) : "")
            let sign = digits == 0 ? "" : isNegative ? "−" : "+"
            #expect(FixedNumber.decimal(value, decimals: decimals, signed: true) == sign + number)
            #expect(
                Language.chinese.percent(value / 100, decimals)
                    == (FixedNumber.percent(value / 100, decimals: decimals).replacing(",", with: "")
                        .replacing(" %", with: "%")))
        }
    }
}
