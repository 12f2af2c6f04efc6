import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// The other end of `RUN/player.sock`: sends commands and keeps the last status.
///
/// What is wanted is said again to a player that was restarted, since that plays as it was configured.
final class PlayerClient {
    private var socket: Socket<Dealer>
    private(set) var status: PlayerStatus?
    private var wanted: [PlayerCommand.OneOf_Command] = []
    private var lastAsked: Duration?

    init(_ configuration: ServiceConfiguration, _ context: Context) throws {
        var options = SocketOptions()
        // A command to a player that is not there must not arrive later.
        options.immediate = true
        options.reconnectInterval = .milliseconds(20)
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: Endpoint(configuration.playerEndpoint))
        self.socket = socket
    }

    func add(to poller: inout Poller) { _ = poller.add(socket, for: .readable) }

    /// Asks for the status ten times a second and reads what came.
    func keepUp(now: Duration) throws {
        if lastAsked.map({ now - $0 >= .milliseconds(100) }) ?? true {
            lastAsked = now
            try send(.status(AskPlayer()))
        }
        while let frame = try socket.receive(wait: false) {
            guard let next = try? frame.withBytes({ try PlayerStatus(serializedBytes: $0) }) else { continue }
            let isRestarted = status.map { $0.pid != next.pid } ?? false
            status = next
            if isRestarted { for command in wanted { try send(command) } }
        }
    }

    func pause(_ isPaused: Bool) throws {
        try want(isPaused ? .pause(PausePlaying()) : .resume(ResumePlaying()), in: 0)
    }

    func set(_ rate: ReplayRate) throws { try want(.rate(PlayerRate(rate)), in: 1) }

    func step() throws {
        try pause(true)
        try send(.step(StepPlaying()))
    }

    /// Of pausing and going on only the last counts, and of rates.
    private func want(_ command: PlayerCommand.OneOf_Command, in kind: Int) throws {
        wanted.removeAll { isRate($0) == (kind == 1) }
        wanted.append(command)
        try send(command)
    }

    private func isRate(_ command: PlayerCommand.OneOf_Command) -> Bool {
        if case .rate = command { true } else { false }
    }

    private func send(_ command: PlayerCommand.OneOf_Command) throws {
        var message = PlayerCommand()
        message.command = command
        let bytes: [UInt8] = try message.serializedBytes()
        _ = try socket.send(bytes)
    }
}
