import EventLog
import Schema
import Streaming
import SwiftProtobuf
import TestKit
import ZeroMQ

/// What comes over ZeroMQ sockets: requests, replies, headers, control.
extension FuzzTargets {
    static let wire = [
        Entry("stream-requests", 6) { try streamRequests() }, Entry("stream-replies", 4) { try streamReplies() },
        Entry("alert-header", 10) { alertHeader() }, Entry("control-requests", 6) { try controlRequests() },
    ]

    /// A real owner of a stream and one peer that says anything: every answer is one, and the owner goes on.
    private static func streamRequests() throws -> FuzzTarget {
        let place = TemporaryDirectory()
        let log = try EventLog(
            directory: place.path + "/market", stream: .market, newEpoch: 7, options: .init(sync: .never))
        for message in Samples.world.crash { log.append(message) }
        try log.commit()
        let context = try Context()
        let endpoint = try Endpoint.inproc("stream-requests")
        let owner = try StreamOwner(log.index, in: context, at: endpoint)
        var peer = try Socket(Dealer.self, in: context)
        try peer.connect(to: endpoint)
        let holder = Holder(peer)
        var now: Duration = .zero
        return FuzzTarget("stream-requests", Mutator(seeds: try requests(), words: ["market"], grammar: .protobuf)) {
            bytes in
            withExtendedLifetime(place) {}
            let isRequest = (try? StreamRequest(serializedBytes: bytes))?.version == StreamProtocol.version
            _ = try holder.socket.send(bytes)
            now += .milliseconds(1)
            _ = try owner.service(now: now)
            var answers = 0
            while case .message(let frames) = try holder.socket.receiveParts(wait: false, limit: 4) {
                answers += 1
                guard let reply = try? StreamReply(serializedBytes: frames[0]), reply.version == StreamProtocol.version
                else { throw FuzzViolation("the owner sent something that is no reply") }
                if case .batch = reply.reply { try require(frames.count == 2, "a batch of \(frames.count) frames") }
            }
            // Whoever opened is told of by heartbeats: the next case begins without readers.
            var close = StreamRequest()
            close.version = StreamProtocol.version
            close.close = CloseStream()
            _ = try holder.socket.send(try close.serializedBytes() as [UInt8])
            _ = try owner.service(now: now)
            try require(owner.readerCount == 0, "\(owner.readerCount) readers after CLOSE")
            try require(
                isRequest || answers == 1, "bytes that are no request got \(answers) answers, expected one refusal")
            return isRequest ? .accepted : .refused
        }
    }

    private static func requests() throws -> [[UInt8]] {
        var open = OpenStream()
        open.stream = "market"
        open.fromSequence = 1
        open.credit = 1_000
        open.messageTypes = [1, 2, 6]
        open.reader = "epicenter-analyze"
        open.epoch = 7
        var all = open
        all.epoch = 0
        all.messageTypes = []
        var credit = GrantCredit()
        credit.records = 512
        credit.acknowledged = 4
        let kinds: [StreamRequest.OneOf_Request] = [
            .open(open), .open(all), .credit(credit), .close(CloseStream()), .marks(AskMarks()),
            .snapshot(AskSnapshot()),
        ]
        return try kinds.map { kind in
            var request = StreamRequest()
            request.version = StreamProtocol.version
            request.request = kind
            return try request.serializedBytes()
        }
    }

    /// A real reader whose owner says anything: it counts or takes it, its place only moves forward, and it neither
    /// throws nor ends.
    private static func streamReplies() throws -> FuzzTarget {
        let endpoint = try Endpoint.inproc("stream-replies")
        return FuzzTarget("stream-replies", Mutator(seeds: try replies(), grammar: .reply)) { bytes in
            // Sockets close in the background: with a context of its own no case waits for those before it.
            let context = try Context()
            var options = SocketOptions()
            options.receiveTimeout = .seconds(5)
            var owner = try Socket(Router.self, in: context, options: options)
            _ = try owner.bind(to: endpoint)
            let reader = try StreamReader(.market, in: context, at: endpoint, name: "fuzz")
            var poller = Poller()
            _ = reader.add(to: &poller)
            try reader.keepOpen(now: .zero)
            guard case .message(let request) = try owner.receiveParts(limit: 4), request.count == 2
            else { throw FuzzViolation("the reader did not ask for the stream") }
            let (header, records) = ReplyDamage.split(bytes)
            var verdict = FuzzVerdict.refused
            // Twice: what a reader took must not keep it from taking what comes next.
            for _ in 0..<2 {
                _ = try owner.sendMultipart([request[0], header] + (records.map { [$0] } ?? []))
                _ = try poller.wait(timeout: .seconds(5))
                let before = reader.next
                let event = try reader.receive(now: .milliseconds(1)) { _, records in try decodeAll(records) }
                try require(reader.next >= before, "the reader went back from \(before) to \(reader.next)")
                if event == .progress { verdict = .accepted }
                try reader.acknowledge(reader.next - 1, idle: true)
                try reader.keepOpen(now: .seconds(2))
            }
            return verdict
        }
    }

