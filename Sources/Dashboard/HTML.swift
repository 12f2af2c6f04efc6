/// Text on its way into a page. Everything that others wrote goes through here.
enum HTML {
    /// What would end the text is a reference; characters that turn the direction of what follows are left out, control
    /// characters are shown as U+FFFD.
    static func escaped(_ text: String) -> String {
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
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    static func link(_ address: String, _ text: String) -> String {
        "<a href=\"\(escaped(address))\">\(escaped(text))</a>"
    }

    /// A link out of the site, which tells nobody where it was.
    static func outward(_ address: String, _ text: String) -> String {
        "<a href=\"\(escaped(address))\" rel=\"noopener noreferrer nofollow\">\(escaped(text))</a>"
    }

    static func option(_ value: String, _ text: String, chosen: String) -> String {
        "<option value=\"\(escaped(value))\"\(value == chosen ? " selected" : "")>\(escaped(text))</option>"
    }
}
