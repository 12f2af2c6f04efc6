import Alerting
import Schema

/// The parts of ``HTMLPage/body(page:charts:evidence:)``.
struct HTMLBody {
    let page: Page
    let charts: [Chart]
    let known: [UInt64: EvidenceRecord]
    /// Figures show so many links, and the others when asked.
    private static let shownReferences = 3

    init(page: Page, charts: [Chart], evidence: [EvidenceRecord]) {
        self.page = page
        self.charts = charts
        known = Dictionary(evidence.map { ($0.sequence, $0) }) { first, _ in first }
    }

    func say(_ english: String, _ chinese: String) -> String { page.language.pick(english, chinese) }

    var text: String {
        let subtitle = page.subtitle.enumerated().map { place, line in
            // The last line is why, in one sentence.
            Markup.element("p", Self.bound(line), class: place > 0 && place == page.subtitle.count - 1 ? "why" : "soft")
        }
        let cited = self.cited
        return
            (["<main class=\"page\">", "<header>", "<h1>\(Markup.escaped(page.title))</h1>"] + subtitle
            + ["</header>", contents(hasRecords: !cited.isEmpty)] + page.blocks.map(section) + [loose, records(cited)]
            + ["</main>"]).filter { !$0.isEmpty }.joined(separator: "\n")
    }

    // MARK: Contents

    private func contents(hasRecords: Bool) -> String {
        var links = page.blocks.map { ($0.id, title($0)) }
        if !looseCharts.isEmpty { links.append(("charts", looseTitle)) }
        if hasRecords { links.append(("records", recordsTitle)) }
        guard !links.isEmpty else { return "" }
        let items = links.map { "<li><a href=\"#\(Markup.escaped($0.0))\">\(Markup.escaped($0.1))</a></li>" }
        return "<nav aria-label=\"\(say("Contents", "目录"))\"><ul>\(items.joined(separator: "\n"))</ul></nav>"
    }

    /// Headings in capitals are for terminals.
    private func title(_ block: Page.Block) -> String {
        let heading = block.heading
        return heading == heading.uppercased() && page.language == .english
            ? heading.prefix(1) + heading.dropFirst().lowercased() : heading
    }

    // MARK: Sections

    private func section(_ block: Page.Block) -> String {
        let figures = charts.filter { $0.section == block.id }
        return
            (["<section id=\"\(Markup.escaped(block.id))\">", Markup.element("h2", title(block))]
            + [Markup.element("p", block.note, class: "note")] + figures.map(ChartFigure(page.language).html)
            + rows(block, hasWaterfall: figures.contains(where: \.isWaterfall)) + ["</section>"]).filter { !$0.isEmpty }
            .joined(separator: "\n")
    }

    private var looseTitle: String { say("Further charts", "其他图表") }

    private var looseCharts: [Chart] {
        charts.filter { chart in !page.blocks.contains { $0.id == chart.section } }
    }

    /// Charts without a block: what they lack is said.
    private var loose: String {
        guard !looseCharts.isEmpty else { return "" }
        return
            (["<section id=\"charts\">", Markup.element("h2", looseTitle)]
            + looseCharts.map(ChartFigure(page.language).html) + ["</section>"]).joined(separator: "\n")
    }

    /// Rows of one kind that stand together are one list or table. Bars that are drawn have their values there.
    private func rows(_ block: Page.Block, hasWaterfall: Bool) -> [String] {
        var out: [String] = []
        var rest = block.rows.filter { row in if case .bar = row { !hasWaterfall } else { true } }[...]
        while let row = rest.first {
            let end = rest.firstIndex { !Self.together($0, row) } ?? rest.endIndex
            let run = Array(rest[..<end])
            rest = rest[end...]
            switch row {
            case .heading: out += run.map(heading)
            case .subheading: out += run.map(heading)
            case .line: out += run.map { Markup.element("p", $0.words) }
            case .entry: out.append(list(run))
            case .bar: out.append(bars(run, title(block)))
            case .item: out.append(ledger(run, title(block)))
            case .table: out += run.map { table($0, title(block)) }
            case .evidence: out += run.map { references($0.sequences, limit: .max) }
            }
        }
        return out
    }

    /// A title, with what is said once for all that stands below it.
    private func heading(_ row: Page.Row) -> String {
        switch row {
        case .heading(let text, let remark, let basis):
            Markup.element("h3", text) + shared(remark, basis, [])
        case .subheading(let text, let remark, let basis, let evidence):
            Markup.element("h4", text) + shared(remark, basis, evidence)
        default: ""
        }
    }

