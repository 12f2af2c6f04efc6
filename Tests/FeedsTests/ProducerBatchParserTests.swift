import Feeds
import Schema
import SwiftProtobuf
import Testing

@Suite("Producer batches")
struct ProducerBatchParserTests {
    private func parse(_ text: String) throws -> ParsedBatch {
        let bytes = Array(text.utf8)
        return try ProducerBatchParser.parse(bytes.span)
    }

    @Test("a JSON batch gives events and refusals in the producer's order")
    func json() throws {
        let events =
            #"[{"published":"2025-01-27T10:00:00Z","source":"R","title":"t","x":1},{"type":"bar"},"#
            + #"{"kind":"split","subject":"NVDA","known":"2025-01-27","source":"s","ratio":10}]"#
        for text in [
            #"{"producer":"x","producer_sequence":17,"events":\#(events)}"#,
            "\n\t " + #"{"events":\#(events),"producerSequence":"17","producer":"x","y":null}"#,
        ] {
            let batch = try parse(text)
            #expect(batch.producer == "x")
            #expect(batch.firstSequence == 17 && batch.lastSequence == 19)
            #expect(try batch.events[0].get().news.title == "t")
            #expect(try batch.events[2].get().fact.split.ratio == 10)
            guard case .failure(let refusal) = batch.events[1] else { Issue.record("accepted"); continue }
            #expect(refusal.source == "x" && refusal.line == 18 && refusal.reason == .missingValue)
            #expect(batch.ignoredKeys.contains("x"))
        }
    }

    /// Written by hand from `producer.proto`.
    static let golden: [UInt8] = [
        0x0A, 0x02, 0x61, 0x62,  // producer "ab"
        0x10, 0x05,  // producer_sequence 5
        0x1A, 0x11,  // an event of 17 bytes
        0x12, 0x0F,  // a trade of 15 bytes
        0x0A, 0x04, 0x4E, 0x56, 0x44, 0x41,  // symbol "NVDA"
        0x19, 0x00, 0xCA, 0x9A, 0x3B, 0x00, 0x00, 0x00, 0x00,  // price 1
    ]

    @Test("a protobuf batch is read")
    func protobuf() throws {
        let batch = try ProducerBatchParser.parse(Self.golden.span)
        #expect(batch.producer == "ab" && batch.firstSequence == 5)
        #expect(try batch.events.map { try $0.get().trade.symbol } == ["NVDA"])
        #expect(try batch.events.map { try $0.get().trade.price } == [1_000_000_000])
    }

    @Test("a protobuf batch whose name is as long as a brace is still protobuf")
    func braceLength() throws {
        var batch = ProducerBatch()
        batch.producer = String(repeating: "p", count: 0x7B)
        batch.producerSequence = 1
        let bytes: [UInt8] = try batch.serializedBytes()
        #expect(bytes[1] == UInt8(ascii: "{"))
        #expect(try ProducerBatchParser.parse(bytes.span).producer == batch.producer)
    }

    @Test(
        "a batch that is not one is refused as a whole",
        arguments: [
            ("", RefusalReason.producerName), ("hello", .malformedBatch), ("{", .malformedJSON), ("{}", .missingValue),
            (#"{"producer":"","producer_sequence":1,"events":[]}"#, .producerName),
            (#"{"producer":"a\nb","producer_sequence":1,"events":[]}"#, .producerName),
            (
                #"{"producer":"\#(String(repeating: "x", count: 129))","producer_sequence":1,"events":[]}"#,
                .producerName
            ),
            (#"{"producer":"x","producer_sequence":0,"events":[]}"#, .producerSequence),
            (#"{"producer":"x","producer_sequence":18446744073709551615,"events":[]}"#, .producerSequence),
            (#"{"producer":"x","producer_sequence":-1,"events":[]}"#, .notANumber),
            (#"{"producer":"x","producer_sequence":1.5,"events":[]}"#, .notANumber),
            (#"{"producer":"x","producer_sequence":1,"events":{}}"#, .wrongType),
            (
                #"{"producer":"x","producer_sequence":1,"events":[\#(String(repeating: "1,", count: 4_096))1]}"#,
                .tooManyEvents
            ),
            (String(repeating: "{", count: (4 << 20) + 1), .batchTooLarge),
            (String(repeating: #"{"events":["#, count: 100_000), .nestingTooDeep),
        ])
    func refuses(text: String, reason: RefusalReason) {
        let refusal = #expect(throws: Refusal.self) { try parse(text) }
        #expect(refusal?.reason == reason)
    }

    @Test("events of a protobuf batch are counted before any is decoded")
    func manyEvents() {
        let empty: [UInt8] = [0x1A, 0]
        // What follows does not decode: whoever decodes first says that instead.
        let bytes = [UInt8]([0x0A, 1, 0x78, 0x10, 1]) + repeatElement(empty, count: 4_097).joined() + [0x0B]
        let refusal = #expect(throws: Refusal.self) { try ProducerBatchParser.parse(bytes.span) }
        #expect(refusal?.reason == .tooManyEvents)
    }

    @Test("20,000 mutated protobuf batches are read and normalized without a crash")
    func mutations() throws {
        var generator = SeededGenerator.fromEnvironment("protobuf mutations")
        var normalizer = EventNormalizer(symbols: try Example.settings().symbols)
        for _ in 0..<20_000 {
            let bytes = generator.mutate(Self.golden)
            guard let batch = try? ProducerBatchParser.parse(bytes.span) else { continue }
            let (messages, refusals) = normalizer.messages(of: batch, recordTime: time("2025-01-27T15:00:00Z"))
            #expect(messages.map(\.count).reduce(0, +) + refusals.count == batch.events.count)
        }
    }
}
