/// A page as text of 96 columns, or as many as there are.
public struct PageText {
    private let page: Page
    private let width: Int
    public static let width = 96
    /// Columns of a figure's name within a section.
    private let nameWidth: Int

    /// - Parameters:
    ///   - page: What it says.
    ///   - width: Columns, 60 to 140; outside of these the nearest.
    public init(_ page: Page, width: Int = width) {
        self.page = page
        self.width = min(max(width, 60), 140)
        nameWidth = self.width * 5 / 16
    }

    public var text: String {
        let underline = String(repeating: "═", count: min(width, TextColumns.width(page.title)))
        let title = [page.title, underline] + page.subtitle.flatMap { wrap($0, first: "", rest: "  ") }
        return ([title] + page.blocks.map(lines)).map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func lines(_ block: Page.Block) -> [String] {
        let note = page.language == .chinese ? "（\(block.note)）" : ", \(block.note)"
        let heading = block.note.isEmpty ? block.heading : block.heading + note
        return wrap(heading, first: "", rest: "  ") + block.rows.flatMap(lines)
    }

    private func lines(_ row: Page.Row) -> [String] {
        switch row {
        case .heading(let text, let remark, let basis):
            wrap(self.text(.init(name: "", value: text, remark: remark, basis: basis)), first: "  ", rest: "    ")
        case .subheading(let text, let remark, let basis, let evidence):
            fewest(.init(name: "", value: text, remark: remark, basis: basis, evidence: evidence)) {
                wrap($0, first: "    ", rest: "      ")
            }
        case .line(let text): wrap(text, first: "  ", rest: "    ")
        case .entry(let entry): lines(entry)
        case .bar(let name, let value, let share):
            [bar(name, value, share)]
        case .item(let lead, let text, let details, _, let evidence):
            item(lead, text, details, evidence)
        case .evidence(let sequences): wrap(EvidenceText.short(sequences, limit: 16), first: "  ", rest: "    ")
        case .table(let header, let rows): table(header, rows)
        }
    }

    /// `  name      value (remark) [basis] #1 #2`, wrapped below the value; a name too long for its column moves the value.
    private func lines(_ entry: Page.Entry) -> [String] {
        let indent = String(repeating: " ", count: 2 + 2 * entry.level)
        let column = (entry.level == 0 ? 24 : nameWidth) - indent.count
        let rest = String(repeating: " ", count: indent.count + column + 1)
        let isLong = TextColumns.width(entry.name) > column
        return fewest(entry) { text in
            isLong
                ? wrap(entry.name + "  " + text, first: indent, rest: rest)
                : wrap(text, first: indent + TextColumns.pad(entry.name, column) + " ", rest: rest)
        }
    }

    /// No line is begun for the second of several sequences.
    private func fewest(_ entry: Page.Entry, _ lines: (String) -> [String]) -> [String] {
        let whole = lines(text(entry))
        guard entry.evidence.count > 1, whole.count > 1 else { return whole }
        let short = lines(text(entry, references: 1))
        return short.count < whole.count ? short : whole
    }

    /// `value (remark) [basis] #1 #2`.
    private func text(_ entry: Page.Entry, references: Int = 2) -> String {
        let isChinese = page.language == .chinese
        var text = entry.value
        if !entry.remark.isEmpty { text += isChinese ? "（\(entry.remark)）" : " (\(entry.remark))" }
        if !entry.basis.isEmpty { text += isChinese ? "【\(entry.basis)】" : " [\(entry.basis)]" }
        if !entry.evidence.isEmpty { text += " " + EvidenceText.short(entry.evidence, limit: references) }
        return text
    }

    private func bar(_ name: String, _ value: String, _ share: Double) -> String {
        let bar = String(repeating: "█", count: Int((min(max(share, 0), 1) * 28).rounded()))
        let line = "  \(TextColumns.pad(name, 28)) \(TextColumns.padLeft(value, 8))"
        return bar.isEmpty ? line : line + "  " + bar
    }

    /// A probability or a status, what it is, and below what speaks for it, with the sequences behind the last of that.
    private func item(_ lead: String, _ text: String, _ details: [String], _ evidence: [UInt64]) -> [String] {
        let parts = details.filter { !$0.isEmpty }.joined(separator: page.language.pick("; ", "；"))
        let detail = [parts, EvidenceText.short(evidence)].filter { !$0.isEmpty }.joined(separator: " ")
        let indent = String(repeating: " ", count: 16)
        return wrap(text, first: "  " + TextColumns.padLeft(lead, 12) + "  ", rest: indent)
            + (detail.isEmpty ? [] : wrap(detail, first: indent, rest: indent))
    }

    private func table(_ header: [String], _ rows: [[String]]) -> [String] {
        let all = (header.isEmpty ? [] : [header]) + rows
        let columns = all.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            all.map { column < $0.count ? TextColumns.width($0[column]) : 0 }.max() ?? 0
        }
        return all.map { row in
            let cells = row.enumerated().map { column, text in
                column == 0 ? TextColumns.pad(text, widths[column]) : TextColumns.padLeft(text, widths[column])
            }
            return TextColumns.trimmed("  " + cells.joined(separator: "  "))
        }
    }

    private func wrap(_ text: String, first: String, rest: String) -> [String] {
        TextColumns.wrap(text, first: first, rest: rest, width: width)
    }
}
