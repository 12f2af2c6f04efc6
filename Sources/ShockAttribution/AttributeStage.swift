import Calendars
public import Schema

/// The attribute stage's judgement: signals and the market in, findings out.
///
/// It is a function of two streams that are merged before they come here: each ``Schema/ShockSignal`` right
/// after the market record that caused it. Market records change what is known; only a signal makes it speak.
/// The first signal of a shock is answered at once, later ones by revisions of the same finding.
///
/// What it remembers is bounded: 800 closes an instrument, times of trades of five sessions, 20,000 facts, 35 days
/// of news, and the last finding of each shock that is not long over.
public struct AttributeStage: Stage {
    public static let output = StreamName.findings
    public static let judgementVersion = "attribute/8"

    var instruments = InstrumentTable()
    var prices = PriceTable()
    var tradeTimes = TradeTimes()
    var facts = FactLedger()
    var news = NewsArchive()
    var shocks = ShockLedger()
    var resolved = ResolvedClaims()
    var clock = SessionClock()
    private var stored = StoredSettings()

    public init() {}

    public var unused: KeyValuePairs<String, UInt64> { ["absurd_price": prices.absurd] }

    var settings: ModelSettings { stored.value }

    /// Stories begun since the stream began, for whoever looks at its load.
    public var newsStories: UInt64 { news.storiesBegun }

    public mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        switch message {
        case .bars(let bars): apply(bars, rows: rows, to: &outbox)
        case .trades(let trades): apply(trades, rows: rows, to: &outbox)
        case .instrumentDefinition(let definition):
            instruments.define(
                definition, calendar: clock.index(of: definition.symbol, kind: definition.kind))
            prices.grow(toSlots: instruments.count)
            tradeTimes.grow(toSlots: instruments.count)
            adoptTerms(of: definition.symbol)
            news.forgetVocabulary()
        case .configurationChanged(let change):
            stored.value = change.settings
            clock = SessionClock(change.settings)
            instruments.follow(&clock)
            news.forgetVocabulary()
        case .newsItem(let item):
            pass(item.recordTime, item.sequence, to: &outbox)
            news.add(item, instruments: instruments, settings: settings)
        case .fact(let fact):
            pass(fact.recordTime, fact.sequence, to: &outbox)
            facts.add(fact)
            if fact.kind == .split || fact.kind == .dividend { adoptTerms(of: fact.subject) }
            outbox.begin(cause: fact.sequence, recordTime: fact.recordTime)
            for finding in reconsider(fact) { outbox.emit(finding) }
        case .shockSignal(let signal):
            outbox.begin(cause: signal.cause.sequence, recordTime: signal.recordTime)
            outbox.emit(explain(signal))
        case .clockTick(let tick): pass(tick.recordTime, tick.sequence, to: &outbox)
        case .newsEmbedding(let embedding): news.embed(embedding)
        case .producerMark, .finding, .alertRecord: break
        }
    }

    /// What is known of a name's splits and dividends, for its prices.
    private mutating func adoptTerms(of symbol: String) {
        guard let slot = instruments.slot(symbol: symbol) else { return }
        prices.adopt(
            splits: facts.splits(of: symbol, at: .max), dividends: facts.dividends(of: symbol, at: .max), slot: slot)
    }

    /// Record time has come to a record: claims that fell due before it are scored, from what was known until then.
    @inline(__always)
    private mutating func pass(_ recordTime: UInt64, _ sequence: UInt64, to outbox: inout Outbox) {
        guard recordTime >= shocks.nextDue else { return }
        outbox.begin(cause: sequence, recordTime: recordTime)
        for finding in scoreDueClaims(at: recordTime) { outbox.emit(finding) }
    }

    /// The hot path: nothing here hashes, allocates or looks at text.
    private mutating func apply(_ bars: Bars, rows: Range<Int>, to outbox: inout Outbox) {
        let recordTimes = bars.recordTime
        let numbers = bars.instrument
        let starts = bars.start
        let ends = bars.end
        let closes = bars.close
        let volumes = bars.volume
        let first = bars.firstSequence
        for row in rows {
            pass(recordTimes[row], first &+ UInt64(row), to: &outbox)
            guard let slot = instruments.slot(number: numbers[row]), ends[row] <= recordTimes[row] &+ Price.maximumLead
            else { continue }
            prices.record(
                slot: slot, price: closes[row], volume: volumes[row], start: starts[row], end: ends[row],
                sequence: first &+ UInt64(row), &clock, instruments.calendars.values[slot])
        }
    }

    private mutating func apply(_ trades: Trades, rows: Range<Int>, to outbox: inout Outbox) {
        let recordTimes = trades.recordTime
        let numbers = trades.instrument
        let times = trades.time
        let traded = trades.price
        let first = trades.firstSequence
        for row in rows {
            pass(recordTimes[row], first &+ UInt64(row), to: &outbox)
            let time = times[row]
            guard let slot = instruments.slot(number: numbers[row]), time <= recordTimes[row] &+ Price.maximumLead
            else { continue }
            let calendar = instruments.calendars.values[slot]
            prices.record(
                slot: slot, price: traded[row], volume: 0, start: time, end: time, sequence: first &+ UInt64(row),
                &clock, calendar)
            tradeTimes.record(
                slot: slot, time: time, sequence: first &+ UInt64(row), session: clock.window(at: time, calendar))
        }
    }
}

/// The settings in force, stored in a checkpoint as the record they came in.
private struct StoredSettings: Codable, Sendable {
    var value = ModelSettings()

    init() {}

    init(from decoder: any Decoder) throws {
        guard case .configurationChanged(let change) = try StoredMessage(from: decoder).message else { return }
        value = change.settings
    }

    func encode(to encoder: any Encoder) throws {
        var change = ConfigurationChanged()
        change.settings = value
        try StoredMessage(.configurationChanged(change)).encode(to: encoder)
    }
}
