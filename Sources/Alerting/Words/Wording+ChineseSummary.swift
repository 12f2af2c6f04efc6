import Schema

extension Wording.Chinese {
    private static let language = Language.chinese

    /// The same paragraph as the English one; sentences whose numbers are missing are left out.
    static func summary(_ input: WordingInput) -> String {
        let measured = MeasureSentences(input.finding, language)
        return [
            opening(input), measured.twoSessions, marketModel(input.measure), returnPeriod(input),
            overnight(input.measure), value(input.measure),
            OwnHistory.phrase(input.measure, language).map { "这是\($0)。" }, decomposition(input.finding),
            measured.members, trigger(input), alternatives(input.finding), rejected(input.finding),
            excluded(input.finding), telling(input), followUp(input.measure), measured.votes, measured.baseRate,
            revised(input.finding), missing(input.finding), unverified(input.finding),
        ]
        .compactMap { $0 }.joined()
    }

    private static func revised(_ finding: Finding) -> String? {
        let changes = ChangeWords(finding, language).all
        return changes.isEmpty ? nil : "本版变化：\(changes.joined(separator: "；"))。"
    }

    private static func telling(_ input: WordingInput) -> String? {
        let sentences = input.state == .withdrawn ? [] : TellingSentences(input.finding, language).all
        return sentences.isEmpty ? nil : sentences.joined()
    }

    private static func opening(_ input: WordingInput) -> String {
        let finding = input.finding
        let measure = input.measure
        var text = finding.fullName(of: finding.subject, language)
        if !measure.session.isEmpty { text += language.date(measure.session) }
        text += change(measure.simpleReturn, 2)
        if measure.hasPriceBefore && measure.hasPriceLast {
            text += "，由\(level(measure.priceBefore))至\(level(measure.priceLast))"
        }
        return text + (measure.complete ? "。" : "，当日尚未收盘。")
    }

    private static func level(_ price: Double) -> String { language.decimal(price, abs(price) < 1 ? 4 : 2) }

    private static func marketModel(_ measure: Measure) -> String? {
        guard measure.hasMarketModel else { return nil }
        let model = measure.marketModel
        return "大盘\(change(model.marketReturn, 2))，大盘未能解释的部分为\(language.percent(model.abnormalReturn, 2))"
            + "±\(language.points(model.standardError, signed: false))（标准误；贝塔\(language.decimal(model.beta, 2))，"
            + "\(model.observations)个交易日）。"
    }

    private static func returnPeriod(_ input: WordingInput) -> String? {
        guard input.measure.hasReturnPeriod else { return nil }
        let period = input.measure.returnPeriod
        let table = RarityWords.table(period, input.finding.scope, language).map { "，\($0)" } ?? ""
        let often = RarityWords.often(period.years, language)
        return "\(language.decimal(period.deviations, 1))个标准差的波动，\(often)\(table)。"
    }

    private static func overnight(_ measure: Measure) -> String? {
        guard measure.hasOvernight else { return nil }
        let overnight = measure.overnight
        let night = language.percent(overnight.overnightLog, 1)
        let day = language.percent(overnight.intradayLog, 1)
        guard (0...1).contains(overnight.share) else { return "隔夜变动\(night)，开盘后变动\(day)（对数）。" }
        let share = language.percent(overnight.share, 0, signed: false)
        return "其中\(share)发生在隔夜（\(night)），其余在开盘之后（\(day)，对数）。"
    }

    private static func value(_ measure: Measure) -> String? {
        guard measure.hasValue else { return nil }
        let value = measure.value
        let noun = value.usd < 0 ? "损失" : "增长"
        var text = "市值\(value.usd < 0 ? "蒸发" : "增加")\(language.dollars(abs(value.usd)))"
        if value.members > 0 {
            text += "（\(value.members)家成分中\(value.covered)家有注明日期的股本"
            if !value.withoutShares.isEmpty {
                text += "，不含\(language.list(value.withoutShares.map { Wording.line($0) }))"
            }
            text += "）"
        } else if value.shares > 0 {
            let date = value.sharesAsOf.isEmpty ? "" : "，截至\(language.date(value.sharesAsOf))"
            text += "（总股本\(language.count(value.shares))股\(date)）"
        }
        if value.rank > 0 && value.compared > 1 {
            let since =
                value.comparedSince.isEmpty ? "" : "（\(language.date(value.comparedSince))以来的交易日及已公布的纪录）"
            let place = value.rank == 1 ? "最大" : "第\(value.rank)大"
            text += "，在此处已知的\(value.compared)次单日变动中为\(place)的\(noun)\(since)"
            if value.hasPreviousRecordUsd {
                text += "；此前的纪录为\(language.dollars(abs(value.previousRecordUsd)))"
                if !value.previousRecord.isEmpty { text += "（\(Wording.line(value.previousRecord))）" }
            }
        }
        return text + "。"
    }

