import Alerting
import Foundation
import Schema
import ShockAnalysis
import ShockAttribution

/// A small market with a crash in it, through all stages: where good messages of every kind come from.
struct World {
    /// Before the crash.
    private(set) var history: [StreamMessage] = []
    /// The crash and what follows it.
    private(set) var crash: [StreamMessage] = []
    private(set) var signals: [StreamMessage] = []
    private(set) var findings: [StreamMessage] = []
    private(set) var alerts: [StreamMessage] = []
    /// The stages before the crash.
    let before: Stages

    private static let symbols = ["SPX", "ACME", "BOLT", "CRUX"]
    private static let start: UInt64 = 1_735_828_200 * CivilTime.second  // 2025-01-02T14:30:00Z
    private static let sessions = 40

    init() {
        var stages = Stages()
        history = Self.opening()
        for day in 0..<Self.sessions { history.append(.bars(Self.session(day, crash: false))) }
        Self.number(&history, from: 1)
        for message in history { _ = stages.apply(message) }
        before = stages
        let day = Self.time(day: Self.sessions)
        crash = [
            .newsItem(Self.news(at: day - 3_600 * CivilTime.second)), .trades(Self.auction(at: day)),
            .bars(Self.session(Self.sessions, crash: true)), .clockTick(Self.tick(at: day + 30_000 * CivilTime.second)),
            .bars(Self.session(Self.sessions + 1, crash: false)),
            .clockTick(Self.tick(at: day + 3 * CivilTime.day)), .producerMark(Self.mark(at: day + 3 * CivilTime.day)),
        ]
        Self.number(&crash, from: history.last!.lastSequence + 1)
        for message in crash {
            let said = stages.apply(message)
            signals += said.signals
            findings += said.findings
            alerts += said.alerts
        }
        for index in signals.indices { signals[index].firstSequence = UInt64(index + 1) }
        for index in findings.indices { findings[index].firstSequence = UInt64(index + 1) }
        for index in alerts.indices { alerts[index].firstSequence = UInt64(index + 1) }
    }

    private static func time(day: Int) -> UInt64 { start + UInt64(day) * CivilTime.day }

    private static func number(_ messages: inout [StreamMessage], from first: UInt64) {
        var next = first
        for index in messages.indices {
            messages[index].firstSequence = next
            next += UInt64(messages[index].count)
        }
    }

    private static func opening() -> [StreamMessage] {
        var settings = ModelSettings()
        settings.benchmark = symbols[0]
        settings.detection.estimationWindow = 20
        settings.detection.estimationGap = 1
        settings.detection.minimumHistory = 20
        settings.detection.returnPeriodYears = 0.05
        var group = Group()
        group.id = "makers"
        group.name = "Makers"
        group.keywords = ["anvil", "maker"]
        group.members = symbols.dropFirst().map { symbol in
            var member = GroupMember()
            member.symbol = symbol
            member.weight = 1
            return member
        }
        settings.groups = [group]
        var source = Source()
        source.name = "Wire"
        source.tier = .t1
        settings.sources = [source]
        var entity = Entity()
        entity.id = "rival"
        entity.kind = "company"
        entity.aliases = ["Rival Labs"]
        settings.entities = [entity]
        var thesis = Thesis()
        thesis.id = "t1"
        thesis.statement = "cheap anvils"
        thesis.frozen = "2025-01-01"
        var exposure = Exposure()
        exposure.symbol = "ACME"
        exposure.sign = -1
        thesis.exposures = [exposure]
        settings.theses = [thesis]
        var changed = ConfigurationChanged()
        changed.recordTime = start
        changed.eventTime = start
        changed.settings = settings
        let facts = facts(at: start)
        return [.configurationChanged(changed)] + symbols.enumerated().map { .instrumentDefinition(definition($0, $1)) }
            + facts
    }

    private static func definition(_ index: Int, _ symbol: String) -> InstrumentDefinition {
        var definition = InstrumentDefinition()
        definition.recordTime = start
        definition.eventTime = start
        definition.instrument = UInt32(index + 1)
        definition.symbol = symbol
        definition.name = symbol.capitalized + " Corporation"
        definition.kind = index == 0 ? .index : .equity
        definition.currency = "USD"
        definition.aliases = [symbol.capitalized]
        return definition
    }

