import Alerting
import Schema

extension ChartComposer {
    private func estimates(_ kind: SectionKind, _ ids: Set<String>) -> [(section: Section, estimate: Estimate)] {
        finding.sections.filter { $0.kind == kind }.flatMap { section in
            section.estimates.filter { ids.contains($0.id) && $0.value.isFinite }.map { (section, $0) }
        }
    }

    // MARK: Amplifiers

    var bounds: Chart {
        var chart = Chart(
            id: "bounds", section: "amplifier",
            title: say("The most each can have moved it, percentage points", "各自至多的影响（百分点）"), description: "",
            content: .missing(say("a bound for any amplifier", "任何放大因素的上限")))
        let found = estimates(.amplifier, ["bound", "bound-own-turnover", "bound-with-index-funds"])
            .filter { $0.estimate.unit == .fraction }
        guard !found.isEmpty else { return chart }
        let move = BoundDrawing.Row(
            name: say("the move itself", "波动本身"), points: 100 * measure.simpleReturn, isMove: true)
        let rows = found.map { section, estimate in
            let isTwoSigned = estimate.hasLower && estimate.hasUpper && estimate.lower < 0 && estimate.upper > 0
            return BoundDrawing.Row(
                name: words.section(section.id) + say(": ", "：") + words.label(estimate, in: section.id),
                points: 100 * estimate.value, isTwoSigned: isTwoSigned)
        }
        chart.content = .bounds(BoundDrawing(rows: [move] + rows))
        chart.description = say(
            "Dashed bars end at a bound: what was done lies anywhere under it. The full bar is the move.",
            "虚线条的末端为上限，实际影响可为其下任何值；实心条为波动本身。")
        chart.table = .init(
            header: [say("what", "项目"), say("percentage points", "百分点"), say("rests on", "依据")],
            rows: [[move.name, language.decimal(move.points, 2, signed: true), ""]]
                + zip(found, rows).map {
                    [$1.name, say("at most ", "至多") + language.decimal(abs($1.points), 2), words.remark($0.estimate)]
                })
        return chart
    }

    // MARK: Stance

    var stances: [Chart] {
        let sections = finding.sections.filter { section in
            section.id == "information" && section.estimates.contains { $0.id == "stance" }
        }
        let title = say("Stance by tier of source", "各级来源的立场")
        guard !sections.isEmpty else {
            return [
                Chart(
                    id: "stance", section: "gap", title: title, description: "",
                    content: .missing(say("dated statements on a thesis, by tier", "各级来源对论点的注明日期的表态")))
            ]
        }
        return sections.enumerated().map { place, section in
            stance(section, id: place == 0 ? "stance" : "stance-\(place + 1)", title)
        }
    }

    private func stance(_ section: Section, id: String, _ title: String) -> Chart {
        let found = section.estimates.filter { $0.id == "stance" && $0.value.isFinite }
        let rows = found.map { estimate in
            let hasInterval = estimate.hasLower && estimate.hasUpper
            return IntervalDrawing.Row(
                name: words.owner(estimate), value: estimate.value, lower: hasInterval ? estimate.lower : nil,
                upper: hasInterval ? estimate.upper : nil)
        }
        let about = words.title(section)
        return Chart(
            id: id, section: "gap", title: title,
            description: say(
                "\(about) Dots are the means, lines the 95 % intervals, from −1 (against the thesis) to +1 (for it).",
                "\(about)圆点为均值，横线为95%区间，−1为反对论点，+1为支持。"),
            content: .intervals(
                IntervalDrawing(rows: rows, scale: -1...1, ends: (say("against", "反对"), say("for", "支持")))),
            table: .init(
                header: [
                    say("tier", "来源"), say("stance", "立场"), say("95 % from", "95%下限"), say("to", "上限"),
                    say("voices", "表态数"),
                ],
                rows: found.map {
                    [
                        words.owner($0), language.decimal($0.value, 2, signed: true),
                        $0.hasLower ? language.decimal($0.lower, 2, signed: true) : "",
                        $0.hasUpper ? language.decimal($0.upper, 2, signed: true) : "", "\($0.observations)",
                    ]
                }))
    }

    // MARK: Scenarios

    /// What the cases of the configuration come to: demand by elasticity beside what this move takes, and profit by
    /// market structure beside the demand that keeps it.
    var scenarios: [Chart] {
        let all = demandCases + profitCases
        guard all.isEmpty else { return all }
        return [
            Chart(
                id: "scenarios", section: "thesis", title: say("Scenarios", "情景"), description: "",
                content: .missing(say("scenarios in the configuration of a thesis", "论点配置中的情景")))
        ]
    }

