public import Schema

/// The attribute stage's judgement: signals and the market in, findings out.
///
/// It is a function of two streams that are merged before they come here: each ``Schema/ShockSignal`` right
/// after the market record that caused it. Market records change what is known; only a signal makes it speak.
/// The first signal of a shock is answered at once, later ones by revisions of the same finding.
///
/// What it remembers is bounded: 320 closes an instrument, 20,000 facts, 35 days of news, and the last
/// finding of each shock that is not long over.
public struct AttributeStage: Stage {
    public static let output = StreamName.findings
    public static let judgementVersion = "attribute/4"

    var instruments = InstrumentTable()
    var prices = PriceTable()
    var facts = FactLedger()
    var news = NewsArchive()
    var shocks = ShockLedger()
    private var stored = StoredSettings()

    public init() {}

    var settings: ModelSettings { stored.value }

    /// Stories begun since the stream began, for whoever looks at its load.
    public var newsStories: UInt64 { news.storiesBegun }

    public mutating func apply(_ message: StreamMessage, rows: Range<Int>, to outbox: inout Outbox) {
        switch message {
        case .bars(let bars): apply(bars, rows: rows)
        case .trades(let trades): apply(trades, rows: rows)
        case .instrumentDefinition(let definition):
            instruments.define(definition)
            prices.grow(toSlots: instruments.count)
            news.forgetVocabulary()
        case .configurationChanged(let change):
            stored.value = change.settings
            news.forgetVocabulary()
        case .newsItem(let item): news.add(item, instruments: instruments, settings: settings)
        case .fact(let fact): facts.add(fact)
        case .shockSignal(let signal):
            outbox.begin(cause: signal.cause.sequence, recordTime: signal.recordTime)
            outbox.emit(explain(signal))
        case .newsEmbedding(let embedding): news.embed(embedding)
        case .clockTick, .producerMark, .finding, .alertRecord: break
        }
    }

    /// The hot path: nothing here hashes, allocates or looks at text.
    private mutating func apply(_ bars: Bars, rows: Range<Int>) {
        let numbers = bars.instrument
        let starts = bars.start
        let ends = bars.end
        let closes = bars.close
        let volumes = bars.volume
        let first = bars.firstSequence
        for row in rows {
            guard let slot = instruments.slot(number: numbers[row]) else { continue }
            prices.record(
                slot: slot, price: closes[row], volume: volumes[row], start: starts[row], end: ends[row],
                sequence: first &+ UInt64(row))
        }
    }

    private mutating func apply(_ trades: Trades, rows: Range<Int>) {
        let numbers = trades.instrument
        let times = trades.time
        let traded = trades.price
        let first = trades.firstSequence
        for row in rows {
            guard let slot = instruments.slot(number: numbers[row]) else { continue }
            let time = times[row]
            prices.record(
                slot: slot, price: traded[row], volume: 0, start: time, end: time, sequence: first &+ UInt64(row))
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