    private static func facts(at time: UInt64) -> [StreamMessage] {
        var shares = SharesOutstanding()
        shares.value = 2e9
        var loss = RecordLoss()
        loss.valueUsd = -1e10
        loss.date = "2020-03-16"
        var split = Split()
        split.ratio = 2
        var owner = OwnerClass()
        owner.name = "index funds"
        owner.share = 0.3
        var ownership = Ownership()
        ownership.classes = [owner]
        var leverage = ETFLeverage()
        leverage.leverage = 2
        leverage.aumUsd = 1e9
        leverage.underlying = "ACME"
        leverage.weight = 1
        var dividend = Dividend()
        dividend.amount = 0.25
        var status = TradingStatus()
        status.state = .halted
        let values: [Fact.OneOf_Value] = [
            .sharesOutstanding(shares), .recordLoss(loss), .split(split), .ownership(ownership), .etfLeverage(leverage),
            .dividend(dividend), .tradingStatus(status),
        ]
        return values.enumerated().map { index, value in
            var fact = Fact()
            fact.recordTime = time
            fact.eventTime = index == 2 ? time + 41 * CivilTime.day : time
            fact.subject = index == 2 ? "CRUX" : "ACME"
            fact.asOf = "2025-01-01"
            fact.source = "filing"
            fact.title = "Annual report"
            fact.tier = .t1
            fact.value = value
            return .fact(fact)
        }
    }

    /// A session of all instruments; noise from the day and the place, so that it is the same everywhere.
    private static func session(_ day: Int, crash: Bool) -> Bars {
        let open = time(day: day)
        let close = open + 23_400 * CivilTime.second
        var bars = Bars()
        for place in symbols.indices {
            let noise = Double((day * 37 + place * 101 + day * day * 7) % 41 - 20) / 4_000
            let level = 100.0 + Double(place * 50)
            let fall = crash ? [0.97, 0.78, 0.95, 0.96][place] : 1
            let opening = level * (1 + noise)
            let closing = level * (1 - noise) * fall
            bars.recordTime.append(close)
            bars.instrument.append(UInt32(place + 1))
            bars.start.append(open)
            bars.end.append(close)
            bars.open.append(Price.units(opening) ?? 0)
            bars.high.append(Price.units(max(opening, closing)) ?? 0)
            bars.low.append(Price.units(min(opening, closing)) ?? 0)
            bars.close.append(Price.units(closing) ?? 0)
            bars.volume.append(1_000_000)
        }
        return bars
    }

    private static func news(at time: UInt64) -> NewsItem {
        var news = NewsItem()
        news.recordTime = time
        news.eventTime = time
        news.published = time
        news.firstSeen = time
        news.source = "Wire"
        news.tier = .t1
        news.language = "en"
        news.title = "Acme shares plunge 22% as Rival Labs sells anvils at a tenth of the price"
        news.body = "Acme fell to $117.00 from $150.00. Makers of anvils lost about $600 billion."
        news.url = "https://example.org/acme"
        return news
    }

    private static func auction(at time: UInt64) -> Trades {
        var trades = Trades()
        for place in symbols.indices {
            trades.recordTime.append(time)
            trades.instrument.append(UInt32(place + 1))
            trades.time.append(time)
            trades.price.append(Price.units((100.0 + Double(place * 50)) * (place == 1 ? 0.85 : 0.99)) ?? 0)
            trades.size.append(100)
            trades.condition.append(UInt32(TradeCondition.openingAuction.rawValue))
        }
        return trades
    }

    private static func tick(at time: UInt64) -> ClockTick {
        var tick = ClockTick()
        tick.recordTime = time
        tick.eventTime = time
        return tick
    }

    private static func mark(at time: UInt64) -> ProducerMark {
        var mark = ProducerMark()
        mark.recordTime = time
        mark.eventTime = time
        mark.producer = "desk-7"
        mark.producerSequence = 12
        return mark
    }
}

/// The three stages, one after the other, without logs between them.
struct Stages {
    private var analyze = AnalyzeStage()
    private var attribute = AttributeStage()
    private var publish = PublishStage()
    private var outboxes = [Outbox(), Outbox(), Outbox()]
    private var signal: UInt64 = 0
    private var finding: UInt64 = 0

    /// Applies a message of `market` row by row: each signal right after the record that caused it.
    mutating func apply(
        _ message: StreamMessage
    ) -> (signals: [StreamMessage], findings: [StreamMessage], alerts: [StreamMessage]) {
        var said: (signals: [StreamMessage], findings: [StreamMessage], alerts: [StreamMessage]) = ([], [], [])
        for row in 0..<message.count {
            analyze.apply(message, rows: row..<row + 1, to: &outboxes[0])
            attribute.apply(message, rows: row..<row + 1, to: &outboxes[1])
            for var output in outboxes[0].drain() {
                signal += 1
                output.firstSequence = signal
                said.signals.append(output)
                attribute.apply(output, rows: 0..<1, to: &outboxes[1])
            }
            for var output in outboxes[1].drain() {
                finding += 1
                output.firstSequence = finding
                said.findings.append(output)
                publish.apply(output, rows: 0..<1, to: &outboxes[2])
            }
            said.alerts += outboxes[2].drain()
        }
        return said
    }
}
