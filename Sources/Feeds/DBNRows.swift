import DBN
import Schema

/// Turns records of one DBN file into events.
struct DBNRows {
    var symbols: SymbolTable { didSet { resolved.removeAll() } }
    private let options: DBNOptions
    private var names = DBNSymbols()
    private var duplicates = DuplicateCheck()
    /// Schema of the file, for bars of files that do not say their length in each record.
    private var schema: UInt16?
    /// The symbol of each instrument, on the day it was looked up for.
    private var resolved: [UInt32: (day: UInt64, symbol: String, number: UInt32)] = [:]
    /// Days on which instruments were refused.
    private var unknown: [UInt32: Set<UInt64>] = [:]
    /// The last trade of each instrument in samples of it.
    private var sampled: [UInt32: DBNTrade] = [:]

    init(symbols: SymbolTable, options: DBNOptions) {
        self.symbols = symbols
        self.options = options
    }

    mutating func take(_ metadata: DBNMetadata) {
        schema = metadata.schema
        names.take(metadata)
        resolved.removeAll()
    }

    /// What came of a record.
    enum Outcome {
        case event(InputEvent)
        case duplicate
        /// Nothing is made of it; why.
        case passedOver(String)
    }

    mutating func take(_ record: DBNRecord, _ counts: inout FeedCounts) throws(Fault) -> Outcome {
        guard let type = record.type else { return .passedOver("records of unknown kinds") }
        guard record.layout != nil else {
            throw Fault(
                .malformedDBN,
                "byte \(record.offset): \(type.name) record of \(record.bytes.count) bytes is too short for its kind, allowed is its length"
            )
        }
        if let publisher = options.publisher, record.publisherID != publisher {
            return .passedOver("records of other publishers")
        }
        switch type {
        case .definition, .symbolMapping:
            names.take(record, symbols)
            resolved[record.instrumentID] = nil
            unknown[record.instrumentID] = nil
            return .passedOver("\(type.name) records")
        case .ohlcv, .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d: return try bar(record, type, &counts)
        case .trade, .mbp1, .tbbo, .mbp10, .mbo, .cmbp1, .tcbbo: return try trade(record, type)
        case .bbo1s, .bbo1m, .cbbo1s, .cbbo1m: return try sample(record, type)
        case .status, .imbalance, .statistics, .ohlcvEOD, .error, .system:
            return .passedOver("\(type.name) records")
        }
    }

    // MARK: Trades

    private mutating func trade(_ record: DBNRecord, _ type: RecordType) throws(Fault) -> Outcome {
        guard let trade = record.trade, trade.action == UInt8(ascii: "T") else {
            return .passedOver("changes of the order book")
        }
        guard trade.flags & DBNRecord.Flag.snapshot == 0 else { return .passedOver("records of a snapshot") }
        return try event(trade, record)
    }

    /// The last trade at the end of an interval: there once, however often it is sampled.
    private mutating func sample(_ record: DBNRecord, _ type: RecordType) throws(Fault) -> Outcome {
        guard let trade = record.trade, trade.price != DBNUndefined.price, trade.time != DBNUndefined.time else {
            return .passedOver("samples without a trade")
        }
        if let former = sampled[record.instrumentID], former.time == trade.time, former.price == trade.price,
            former.size == trade.size
        {
            return .passedOver("samples without a new trade")
        }
        let outcome = try event(trade, record)
        if case .event = outcome { sampled[record.instrumentID] = trade }
        return outcome
    }

