import Pages

/// Elements that pages have in common. Everything that others wrote goes through ``Pages/Markup``.
enum HTML {
    static func escaped(_ text: String) -> String { Markup.escaped(text) }

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
