import ArgumentParser
import EventLog
import Foundation
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

struct SubscribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Print alerts of a running service as they are published.",
        discussion: """
            EXAMPLE
              epicenter subscribe --config /etc/epicenter/epicenter.yaml
              epicenter subscribe --run /run/epicenter --from 1 --json
              epicenter subscribe --run /run/epicenter --topic alert/shock/NVDA/

            Without --from it listens to the public socket, which drops what a slow reader does not take; a \
            gap is reported. With --from it reads the stream, which loses nothing.

            Of a service elsewhere, with a key that it lets in (see epicenter keys):
              epicenter subscribe --alerts tcp://10.0.0.5:5556 --key desk.secret --server-key 'rq:rM>}U?@Lns…'
            """)

    @OptionGroup var service: ServiceOptions
    @Option(help: "The endpoint of alerts, instead of the configuration's.") var alerts: String?
    @Option(help: "The endpoint of replay, for --from.") var replay: String?
    @Option(help: "Our secret key's file, where the endpoint wants CURVE.", completion: .file(extensions: ["secret"]))
    var key: String?
    @Option(help: "The server's public key, or its .pub file.") var serverKey: String?
    @Option(help: "Only topics that begin with this.") var topic = "alert/"
    @Option(help: "Read the stream from this sequence instead, 1 being its start.") var from: UInt64?
    @Option(help: "Stop after this many alerts.") var count: Int?
    @Flag(help: "Print each alert's JSON document, one a line.") var json = false

    func run() throws {
        var configuration = try service.configuration()
        if let alerts { configuration.alerts = alerts }
        if let replay { configuration.replay = replay }
        let stop = try StopSignal()
        let context = try Context()
        if let from {
            try follow(configuration, context, stop, from: from)
        } else {
            try listen(configuration, context, stop)
        }
    }

    func validate() throws {
        guard (key == nil) == (serverKey == nil) else {
            throw ValidationError("--key and --server-key go together: ours and the server's")
        }
    }

    private func security() throws -> SocketOptions.Security {
        guard let key, let serverKey else { return .none }
        let keys = try CurveKeyPair(secretKey: KeyDirectory.secretKey(at: key))
        return .curveClient(keys: keys, serverKey: try KeyDirectory.publicKey(serverKey).key)
    }

    private func listen(_ configuration: ServiceConfiguration, _ context: Context, _ stop: StopSignal) throws {
        var options = SocketOptions()
        options.security = try security()
        var socket = try Socket(Subscribe.self, in: context, options: options)
        try socket.subscribe(toPrefix: topic)
        var monitor = try socket.monitor(.handshakeFailed)
        try socket.connect(to: Endpoint(configuration.alertsEndpoint))
        var poller = Poller()
        _ = poller.add(socket, for: .readable)
        _ = poller.add(stop.waker)
        var last: [String: UInt64] = [:]
        var shown = 0
        while stop.count == 0, shown < count ?? .max {
            _ = try poller.wait(timeout: .seconds(1))
            if let event = try monitor.next(wait: false) { throw Failure(refusal(event, configuration)) }
            while shown < count ?? .max, case .message(let frames) = try socket.receiveParts(wait: false, limit: 8) {
                guard frames.count == 3, let header = AlertHeader(decoding: frames[1]),
                    header.bodyCRC == CRC32C.checksum(frames[2])
                else {
                    complain("a message that is no alert was dropped")
                    continue
                }
                let name = String(decoding: frames[0], as: UTF8.self)
                if let before = last[name], header.topicSequence != before + 1 {
                    let gap = "gap in \(name): \(before) then \(header.topicSequence); --from reads what was lost"
                    complain(gap)
                }
                last[name] = header.topicSequence
                show(frames[2], name, header.eventTime)
                shown += 1
            }
        }
    }

    private func refusal(_ event: SocketEvent, _ configuration: ServiceConfiguration) -> String {
        let place = configuration.alertsEndpoint
        switch event.kind {
        case .handshakeFailed(.refused): return "\(place) does not let this key in: see epicenter keys allow"
        default: return "\(place) wants another handshake: give --key and --server-key as it has them"
        }
    }

    private func show(_ body: [UInt8], _ topic: String, _ eventTime: UInt64) {
        if json {
            say(String(decoding: body, as: UTF8.self))
            return
        }
        var record = AlertRecord()
        record.topic = topic
        record.eventTime = eventTime
        record.body = Data(body)
        say(AlertLine(record).text)
    }

    private func follow(
        _ configuration: ServiceConfiguration, _ context: Context, _ stop: StopSignal, from: UInt64
    ) throws {
        let reader = try StreamReader(
            .alerts, in: context, at: Endpoint(configuration.replayEndpoint), from: from, credit: 1_024,
            name: "subscribe", security: try security())
        var poller = Poller()
        _ = reader.add(to: &poller)
        _ = poller.add(stop.waker)
        var shown = 0
        let start = ServiceClock.monotonic
        var hasComplained = false
        while stop.count == 0, shown < count ?? .max {
            let now = ServiceClock.monotonic
            if reader.epoch == 0, now - start > .seconds(5), !hasComplained {
                hasComplained = true
                complain("nobody answers at \(configuration.replayEndpoint) yet: is it running, and is the key let in?")
            }
            try reader.keepOpen(now: now)
            let event = try reader.receive(now: now) { _, records in
                var decoder = BatchDecoder()
                while let message = try decoder.next(in: records) {
                    guard message.firstSequence >= reader.next, case .alertRecord(let alert) = message,
                        alert.topic.hasPrefix(topic), shown < count ?? .max
                    else { continue }
                    say(json ? String(decoding: alert.body, as: UTF8.self) : AlertLine(alert).text)
                    shown += 1
                }
            }
            switch event {
            case .progress: try reader.acknowledge(reader.next - 1, idle: true)
            case .nothing: _ = try poller.wait(timeout: .milliseconds(200))
            case .withdrawn(let first, _):
                complain("alerts from sequence \(first) on were taken back; what follows stands in their place")
                reader.adopt()
            case .refused(let code, let reason): throw Failure("refused: \(code) \(reason)")
            }
        }
    }
}
