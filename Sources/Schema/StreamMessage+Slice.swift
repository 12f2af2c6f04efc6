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
