public import Calendars
public import Schema

/// How a CSV file is to be read where its columns leave it open.
public struct CSVOptions: Sendable, Equatable {
    /// Length of an intraday bar without an end of its own, ns; cut at the session's close.
    public var interval: UInt64 = 3_600 * CivilTime.second
    /// Condition of a trade whose row gives none.
    public var tradeCondition: TradeCondition = .regular

    public init() {}
}

/// Reads a CSV file of daily bars, intraday bars or trades; which of them, its header says.
///
/// `docs/FORMATS.md` has the columns. A row is refused by itself and the next is read; a header that is not
/// understood refuses the file. About 1.5 µs a row.
public struct CSVFeed: LineFeed, Sendable {
    public let source: String
    public var counts = FeedCounts()
    /// Lines that were not read because the header was refused.
    public private(set) var unreadLines: UInt64 = 0

    /// A quoted field may run over this many lines; one that is longer was never closed.
    static let maximumRecordLines = 64

    /// Those known; more may be defined while it reads.
    public var symbols: SymbolTable { didSet { rows?.symbols = symbols } }
    private let calendars: MarketCalendars
    private let options: CSVOptions
    /// nil before the header, and for ever if it was refused.
    private var rows: CSVRows?
    private var isRefused = false
    private var record = CSVRecord()
    /// Lines of a record whose quoted field is still open.
    private var pending: [(number: UInt64, bytes: [UInt8])] = []

    public init(source: String, symbols: SymbolTable, calendars: MarketCalendars, options: CSVOptions = CSVOptions()) {
        self.source = source
        self.symbols = symbols
        self.calendars = calendars
        self.options = options
    }

    public mutating func read(_ line: Span<UInt8>, number: UInt64, into batch: inout FeedBatch) {
        if isRefused {
            unreadLines += 1
            return
        }
        guard pending.isEmpty else {
            goOn(with: line, number: number, into: &batch)
            return
        }
        switch record.split(line) {
        case .complete: readRecord(number, into: &batch)
        case .open: pending.append((number, Array(line)))
        case .malformed(let field): refuse(Self.misplacedQuote(field), number, into: &batch)
        }
    }

    public mutating func finish(into batch: inout FeedBatch) {
        while !pending.isEmpty { giveUpFirstPending(into: &batch) }
        if rows == nil, !isRefused {
            refuse(Fault(.unknownHeader, "the file is empty, allowed is a header and rows"), 0, into: &batch)
        }
    }

    // MARK: Records over several lines

    private mutating func goOn(with line: Span<UInt8>, number: UInt64, into batch: inout FeedBatch) {
        pending.append((number, Array(line)))
        let joined = Array(pending.map(\.bytes).joined(separator: [UInt8(ascii: "\n")]))
        switch record.split(joined.span) {
        case .complete:
            let first = pending[0].number
            pending.removeAll()
            readRecord(first, into: &batch)
        case .open:
            let isTooLong = pending.count >= Self.maximumRecordLines || joined.count > LineSplitter.maximumLineBytes
            if isTooLong { giveUpFirstPending(into: &batch) }
        case .malformed: giveUpFirstPending(into: &batch)
        }
    }

    /// Refuses the line that opened a quote nobody closed, and reads the lines after it as if it were not
    /// there: one stray quote costs one row.
    private mutating func giveUpFirstPending(into batch: inout FeedBatch) {
        let lines = pending
        pending = []
        let text = "a quote is opened and not closed properly within \(Self.maximumRecordLines) lines"
        refuse(Fault(.malformedQuoting, text + ", allowed is RFC 4180"), lines[0].number, into: &batch)
        for line in lines.dropFirst() { read(line.bytes.span, number: line.number, into: &batch) }
    }

    private static func misplacedQuote(_ field: Int) -> Fault {
        Fault(
            .malformedQuoting,
            "field \(field + 1) has a quote in the wrong place, allowed is RFC 4180: \"a \"\"b\"\" c\"")
    }

    // MARK: Records

    private mutating func readRecord(_ number: UInt64, into batch: inout FeedBatch) {
        guard !record.isBlank else { return }
        guard rows != nil else {
            readHeader(number, into: &batch)
            return
        }
        do {
            guard let event = try rows?.event(record, &counts) else { return }
            counts.accepted += 1
            batch.accept(event, line: number)
        } catch {
            refuse(error, number, into: &batch)
        }
    }

    private mutating func readHeader(_ number: UInt64, into batch: inout FeedBatch) {
        do {
            let layout = try CSVLayout(header: record)
            rows = CSVRows(layout: layout, symbols: symbols, calendars: calendars, options: options)
        } catch {
            isRefused = true
            refuse(error, number, into: &batch)
        }
    }
}
