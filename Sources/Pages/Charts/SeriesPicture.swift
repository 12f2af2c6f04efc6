import Alerting
import Schema

/// A line or bars over time, with the onset as a band and marks by number.
struct SeriesPicture {
    let drawing: SeriesDrawing
    let language: Language
    let width: Double
    private let time: Scale
    private let value: Scale
    private let top = 26.0
    private let bottom: Double

    init(_ drawing: SeriesDrawing, _ language: Language, width: Double) {
        self.drawing = drawing
        self.language = language
        self.width = width
        bottom = width < 500 ? 190 : 250
        let times = drawing.points.map { Double($0.time) } + drawing.marks.map { Double($0.time) }
        let values = drawing.points.map(\.value) + drawing.references.map(\.0)
        let low = values.min() ?? 0
        let high = values.max() ?? 1
        let room = drawing.isBars ? [] : [low - (high - low) * 0.05, high + (high - low) * 0.05]
        time = Scale(times, from: 52, to: width - (drawing.isBars ? 16 : 12))
        value = Scale(values + room, from: bottom, to: top, includesZero: drawing.isBars || drawing.unit == .percent)
    }

    var picture: SVGPicture {
        var picture = SVGPicture(width: width, height: bottom + 26)
        let label = onset(&picture)
        axes(&picture)
        drawing.isBars ? bars(&picture) : curve(&picture)
        if let label { picture.text(label.x, label.y, label.text, label.anchor, "faint") }
        for mark in drawing.marks { badge(mark, &picture) }
        return picture
    }

    /// Draws the band and says where its name goes: over bars at the top, under a curve at the foot, where nothing else is.
    private func onset(
        _ picture: inout SVGPicture
    ) -> (x: Double, y: Double, text: String, anchor: SVGPicture.Anchor)? {
        guard let onset = drawing.onset else { return nil }
        let left = max(time(Double(onset.lowerBound)), time.start)
        let right = min(max(time(Double(onset.upperBound)), left + 3), time.end)
        guard left < right else { return nil }
        picture.box(left, top, right, bottom, "band")
        let label = language.pick("onset", "起点")
        let isLeft = right + SVGPicture.width(of: label) > width
        let y = drawing.isBars ? top + 2 : bottom - 6
        return (isLeft ? left - 3 : right + 3, y, label, isLeft ? .end : .start)
    }

    private func axes(_ picture: inout SVGPicture) {
        // There is no half item.
        let ticks = value.ticks(4).filter { drawing.unit != .count || $0 == $0.rounded() }
        for tick in ticks {
            picture.line(time.start, value(tick), time.end, value(tick), tick == 0 ? "zero" : "grid")
            picture.text(time.start - 6, value(tick) + 4, label(tick, Scale.decimals(ticks)), .end, "faint")
        }
        for (level, name) in drawing.references {
            picture.line(time.start, value(level), time.end, value(level), "hatch")
            picture.text(time.end, value(level) - 4, name, .end, "faint")
        }
        let dates = self.dates
        for day in dates {
            let x = time(Double(day) * Double(CivilTime.day))
            picture.line(x, bottom, x, bottom + 4, "zero")
            let date = CivilTime.components(day: day)
            let text = language.pick("\(Self.months[date.month - 1]) \(date.day)", "\(date.month)月\(date.day)日")
            let half = SVGPicture.width(of: text) / 2
            picture.text(min(max(x, half), width - half), bottom + 18, text, .middle, "faint")
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private func label(_ value: Double, _ decimals: Int) -> String {
        switch drawing.unit {
        case .price, .count: language.decimal(value, decimals)
        case .percent: language.percent(value / 100, decimals, signed: false)
        }
    }

    /// Midnights to mark, a few days apart.
    private var dates: [Int] {
        let first = Int((time.from / Double(CivilTime.day)).rounded(.up))
        let last = Int(time.to / Double(CivilTime.day))
        guard first <= last else { return [] }
        let room = max(1, Int((time.end - time.start) / 75))
        let step = max(1, (last - first) / room + 1)
        return Array(stride(from: first, through: last, by: step))
    }

    private func curve(_ picture: inout SVGPicture) {
        let places = drawing.points.map { (time(Double($0.time)), value($0.value)) }
        if places.count > 1 { picture.path(places, "curve") }
        guard places.count <= 40 else { return }
        for place in places { picture.dot(place.0, place.1, 3, "dot") }
    }

    private func bars(_ picture: inout SVGPicture) {
        let steps = zip(drawing.points, drawing.points.dropFirst()).map { Double($1.time - $0.time) }
        let size = (steps.min() ?? Double(CivilTime.day)) / (time.to - time.from) * (time.end - time.start)
        let wide = max(1, size * 0.8)
        for point in drawing.points where point.value > 0 {
            let x = time(Double(point.time))
            picture.box(x, bottom, min(x + wide, width), value(point.value), "total")
        }
        for point in drawing.part where point.value > 0 {
            let x = time(Double(point.time))
            picture.box(x, bottom, min(x + wide, width), value(point.value), "minus")
        }
    }

    private func badge(_ mark: SeriesDrawing.Mark, _ picture: inout SVGPicture) {
        let x = min(max(time(Double(mark.time)), time.start), time.end)
        // Marks at about the same time stand below each other.
        let near = drawing.marks.prefix { $0 != mark }.filter { abs(time(Double($0.time)) - x) < 17 }
        let y = 10 + 18 * Double(near.count)
        picture.line(x, y, x, bottom, "mark")
        picture.dot(x, y, 8, "badge")
        picture.text(x, y + 4, mark.label, .middle, "inbadge")
    }
}