    private func shared(_ remark: String, _ basis: String, _ evidence: [UInt64]) -> String {
        let parts = [
            Markup.element("span", Self.bound(remark), class: "soft"), Markup.element("span", basis, class: "basis"),
            references(evidence),
        ].filter { !$0.isEmpty }
        return parts.isEmpty ? "" : "<div class=\"note\">\(parts.joined(separator: " "))</div>"
    }

    private static func together(_ one: Page.Row, _ other: Page.Row) -> Bool {
        switch (one, other) {
        case (.heading, .heading), (.subheading, .subheading), (.line, .line), (.entry, .entry), (.bar, .bar),
            (.item, .item), (.table, .table), (.evidence, .evidence):
            true
        default: false
        }
    }

    /// Entries as one list; what has no name of its own belongs to the one before.
    private func list(_ rows: [Page.Row]) -> String {
        var groups: [String] = []
        for case .entry(let entry) in rows {
            let value = "<dd>\(self.value(entry))</dd>"
            if entry.name.isEmpty, let last = groups.popLast() {
                groups.append(last + value)
            } else {
                let style = entry.level > 1 ? " class=\"deep\"" : ""
                groups.append("<div\(style)><dt>\(Markup.escaped(entry.name))</dt>" + value)
            }
        }
        return "<dl>\n" + groups.map { $0 + "</div>" }.joined(separator: "\n") + "\n</dl>"
    }

