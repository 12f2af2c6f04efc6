import Schema

/// The few sentences that the stages write in English into findings: what was left out, ruled out or is missing. In
/// another language the known ones are said in it, the others stay as they are.
enum StageProse {
    static func text(_ english: String, _ language: Language) -> String {
        let line = Wording.line(english, limit: 300)
        guard language == .chinese else { return line }
        return chinese(line) ?? line
    }

    /// Parts that a template leaves open are said in Chinese themselves where they can be.
    private static func chinese(_ text: String) -> String? {
        if let known = chinese[text] { return known }
        for template in templates {
            guard let parts = parts(of: text, in: template.english) else { continue }
            return zip(parts, template.chinese.dropFirst()).reduce(template.chinese[0]) { said, next in
                said + (chinese(next.0) ?? filled(next.0)) + next.1
            }
        }
        return nil
    }

    /// A name, a date or a period in the place of a `{}`.
    private static func filled(_ part: String) -> String {
        if let party = Vocabulary.chinese.parties[part] { return party }
        if CivilTime.parseDate(part) != nil { return Language.chinese.date(part) }
        // Four digits alone may be a count.
        return part.contains { $0.isLetter || $0 == "-" } ? Language.chinese.period(part) : part
    }

    /// What a text has in the places of a template's `{}`; nil if it is another text.
    ///
    /// - Parameter fixed: The template's text around them.
    private static func parts(of text: String, in fixed: [String]) -> [String]? {
        guard text.hasPrefix(fixed[0]) else { return nil }
        var rest = text.dropFirst(fixed[0].count)
        var parts: [String] = []
        for (index, next) in fixed.enumerated().dropFirst() {
            if index == fixed.count - 1 {
                guard rest.hasSuffix(next) else { return nil }
                parts.append(String(rest.dropLast(next.count)))
            } else {
                // Most texts are no such sentence: a search by characters costs more than all else in saying one.
                guard has(rest.utf8, next.utf8), let found = rest.firstRange(of: next) else { return nil }
                parts.append(String(rest[..<found.lowerBound]))
                rest = rest[found.upperBound...]
            }
        }
        return parts
    }

    /// Whether bytes stand within others.
    private static func has(_ text: Substring.UTF8View, _ part: String.UTF8View) -> Bool {
        guard let first = part.first else { return true }
        var place = text.startIndex
        while let found = text[place...].firstIndex(of: first) {
            if text[found...].starts(with: part) { return true }
            place = text.index(after: found)
        }
        return false
    }

    private static let chinese = [
        "only reports the move": "只是报道涨跌",
        "after the onset": "晚于起点",
        "covering is buying: it cannot make a price fall": "回补是买入，不可能造成下跌",
        "they restore their leverage at the close, after the move began": "其杠杆在收盘时恢复，晚于波动开始",
        "net sold, against the move": "净卖出，与走势相反",
        "net bought, against the move": "净买入，与走势相反",
        "attribution: no news in the stream": "起因：没有消息数据",
        "attribution: under a week of news to compare attention with": "起因：可比较热度的消息不足一周",
        "attribution: when the move began is not known": "起因：波动何时开始不明",
        "volatility": "波动率",
        "market model": "市场模型",
        "EWMA volatility": "EWMA波动率",
        "large US shares 2009-2026, |SAR|": "2009–2026年美国大盘股的标准化超额收益",
        "volume not known in USD": "成交额（美元）不明",
        "up to 1 M USD a day": "日成交额不足100万美元",
        "1 to 10 M USD a day": "日成交额100万至1000万美元",
        "10 to 100 M USD a day": "日成交额1000万至1亿美元",
        "100 M to 1 bn USD a day": "日成交额1亿至10亿美元",
        "1 bn USD a day and more": "日成交额10亿美元以上",
        "benchmark price": "基准价格",
        "open": "开盘价",
        "market model: not identified": "市场模型：无法识别",
        "market model: fits without error": "市场模型：拟合无误差",
        "split: the price looks like one, none is known": "拆股：价格像是拆股，但未见记录",
        "value: prices not in USD": "市值：价格非美元",
        "value: no share count": "市值：没有股本",
        "value: no share counts": "市值：没有股本",
        "the market is its own factor": "大盘自身即为因子",
        "the shock has no session": "该波动没有所属交易日",
        "provisional, not all closes of the session are known": "暂定，当日收盘价尚未齐全",
        "no close": "没有收盘价", "no prices": "没有价格", "no longer watched": "不再观察", "two sessions": "两日合计",
        "close": "收盘", "opening print": "开盘首笔成交", "price": "价格", "update": "更新", "market move": "随大盘波动",
        "faded": "波动消退", "followed up": "观察期满", "follow-up": "后续观察", "aftershock": "余震", "rebound": "反弹",
        "dividend": "分红", "split": "拆股", "delisted": "退市", "superseded": "由后来的波动接替",
    ]

    /// The text around the `{}` of ``sentences``, in both languages: every text said passes here, so it is cut up once.
    private static let templates = sentences.map { (english: pieces($0.0), chinese: pieces($0.1)) }

    private static func pieces(_ template: String) -> [String] {
        template.split(separator: "{}", omittingEmptySubsequences: false).map(String.init)
    }

    /// Longer first where one begins another.
    private static let sentences = [
        (
            "they restore their leverage at the close, after the move began; at most {} pp",
            "其杠杆在收盘时恢复，晚于波动开始；至多{}个百分点"
        ),
        ("A lower forecast by {} for {}", "{}下调{}业绩指引"), ("A lower forecast by {}", "{}下调业绩指引"),
        ("A higher forecast by {} for {}", "{}上调{}业绩指引"), ("A higher forecast by {}", "{}上调业绩指引"),
        ("Results of {} for {}", "{}的{}财报"), ("Commitment of {} to spend", "{}的资本投入承诺"),
        ("The shock of {} in the session of {}", "{}在{}的波动"),
        ("Net selling by {}", "{}的净卖出"), ("Net buying by {}", "{}的净买入"),
        ("moved it {} pp, the other way", "使其变动{}个百分点，方向相反"),
        ("group part: no other member of {} has enough prices", "板块部分：{}没有其他价格足够的成分股"),
        ("no member of {} has enough prices", "{}没有价格足够的成分股"),
        ("no prices of the benchmark {}", "没有基准{}的价格"),
        ("no price of the benchmark {} in the session yet", "当日尚无基准{}的价格"),
        ("no prices of {}", "没有{}的价格"),
        ("benchmark price: the last is {} min older", "基准价格：最近一笔早了{}分钟"),
        ("price of the benchmark {}: the last is {} min older", "基准{}的价格：最近一笔早了{}分钟"),
        ("{} sessions before without prices", "此前{}个交易日无价格"),
        ("{} paired sessions, {} needed", "{}个成对的交易日，需要{}个"),
        ("{} sessions, {} needed", "{}个交易日，需要{}个"),
        ("{} paired sessions, at least {} are needed", "{}个成对的交易日，至少需要{}个"),
        ("{} observations, at least {} are needed", "样本{}个，至少需要{}个"),
        ("decomposition: {}", "分解：{}"), ("history: {}", "历史：{}"), ("market model: {}", "市场模型：{}"),
        ("price of {}", "缺少价格：{}"),
    ]
}
