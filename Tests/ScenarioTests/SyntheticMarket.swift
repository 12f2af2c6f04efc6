import Foundation
import Schema
import TestKit

/// A small market with real shocks: a benchmark and three names, a history that is just long enough to be judged by,
/// and two weeks in which chosen names fall, with headlines before. Each event can be told from every other by its
/// identity.
struct SyntheticMarket {
    /// What becomes known at one instant, by producer.
    struct Moment {
        /// ns since the Unix epoch.
        var time: UInt64
        var events: [[InputEvent]]
    }

    static let symbols = ["MKT", "ALPHA", "BETA", "GAMMA"]
    /// Sessions that are all known at the start.
    static let history = 63
    static let sessions = history + 10
    static let producerNames = ["desk-a", "desk-b", "desk-c"]

    let producers: Int
    private(set) var moments: [Moment] = []
    private var sent: [UInt64]
    private var random: SeededGenerator

    init(producers: Int, seed: UInt64) {
        self.producers = producers
        sent = Array(repeating: 0, count: producers)
        random = SeededGenerator(seed: seed)
        build()
    }

    /// Identity of a producer's event: what its volume, size, address or note says.
    static func identity(producer: Int, sequence: UInt64) -> UInt64 { UInt64(producer + 1) * 1_000_000 + sequence }

    static func definitions(at time: UInt64) -> [InstrumentDefinition] {
        symbols.enumerated().map { number, symbol in
            var definition = InstrumentDefinition()
            definition.recordTime = time
            definition.eventTime = time
            definition.instrument = UInt32(number + 1)
            definition.symbol = symbol
            definition.name = symbol == "MKT" ? "Market Fund" : "\(symbol.capitalized) Works"
            definition.aliases = [definition.name]
            definition.currency = "USD"
            definition.kind = number == 0 ? .etf : .equity
            return definition
        }
    }

    static func settings() -> ModelSettings {
        var settings = ModelSettings()
        settings.benchmark = "MKT"
        settings.detection.minimumHistory = 60
        settings.detection.estimationWindow = 60
        settings.detection.estimationGap = 1
        settings.detection.returnPeriodYears = 0.02
        settings.detection.followUpSessions = 2
        var group = Group()
        group.id = "works"
        for symbol in ["ALPHA", "BETA", "GAMMA"] {
            var member = GroupMember()
            member.symbol = symbol
            member.weight = 1
            group.members.append(member)
        }
        settings.groups = [group]
        return settings
    }

    // MARK: the script

    /// The first session, as days since the epoch: a Monday.
    static let firstDay: UInt64 = 19_730

    private static func day(_ session: Int) -> UInt64 { firstDay + UInt64(session / 5 * 7 + session % 5) }
    private static func open(_ session: Int) -> UInt64 { day(session) * CivilTime.day + 52_200 * CivilTime.second }
    private static func close(_ session: Int) -> UInt64 { day(session) * CivilTime.day + 75_600 * CivilTime.second }

    /// The names that fall in a session, and how much.
    private static let shocks: [Int: [String: Double]] = [
        history: ["ALPHA": -0.18], history + 2: ["BETA": -0.11, "ALPHA": -0.12, "GAMMA": -0.13],
        history + 5: ["GAMMA": 0.16],
    ]

    private mutating func build() {
        begin(at: Self.close(Self.history - 1))
        for symbol in Self.symbols.dropFirst() { shares(symbol) }
        var prices = Dictionary(uniqueKeysWithValues: Self.symbols.map { ($0, 100.0) })
        for session in 0..<Self.sessions {
            let shocks = Self.shocks[session] ?? [:]
            if !shocks.isEmpty { open(shocks, prices, session) }
            if session >= Self.history { begin(at: Self.close(session)) }
            let market = 0.004 * noise()
            for symbol in Self.symbols {
                let own = symbol == "MKT" ? market : shocks[symbol] ?? (market + 0.006 * noise())
                let before = prices[symbol, default: 0]
                prices[symbol] = before * (1 + own)
                bar(symbol, before, before * (1 + own), session)
            }
        }
        begin(at: Self.close(Self.sessions - 1) + 3_600 * CivilTime.second)
        news("ALPHA", falls: false, Self.sessions)
    }

