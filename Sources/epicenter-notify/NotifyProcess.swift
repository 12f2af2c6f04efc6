import EventLog
import Foundation
import Logging
import Notifying
import Schema
import ServiceKit
import Streaming
import ZeroMQ

/// Reads `alerts`, lets the router decide, keeps what it decided, and only then has it sent: one thread.
final class NotifyProcess {
    private let context: ServiceContext
    private let control: ControlLink
    private let settings: NotifySettings
    private let files: NotifyFiles
    private let link: DealerLink
    private let reader: StreamReader
    private let waker: Waker
    private let sender: SinkSender
    private var silences: SilenceWatch
    private var router: NotifyRouter
    private var queues: [String: SinkQueue] = [:]
    /// What is given up and not in its file yet.
    private var letters: [SinkQueue.DeadLetter] = []
    private var isChanged = true
    /// There are deliveries, or alerts were taken, that are not written yet.
    private var isAhead = true
    private var keptAt: Duration?
    private var malformed: UInt64 = 0

    private var problems: [String: String] = [:]

    /// The state is written at most so often.
    private static let keepInterval: Duration = .milliseconds(50)
    /// Alerts that may be under way to us.
    private static let credit = 2_048

    enum Failure: Error, CustomStringConvertible {
        case refused(RefusalCode, String)

        var description: String {
            switch self {
            case .refused(let code, let reason): "alerts is refused (\(code)): \(reason)"
            }
        }
    }

    init(_ context: ServiceContext) throws {
        self.context = context
        control = try ControlLink(context)
        let configuration = context.configuration
        guard let settings = configuration.notify else {
            throw ConfigurationError(["notify: missing, expected a section with sinks"])
        }
        guard !configuration.needsCurve(configuration.replayEndpoint) else {
            throw ConfigurationError(["publish.replay: guarded by CURVE, allowed beside notify is one that is not"])
        }
        self.settings = settings
        files = try NotifyFiles(configuration)
        silences = SilenceWatch(configuration)
        let state = Self.state(files, context.logger)
        router = NotifyRouter(settings, state: state.router)
        let waker = try Waker()
        self.waker = waker
        sender = SinkSender(settings.sinks, directory: files.directory) { waker.wake() }
        link = try DealerLink(in: context.zeroMQ, to: Endpoint(configuration.replayEndpoint))
        reader = StreamReader(
            .alerts, over: link, from: state.next, epoch: state.epoch, types: [.alertRecord], credit: Self.credit,
            name: context.name)
        for (name, queue) in state.queues {
            queues[name] = queue
            guard !settings.sinks.contains(where: { $0.name == name }) else { continue }
            let why = "the sink is not configured any more"
            letters += queues[name]?.abandon(why, now: ServiceClock.wall) ?? []
            queues[name] = nil
        }
        for sink in settings.sinks where queues[sink.name] == nil { queues[sink.name] = SinkQueue() }
        context.logger.info(
            "started",
            metadata: [
                "sinks": "\(settings.sinks.map(\.name).joined(separator: " "))", "from": "\(state.next)",
                "live_from": "\(CivilTime.rfc3339(state.router.liveFrom))",
            ])
    }

    /// What was kept; or a beginning, by which all that is in the stream so far is history.
    private static func state(_ files: NotifyFiles, _ logger: Logger) -> NotifyState {
        do {
            if let state = try files.state() { return state }
        } catch {
            logger.critical(
                "what was told is not known any more: beginning anew, and what was not told is history",
                metadata: ["file": "\(files.statePath)", "why": "\(error)"])
            files.putAside()
        }
        return NotifyState(liveFrom: ServiceClock.wall)
    }

    func run() throws {
        var poller = Poller()
        _ = link.add(to: &poller)
        let stopItem = poller.add(context.stop.waker)
        let resultItem = poller.add(waker)
        control.heartbeat.state = .ready
        defer { sender.shutDown() }
        var isBusy = false
        while context.stop.count == 0 {
            _ = try poller.wait(timeout: isBusy ? .zero : .milliseconds(50))
            if poller.isReady(stopItem) { context.stop.waker.clear() }
            if poller.isReady(resultItem) { waker.clear() }
            isBusy = try turn()
        }
        // What is under way may still arrive, and need not be sent again; it is not waited for long.
        control.heartbeat.state = .draining
        let end = ServiceClock.monotonic + min(.seconds(3), context.configuration.stopWithin / 2)
        while queues.values.contains(where: \.isUnderWay), ServiceClock.monotonic < end, context.stop.count < 2 {
            _ = try poller.wait(timeout: .milliseconds(50))
            waker.clear()
            takeResults(ServiceClock.wall)
            try beat(ServiceClock.monotonic)
        }
        try keep(ServiceClock.monotonic, isLast: true)
        try reader.close()
    }

    /// - Returns: Whether there is more to do at once.
    private func turn() throws -> Bool {
        let (now, wall) = (ServiceClock.monotonic, ServiceClock.wall)
        takeResults(wall)
        if let book = silences.changed() {
            router.adopt(book, now: wall)
            context.logger.info("silences read", metadata: ["count": "\(book.silences.count)"])
        }
        let received = try receive(now: now, wall: wall)
        for delivery in router.tick(now: wall) { add(delivery, wall) }
        try keep(now)
        if !isAhead {
            send(wall)
            try reader.acknowledge(reader.next - 1, idle: !received)
        }
        try beat(now)
        return received
    }

    // MARK: in

