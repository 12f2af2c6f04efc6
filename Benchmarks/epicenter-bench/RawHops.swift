import Foundation
import ServiceKit
import ZeroMQ

/// The reference: the same number of messages of the same size over hops of PUSH and PULL between processes,
/// nothing done with them.
enum RawHops {
    static let highWater = 16

    /// `relay FROM TO COUNT BYTES`: `-` as FROM makes messages, `-` as TO drops them.
    static func relay(_ arguments: [String]) throws {
        guard arguments.count == 4, let count = Int(arguments[2]), let bytes = Int(arguments[3]) else { return }
        let context = try Context()
        if arguments[0] == "-" {
            try send(context, arguments[1], count, bytes)
        } else if arguments[1] == "-" {
            try receive(context, arguments[0], count)
        } else {
            try pass(context, arguments[0], arguments[1], count)
        }
    }

    private static func options() -> SocketOptions {
        var options = SocketOptions()
        options.sendHighWater = highWater
        options.receiveHighWater = highWater
        options.linger = .seconds(30)
        return options
    }

    private static func send(_ context: Context, _ to: String, _ count: Int, _ bytes: Int) throws {
        var out = try Socket(Push.self, in: context, options: options())
        try out.connect(to: Endpoint(to))
        let payload = [UInt8](repeating: 7, count: bytes)
        for _ in 0..<count { while try out.send(payload, wait: true) != .sent {} }
        stayOpen()
    }

    private static func pass(_ context: Context, _ from: String, _ to: String, _ count: Int) throws {
        var input = try Socket(Pull.self, in: context, options: options())
        try input.bind(to: Endpoint(from))
        var out = try Socket(Push.self, in: context, options: options())
        try out.connect(to: Endpoint(to))
        var frame = Frame()
        for _ in 0..<count {
            while try !input.receive(into: &frame) {}
            while try frame.withBytes({ try out.send($0, wait: true) }) != .sent {}
        }
        stayOpen()
    }

    /// A PUSH socket that closes while its peer is busy may lose what it was given; the parent ends us.
    private static func stayOpen() { while true { sleep(60) } }

    private static func receive(_ context: Context, _ from: String, _ count: Int) throws {
        var input = try Socket(Pull.self, in: context, options: options())
        try input.bind(to: Endpoint(from))
        var frame = Frame()
        for _ in 0..<count { while try !input.receive(into: &frame) {} }
        FileHandle.standardOutput.write(Data("done\n".utf8))
    }

    /// - Returns: Seconds for all messages to arrive behind the last hop, from the start of the processes.
    static func run(in directory: String, count: Int, bytes: Int, hops: Int = 3) throws -> Double {
        func endpoint(_ number: Int) -> String { "ipc://\(directory)/raw\(number)" }
        var ends = [(endpoint(hops), "-")]
        for hop in (1..<hops).reversed() { ends.append((endpoint(hop), endpoint(hop + 1))) }
        ends.append(("-", endpoint(1)))
        let began = ServiceClock.monotonic
        let done = Pipe()
        let processes = try ends.map { from, to in
            try Child.start(["relay", from, to, "\(count)", "\(bytes)"], output: to == "-" ? done : nil)
        }
        _ = done.fileHandleForReading.availableData
        let ended = ServiceClock.monotonic
        for process in processes {
            process.terminate()
            process.waitUntilExit()
        }
        return (ended - began).inSeconds
    }
}
