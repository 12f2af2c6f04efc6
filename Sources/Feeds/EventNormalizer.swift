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
    /// - Parameter recordTime: The record time of every row, ns, and the present to judge by.
    public mutating func messages(
        of batch: ParsedBatch, recordTime: UInt64
    ) -> (messages: [StreamMessage], refusals: [Refusal]) {
        var packer = ColumnPacker(nextSequence: 0)
        var refusals: [Refusal] = []
        for (index, result) in batch.events.enumerated() {
            do throws(Refusal) {
                let sequence = batch.firstSequence + UInt64(index)
                let event = try result.get()
                let row = try row(event, source: batch.producer, line: sequence, now: recordTime)
                packer.append(row, recordTime: recordTime)
            } catch {
                refusals.append(error)
            }
        }
        return (packer.drain(), refusals)
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
        case nil: throw Fault(.unknownType, "the event is empty, allowed are bar, trade, news, fact")
        }
    }
}
