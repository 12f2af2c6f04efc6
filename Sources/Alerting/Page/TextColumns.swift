/// Text in columns of a terminal, in which an ideograph takes two.
public enum TextColumns {
    /// Columns a text takes.
    public static func width(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + width($1) } }

    /// East Asian wide and full-width characters and most pictures take two, a character with its marks as much as its
    /// first.
    static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first?.value else { return 0 }
        switch scalar {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    public static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - self.width(text)))
    }

    public static func padLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - self.width(text))) + text
    }

    static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    /// Lines of at most `width` columns: broken at spaces, and between ideographs but never before their punctuation.
    /// A word that is wider than a line is broken where the line ends.
    static func wrap(_ text: String, first: String, rest: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = first
        var used = self.width(first)
        var isEmpty = true
        for piece in pieces(of: text) {
            let size = self.width(trimmed(String(piece)))
            // A word that fits no line at all is begun here rather than on a line of its own.
            if !isEmpty, used + size > width, self.width(rest) + size <= width {
                lines.append(trimmed(line))
                line = rest
                used = self.width(rest)
                isEmpty = true
            }
            for character in piece where !(isEmpty && character == " ") {
                if used + self.width(character) > width, character != " ", !closes(character) {
                    lines.append(trimmed(line))
                    line = rest
                    used = self.width(rest)
                }
                line.append(character)
                used += self.width(character)
                isEmpty = false
            }
        }
        lines.append(trimmed(line))
        return lines
    }

    /// Pieces between which a line may be broken, each with the spaces that follow it.
    private static func pieces(of text: String) -> [Substring] {
        var pieces: [Substring] = []
        var start = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if next < text.endIndex, isBreak(text[index], text[next]) {
                pieces.append(text[start..<next])
                start = next
            }
            index = next
        }
        if start < text.endIndex { pieces.append(text[start...]) }
        return pieces
    }

    private static func isBreak(_ before: Character, _ after: Character) -> Bool {
        if before == " " { return after != " " }
        if after == " " || closes(after) || opens(before) { return false }
        return width(before) == 2 || width(after) == 2
    }

    private static func closes(_ character: Character) -> Bool { "，。；：、）》】”！？%)]".contains(character) }
    private static func opens(_ character: Character) -> Bool { "（《【“([".contains(character) }
}
