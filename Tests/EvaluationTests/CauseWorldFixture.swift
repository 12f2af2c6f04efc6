import Evaluation
import Feeds
import Schema
import TestKit

/// A benchmark and four names, two of them a group, over 260 sessions of small noise, with moves, news and facts planted.
struct CauseWorldFixture {
    static let first = CivilTime.dayNumber(year: 2024, month: 1, day: 1)
    static let days = (0..<52).flatMap { week in (0..<5).map { first + 7 * week + $0 } }
    static let symbols = ["MKT", "N1", "N2", "N3", "N4"]

    /// By name and session.
    var moves: [Int: [Int: Double]] = [:]
    private var told: [StreamMessage] = []

    static func closing(_ session: Int) -> UInt64 { UInt64(days[session]) * CivilTime.day + 75_600 * CivilTime.second }
    static func opening(_ session: Int) -> UInt64 { closing(session) - 23_400 * CivilTime.second }

    static func label(
        _ symbol: String, _ session: Int, _ causeClass: String, scope: ShockScope = .instrument, words: [String] = []
    ) -> ShockLabel {
        ShockLabel(
            day: days[session], symbol: symbol, scope: scope, causeClass: causeClass, causeWords: words)
    }

    /// - Parameter hours: Before the session opens.
    mutating func news(_ title: String, before session: Int, hours: Double, source: String = "Wire") {
        var item = NewsItem()
        let time = Self.opening(session) - UInt64(hours * 3_600) * CivilTime.second
        (item.eventTime, item.published, item.firstSeen) = (time, time, time)
        (item.title, item.source, item.language, item.tier) = (title, source, "en", .t5)
        var message = StreamMessage.newsItem(item)
        message.stamp(recordTime: time)
        told.append(message)
    }

    mutating func results(of symbol: String, before session: Int, hours: Double, surprise: Double) {
        var fact = Fact()
        let time = Self.opening(session) - UInt64(hours * 3_600) * CivilTime.second
        (fact.eventTime, fact.subject, fact.asOf, fact.source) = (time, symbol, "2024-06-30", symbol)
        (fact.tier, fact.title) = (.t1, "Results")
        fact.earningsResult.period = "2024Q2"
        fact.earningsResult.epsConsensus = 1
        fact.earningsResult.epsActual = 1 + surprise
        var message = StreamMessage.fact(fact)
        message.stamp(recordTime: time)
        told.append(message)
    }

    /// What is told every day and concerns nobody here, so that attention has something to compare with.
    mutating func chatter(_ sessions: Range<Int>) {
        let titles = [
            "A museum opens in the harbour", "Farmers expect a good harvest", "A bridge is closed for repairs",
            "The league begins on Sunday", "A lake freezes over early", "A painter is honoured abroad",
        ]
        for session in sessions {
            for (index, title) in titles.enumerated() {
                news("\(title), day \(session)", before: session, hours: 2 + Double(index), source: "Paper \(index)")
            }
        }
    }

    func market() -> EvaluationMarket {
        var random = SeededGenerator(for: "CauseWorldFixture", default: 23)
        var messages: [StreamMessage] = []
        func add(_ message: StreamMessage, at time: UInt64) {
            var message = message
            message.stamp(recordTime: time)
            messages.append(message)
        }
        let start = UInt64(Self.first) * CivilTime.day
        for (number, symbol) in Self.symbols.enumerated() {
            var definition = InstrumentDefinition()
            definition.instrument = UInt32(number + 1)
            definition.symbol = symbol
            definition.name =
                number == 0 ? "Market fund" : "\(["Acorn", "Birch", "Cedar", "Douglas"][number - 1]) Works"
            definition.aliases = [definition.name]
            definition.kind = number == 0 ? .etf : .equity
            definition.currency = "USD"
            add(.instrumentDefinition(definition), at: start)
        }
        var changed = ConfigurationChanged()
        changed.settings.benchmark = "MKT"
        var group = Group()
        (group.id, group.name) = ("trees", "Makers of trees")
        group.members = ["N1", "N2"].map { symbol in
            var member = GroupMember()
            (member.symbol, member.weight) = (symbol, 1)
            return member
        }
        changed.settings.groups = [group]
        add(.configurationChanged(changed), at: start)
        var prices = [Double](repeating: 100, count: Self.symbols.count)
        for session in Self.days.indices {
            let close = Self.closing(session)
            for number in prices.indices {
                let noise = Double.random(in: -0.009...0.009, using: &random)
                prices[number] *= 1 + (moves[number]?[session] ?? noise)
                var bars = Bars()
                bars.recordTime = [close]
                bars.instrument = [UInt32(number + 1)]
                (bars.start, bars.end) = ([Self.opening(session)], [close])
                let price = Price.units(prices[number]) ?? 0
                (bars.open, bars.high, bars.low, bars.close, bars.volume) = ([price], [price], [price], [price], [1])
                add(.bars(bars), at: close)
            }
            var tick = ClockTick()
            tick.eventTime = close + 2 * CivilTime.second
            add(.clockTick(tick), at: close + 2 * CivilTime.second)
        }
        let order = (messages + told).enumerated().sorted {
            ($0.element.recordTime(row: 0), $0.offset) < ($1.element.recordTime(row: 0), $1.offset)
        }
        return EvaluationMarket(
            order.enumerated().map { index, entry in
                var message = entry.element
                message.firstSequence = UInt64(index + 1)
                return message
            })
    }
}
