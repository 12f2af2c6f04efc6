extension Evaluation {
    /// Recall over the rate of alerts that came of each rule, with 95 % intervals, as SVG. Budgets are joined by a line.
    public var picture: String {
        let chart = Chart(rates: runs.map(\.rate.average))
        var parts = chart.frame
        let curve = runs.filter { $0.budget != nil }.sorted { $0.rate.average < $1.rate.average }
        let line = curve.map { "\(Chart.text(chart.x($0.rate.average))),\(Chart.text(chart.y($0.recall.share ?? 0)))" }
        if line.count > 1 {
            parts.append(
                "<polyline points=\"\(line.joined(separator: " "))\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"2\"/>"
            )
        }
        for run in runs { parts += chart.mark(run) }
        let title = "Labelled shocks found on their day: \(usableLabels) labels, \(names) names, \(from) to \(until)"
        parts.append("<text x=\"\(Chart.left)\" y=\"24\" font-size=\"15\">\(Chart.escaped(title))</text>")
        return (["\(Chart.head)"] + parts + ["</svg>", ""]).joined(separator: "\n")
    }
}

/// Places on the picture.
private struct Chart {
    static let (width, height, left, right, top, bottom) = (760.0, 460.0, 70.0, 30.0, 50.0, 60.0)
    private let highest: Double

    init(rates: [Double]) { highest = max(1, (rates.max() ?? 0) * 1.15) }

    static let head =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 460\" width=\"760\" height=\"460\" "
        + "font-family=\"sans-serif\" font-size=\"12\"><rect width=\"760\" height=\"460\" fill=\"white\"/>"

    func x(_ rate: Double) -> Double { Self.left + rate / highest * (Self.width - Self.left - Self.right) }
    func y(_ share: Double) -> Double { Self.top + (1 - share) * (Self.height - Self.top - Self.bottom) }

    var frame: [String] {
        var parts: [String] = []
        for step in 0...5 {
            let share = Double(step) / 5
            parts.append(Self.line(x(0), y(share), x(highest), y(share), "#dddddd"))
            parts.append(Self.label(x(0) - 8, y(share) + 4, "\(20 * step) %", anchor: "end"))
        }
        let step = max(1, (highest / 8).rounded(.up))
        for rate in stride(from: 0, through: highest, by: step) {
            parts.append(Self.line(x(rate), y(0), x(rate), y(0) + 5, "#555555"))
            parts.append(Self.label(x(rate), y(0) + 20, Decimal.short(rate), anchor: "middle"))
        }
        parts.append(Self.label(x(highest / 2), y(0) + 44, "grouped shocks per 100 names and week", anchor: "middle"))
        return parts
    }

    func mark(_ run: RunReport) -> [String] {
        let (place, share) = (x(run.rate.average), run.recall.share ?? 0)
        let colour = run.budget != nil ? "#1f77b4" : "#d62728"
        let (lower, upper) = (run.recall.lower ?? 0, run.recall.upper ?? 1)
        return [
            Self.line(place, y(lower), place, y(upper), colour),
            "<circle cx=\"\(Self.text(place))\" cy=\"\(Self.text(y(share)))\" r=\"4\" fill=\"\(colour)\"/>",
            Self.label(place + 7, y(share) + 16, run.rule, anchor: "start"),
        ]
    }

    private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String) -> String {
        "<line x1=\"\(text(x1))\" y1=\"\(text(y1))\" x2=\"\(text(x2))\" y2=\"\(text(y2))\" stroke=\"\(colour)\"/>"
    }

    private static func label(_ x: Double, _ y: Double, _ words: String, anchor: String) -> String {
        "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\">\(escaped(words))</text>"
    }

    static func text(_ value: Double) -> String { Decimal.fixed(value, 1) }

    static func escaped(_ words: String) -> String {
        words.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
    }
}
