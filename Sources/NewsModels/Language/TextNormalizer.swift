/// Makes of what feeds send one line of plain text.
///
/// Markup and comments go, character references are resolved once, full-width ASCII becomes ASCII, what cannot be seen
/// (controls, zero-width characters, marks of direction) goes, and any white space is one space. Wording, case and
/// accents stay. What is not markup stays too: "profit < loss" keeps its sign.
public enum TextNormalizer {
    /// Characters a normalised text has at most.
    public static let longest = 20_000
    /// Characters of markup or of a reference after which it is taken for text.
    private static let longestMarkup = 4_000
    private static let longestReference = 12

    /// O(characters), whatever the text.
    public static func normalize(_ text: String) -> String {
        let source = Array(text.unicodeScalars.prefix(4 * longest))
        var result = String.UnicodeScalarView()
        var length = 0
        var pendingSpace = false
        var index = 0
        // Nothing closes a tag beyond its last bracket: a text of many "<" is not searched again and again.
        let lastClose = source.lastIndex(of: ">") ?? -1
        func append(_ scalar: Unicode.Scalar) {
            if isSpace(scalar) {
                pendingSpace = length > 0
            } else if !isInvisible(scalar) {
                if pendingSpace {
                    result.append(" ")
                    length += 1
                    pendingSpace = false
                }
                result.append(halfWidth(scalar))
                length += 1
            }
        }
        while index < source.count, length < longest {
            let scalar = source[index]
            if scalar == "<", index < lastClose, let end = markupEnd(source, from: index) {
                // Words on both sides of a tag are two words, unless it only sets them in another type.
                if !isInline(source, from: index) { append(" ") }
                index = end
            } else if scalar == "&", let (resolved, end) = reference(source, from: index) {
                resolved.forEach(append)
                index = end
            } else {
                append(scalar)
                index += 1
            }
        }
        return String(result)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9...0xD, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F,
            0xFE00...0xFE0F,
            0xFEFF, 0xFFF9...0xFFFF, 0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// The index after a tag or comment that begins at `start`; `nil` if none does.
    private static func markupEnd(_ source: [Unicode.Scalar], from start: Int) -> Int? {
        guard start + 1 < source.count else { return nil }
        let next = source[start + 1]
        guard next == "/" || next == "!" || next == "?" || (next.isASCII && next.properties.isAlphabetic) else {
            return nil
        }
        let limit = min(source.count, start + longestMarkup)
        if source[start...].starts(with: "<!--".unicodeScalars) {
            return (start + 4..<max(start + 4, limit)).first {
                source[$0] == ">" && source[$0 - 1] == "-" && source[$0 - 2] == "-"
            }.map { $0 + 1 }
        }
        return (start + 1..<limit).first { source[$0] == ">" }.map { $0 + 1 }
    }

    private static func isInline(_ source: [Unicode.Scalar], from start: Int) -> Bool {
        let name = source[start...].dropFirst().prefix(8).drop { $0 == "/" }
            .prefix { $0.isASCII && $0.properties.isAlphabetic }
        return ["b", "i", "em", "strong", "a", "span", "u", "sup", "sub", "mark", "wbr"].contains {
            name.elementsEqual($0.unicodeScalars)
        }
    }

    /// What a character reference at `start` stands for, and the index after it.
    private static func reference(
        _ source: [Unicode.Scalar], from start: Int
    ) -> (scalars: [Unicode.Scalar], end: Int)? {
        let limit = min(source.count, start + longestReference)
        guard let end = (start + 1..<max(start + 1, limit)).first(where: { source[$0] == ";" }), end > start + 1 else {
            return nil
        }
        var name = ""
        name.unicodeScalars.append(contentsOf: source[start + 1..<end])
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let isHexadecimal = digits.first == "x" || digits.first == "X"
            let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let value, let scalar = Unicode.Scalar(value) else { return nil }
            return ([scalar], end + 1)
        }
        return named[name].map { ([$0], end + 1) }
    }

    private static let named: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–", "mdash": "—",
        "hellip": "…", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»",
        "bull": "•", "middot": "·", "euro": "€", "pound": "£", "yen": "¥", "cent": "¢", "copy": "©", "reg": "®",
        "trade": "™", "deg": "°", "times": "×", "frac12": "½", "frac14": "¼", "frac34": "¾", "shy": "\u{AD}",
        "aacute": "á", "eacute": "é", "iacute": "í", "oacute": "ó", "uacute": "ú", "ntilde": "ñ", "Eacute": "É",
        "agrave": "à", "egrave": "è", "ograve": "ò", "ugrave": "ù", "igrave": "ì", "ccedil": "ç", "ecirc": "ê",
        "acirc": "â", "icirc": "î", "ocirc": "ô", "ucirc": "û", "atilde": "ã", "otilde": "õ", "auml": "ä",
        "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "oslash": "ø", "aring": "å",
        "iquest": "¿", "iexcl": "¡",
    ]
}
