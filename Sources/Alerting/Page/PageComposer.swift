public import Schema

/// Makes a page of a finding. Nothing of the finding's figures, lacks, claims and questions is left out.
public struct PageComposer {
    let finding: Finding
    let language: Language
    let words: FigureWords
    var measure: Measure { finding.measure }

    public init(_ finding: Finding, _ language: Language) {
        self.finding = finding
        self.language = language
        words = FigureWords(language)
    }

    public var page: Page {
        var page = Page(language: language, title: title, subtitle: subtitle)
        let blocks: [Page.Block?] =
            [measured, value, decomposition, measurement, cause] + sectionBlocks + [
                members, sinceThen, changes, claims, questions, verdict,
            ]
            + [evidence]
        page.blocks = blocks.compactMap { $0 }.filter { !$0.rows.isEmpty }
        return page
    }

    func say(_ english: String, _ chinese: String) -> String { language.pick(english, chinese) }

    func entry(_ name: String, _ value: String) -> Page.Row { .entry(.init(name: name, value: value)) }

    // MARK: Title

    private var title: String {
        let subject = Wording.line(finding.subject)
        let known = finding.name(of: finding.subject, language)
        let name = known == subject ? subject : known + language.brackets(subject)
        let change = language.percent(measure.simpleReturn, 2)
        return measure.session.isEmpty
            ? "\(name)  \(change)"
            : say("\(name)  \(change)  on ", "\(name)  \(change)  ") + language.date(measure.session)
    }

    private var subtitle: [String] {
        let time = language.moment(finding.eventTime)
        var lines = [
            say(
                "\(finding.phase), revision \(finding.revision), as of \(time)",
                "\(phase)，第\(finding.revision)版，截至\(time)")
        ]
        let wider = finding.partOf.map { finding.name(ofShock: $0, language) }
        if !wider.isEmpty {
            lines.append(say("part of \(wider.joined(separator: ", "))", "属于\(wider.joined(separator: "、"))"))
        }
        if let thesis = onlyThesis {
            lines.append(say("Thesis: ", "论点：") + language.text(thesis.about, thesis.aboutWords))
        }
        lines.append(Wording.why(finding, language))
        return lines
    }

    /// A section about the one thesis that all sections about theses are about; nil where there are none, or several.
    var onlyThesis: Section? {
        let sections = finding.sections.filter { $0.kind != .chain && !$0.about.isEmpty }
        guard let first = sections.first, sections.allSatisfy({ $0.about == first.about }) else { return nil }
        return first
    }

    private var phase: String {
        switch finding.phase {
        case .pending: "待确认"
        case .open: "进行中"
        case .closed: "已结束"
        case .withdrawn: "已撤销"
        case .unspecified, .UNRECOGNIZED: "阶段不明"
        }
    }

    /// What this revision changed.
    private var changes: Page.Block {
        Page.Block(
            id: "changes", heading: say("WHAT THIS REVISION CHANGED", "本版变化"),
            rows: ChangeWords(finding, language).all.map { .line($0) })
    }

    // MARK: What was measured

    private var measured: Page.Block {
        var block = Page.Block(id: "measured", heading: say("WHAT WAS MEASURED", "实测"))
        if measure.hasPriceBefore, measure.hasPriceLast {
            let opened = measure.hasPriceOpen ? say(", opened ", "，开盘") + level(measure.priceOpen) : ""
            block.rows.append(
                entry(
                    say("price", "股价"),
                    say(
                        "\(level(measure.priceBefore)) before\(opened), \(level(measure.priceLast)) last",
                        "此前\(level(measure.priceBefore))\(opened)，最新\(level(measure.priceLast))")))
        }
        if measure.onsetUntil > 0 {
            let from = language.moment(measure.onsetFrom)
            let until = language.moment(measure.onsetUntil)
            block.rows.append(entry(say("onset", "起点"), say("between \(from) and \(until)", "\(from)至\(until)之间")))
        }
        if measure.hasMarketModel { block.rows += marketModel(measure.marketModel) }
        if measure.hasVolatilityZ {
            let sigma = language.percent(measure.volatility, 2, signed: false)
            let z = language.decimal(measure.volatilityZ, 2)
            block.rows.append(
                entry(
                    say("against volatility", "相对波动率"),
                    say("\(z) σ of \(sigma) a day (EWMA, before the event)", "\(z)个标准差（事前EWMA日波动率\(sigma)）")))
        }
        if measure.hasReturnPeriod { block.rows.append(returnPeriod(measure.returnPeriod)) }
        if measure.hasOvernight { block.rows.append(overnight(measure.overnight)) }
        if let rank = OwnHistory.phrase(measure, language) {
            block.rows.append(entry(say("own history", "自身历史"), rank))
        }
        if !measure.largestSince.isEmpty {
            block.rows.append(entry(say("last as large", "上次如此之大"), language.date(measure.largestSince)))
        }
        if measure.hasTwoSessions {
            let two = measure.twoSessions
            let change = language.percent(two.simpleReturn, 2)
            let t = language.decimal(two.standardized, 2)
            block.rows.append(
                entry(
                    say("two sessions", "两日合计"),
                    say("\(change) since \(two.since), t = \(t)", "自\(language.date(two.since))起\(change)，t = \(t)")))
        }
        if measure.hasBudget { block.rows.append(budget(measure.budget)) }
        return block
    }

