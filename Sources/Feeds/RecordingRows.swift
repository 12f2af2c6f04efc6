import Calendars
import Schema

/// What comes first at one instant: intraday bars before daily ones, and of each kind the benchmark, then by
/// instrument number.
struct RowOrder {
    let benchmark: UInt32
    /// By instrument number: a bar at least this long is a daily one, ns.
    let dailyLengths: [UInt64]

    func place(_ instrument: UInt32) -> UInt32 { instrument == benchmark ? 0 : instrument }

    func precedes(_ left: BarRow, _ right: BarRow) -> Bool {
        if left.end != right.end { return left.end < right.end }
        let (leftIsDaily, rightIsDaily) = (isDaily(left), isDaily(right))
        if leftIsDaily != rightIsDaily { return rightIsDaily }
        if left.instrument != right.instrument { return place(left.instrument) < place(right.instrument) }
        if left.start != right.start { return left.start > right.start }
        return left.values.lexicographicallyPrecedes(right.values)
    }

    private func isDaily(_ bar: BarRow) -> Bool { bar.end - bar.start >= dailyLengths[Int(bar.instrument)] }
}

/// The rows of a recording under way, each kind by itself.
struct RecordingRows: Sendable {
    var bars: [BarRow] = []
    var trades: [TradeRow] = []
    var news: [NewsItem] = []
    /// With the record time, which is later than the event time for facts known before the recording begins.
    var facts: [(time: UInt64, fact: Fact)] = []
    var embeddings: [NewsEmbedding] = []

    mutating func add(_ row: MarketRow) {
        switch row {
        case .bar(let bar): bars.append(bar)
        case .trade(let trade): trades.append(trade)
        case .news(let item): news.append(item)
        case .fact(let fact): facts.append((fact.eventTime, fact))
        case .embedding(let embedding): embeddings.append(embedding)
        }
    }

    /// Whether there are prices, but none of this instrument.
    func lacksPrices(of instrument: UInt32) -> Bool {
        !(bars.isEmpty && trades.isEmpty) && !bars.contains { $0.instrument == instrument }
            && !trades.contains { $0.instrument == instrument }
    }

    /// Leaves out what arrived before `time`, except facts, which are known from then on.
    ///
    /// - Returns: How many rows were left out.
    mutating func begin(at time: UInt64) -> UInt64 {
        let before = bars.count + trades.count + news.count + embeddings.count
        bars.removeAll { $0.end < time }
        trades.removeAll { $0.time < time }
        news.removeAll { MarketRow.news($0).arrivalTime < time }
        embeddings.removeAll { $0.eventTime < time }
        for index in facts.indices { facts[index].time = max(facts[index].time, time) }
        return UInt64(before - bars.count - trades.count - news.count - embeddings.count)
    }

    /// Record time of the first row after sorting; nil where there is none.
    var earliest: UInt64? {
        [
            bars.first?.end, trades.first?.time, news.first.map { MarketRow.news($0).arrivalTime }, facts.first?.time,
            embeddings.first?.eventTime,
        ].compactMap { $0 }.min()
    }

    /// Record time of the last row after sorting.
    var latest: UInt64? {
        [
            bars.last?.end, trades.last?.time, news.last.map { MarketRow.news($0).arrivalTime }, facts.last?.time,
            embeddings.last?.eventTime,
        ].compactMap { $0 }.max()
    }

    /// Sessions that have a bar: how many dates, and when they open and close.
    func sessions(_ table: inout SessionTable, _ symbols: SymbolTable) -> (days: Int, times: Set<UInt64>) {
        var days: Set<Int> = []
        var times: Set<UInt64> = []
        for bar in bars {
            let session = table.session(bar.instrument, barEndingAt: bar.end, symbols)
            days.insert(session.day)
            times.formUnion([session.open, session.close])
        }
        return (days.count, times)
    }

    // MARK: Order

