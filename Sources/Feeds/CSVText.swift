public import Schema

/// Bars and trades as rows of the CSV files that ``CSVFeed`` reads, exactly: prices with all their decimals.
public enum CSVText {
    public static let barHeader = "start,symbol,open,high,low,close,volume,end"
    public static let tradeHeader = "time,symbol,price,size,condition"

    public static func line(_ bar: InputBar) -> String {
        let prices = [bar.open, bar.high, bar.low, bar.close].map(decimal).joined(separator: ",")
        return
            "\(CivilTime.rfc3339(bar.start)),\(field(bar.symbol)),\(prices),\(bar.volume),\(CivilTime.rfc3339(bar.end))"
    }

    public static func line(_ trade: InputTrade) -> String {
        let price = decimal(trade.price)
        return "\(CivilTime.rfc3339(trade.time)),\(field(trade.symbol)),\(price),\(trade.size),\(word(trade.condition))"
    }

    private static func word(_ condition: TradeCondition) -> String {
        switch condition {
        case .openingAuction: "opening"
        case .closingAuction: "closing"
        case .regular, .UNRECOGNIZED: "regular"
        }
    }

    /// A number of 1e-9 units, without trailing zeros.
    static func decimal(_ units: Int64) -> String {
        let magnitude = units.magnitude
        let (whole, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var text = (units < 0 ? "-" : "") + String(whole)
        guard rest > 0 else { return text }
        let digits = String(rest)
        text += "." + String(repeating: "0", count: 9 - digits.count) + digits
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
