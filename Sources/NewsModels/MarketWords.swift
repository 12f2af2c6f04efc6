/// Words that say a text is about companies as investments.
enum MarketWords {
    static func occur(in tokens: [Token]) -> Bool {
        for token in tokens where words.contains(token.key) || (token.key == "ai" && token.surface == "AI") {
            return true
        }
        // Ideographs are single tokens: look for the words as runs of them.
        for index in tokens.indices.dropLast() where tokens[index].kind == .ideograph {
            if pairs.contains(tokens[index].key + tokens[index + 1].key) { return true }
        }
        return false
    }

    private static let words: Set<String> = [
        "share", "shares", "stock", "stocks", "earnings", "revenue", "profit", "profits", "guidance", "dividend",
        "chip", "chips", "chipmaker", "semiconductor", "semiconductors", "nasdaq", "nyse", "ceo", "cfo", "ipo",
        "investor", "investors", "analyst", "analysts", "shareholder", "shareholders", "quarterly", "buyback",
        "acciones", "bolsa", "ganancias", "inversores", "aktie", "aktien", "umsatz", "gewinn", "borse", "anleger",
        "actions", "bourse", "azioni", "акции",
    ]

    private static let pairs: Set<String> = [
        "股价", "股份", "股票", "财报", "業績", "业绩", "芯片", "晶片", "股價", "財報", "市值", "株価", "決算", "半導", "投资", "投資",
    ]
}
