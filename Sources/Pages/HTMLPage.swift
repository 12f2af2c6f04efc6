public import Alerting
import Schema

/// A page as HTML. No scripts, no inline styles, nothing loaded: ``Stylesheet/text`` is all it needs.
public enum HTMLPage {
    /// What stands in `<body>`: a heading, contents, a section for each block with its charts, and the evidence.
    ///
    /// - Parameters:
    ///   - page: What it says.
    ///   - charts: Each is drawn in the block it names; one whose block is not there is named at the end if it lacks
    ///     something, and has a section of its own otherwise.
    ///   - evidence: What is known of the records that figures link to. A record that is not among them is listed by its
    ///     sequence.
    /// - Returns: Well-formed XML as well as HTML, so that it can stand in any element.
    public static func body(page: Page, charts: [Chart] = [], evidence: [EvidenceRecord] = []) -> String {
        HTMLBody(page: page, charts: charts, evidence: evidence).text
    }

    /// A document of its own with its style, its policy and nothing else.
    public static func document(page: Page, charts: [Chart] = [], evidence: [EvidenceRecord] = []) -> String {
        """
        <!DOCTYPE html>
        <html lang="\(page.language == .chinese ? "zh-Hans" : "en")">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <meta name="color-scheme" content="light dark">
        <title>\(Markup.escaped(page.title))</title>
        <style>\(Stylesheet.text)</style>
        </head>
        <body>
        \(body(page: page, charts: charts, evidence: evidence))
        </body>
        </html>

        """
    }

    /// Nothing is loaded, run or sent; the one style is known by its hash.
    static var policy: String {
        "default-src 'none'; style-src \(Stylesheet.source); base-uri 'none'; form-action 'none'"
    }
}
