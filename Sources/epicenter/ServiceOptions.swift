import ArgumentParser
import Foundation
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// Which service a command talks to.
struct ServiceOptions: ParsableArguments {
    @Option(name: .long, help: "The service's configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(name: .long, help: "The service's run directory, instead of a configuration.", completion: .directory)
    var run: String?

    func configuration() throws -> ServiceConfiguration {
        var configuration =
            try config.map { path in try ServiceConfiguration.load(path: path) } ?? ServiceConfiguration()
        if let run { configuration.runDirectory = run }
        return configuration
    }
}

/// Asks epicenterd.
final class ControlClient {
    private var socket: Socket<Dealer>
    private let endpoint: String

    init(_ configuration: ServiceConfiguration, _ context: Context) throws {
        var options = SocketOptions()
        options.receiveTimeout = .seconds(2)
        options.immediate = true
        options.sendTimeout = .seconds(2)
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: Endpoint(configuration.controlEndpoint))
        self.socket = socket
        endpoint = configuration.controlEndpoint
    }

    /// nil when nobody answers within two seconds.
    private func ask<Reply: Message>(_ reply: Reply.Type, _ fill: (inout ControlRequest) -> Void) throws -> Reply? {
        var request = ControlRequest()
        fill(&request)
        let bytes: [UInt8] = try request.serializedBytes()
        guard try socket.send(bytes, wait: true) == .sent, let frame = try socket.receive() else { return nil }
        return try frame.withBytes { try Reply(serializedBytes: $0) }
    }

    private func answered<Reply>(_ reply: Reply?) throws -> Reply {
        guard let reply else { throw Failure("nobody answers at \(endpoint): is the service running?") }
        return reply
    }

    func status() throws -> ServiceStatus? { try ask(ServiceStatus.self) { $0.status = AskStatus() } }

    /// - Throws: ``Failure`` when nobody answers; so do all below.
    func statusNow() throws -> ServiceStatus { try answered(status()) }

    func command(_ verb: CommandVerb, _ process: String) throws -> CommandResult {
        var command = Command()
        command.verb = verb
        command.process = process
        return try answered(ask(CommandResult.self) { $0.command = command })
    }

    func reload() throws -> CommandResult { try answered(ask(CommandResult.self) { $0.reload = Reload() }) }

    func logs(_ ask: AskLogs) throws -> LogLines { try answered(self.ask(LogLines.self) { $0.logs = ask }) }

    func notices(_ ask: AskNotices) throws -> Notices { try answered(self.ask(Notices.self) { $0.notices = ask }) }
}

/// A stage, by its process's name or without the part that all have in common.
struct StageName: ExpressibleByArgument {
    static let all = ["ingest", "analyze", "attribute", "publish", "embed", "notify", "metrics"]
    static let allValueStrings = all
    let process: String

    init?(argument: String) {
        let short = argument.hasPrefix("epicenter-") ? String(argument.dropFirst("epicenter-".count)) : argument
        guard Self.all.contains(short) else { return nil }
        process = "epicenter-" + short
    }
}

extension ServiceStatus {
    func heartbeat(of process: String) -> Heartbeat? {
        children.first { $0.process == process }?.heartbeat
    }
}
