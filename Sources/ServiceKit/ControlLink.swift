import EventLog
import Glibc
import Logging
import Schema
import SwiftProtobuf
import ZeroMQ

/// A child's line to epicenterd: heartbeats that carry progress. Without a supervisor it goes nowhere.
public final class ControlLink {
    private var socket: Socket<Dealer>
    private var lastSent: Duration?
    private let isSupervised: Bool
    /// How many lost ranges were said.
    private var saidLost = 0
    public var heartbeat: Heartbeat
    static let interval: Duration = .milliseconds(500)

    public init(_ context: ServiceContext) throws {
        var options = SocketOptions()
        options.immediate = true
        options.sendHighWater = 16
        options.reconnectInterval = .milliseconds(20)
        var socket = try Socket(Dealer.self, in: context.zeroMQ, options: options)
        isSupervised = context.isSupervised
        if isSupervised { try socket.connect(to: Endpoint(context.configuration.controlEndpoint)) }
        self.socket = socket
        heartbeat = Heartbeat()
        heartbeat.process = context.name
        heartbeat.pid = getpid()
        heartbeat.state = .starting
    }

    /// Says why the process does not go on for now, or that it does again: in the heartbeat, and once in the log.
    public func say(alarm: String, _ logger: Logger) {
        guard heartbeat.alarm != alarm else { return }
        heartbeat.alarm = alarm
        // A change is news to whoever watches.
        lastSent = nil
        if alarm.isEmpty {
            logger.notice("goes on again: everything is written")
        } else {
            logger.critical(
                "does not go on: nothing is taken or acknowledged until this works", metadata: ["why": "\(alarm)"])
        }
    }

    /// Says aloud, once, what damage took of a stream: at opening, or when it was read.
    public func sayLost(of log: EventLog, _ logger: Logger) {
        for lost in log.opening.lost.dropFirst(saidLost) {
            logger.critical(
                "records are lost to damage; the segment as it was is in quarantine",
                metadata: ["stream": "\(log.stream.rawValue)", "first": "\(lost.first)", "last": "\(lost.last)"])
        }
        saidLost = log.opening.lost.count
    }

    /// Sends the heartbeat if it is due, or `now` if something changed that others wait for.
    public func beat(
        at now: Duration, force: Bool = false, _ fill: (inout Heartbeat) -> Void
    ) throws {
        if let lastSent, now - lastSent < Self.interval, !force { return }
        lastSent = now
        fill(&heartbeat)
        heartbeat.residentBytes = ServiceMain.residentBytes
        guard isSupervised else { return }
        var request = ControlRequest()
        request.heartbeat = heartbeat
        let bytes: [UInt8] = try request.serializedBytes()
        _ = try socket.send(bytes)
    }
}

extension Heartbeat {
    /// Sets a counter, adding it where there is none.
    public mutating func set(_ name: String, _ value: UInt64) {
        if let place = counters.firstIndex(where: { $0.name == name }) {
            counters[place].value = value
        } else {
            var counter = Counter()
            counter.name = name
            counter.value = value
            counters.append(counter)
        }
    }
}
