import Calendars
import Schema

/// Turns one JSON object into an event: names and types. What values may be, ``EventCheck`` says.
struct JSONEvents: Sendable {
    private var zones = ZoneCache()

    /// - Parameter ignored: Called with each key nothing is done with.
    mutating func event(_ value: JSONValue, ignored: (String) -> Void) throws(Fault) -> InputEvent {
        var fields = try JSONFields(value)
        let event: InputEvent.OneOf_Event
        switch try Self.type(&fields) {
        case .bar: event = .bar(try Self.bar(&fields))
        case .trade: event = .trade(try Self.trade(&fields))
        case .news: event = .news(try Self.news(&fields))
        case .fact: event = .fact(try JSONFacts.fact(&fields, &zones, ignored))
        }
        for key in fields.leftOver { ignored(key) }
        return InputEvent(event)
    }

    private enum Kind { case bar, trade, news, fact }

    private static func type(_ fields: inout JSONFields) throws(Fault) -> Kind {
        let words: KeyValuePairs<String, Kind> = ["bar": .bar, "trade": .trade, "news": .news, "fact": .fact]
        let allowed = "allowed are bar, trade, news, fact"
        if let text = try fields.text("type") {
            guard let kind = words.first(where: { $0.key == text })?.value else {
                throw Fault(.unknownType, "type is \(quoted(text)), \(allowed)")
            }
            return kind
        }
        if fields.has("kind") { return .fact }
        if fields.has("title") { return .news }
        throw Fault(.unknownType, "type is missing and there is neither kind nor title, \(allowed)")
    }

    private static func bar(_ fields: inout JSONFields) throws(Fault) -> InputBar {
        var bar = InputBar()
        bar.symbol = try fields.requiredText("symbol")
        bar.start = try fields.requiredInstant("start")
        bar.end = try fields.requiredInstant("end")
        bar.open = try fields.price("open")
        bar.high = try fields.price("high")
        bar.low = try fields.price("low")
        bar.close = try fields.price("close")
        bar.volume = try fields.volume("volume")
        return bar
    }

    private static func trade(_ fields: inout JSONFields) throws(Fault) -> InputTrade {
        var trade = InputTrade()
        trade.symbol = try fields.requiredText("symbol")
        trade.time = try fields.requiredInstant("time")
        trade.price = try fields.price("price")
        trade.size = try fields.volume("size")
        if let word = try fields.text("condition") { trade.condition = try TradeCondition(word: word) }
        return trade
    }

    private static func news(_ fields: inout JSONFields) throws(Fault) -> NewsItem {
        var news = NewsItem()
        news.published = try fields.instant("published") ?? 0
        news.firstSeen = try fields.instant("first_seen") ?? 0
        let isSeen = try fields.word("time_kind", ["published": false, "seen": true]) ?? false
        if isSeen {
            if news.firstSeen == 0 { news.firstSeen = news.published }
            news.published = 0
        }
        news.source = try fields.requiredText("source")
        news.tier = try fields.tier()
        news.language = try fields.text("language") ?? ""
        news.title = try fields.requiredText("title")
        news.body = try fields.text("body") ?? ""
        news.url = try fields.text("url") ?? ""
        return news
    }
}

/// Zones by name, each looked up once.
struct ZoneCache: Sendable {
    private var zones: [String: ZoneRules] = [:]

    mutating func zone(_ name: String) throws(Fault) -> ZoneRules {
        if let zone = zones[name] { return zone }
        guard let zone = ZoneRules(name) else {
            throw Fault(.unknownZone, "zone is \(quoted(name)), allowed are names such as UTC or America/New_York")
        }
        if zones.count < 1_000 { zones[name] = zone }
        return zone
    }
}
