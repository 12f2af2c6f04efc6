import DBN
import Schema

/// How a DBN file is to be read where it leaves it open.
public struct DBNOptions: Sendable, Equatable {
    /// Take records of this publisher (venue) alone: several give bars of one instrument.
    public var publisher: UInt16?

    public init() {}
}

/// Reads bars and trades of a file in Databento Binary Encoding, version 1 to 3, with zstd or without.
///
/// `docs/FORMATS.md` has what becomes of each kind of record. A record is refused by itself and the next is read; where
/// the bytes are no DBN any more, the file is refused from there on.
public struct DBNFeed {
    /// File name for refusals; their lines are numbers of records.
    public let source: String
    public var counts = FeedCounts()
    /// Records nothing is made of, by why.
    public private(set) var passedOver: [String: UInt64] = [:]
    /// What a gateway said of errors, the first sixteen.
    public private(set) var messages: [String] = []

    private var decoder = DBNDecoder()
    private var rows: DBNRows
    private var isDone = false

    /// A batch this large is given on before the next record is read: a few compressed bytes can stand for many records.
    private static let batchEvents = 4_096

    public init(source: String, symbols: SymbolTable, options: DBNOptions = DBNOptions()) {
        self.source = source
        rows = DBNRows(symbols: symbols, options: options)
    }

    /// Takes the next bytes of the file.
    ///
    /// - Parameters:
    ///   - bytes: The next ones; a record may go on in those that follow.
    ///   - batch: Gets events and refusals.
    ///   - full: Called with a batch to be dealt with, which is emptied afterwards.
    public mutating func read(
        _ bytes: UnsafeRawBufferPointer, into batch: inout FeedBatch, full: (borrowing FeedBatch) throws -> Void
    ) throws {
        guard !isDone else { return }
        try decode(bytes, &batch, full)
    }

    /// The file ended.
    public mutating func finish(into batch: inout FeedBatch) {
        guard !isDone else { return }
        try? decode(nil, &batch, { _ in })
        isDone = true
    }

    /// One line for each kind of record nothing was made of.
    public var warnings: [String] {
        messages.map { "the gateway said: \($0)" }
            + passedOver.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value) passed over" } + counts.warnings
    }

    /// - Parameter bytes: nil: the file ended.
    private mutating func decode(
        _ bytes: UnsafeRawBufferPointer?, _ batch: inout FeedBatch, _ full: (borrowing FeedBatch) throws -> Void
    ) throws {
        // The decoder is taken out while it calls back into what is left.
        var decoder = self.decoder
        self.decoder = DBNDecoder()
        defer { self.decoder = decoder }
        do {
            if let bytes {
                try decoder.push(bytes) { try take($0, &batch, full) }
            } else {
                try decoder.finish { try take($0, &batch, full) }
            }
        } catch let error as DBNError {
            isDone = true
            refuse(Fault(.malformedDBN, error.description), decoder.records + 1, &batch)
        }
    }

    private mutating func take(
        _ item: DBNDecoder.Item, _ batch: inout FeedBatch, _ full: (borrowing FeedBatch) throws -> Void
    ) throws {
        switch item {
        case .metadata(let metadata): rows.take(metadata)
        case .record(let record): take(record, &batch)
        }
        guard batch.events.count + batch.refusals.count >= Self.batchEvents else { return }
        try full(batch)
        batch.removeAll()
    }

    private mutating func take(_ record: DBNRecord, _ batch: inout FeedBatch) {
        if record.type == .error, let message = record.message, messages.count < 16 { messages.append(quoted(message)) }
        do throws(Fault) {
            switch try rows.take(record, &counts) {
            case .event(let event):
                counts.accepted += 1
                batch.accept(event, line: record.number)
            case .duplicate: counts.duplicates += 1
            case .passedOver(let why): passedOver[why, default: 0] += 1
            }
        } catch {
            refuse(error, record.number, &batch)
        }
    }

    private mutating func refuse(_ fault: Fault, _ number: UInt64, _ batch: inout FeedBatch) {
        counts.countRefusal(fault.reason)
        batch.refuse(fault.at(source, number))
    }
}
