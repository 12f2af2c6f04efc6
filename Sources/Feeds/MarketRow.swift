public import Schema

/// One event as it stands in the `market` stream, before it has a sequence and a record time.
public enum MarketRow: Sendable, Equatable {
    case bar(BarRow)
    case trade(TradeRow)
    case news(NewsItem)
    case fact(Fact)
    case embedding(NewsEmbedding)

    /// When it happened, ns since the Unix epoch; a bar's is its end.
    public var eventTime: UInt64 {
        switch self {
        case .bar(let bar): bar.end
        case .trade(let trade): trade.time
        case .news(let news): news.eventTime
        case .fact(let fact): fact.eventTime
        case .embedding(let embedding): embedding.eventTime
        }
    }

    /// What it is, for messages.
    var word: String {
        switch self {
        case .bar: "a bar"
        case .trade: "a trade"
        case .news: "news"
        case .fact: "a fact"
        case .embedding: "an embedding"
        }
    }

    /// When an import has it arrive: the moment at which it could first have been known.
    public var arrivalTime: UInt64 {
        if case .news(let news) = self { return news.known }
        return eventTime
    }
}

/// A bar with its instrument's number. Times in ns since the Unix epoch, prices in 1e-9 of the currency.
public struct BarRow: Sendable, Equatable {
    public var instrument: UInt32
    public var start, end: UInt64
    public var open, high, low, close: Int64
    public var volume: UInt64
    /// Of a session long over, to estimate from; see ``Schema/Bars/history``.
    public var isHistory = false
}

/// A trade with its instrument's number. Units as in ``BarRow``.
public struct TradeRow: Sendable, Equatable {
    public var instrument: UInt32
    public var time: UInt64
    public var price: Int64
    public var size: UInt64
    public var condition: TradeCondition
}

/// Gathers rows in the order given into as few messages as the schema allows: consecutive bars, or
/// consecutive trades, share a message of at most ``Schema/StreamMessage/maximumRows`` rows.
public struct ColumnPacker: Sendable {
    /// Messages that are complete.
    public private(set) var messages: [StreamMessage] = []
    /// Sequence of the next record.
    public private(set) var nextSequence: UInt64

    private var bars = Bars()
    private var trades = Trades()

    /// - Parameter nextSequence: Sequence of the first record; 0 leaves all at 0, for whoever numbers them later.
    public init(nextSequence: UInt64) { self.nextSequence = nextSequence }

    public mutating func append(_ row: MarketRow, recordTime: UInt64) {
        switch row {
        case .bar(let bar): append(bar, recordTime)
        case .trade(let trade): append(trade, recordTime)
        case .news(var news):
            news.recordTime = recordTime
            append(.newsItem(news))
        case .fact(var fact):
            fact.recordTime = recordTime
            append(.fact(fact))
        case .embedding(var embedding):
            embedding.recordTime = recordTime
            append(.newsEmbedding(embedding))
        }
    }

    /// Appends a message that is one record, with its record time already in it.
    public mutating func append(_ single: StreamMessage) {
        flush()
        var message = single
        message.firstSequence = nextSequence
        messages.append(message)
        advance()
    }

    /// Completes the message under way and takes out all messages.
    public mutating func drain() -> [StreamMessage] {
        flush()
        return takeComplete()
    }

    /// Takes out the messages that are complete; the one under way stays.
    public mutating func takeComplete() -> [StreamMessage] {
        guard !messages.isEmpty else { return [] }
        defer { messages.removeAll(keepingCapacity: true) }
        return messages
    }

    private mutating func append(_ bar: BarRow, _ recordTime: UInt64) {
        let isFull = bars.recordTime.count == StreamMessage.maximumRows || bars.history != bar.isHistory
        if !trades.recordTime.isEmpty || isFull { flush() }
        if bars.recordTime.isEmpty { (bars.firstSequence, bars.history) = (nextSequence, bar.isHistory) }
        bars.recordTime.append(recordTime)
        bars.instrument.append(bar.instrument)
        bars.start.append(bar.start)
        bars.end.append(bar.end)
        bars.open.append(bar.open)
        bars.high.append(bar.high)
        bars.low.append(bar.low)
        bars.close.append(bar.close)
        bars.volume.append(bar.volume)
        advance()
    }

    private mutating func append(_ trade: TradeRow, _ recordTime: UInt64) {
        if !bars.recordTime.isEmpty || trades.recordTime.count == StreamMessage.maximumRows { flush() }
        if trades.recordTime.isEmpty { trades.firstSequence = nextSequence }
        trades.recordTime.append(recordTime)
        trades.instrument.append(trade.instrument)
        trades.time.append(trade.time)
        trades.price.append(trade.price)
        trades.size.append(trade.size)
        trades.condition.append(UInt32(trade.condition.rawValue))
        advance()
    }

    private mutating func advance() {
        if nextSequence > 0 { nextSequence += 1 }
    }

    private mutating func flush() {
        if !bars.recordTime.isEmpty {
            messages.append(.bars(bars))
            bars = Bars()
        }
        if !trades.recordTime.isEmpty {
            messages.append(.trades(trades))
            trades = Trades()
        }
    }
}
