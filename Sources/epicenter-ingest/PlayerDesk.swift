import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// Takes commands to the player of a recording: ROUTER at `RUN/player.sock`. See docs/PROTOCOL.md.
final class PlayerDesk {
    /// A command is a few bytes; libzmq drops the connection of who sends more.
    private static let maximumCommandBytes = 1_024
    /// At most so many are answered at a time, so that a flood of them does not keep records waiting.
    private static let commandsAtATime = 64

    private var socket: Socket<Router>
    /// Commands refused since the process began.
    private(set) var refused: UInt64 = 0

    init(_ context: ServiceContext) throws {
        var options = SocketOptions()
        options.maxMessageSize = Self.maximumCommandBytes
        options.routerHandover = true
        var socket = try Socket(Router.self, in: context.zeroMQ, options: options)
        _ = try socket.bind(to: Endpoint(context.configuration.playerEndpoint))
        self.socket = socket
    }

    func add(to poller: inout Poller) { _ = poller.add(socket, for: .readable) }

    /// Applies the commands that came and answers each.
    func serve(_ player: inout RecordingPlayer, now: Duration) throws {
        for _ in 0..<Self.commandsAtATime {
            switch try socket.receiveParts(wait: false, limit: 4) {
            case .nothing: return
            case .tooManyFrames: refused += 1
            case .message(let frames):
                guard let identity = frames.first else { continue }
                // A REQ socket puts an empty frame before what it says.
                let isRequest = frames.count == 3 && frames[1].isEmpty
                let refusal = apply(Array(frames.dropFirst(isRequest ? 2 : 1)), to: &player, now: now)
                if !refusal.isEmpty { refused += 1 }
                let bytes: [UInt8] = try status(of: player, refusal, now).serializedBytes()
                _ = try socket.sendMultipart(isRequest ? [identity, [], bytes] : [identity, bytes])
            }
        }
    }

    /// - Returns: Why it was refused; empty if it was not.
    private func apply(_ frames: [[UInt8]], to player: inout RecordingPlayer, now: Duration) -> String {
        guard frames.count == 1, let bytes = frames.first, let command = try? PlayerCommand(serializedBytes: bytes)
        else {
            return "expected one frame with a PlayerCommand, found \(frames.count) of \(frames.map(\.count)) bytes"
        }
        switch command.command {
        case .status: break
        case .pause: player.pace.pause(now: now)
        case .resume: player.pace.resume(now: now)
        case .step: player.pace.step(now: now)
        case .rate(let asked):
            guard let rate = ReplayRate(asked) else {
                return
                    "rate has factor \(asked.factor) and maximum \(asked.maximum), allowed is a factor above 0, or maximum"
            }
            player.pace.set(rate, now: now)
        case nil: return "the command is none of status, pause, resume, step, rate"
        }
        return ""
    }

    private func status(of player: borrowing RecordingPlayer, _ refusal: String, _ now: Duration) -> PlayerStatus {
        var status = PlayerStatus()
        status.state =
            if player.isDone { .done } else if player.isRestoring { .restoring } else {
                player.pace.isPaused ? .paused : .playing
            }
        status.rate = PlayerRate(player.pace.rate)
        status.sequence = player.last.sequence
        status.recordTime = player.last.recordTime
        status.nextRecordTime = player.nextTime ?? 0
        status.refused = refused
        status.refusal = refusal
        // Behind the last record there is nothing that record time could stand for.
        status.time = player.isDone ? player.last.recordTime : player.pace.time(now: now)
        status.pid = ServiceMain.processID
        return status
    }
}
