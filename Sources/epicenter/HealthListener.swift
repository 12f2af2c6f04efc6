import Foundation
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import ZeroMQ

/// Prints notices: those still held from a sequence on, if asked for, then what comes.
final class HealthListener {
    private let client: ControlClient
    private var socket: Socket<Subscribe>
    private let prefix: String
    private let json: Bool
    /// All up to here has been shown, or was not asked for.
    private var last: UInt64 = 0
    private var epoch: UInt64 = 0

    private static let heartbeat = "heartbeat/"

    init(_ configuration: ServiceConfiguration, _ context: Context, prefix: String, json: Bool) throws {
        var socket = try Socket(Subscribe.self, in: context)
        // First, so that nothing falls between what is held and what comes.
        try socket.subscribe(toPrefix: prefix)
        // It tells what the socket dropped, or sent before we were connected.
        try socket.subscribe(toPrefix: Self.heartbeat)
        try socket.connect(to: Endpoint(configuration.healthEndpoint))
        self.socket = socket
        client = try ControlClient(configuration, context)
        self.prefix = prefix
        self.json = json
    }

    func run(from: UInt64?, count: Int?, _ stop: StopSignal) throws {
        var left = count ?? .max
        let now = try client.notices(AskNotices())
        epoch = now.epoch
        last = from.map { max(1, $0) - 1 } ?? now.head
        try replay(&left, stop)
        var poller = Poller()
        _ = poller.add(socket, for: .readable)
        _ = poller.add(stop.waker)
        while stop.count == 0, left > 0 {
            _ = try poller.wait(timeout: .seconds(1))
            while left > 0, case .message(let frames) = try socket.receiveParts(wait: false, limit: 8) {
                guard frames.count == 3, let header = AlertHeader(decoding: frames[1]),
                    header.bodyCRC == CRC32C.checksum(frames[2])
                else {
                    complain("a message that is no notice was dropped")
                    continue
                }
                // Whatever it is, the board has it, and what came before it.
                if header.sequence > last || header.epoch != epoch { try replay(&left, stop) }
            }
        }
    }

    /// Shows what the service holds and we have not shown.
    private func replay(_ left: inout Int, _ stop: StopSignal) throws {
        var ask = AskNotices()
        ask.prefix = prefix
        while stop.count == 0, left > 0 {
            ask.fromSequence = last + 1
            let notices = try client.notices(ask)
            if notices.epoch != epoch {
                complain("epicenterd was started again: notices are counted from 1 again")
                epoch = notices.epoch
                last = 0
                continue
            }
            if ask.fromSequence < notices.first, notices.head > 0 {
                complain("notices before \(notices.first) are held no longer; the log has them")
            }
            for record in notices.records.prefix(left) {
                last = record.sequence
                show(Array(record.body))
                left -= 1
            }
            if notices.records.isEmpty {
                last = max(last, notices.head)
                return
            }
        }
    }

    private func show(_ body: [UInt8]) {
        if json { return say(String(decoding: body, as: UTF8.self)) }
        guard let event = try? NoticeEvent(jsonUTF8Bytes: body) else { return complain("a notice cannot be read") }
        let severity = event.data.severity.padding(toLength: 8, withPad: " ", startingAt: 0)
        say("\(event.time)  \(severity)  \(event.data.message)")
    }
}