    func level(_ price: Double) -> String { language.decimal(price, abs(price) < 1 ? 4 : 2) }

    private func marketModel(_ model: MarketModelEstimate) -> [Page.Row] {
        let abnormal = language.percent(model.abnormalReturn, 2)
        let error = language.percent(model.standardError, 2, signed: false)
        let market = language.percent(model.marketReturn, 2)
        let betaError = model.hasBetaStandardError ? say(" ± ", "±") + language.decimal(model.betaStandardError, 2) : ""
        let beta = language.decimal(model.beta, 2) + betaError
        let t = language.decimal(model.standardized, 2)
        let sessions = say(
            "\(model.observations) sessions \(model.windowFrom) to \(model.windowUntil)",
            "\(model.windowFrom)至\(model.windowUntil)共\(model.observations)个交易日")
        return [
            entry(
                say("abnormal return", "超额收益"),
                say("\(abnormal) ± \(error) (one standard error), t = \(t)", "\(abnormal)±\(error)（一个标准误），t = \(t)")),
            entry("", say("market \(market), β \(beta), \(sessions)", "大盘\(market)，β \(beta)，\(sessions)")),
        ]
    }

    private func returnPeriod(_ period: ReturnPeriodEstimate) -> Page.Row {
        let often = RarityWords.often(period.years, language)
        let deviations = language.decimal(period.deviations, 2)
        let statistic = StageProse.text(period.statistic, language)
        let table = RarityWords.table(period, finding.scope, language) ?? say("table not known", "所据的表不明")
        let size = statistic.isEmpty ? deviations : statistic + say(" ", "为") + deviations
        return entry(
            say("return period", "重现期"),
            say("\(often) (counted; \(size) σ; \(table))", "\(often)（实际计数；\(size)个标准差；\(table)）"))
    }

    private func overnight(_ split: OvernightEstimate) -> Page.Row {
        let share = language.percent(split.share, 0, signed: false)
        let night = language.decimal(split.overnightLog, 4)
        let whole = language.decimal(split.overnightLog + split.intradayLog, 4)
        guard (0...1).contains(split.share) else {
            let after = language.decimal(split.intradayLog, 4, signed: true)
            let signed = language.decimal(split.overnightLog, 4, signed: true)
            return entry(
                say("overnight", "隔夜"),
                say("\(signed) at the open and \(after) after it, in logarithms", "开盘时\(signed)，开盘之后\(after)（对数）"))
        }
        return entry(
            say("overnight", "隔夜"),
            say(
                "\(share) of the log move was at the open (\(night) of \(whole))",
                "对数变动的\(share)发生在开盘（\(night)，共\(whole)）"))
    }

    private func budget(_ budget: BudgetThreshold) -> Page.Row {
        let severity = language.decimal(budget.severity, 2)
        let threshold = language.decimal(budget.threshold, 2)
        let number = language.decimal(budget.budget, 2)
        return entry(
            say("alert budget", "警报预算"),
            say(
                "severity \(severity) (|SAR| times the root of the move over the least move of a shock), threshold \(threshold) "
                    + "for \(number) a week and 100 names" + delivered(budget),
                "严重度\(severity)（标准化超额收益的绝对值乘以涨跌幅与最小涨跌幅之比的平方根），"
                    + "阈值\(threshold)（每百只股票每周\(number)次）" + delivered(budget)))
    }

    /// What was announced under the budget so far.
    private func delivered(_ budget: BudgetThreshold) -> String {
        guard budget.hasAverage else { return "" }
        let average = language.decimal(budget.average, 2)
        let weeks = "\(budget.announcedWeeks)"
        let worst = budget.worstWeek.isEmpty ? "" : language.date(budget.worstWeek)
        let count = "\(budget.worstWeekShocks)"
        return say(
            "; announced in the last \(weeks) weeks: \(average)"
                + (worst.isEmpty ? "" : ", most in the week of \(worst): \(count)"),
            "；最近\(weeks)周实际为\(average)次" + (worst.isEmpty ? "" : "，最多的一周始于\(worst)，共\(count)次"))
    }

