/// What says that a text is about companies as investments.
enum MarketWords {
    /// Whether one of the words occurs, an amount of money, or a move by a percentage. O(words).
    static func occur(in tokens: [Token]) -> Bool {
        for token in tokens where words.contains(token.key) || (token.key == "ai" && token.surface == "AI") {
            return true
        }
        // Ideographs are single tokens: look for the words as runs of them.
        for index in tokens.indices.dropLast() where tokens[index].kind == .ideograph {
            if pairs.contains(tokens[index].key + tokens[index + 1].key) { return true }
        }
        return tokens.indices.contains { isMoney(tokens, at: $0) || isMoveByPercentage(tokens, at: $0) }
    }

    /// Whether a symbol is followed by a verb of prices: "AVGO and MRVL plunge".
    ///
    /// What stands between are other symbols and "and"; in a headline all in capitals nothing is known to be a symbol.
    static func moves(_ tokens: [Token], after index: Int) -> Bool {
        for token in tokens[min(index, tokens.count)...].prefix(5) {
            if token.kind == .word, token.surface.allSatisfy({ $0.isUppercase || !$0.isLetter }) { continue }
            if token.key == "and" || token.key == "und" || token.key == "y" || token.key == "et" { continue }
            return PriceLexicon.all.contains { $0.isStrong(token.key) }
        }
        return false
    }

    /// $65B, 65 billion dollars, 650亿美元: an amount with its currency, from a thousand on or with a scale.
    private static func isMoney(_ tokens: [Token], at index: Int) -> Bool {
        let token = tokens[index]
        guard let first = token.surface.unicodeScalars.first, (0x30...0x39).contains(first.value) else { return false }
        let scale = String(token.key.drop { $0.isNumber || $0 == "." })
        let isScaled = !scale.isEmpty && QuantityWords.scales[scale] != nil
        if let sign = token.preceding?.unicodeScalars.first, QuantityWords.currencySymbols[sign] != nil {
            return isScaled || (index + 1 < tokens.count && QuantityWords.scales[tokens[index + 1].key] != nil)
        }
        var hasScale = isScaled
        for next in tokens[(index + 1)...].prefix(3) {
            if next.kind == .ideograph, let scalar = next.key.unicodeScalars.first {
                let folded = HanFolding.simplified(scalar)
                if hasScale, folded == "美" || folded == "元" || folded == "港" || folded == "欧" { return true }
                guard let scale = QuantityWords.ideographScales[folded] else { return false }
                hasScale = hasScale || scale >= 1e4
            } else if hasScale, QuantityWords.currencyWords[next.key] != nil {
                return true
            } else if next.key == "us" || next.key == "de" {
                continue
            } else if let scale = QuantityWords.scales[next.key], scale >= 1e6 {
                hasScale = true
            } else {
                return false
            }
        }
        return false
    }

    /// How many words a percentage may be away from its move.
    private static let reach = 4

    private static func isMoveByPercentage(_ tokens: [Token], at index: Int) -> Bool {
        guard tokens[index].kind == .number else { return false }
        let next = index + 1 < tokens.count ? tokens[index + 1].key : ""
        guard
            tokens[index].following == "%" || tokens[index].following == "％"
                || QuantityWords.percentWords.contains(next)
        else { return false }
        // "up 2%" moves, "up to 59% off" is a shop's.
        if index > 0, tokens[index - 1].key == "up" || tokens[index - 1].key == "down" { return true }
        let near = tokens[max(0, index - reach)..<min(tokens.count, index + reach + 1)]
        return near.contains { token in
            token.kind == .ideograph
                ? ideographicMoves.contains(token.key)
                : PriceLexicon.all.contains { $0.isMove(token.key) }
        }
    }

    private static let ideographicMoves: Set<String> = ["涨", "漲", "跌", "升", "降", "挫", "増", "增", "减", "減"]

    private static let words: Set<String> = [
        "share", "shares", "stock", "stocks", "earnings", "revenue", "revenues", "profit", "profits", "guidance",
        "dividend", "chip", "chips", "chipmaker", "semiconductor", "semiconductors", "nasdaq", "nyse", "ceo", "cfo",
        "ipo", "investor", "investors", "analyst", "analysts", "shareholder", "shareholders", "quarterly", "buyback",
        "spending", "capex", "expenditure", "expenditures", "results", "orders", "sales", "forecast", "forecasts",
        "outlook", "quarter", "fiscal", "shipments", "margins", "q1", "q2", "q3", "q4", "capitalization", "valuation",
        "acciones", "bolsa", "ganancias", "inversores", "ventas", "ingresos", "resultados", "aktie", "aktien", "umsatz",
        "gewinn", "borse", "anleger", "quartal", "quartalszahlen", "actions", "bourse", "ventes", "benefice",
        "trimestre", "azioni", "акции", "выручка", "прибыль",
    ]

    private static let pairs: Set<String> = [
        "股价", "股份", "股票", "财报", "業績", "业绩", "芯片", "晶片", "股價", "財報", "市值", "株価", "決算", "半導", "投资", "投資", "营收",
        "營收", "净利", "淨利", "订单", "訂單", "销量", "銷量", "开支", "開支", "季度", "季报", "季報", "売上",
    ]
}
