import SwiftProtobuf

/// One message of a stream, decoded: a single record, or up to ``maximumRows`` bars or trades as columns.
public enum StreamMessage: Sendable, Equatable {
    case bars(Bars)
    case trades(Trades)
    case instrumentDefinition(InstrumentDefinition)
    case configurationChanged(ConfigurationChanged)
    case clockTick(ClockTick)
    case newsItem(NewsItem)
    case fact(Fact)
    case producerMark(ProducerMark)
    case shockSignal(ShockSignal)
    case finding(Finding)
    case alertRecord(AlertRecord)

    /// The most records one message of columns may hold.
    public static let maximumRows = 1_024

    /// What a sequence can be. Far below 64 bits, so that no sum of sequences read from outside overflows.
    public static let sequences: ClosedRange<UInt64> = 1...UInt64(Int64.max)
}

/// Why bytes are not a message of the kind they are said to be.
public enum SchemaError: Error, Equatable, CustomStringConvertible, Sendable {
    case unknownType(UInt16)
    case malformed(MessageType)
    case columnsDiffer(MessageType)
    case rowCount(MessageType, found: Int)

    public var description: String {
        switch self {
        case .unknownType(let type): "message type \(type) is not known to this version"
        case .malformed(let type): "bytes are not a valid \(type.schemaName)"
        case .columnsDiffer(let type): "the columns of a \(type.schemaName) differ in length"
        case .rowCount(let type, let found):
            "a \(type.schemaName) has \(found) rows, allowed are 1 to \(StreamMessage.maximumRows)"
        }
    }
}

extension StreamMessage {
    /// Decodes and checks a message; a message of columns has columns of one length.
    ///
    /// - Cost: about 11 ns a bar in a full message.
    public init(type: MessageType, bytes: UnsafeRawBufferPointer) throws(SchemaError) {
        do {
            switch type {
            case .bars: self = .bars(try Bars(serializedBytes: bytes.bytes))
            case .trades: self = .trades(try Trades(serializedBytes: bytes.bytes))
            case .instrumentDefinition: self = .instrumentDefinition(try .init(serializedBytes: bytes.bytes))
            case .configurationChanged: self = .configurationChanged(try .init(serializedBytes: bytes.bytes))
            case .clockTick: self = .clockTick(try .init(serializedBytes: bytes.bytes))
            case .newsItem: self = .newsItem(try .init(serializedBytes: bytes.bytes))
            case .fact: self = .fact(try .init(serializedBytes: bytes.bytes))
            case .producerMark: self = .producerMark(try .init(serializedBytes: bytes.bytes))
            case .shockSignal: self = .shockSignal(try .init(serializedBytes: bytes.bytes))
            case .finding: self = .finding(try .init(serializedBytes: bytes.bytes))
            case .alertRecord: self = .alertRecord(try .init(serializedBytes: bytes.bytes))
            }
        } catch {
            throw .malformed(type)
        }
        try checkColumns()
        guard firstSequence <= Self.sequences.upperBound else { throw .malformed(type) }
    }

    private func checkColumns() throws(SchemaError) {
        let rows: Int
        switch self {
        case .bars(let bars):
            rows = bars.recordTime.count
            guard
                bars.instrument.count == rows, bars.start.count == rows, bars.end.count == rows,
                bars.open.count == rows, bars.high.count == rows, bars.low.count == rows,
                bars.close.count == rows, bars.volume.count == rows
            else { throw .columnsDiffer(.bars) }
        case .trades(let trades):
            rows = trades.recordTime.count
            guard
                trades.instrument.count == rows, trades.time.count == rows, trades.price.count == rows,
                trades.size.count == rows, trades.condition.count == rows
            else { throw .columnsDiffer(.trades) }
        default: return
        }
        guard (1...Self.maximumRows).contains(rows) else { throw .rowCount(type, found: rows) }
    }

    public var type: MessageType {
        switch self {
        case .bars: .bars
        case .trades: .trades
        case .instrumentDefinition: .instrumentDefinition
        case .configurationChanged: .configurationChanged
        case .clockTick: .clockTick
        case .newsItem: .newsItem
        case .fact: .fact
        case .producerMark: .producerMark
        case .shockSignal: .shockSignal
        case .finding: .finding
        case .alertRecord: .alertRecord
        }
    }

