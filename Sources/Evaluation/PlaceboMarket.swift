import Schema

extension EvaluationMarket {
    /// News and facts, in order.
    var told: [StreamMessage] { messages.filter { $0.isTold } }

    /// Record times of news and facts, in order.
    var toldTimes: [UInt64] { told.map { $0.recordTime(row: 0) } }

    /// The same prices with other news and facts, numbered anew. Embeddings are left out: they name the news they are of.
    ///
    /// O(messages).
    func messages(told other: [StreamMessage]) -> [StreamMessage] {
        let waiting = other.enumerated().sorted {
            ($0.element.recordTime(row: 0), $0.offset) < ($1.element.recordTime(row: 0), $1.offset)
        }.map(\.element)
        var merged: [StreamMessage] = []
        merged.reserveCapacity(messages.count + waiting.count)
        var (next, sequence) = (0, UInt64(1))
        func append(_ message: StreamMessage) {
            var message = message
            message.firstSequence = sequence
            sequence += UInt64(message.count)
            merged.append(message)
        }
        for message in messages where !message.isTold && message.type != .newsEmbedding {
            var from = 0
            while next < waiting.count {
                let time = waiting[next].recordTime(row: 0)
                let until = (from..<message.count).first { message.recordTime(row: $0) >= time } ?? message.count
                if until == message.count { break }
                if until > from { append(message.slice(from..<until)) }
                from = until
                append(waiting[next])
                next += 1
            }
            append(message.slice(from..<message.count))
        }
        waiting[next...].forEach(append)
        return merged
    }
}

extension StreamMessage {
    /// Whether it is news or a fact.
    var isTold: Bool { type == .newsItem || type == .fact }

    /// News or a fact, told so much later.
    func told(later delay: Int64) -> StreamMessage {
        func moved(_ time: UInt64) -> UInt64 { time == 0 ? 0 : UInt64(clamping: Int64(clamping: time) &+ delay) }
        switch self {
        case .newsItem(var item):
            item.recordTime = moved(item.recordTime)
            item.eventTime = moved(item.eventTime)
            item.published = moved(item.published)
            item.firstSeen = moved(item.firstSeen)
            return .newsItem(item)
        case .fact(var fact):
            fact.recordTime = moved(fact.recordTime)
            fact.eventTime = moved(fact.eventTime)
            return .fact(fact)
        default: return self
        }
    }
}