    private func value(_ entry: Page.Entry) -> String {
        // A sentence is not printed in bold.
        let isFigure = TextColumns.width(entry.value) <= 28
        return [
            Markup.element(isFigure ? "b" : "span", Self.bound(entry.value)),
            Markup.element("span", Self.bound(entry.remark), class: "soft"),
            Markup.element("span", entry.basis, class: "basis"), references(entry.evidence),
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A number and its per cent sign stay on one line.
    private static func bound(_ text: String) -> String { text.replacing(" %", with: "\u{A0}%") }

    private func bars(_ rows: [Page.Row], _ caption: String) -> String {
        let cells = rows.map { row -> [String] in
            guard case .bar(let name, let value, _) = row else { return [] }
            return [name, value]
        }
        return HTMLTable(caption: caption, rows: cells).html
    }

    private func table(_ row: Page.Row, _ caption: String) -> String {
        guard case .table(let header, let rows) = row else { return "" }
        return HTMLTable(caption: caption, header: header, rows: rows).html
    }

    private func ledger(_ rows: [Page.Row], _ caption: String) -> String {
        let lines = rows.map { row -> String in
            guard case .item(let lead, let text, let details, let standing, let evidence) = row else { return "" }
            let mark = Self.marks[standing].map { "<span aria-hidden=\"true\">\($0)</span> " } ?? ""
            let body =
                ["<p><bdi>\(Markup.escaped(text))</bdi></p>"] + details.map { Markup.element("p", $0) }
                + [references(evidence)]
            return "<tr><th scope=\"row\" class=\"\(standing.rawValue)\">\(mark)\(Markup.escaped(lead))</th><td>"
                + body.joined() + "</td></tr>"
        }
        return "<table class=\"ledger\"><caption>\(Markup.escaped(caption))</caption><tbody>\n"
            + lines.joined(separator: "\n") + "\n</tbody></table>"
    }

    /// Beside the words, for who does not see colours.
    private static let marks: [Page.Standing: String] = [
        .supported: "✓", .contradicted: "✗", .unsupported: "○", .pending: "…",
    ]

    // MARK: Evidence

    private var recordsTitle: String { say("Records cited", "所引记录") }

    private func references(_ sequences: [UInt64], limit: Int = shownReferences) -> String {
        guard !sequences.isEmpty else { return "" }
        func links(_ some: some Sequence<UInt64>) -> String {
            some.map { "<a href=\"#e\($0)\">#\($0)</a>" }.joined(separator: " ")
        }
        let shown = links(sequences.prefix(limit))
        guard sequences.count > limit else { return "<div class=\"refs\">\(shown)</div>" }
        let rest = sequences.dropFirst(limit)
        let more = "<details><summary>+\(rest.count)</summary> \(links(rest))</details>"
        return "<div class=\"refs\">\(shown) \(more)</div>"
    }

    /// All sequences that rows cite, each once, in order.
    private var cited: [UInt64] { Set(page.blocks.flatMap { $0.rows.flatMap(\.sequences) }).sorted() }

    private func records(_ sequences: [UInt64]) -> String {
        guard !sequences.isEmpty else { return "" }
        let note = say("what each figure rests on; times are UTC", "各项数字所依据的记录；时间为UTC")
        return "<section id=\"records\">\n" + Markup.element("h2", recordsTitle)
            + Markup.element("p", note, class: "note")
            + "\n<ol class=\"records\">\n" + sequences.map(record).joined(separator: "\n") + "\n</ol>\n</section>"
    }

    private func record(_ sequence: UInt64) -> String {
        let start = "<li id=\"e\(sequence)\"><b>#\(sequence)</b> "
        guard let record = known[sequence] else {
            return start + Markup.element("span", say("not read", "未读取"), class: "soft") + "</li>"
        }
        let time = record.time == 0 ? "" : CivilTime.rfc3339(record.time)
        var text = record.text.isEmpty ? "" : "<bdi>\(Markup.escaped(record.text))</bdi>"
        if let link = Markup.link(record.address) {
            text = "<a href=\"\(link)\" rel=\"noopener noreferrer nofollow\">\(text.isEmpty ? link : text)</a>"
        }
        let kind = EvidenceWords.kind(record.kind, page.language)
        return start
            + [
                Markup.element("span", kind, class: "basis"),
                time.isEmpty ? "" : "<time datetime=\"\(time)\">\(time)</time>",
                Markup.element("span", record.source, class: "soft"), text,
                record.isUnverified
                    ? Markup.element("span", say("cited, not verified", "引用·未核实"), class: "basis") : "",
                record.note.isEmpty ? "" : "<bdi class=\"soft\">\(Markup.escaped(record.note))</bdi>",
            ].filter { !$0.isEmpty }.joined(separator: " ") + "</li>"
    }
}

extension Chart {
    fileprivate var isWaterfall: Bool { if case .waterfall = content { true } else { false } }
}

extension Page.Row {
    /// Of rows that are one text.
    fileprivate var words: String {
        switch self {
        case .line(let text): text
        default: ""
        }
    }

    fileprivate var sequences: [UInt64] {
        switch self {
        case .entry(let entry): entry.evidence
        case .item(_, _, _, _, let evidence): evidence
        case .evidence(let sequences): sequences
        case .subheading(_, _, _, let evidence): evidence
        case .heading, .line, .bar, .table: []
        }
    }
}

/// A table that can be scrolled where it is too wide.
struct HTMLTable {
    var caption: String
    var header: [String] = []
    var rows: [[String]]
    /// All columns are text.
    var isWords = false

    private var columns: Int { max(header.count, rows.map(\.count).max() ?? 0) }

    /// Where it is narrow each row is a card, whose cells say what they are, if it could not be seen whole otherwise.
    private var isCards: Bool { !header.isEmpty && (isWords || columns > 4) }

    private var style: String {
        let names = (isCards ? ["cards"] : []) + (isWords ? ["words"] : [])
        return names.isEmpty ? "" : " class=\"\(names.joined(separator: " "))\""
    }

    private func cellLabel(_ column: Int) -> String {
        isCards && column < header.count ? " data-label=\"\(Markup.escaped(header[column]))\"" : ""
    }

    var html: String {
        guard !rows.isEmpty else { return "" }
        let head =
            header.isEmpty
            ? ""
            : "<thead><tr>" + header.map { "<th scope=\"col\">\(Markup.escaped($0))</th>" }.joined() + "</tr></thead>"
        let lines = rows.map { row in
            let cells = row.enumerated().map { place, text in
                place == 0
                    ? "<th scope=\"row\">\(Markup.escaped(text))</th>"
                    : "<td\(cellLabel(place))>\(Markup.escaped(text))</td>"
            }
            let rest = String(repeating: "<td></td>", count: columns - row.count)
            return "<tr>\(cells.joined())\(rest)</tr>"
        }
        let label = Markup.escaped(caption)
        return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"\(label)\">"
            + "<table\(style)><caption>\(label)</caption>\(head)<tbody>\n"
            + lines.joined(separator: "\n") + "\n</tbody></table></div>"
    }
}

/// The kinds of records in words.
enum EvidenceWords {
    static func kind(_ id: String, _ language: Language) -> String {
        switch id {
        case "news": language.pick("news", "新闻")
        case "bar": language.pick("bar", "行情")
        case "trade": language.pick("trade", "成交")
        case "settings": language.pick("settings", "配置")
        case "instrument": language.pick("instrument", "标的")
        default: FigureWords(language).fact(id)
        }
    }
}
