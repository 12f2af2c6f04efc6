import Alerting

/// Parts in the order in which they add up, each from where the one before ended. Names stand on the left, or above the bar
/// where it is narrow.
struct WaterfallPicture {
    let drawing: WaterfallDrawing
    let language: Language
    let width: Double

    init(_ drawing: WaterfallDrawing, _ language: Language, width: Double) {
        (self.drawing, self.language, self.width) = (drawing, language, width)
    }

    /// Where each bar begins and ends.
    private var spans: [(from: Double, to: Double)] {
        var sum = 0.0
        return drawing.steps.map { step in
            if step.isTotal { return (0, step.points) }
            defer { sum += step.points }
            return (sum, sum + step.points)
        }
    }

    var picture: SVGPicture {
        let rows = RowLayout(width: width, names: drawing.steps.map(\.name))
        var picture = SVGPicture(width: width, height: rows.height)
        let ends = zip(drawing.steps, spans).flatMap { [$1.from, $1.to, $1.to - $0.error, $1.to + $0.error] }
        let x = Scale(ends, from: rows.left, to: rows.right, includesZero: true)
        picture.line(x(0), rows.top, x(0), rows.bottom, "zero")
        for (place, (step, span)) in zip(drawing.steps, spans).enumerated() {
            let y = rows.bar(place)
            rows.name(place, &picture)
            let style = step.isTotal ? "total" : step.points < 0 ? "minus" : "plus"
            picture.box(x(span.from), y, x(span.to), y + rows.thickness, style)
            if place + 1 < drawing.steps.count, !step.isTotal {
                picture.line(x(span.to), y + rows.thickness, x(span.to), rows.bar(place + 1), "zero")
            }
            if step.error > 0 {
                let middle = y + rows.thickness / 2
                picture.line(x(span.to - step.error), middle, x(span.to + step.error), middle, "whisker")
            }
            let error = step.error > 0 ? " ± " + language.decimal(step.error, 2) : ""
            rows.value(language.decimal(step.points, 2, signed: true) + error, place, &picture)
        }
        return picture
    }
}

/// A dot with its interval for each row, on one scale from against to for.
struct IntervalPicture {
    let drawing: IntervalDrawing
    let language: Language
    let width: Double

    init(_ drawing: IntervalDrawing, _ language: Language, width: Double) {
        (self.drawing, self.language, self.width) = (drawing, language, width)
    }

    var picture: SVGPicture {
        let rows = RowLayout(width: width, names: drawing.rows.map(\.name), foot: 22)
        var picture = SVGPicture(width: width, height: rows.height)
        let x = Scale([drawing.scale.lowerBound, drawing.scale.upperBound], from: rows.left, to: rows.right)
        for tick in x.ticks(4) { picture.line(x(tick), rows.top, x(tick), rows.bottom, tick == 0 ? "zero" : "grid") }
        for (place, row) in drawing.rows.enumerated() {
            let y = rows.bar(place) + rows.thickness / 2
            rows.name(place, &picture)
            if let lower = row.lower, let upper = row.upper {
                picture.line(x(lower), y, x(upper), y, "whisker")
                for end in [lower, upper] { picture.line(x(end), y - 5, x(end), y + 5, "whisker") }
            }
            picture.dot(x(row.value), y, 5, row.value < 0 ? "minus" : row.value > 0 ? "plus" : "total")
            rows.value(language.decimal(row.value, 2, signed: true), place, &picture)
        }
        picture.text(rows.left, rows.bottom + 16, "−1 " + drawing.ends.0, .start, "faint")
        picture.text(rows.right, rows.bottom + 16, drawing.ends.1 + " +1", .end, "faint")
        return picture
    }
}

/// Bars up to the most that something can have done, dashed because it need not have, under the move itself.
struct BoundPicture {
    let drawing: BoundDrawing
    let language: Language
    let width: Double

    init(_ drawing: BoundDrawing, _ language: Language, width: Double) {
        (self.drawing, self.language, self.width) = (drawing, language, width)
    }

    var picture: SVGPicture {
        let rows = RowLayout(width: width, names: drawing.rows.map(\.name))
        var picture = SVGPicture(width: width, height: rows.height)
        let x = Scale(drawing.rows.map { abs($0.points) }, from: rows.left, to: rows.right, includesZero: true)
        picture.line(x(0), rows.top, x(0), rows.bottom, "zero")
        for (place, row) in drawing.rows.enumerated() {
            let y = rows.bar(place)
            let size = abs(row.points)
            rows.name(place, &picture)
            if row.isMove {
                picture.box(x(0), y, x(size), y + rows.thickness, "total")
            } else {
                picture.box(x(0), y, x(size), y + rows.thickness, "hatch")
                picture.line(x(size), y - 3, x(size), y + rows.thickness + 3, "whisker")
            }
            let number = language.decimal(row.isMove ? row.points : size, 2, signed: row.isMove)
            let text = row.isMove ? number : row.isTwoSigned ? "± " + number : "≤ " + number
            rows.value(text, place, &picture)
        }
        return picture
    }
}

/// Rows of a chart: name, bar, value. Where it is narrow the name stands above the bar.
struct RowLayout {
    let width: Double
    let names: [[String]]
    let foot: Double
    let thickness = 16.0
    let top = 6.0
    private var isNarrow: Bool { width < 500 }
    private var step: Double { isNarrow ? 30 + 14 * lines : 34 }
    /// Lines that the longest name takes.
    private let lines: Double
    private var nameWidth: Double { isNarrow ? width - 8 : 240 }
    private var valueWidth: Double { 96 }

    init(width: Double, names: [String], foot: Double = 0) {
        (self.width, self.foot) = (width, foot)
        let space = width < 500 ? width - 8 : 240
        self.names = names.map { SVGPicture.lines($0, space) }
        lines = Double(self.names.map(\.count).max() ?? 1)
    }

    var left: Double { isNarrow ? 6 : nameWidth + 10 }
    var right: Double { width - valueWidth }
    var bottom: Double { top + step * Double(names.count) }
    var height: Double { bottom + foot + 4 }

    func bar(_ place: Int) -> Double { top + step * Double(place) + (isNarrow ? 6 + 14 * lines : 9) }

    func name(_ place: Int, _ picture: inout SVGPicture) {
        let lines = names[place]
        let above = Double(lines.count - 1)
        let y = isNarrow ? bar(place) - 6 - 14 * above : bar(place) + 12 - 7 * above
        for (line, text) in lines.enumerated() {
            picture.text(isNarrow ? 4 : nameWidth, y + 14 * Double(line), text, isNarrow ? .start : .end)
        }
    }

    func value(_ text: String, _ place: Int, _ picture: inout SVGPicture) {
        picture.text(width - 4, bar(place) + 12, text, .end)
    }
}
