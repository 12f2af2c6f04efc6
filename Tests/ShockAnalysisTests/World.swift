import Foundation
import Schema
import ShockAnalysis

/// A stream of market records being written, one record a message.
struct Script {
    private(set) var messages: [StreamMessage] = []
    private var next: UInt64 = 1

    mutating func add(_ message: StreamMessage, at recordTime: UInt64) {
        var message = message
        message.firstSequence = next
        message.stamp(recordTime: recordTime)
        next += UInt64(message.count)
        messages.append(message)
    }

    mutating func define(
        _ number: UInt32, _ symbol: String, kind: InstrumentKind = .equity, currency: String = "USD",
        at time: UInt64
    ) {
        var definition = InstrumentDefinition()
        definition.instrument = number
        definition.symbol = symbol
        definition.currency = currency
        definition.kind = kind
        definition.eventTime = time
        add(.instrumentDefinition(definition), at: time)
    }

    mutating func configure(
        benchmark: String, groups: [Group] = [], calendar: String = "", at time: UInt64,
        _ change: (inout DetectionSettings) -> Void = { _ in }
    ) {
        var settings = ModelSettings()
        settings.benchmark = benchmark
        settings.groups = groups
        settings.calendar = calendar
        change(&settings.detection)
        var changed = ConfigurationChanged()
        changed.settings = settings
        changed.eventTime = time
        add(.configurationChanged(changed), at: time)
    }

    mutating func bar(
        _ number: UInt32, from start: UInt64, to end: UInt64, open: Double, close: Double, volume: UInt64 = 1_000,
        history: Bool = false, at recordTime: UInt64? = nil
    ) {
        var bars = Bars()
        bars.recordTime = [0]
        bars.instrument = [number]
        bars.start = [start]
        bars.end = [end]
        bars.open = [Price.units(open) ?? 0]
        bars.high = [Price.units(max(open, close)) ?? 0]
        bars.low = [Price.units(min(open, close)) ?? 0]
        bars.close = [Price.units(close) ?? 0]
        bars.volume = [volume]
        bars.history = history
        add(.bars(bars), at: recordTime ?? end)
    }

    mutating func trade(
        _ number: UInt32, _ price: Double, time: UInt64, condition: TradeCondition = .regular,
        at recordTime: UInt64? = nil
    ) {
        var trades = Trades()
        trades.recordTime = [0]
        trades.instrument = [number]
        trades.time = [time]
        trades.price = [Price.units(price) ?? 0]
        trades.size = [0]
        trades.condition = [UInt32(condition.rawValue)]
        add(.trades(trades), at: recordTime ?? time)
    }

    mutating func shares(_ symbol: String, _ value: Double, asOf: String, eventTime: UInt64, at time: UInt64? = nil) {
        var fact = Fact()
        fact.subject = symbol
        fact.asOf = asOf
        fact.eventTime = eventTime
        fact.sharesOutstanding.value = value
        add(.fact(fact), at: time ?? eventTime)
    }

    mutating func split(
        _ symbol: String, _ ratio: Double, exDay: Int, applied: Bool = false, eventTime: UInt64, at time: UInt64? = nil
    ) {
        var fact = Fact()
        fact.subject = symbol
        fact.asOf = CivilTime.date(day: exDay)
        fact.eventTime = eventTime
        fact.split.ratio = ratio
        fact.split.applied = applied
        add(.fact(fact), at: time ?? eventTime)
    }

    mutating func dividend(_ symbol: String, _ amount: Double, exDay: Int, eventTime: UInt64, at time: UInt64? = nil) {
        var fact = Fact()
        fact.subject = symbol
        fact.asOf = CivilTime.date(day: exDay)
        fact.eventTime = eventTime
        fact.dividend.amount = amount
        add(.fact(fact), at: time ?? eventTime)
    }

    mutating func status(_ symbol: String, _ state: TradingState, at time: UInt64) {
        var fact = Fact()
        fact.subject = symbol
        fact.eventTime = time
        fact.tradingStatus.state = state
        add(.fact(fact), at: time)
    }

    mutating func record(_ symbol: String, _ usd: Double, date: String, at time: UInt64) {
        var fact = Fact()
        fact.subject = symbol
        fact.eventTime = time
        fact.recordLoss.valueUsd = usd
        fact.recordLoss.date = date
        add(.fact(fact), at: time)
    }

    mutating func tick(at time: UInt64) {
        var tick = ClockTick()
        tick.eventTime = time
        add(.clockTick(tick), at: time)
    }
}

extension Group {
    init(_ id: String, _ members: [(String, Double)]) {
        self.init()
        self.id = id
        self.members = members.map {
            var member = GroupMember()
            member.symbol = $0.0
            member.weight = $0.1
            return member
        }
    }
}

