import EventLog
import Feeds
import Schema
import SwiftProtobuf

/// Batches as producers send them, through the last check before the log.
extension FuzzTargets {
    static let producers = [
        Entry("producer-json", 8) { try producerBatches("producer-json", jsonBatches, .text, words: jsonWords) },
        Entry("producer-protobuf", 8) { try producerBatches("producer-protobuf", protobufBatches(), .protobuf) },
    ]

    static let symbols = SymbolTable(
        ["SPX", "ACME", "BOLT", "CRUX"].enumerated().map { index, symbol in
            var definition = InstrumentDefinition()
            definition.instrument = UInt32(index + 1)
            definition.symbol = symbol
            return definition
        })

    static let jsonWords = [
        "\"type\":", "\"kind\":", "null", "true", "[]", "{}", "\"\\ud800\"", "\\u0000", "\\ud83d\\ude00", "\"ACME\"",
        "\"statement\"", "\"split\"", "\"ownership\"", "\"bar\"", "\"trade\"", "\"news\"", "\"fact\"", "1e999",
        "\"America/New_York\"", "\"firstSeen\"", "-", ",", "0", "\"zone\":",
    ]

    /// What is taken of a batch passes every check that a recording must pass, and is the same after the log.
    private static func producerBatches(
        _ name: String, _ seeds: [[UInt8]], _ grammar: Grammar, words: [String] = []
    ) throws -> FuzzTarget {
        let now: UInt64 = 1_738_000_000 * CivilTime.second
        // Up to 4,096 events, each of which may be two bytes and is refused with a sentence.
        let mutator = Mutator(seeds: seeds, words: words, grammar: grammar)
        return FuzzTarget(name, mutator, memory: (16 << 20, 128)) { bytes in
            let batch: ParsedBatch
            do throws(Refusal) {
                batch = try ProducerBatchParser.parse(bytes.span)
            } catch {
                try require(!error.text.isEmpty, "a refusal without a reason")
                return .refused
            }
            try require(batch.events.count <= ProducerBatchParser.maximumEvents, "\(batch.events.count) events")
            var normalizer = EventNormalizer(symbols: symbols)
            let (messages, refusals) = normalizer.messages(of: batch, recordTime: now)
            let taken = messages.reduce(0) { $0 + $1.count }
            try require(
                taken + refusals.count == batch.events.count,
                "\(batch.events.count) events became \(taken) records and \(refusals.count) refusals")
            var check = RecordingCheck(.market)
            var next: UInt64 = 1
            for var message in messages {
                message.firstSequence = next
                next += UInt64(message.count)
                try check.check(Samples.record(message))
                try requireStable(message)
            }
            var reply = ProducerReply()
            reply.producer = batch.producer
            reply.refusals = refusals.map { refusal in
                var told = EventRefusal()
                told.producerSequence = refusal.line
                told.reason = refusal.text
                return told
            }
            _ = try reply.jsonUTF8Bytes() as [UInt8]
            return taken > 0 ? .accepted : .refused
        }
    }

    /// A message is the same once it was encoded and decoded, as a whole and in parts.
    static func requireStable(_ message: StreamMessage) throws {
        let bytes = message.serialized()
        let again = try bytes.withUnsafeBytes { try StreamMessage(type: message.type, bytes: $0) }
        // NaN is not equal to itself: the bytes are what counts.
        try require(again.serialized() == bytes, "a \(message.type.schemaName) is another after encoding it")
        try require(again.lastSequence &- again.firstSequence == UInt64(again.count - 1), "sequences and rows differ")
        for row in 0..<message.count {
            let single = message.slice(row..<row + 1)
            try require(single.recordTime(row: 0) == message.recordTime(row: row), "row \(row) has another record time")
            try require(single.eventTime(row: 0) == message.eventTime(row: row), "row \(row) has another event time")
        }
    }

    private static let jsonBatches: [[UInt8]] = [
        """
        {"producer": "desk-7", "producer_sequence": 1, "events": [
          {"type": "trade", "symbol": "ACME", "time": "2025-01-27T14:30:00Z", "price": "124.80", "size": 0}]}
        """,
        """
        {"producer":"desk-7","producerSequence":"18446744073709547519","events":[
        {"type":"bar","symbol":"BOLT","start":"2025-01-27T09:30:00-05:00","end":"2025-01-27T16:00:00-05:00","open":10,
        "high":11.5,"low":9.25,"close":"10.123456789","volume":"544514000.0"},
        {"title":"Acme falls","source":"Wire","tier":"T1","language":"en","published":"2025-01-27T12:00:00.25Z",
        "first_seen":"2025-01-27T12:00:01Z","time_kind":"seen","body":"a\\nb \\u4e2d","url":"https://example.org/?a=1"},
        {"type":"trade","symbol":"CRUX","time":"2025-01-27T14:30:00+01:00","price":1,"size":5,"condition":"opening"}]}
        """,
        """
        {"producer":"ファクト","producer_sequence":7,"events":[
        {"kind":"record_loss","subject":"ACME","known":"2018-07-26","zone":"America/New_York","as_of":"2018-07-26",
        "source":"Press","title":"Loss","tier":"T5","verified":false,"note":"n","value_usd":-119000000000,"date":"2018-07-26"},
        {"kind":"ownership","subject":"ACME","known":"2024-12-31T00:00:00Z","source":"13F","classes":[
        {"name":"index funds","share":0.3},{"name":"insiders","share":0.04}]},
        {"kind":"statement","subject":"ACME","known":"2025-01-20","source":"s","speaker":"a","thesis":"t","stance":"supports"},
        {"kind":"etf_leverage","subject":"BOLT","known":"2025-01-20","source":"s","leverage":-2,"aum_usd":1e9,
        "underlying":"ACME","underlying_weight":1},
        {"kind":"split","subject":"ACME","known":"2024-06-10","source":"s","ratio":10,"applied":true},
        {"kind":"dividend","subject":"ACME","known":"2024-06-10","source":"s","amount":0.25},
        {"kind":"trading_status","subject":"ACME","known":"2024-06-10T14:00:00Z","source":"s","state":"halted"},
        {"kind":"short_interest","subject":"ACME","known":"2024-06-10","source":"s","shares":1e6}]}
        """,
        "{\"producer\":\"p\",\"producer_sequence\":1,\"events\":[]}",
    ].map { Array($0.utf8) }

    private static func protobufBatches() throws -> [[UInt8]] {
        let batches = try jsonBatches.prefix(3).map { json in
            let parsed = try ProducerBatchParser.parse(json.span)
            var batch = ProducerBatch()
            batch.producer = parsed.producer
            batch.producerSequence = parsed.firstSequence
            batch.events = try parsed.events.map { try $0.get() }
            return try batch.serializedBytes() as [UInt8]
        }
        return batches
    }
}

extension RecordingCheck {
    mutating func check(_ records: [UInt8]) throws {
        try records.withUnsafeBytes { try check($0) }
    }
}
