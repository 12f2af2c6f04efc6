import Alerting

/// A drawing of shapes and words, `width` by `height` units that are about a pixel each.
struct SVGPicture {
    var width: Double
    var height: Double
    private var parts: [String] = []

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    enum Anchor: String { case start, middle, end }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        parts.append(
            "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\" class=\"\(style)\"/>"
        )
    }

    /// A box between two corners in any order, at least half a unit wide and high, so that it is seen.
    mutating func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        let (width, height) = (max(abs(x2 - x1), 0.5), max(abs(y2 - y1), 0.5))
        parts.append(
            "<rect x=\"\(Self.number(min(x1, x2)))\" y=\"\(Self.number(min(y1, y2)))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" class=\"\(style)\"/>"
        )
    }

    mutating func dot(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        parts.append(
            "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\" class=\"\(style)\"/>"
        )
    }

    mutating func path(_ points: [(Double, Double)], _ style: String) {
        let places = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
        parts.append("<polyline points=\"\(places)\" class=\"\(style)\"/>")
    }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .start, _ style: String = "") {
        let look = style.isEmpty ? "" : " class=\"\(style)\""
        parts.append(
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\"\(look)>\(Markup.escaped(text))</text>"
        )
    }

    func svg(id: String, style: String, title: String, description: String) -> String {
        let name = Markup.escaped(id)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" class="\(style)" role="img" aria-labelledby="\(name)-title \(name)-desc" \
            viewBox="0 0 \(Self.number(width)) \(Self.number(height))">
            <title id="\(name)-title">\(Markup.escaped(title))</title>
            <desc id="\(name)-desc">\(Markup.escaped(description))</desc>
            \(parts.joined(separator: "\n"))
            </svg>
            """
    }

    /// A coordinate, to a tenth; 0 for what is no number.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e7 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let text = "\(abs(tenths) / 10)" + (tenths % 10 == 0 ? "" : ".\(abs(tenths) % 10)")
        return tenths < 0 ? "-" + text : text
    }

    // MARK: Words

    /// Units that a text of 12 units takes, about.
    static func width(of text: String) -> Double { 6.7 * Double(TextColumns.width(text)) }

    /// A text cut to fit, at a character, marked by `…`.
    static func fitted(_ text: String, _ space: Double) -> String {
        guard width(of: text) > space else { return text }
        var short = text
        while !short.isEmpty, width(of: short) + 6.7 > space { short.removeLast() }
        return short + "…"
    }

    /// A text in lines that fit, at most `limit`, the last cut.
    static func lines(_ text: String, _ space: Double, limit: Int = 2) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, width(of: last) + 6.7 + width(of: String(word)) <= space {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        // One long word, as of a language without spaces.
        if lines.count == 1, width(of: lines[0]) > space {
            let half = lines[0].index(lines[0].startIndex, offsetBy: min(lines[0].count, max(1, Int(space / 13.4))))
            lines = [String(lines[0][..<half]), String(lines[0][half...])].filter { !$0.isEmpty }
        }
        guard lines.count > limit else { return lines.map { fitted($0, space) } }
        return lines.prefix(limit - 1).map { fitted($0, space) }
            + [fitted(lines[(limit - 1)...].joined(separator: " "), space)]
    }
}

/// A scale from values to places, with round numbers to mark on it.
struct Scale {
    let from: Double
    let to: Double
    let start: Double
    let end: Double

    /// - Parameter values: All finite; a scale of one value has some room around it.
    init(_ values: [Double], from start: Double, to end: Double, includesZero: Bool = false) {
        let finite = values.filter(\.isFinite) + (includesZero ? [0] : [])
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if high - low <= abs(high) * 1e-9 {
            (low, high) = (low - max(1, abs(low) * 0.05), high + max(1, abs(high) * 0.05))
        }
        (from, to) = (low, high)
        (self.start, self.end) = (start, end)
    }

    func callAsFunction(_ value: Double) -> Double { start + (value - from) / (to - from) * (end - start) }

    /// A few round numbers within, at steps of 1, 2 or 5 times a power of ten.
    func ticks(_ count: Int) -> [Double] {
        let rough = (to - from) / Double(max(count, 1))
        guard rough > 0, rough.isFinite else { return [] }
        var size = 1.0
        while size * 10 <= rough { size *= 10 }
        while size > rough { size /= 10 }
        let step = [1.0, 2, 5, 10].map { $0 * size }.first { $0 >= rough * 0.999 } ?? size * 10
        var ticks: [Double] = []
        var tick = (from / step).rounded(.up) * step
        while tick <= to + step * 1e-9, ticks.count < 50 {
            ticks.append(abs(tick) < step * 1e-9 ? 0 : tick)
            tick += step
        }
        return ticks
    }

    /// Decimals that tell such numbers apart.
    static func decimals(_ ticks: [Double]) -> Int {
        guard ticks.count > 1 else { return 2 }
        let step = ticks[1] - ticks[0]
        return step >= 0.999 ? 0 : step >= 0.0999 ? 1 : step >= 0.00999 ? 2 : 4
    }
}
