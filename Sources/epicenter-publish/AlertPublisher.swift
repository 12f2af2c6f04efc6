import EventLog
import Metrics
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// The public socket: sends every committed alert once, then a heartbeat each second, so that a quiet loss
/// shows within two.
///
/// What was committed before this process began is not sent again: subscribers that were there see the gap
/// in the sequence, or the head in the heartbeat, and ask the replay endpoint.
struct AlertPublisher: StageAttachment {
    static let heartbeatTopic = "heartbeat/"
    static let heartbeatInterval: Duration = .seconds(1)
    /// How long a topic stays in the heartbeat after it changed.
    static let markedFor: Duration = .seconds(10)

    private var out: Sender?
    private var context: ServiceContext?
    private var access: ServiceAccess?
    private var replayGuardian: SocketGuard?
    private let marks = TopicMarks()
    private let delays = Timer(label: "alert_delay")
    /// An alert of a record time further back than an hour comes of what was recorded or imported: that it is old is no delay.
    private static let history: UInt64 = 3_600_000_000_000

    /// The socket and where it has come to; a noncopyable socket needs an owner with a place in memory.
    private final class Sender {
        var socket: Socket<XPublish>
        var binding: GuardedBinding
        let log: EventLog
        var cursor: UInt64
        var lastHeartbeat: Duration = .zero
        init(
            _ context: Context, _ options: SocketOptions, at endpoint: Endpoint, guardedBy guardian: SocketGuard?,
            _ log: EventLog
        ) throws(ZeroMQError) {
            var socket = try Socket(XPublish.self, in: context, options: options)
            binding = try GuardedBinding(&socket, to: endpoint, guardedBy: guardian)
            self.socket = socket
            self.log = log
            cursor = log.committed + 1
        }
    }

    mutating func start(_ context: ServiceContext, log: EventLog) throws {
        try log.index.forEachMessage { [marks] message in
            if case .alertRecord(let alert) = message { marks.note(alert, at: .zero) }
            try context.pulse()
            return true
        }
        var options = SocketOptions()
        options.sendHighWater = 100_000
        let configuration = context.configuration
        let access = try ServiceAccess(
            context, domain: .subscribe, endpoints: [configuration.alertsEndpoint, configuration.replayEndpoint])
        let guardian = access.guardian(of: configuration.alertsEndpoint)
        options.guardBy(guardian)
        self.access = access
        self.context = context
        out = try Sender(
            context.zeroMQ, options, at: Endpoint(configuration.alertsEndpoint), guardedBy: guardian, log)
        replayGuardian = access.guardian(of: configuration.replayEndpoint)
    }

    var guardian: SocketGuard? { replayGuardian }

    func report(in heartbeat: inout Heartbeat) { access?.report(in: &heartbeat) }

    func endpoint(_ configuration: ServiceConfiguration) -> String? { configuration.replayEndpoint }

    mutating func committed(upTo head: UInt64, now: Duration) throws {
        guard let out else { return }
        // Subscriptions are libzmq's business; reading them keeps its queue empty.
        while case .message = try out.socket.receiveParts(wait: false) {}
        try out.binding.service(&out.socket)
        if out.cursor <= head {
            try out.log.index.forEachMessage(from: out.cursor) { [marks, delays, context] message in
                try context?.pulse()
                if case .alertRecord(let alert) = message {
                    let time = try Self.send(alert, epoch: out.log.epoch, on: &out.socket)
                    let delay = time > alert.recordTime ? time - alert.recordTime : 0
                    if delay < Self.history { delays.recordNanoseconds(delay) }
                    marks.note(alert, at: now)
                }
                return true
            }
            out.cursor = head + 1
        }
        if now - out.lastHeartbeat >= Self.heartbeatInterval {
            out.lastHeartbeat = now
            try heartbeat(out, now: now)
        }
    }

    /// - Returns: The time that it says it was sent.
    private static func send(
        _ alert: AlertRecord, epoch: UInt64, on socket: inout Socket<XPublish>
    ) throws -> UInt64 {
        let time = ServiceClock.wall
        let body = Array(alert.body)
        let header = AlertHeader(
            epoch: epoch, sequence: alert.sequence, topicSequence: alert.topicSequence, eventTime: alert.eventTime,
            sendTime: time, bodyCRC: CRC32C.checksum(body))
        _ = try socket.sendMultipart([Array(alert.topic.utf8), header.encoded, body])
        return time
    }

    private func heartbeat(_ out: Sender, now: Duration) throws {
        let head = out.log.committed
        let marks = marks.message(epoch: out.log.epoch, head: head) {
            $0.changed > now - Self.markedFor && $0.changed > .zero
        }
        let body = try marks.jsonUTF8Bytes() as [UInt8]
        let header = AlertHeader(
            epoch: out.log.epoch, sequence: head, topicSequence: 0, eventTime: 0, sendTime: ServiceClock.wall,
            bodyCRC: CRC32C.checksum(body))
        _ = try out.socket.sendMultipart([Array(Self.heartbeatTopic.utf8), header.encoded, body])
    }

    func answer(_ request: StreamRequest.OneOf_Request) -> StreamReply.OneOf_Reply? {
        guard let out else { return nil }
        let head = out.log.committed
        switch request {
        case .marks(let ask):
            return .marks(marks.message(epoch: out.log.epoch, head: head) { $0.topic.hasPrefix(ask.prefix) })
        case .snapshot(let ask):
            var snapshot = Snapshot()
            snapshot.epoch = out.log.epoch
            snapshot.head = head
            snapshot.sequences = marks.live(prefix: ask.prefix)
            return .snapshot(snapshot)
        case .open, .credit, .close: return nil
        }
    }
}

/// The last record of each topic, and of each alert that is pending or firing.
final class TopicMarks {
    struct Mark {
        let topic: String
        let topicSequence: UInt64
        let sequence: UInt64
        let changed: Duration
    }

    private var topics: [String: Mark] = [:]
    private var live: [String: (topic: String, sequence: UInt64)] = [:]

    func note(_ alert: AlertRecord, at now: Duration) {
        topics[alert.topic] = Mark(
            topic: alert.topic, topicSequence: alert.topicSequence, sequence: alert.sequence, changed: now)
        switch alert.state {
        case .pending, .firing: live[alert.fingerprint] = (alert.topic, alert.sequence)
        default: live[alert.fingerprint] = nil
        }
    }

    func message(epoch: UInt64, head: UInt64, _ isWanted: (Mark) -> Bool) -> Marks {
        var marks = Marks()
        marks.epoch = epoch
        marks.head = head
        marks.topics = topics.values.filter(isWanted).sorted { $0.topic < $1.topic }.map { mark in
            var topic = TopicMark()
            topic.topic = mark.topic
            topic.topicSequence = mark.topicSequence
            topic.sequence = mark.sequence
            return topic
        }
        return marks
    }

    /// Sequences of the records that say what is pending or firing now, in order.
    func live(prefix: String) -> [UInt64] {
        live.values.filter { $0.topic.hasPrefix(prefix) }.map(\.sequence).sorted()
    }
}
