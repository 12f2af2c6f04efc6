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
final class StatusClient {
    private var socket: Socket<Dealer>

    init(_ configuration: ServiceConfiguration, _ context: Context) throws {
        var options = SocketOptions()
        options.receiveTimeout = .seconds(2)
        options.immediate = true
        options.sendTimeout = .seconds(2)
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: Endpoint(configuration.controlEndpoint))
        self.socket = socket
    }

    /// nil when nobody answers within two seconds.
    func status() throws -> ServiceStatus? {
        var request = ControlRequest()
        request.status = AskStatus()
        let bytes: [UInt8] = try request.serializedBytes()
        guard try socket.send(bytes, wait: true) == .sent, let frame = try socket.receive() else { return nil }
        return try frame.withBytes { try ServiceStatus(serializedBytes: $0) }
    }
}

extension ServiceStatus {
    func heartbeat(of process: String) -> Heartbeat? {
        children.first { $0.process == process }?.heartbeat
    }
}
