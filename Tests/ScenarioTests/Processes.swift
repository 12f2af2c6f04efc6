import EventLog
import Feeds
import Foundation
import Schema
import ServiceKit
import Streaming
import SwiftProtobuf
import TestKit
import ZeroMQ

/// A process of the simulated machine: made from its directory, stepped, dropped.
class SimulatedProcess {
    let name: String
    unowned let machine: Machine
    private(set) var disk: ProcessDisk
    /// Of its own monotonic clock.
    private var clockOffset: Duration = .zero
    /// The round it is started in, while it is not there.
    private(set) var startsAt: Int? = 0

    init(_ name: String, _ machine: Machine) {
        self.name = name
        self.machine = machine
        disk = ProcessDisk(machine.disk)
    }

    var isUp: Bool { startsAt == nil }

    /// What it writes.
    var stream: StreamName { .market }
    /// Servers it is.
    var servers: [String] { [stream.rawValue] }

    func start() throws {}
    func work(now: Duration) throws {}
    func drop() {}

    final func step() throws {
        do {
            if let startsAt {
                guard machine.round >= startsAt else { return }
                disk = ProcessDisk(machine.disk)
                clockOffset = .seconds(Int.random(in: 0...1_000, using: &machine.random))
                if machine.has(.deathInACall), machine.random.chance(0.15) {
                    disk.fuse = Int.random(in: 1...30, using: &machine.random)
                }
                try start()
                self.startsAt = nil
            }
            try work(now: machine.bus.now + clockOffset)
            if disk.isDead { kill("died in a call") }
        } catch let error as Violation {
            throw error
        } catch {
            let isDead = disk.isDead
            kill(isDead ? "died in a call" : "\(error)")
            guard !isDead else { return }
            guard isExpected(error) else { throw Violation("\(name) ended with: \(error)") }
        }
    }

    private func isExpected(_ error: any Error) -> Bool {
        switch error {
        case let error as LogError: error.isStall || error.isSyncFailure
        case StageError.takenBack: true
        default: false
        }
    }

    /// Whatever was to end it does not.
    final func endure() { disk.fuse = nil }

    /// It is gone; it is started again after a while.
    final func kill(_ why: String, isQuiet: Bool = false) {
        if !isQuiet { machine.note("\(name): \(why)") }
        drop()
        for server in servers { machine.bus.unbind(server) }
        machine.bus.leave(name)
        startsAt = machine.round + Int.random(in: 1...(machine.isCalm ? 2 : 12), using: &machine.random)
    }
}

/// A stage on its runner, as its process would have it.
final class SimulatedStage<S: Stage>: SimulatedProcess {
    private(set) var runner: StageRunner<S>?

    init(_ stage: S.Type, _ machine: Machine) { super.init(S.output.readerName, machine) }

    override var stream: StreamName { S.output }
    private var checkpoint: String { machine.disk.root + "/checkpoints/" + name }

    override func start() throws {
        let log = try machine.open(S.output, disk)
        let engine = try StageEngine<S>(log: log, checkpointPath: checkpoint, calls: disk)
        let output = SimulatedOwnerLink(machine.bus, at: S.output.rawValue, disk)
        output.check = machine.checkOfReplies(log)
        let (bus, name, disk) = (machine.bus, name, disk)
        let runner = try StageRunner(engine, output: output) { input in
            SimulatedReaderLink(bus, from: name, to: input.rawValue, disk)
        }
        if S.output != .alerts { runner.retention = machine.retention }
        self.runner = runner
        if engine.restored != "none" { machine.note("\(name): checkpoint \(engine.restored)") }
    }

    override func work(now: Duration) throws {
        guard let runner else { return }
        _ = try runner.step(now: now)
        guard !disk.isDead else { return }
        try machine.observe(runner.engine.log)
        if machine.random.chance(0.06) { _ = try? runner.writeCheckpoint() }
        if machine.syncs == .onRequest, machine.random.chance(0.1) { try machine.sync(runner.engine.log) }
        if machine.random.chance(0.1), let first = try runner.retain() { machine.noteRetained(S.output, first) }
    }

    override func drop() { runner = nil }

    /// Something happens to a checkpoint while the process is not there.
    func damageCheckpoint() {
        let latest = checkpoint
        switch Int.random(in: 0..<4, using: &machine.random) {
        case 0: unlink(latest)
        case 1:
            guard var bytes = FileManager.default.contents(atPath: latest), !bytes.isEmpty else { return }
            bytes[Int.random(in: 0..<bytes.count, using: &machine.random)] ^= 0x40
            try? bytes.write(to: URL(fileURLWithPath: latest))
        case 2 where !machine.has(.retention):
            unlink(latest)
            unlink(latest + ".start")
        default: return
        }
        machine.note("\(name): checkpoint damaged")
    }

