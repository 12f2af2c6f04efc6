import Schema

/// The few sentences that the stages write in English into findings: what was left out, ruled out or is missing. In
/// another language the known ones are said in it, the others stay as they are.
enum StageProse {
    static func text(_ english: String, _ language: Language) -> String {
        let line = Wording.line(english, limit: 300)
        guard language == .chinese else { return line }
        if let known = chinese[line] { return known }
        for (beginning, words) in beginnings where line.hasPrefix(beginning) {
            return words + line.dropFirst(beginning.count).replacing(" pp", with: "个百分点")
        }
        return line
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
        "large US shares 2009-2026, |SAR|": "2009–2026年美国大盘股，|SAR|",
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
    ]

    /// Longer first where one begins another.
    private static let beginnings = [
        ("they restore their leverage at the close, after the move began; at most ", "其杠杆在收盘时恢复，晚于波动开始；至多"),
        ("group part: no other member of ", "板块部分：没有其他成分股有足够价格："),
        ("decomposition: ", "分解："), ("history: ", "历史："), ("market model: ", "市场模型："),
        ("price of ", "缺少价格："),
    ]
}
