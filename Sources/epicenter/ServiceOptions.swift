import ArgumentParser
import Foundation
import Glibc
import Schema
import ServiceKit
import SwiftProtobuf
import ZeroMQ

/// Which service a command talks to.
struct ServiceOptions: ParsableArguments {
    @Option(
        name: .long, help: "The service's configuration file, instead of that in its usual places.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(name: .long, help: "The service's run directory, instead of a configuration.", completion: .directory)
    var run: String?

    func configuration() throws -> ServiceConfiguration {
        guard let run, config == nil else {
            var configuration = try ConfigurationChoice(named: config).load()
            if let run { configuration.runDirectory = run }
            return configuration
        }
        var configuration = ServiceConfiguration()
        configuration.runDirectory = run
        return configuration
    }
}

/// The configuration that a command goes by: the file named, else the first in its usual places, else the built-in one.
enum ConfigurationChoice {
    case file(String)
    case builtIn

    static let places = ConfigurationPlaces(environment: ProcessInfo.processInfo.environment, user: geteuid())

    init(named path: String?) {
        let found = path ?? Self.places.files.first { access($0, R_OK) == 0 }
        self = found.map { .file($0) } ?? .builtIn
    }

    var path: String? { if case .file(let path) = self { path } else { nil } }

    static var starter: StarterConfiguration {
        StarterConfiguration(runDirectory: places.runDirectory, dataDirectory: places.dataDirectory)
    }

    func load() throws(ConfigurationError) -> ServiceConfiguration {
        switch self {
        case .file(let path): try ServiceConfiguration.load(path: path)
        case .builtIn:
            try ServiceConfiguration.load(
                yaml: Self.starter.text, name: "built-in", environment: ProcessInfo.processInfo.environment)
        }
    }

    /// A file with it: that of the built-in one is written where it is not there or says something else.
    func file() throws -> String {
        guard path == nil else { return path ?? "" }
        let directory = Self.places.runDirectory
        try ServiceMain.makePrivateDirectory(directory)
        var found = stat()
        // In /tmp somebody else may have been there first.
        guard lstat(directory, &found) == 0, found.st_mode & S_IFMT == S_IFDIR, found.st_uid == geteuid(),
            found.st_mode & 0o077 == 0
        else {
            throw Failure(
                "\(directory) must be a directory of this user's, with mode 0700; remove it, or name a configuration",
                status: .configuration)
        }
        let made = directory + "/built-in.yaml"
        if (try? String(contentsOfFile: made, encoding: .utf8)) != Self.starter.text {
            try Data(Self.starter.text.utf8).write(to: URL(fileURLWithPath: made), options: .atomic)
        }
        return made
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

/// A process under epicenterd, by its name or without the part that all have in common.
struct StageName: ExpressibleByArgument {
    static let help: ArgumentHelp = "A process of the service, with or without epicenter- before its name."
    static let allValueStrings = ServiceProcesses.names.map { String($0.dropFirst(prefix.count)) }
    private static let prefix = "epicenter-"
    let process: String

    init?(argument: String) {
        let name = argument.hasPrefix(Self.prefix) ? argument : Self.prefix + argument
        guard ServiceProcesses.names.contains(name) else { return nil }
        process = name
    }
}

extension ServiceStatus {
    func heartbeat(of process: String) -> Heartbeat? {
        children.first { $0.process == process }?.heartbeat
    }
}
