import Schema

/// Takes rows of each kind, sorted, and clock ticks one after the other in the order of a recording: by record
/// time; at one instant facts, news, embeddings, trades, bars, clock ticks.
struct RecordingMerge {
    private let rows: RecordingRows
    private let ticks: [UInt64]
    /// How many of each kind have been taken.
    private var fact = 0
    private var news = 0
    private var embedding = 0
    private var trade = 0
    private var bar = 0
    private var tick = 0

    init(rows: RecordingRows, ticks: [UInt64]) {
        self.rows = rows
        self.ticks = ticks
    }

    /// The next row and its record time; a row that is nil is a clock tick. nil at the end.
    mutating func next() -> (row: MarketRow?, time: UInt64)? {
        let factTime = fact < rows.facts.count ? rows.facts[fact].time : .max
        let newsTime = news < rows.news.count ? MarketRow.news(rows.news[news]).arrivalTime : .max
        let embeddingTime = embedding < rows.embeddings.count ? rows.embeddings[embedding].eventTime : .max
        let tradeTime = trade < rows.trades.count ? rows.trades[trade].time : .max
        let barTime = bar < rows.bars.count ? rows.bars[bar].end : .max
        let tickTime = tick < ticks.count ? ticks[tick] : .max
        let time = min(factTime, newsTime, embeddingTime, tradeTime, barTime, tickTime)
        guard time < .max else { return nil }
        if factTime == time {
            fact += 1
            return (.fact(rows.facts[fact - 1].fact), time)
        }
        if newsTime == time {
            news += 1
            return (.news(rows.news[news - 1]), time)
        }
        if embeddingTime == time {
            embedding += 1
            return (.embedding(rows.embeddings[embedding - 1]), time)
        }
        if tradeTime == time {
            trade += 1
            return (.trade(rows.trades[trade - 1]), time)
        }
        if barTime == time {
            bar += 1
            return (.bar(rows.bars[bar - 1]), time)
        }
        tick += 1
        return (nil, time)
    }
}
