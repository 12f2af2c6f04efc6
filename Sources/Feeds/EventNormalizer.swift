public import Schema

/// Turns accepted events into rows of the `market` stream: the last check before the log.
///
/// It trusts no producer: what a JSON object or a CSV row has been checked for is checked again here, because a
/// protobuf batch has not been. Pure; time is a parameter.
public struct EventNormalizer: Sendable {
    public var symbols: SymbolTable
    /// What was counted: accepted, refused by reason, widened, published times marked.
    public var counts = FeedCounts()

    public init(symbols: SymbolTable) { self.symbols = symbols }

    /// Checks one event and gives its row.
    ///
    /// - Parameters:
    ///   - event: As the feed gave it.
    ///   - source: Producer or file, for a refusal.
    ///   - line: Producer sequence or line, for a refusal.
    ///   - now: The record time the event will get, ns: nothing may lie more than 24 hours after it, and news
    ///     without a first-seen time was first seen then. nil for an import, which has no present.
    /// - Throws: Why it may not enter the stream.
    public mutating func row(
        _ event: InputEvent, source: String, line: UInt64, now: UInt64?
    ) throws(Refusal) -> MarketRow {
        do {
            var event = event
            let changes = try EventCheck(now: now).clean(&event)
            let row = try numbered(event)
            if changes.widened { counts.widened += 1 }
            if changes.publishedMark != .none { counts.publishedMarked += 1 }
            counts.accepted += 1
            return row
        } catch {
            counts.countRefusal(error.reason)
            throw error.at(source, line)
        }
    }

    /// Checks a batch and gives messages ready to be appended, without sequences: the log gives those.
    ///
    /// - Parameters:
    ///   - batch: What a producer sent, read.
    ///   - recordTime: The record time of every row, ns, and the present to judge by.
    ///   - admits: Whether a row is to be taken; one that is not is no refusal.
    public mutating func messages(
        of batch: ParsedBatch, recordTime: UInt64, admits: (MarketRow) -> Bool = { _ in true }
    ) -> (messages: [StreamMessage], refusals: [Refusal]) {
        var packer = ColumnPacker(nextSequence: 0)
        var refusals: [Refusal] = []
        for (index, result) in batch.events.enumerated() {
            do throws(Refusal) {
                let sequence = batch.firstSequence + UInt64(index)
                let event = try result.get()
                var row = try row(event, source: batch.producer, line: sequence, now: recordTime)
                if batch.isHistory { row = try Self.history(row, batch.producer, sequence) }
                if admits(row) { packer.append(row, recordTime: recordTime) }
            } catch {
                refusals.append(error)
            }
        }
        return (packer.drain(), refusals)
    }

    /// A row of a batch of the past: bars and facts may be loaded, news and trades happen now or not at all.
    private static func history(
        _ row: MarketRow, _ source: String, _ line: UInt64
    ) throws(Refusal) -> MarketRow {
        switch row {
        case .bar(var bar):
            bar.isHistory = true
            return .bar(bar)
        case .fact: return row
        case .trade, .news, .embedding:
            let text = "the event is \(row.word), allowed in a batch of history are bars and facts"
            throw Refusal(source: source, line: line, reason: .notAllowed, text: text)
        }
    }

    private func numbered(_ event: InputEvent) throws(Fault) -> MarketRow {
        switch event.event {
        case .bar(let bar):
            return .bar(
                BarRow(
                    instrument: try symbols.required(bar.symbol), start: bar.start, end: bar.end, open: bar.open,
                    high: bar.high, low: bar.low, close: bar.close, volume: bar.volume))
        case .trade(let trade):
            return .trade(
                TradeRow(
                    instrument: try symbols.required(trade.symbol), time: trade.time, price: trade.price,
                    size: trade.size,
                    condition: trade.condition))
        case .news(let news): return .news(news)
        case .fact(let fact): return .fact(fact)
        case .embedding(let embedding): return .embedding(embedding)
        case nil: throw Fault(.unknownType, "the event is empty, allowed are bar, trade, news, fact, embedding")
        }
    }
}
