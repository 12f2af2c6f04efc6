import Alerting

/// A page as HTML.
enum ShockBody {
    static func html(_ page: Page) -> String {
        let text = page.blocks.map { block in
            "<section><h2>\(HTML.escaped(block.heading))</h2>" + block.rows.map { "<p>\(HTML.escaped("\($0)"))</p>" }.joined() + "</section>"
        }
        return "<main id=\"content\" class=\"page\" tabindex=\"-1\"><h1>\(HTML.escaped(page.title))</h1>\(text.joined(separator: "\n"))</main>"
    }
}