extension Script {
    /// The same records with prices of one instrument changed from some event time on, and other records put in.
    ///
    /// - Parameters:
    ///   - change: Of a price and the event time of its bar or trade, in price units.
    ///   - insert: Called before each record with its record time.
    func changed(
        _ number: UInt32, insert: (inout Script, UInt64) -> Void = { _, _ in }, _ change: (Int64, UInt64) -> Int64
    ) -> Script {
        var script = Script()
        for message in messages {
            let time = message.recordTime(row: 0)
            insert(&script, time)
            switch message {
            case .bars(var bars) where bars.instrument[0] == number:
                let end = bars.end[0]
                bars.open[0] = change(bars.open[0], end)
                bars.high[0] = change(bars.high[0], end)
                bars.low[0] = change(bars.low[0], end)
                bars.close[0] = change(bars.close[0], end)
                script.add(.bars(bars), at: time)
            case .trades(var trades) where trades.instrument[0] == number:
                trades.price[0] = change(trades.price[0], trades.time[0])
                script.add(.trades(trades), at: time)
            default: script.add(message, at: time)
            }
        }
        return script
    }
}

/// Session times in the US winter: 14:30 to 21:00 UTC.
enum Session {
    static func open(_ day: Int) -> UInt64 { UInt64(day) * CivilTime.day + 52_200 * CivilTime.second }
    static func close(_ day: Int) -> UInt64 { UInt64(day) * CivilTime.day + 75_600 * CivilTime.second }

    /// The `count` week-days up to a date, oldest first.
    static func days(_ count: Int, until date: String) -> [Int] {
        guard var day = CivilTime.parseDate(date) else { return [] }
        var days: [Int] = []
        while days.count < count {
            if (day + 3) % 7 < 5 { days.append(day) }
            day -= 1
        }
        return days.reversed()
    }
}

/// The golden noise generator of `MODELS.md` §0.
struct LCG {
    private var state: Int64
    init(_ seed: Int64) { state = seed }
    mutating func uniform() -> Double {
        state = (48_271 * state) % 2_147_483_647
        return Double(state) / 2_147_483_647
    }
    mutating func normal() -> Double {
        var sum = 0.0
        for _ in 0..<12 { sum += uniform() }
        return sum - 6
    }
    mutating func below(_ limit: Int) -> Int { Int(uniform() * Double(limit)) % limit }
    mutating func shuffle<T>(_ array: inout [T]) {
        for index in array.indices.reversed() where index > 0 { array.swapAt(index, below(index + 1)) }
    }
}

/// What a stage says about messages, in order.
func signals(_ messages: some Sequence<StreamMessage>, stage: inout AnalyzeStage) -> [ShockSignal] {
    var outbox = Outbox()
    for message in messages { stage.apply(message, rows: 0..<message.count, to: &outbox) }
    return outbox.drain().compactMap { if case .shockSignal(let signal) = $0 { signal } else { nil } }
}

func signals(_ messages: some Sequence<StreamMessage>) -> [ShockSignal] {
    var stage = AnalyzeStage()
    return signals(messages, stage: &stage)
}

/// The same records in messages of other sizes.
func repacked(_ messages: [StreamMessage], _ random: inout LCG) -> [StreamMessage] {
    var packed: [StreamMessage] = []
    for message in messages {
        guard random.below(4) != 0, let last = packed.last, let joined = last.joined(with: message) else {
            packed.append(message)
            continue
        }
        packed[packed.count - 1] = joined
    }
    return packed
}

extension StreamMessage {
    fileprivate func joined(with next: StreamMessage) -> StreamMessage? {
        guard count + next.count <= Self.maximumRows else { return nil }
        switch (self, next) {
        case (.bars(var left), .bars(let right)):
            left.recordTime += right.recordTime
            left.instrument += right.instrument
            left.start += right.start
            left.end += right.end
            left.open += right.open
            left.high += right.high
            left.low += right.low
            left.close += right.close
            left.volume += right.volume
            return .bars(left)
        case (.trades(var left), .trades(let right)):
            left.recordTime += right.recordTime
            left.instrument += right.instrument
            left.time += right.time
            left.price += right.price
            left.size += right.size
            left.condition += right.condition
            return .trades(left)
        default: return nil
        }
    }
}

/// Data that does not ship with the repo; tests that need it are skipped where it is absent.
enum SharedData {
    static let folder: URL? = {
        if let path = ProcessInfo.processInfo.environment["EPICENTER_SHARED_DATA"] { return existing(path) }
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            if let found = existing(folder.appendingPathComponent("shared/data").path) { return found }
        }
        return nil
    }()

    private static func existing(_ path: String) -> URL? {
        FileManager.default.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }

    static var isPresent: Bool { folder != nil }
}
