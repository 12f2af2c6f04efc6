import Alerting
public import Schema

public import enum Alerting.Language

/// Makes the charts of a finding. A chart whose values are not there says what is missing.
public struct ChartComposer {
    let finding: Finding
    let language: Language
    let surroundings: Surroundings
    let words: FigureWords
    var measure: Measure { finding.measure }

    /// - Parameters:
    ///   - finding: The shock and what explains it.
    ///   - language: Of titles and descriptions.
    ///   - surroundings: Empty where the market stream was not read: then prices and news are missing.
    public init(_ finding: Finding, _ language: Language, _ surroundings: Surroundings? = nil) {
        self.finding = finding
        self.language = language
        self.surroundings = surroundings ?? Surroundings(of: finding)
        words = FigureWords(language)
    }

    /// In the order of the page.
    public var charts: [Chart] { [price, waterfall, attention, bounds] + scenarios + stances + [recovery] }

    func say(_ english: String, _ chinese: String) -> String { language.pick(english, chinese) }

    var onset: ClosedRange<UInt64>? {
        guard measure.onsetFrom > 0, measure.onsetUntil >= measure.onsetFrom else { return nil }
        return measure.onsetFrom...measure.onsetUntil
    }

    // MARK: Price

    private var price: Chart {
        let isIndex = finding.scope == .group
        var chart = Chart(
            id: "price", section: "measured",
            title: isIndex
                ? say("The basket, 100 before the move", "篮子指数（波动前为100）") : say("Price and stories", "股价与消息"),
            description: "", content: .missing(""))
        let points = isIndex ? basket : surroundings.prices
        guard points.count > 1, let first = points.first, let last = points.last else {
            chart.content = .missing(
                isIndex
                    ? say("sessions after the one it began in", "起始日之后的交易日")
                    : say(
                        "prices of \(finding.name(of: finding.subject, language)) around the onset",
                        "起点前后\(finding.name(of: finding.subject, language))的价格"))
            return chart
        }
        chart.content = .series(SeriesDrawing(points: points, onset: onset, marks: marks, unit: .price))
        let (from, until) = (day(first.time), day(last.time))
        chart.description = say(
            "From \(level(first.value)) on \(from) to \(level(last.value)) on \(until); the onset is shaded, numbers are the stories below.",
            "\(from)为\(level(first.value))，\(until)为\(level(last.value))；阴影为起点，数字对应下列消息。")
        // A day's last price: some hundred rows would help nobody.
        var days: [(Int, Double)] = []
        for point in points {
            let number = CivilTime.sessionDay(end: point.time)
            if days.last?.0 == number {
                days[days.count - 1].1 = point.value
            } else {
                days.append((number, point.value))
            }
        }
        chart.table = .init(
            header: [say("day (UTC)", "日期（UTC）"), say("last price", "最后价格")],
            rows: days.map { [CivilTime.date(day: $0.0), level($0.1)] })
        return chart
    }

    /// A group has no price: what its basket made of 100.
    private var basket: [SeriesDrawing.Point] {
        guard let onset, !measure.followUp.isEmpty, let began = CivilTime.parseDate(measure.session) else { return [] }
        // Sessions are drawn at the same hour, that of the last trade before the move.
        let hour = onset.lowerBound % CivilTime.day
        func close(_ day: Int) -> UInt64 { UInt64(day) * CivilTime.day + hour }
        return [
            .init(time: onset.lowerBound, value: 100),
            .init(time: max(close(began), onset.upperBound), value: 100 * (1 + measure.simpleReturn)),
        ]
            + measure.followUp.compactMap { session in
                CivilTime.parseDate(session.session).map { .init(time: close($0), value: 100 * session.price) }
            }
    }

    /// The most probable stories, where most of them was told, or first.
    private var marks: [SeriesDrawing.Mark] {
        finding.attribution.candidates.filter { $0.isNews && $0.firstSeen > 0 }.prefix(3).enumerated().map {
            place, story in
            let time = story.peak > 0 ? story.peak : story.firstSeen
            let text = "“" + Wording.line(story.headline, limit: 160) + "”"
            return .init(
                time: time, label: "\(place + 1)",
                note: text + language.brackets(language.probability(story.probability)) + say(", ", "，")
                    + language.moment(time))
        }
    }