    /// The message without its columns' or record's particulars.
    private var single: (any SequencedRecord)? {
        switch self {
        case .bars, .trades: nil
        case .instrumentDefinition(let record): record
        case .configurationChanged(let record): record
        case .clockTick(let record): record
        case .newsItem(let record): record
        case .fact(let record): record
        case .producerMark(let record): record
        case .shockSignal(let record): record
        case .finding(let record): record
        case .alertRecord(let record): record
        }
    }

    /// How many records the message holds.
    public var count: Int {
        switch self {
        case .bars(let bars): bars.recordTime.count
        case .trades(let trades): trades.recordTime.count
        default: 1
        }
    }

    /// The sequence of its first record; the others follow without gaps.
    public var firstSequence: UInt64 {
        get {
            switch self {
            case .bars(let bars): bars.firstSequence
            case .trades(let trades): trades.firstSequence
            default: single?.sequence ?? 0
            }
        }
        set {
            switch self {
            case .bars(var bars):
                bars.firstSequence = newValue
                self = .bars(bars)
            case .trades(var trades):
                trades.firstSequence = newValue
                self = .trades(trades)
            default: mutateSingle { $0.sequence = newValue }
            }
        }
    }

    public var lastSequence: UInt64 { firstSequence + UInt64(count) - 1 }

    /// The record time of a row, ns since the Unix epoch.
    public func recordTime(row: Int) -> UInt64 {
        switch self {
        case .bars(let bars): bars.recordTime[row]
        case .trades(let trades): trades.recordTime[row]
        default: single?.recordTime ?? 0
        }
    }

    /// The event time of a row, ns since the Unix epoch; a bar's is its end.
    public func eventTime(row: Int) -> UInt64 {
        switch self {
        case .bars(let bars): bars.end[row]
        case .trades(let trades): trades.time[row]
        default: single?.eventTime ?? 0
        }
    }

    /// Sets the record time of every row.
    public mutating func stamp(recordTime: UInt64) {
        switch self {
        case .bars(var bars):
            bars.recordTime = Array(repeating: recordTime, count: bars.end.count)
            self = .bars(bars)
        case .trades(var trades):
            trades.recordTime = Array(repeating: recordTime, count: trades.time.count)
            self = .trades(trades)
        default: mutateSingle { $0.recordTime = recordTime }
        }
    }

    private mutating func mutateSingle(_ change: (inout any SequencedRecord) -> Void) {
        guard var record = single else { return }
        change(&record)
        switch record {
        case let record as InstrumentDefinition: self = .instrumentDefinition(record)
        case let record as ConfigurationChanged: self = .configurationChanged(record)
        case let record as ClockTick: self = .clockTick(record)
        case let record as NewsItem: self = .newsItem(record)
        case let record as Fact: self = .fact(record)
        case let record as ProducerMark: self = .producerMark(record)
        case let record as ShockSignal: self = .shockSignal(record)
        case let record as Finding: self = .finding(record)
        case let record as AlertRecord: self = .alertRecord(record)
        default: break
        }
    }

    /// The message's bytes.
    public func serialized() -> [UInt8] {
        // Serialising fails only for required fields and invalid UTF-8, which proto3 messages built
        // by decoding or by this package do not have.
        do {
            switch self {
            case .bars(let bars): return try bars.serializedBytes()
            case .trades(let trades): return try trades.serializedBytes()
            default: return try single?.serializedBytes() ?? []
            }
        } catch {
            preconditionFailure("a \(type.schemaName) that cannot be serialised: \(error)")
        }
    }
}

/// A message that is one record.
protocol SequencedRecord: SwiftProtobuf.Message {
    var sequence: UInt64 { get set }
    var recordTime: UInt64 { get set }
    var eventTime: UInt64 { get set }
}

extension InstrumentDefinition: SequencedRecord {}
extension ConfigurationChanged: SequencedRecord {}
extension ClockTick: SequencedRecord {}
extension NewsItem: SequencedRecord {}
extension Fact: SequencedRecord {}
extension ProducerMark: SequencedRecord {}
extension ShockSignal: SequencedRecord {}
extension Finding: SequencedRecord {}
extension AlertRecord: SequencedRecord {}
