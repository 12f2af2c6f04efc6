import Alerting
import Schema
import TestKit
import Testing

@testable import Pages

@Suite("Charts as drawings")
struct ChartDrawingTests {
    /// A chart of each kind, with a text wherever there is one.
    static func all(_ text: String) -> [Chart] {
        let day = CivilTime.day
        let points = (0..<5).map { SeriesDrawing.Point(time: UInt64(20_000 + $0) * day, value: Double($0) - 1) }
        let contents: [Chart.Content] = [
            .series(
                SeriesDrawing(
                    points: points, onset: 20_001 * day...20_002 * day,
                    marks: [.init(time: 20_001 * day, label: text, note: text)], references: [(2, text)], unit: .percent
                )),
            .series(SeriesDrawing(isBars: true, points: points, part: points, unit: .count)),
            .waterfall(
                WaterfallDrawing(steps: [
                    .init(name: text, points: -4, error: 1), .init(name: text, points: 2),
                    .init(name: text, points: -2, isTotal: true),
                ])),
            .intervals(
                IntervalDrawing(
                    rows: [.init(name: text, value: 0.1, lower: -0.5, upper: 0.9), .init(name: text, value: -1)],
                    scale: -1...1, ends: (text, text))),
            .bounds(
                BoundDrawing(rows: [
                    .init(name: text, points: -17, isMove: true), .init(name: text, points: 0.8),
                    .init(name: text, points: 0.1, isTwoSigned: true),
                ])),
            .table, .missing(text),
        ]
        return contents.enumerated().map { place, content in
            Chart(
                id: "c\(place)", section: place == 0 ? "claims" : "elsewhere", title: text, description: text,
                content: content, table: .init(header: [text, text], rows: [[text, text]]))
        }
    }

    @Test("each is an image with a title, a description and its values, wide and narrow, or says what it lacks")
    func accessible() {
        for chart in Self.all("a") {
            let read = WellFormed(ChartFigure(.english).html(chart))
            #expect(read.problems == [], "\(chart.id)")
            let pictures = read.elements.filter { $0.name == "svg" }
            switch chart.content {
            case .missing:
                #expect(pictures.isEmpty && read.text.contains("Not drawn: a"))
            case .table:
                #expect(pictures.isEmpty && read.elements.contains { $0.name == "table" })
            default:
                #expect(pictures.count == 2, "\(chart.id)")
                for picture in pictures {
                    #expect(picture.attributes["role"] == "img")
                    let named = picture.attributes["aria-labelledby"]?.split(separator: " ").map(String.init) ?? []
                    #expect(named.count == 2)
                    for id in named { #expect(read.elements.contains { $0.attributes["id"] == id }) }
                }
                #expect(
                    read.elements.contains { $0.name == "details" } && read.elements.contains { $0.name == "table" })
            }
        }
    }

    @Test("nothing is drawn outside of the picture, and all of it is numbers, whatever the values", arguments: 1...30)
    func inside(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sizes = [1e-9, 0.01, 1, 250, 1e6]
        func value() -> Double { Double.random(in: -1...1, using: &random) * sizes.randomElement(using: &random)! }
        var time = UInt64(1_700_000_000) * CivilTime.second
        let points = (0..<Int.random(in: 1...80, using: &random)).map { _ in
            time += UInt64.random(in: 1...3 * CivilTime.day, using: &random)
            return SeriesDrawing.Point(time: time, value: abs(value()))
        }
        let name = String(repeating: ["波动", "word ", "W"].randomElement(using: &random)!, count: 40)
        let steps = (0..<5).map { _ in WaterfallDrawing.Step(name: name, points: value(), error: abs(value())) }
        let onset = points[0].time...points[0].time + CivilTime.day
        let marks = (0..<3).map { SeriesDrawing.Mark(time: points[0].time, label: "\($0)") }
        for width in [312.0, 760] {
            let pictures = [
                SeriesPicture(
                    SeriesDrawing(points: points, onset: onset, marks: marks, unit: .price), .chinese, width: width
                )
                .picture,
                SeriesPicture(
                    SeriesDrawing(isBars: true, points: points, onset: onset, unit: .count), .english, width: width
                )
                .picture,
                WaterfallPicture(WaterfallDrawing(steps: steps), .english, width: width).picture,
                BoundPicture(
                    BoundDrawing(rows: steps.map { .init(name: $0.name, points: $0.points) }), .chinese, width: width
                )
                .picture,
            ]
            for picture in pictures {
                let text = picture.svg(id: "x", style: "wide", title: "t", description: "d")
                let read = WellFormed(text)
                #expect(read.problems == [], "seed \(seed)")
                for element in read.elements {
                    for (key, value) in element.attributes
                    where ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy"].contains(key) {
                        let place = try #require(Double(value), "seed \(seed) \(key) \(value)")
                        let end = key.contains("x") ? picture.width : picture.height
                        #expect(place >= -0.5 && place <= end + 0.5, "seed \(seed) \(element.name) \(key) \(place)")
                    }
                }
            }
        }
    }

    @Test("parts of a waterfall begin where the one before ended")
    func waterfall() throws {
        let steps: [WaterfallDrawing.Step] = [
            .init(name: "a", points: -4), .init(name: "b", points: 1), .init(name: "c", points: -3, isTotal: true),
        ]
        let picture = WaterfallPicture(WaterfallDrawing(steps: steps), .english, width: 760).picture
        let boxes = WellFormed(picture.svg(id: "x", style: "", title: "", description: "")).elements.filter {
            $0.name == "rect"
        }
        func span(_ place: Int) throws -> (Double, Double) {
            let left = try #require(boxes[place].attributes["x"].flatMap(Double.init))
            return (left, left + (try #require(boxes[place].attributes["width"].flatMap(Double.init))))
        }
        #expect(boxes.map { $0.attributes["class"] } == ["minus", "plus", "total"])
        #expect(abs(try span(0).0 - span(1).0) < 0.15)
        #expect(abs(try span(1).1 - span(2).0) < 0.15)
        #expect(abs(try span(2).1 - span(0).1) < 0.15)
    }

    @Test(
        "round numbers are marked",
        arguments: [
            (0.0, 10.0, [0.0, 5, 10]), (112, 158, [120.0, 140]), (-1, 1, [-1.0, -0.5, 0, 0.5, 1]),
            (0, 1, [0.0, 0.5, 1]),
        ])
    func ticks(low: Double, high: Double, expected: [Double]) {
        let ticks = Scale([low, high], from: 0, to: 1).ticks(4)
        #expect(ticks.count == expected.count && zip(ticks, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(ticks)")
    }

    @Test("words are cut to their room, at a space where there is one")
    func fitted() {
        #expect(SVGPicture.lines("one two three", 60) == ["one two", "three"])
        #expect(SVGPicture.lines("", 60) == [])
        for text in [
            String(repeating: "x", count: 200), String(repeating: "论点", count: 60),
            "a " + String(repeating: "y", count: 90),
        ] {
            let lines = SVGPicture.lines(text, 100)
            #expect(lines.count <= 2)
            #expect(lines.allSatisfy { SVGPicture.width(of: $0) <= 100 }, "\(lines)")
        }
    }
}