    /// What keeps it from having said everything; nil: nothing does.
    func unfinished(_ logs: [StreamName: EventLog]) -> String? {
        guard let runner else { return "\(name) is not there" }
        for reader in runner.readers {
            guard let log = logs[reader.stream] else { continue }
            let applied = runner.engine.applied[reader.stream] ?? 0
            if applied != log.index.lastHeld {
                return "\(name) has applied \(applied) of \(log.index.lastHeld) \(log.stream)"
            }
            if reader.epoch != log.epoch { return "\(name) reads another epoch of \(log.stream)" }
        }
        if runner.keeper.isStalled { return "\(name) is stalled" }
        return nil
    }

    var log: EventLog? { runner?.engine.log }
}

/// What `epicenter-ingest` does with producers: takes, commits, serves, answers.
final class SimulatedIngest: SimulatedProcess {
    static let doors = "producers"

    private(set) var log: EventLog?
    private var owner: StreamOwner?
    private var door: SimulatedOwnerLink?
    private var book: ProducerBook?
    private var clock = RecordClock()
    private var keeper = LogKeeper()
    private var replies: [(identity: [UInt8], reply: ProducerReply)] = []

    init(_ machine: Machine) { super.init("epicenter-ingest", machine) }

    override var servers: [String] { [StreamName.market.rawValue, Self.doors] }

    override func start() throws {
        let log = try machine.open(.market, disk)
        let out = SimulatedOwnerLink(machine.bus, at: StreamName.market.rawValue, disk)
        out.check = machine.checkOfReplies(log)
        owner = StreamOwner(log.index, over: out)
        door = SimulatedOwnerLink(machine.bus, at: Self.doors, disk)
        self.log = log
        keeper = LogKeeper()
        replies = []
        try readBack(log)
    }

    /// What must be known of the stream, and what it does not have yet.
    private func readBack(_ log: EventLog) throws {
        var symbols = SymbolTable()
        var marks: [String: UInt64] = [:]
        var isConfigured = false
        var last: UInt64 = 0
        try log.index.forEachMessage { message in
            switch message {
            case .instrumentDefinition(let definition): symbols.define(definition)
            case .producerMark(let mark): marks[mark.producer] = mark.producerSequence
            case .configurationChanged: isConfigured = true
            default: break
            }
            last = message.recordTime(row: message.count - 1)
            return true
        }
        clock = RecordClock(last: last)
        let now = clock.time(wall: machine.wall)
        for definition in SyntheticMarket.definitions(at: now) where symbols.number(of: definition.symbol) == nil {
            symbols.define(definition)
            log.append(.instrumentDefinition(definition))
        }
        if !isConfigured {
            var changed = ConfigurationChanged()
            changed.recordTime = now
            changed.eventTime = now
            changed.settings = SyntheticMarket.settings()
            log.append(.configurationChanged(changed))
        }
        book = ProducerBook(symbols: symbols, marks: marks)
    }

    override func work(now: Duration) throws {
        guard let log, let owner else { return }
        if !keeper.isStalled { try take() }
        if try keeper.commit(log, now: now) {
            owner.watermark = log.committed
            try machine.observe(log)
            try answer()
            if machine.random.chance(0.1),
                let first = try log.retain(
                    behind: owner.removable(by: StreamName.market.readerNames), machine.retention)
            {
                machine.noteRetained(.market, first)
            }
        }
        _ = try owner.service(now: now)
        if machine.syncs == .onRequest, machine.random.chance(0.15), !disk.isDead { try machine.sync(log) }
    }

    private func take() throws {
        for _ in 0..<8 {
            guard case .message(let frames) = try door?.receive() ?? .nothing, frames.count == 2 else { return }
            let time = clock.time(wall: machine.wall)
            let bytes = frames[1]
            guard var outcome = book?.take(bytes.span, recordTime: time) else { return }
            for message in outcome.messages { log?.append(message) }
            guard outcome.reply.refusals.isEmpty else { throw Violation("refused: \(outcome.reply.refusals)") }
            if outcome.reply.error.isEmpty { outcome.reply.durability = machine.syncs == .always ? .synced : .written }
            replies.append((frames[0], outcome.reply))
        }
    }

    private func answer() throws {
        for (identity, reply) in replies { _ = try door?.send(identity, reply.serializedBytes(), nil) }
        replies = []
    }

    override func drop() {
        log = nil
        owner = nil
        door = nil
        book = nil
    }
}

