import Schema

/// Reads a file with one JSON object a line: bars, trades, news and facts in any mixture.
///
/// `docs/FORMATS.md` has the keys. Lines of nothing but white space are passed over.
public struct JSONLinesFeed: LineFeed, Sendable {
    public let source: String
    public var counts = FeedCounts()
    /// Those known; more may be defined while it reads.
    public var symbols: SymbolTable
    private var events = JSONEvents()
    private var duplicates = DuplicateCheck()
    private let check = EventCheck(now: nil)

    public init(source: String, symbols: SymbolTable) {
        self.source = source
        self.symbols = symbols
    }

    public mutating func read(_ line: Span<UInt8>, number: UInt64, into batch: inout FeedBatch) {
        guard !line.isBlank else { return }
        do {
            let value = try JSONParser.parse(line)
            var ignored: [String] = []
            var event = try events.event(value) { ignored.append($0) }
            for key in ignored { counts.countIgnored(key) }
            let changes = try check.clean(&event)
            guard try !isDuplicate(event) else {
                counts.duplicates += 1
                return
            }
            if changes.widened { counts.widened += 1 }
            if changes.publishedCleared { counts.publishedCleared += 1 }
            counts.accepted += 1
            batch.accept(event, line: number)
        } catch {
            refuse(error, number, into: &batch)
        }
    }

    public mutating func finish(into batch: inout FeedBatch) {}

    /// Checks the symbol too. News and facts that are alike are dropped when they are merged.
    private mutating func isDuplicate(_ event: InputEvent) throws(Fault) -> Bool {
        switch event.event {
        case .bar(let bar): try duplicates.isDuplicate(bar, instrument: try symbols.required(bar.symbol))
        case .trade(let trade): try duplicates.isDuplicate(trade, instrument: try symbols.required(trade.symbol))
        case .news, .fact, .embedding, nil: false
        }
    }
}

extension Span where Element == UInt8 {
    /// Nothing but white space.
    var isBlank: Bool {
        for index in 0..<count {
            switch self[index] {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            default: return false
            }
        }
        return true
    }
}
