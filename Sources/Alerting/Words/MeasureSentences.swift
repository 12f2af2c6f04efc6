import Schema

/// Sentences about what was measured beyond the move itself: the session before, members, who recovers first, and what
/// followed moves like it. The same in every language.
struct MeasureSentences {
    let finding: Finding
    let language: Language
    private var measure: Measure { finding.measure }

    init(_ finding: Finding, _ language: Language) {
        self.finding = finding
        self.language = language
    }

    private func points(_ value: Double, _ error: Double) -> String {
        language.decimal(value * 100, 2, signed: true) + language.pick(" ± ", "±")
            + language.points(error, signed: false)
    }

    /// A move spread over two sessions, each too little alone.
    var twoSessions: String? {
        guard measure.hasTwoSessions else { return nil }
        let two = measure.twoSessions
        let change = language.percent(two.simpleReturn, 2)
        let errors = language.decimal(abs(two.standardized), 1)
        let since = language.date(two.since)
        return language.pick(
            "With the session before it, since \(since), the move is \(change), \(errors) standard errors; alone it was too little.",
            "连同前一交易日（自\(since)起）共\(change)，为标准误的\(errors)倍；仅此一日不足以构成冲击。")
    }

    /// Members whose own part is two standard errors or more, the clearest first.
    var members: String? {
        let split = measure.members.filter { $0.hasOwnPart && $0.ownStandardError > 0 }
        guard !split.isEmpty else { return nil }
        func size(_ member: MemberMeasure) -> Double { abs(member.ownPart) / member.ownStandardError }
        let beyond = split.filter { size($0) >= 2 }.sorted { (size($1), $0.symbol) < (size($0), $1.symbol) }
        let names = beyond.prefix(3).map {
            "\(Wording.line($0.symbol, limit: 16)) \(points($0.ownPart, $0.ownStandardError))"
        }
        let none = language.pick(
            "None of \(split.count) members moved by two standard errors or more beyond market and group.",
            "\(split.count)家成分中，没有一家超出大盘与板块两个标准误以上。")
        guard !names.isEmpty else { return none }
        return language.pick(
            "Beyond market and group, \(beyond.count) of \(split.count) members moved by two standard errors or more:"
                + " \(language.list(names))\(beyond.count > names.count ? " most clearly" : "").",
            "\(split.count)家成分中，\(beyond.count)家超出大盘与板块两个标准误以上：\(language.list(names))\(beyond.count > names.count ? "等" : "")。"
        )
    }

    /// Pairs of a group of which one has recovered more, beyond the noise.
    var votes: String? {
        guard let last = measure.followUp.last, !last.votes.isEmpty else { return nil }
        let pairs = last.votes.prefix(3).map { vote in
            let ahead = Wording.line(vote.ahead, limit: 16)
            let behind = Wording.line(vote.behind, limit: 16)
            let by = points(vote.difference, vote.standardError)
            return language.pick("\(ahead) over \(behind) (\(by))", "\(ahead)领先\(behind)（\(by)）")
        }
        let more = last.votes.count - pairs.count
        let rest = more > 0 ? language.pick(", and \(more) more", "，另有\(more)对") : ""
        return language.pick(
            "Ahead in recovering by two tracking errors or more: \(pairs.joined(separator: "; "))\(rest); of other pairs it"
                + " cannot be told.",
            "回升领先超过两倍跟踪误差的有：\(pairs.joined(separator: "；"))\(rest)；其余各对无法判断。")
    }

    /// What moves of its kind were followed by in this stream, or how many are missing to say.
    var baseRate: String? {
        guard measure.hasBaseRate, finding.phase != .withdrawn else { return nil }
        let rate = measure.baseRate
        guard rate.isEnough else {
            return language.pick(
                "What follows \(kind) is not known here: \(insufficient).", "\(kind)之后的走势，此处证据\(insufficient)。")
        }
        var text = language.pick(
            "Of the last \(rate.shocks) \(kind) seen to their end here, \(rate.recoveredHalf) had taken back half or more"
                + " and \(rate.wentOn) had gone further",
            "此处最近\(rate.shocks)次已观察到终点的\(kind)中，\(rate.recoveredHalf)次收复过半，\(rate.wentOn)次继续扩大")
        if rate.hasMedianRetraced { text += language.pick("; the median ", "；中位数为") + median(rate) }
        return text + language.pick(".", "。")
    }

    /// `insufficient: 3 seen to their end, 20 needed`.
    var insufficient: String {
        let rate = measure.baseRate
        let seen = rate.shocks == 0 ? language.pick("none", "0") : "\(rate.shocks)"
        return language.pick(
            "insufficient, \(seen) seen to \(rate.shocks == 1 ? "its" : "their") end, \(rate.needed) needed",
            "不足（已观察到终点的有\(seen)次，需要\(rate.needed)次）")
    }

    private func median(_ rate: BaseRate) -> String {
        let size = language.percent(abs(rate.medianRetraced), 0, signed: false)
        let value =
            rate.medianRetraced < 0
            ? language.pick("had gone \(size) further", "同向扩大\(size)") : language.pick("took back \(size)", "收复\(size)")
        guard rate.hasLower, rate.hasUpper else { return value }
        let lower = language.percent(rate.lower, 0, signed: false)
        let upper = language.percent(rate.upper, 0, signed: false)
        let what = rate.medianRetraced < 0 ? language.pick(" taken back", "（收复）") : ""
        return value + language.brackets(language.pick("95 %: \(lower) to \(upper)", "95%区间\(lower)至\(upper)") + what)
    }

    /// `falls of single names`.
    var kind: String {
        let isFall = measure.simpleReturn < 0
        let move = language.pick(isFall ? "falls" : "rises", isFall ? "下跌" : "上涨")
        switch finding.scope {
        case .market: return language.pick("\(move) of the market", "大盘\(move)")
        case .group: return language.pick("\(move) of groups", "板块\(move)")
        case .instrument, .unspecified, .UNRECOGNIZED: return language.pick("\(move) of single names", "个股\(move)")
        }
    }
}
