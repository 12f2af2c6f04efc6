import Calendars
import Schema

/// Turns records of one layout into events.
struct CSVRows: Sendable {
    private let layout: CSVLayout
    var symbols: SymbolTable { didSet { sessions.forgetInstruments() } }
    private let options: CSVOptions
    private var sessions: SessionTable
    private var duplicates = DuplicateCheck()
    /// The date and the time read last: rows of one moment usually stand together.
    private var latestDate: (text: [UInt8], day: Int)?
    private var latestTime: (text: [UInt8], time: UInt64)?

    init(layout: CSVLayout, symbols: SymbolTable, calendars: MarketCalendars, options: CSVOptions) {
        self.layout = layout
        self.symbols = symbols
        self.options = options
        sessions = SessionTable(calendars)
    }

    /// - Returns: The event; nil for a duplicate, which is counted.
    mutating func event(_ record: CSVRecord, _ counts: inout FeedCounts) throws(Fault) -> InputEvent? {
        guard record.fields.count == layout.width else {
            throw Fault(
                .columnCount, "the row has \(record.fields.count) fields, allowed are \(layout.width) as in the header")
        }
        switch layout.kind {
        case .dailyBars, .intradayBars: return try barEvent(record, &counts)
        case .trades: return try tradeEvent(record, &counts)
        }
    }

    private mutating func barEvent(_ record: CSVRecord, _ counts: inout FeedCounts) throws(Fault) -> InputEvent? {
        var bar = InputBar()
        let number = try symbol(record, &bar.symbol)
        (bar.start, bar.end) = try interval(record, number)
        bar.open = try price(record, 2, "open")
        bar.high = try price(record, 3, "high")
        bar.low = try price(record, 4, "low")
        bar.close = try price(record, 5, "close")
        bar.volume = try volume(record, 6, "volume")
        let widened = try BarCheck.check(&bar)
        guard try !duplicates.isDuplicate(bar, instrument: number) else {
            counts.duplicates += 1
            return nil
        }
        if widened { counts.widened += 1 }
        return InputEvent(.bar(bar))
    }

    private mutating func tradeEvent(_ record: CSVRecord, _ counts: inout FeedCounts) throws(Fault) -> InputEvent? {
        var trade = InputTrade()
        let number = try symbol(record, &trade.symbol)
        trade.time = try instant(record, layout.columns[0], "time")
        trade.price = try price(record, 2, "price")
        trade.size = try volume(record, 3, "size")
        trade.condition = try condition(record)
        guard try !duplicates.isDuplicate(trade, instrument: number) else {
            counts.duplicates += 1
            return nil
        }
        return InputEvent(.trade(trade))
    }

    // MARK: Fields

    private func symbol(_ record: CSVRecord, _ symbol: inout String) throws(Fault) -> UInt32 {
        guard let text = record.text(layout.columns[1]) else {
            throw Fault(.invalidUTF8, "symbol is not UTF-8, allowed is UTF-8")
        }
        symbol = text
        return try symbols.required(text)
    }

    private func price(_ record: CSVRecord, _ place: Int, _ name: String) throws(Fault) -> Int64 {
        try record.withField(layout.columns[place]) { (bytes) throws(Fault) in try DecimalText.price(bytes, name) }
    }

    private func volume(_ record: CSVRecord, _ place: Int, _ name: String) throws(Fault) -> UInt64 {
        try record.withField(layout.columns[place]) { (bytes) throws(Fault) in try DecimalText.volume(bytes, name) }
    }

    private func condition(_ record: CSVRecord) throws(Fault) -> TradeCondition {
        guard let column = layout.condition, let text = record.text(column), !text.isEmpty else {
            return options.tradeCondition
        }
        return try TradeCondition(word: text)
    }

    /// Start and end of the row's bar.
    private mutating func interval(_ record: CSVRecord, _ number: UInt32) throws(Fault) -> (start: UInt64, end: UInt64)
    {
        let start: UInt64
        let usualEnd: UInt64
        if layout.kind == .dailyBars {
            let session = try session(record, number)
            (start, usualEnd) = (session.open, session.close)
        } else {
            start = try instant(record, layout.columns[0], "start")
            let end = start + min(options.interval, 366 * CivilTime.day)
            usualEnd = min(end, sessions.regularSession(number, at: start, symbols)?.close ?? end)
        }
        guard let column = layout.end, record.withField(column, { $0.count > 0 }) else { return (start, usualEnd) }
        return (start, try instant(record, column, "end"))
    }

    private mutating func session(_ record: CSVRecord, _ number: UInt32) throws(Fault) -> TradingSession {
        sessions.session(number, day: try day(record), symbols)
    }

    private mutating func day(_ record: CSVRecord) throws(Fault) -> Int {
        let column = layout.columns[0]
        if let latestDate, record.withField(column, { $0.isEqual(to: latestDate.text) }) { return latestDate.day }
        let day = try TimeText.day(record.text(column) ?? "", "date")
        latestDate = (record.withField(column) { Array($0) }, day)
        return day
    }

    private mutating func instant(_ record: CSVRecord, _ column: Int, _ name: String) throws(Fault) -> UInt64 {
        if let latestTime, record.withField(column, { $0.isEqual(to: latestTime.text) }) { return latestTime.time }
        let time = try record.withField(column) { (bytes) throws(Fault) in try TimeText.instant(bytes, name) }
        latestTime = (record.withField(column) { Array($0) }, time)
        return time
    }
}

extension TradeCondition {
    /// The word for a condition in files.
    init(word: String) throws(Fault) {
        switch word {
        case "regular": self = .regular
        case "opening": self = .openingAuction
        case "closing": self = .closingAuction
        default:
            throw Fault(.notAllowed, "condition is \(quoted(word)), allowed are opening, closing, regular")
        }
    }
}

extension Span where Element == UInt8 {
    func isEqual(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}

extension Array where Element == UInt8 {
    init(_ bytes: Span<UInt8>) { self = bytes.withUnsafeBufferPointer { Array($0) } }
}
