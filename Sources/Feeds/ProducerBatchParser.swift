public import Schema
import SwiftProtobuf

/// What a producer sent in one message.
public struct ParsedBatch: Sendable {
    public var producer: String
    /// Sequence of the first event; they count up by one.
    public var firstSequence: UInt64
    /// In the producer's order; a refused event keeps its place and its sequence.
    public var events: [Result<InputEvent, Refusal>]
    /// Keys nothing is done with (JSON only), each once, in alphabetical order.
    public var ignoredKeys: [String]
    /// Its bars are of sessions long over, loaded to estimate from.
    public var isHistory: Bool

    public init(
        producer: String, firstSequence: UInt64, events: [Result<InputEvent, Refusal>], ignoredKeys: [String] = [],
        isHistory: Bool = false
    ) {
        self.producer = producer
        self.firstSequence = firstSequence
        self.events = events
        self.ignoredKeys = ignoredKeys
        self.isHistory = isHistory
    }

    /// Sequence of the last event; one less than ``firstSequence`` for an empty batch.
    public var lastSequence: UInt64 { firstSequence + UInt64(events.count) - 1 }
}

/// Reads what producers send: a batch as JSON or as protobuf.
///
/// Pure. Names and types are checked here; values, symbols and times by ``EventNormalizer``, for both forms.
public enum ProducerBatchParser {
    public static let maximumBytes = 4 << 20
    public static let maximumEvents = 4_096
    public static let maximumNameCharacters = 128

    /// - Throws: A refusal of the whole batch, whose source is "producer" where no name could be read.
    public static func parse(_ bytes: Span<UInt8>) throws(Refusal) -> ParsedBatch {
        do {
            return try parseUnplaced(bytes)
        } catch {
            throw error.at("producer", 0)
        }
    }

    private static func parseUnplaced(_ bytes: Span<UInt8>) throws(Fault) -> ParsedBatch {
        guard bytes.count <= maximumBytes else {
            throw Fault(.batchTooLarge, "the batch has \(bytes.count) bytes, allowed are \(maximumBytes)")
        }
        guard let first = firstVisible(bytes), bytes[first] == UInt8(ascii: "{") else {
            return try parseProtobuf(bytes)
        }
        do {
            return try parseJSON(bytes)
        } catch {
            // A protobuf batch begins with 0A, which is white space, and the length of the producer's name, which
            // may be that of a brace.
            if first > 0, bytes[0] == 0x0A, let batch = try? parseProtobuf(bytes) { return batch }
            throw error
        }
    }

    private static func firstVisible(_ bytes: Span<UInt8>) -> Int? {
        for index in 0..<bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: continue
            default: return index
            }
        }
        return nil
    }

    // MARK: The two forms

    private static func parseProtobuf(_ bytes: Span<UInt8>) throws(Fault) -> ParsedBatch {
        // Two bytes can be an event, which takes hundreds once it is decoded.
        let events = eventCount(bytes)
        guard events <= maximumEvents else { throw tooMany(events) }
        let batch: ProducerBatch
        do {
            batch = try ProducerBatch(serializedBytes: Array(bytes))
        } catch {
            throw Fault(.malformedBatch, "the batch is neither a JSON object nor a ProducerBatch, allowed is either")
        }
        try checkEnvelope(batch.producer, batch.producerSequence, batch.events.count)
        return ParsedBatch(
            producer: batch.producer, firstSequence: batch.producerSequence,
            events: batch.events.map { .success($0) }, isHistory: batch.history)
    }

    /// How many events (field 3) a protobuf batch has, as far as its fields can be followed.
    private static func eventCount(_ bytes: Span<UInt8>) -> Int {
        var count = 0
        var index = 0
        while let tag = varint(bytes, &index) {
            switch tag & 7 {
            case 0: _ = varint(bytes, &index)
            case 1: index += 8
            case 2:
                guard let length = varint(bytes, &index), length <= UInt64(bytes.count - index) else { return count }
                if tag >> 3 == 3 { count += 1 }
                index += Int(length)
            case 5: index += 4
            default: return count
            }
        }
        return count
    }

    private static func varint(_ bytes: Span<UInt8>, _ index: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard index < bytes.count else { return nil }
            value |= UInt64(bytes[index] & 0x7F) << shift
            index += 1
            if bytes[index - 1] < 0x80 { return value }
        }
        return nil
    }

    private static func tooMany(_ events: Int) -> Fault {
        Fault(.tooManyEvents, "the batch has \(events) events, allowed are \(maximumEvents)")
    }

    private static func parseJSON(_ bytes: Span<UInt8>) throws(Fault) -> ParsedBatch {
        var fields = try JSONFields(try JSONParser.parse(bytes))
        let producer = try fields.requiredText("producer")
        guard let sequence = try fields.unsigned("producer_sequence") else {
            throw JSONFields.missing("producer_sequence", "a whole number from 1")
        }
        guard let objects = try fields.list("events") else { throw JSONFields.missing("events", "an array") }
        let isHistory = try fields.flag("history") ?? false
        try checkEnvelope(producer, sequence, objects.count)
        var ignored = Set(fields.leftOver)
        var parser = JSONEvents()
        var events: [Result<InputEvent, Refusal>] = []
        for (index, object) in objects.enumerated() {
            do {
                events.append(.success(try parser.event(object) { ignored.insert($0) }))
            } catch {
                events.append(.failure(error.at(producer, sequence + UInt64(index))))
            }
        }
        return ParsedBatch(
            producer: producer, firstSequence: sequence, events: events,
            ignoredKeys: ignored.sorted().prefix(FeedCounts.maximumIgnoredKeys).map { String($0.prefix(64)) },
            isHistory: isHistory)
    }

    private static func checkEnvelope(_ producer: String, _ sequence: UInt64, _ events: Int) throws(Fault) {
        let isPrintable = producer.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
            default: true
            }
        }
        guard isPrintable, (1...maximumNameCharacters).contains(producer.count), producer.utf8.count <= 512 else {
            let found = "producer is \(quoted(producer)) of \(producer.count) characters"
            throw Fault(.producerName, found + ", allowed are 1 to \(maximumNameCharacters) printable characters")
        }
        guard events <= maximumEvents else { throw tooMany(events) }
        guard sequence >= 1, sequence <= UInt64.max - UInt64(maximumEvents) else {
            throw Fault(.producerSequence, "producer_sequence is \(sequence), allowed is from 1")
        }
    }
}
