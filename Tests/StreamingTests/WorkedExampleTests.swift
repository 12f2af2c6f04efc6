import Foundation
import Schema
import Streaming
import SwiftProtobuf
import Testing

/// The bytes that docs/PROTOCOL.md shows for each message.
///
/// They come of `protoc --encode=epicenter.v1.StreamRequest stream.proto` (and `StreamReply`, `AlertRecord`) with
/// the text in each test, of libprotoc 3.21.12; the frames around them were written by hand from the tables.
@Suite("Worked examples of docs/PROTOCOL.md")
struct WorkedExampleTests {
    static let document: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try? String(contentsOf: root.appendingPathComponent("docs/PROTOCOL.md"), encoding: .utf8)
        return (text ?? "").filter { !$0.isWhitespace }
    }()

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func check(_ bytes: [UInt8], _ expected: String) {
        #expect(hexadecimal(bytes) == expected)
        #expect(Self.document.contains(expected), "docs/PROTOCOL.md does not show \(expected)")
    }

    private func request(_ fill: (inout StreamRequest) -> Void) throws -> [UInt8] {
        var request = StreamRequest()
        request.version = StreamProtocol.version
        fill(&request)
        return try request.serializedBytes()
    }

    private func reply(_ fill: (inout StreamReply) -> Void) throws -> [UInt8] {
        var reply = StreamReply()
        reply.version = StreamProtocol.version
        fill(&reply)
        return try reply.serializedBytes()
    }

    @Test("requests")
    func requests() throws {
        check(
            try request {
                $0.open.stream = "alerts"
                $0.open.epoch = 7
                $0.open.fromSequence = 42
                $0.open.credit = 1_000
                $0.open.reader = "desk"
                $0.open.applied = 41
            }, "0801122c0a06616c65727473110700000000000000192a0000000000000028e80732046465736b392900000000000000")
        check(
            try request {
                $0.credit.records = 500
                $0.credit.acknowledged = 541
            }, "08011a0c08f403111d02000000000000")
        check(try request { $0.close = CloseStream() }, "08012200")
        check(try request { $0.marks.prefix = "alert/" }, "08012a080a06616c6572742f")
        check(try request { $0.snapshot.prefix = "alert/" }, "080132080a06616c6572742f")
    }

    @Test("replies")
    func replies() throws {
        check(
            try reply {
                $0.batch.epoch = 7
                $0.batch.firstSequence = 42
                $0.batch.count = 1
                $0.batch.watermark = 9
                $0.batch.head = 42
            }, "08011229090700000000000000112a000000000000001d01000000210900000000000000292a00000000000000")
        check(
            try reply {
                $0.heartbeat.epoch = 7
                $0.heartbeat.head = 42
                $0.heartbeat.watermark = 9
                $0.heartbeat.epochFrom = 1
                $0.heartbeat.first = 1
            }, "08011a2d090700000000000000112a00000000000000190900000000000000290100000000000000310100000000000000")
        check(
            try reply {
                $0.refused.code = .epoch
                $0.refused.reason = "cut back"
                $0.refused.epoch = 8
                $0.refused.firstAffected = 40
                $0.refused.firstCause = 5
            }, "0801222708041208637574206261636b190800000000000000212800000000000000290500000000000000")
        check(
            try reply {
                $0.marks.epoch = 7
                $0.marks.head = 42
                var topic = TopicMark()
                topic.topic = "alert/shock/A/"
                topic.topicSequence = 3
                topic.sequence = 42
                $0.marks.topics = [topic]
            },
            "08012a36090700000000000000112a000000000000001a220a0e616c6572742f73686f636b2f412f110300000000000000192a00000000000000"
        )
        check(
            try reply {
                $0.snapshot.epoch = 7
                $0.snapshot.head = 42
                $0.snapshot.sequences = [40, 42]
            }, "08013224090700000000000000112a000000000000001a1028000000000000002a00000000000000")
    }

    private static let alert =
        "092a000000000000001101ca9a3b000000001900ca9a3b00000000220b09090000000000000010012a0e616c6572742f73686f636b2f412f3103000000000000003a01664001480252027b7d"

    @Test("an alert, as a record of a batch and as it is published")
    func alertRecord() throws {
        var record = AlertRecord()
        record.sequence = 42
        record.recordTime = 1_000_000_001
        record.eventTime = 1_000_000_000
        record.cause.sequence = 9
        record.cause.ordinal = 1
        record.topic = "alert/shock/A/"
        record.topicSequence = 3
        record.fingerprint = "f"
        record.revision = 1
        record.state = .firing
        record.body = Data("{}".utf8)
        check(try record.serializedBytes(), Self.alert)
        // 76 bytes of message: opcode, length 98, channel 40, sequence, record time, event time, message.
        let framed =
            "05" + "6200000000000000" + "2800" + "2a000000" + "01ca9a3b00000000" + "00ca9a3b00000000" + Self.alert
        #expect(Self.alert.count / 2 == 76)
        #expect(Self.document.contains(framed))
        let header = AlertHeader(
            epoch: 7, sequence: 42, topicSequence: 3, eventTime: 1_000_000_000, sendTime: 1_000_000_002,
            bodyCRC: CRC32C.checksum("{}".utf8))
        // The checksum 0x297BD0AA is that of docs/examples/python/epicenter.py.
        check(
            header.encoded,
            "01000000aad07b2907000000000000002a00000000000000030000000000000000ca9a3b0000000002ca9a3b00000000")
    }
}
