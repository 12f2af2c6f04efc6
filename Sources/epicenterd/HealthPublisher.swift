import Schema
import ServiceKit
import Streaming
import Supervision
import SwiftProtobuf
import ZeroMQ

/// Sends notices on the health socket, and a heartbeat each second, as alerts are sent.
final class HealthPublisher {
    private(set) var board: NoticeBoard
    private var socket: Socket<XPublish>
    private var lastHeartbeat: Duration?

    init(_ context: ServiceContext) throws {
        board = NoticeBoard(epoch: ServiceMain.newEpoch(), source: context.configuration.source)
        var options = SocketOptions()
        options.sendHighWater = 10_000
        var socket = try Socket(XPublish.self, in: context.zeroMQ, options: options)
        _ = try socket.bind(to: Endpoint(context.configuration.healthEndpoint))
        self.socket = socket
    }

    func post(_ notice: Notice) throws {
        let now = ServiceClock.wall
        guard let record = board.post(notice, at: now) else { return }
        try send(record.topic, Array(record.body), sequence: record.sequence, topicSequence: record.topicSequence, now)
    }

    /// Call each turn.
    func turn(at now: Duration) throws {
        // Subscriptions are libzmq's business; reading them keeps its queue empty.
        while case .message = try socket.receiveParts(wait: false) {}
        guard lastHeartbeat.map({ now - $0 >= .seconds(1) }) ?? true else { return }
        lastHeartbeat = now
        var marks = Marks()
        marks.epoch = board.epoch
        marks.head = board.head
        marks.topics = board.marks().map { mark in
            var topic = TopicMark()
            topic.topic = mark.topic
            topic.topicSequence = mark.topicSequence
            topic.sequence = mark.sequence
            return topic
        }
        try send("heartbeat/", try marks.jsonUTF8Bytes(), sequence: board.head, topicSequence: 0, 0)
    }

    private func send(
        _ topic: String, _ body: [UInt8], sequence: UInt64, topicSequence: UInt64, _ eventTime: UInt64
    ) throws {
        let header = AlertHeader(
            epoch: board.epoch, sequence: sequence, topicSequence: topicSequence, eventTime: eventTime,
            sendTime: ServiceClock.wall, bodyCRC: CRC32C.checksum(body))
        _ = try socket.sendMultipart([Array(topic.utf8), header.encoded, body])
    }
}