    private func receive(now: Duration, wall: UInt64) throws -> Bool {
        // What cannot be kept is not taken.
        guard control.heartbeat.alarm.isEmpty else {
            reader.postpone(now: now)
            return false
        }
        try reader.keepOpen(now: now)
        let before = (reader.next, reader.epoch)
        // One batch a turn, and a sign of life for each alert: documents are long to read, and a history is many.
        let event = try reader.receive(now: now) { [self] _, records in
            var decoder = BatchDecoder()
            while let message = try decoder.next(in: records) {
                try control.pulse()
                guard message.firstSequence >= reader.next, case .alertRecord(let record) = message else { continue }
                guard let alert = NotifyAlert(record) else {
                    malformed += 1
                    continue
                }
                // One after the other: with waitSeconds 0 each is told, however many were read at once.
                router.apply(alert, now: wall)
                for delivery in router.tick(now: wall) { add(delivery, wall) }
            }
        }
        switch event {
        case .nothing: return false
        case .progress: break
        case .withdrawn(let first, _):
            context.logger.notice("alerts were taken back: what they said is over", metadata: ["from": "\(first)"])
            router.withdraw(from: first, now: wall)
            reader.adopt()
        case .refused(let code, let reason): throw Failure.refused(code, reason)
        }
        // A heartbeat of the stream alone changes nothing.
        if before != (reader.next, reader.epoch) { (isChanged, isAhead) = (true, true) }
        return true
    }

    // MARK: out

    private func add(_ delivery: Delivery, _ wall: UInt64) {
        guard let sink = settings.sinks.first(where: { $0.name == delivery.sink }) else { return }
        if let letter = queues[sink.name]?.add(delivery, capacity: sink.capacity, now: wall) { letters.append(letter) }
        (isChanged, isAhead) = (true, true)
    }

    private func send(_ wall: UInt64) {
        for sink in settings.sinks {
            if let delivery = queues[sink.name]?.start(now: wall) { sender.send(delivery, to: sink) }
        }
    }

    private func takeResults(_ wall: UInt64) {
        for result in sender.take() {
            guard let sink = settings.sinks.first(where: { $0.name == result.sink }) else { continue }
            if let letter = queues[sink.name]?.finish(result.outcome, attempts: sink.attempts, now: wall) {
                letters.append(letter)
                context.logger.error(
                    "delivery given up",
                    metadata: [
                        "sink": "\(sink.name)", "key": "\(letter.delivery.key)", "attempts": "\(letter.attempts)",
                        "why": "\(letter.reason)",
                    ])
            }
            say(queues[sink.name]?.lastProblem ?? "", of: sink.name)
            isChanged = true
        }
    }

    /// Says once what is wrong with a sink, and once that it works.
    private func say(_ problem: String, of sink: String) {
        guard problem != problems[sink] ?? "" else { return }
        let was = problems[sink] ?? ""
        problems[sink] = problem.isEmpty ? nil : problem
        if problem.isEmpty {
            context.logger.notice("sink works again", metadata: ["sink": "\(sink)"])
        } else if was.isEmpty {
            context.logger.warning("sink fails", metadata: ["sink": "\(sink)", "why": "\(problem)"])
        }
    }

    // MARK: kept

    /// Writes what has changed. No delivery is sent, and no alert acknowledged, that is not written; that one arrived
    /// may be written later.
    private func keep(_ now: Duration, isLast: Bool = false) throws {
        guard isChanged else { return }
        if let keptAt, now - keptAt < Self.keepInterval, !isLast { return }
        keptAt = now
        do {
            if !letters.isEmpty {
                try files.append(letters)
                letters = []
            }
            var state = NotifyState(liveFrom: 0)
            state.epoch = reader.epoch
            state.next = reader.next
            state.router = router.state
            state.queues = queues
            try files.write(state)
            (isChanged, isAhead) = (false, false)
            control.say(alarm: "", context.logger)
        } catch {
            control.say(alarm: "\(error)", context.logger)
        }
    }

    private func beat(_ now: Duration) throws {
        try control.beat(at: now) { heartbeat in
            var status = StreamStatus()
            status.stream = "alerts"
            status.epoch = reader.epoch
            status.head = reader.next - 1
            status.watermark = reader.watermark
            heartbeat.inputs = [status]
            heartbeat.set("alerts_firing", UInt64(router.state.firing))
            heartbeat.set("alerts_routed", router.state.routed)
            heartbeat.set("alerts_unrouted", router.state.unrouted)
            heartbeat.set("alerts_history", router.state.history)
            heartbeat.set("alerts_malformed", malformed)
            heartbeat.set("batches_malformed", reader.malformed)
            heartbeat.set("groups_due", UInt64(router.dueGroups))
            for (name, value) in [
                ("waiting", \SinkQueue.waiting), ("delivered", \.delivered), ("failed", \.failures),
                ("dead_letters", \.deadLetters),
            ] as [(String, KeyPath<SinkQueue, UInt64>)] {
                heartbeat.set("deliveries_\(name)", queues.values.reduce(0) { $0 + $1[keyPath: value] })
            }
            heartbeat.sinks = settings.sinks.map { sink in
                let queue = queues[sink.name] ?? SinkQueue()
                var status = SinkStatus()
                status.sink = sink.name
                status.waiting = queue.waiting
                status.delivered = queue.delivered
                status.failed = queue.failures
                status.deadLetters = queue.deadLetters
                status.oldest = queue.oldest ?? 0
                status.problem = queue.lastProblem
                return status
            }
        }
    }
}
