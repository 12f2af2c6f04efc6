/// A headline read for reports of prices in Chinese and Japanese; see ``PriceReportClassifier``.
///
/// There are no spaces to go by: words are runs of characters, and those with another sense are taken out first.
struct IdeographicPriceReading {
    let isReport: Bool
    let falls: Bool
    let rises: Bool
    let namesReason: Bool

    init(_ tokens: [Token], instruments: [Range<Int>]) {
        let text = Self.text(tokens[...])
        let moveDown = text.holds(Self.fallWords)
        rises = text.holds(Self.riseWords)
        namesReason = text.holds(Self.reasons)
        let hasSubject = text.holds(Self.subjects)
        let isOfGoods = text.holds(Self.goods)
        let hasPercentage = tokens.contains { $0.kind == .number && ($0.following == "%" || $0.following == "％") }
        let instrumentMoves = instruments.contains { name in
            let rest = Self.text(tokens[name.upperBound...].prefix(4))
            return tokens[name.upperBound...].first?.kind == .ideograph
                && (Self.fallWords + Self.riseWords).contains { rest.hasPrefix($0) }
        }
        let losesValue =
            text.holds(Self.losses)
            && (text.holds(Self.values)
                || (Self.largestAmount(tokens) >= PriceReportClassifier.leastMarketValue
                    && instruments.contains { name in
                        Self.text(tokens[name.upperBound...].prefix(8)).holds(Self.losses)
                    }))
        falls = moveDown || losesValue
        isReport =
            (hasSubject && (falls || rises)) || text.holds(Self.always) || losesValue
            || (!isOfGoods && (text.holds(Self.whole) || instrumentMoves || (hasPercentage && (falls || rises))))
    }

    /// The largest number of 亿 in a headline: 5930亿, 近6千亿, 1.2万亿.
    private static func largestAmount(_ tokens: [Token]) -> Double {
        tokens.indices.reduce(0) { largest, index in
            guard tokens[index].kind == .number,
                var value = DigitGroups.value(tokens[index].surface, hasDecimalComma: false)
            else { return largest }
            for token in tokens[(index + 1)...].prefix(2) {
                guard let scalar = token.text.unicodeScalars.first,
                    let scale = QuantityWords.ideographScales[HanFolding.simplified(scalar)]
                else { break }
                value *= scale
            }
            return max(largest, value)
        }
    }

    /// What is lost, and words for it that count only where the amount says that it was market value.
    private static let losses = ["损失", "損失", "蒸发", "蒸發", "失去", "缩水", "縮水", "跌去", "抹去", "丢掉", "丟掉", "消失"]
    private static let values = ["市值", "时价总额", "時価総額"]

    /// The ideographs in a row, words in another sense replaced by a full stop.
    private static func text(_ tokens: ArraySlice<Token>) -> String {
        otherSenses.reduce(tokens.lazy.filter { $0.kind == .ideograph }.map(\.key).joined()) {
            $0.replacing($1, with: "。")
        }
    }

    private static let subjects = [
        "股", "指数", "指數", "市值", "期货", "期貨", "纳指", "納指", "道指", "日経平均", "先物", "相場", "時価総額",
    ]
    private static let fallWords = [
        "跌", "下跌", "下挫", "重挫", "大挫", "跳水", "蒸发", "蒸發", "崩盘", "崩盤", "走低", "急落", "下落", "暴落", "続落", "反落", "値下がり",
    ]
    private static let riseWords = [
        "涨", "漲", "上涨", "上漲", "大涨", "大漲", "飙升", "飆升", "反弹", "反彈", "走高", "急騰", "上昇", "反発", "続伸", "値上がり",
    ]
    /// Enough by themselves, unless it is the price of goods that moves.
    private static let whole = ["暴跌", "大跌", "闪崩", "閃崩", "急落", "暴落"]
    /// Enough by themselves.
    private static let always = [
        "市值蒸发", "市值蒸發", "抛售", "拋售", "盘前", "盤前", "股价", "股價", "株安", "時間外取引",
    ]
    private static let goods = [
        "价格", "價格", "租金", "房价", "房價", "油价", "销量", "銷量", "利润", "利潤", "营收", "營收", "净利", "收入", "用户", "売上", "利益",
        "価格", "物価",
    ]
    private static let reasons = ["因", "引发", "引發", "由于", "由於"]
    /// Replaced in this order.
    private static let otherSenses = [
        "股东", "股東", "控股", "入股", "持股", "参股", "股份有限", "股份公司", "株式会社", "株主", "涨价", "漲價", "跌价", "跌價", "涨粉",
        "涨薪", "跌出", "跌落", "跌至第",
    ]
}

extension String {
    fileprivate func holds(_ parts: [String]) -> Bool { parts.contains { contains($0) } }
}