    // MARK: Value

    private var value: Page.Block? {
        guard measure.hasValue else { return nil }
        let value = measure.value
        var block = Page.Block(id: "value", heading: say("VALUE", "市值"))
        block.rows.append(entry(say("change", "变动"), language.dollars(value.usd)))
        if value.members > 0 {
            block.rows.append(
                entry(
                    say("coverage", "覆盖"),
                    say(
                        "\(value.covered) of \(value.members) members have a dated share count",
                        "\(value.members)家成分中\(value.covered)家有注明日期的股本")))
            if !value.withoutShares.isEmpty {
                block.rows.append(
                    entry(
                        say("without one", "缺股本"), language.list(value.withoutShares.map { Wording.line($0) }))
                )
            }
        } else if value.shares > 0 {
            let count = say(
                "\(language.decimal(value.shares / 1e9, 3)) bn", "\(language.decimal(value.shares / 1e8, 2))亿股")
            let date = Wording.line(value.sharesAsOf)
            block.rows.append(
                entry(
                    say("shares", "总股本"), date.isEmpty ? count : say("\(count), counted \(date)", "\(count)，截至\(date)"))
            )
        }
        if value.rank > 0 {
            let since = language.date(value.comparedSince)
            let isFirst = value.rank == 1
            let place =
                isFirst ? say("largest", "最大") : say("\(FixedNumber.ordinal(value.rank)) largest", "第\(value.rank)大")
            let noun = value.usd < 0 ? say("loss", "的损失") : say("gain", "的增长")
            block.rows.append(
                entry(
                    say("rank in dollars", "按美元排名"),
                    say(
                        "\(place) \(noun) among \(value.compared) one-day changes known here: sessions since \(since) of names with a share count, and published records",
                        "此处已知的\(value.compared)次单日变动中\(place)\(noun)（\(since)以来有股本的股票的交易日，以及已公布的纪录）")))
        }
        let size = finding.sections.first { $0.kind == .size }
        let published = size?.estimates.first { $0.id == "published-record" }
        let isPublished = published.map { "\($0.of) \($0.asOf)" } == value.previousRecord
        if value.hasPreviousRecordUsd, !isPublished {
            block.rows.append(
                entry(
                    say("record before", "此前纪录"),
                    "\(language.dollars(value.previousRecordUsd))\(say(", ", "，"))\(Wording.line(value.previousRecord))"
                ))
        }
        for section in finding.sections where section.kind == .size { block.rows += rows(of: section, titled: true) }
        return block
    }

    // MARK: Where it came from

    private var decomposition: Page.Block? {
        guard finding.hasDecomposition else { return nil }
        let parts = finding.decomposition
        var rows: [(String, Double)] = [(say("drift", "漂移"), parts.drift), (say("market", "大盘"), parts.market)]
        if parts.hasGroup { rows.append((say("group without itself", "板块（不含自身）"), parts.group)) }
        rows.append((say("own", "自身"), parts.own))
        let largest = rows.map { abs($0.1) }.max() ?? 0
        var block = Page.Block(
            id: "decomposition", heading: say("WHERE IT CAME FROM", "波动从何而来"),
            note: say("in percentage points; co-movement, not causation", "单位为百分点；是联动，并非因果"))
        block.rows = rows.map {
            .bar(
                name: $0.0, value: language.decimal($0.1 * 100, 2, signed: true),
                share: largest > 0 ? abs($0.1) / largest : 0)
        }
        let sum = rows.reduce(0) { $0 + $1.1 }
        block.rows.append(
            .bar(name: say("total", "合计"), value: language.decimal(sum * 100, 2, signed: true), share: 0))
        let error = language.decimal(parts.ownStandardError * 100, 2)
        block.rows.append(.line(say("own part ± \(error) (one standard error)", "自身部分±\(error)（一个标准误）")))
        let names = parts.basket.map { Wording.line($0) }.joined(separator: " ")
        let group = parts.hasGroup ? finding.fullName(of: parts.groupID, language) : ""
        let basket =
            (group.isEmpty ? "" : say(", group \(group)", "，板块为\(group)"))
            + (names.isEmpty ? "" : say(", basket \(names)", "，篮子为\(names)"))
        block.rows.append(
            .line(
                say(
                    "\(parts.observations) sessions \(parts.windowFrom) to \(parts.windowUntil)\(basket)",
                    "\(parts.windowFrom)至\(parts.windowUntil)共\(parts.observations)个交易日\(basket)")))
        return block
    }
}