/// Sends its events in order, and again what was not acknowledged.
final class SimulatedProducer {
    let index: Int
    let name: String
    private unowned let machine: Machine
    private let link: SimulatedReaderLink
    /// What has happened so far, in order.
    private(set) var events: [InputEvent] = []
    /// The last one that need not be sent again.
    private(set) var acknowledged: UInt64 = 0
    /// The last one that was said to be taken, whatever happened since.
    private(set) var promised: UInt64 = 0
    private var sent: UInt64 = 0
    private var everSent: UInt64 = 0
    private var lastNews: Duration = .zero

    init(_ index: Int, _ machine: Machine) {
        self.index = index
        self.machine = machine
        name = SyntheticMarket.producerNames[index]
        link = SimulatedReaderLink(machine.bus, from: name, to: SimulatedIngest.doors, ProcessDisk(machine.disk))
    }

    var isDone: Bool { acknowledged == UInt64(events.count) }

    func learn(_ more: [InputEvent]) { events += more }

    /// It starts again, and does not know any more how far it was.
    func forget() {
        acknowledged = UInt64.random(in: 0...acknowledged, using: &machine.random)
        sent = acknowledged
        machine.note("\(name): starts again from \(acknowledged)")
    }

    func step() throws {
        let now = machine.bus.now
        while let reply = try link.receive({ bytes, _ in try ProducerReply(serializedBytes: bytes.bytes) }) {
            try take(reply, now: now)
        }
        if now - lastNews > .milliseconds(300), sent > acknowledged {
            sent = acknowledged
            lastNews = now
        }
        // A new name may begin anywhere: nothing may overtake its first batch.
        while sent < UInt64(events.count), sent - acknowledged < (promised == 0 ? 1 : 60) {
            guard try send() else { return }
        }
    }

    private func take(_ reply: ProducerReply, now: Duration) throws {
        guard reply.acknowledged <= everSent else {
            throw Violation("\(name): \(reply.acknowledged) acknowledged, \(everSent) sent")
        }
        lastNews = now
        if reply.error.isEmpty {
            acknowledged = max(acknowledged, reply.acknowledged)
            promised = max(promised, reply.acknowledged)
            sent = max(sent, acknowledged)
        } else {
            guard reply.error.contains("expected at most") else { throw Violation("\(name): \(reply.error)") }
            acknowledged = reply.acknowledged
            sent = acknowledged
        }
    }

    private func send() throws -> Bool {
        // History comes in large batches.
        let most = sent < 150 ? 40 : 5
        let count = min(Int.random(in: 1...most, using: &machine.random), events.count - Int(sent))
        var batch = ProducerBatch()
        batch.producer = name
        batch.producerSequence = sent + 1
        batch.events = Array(events[Int(sent)..<Int(sent) + count])
        guard try link.send(batch.serializedBytes()) else { return false }
        sent += UInt64(count)
        everSent = max(everSent, sent)
        return true
    }
}

/// Somebody on another machine who has every alert exactly once.
final class SimulatedSubscriber {
    private unowned let machine: Machine
    private var reader: StreamReader
    private(set) var alerts: [StreamMessage] = []
    private(set) var withdrawn = 0

    init(_ machine: Machine) {
        self.machine = machine
        reader = Self.reader(machine, from: 1, epoch: 0)
    }

    private static func reader(_ machine: Machine, from: UInt64, epoch: UInt64) -> StreamReader {
        let link = SimulatedReaderLink(machine.bus, from: "subscriber", to: "alerts", ProcessDisk(machine.disk))
        return StreamReader(.alerts, over: link, from: from, epoch: epoch, credit: 16, name: "subscriber")
    }

    func unfinished(_ log: EventLog) -> String? {
        if reader.next != log.index.lastHeld + 1 {
            return "the subscriber is at \(reader.next) of \(log.index.lastHeld)"
        }
        return reader.epoch == log.epoch || log.committed == 0 ? nil : "the subscriber knows another epoch"
    }

    /// It starts again with what it has.
    func restart() {
        machine.note("subscriber: starts again at \(reader.next)")
        machine.bus.leave("subscriber")
        reader = Self.reader(machine, from: reader.next, epoch: reader.epoch)
    }

    func step() throws {
        let now = machine.bus.now
        try reader.keepOpen(now: now)
        for _ in 0..<4 {
            let event = try reader.receive(now: now) { [self] _, records in
                var decoder = BatchDecoder()
                while let message = try decoder.next(in: records) {
                    if message.firstSequence >= reader.next { alerts.append(message) }
                }
            }
            switch event {
            case .nothing, .progress: break
            case .withdrawn(let first, _):
                machine.note("subscriber: told that alerts from \(first) on were taken back")
                withdrawn += 1
                alerts.removeAll { $0.firstSequence >= first }
                reader.adopt()
            case .refused(let code, let reason): throw Violation("subscriber was refused: \(code) \(reason)")
            }
        }
        try reader.acknowledge(reader.next - 1, idle: true)
    }
}
