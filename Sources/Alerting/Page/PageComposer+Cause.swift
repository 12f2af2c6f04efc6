import Schema

/// What may have set the move off, and what came after it.
extension PageComposer {
    var cause: Page.Block? {
        guard finding.hasAttribution else { return finding.isUnexplained ? unexplained : nil }
        let attribution = finding.attribution
        let until = language.moment(attribution.evidenceUntil)
        var block = Page.Block(
            id: "cause", heading: say("WHAT MAY HAVE SET IT OFF", "可能的起因"),
            note: say(
                "from what was known up to \(until); weights, not calibrated probabilities",
                "只依据截至\(until)已知的信息；百分数为权重，未经校准"))
        block.rows = attribution.candidates.map(candidate)
        block.rows.append(
            .item(lead: language.probability(attribution.unexplained), text: say("unexplained", "未能解释"), details: []))
        for excluded in attribution.excluded {
            let reason = StageProse.text(excluded.reason, language)
            let items = language.counted(excluded.items, "item", "items", "条")
            block.rows.append(.line(say("not counted (\(reason)): \(items)", "未计入（\(reason)）：\(items)")))
        }
        for rejected in attribution.rejected {
            let reason = StageProse.text(rejected.reason, language)
            let subject = words.party(rejected.subject)
            block.rows.append(.line(say("ruled out: \(subject), \(reason)", "已排除：\(subject)，\(reason)")))
        }
        if attribution.hasSubjectAttentionZ {
            let often = language.usual(attribution.subjectAttentionZ)
            let subject = finding.name(of: finding.subject, language)
            block.rows.append(
                .line(say("news that name \(subject): \(often)", "提及\(subject)的消息数\(often)")))
        }
        return block
    }

    /// Of a shock that is over and was never explained, with why.
    private var unexplained: Page.Block {
        let reasons = finding.missing.filter { $0.hasPrefix("attribution") }.map {
            Page.Row.line(StageProse.text($0, language))
        }
        return Page.Block(
            id: "cause", heading: say("WHAT MAY HAVE SET IT OFF", "可能的起因"),
            rows: [.item(lead: language.probability(1), text: say("unexplained", "未能解释"), details: [])] + reasons)
    }

    /// A candidate: its headline, what it is about, and what speaks for it.
    private func candidate(_ candidate: TriggerCandidate) -> Page.Row {
        let text =
            if candidate.isNews {
                language == .english
                    ? Wording.English.quoted(candidate.headline, limit: 160)
                    : Wording.Chinese.named(candidate, in: finding, limit: 160)
            } else if language == .english {
                (candidate.isScheduled ? "Release of " : "") + Wording.line(candidate.headline, limit: 160)
            } else {
                Wording.Chinese.named(candidate, in: finding, limit: 160)
            }
        return .item(
            lead: language.probability(candidate.probability), text: text,
            details: candidate.isNews ? story(candidate) : mechanism(candidate), evidence: candidate.evidence)
    }

    private func story(_ candidate: TriggerCandidate) -> [String] {
        let often = language.usual(candidate.attentionZ)
        let attention = candidate.hasAttentionZ ? say("attention \(often)", "热度\(often)") : ""
        let items = language.counted(candidate.items, "item", "items", "条")
        let sources = language.counted(candidate.sources, "source", "sources", "个来源")
        let seen = language.date(String(CivilTime.rfc3339(candidate.firstSeen).prefix(10)))
        let relevance = language.decimal(candidate.relevance, 0)
        let terms = candidate.terms.map { Wording.line($0, limit: 30) }.joined(separator: say(", ", "、"))
        return [
            terms.isEmpty ? "" : say("its words: \(terms)", "关键词：\(terms)"),
            language.remark([
                say("\(items) from \(sources) since \(seen)", "自\(seen)起\(items)，来自\(sources)"),
                say("relevance \(relevance) of 100", "相关度\(relevance)/100"), attention,
            ]), life(of: candidate),
        ].filter { !$0.isEmpty }
    }

    private func life(of candidate: TriggerCandidate) -> String {
        var parts: [String] = []
        if candidate.peak > 0 {
            let peak = language.moment(candidate.peak)
            parts.append(say("peak in the hour from \(peak)", "高峰在\(peak)起的一小时"))
        }
        if candidate.hasDoublingHours {
            let hours = language.decimal(candidate.doublingHours, 1)
            parts.append(say("doubling every \(hours) h", "每\(hours)小时翻倍"))
        } else if candidate.items > 1 {
            parts.append(say("doubling time not known", "翻倍时间不明"))
        }
        if candidate.hasNovelty {
            let novelty = language.decimal(candidate.novelty, 0)
            parts.append(say("novelty \(novelty) of 100", "新颖度\(novelty)/100"))
        }
        if candidate.originals > 0, candidate.originals < candidate.items {
            let reprints = candidate.items - candidate.originals
            parts.append(say("\(reprints) of them reprints", "其中\(reprints)条为转载"))
        }
        if candidate.languages.count > 1 {
            parts.append(
                candidate.languages.map { "\(language.name(of: $0.language)) \($0.items)" }.joined(
                    separator: say(" ", "、")))
        }
        return language.remark(parts)
    }

