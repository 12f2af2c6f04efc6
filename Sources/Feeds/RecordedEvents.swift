public import Schema

/// Turns a recording's messages back into the events they were made of, so that they can be merged with others.
///
/// Symbols come from the definitions met so far, so messages go in in their stream's order. Definitions,
/// settings, clock ticks and producer marks give no events: a rebuilt recording has its own.
public struct RecordedEvents: Sendable {
    /// The instruments as last defined.
    public private(set) var symbols = SymbolTable()
    /// The definitions as last given, by number.
    public private(set) var instruments: [InstrumentDefinition] = []
    /// The settings as last given; nil before any.
    public private(set) var settings: ModelSettings?

    private let source: String

    /// - Parameter source: Name of the recording, for refusals.
    public init(source: String) { self.source = source }

    /// - Parameters:
    ///   - message: The next one of the recording, in order.
    ///   - refuse: Called with each row that cannot be used: its instrument was never defined, or the
    ///     message is not of the `market` stream. `line` is the row's sequence.
    public mutating func events(
        of message: StreamMessage, refuse: (Refusal) -> Void
    ) -> [(event: InputEvent, sequence: UInt64)] {
        switch message {
        case .instrumentDefinition(let definition):
            if symbols.define(definition) {
                instruments.removeAll { $0.instrument == definition.instrument || $0.symbol == definition.symbol }
                let place = instruments.firstIndex { $0.instrument > definition.instrument } ?? instruments.endIndex
                instruments.insert(definition, at: place)
            }
            return []
        case .configurationChanged(let change):
            settings = change.settings
            return []
        case .clockTick, .producerMark: return []
        case .newsItem(let news): return [(InputEvent(.news(news)), news.sequence)]
        case .fact(let fact): return [(InputEvent(.fact(fact)), fact.sequence)]
        case .newsEmbedding(let embedding): return [(InputEvent(.embedding(embedding)), embedding.sequence)]
        case .bars(let bars):
            return rows(bars.instrument, bars.firstSequence, refuse) { row, symbol in
                InputEvent(.bar(Self.bar(bars, row, symbol)))
            }
        case .trades(let trades):
            return rows(trades.instrument, trades.firstSequence, refuse) { row, symbol in
                InputEvent(.trade(Self.trade(trades, row, symbol)))
            }
        case .shockSignal, .finding, .alertRecord:
            let text = "\(message.type.schemaName) is not a record of the market stream, allowed are those"
            refuse(Refusal(source: source, line: message.firstSequence, reason: .unsupportedMessage, text: text))
            return []
        }
    }

    private func rows(
        _ instruments: [UInt32], _ first: UInt64, _ refuse: (Refusal) -> Void,
        _ make: (Int, String) -> InputEvent
    ) -> [(event: InputEvent, sequence: UInt64)] {
        instruments.enumerated().compactMap { row, number in
            let sequence = first + UInt64(row)
            guard let symbol = symbols.symbol(of: number) else {
                let text = "instrument is \(number), allowed are the \(symbols.count) defined before"
                refuse(Refusal(source: source, line: sequence, reason: .unknownSymbol, text: text))
                return nil
            }
            return (make(row, symbol), sequence)
        }
    }

    private static func bar(_ bars: Bars, _ row: Int, _ symbol: String) -> InputBar {
        var bar = InputBar()
        bar.symbol = symbol
        bar.start = bars.start[row]
        bar.end = bars.end[row]
        bar.open = bars.open[row]
        bar.high = bars.high[row]
        bar.low = bars.low[row]
        bar.close = bars.close[row]
        bar.volume = bars.volume[row]
        return bar
    }

    private static func trade(_ trades: Trades, _ row: Int, _ symbol: String) -> InputTrade {
        var trade = InputTrade()
        trade.symbol = symbol
        trade.time = trades.time[row]
        trade.price = trades.price[row]
        trade.size = trades.size[row]
        trade.condition = TradeCondition(rawValue: Int(trades.condition[row])) ?? .regular
        return trade
    }
}
