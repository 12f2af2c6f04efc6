import Schema

extension Wording {
    /// Chinese headlines. The paragraph is in `Wording+ChineseSummary.swift`.
    enum Chinese {
        private static let language = Language.chinese
        /// Longer headlines show less of a story's, then leave the record and the companions out.
        static let headlineLimit = 150

        /// One line: who moved how far and when, what it cost, with whom, what came after, and what most likely set it off.
        static func headline(_ input: WordingInput) -> String {
            let levels = [(60, true), (30, true), (30, false)]
            let lines = levels.lazy.map { headline(input, quote: $0.0, isDetailed: $0.1) }
            return lines.first { fits($0, headlineLimit) } ?? headline(input, quote: 30, isDetailed: false)
        }

        private static func headline(_ input: WordingInput, quote: Int, isDetailed: Bool) -> String {
            prefix(input.state) + movement(input, isDetailed) + (isDetailed ? companions(input) : "") + since(input)
                + "：" + cause(input, quote)
        }

        static func notice(of finding: Finding, headline: String) -> String {
            "\(finding.scope == .market ? "大盘" : "板块")\(finding.name(of: finding.subject, language))——\(headline)"
        }

        private static func prefix(_ state: AlertState) -> String {
            switch state {
            case .pending: "截至目前："
            case .resolved: "已结束："
            case .withdrawn: "已撤销："
            case .firing, .unspecified, .UNRECOGNIZED: ""
            }
        }

        /// `ABC 2025年1月27日下跌16.97%，市值蒸发5926.6亿美元（此处有记录以来最大单日损失）`.
        private static func movement(_ input: WordingInput, _ isDetailed: Bool) -> String {
            let finding = input.finding
            var text = finding.chineseSubject
            if text.last?.isASCII == true { text += " " }
            if input.measure.complete, !input.measure.session.isEmpty { text += language.date(input.measure.session) }
            text += change(input.measure.simpleReturn, input.finding.scope == .instrument ? 2 : 1)
            if input.measure.hasTwoSessions { text += "，两日合计" + change(input.measure.twoSessions.simpleReturn, 2) }
            if input.measure.hasValue { text += "，" + value(input.measure.value, isDetailed) }
            return text
        }

        /// `下跌16.97%`.
        static func change(_ fraction: Double, _ decimals: Int) -> String {
            if fraction == 0 { return "持平" }
            let size = language.percent(abs(fraction), decimals, signed: false)
            if size == language.percent(0, decimals, signed: false) { return "基本持平" }
            return (fraction < 0 ? "下跌" : "上涨") + size
        }

        private static func value(_ value: ValueChange, _ isDetailed: Bool) -> String {
            var text = "市值" + (value.usd < 0 ? "蒸发" : "增加") + language.dollars(abs(value.usd))
            if value.members > 0 { text += "（计入\(value.members)家中的\(value.covered)家）" }
            if isDetailed && value.rank == 1 && value.compared > 1 {
                text += "（按美元计为此处有记录以来最大单日\(value.usd < 0 ? "损失" : "增长")）"
            }
            return text
        }

        private static func since(_ input: WordingInput) -> String {
            guard let last = input.measure.followUp.last, input.state != .withdrawn else { return "" }
            let sessions = "\(input.measure.followUp.count)个交易日"
            let retraced = language.retraced(last.retraced)
            if input.state == .resolved { return "，\(sessions)后\(retraced)" }
            return "；此后\(language.date(last.session))\(change(last.simpleReturn, 2))，\(sessions)后\(retraced)"
        }

        private static func companions(_ input: WordingInput) -> String {
            input.wider.map { "，\(line($0.chineseName))\(change($0.simpleReturn, 1))" }.joined()
        }

        private static func cause(_ input: WordingInput, _ quote: Int) -> String {
            if input.state == .withdrawn { return "未能持续到收盘" }
            guard input.finding.hasAttribution else {
                return input.finding.isUnexplained ? "原因不明，\(language.probability(1))未能解释" : "尚无解释"
            }
            let attribution = input.finding.attribution
            let unexplained = language.probability(attribution.unexplained)
            guard let first = attribution.candidates.first else { return "原因不明" }
            let story = story(first, of: input.finding, limit: quote)
            if first.probability > attribution.unexplained { return "最可能由\(story)引发，\(unexplained)未能解释" }
            return "原因不明（\(unexplained)未能解释）；最接近的是\(story)"
        }

        private static func story(_ candidate: TriggerCandidate, of finding: Finding, limit: Int) -> String {
            let name = named(candidate, in: finding, limit: limit)
            let items = candidate.isNews && candidate.items > 0 ? "\(candidate.items)条" : nil
            let facts = [
                candidate.isNews ? English.subject(of: candidate, in: name) : nil, items,
                language.probability(candidate.probability),
            ]
            return "\(name)（\(facts.compactMap { $0 }.joined(separator: "；"))）"
        }

        /// What a candidate is: a story's headline as a quotation, anything else in our own words.
        static func named(_ candidate: TriggerCandidate, in finding: Finding, limit: Int = 100) -> String {
            guard !candidate.isNews else {
                let text = line(candidate.headline, limit: limit)
                return text.isEmpty ? "一条无标题的消息" : "“\(text)”"
            }
            let subject = finding.name(of: candidate.subject, language)
            if candidate.kind == .market { return "大盘（\(line(candidate.subject, limit: 40))）的整体波动" }
            if candidate.kind == .theme, candidate.isTied { return "论点所及的“\(subject)”板块在大盘之外的整体波动" }
            if candidate.kind == .theme { return "所属板块“\(subject)”在大盘之外的整体波动" }
            let told = StageProse.text(candidate.headline, language)
            let isTold = told != line(candidate.headline, limit: 300)
            switch candidate.kind {
            case .release where candidate.isScheduled:
                return "“\(line(language.text(candidate.headline, candidate.translations), limit: limit))”的公布"
            case .release: return isTold ? told : "\(subject)的财报"
            case .filing: return isTold ? told : "\(subject)的公告"
            case .peer: return isTold ? "同业" + told : "同业\(subject)的消息或波动"
            case .flow: return isTold ? told : "\(subject)的资金流"
            case .market, .theme, .story, .unspecified, .UNRECOGNIZED:
                return "“\(line(candidate.headline, limit: limit))”"
            }
        }
    }
}