    func level(_ value: Double) -> String { language.decimal(value, abs(value) < 1 ? 4 : 2) }

    func day(_ time: UInt64) -> String { language.date(CivilTime.date(day: CivilTime.dayNumber(time))) }

    // MARK: Decomposition

    private var waterfall: Chart {
        var chart = Chart(
            id: "decomposition", section: "decomposition",
            title: say("The move in its parts, percentage points", "波动的分解（百分点）"), description: "", content: .missing("")
        )
        guard finding.hasDecomposition else {
            chart.content = .missing(say("a decomposition of the move", "波动的分解"))
            return chart
        }
        let parts = finding.decomposition
        var steps: [WaterfallDrawing.Step] = [
            .init(name: say("drift", "漂移"), points: 100 * parts.drift),
            .init(name: say("market", "大盘"), points: 100 * parts.market),
        ]
        if parts.hasGroup {
            steps.append(.init(name: say("group without itself", "板块（不含自身）"), points: 100 * parts.group))
        }
        steps.append(
            .init(name: say("own", "自身"), points: 100 * parts.own, error: 100 * parts.ownStandardError))
        let total = steps.reduce(0) { $0 + $1.points }
        steps.append(.init(name: say("total", "合计"), points: total, isTotal: true))
        chart.content = .waterfall(WaterfallDrawing(steps: steps))
        chart.description = say(
            "Each part begins where the one above ends; together \(language.points(total / 100)). The line across the own part is one standard error.",
            "每一部分从上一部分的终点开始，合计\(language.points(total / 100))。自身部分上的横线为一个标准误。")
        chart.table = .init(
            header: [say("part", "部分"), say("percentage points", "百分点"), say("standard error", "标准误")],
            rows: steps.map {
                [
                    $0.name, language.decimal($0.points, 2, signed: true),
                    $0.error > 0 ? language.decimal($0.error, 2) : "",
                ]
            })
        return chart
    }

    // MARK: Attention

    private var attention: Chart {
        let name = finding.name(of: finding.subject, language)
        let subject = finding.scope == .group ? say("a member of \(name)", "\(name)成分") : name
        var chart = Chart(
            id: "attention", section: "cause", title: say("Attention in the news", "新闻热度"), description: "",
            content: .missing(say("news items that name \(subject)", "提及\(subject)的新闻")))
        let center = measure.onsetUntil > 0 ? measure.onsetUntil : finding.eventTime
        let from = Int((center > Surroundings.newsBefore ? center - Surroundings.newsBefore : 0) / Surroundings.span)
        let until = Int(min(center + Surroundings.newsAfter, max(finding.eventTime, center)) / Surroundings.span)
        guard from <= until, until - from < 1_000 else { return chart }
        let (naming, telling) = (surroundings.naming, surroundings.telling)
        let places = Array(from...until)
        let named = places.reduce(0) { $0 + (naming[$1] ?? 0) }
        let told = places.reduce(0) { $0 + (telling[$1] ?? 0) }
        guard named + told > 0 else { return chart }
        func point(_ place: Int, _ count: Int) -> SeriesDrawing.Point {
            .init(time: UInt64(place) * Surroundings.span, value: Double(count))
        }
        chart.content = .series(
            SeriesDrawing(
                isBars: true, points: places.map { point($0, max(naming[$0] ?? 0, telling[$0] ?? 0)) },
                part: places.map { point($0, telling[$0] ?? 0) }, onset: onset, unit: .count))
        chart.description = say(
            "Items for each six hours, \(named) with a name of \(subject) that is no ordinary word; orange: \(told) of the most probable story, up to the onset.",
            "每六小时的条数：以不与普通词混淆的名称提及\(subject)的共\(named)条；橙色为最可能的消息在起点之前的\(told)条。")
        chart.table = .init(
            header: [
                say("six hours from (UTC)", "起始时间（UTC，每六小时）"), say("naming it", "提及"), say("of the story", "该消息"),
            ],
            rows: places.filter { (naming[$0] ?? 0) + (telling[$0] ?? 0) > 0 }.map {
                let time = CivilTime.rfc3339(UInt64($0) * Surroundings.span).prefix(16)
                return [String(time).replacing("T", with: " "), "\(naming[$0] ?? 0)", "\(telling[$0] ?? 0)"]
            })
        return chart
    }
}