    private static func decomposition(_ finding: Finding) -> String? {
        guard finding.hasDecomposition else { return nil }
        let parts = finding.decomposition
        func points(_ value: Double) -> String { language.decimal(value * 100, 2, signed: true) }
        var split = ["漂移\(points(parts.drift))", "随大盘\(points(parts.market))"]
        if parts.hasGroup {
            let group = finding.name(of: parts.groupID, language)
            split.append("随板块“\(group)”（大盘之外，另外\(parts.basket.count)只股票）\(points(parts.group))")
        }
        split.append("自身\(points(parts.own))±\(language.decimal(parts.ownStandardError * 100, 2))")
        return "按百分点计，涨跌幅分解为：\(language.list(split))（\(parts.observations)个交易日的联动，并非因果）。"
    }

    static func trigger(_ input: WordingInput) -> String? {
        if input.state == .withdrawn { return "未能持续到收盘，现予撤销。" }
        guard input.finding.hasAttribution else {
            return input.finding.isUnexplained ? "原因不明：\(language.probability(1))未能解释。" : "起因尚未查考。"
        }
        let attribution = input.finding.attribution
        let until = attribution.evidenceUntil == 0 ? "" : "截至\(language.moment(attribution.evidenceUntil))"
        let considered = "\(until)共考察\(attribution.itemsConsidered)条消息"
        let unexplained = language.probability(attribution.unexplained)
        guard let first = attribution.candidates.first else {
            return "没有消息可作为起因（\(considered)）；\(unexplained)未能解释。"
        }
        let opening = first.probability > attribution.unexplained ? "最可能的起因是" : "原因不明，最接近的是"
        return
            "\(opening)\(named(first, in: input.finding))（\(language.probability(first.probability))：\(evidence(first))）；"
            + "\(unexplained)未能解释（均为权重，未经校准）。\(considered)。"
    }

    /// `12条，来自5个来源，最高为五级来源，首见于…，热度高于平常8.1个标准差`
    private static func evidence(_ candidate: TriggerCandidate) -> String {
        var parts: [String] = []
        if candidate.isNews {
            parts.append("\(candidate.items)条，来自\(candidate.sources)个来源")
            let reprints = candidate.originals > 0 ? candidate.items - min(candidate.items, candidate.originals) : 0
            if reprints > 0 { parts.append("其中\(reprints)条为转载") }
        } else if candidate.hasShare {
            let share = language.percent(candidate.share, 0, signed: false)
            parts.append(candidate.kind == .flow ? "至多占涨跌幅的\(share)" : "涨跌幅的\(share)与之同动")
        }
        if candidate.bestTier.rawValue > 0 {
            parts.append("最高为" + FigureWords(language).party("T\(candidate.bestTier.rawValue)"))
        }
        if candidate.firstSeen > 0 { parts.append("首见于\(language.moment(candidate.firstSeen))") }
        if candidate.isNews { parts.append("相关度\(language.decimal(candidate.relevance, 0))/100") }
        if candidate.hasAttentionZ {
            parts.append("热度" + language.usual(candidate.attentionZ))
        }
        return parts.isEmpty ? "无进一步证据" : parts.joined(separator: "，")
    }

    private static func alternatives(_ finding: Finding) -> String? {
        guard finding.hasAttribution, finding.attribution.candidates.count > 1 else { return nil }
        let others = finding.attribution.candidates.dropFirst().prefix(2).map {
            "\(named($0, in: finding, limit: 60))（\(language.probability($0.probability))）"
        }
        return "可能性较小的有：\(language.list(Array(others)))。"
    }

    private static func rejected(_ finding: Finding) -> String? {
        guard finding.hasAttribution else { return nil }
        let parts = finding.attribution.rejected.prefix(4).map {
            "\(FigureWords(language).party($0.subject))（\(StageProse.text($0.reason, language))）"
        }
        return parts.isEmpty ? nil : "已排除的起因：\(language.list(Array(parts)))。"
    }

    private static func excluded(_ finding: Finding) -> String? {
        guard finding.hasAttribution else { return nil }
        let parts = finding.attribution.excluded.filter { $0.items > 0 }.map {
            "\($0.items)条（\(StageProse.text($0.reason, language))）"
        }
        return parts.isEmpty ? nil : "未计为证据：\(language.list(parts))。"
    }

    private static func followUp(_ measure: Measure) -> String? {
        guard let last = measure.followUp.last else { return nil }
        return "此后\(measure.followUp.count)个交易日：\(language.date(last.session))\(change(last.simpleReturn, 2))，"
            + "累计\(language.retraced(last.retraced))。"
    }

    private static func missing(_ finding: Finding) -> String? {
        let parts = finding.missing + finding.measure.missing.filter { !finding.missing.contains($0) }
        return parts.isEmpty ? nil : "缺少：\(parts.map { StageProse.text($0, language) }.joined(separator: "；"))。"
    }

    private static func unverified(_ finding: Finding) -> String? {
        finding.unverified.isEmpty ? nil : "所依据的事实中有\(finding.unverified.count)条系引用而未经核实。"
    }
}