    private var demandCases: [Chart] {
        finding.sections.filter { $0.id == "efficiency" }.enumerated().compactMap { place, section in
            let demand = section.estimates.filter { $0.id == "demand" }
            guard !demand.isEmpty else { return nil }
            let even = section.estimates.filter { $0.id == "break-even-elasticity" }
            var rows = demand.map { estimate -> [String] in
                let elasticity = Self.assumed("elasticity", in: estimate)
                let gain = Self.assumed("gain", in: estimate)
                // The case is above what the price implies where demand answers more than at the break-even.
                let limit = even.first { Double($0.of) == gain }?.value
                let verdict =
                    if let elasticity, let limit { elasticity >= limit ? above : below } else { "" }
                return [
                    words.owner(estimate), elasticity.map { language.decimal($0, 2) } ?? "",
                    words.value(estimate, in: section.id),
                    verdict,
                ]
            }
            for estimate in even {
                rows.append([
                    say("▶ break-even at ", "▶ 盈亏平衡：") + words.owner(estimate), language.decimal(estimate.value, 3), "",
                    mark,
                ])
            }
            return Chart(
                id: place == 0 ? "demand" : "demand-\(place + 1)", section: "thesis",
                title: say("Scenarios of demand", "需求情景"),
                description: say("What-if: \(words.title(section))", "假设情景：\(words.title(section))"), content: .table,
                table: .init(
                    header: [
                        say("case", "情景"), say("elasticity", "弹性"), say("demand", "需求"),
                        say("against this move", "与本次波动相比"),
                    ], rows: rows))
        }
    }

    private var above: String { say("▲ above break-even", "▲ 高于平衡点") }
    private var below: String { say("▼ below break-even", "▼ 低于平衡点") }
    private var mark: String { say("what the move implies", "本次波动所隐含") }

    private var profitCases: [Chart] {
        finding.sections.filter { $0.id == "pricing-power" }.enumerated().compactMap { place, section in
            let profits = section.estimates.filter { $0.id == "profit" }
            guard !profits.isEmpty else { return nil }
            let rows = profits.map { estimate -> [String] in
                let even = section.estimates.first { $0.id == "break-even-demand" && $0.of == estimate.of }
                let verdict = estimate.value >= 1 ? above : below
                return [
                    words.owner(estimate), Self.assumed("demand", in: estimate).map { times($0) } ?? "",
                    even.map { times($0.value) } ?? "", times(estimate.value), verdict,
                ]
            }
            return Chart(
                id: place == 0 ? "profit" : "profit-\(place + 1)", section: "chain",
                title: say("Scenarios of profit: ", "利润情景：") + words.title(section),
                description: say(
                    "What-if: demand and profit as multiples of now. Break-even is the demand at which profit stays.",
                    "假设情景：需求与利润均为现在的倍数；平衡点为利润不变所需的需求。"),
                content: .table,
                table: .init(
                    header: [
                        say("case", "情景"), say("demand", "需求"), say("break-even demand", "平衡所需需求"), say("profit", "利润"),
                        say("verdict", "结论"),
                    ], rows: rows))
        }
    }

    private func times(_ value: Double) -> String { language.decimal(value, 2) + say("×", "倍") }

    /// The number that an estimate assumes under a name.
    private static func assumed(_ name: String, in estimate: Estimate) -> Double? {
        estimate.assumptions.lazy.filter { $0.hasPrefix(name + "=") }.compactMap {
            Double($0.dropFirst(name.count + 1))
        }
        .first
    }

    // MARK: Recovery

    var recovery: Chart {
        var chart = Chart(
            id: "recovery", section: "recovery", title: say("Taken back, by session", "逐日收复"), description: "",
            content: .missing(say("sessions after the one it began in", "起始日之后的交易日")))
        let sessions = measure.followUp.compactMap { session in
            CivilTime.parseDate(session.session).map { (UInt64($0) * CivilTime.day, session) }
        }.filter { $0.1.retraced.isFinite }
        guard let began = CivilTime.parseDate(measure.session), let last = sessions.last else { return chart }
        let points =
            [SeriesDrawing.Point(time: UInt64(began) * CivilTime.day, value: 0)]
            + sessions.map { .init(time: $0.0, value: 100 * $0.1.retraced) }
        chart.content = .series(
            SeriesDrawing(points: points, references: [(100, say("all of it", "全部"))], unit: .percent))
        let share = language.percent(last.1.retraced, 0, signed: false)
        chart.description = say(
            "Share of the first session's move that was taken back: \(share) on \(last.1.session). Below zero it went further.",
            "起始日波动中已收复的比例：\(language.date(last.1.session))为\(share)；低于零表示继续同向。")
        chart.table = .init(
            header: [say("session", "交易日"), say("change", "涨跌"), say("taken back", "已收复")],
            rows: sessions.map {
                [
                    $0.1.session, language.percent($0.1.simpleReturn, 2),
                    language.percent($0.1.retraced, 0, signed: false),
                ]
            })
        return chart
    }
}
