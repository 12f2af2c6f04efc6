import EventLog
import Exposition
import Glibc
import Logging
import Metrics
import Schema
import SwiftProtobuf
import ZeroMQ

/// A child's line to epicenterd: heartbeats that carry progress. Without a supervisor it goes nowhere.
///
/// It is called from the main loop only, so that no heartbeat comes of a loop that is stuck.
public final class ControlLink {
    private var socket: Socket<Dealer>
    private var lastSent: Duration?
    private var lastState = ProcessState.unspecified
    private var lastTurn: Duration?
    private var longestTurn: Duration = .zero
    private let turns = Timer(label: "turn_duration")
    private let metrics: MetricsRegistry
    private let isSupervised: Bool
    /// How many lost ranges and epochs were said.
    private var saidLost = 0
    private var saidEpochs: Int?
    public var heartbeat: Heartbeat
    static let interval: Duration = .milliseconds(500)

    public init(_ context: ServiceContext) throws {
        var options = SocketOptions()
        options.sendHighWater = 16
        options.reconnectInterval = .milliseconds(20)
        var socket = try Socket(Dealer.self, in: context.zeroMQ, options: options)
        isSupervised = context.isSupervised
        metrics = context.metrics
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

    /// Says aloud, once, what damage took of a stream, at opening or when it was read; and why a new epoch began.
    public func say(historyOf log: EventLog, _ logger: Logger) {
        for entry in log.lineage.entries.dropFirst(saidEpochs ?? log.opening.epochs) {
            logger.notice(
                "a new epoch of the stream begins",
                metadata: ["stream": "\(log.stream.rawValue)", "from": "\(entry.first)", "why": "\(entry.reason)"])
        }
        saidEpochs = log.lineage.entries.count
        for lost in log.opening.lost.dropFirst(saidLost) {
            logger.critical(
                "records are lost to damage; the segment as it was is in quarantine",
                metadata: ["stream": "\(log.stream.rawValue)", "first": "\(lost.first)", "last": "\(lost.last)"])
        }
        saidLost = log.opening.lost.count
    }

    /// A turn of the main loop: sends the heartbeat if it is due, or at once if the state is another.
    ///
    /// - Parameters:
    ///   - now: When the turn began, after the wait for something to do: what has passed since is how long it took.
    ///   - fill: Called if the heartbeat is due.
    public func beat(at now: Duration, _ fill: (inout Heartbeat) -> Void) throws {
        turns.record(duration: ServiceClock.monotonic - now)
        if let lastTurn { longestTurn = max(longestTurn, now - lastTurn) }
        lastTurn = now
        heartbeat.turns += 1
        if let lastSent, now - lastSent < Self.interval, heartbeat.state == lastState { return }
        fill(&heartbeat)
        heartbeat.set("longest_turn_ms", UInt64(longestTurn.inSeconds * 1_000))
        heartbeat.patienceSeconds = 0
        try send(at: now)
    }

    /// A turn of a loop within a long step.
    public func pulse(at now: Duration = ServiceClock.monotonic) throws {
        heartbeat.turns += 1
        guard lastSent.map({ now - $0 >= Self.interval }) ?? true else { return }
        try send(at: now)
    }

    /// Announces a step in which no heartbeat can be sent, and how long it may take at the most. A step that hangs
    /// is found when that is over.
    public func expect(_ patience: Duration, _ step: String, at now: Duration = ServiceClock.monotonic) throws {
        heartbeat.turns += 1
        heartbeat.message = step
        heartbeat.patienceSeconds = patience.inSeconds
        try send(at: now)
        heartbeat.message = ""
        // The step is not a turn of the loop.
        lastTurn = nil
    }

    private func send(at now: Duration) throws {
        lastSent = now
        lastState = heartbeat.state
        guard isSupervised else { return }
        heartbeat.residentBytes = ServiceMain.residentBytes
        heartbeat.metrics = metrics.snapshot()
        heartbeat.set("metrics_refused", metrics.refused)
        var request = ControlRequest()
        request.heartbeat = heartbeat
        let bytes: [UInt8] = try request.serializedBytes()
        _ = try socket.send(bytes)
    }
}

extension ServiceContext {
    /// A turn of a loop within a long step, where there is somebody to tell.
    public func pulse() throws { try control?.pulse() }
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
