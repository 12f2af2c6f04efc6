extension StreamMessage {
    /// The rows of a message as one of their own; boundaries carry no meaning.
    ///
    /// - Precondition: `rows` is not empty and within the message.
    public func slice(_ rows: Range<Int>) -> StreamMessage {
        precondition(!rows.isEmpty && rows.upperBound <= count)
        if rows.count == count { return self }
        switch self {
        case .bars(let all):
            var bars = Bars()
            bars.firstSequence = all.firstSequence + UInt64(rows.lowerBound)
            bars.recordTime = Array(all.recordTime[rows])
            bars.instrument = Array(all.instrument[rows])
            bars.start = Array(all.start[rows])
            bars.end = Array(all.end[rows])
            bars.open = Array(all.open[rows])
            bars.high = Array(all.high[rows])
            bars.low = Array(all.low[rows])
            bars.close = Array(all.close[rows])
            bars.volume = Array(all.volume[rows])
            bars.history = all.history
            return .bars(bars)
        case .trades(let all):
            var trades = Trades()
            trades.firstSequence = all.firstSequence + UInt64(rows.lowerBound)
            trades.recordTime = Array(all.recordTime[rows])
            trades.instrument = Array(all.instrument[rows])
            trades.time = Array(all.time[rows])
            trades.price = Array(all.price[rows])
            trades.size = Array(all.size[rows])
            trades.condition = Array(all.condition[rows])
            return .trades(trades)
        default: return self
        }
    }
}

extension StreamMessage {
    /// Some rows of a message as one of their own, with sequences from `firstSequence` on.
    ///
    /// - Precondition: `rows` is not empty, ascending and within the message.
    public func gathering(_ rows: [Int], firstSequence: UInt64) -> StreamMessage {
        precondition(!rows.isEmpty && rows[0] >= 0 && rows[rows.count - 1] < count)
        var gathered = self
        switch self {
        case .bars(let all) where rows.count < count:
            var bars = Bars()
            bars.recordTime = rows.map { all.recordTime[$0] }
            bars.instrument = rows.map { all.instrument[$0] }
            bars.start = rows.map { all.start[$0] }
            bars.end = rows.map { all.end[$0] }
            bars.open = rows.map { all.open[$0] }
            bars.high = rows.map { all.high[$0] }
            bars.low = rows.map { all.low[$0] }
            bars.close = rows.map { all.close[$0] }
            bars.volume = rows.map { all.volume[$0] }
            bars.history = all.history
            gathered = .bars(bars)
        case .trades(let all) where rows.count < count:
            var trades = Trades()
            trades.recordTime = rows.map { all.recordTime[$0] }
            trades.instrument = rows.map { all.instrument[$0] }
            trades.time = rows.map { all.time[$0] }
            trades.price = rows.map { all.price[$0] }
            trades.size = rows.map { all.size[$0] }
            trades.condition = rows.map { all.condition[$0] }
            gathered = .trades(trades)
        default: break
        }
        gathered.firstSequence = firstSequence
        return gathered
    }
}
