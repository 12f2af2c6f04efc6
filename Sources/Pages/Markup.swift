/// Text on its way into HTML and SVG. Everything that others wrote goes through here.
public enum Markup {
    /// A text as the content of an element or of a quoted attribute.
    ///
    /// What would end the text is written as a reference; characters that turn the direction of what follows are left
    /// out, and control characters shown as U+FFFD, so that a text cannot reach beyond itself.
    public static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\t", "\n", "\r": out += " "
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{61C}", "\u{FEFF}": break
            case _ where !isCharacter(scalar.value): out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Whether HTML and XML both may hold it: no control, no line separator, no noncharacter.
    private static func isCharacter(_ value: UInt32) -> Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028...0x2029, 0xFDD0...0xFDEF: false
        default: value & 0xFFFE != 0xFFFE
        }
    }

    /// An element with text; nothing where there is no text.
    static func element(_ name: String, _ text: String, class style: String = "") -> String {
        guard !text.isEmpty else { return "" }
        return "<\(name)\(style.isEmpty ? "" : " class=\"\(style)\"")>\(escaped(text))</\(name)>"
    }

    /// An address that may be linked to; nil where it is not one of the web.
    public static func link(_ address: String) -> String? {
        guard address.utf8.count <= 2_000 else { return nil }
        let start = address.prefix(8).lowercased()
        guard start.hasPrefix("https://") || start.hasPrefix("http://") else { return nil }
        guard address.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "\\" }) else {
            return nil
        }
        return escaped(address)
    }
}