    /// A session that begins with headlines and prices far from the close before.
    private mutating func open(_ shocks: [String: Double], _ prices: [String: Double], _ session: Int) {
        begin(at: Self.open(session))
        for symbol in Self.symbols {
            guard let move = shocks[symbol] else { continue }
            news(symbol, falls: move < 0, session)
            trade(symbol, prices[symbol, default: 0] * (1 + move * 0.8), session)
        }
    }

    /// About normal, reproducible.
    private mutating func noise() -> Double {
        (0..<6).reduce(-3.0) { sum, _ in sum + Double(random.next() >> 11) / Double(1 << 53) } * 1.41
    }

    private mutating func begin(at time: UInt64) {
        moments.append(Moment(time: time, events: Array(repeating: [], count: producers)))
    }

    private mutating func add(_ symbol: String, _ make: (UInt64) -> InputEvent) {
        let producer = (Self.symbols.firstIndex(of: symbol) ?? 0) % producers
        sent[producer] += 1
        let identity = Self.identity(producer: producer, sequence: sent[producer])
        moments[moments.count - 1].events[producer].append(make(identity))
    }

    private var now: UInt64 { moments[moments.count - 1].time }

    private mutating func bar(_ symbol: String, _ before: Double, _ after: Double, _ session: Int) {
        add(symbol) { identity in
            var bar = InputBar()
            bar.symbol = symbol
            bar.start = Self.open(session)
            bar.end = Self.close(session)
            bar.open = Price.units(before) ?? 0
            bar.close = Price.units(after) ?? 0
            bar.high = max(bar.open, bar.close)
            bar.low = min(bar.open, bar.close)
            bar.volume = identity
            var event = InputEvent()
            event.bar = bar
            return event
        }
    }

    private mutating func trade(_ symbol: String, _ price: Double, _ session: Int) {
        add(symbol) { identity in
            var trade = InputTrade()
            trade.symbol = symbol
            trade.time = Self.open(session)
            trade.price = Price.units(price) ?? 0
            trade.size = identity
            trade.condition = .openingAuction
            var event = InputEvent()
            event.trade = trade
            return event
        }
    }

    private mutating func news(_ symbol: String, falls: Bool, _ session: Int) {
        let time = now - 1_800 * CivilTime.second
        add(symbol) { identity in
            var news = NewsItem()
            news.published = time
            news.firstSeen = time
            news.eventTime = time
            news.source = "wire"
            news.tier = .t5
            news.title = "\(symbol.capitalized) Works \(falls ? "halts its main plant" : "wins an order") \(session)"
            news.url = "https://example.com/\(identity)"
            var event = InputEvent()
            event.news = news
            return event
        }
    }

    private mutating func shares(_ symbol: String) {
        let time = now
        add(symbol) { identity in
            var fact = Fact()
            fact.subject = symbol
            fact.asOf = CivilTime.date(day: Int(Self.firstDay) - 1)
            fact.source = "filing"
            fact.tier = .t1
            fact.eventTime = time
            fact.note = String(identity)
            fact.sharesOutstanding.value = 1e9
            var event = InputEvent()
            event.fact = fact
            return event
        }
    }
}

extension StreamMessage {
    /// Identities of the producers' events it holds, in order.
    var identities: [UInt64] {
        switch self {
        case .bars(let bars): bars.volume
        case .trades(let trades): trades.size
        case .newsItem(let news): [UInt64(news.url.split(separator: "/").last ?? "") ?? 0]
        case .fact(let fact): [UInt64(fact.note) ?? 0]
        default: []
        }
    }
}