    /// Sorts each kind by record time, then so that the order given does not matter.
    mutating func sort(_ order: RowOrder) {
        bars.sort(by: order.precedes)
        trades = sortedTrades(order)
        news = Self.sortedByContent(news, time: { MarketRow.news($0).arrivalTime }, StreamMessage.newsItem)
        facts = Self.sortedByContent(facts, time: \.time) { .fact($0.fact) }
        embeddings = Self.sortedByContent(embeddings, time: \.eventTime, StreamMessage.newsEmbedding)
    }

    /// By time, instrument and condition; what is alike in these keeps the order given.
    private func sortedTrades(_ order: RowOrder) -> [TradeRow] {
        let sorted = trades.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            if first.time != second.time { return first.time < second.time }
            if first.instrument != second.instrument {
                return order.place(first.instrument) < order.place(second.instrument)
            }
            if first.condition != second.condition { return first.condition.place < second.condition.place }
            if first.condition != .regular { return (first.price, first.size) < (second.price, second.size) }
            return left.offset < right.offset
        }
        return sorted.map(\.element)
    }

    /// By time, then by the bytes of the record.
    private static func sortedByContent<Element>(
        _ elements: [Element], time: (Element) -> UInt64, _ message: (Element) -> StreamMessage
    ) -> [Element] {
        elements.map { (time: time($0), bytes: message($0).serialized(), element: $0) }
            .sorted { $0.time != $1.time ? $0.time < $1.time : $0.bytes.lexicographicallyPrecedes($1.bytes) }
            .map(\.element)
    }

    // MARK: Duplicates

    /// Drops rows that say again what the row before them says, and refuses those that contradict it.
    mutating func dropDuplicates(symbols: SymbolTable, _ summary: inout RecordingBuilder.Summary) {
        let before = bars.count + trades.count + news.count + facts.count + embeddings.count
        func refuse(_ instrument: UInt32, _ time: UInt64) {
            let symbol = symbols.symbol(of: instrument) ?? "\(instrument)"
            let text = "\(symbol) at \(CivilTime.rfc3339(time)) came twice with different values, allowed is one row"
            summary.refusals.append(Refusal(source: "merge", line: 0, reason: .conflictingDuplicate, text: text))
        }
        bars.removeFollowing { former, bar in
            guard bar.end == former.end, bar.start == former.start, bar.instrument == former.instrument
            else { return false }
            if bar != former { refuse(bar.instrument, bar.start) }
            return true
        }
        trades.removeFollowing { former, trade in
            guard trade.condition != .regular, trade.condition == former.condition, trade.time == former.time,
                trade.instrument == former.instrument
            else { return false }
            if trade != former { refuse(trade.instrument, trade.time) }
            return true
        }
        news.removeFollowing { $0 == $1 }
        facts.removeFollowing { $0.fact == $1.fact }
        embeddings.removeFollowing { $0 == $1 }
        let after = bars.count + trades.count + news.count + facts.count + embeddings.count
        summary.duplicates = UInt64(before - after - summary.refusals.count)
    }
}

extension BarRow {
    /// What makes two bars of one interval different, in an order that is always the same.
    fileprivate var values: [Int64] { [open, high, low, close, Int64(clamping: volume)] }
}

extension TradeCondition {
    /// An opening print comes before the trades of its instant, a closing print after them.
    fileprivate var place: Int {
        switch self {
        case .openingAuction: 0
        case .regular, .UNRECOGNIZED: 1
        case .closingAuction: 2
        }
    }
}

extension Array {
    /// Removes each element that `isRepeated` says of, given the last element kept before it.
    fileprivate mutating func removeFollowing(_ isRepeated: (Element, Element) -> Bool) {
        var kept = 0
        for index in indices {
            if kept > 0, isRepeated(self[kept - 1], self[index]) { continue }
            if kept != index { self[kept] = self[index] }
            kept += 1
        }
        removeLast(count - kept)
    }
}