    private static func decodeAll(_ records: UnsafeRawBufferPointer) throws {
        var decoder = BatchDecoder()
        do {
            while let message = try decoder.next(in: records) { _ = message.lastSequence }
        } catch {}
    }

    private static func replies() throws -> [[UInt8]] {
        let messages = Samples.world.crash
        var batch = Batch()
        batch.epoch = 7
        batch.firstSequence = messages[0].firstSequence
        batch.count = UInt32(messages.reduce(0) { $0 + $1.count })
        batch.watermark = 3
        batch.head = messages.last!.lastSequence
        var left = SequenceRange()
        left.first = 2
        left.last = 3
        batch.leftOut = [left]
        var heartbeat = StreamHeartbeat()
        heartbeat.epoch = 7
        heartbeat.head = 40
        heartbeat.watermark = 40
        var refused = Refused()
        refused.code = .outOfTurn
        refused.reason = "credit before OPEN"
        var mark = TopicMark()
        mark.topic = "alert/shock/ACME/"
        mark.topicSequence = 4
        var marks = Marks()
        marks.topics = [mark]
        var snapshot = Snapshot()
        snapshot.sequences = [1, 2, 3]
        let kinds: [(StreamReply.OneOf_Reply, [UInt8]?)] = [
            (.batch(batch), Samples.records(messages)), (.heartbeat(heartbeat), nil), (.refused(refused), nil),
            (.marks(marks), nil), (.snapshot(snapshot), nil),
        ]
        return try kinds.map { kind, records in
            var reply = StreamReply()
            reply.version = StreamProtocol.version
            reply.reply = kind
            return ReplyDamage.join(try reply.serializedBytes(), records)
        }
    }

    /// What decodes encodes to the same bytes, flags apart, which version 1 does not use.
    private static func alertHeader() -> FuzzTarget {
        let header = AlertHeader(
            epoch: 7, sequence: 12, topicSequence: 3, eventTime: 1_737_988_200_000_000_000,
            sendTime: 1_737_988_200_000_000_001, bodyCRC: CRC32C.checksum("{}".utf8))
        return FuzzTarget("alert-header", Mutator(seeds: [header.encoded], grammar: .bytes)) { bytes in
            guard let decoded = AlertHeader(decoding: bytes) else { return .refused }
            var expected = Array(bytes.prefix(AlertHeader.encodedSize))
            expected[2] = 0
            expected[3] = 0
            try require(decoded.encoded == expected, "the header encodes to other bytes")
            return .accepted
        }
    }

    /// What decodes travels on unchanged and can be shown.
    private static func controlRequests() throws -> FuzzTarget {
        var heartbeat = Heartbeat()
        heartbeat.process = "epicenter-ingest"
        heartbeat.pid = 4_711
        heartbeat.state = .ready
        heartbeat.residentBytes = 1 << 24
        heartbeat.recentErrors = ["refused"]
        var counter = Counter()
        counter.name = "accepted"
        counter.value = 12
        heartbeat.counters = [counter]
        var beat = ControlRequest()
        beat.heartbeat = heartbeat
        var ask = ControlRequest()
        ask.status = AskStatus()
        let seeds = try [beat, ask].map { try $0.serializedBytes() as [UInt8] }
        return FuzzTarget("control-requests", Mutator(seeds: seeds, words: ["epicenter-"], grammar: .protobuf)) {
            bytes in
            guard let request = try? ControlRequest(serializedBytes: bytes) else { return .refused }
            let again = try ControlRequest(serializedBytes: request.serializedBytes() as [UInt8])
            try require(again == request, "the request is another after encoding it")
            _ = try request.jsonUTF8Bytes() as [UInt8]
            return .accepted
        }
    }
}

/// A noncopyable socket where a closure can reach it.
final class Holder<Role: SocketRole> {
    var socket: Socket<Role>
    init(_ socket: consuming Socket<Role>) { self.socket = socket }
}
