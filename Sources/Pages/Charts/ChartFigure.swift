import Alerting

/// A chart as a `<figure>`: caption, drawing for narrow and for wide pages, the same values as a table.
struct ChartFigure {
    let language: Language

    init(_ language: Language) { self.language = language }

    func html(_ chart: Chart) -> String {
        let caption =
            "<figcaption>\(Markup.escaped(chart.title))\(Markup.element("span", chart.description))</figcaption>"
        let body: [String]
        switch chart.content {
        case .missing(let what):
            body = [Markup.element("p", language.pick("Not drawn: ", "未画出：") + what, class: "absent")]
        case .table:
            body = [table(chart)]
        default:
            let values = language.pick("The values as a table", "数据表")
            let data = chart.table.rows.isEmpty ? "" : "<details><summary>\(values)</summary>\(table(chart))</details>"
            body = [svg(chart, width: 312, "narrow"), svg(chart, width: 760, "wide"), legend(chart), data]
        }
        return (["<figure id=\"chart-\(Markup.escaped(chart.id))\">", caption] + body + ["</figure>"])
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func table(_ chart: Chart) -> String {
        HTMLTable(
            caption: chart.title, header: chart.table.header, rows: chart.table.rows, isWords: chart.content == .table
        ).html
    }

    private func svg(_ chart: Chart, width: Double, _ style: String) -> String {
        let picture: SVGPicture? =
            switch chart.content {
            case .series(let drawing): SeriesPicture(drawing, language, width: width).picture
            case .waterfall(let drawing): WaterfallPicture(drawing, language, width: width).picture
            case .intervals(let drawing): IntervalPicture(drawing, language, width: width).picture
            case .bounds(let drawing): BoundPicture(drawing, language, width: width).picture
            case .table, .missing: nil
            }
        let id = "\(chart.id)-\(style)"
        return picture?.svg(id: id, style: style, title: chart.title, description: chart.description) ?? ""
    }

    /// What the numbers on the drawing stand for.
    private func legend(_ chart: Chart) -> String {
        guard case .series(let drawing) = chart.content else { return "" }
        let notes = drawing.marks.map(\.note).filter { !$0.isEmpty }
        guard !notes.isEmpty else { return "" }
        return "<ol>" + notes.map { "<li><bdi>\(Markup.escaped($0))</bdi></li>" }.joined() + "</ol>"
    }
}
