import Schema

/// What the values of an event may be, whoever sent it and in whatever form.
struct EventCheck: Sendable {
    /// The record time an event is received at, ns; nil for an import, which has no present.
    var now: UInt64?

    /// How much later than first seen an item may say that it was published before it is not believed:
    /// clocks differ, and some sources round up. 5 minutes, ns.
    static let publishedTolerance = 300 * CivilTime.second

    /// What was changed to make the event acceptable.
    struct Changes: Equatable {
        var widened = false
        var publishedCleared = false
    }

    /// Checks and cleans an event.
    func clean(_ event: inout InputEvent) throws(Fault) -> Changes {
        var changes = Changes()
        switch event.event {
        case .bar(var bar):
            changes.widened = try BarCheck.check(&bar)
            try checkLead(bar.end, "end")
            event.bar = bar
        case .trade(let trade):
            try check(trade)
        case .news(var news):
            changes.publishedCleared = try clean(&news)
            event.news = news
        case .fact(var fact):
            try FactCheck.clean(&fact)
            try checkLead(fact.eventTime, "known")
            event.fact = fact
        case .embedding(var embedding):
            try Self.clean(&embedding)
            try checkLead(embedding.eventTime, "event_time")
            event.embedding = embedding
        case nil:
            throw Fault(.unknownType, "the event is empty, allowed are bar, trade, news, fact, embedding")
        }
        return changes
    }

    private func check(_ trade: InputTrade) throws(Fault) {
        try BarCheck.checkPrice(trade.price, "price")
        try SaneTime.check(trade.time, "time")
        try checkLead(trade.time, "time")
        if case .UNRECOGNIZED(let number) = trade.condition {
            throw Fault(.notAllowed, "condition is \(number), allowed are 0 (regular), 1 (opening), 2 (closing)")
        }
    }

    /// - Returns: true where the published time was not believed.
    private func clean(_ news: inout NewsItem) throws(Fault) -> Bool {
        news.title = try TextRules.line(news.title, "title", limit: TextRules.titleBytes)
        news.source = try TextRules.line(news.source, "source")
        news.language = try TextRules.line(news.language, "language", limit: 64)
        news.body = try TextRules.block(news.body, "body")
        news.url = try TextRules.line(news.url, "url")
        try TextRules.required(news.title, "title")
        try TextRules.required(news.source, "source")
        try Self.check(news.tier)
        if news.published != 0 { try SaneTime.check(news.published, "published") }
        if news.firstSeen != 0 { try SaneTime.check(news.firstSeen, "first_seen") }
        if news.firstSeen == 0 { news.firstSeen = now ?? news.published }
        guard news.firstSeen != 0 else {
            throw Fault(.missingValue, "published and first_seen are missing, allowed is at least one of them")
        }
        try checkLead(news.firstSeen, "first_seen")
        let cleared = news.published > news.firstSeen + Self.publishedTolerance
        if cleared { news.published = 0 }
        news.sequence = 0
        news.recordTime = 0
        news.eventTime = news.published == 0 ? news.firstSeen : news.published
        return cleared
    }

    /// Numbers an embedding may have.
    static let embeddingDimensions = 1...4_096

    private static func clean(_ embedding: inout NewsEmbedding) throws(Fault) {
        embedding.model = try TextRules.line(embedding.model, "model")
        try TextRules.required(embedding.model, "model")
        try SaneTime.check(embedding.eventTime, "event_time")
        guard embeddingDimensions.contains(embedding.values.count) else {
            throw Fault(
                .notAllowed,
                "values has \(embedding.values.count) numbers, allowed are \(embeddingDimensions.lowerBound) to \(embeddingDimensions.upperBound)"
            )
        }
        guard embedding.values.allSatisfy(\.isFinite) else {
            throw Fault(.notANumber, "values has a number that is not finite, allowed are finite ones")
        }
        embedding.sequence = 0
        embedding.recordTime = 0
    }

    static func check(_ tier: SourceTier) throws(Fault) {
        if case .UNRECOGNIZED(let number) = tier {
            throw Fault(.notAllowed, "tier is \(number), allowed are 1 (T1) to 6 (T6), 0 for none")
        }
    }

    private func checkLead(_ time: UInt64, _ name: String) throws(Fault) {
        guard let now, time > now, time - now > SaneTime.lead else { return }
        throw Fault(
            .timeOutOfRange,
            "\(name) is \(CivilTime.rfc3339(time)), allowed is up to 24 hours after \(CivilTime.rfc3339(now))")
    }
}