    private mutating func event(_ trade: DBNTrade, _ record: DBNRecord) throws(Fault) -> Outcome {
        var made = InputTrade()
        made.time = trade.time
        if made.time == DBNUndefined.time {
            guard trade.received != DBNUndefined.time, trade.flags & DBNRecord.Flag.badReceiveTime == 0 else {
                throw Fault(
                    .missingValue, "byte \(record.offset): ts_event is undefined and ts_recv cannot be used instead")
            }
            made.time = trade.received
        }
        guard let instrument = try instrument(record, at: made.time) else {
            return .passedOver("records of instruments refused before")
        }
        made.symbol = instrument.symbol
        made.price = try defined(trade.price, "price", record)
        made.size = trade.size == .max ? 0 : UInt64(trade.size)
        made.condition = .regular
        return .event(try checked(InputEvent(.trade(made)), record))
    }

    // MARK: Bars

    private mutating func bar(_ record: DBNRecord, _ type: RecordType, _ counts: inout FeedCounts) throws(Fault)
        -> Outcome
    {
        guard let bar = record.bar, let length = length(type) else {
            return .passedOver("bars of a length that the file does not say")
        }
        guard let instrument = try instrument(record, at: bar.start) else {
            return .passedOver("records of instruments refused before")
        }
        var made = InputBar()
        made.symbol = instrument.symbol
        made.start = bar.start
        made.end = bar.start + length
        made.open = try defined(bar.open, "open", record)
        made.high = try defined(bar.high, "high", record)
        made.low = try defined(bar.low, "low", record)
        made.close = try defined(bar.close, "close", record)
        made.volume = bar.volume == .max ? 0 : bar.volume
        let before = made
        guard case .bar(let clean) = try checked(InputEvent(.bar(made)), record).event else { return .duplicate }
        if try duplicates.isDuplicate(clean, instrument: instrument.number) { return .duplicate }
        if clean != before { counts.widened += 1 }
        return .event(InputEvent(.bar(clean)))
    }

    /// ns; nil where the record and the metadata do not say it.
    private func length(_ type: RecordType) -> UInt64? {
        switch (type, schema) {
        case (.ohlcv1s, _), (.ohlcv, 5): CivilTime.second
        case (.ohlcv1m, _), (.ohlcv, 6): 60 * CivilTime.second
        case (.ohlcv1h, _), (.ohlcv, 7): 3_600 * CivilTime.second
        case (.ohlcv1d, _), (.ohlcv, 8): CivilTime.day
        default: nil
        }
    }

    // MARK: Parts

    /// The last check before the log, made early so that what is accepted passes it.
    private func checked(_ event: InputEvent, _ record: DBNRecord) throws(Fault) -> InputEvent {
        var event = event
        do throws(Fault) {
            _ = try EventCheck(now: nil).clean(&event)
        } catch {
            throw Fault(error.reason, "byte \(record.offset): \(error.text)")
        }
        return event
    }

    private func defined(_ price: Int64, _ name: String, _ record: DBNRecord) throws(Fault) -> Int64 {
        guard price != DBNUndefined.price else {
            throw Fault(.missingValue, "byte \(record.offset): \(name) is undefined, allowed is a price")
        }
        return price
    }

    /// - Returns: nil where the instrument was refused before on that day.
    private mutating func instrument(
        _ record: DBNRecord, at time: UInt64
    ) throws(Fault) -> (symbol: String, number: UInt32)? {
        let (id, day) = (record.instrumentID, time / CivilTime.day)
        if let found = resolved[id], found.day == day { return (found.symbol, found.number) }
        guard (SaneTime.earliest..<SaneTime.latest).contains(time) else {
            throw Fault(.timeOutOfRange, "byte \(record.offset): time is \(time) ns, allowed is 1990 to 2200")
        }
        guard unknown[id]?.contains(day) != true else { return nil }
        do throws(Fault) {
            let symbol = try names.symbol(of: id, at: time)
            let number = try symbols.required(symbol)
            resolved[id] = (day, symbol, number)
            return (symbol, number)
        } catch {
            if unknown.count < 1_000_000 { unknown[id, default: []].insert(day) }
            let text = "instrument \(id): \(error.text); its further records of that day are passed over"
            throw Fault(error.reason, "byte \(record.offset): \(text)")
        }
    }
}
