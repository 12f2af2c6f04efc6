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
    case newsEmbedding(NewsEmbedding)
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
            case .newsEmbedding: self = .newsEmbedding(try .init(serializedBytes: bytes.bytes))
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
        case .newsEmbedding: .newsEmbedding
        case .shockSignal: .shockSignal
        case .finding: .finding
        case .alertRecord: .alertRecord
        }
    }

    /// Of a message that is one record; zeros for columns. A switch for each: what is appended passes through here,
    /// and a value of a protocol's type would be boxed each time.
    private var stamps: RecordStamps {
        switch self {
        case .bars, .trades: RecordStamps()
        case .instrumentDefinition(let record): record.stamps
        case .configurationChanged(let record): record.stamps
        case .clockTick(let record): record.stamps
        case .newsItem(let record): record.stamps
        case .fact(let record): record.stamps
        case .producerMark(let record): record.stamps
        case .newsEmbedding(let record): record.stamps
        case .shockSignal(let record): record.stamps
        case .finding(let record): record.stamps
        case .alertRecord(let record): record.stamps
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
            default: stamps.sequence
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
            case .instrumentDefinition(let record): self = .instrumentDefinition(record.with(sequence: newValue))
            case .configurationChanged(let record): self = .configurationChanged(record.with(sequence: newValue))
            case .clockTick(let record): self = .clockTick(record.with(sequence: newValue))
            case .newsItem(let record): self = .newsItem(record.with(sequence: newValue))
            case .fact(let record): self = .fact(record.with(sequence: newValue))
            case .producerMark(let record): self = .producerMark(record.with(sequence: newValue))
            case .newsEmbedding(let record): self = .newsEmbedding(record.with(sequence: newValue))
            case .shockSignal(let record): self = .shockSignal(record.with(sequence: newValue))
            case .finding(let record): self = .finding(record.with(sequence: newValue))
            case .alertRecord(let record): self = .alertRecord(record.with(sequence: newValue))
            }
        }
    }

    public var lastSequence: UInt64 { firstSequence + UInt64(count) - 1 }

    /// The record time of a row, ns since the Unix epoch.
    public func recordTime(row: Int) -> UInt64 {
        switch self {
        case .bars(let bars): bars.recordTime[row]
        case .trades(let trades): trades.recordTime[row]
        default: stamps.recordTime
        }
    }

    /// The event time of a row, ns since the Unix epoch; a bar's is its end.
    public func eventTime(row: Int) -> UInt64 {
        switch self {
        case .bars(let bars): bars.end[row]
        case .trades(let trades): trades.time[row]
        default: stamps.eventTime
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
        case .instrumentDefinition(let record): self = .instrumentDefinition(record.with(recordTime: recordTime))
        case .configurationChanged(let record): self = .configurationChanged(record.with(recordTime: recordTime))
        case .clockTick(let record): self = .clockTick(record.with(recordTime: recordTime))
        case .newsItem(let record): self = .newsItem(record.with(recordTime: recordTime))
        case .fact(let record): self = .fact(record.with(recordTime: recordTime))
        case .producerMark(let record): self = .producerMark(record.with(recordTime: recordTime))
        case .newsEmbedding(let record): self = .newsEmbedding(record.with(recordTime: recordTime))
        case .shockSignal(let record): self = .shockSignal(record.with(recordTime: recordTime))
        case .finding(let record): self = .finding(record.with(recordTime: recordTime))
        case .alertRecord(let record): self = .alertRecord(record.with(recordTime: recordTime))
        }
    }

    /// The message's bytes.
    public func serialized() -> [UInt8] { serialized(firstSequence: firstSequence) }

    /// The message's bytes as they are with another first sequence.
    public func serialized(firstSequence: UInt64) -> [UInt8] {
        // Serialising fails only for required fields and invalid UTF-8, which proto3 messages built
        // by decoding or by this package do not have.
        do {
            switch self {
            case .bars(var bars):
                bars.firstSequence = firstSequence
                return try bars.serializedBytes()
            case .trades(var trades):
                trades.firstSequence = firstSequence
                return try trades.serializedBytes()
            case .instrumentDefinition(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .configurationChanged(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .clockTick(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .newsItem(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .fact(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .producerMark(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .newsEmbedding(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .shockSignal(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .finding(let record): return try record.with(sequence: firstSequence).serializedBytes()
            case .alertRecord(let record): return try record.with(sequence: firstSequence).serializedBytes()
            }
        } catch {
            preconditionFailure("a \(type.schemaName) that cannot be serialised: \(error)")
        }
    }
}

/// Where in its stream and when a record is.
private struct RecordStamps {
    var sequence: UInt64 = 0
    var recordTime: UInt64 = 0
    var eventTime: UInt64 = 0
}

/// A message that is one record.
private protocol SequencedRecord: SwiftProtobuf.Message {
    var sequence: UInt64 { get set }
    var recordTime: UInt64 { get set }
    var eventTime: UInt64 { get set }
}

extension SequencedRecord {
    @inline(__always)
    fileprivate var stamps: RecordStamps {
        RecordStamps(sequence: sequence, recordTime: recordTime, eventTime: eventTime)
    }

    @inline(__always)
    fileprivate func with(sequence: UInt64) -> Self {
        var record = self
        record.sequence = sequence
        return record
    }

    @inline(__always)
    fileprivate func with(recordTime: UInt64) -> Self {
        var record = self
        record.recordTime = recordTime
        return record
    }
}

extension InstrumentDefinition: SequencedRecord {}
extension ConfigurationChanged: SequencedRecord {}
extension ClockTick: SequencedRecord {}
extension NewsItem: SequencedRecord {}
extension Fact: SequencedRecord {}
extension ProducerMark: SequencedRecord {}
extension NewsEmbedding: SequencedRecord {}
extension ShockSignal: SequencedRecord {}
extension Finding: SequencedRecord {}
extension AlertRecord: SequencedRecord {}
