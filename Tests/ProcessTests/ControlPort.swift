import Foundation
import Glibc
import Schema
import SwiftProtobuf
import TestKit
import ZeroMQ

/// Asks a service's epicenterd without a program in between.
final class ControlPort {
    private let context: Context
    private var socket: Socket<Dealer>

    init(_ service: Service) throws {
        context = try Context()
        var options = SocketOptions()
        options.receiveTimeout = .seconds(5)
        options.reconnectInterval = .milliseconds(5)
        var socket = try Socket(Dealer.self, in: context, options: options)
        try socket.connect(to: Endpoint("ipc://\(service.runDirectory)/control.sock"))
        self.socket = socket
    }

    private func ask<Reply: Message>(_ reply: Reply.Type, _ fill: (inout ControlRequest) -> Void) throws -> Reply {
        var request = ControlRequest()
        fill(&request)
        let bytes: [UInt8] = try request.serializedBytes()
        _ = try socket.send(bytes)
        guard let frame = try socket.receive() else { throw Unexpected("nobody answers") }
        return try frame.withBytes { try Reply(serializedBytes: $0) }
    }

    func status() throws -> ServiceStatus { try ask(ServiceStatus.self) { $0.status = AskStatus() } }

    func child(_ name: String) throws -> ChildStatus {
        guard let child = try status().children.first(where: { $0.process == name }) else { throw Unexpected(name) }
        return child
    }

    func command(_ verb: CommandVerb, _ process: String) throws -> CommandResult {
        var command = Command()
        command.verb = verb
        command.process = process
        return try ask(CommandResult.self) { $0.command = command }
    }

    func reload() throws -> CommandResult { try ask(CommandResult.self) { $0.reload = Reload() } }

    func notices(from sequence: UInt64) throws -> Notices {
        var ask = AskNotices()
        ask.fromSequence = sequence
        return try self.ask(Notices.self) { $0.notices = ask }
    }

    /// Asks until `isReached`.
    func wait(_ seconds: Double = 20, until isReached: (ServiceStatus) -> Bool) throws -> ServiceStatus {
        let end = Date().addingTimeInterval(seconds)
        while true {
            let status = try status()
            if isReached(status) { return status }
            guard Date() < end else { throw Unexpected("not reached within \(seconds) s: \(status)") }
            usleep(2_000)
        }
    }

    /// Asks until a child is ready in another life than that of `pid`.
    func waitReady(_ name: String, after pid: Int32 = 0, _ seconds: Double = 20) throws -> ChildStatus {
        let status = try wait(seconds) { status in
            status.children.contains { $0.process == name && $0.state == .ready && $0.pid != pid }
        }
        return status.children.first { $0.process == name } ?? ChildStatus()
    }
}

/// A folder of programs in which one stage misbehaves.
final class MisbehavingBinaries {
    let directory = TemporaryDirectory()
    var path: String { directory.path }
    static var areHere: Bool { FileManager.default.isExecutableFile(atPath: Binaries.path("epicenter-misbehave")) }

    init(_ stage: String) throws {
        for name in ["epicenterd", "epicenter-ingest", "epicenter-analyze", "epicenter-attribute", "epicenter-publish"]
        {
            let source = Binaries.path(name == stage ? "epicenter-misbehave" : name)
            // epicenterd finds the others beside itself, where it really is: it must be a file here.
            if name == "epicenterd" {
                try FileManager.default.copyItem(atPath: source, toPath: path + "/" + name)
            } else {
                try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: source)
            }
        }
    }
}

/// Durations, in order.
struct Durations {
    private var all: [Double]
    init(_ all: [Double]) { self.all = all.sorted() }
    func quantile(_ share: Double) -> Double { all[min(all.count - 1, Int(Double(all.count) * share))] }

    var text: String {
        func milliseconds(_ seconds: Double) -> String { "\(Int((seconds * 1_000).rounded())) ms" }
        let shares = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("most", 1)]
        return shares.map { "\($0.0) \(milliseconds(quantile($0.1)))" }.joined(separator: ", ")
    }
}

/// A datagram socket as systemd's.
final class NotifySocket {
    let path: String
    private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    private(set) var messages: [String] = []

    init(_ path: String) {
        self.path = path
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0)
            }
        }
    }

    deinit { close(descriptor) }

    /// Reads until a message begins so.
    func wait(for text: String, _ seconds: Double = 10) -> Bool {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            if count < 0 {
                usleep(5_000)
                continue
            }
            messages.append(String(decoding: bytes[..<count], as: UTF8.self))
            if messages.last?.hasPrefix(text) ?? false { return true }
        }
        return false
    }
}