    /// What speaks for a candidate that is no story.
    private func mechanism(_ candidate: TriggerCandidate) -> [String] {
        var parts: [String] = []
        if candidate.hasShare {
            let share = language.percent(candidate.share, 0, signed: false)
            parts.append(
                candidate.kind == .flow
                    ? say("at most \(share) of the return", "至多占涨跌幅的\(share)")
                    : say("\(share) of the return with it", "涨跌幅的\(share)与之同动"))
        }
        if candidate.firstSeen > 0 {
            let seen = language.moment(candidate.firstSeen)
            parts.append(say("known \(seen)", "\(seen)已知"))
        }
        if finding.isUnverified(candidate.evidence) { parts.append(say("stated, not verified", "据事实·未核实")) }
        return parts.isEmpty ? [] : [language.remark(parts)]
    }

    var members: Page.Block? {
        guard !measure.members.isEmpty else { return nil }
        let parts = measure.members.contains { $0.hasOwnPart }
        let header =
            [say("name", "名称"), say("return", "涨跌幅"), say("value", "市值")]
            + (parts ? [say("market", "大盘"), say("group", "板块"), say("own", "自身")] : [])
            + [say("basket", "篮子")]
        let rows = measure.members.map { member in
            let change = member.hasSimpleReturn ? language.percent(member.simpleReturn, 2) : say("no price", "无价格")
            let usd = member.hasValueUsd ? language.dollars(member.valueUsd) : ""
            return [Wording.line(member.symbol, limit: 16), change, usd] + (parts ? split(member) : [])
                + [member.weight > 0 ? say("yes", "是") : ""]
        }
        return Page.Block(
            id: "members", heading: say("MEMBERS", "成分"),
            note: parts ? say("parts in percentage points", "各部分单位为百分点") : "",
            rows: [.table(header: header, rows: rows)])
    }

    private func split(_ member: MemberMeasure) -> [String] {
        func points(_ has: Bool, _ value: Double) -> String {
            has ? language.decimal(value * 100, 2, signed: true) : ""
        }
        let error = member.hasOwnStandardError ? "±" + language.decimal(member.ownStandardError * 100, 2) : ""
        return [
            points(member.hasMarketPart, member.marketPart), points(member.hasGroupPart, member.groupPart),
            points(member.hasOwnPart, member.ownPart) + (member.hasOwnPart ? error : ""),
        ]
    }

    /// The sessions that followed, then what the recovery section has besides.
    var sinceThen: Page.Block? {
        // A group has no price: its basket is shown as an index that stood at 100 before the move.
        let isIndex = finding.scope == .group
        var block = Page.Block(
            id: "recovery", heading: say("SINCE THEN", "此后"),
            note: language.remark([
                isIndex ? say("as an index that was 100 before", "以此前为100的指数") : "",
                measure.followUp.contains { $0.retraced < 0 }
                    ? say("retraced below 0 %: it went further", "收复为负表示继续同向") : "",
            ]))
        if !measure.followUp.isEmpty {
            let rows = measure.followUp.map { session in
                [
                    Wording.line(session.session), level(isIndex ? 100 * session.price : session.price),
                    language.percent(session.simpleReturn, 2), language.percent(session.retraced, 0, signed: false),
                ]
            }
            let header = [say("session", "交易日"), say("price", "价格"), say("change", "涨跌"), say("retraced", "已收复")]
            block.rows.append(.table(header: header, rows: rows))
        }
        // Those of the last session are figures of the section below, with their size.
        for session in measure.followUp.dropLast() where !session.votes.isEmpty {
            let pairs = session.votes.prefix(2).map { vote in
                let (ahead, behind) = (Wording.line(vote.ahead, limit: 16), Wording.line(vote.behind, limit: 16))
                return say("\(ahead) of \(behind)", "\(ahead)领先\(behind)")
            }.joined(separator: say(", ", "，"))
            let more = session.votes.count - 2
            let rest = more > 0 ? say(" and \(more) more", "，另有\(more)对") : ""
            let day = Wording.line(session.session)
            block.rows.append(
                .line(say("\(day): ahead beyond the noise \(pairs)\(rest)", "\(day)：超出噪声的领先：\(pairs)\(rest)")))
        }
        if measure.hasBaseRate, !measure.baseRate.isEnough {
            let words = MeasureSentences(finding, language)
            block.rows.append(entry(say("what followed \(words.kind)", "\(words.kind)之后"), words.insufficient))
        }
        let shown: Set<String> = measure.followUp.isEmpty ? [] : ["session-return", "retraced"]
        for section in finding.sections where section.kind == .recovery {
            var rest = section
            rest.estimates.removeAll { shown.contains($0.id) }
            // Said above, with how many are missing.
            if measure.hasBaseRate { rest.missing.removeAll { $0.what == "base-rates" } }
            if !rest.estimates.isEmpty || !rest.missing.isEmpty { block.rows += rows(of: rest, titled: false) }
        }
        return block
    }
}
