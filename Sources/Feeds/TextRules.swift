/// What text may be let into a stream.
enum TextRules {
    static let titleBytes = 4 << 10
    static let bodyBytes = 64 << 10
    /// Names, periods, addresses and the like.
    static let shortBytes = 4 << 10
    static let symbolBytes = 64

    /// Whether an instrument may be called so.
    static func isSymbol(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= symbolBytes
            && !text.unicodeScalars.contains { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
    }

    /// Text of one line: control characters removed, line breaks and tabs made spaces, none around it.
    ///
    /// - Throws: Where it is longer than `limit` bytes, as it came.
    static func line(_ text: String, _ name: String, limit: Int = shortBytes) throws(Fault) -> String {
        try clean(text, name, limit: limit, keepsLines: false)
    }

    /// Text of several lines: LF and tab stay, other control characters go.
    static func block(_ text: String, _ name: String, limit: Int = bodyBytes) throws(Fault) -> String {
        try clean(text, name, limit: limit, keepsLines: true)
    }

    static func required(_ text: String, _ name: String) throws(Fault) {
        guard !text.isEmpty else { throw Fault(.missingValue, "\(name) is empty, allowed is text") }
    }

    private static func clean(_ text: String, _ name: String, limit: Int, keepsLines: Bool) throws(Fault) -> String {
        guard text.utf8.count <= limit else {
            throw Fault(.textTooLong, "\(name) has \(text.utf8.count) bytes, allowed are \(limit)")
        }
        guard needsCleaning(text) else { return text }
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard scalar.properties.generalCategory == .control else {
                kept.append(scalar)
                continue
            }
            if scalar == "\n" || scalar == "\t" {
                kept.append(keepsLines ? scalar : " ")
            } else if scalar == "\r", !keepsLines {
                kept.append(" ")
            }
        }
        return trimmed(kept)
    }

    /// Most text is clean, and ASCII or not, this sees it by its bytes: C1 controls are C2 80 to C2 9F.
    private static func needsCleaning(_ text: String) -> Bool {
        var former: UInt8 = 0x20
        for byte in text.utf8 {
            if byte < 0x20 || byte == 0x7F || (former == 0xC2 && byte < 0xA0) { return true }
            former = byte
        }
        return text.utf8.first == 0x20 || text.utf8.last == 0x20
    }

    private static func trimmed(_ text: String.UnicodeScalarView) -> String {
        var range = text[...]
        while let first = range.first, first == " " || first == "\n" || first == "\t" { range = range.dropFirst() }
        while let last = range.last, last == " " || last == "\n" || last == "\t" { range = range.dropLast() }
        return String(String.UnicodeScalarView(range))
    }
}
