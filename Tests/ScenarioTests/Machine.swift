import Alerting
import EventLog
import Foundation
import Schema
import ServiceKit
import ShockAnalysis
import ShockAttribution
import Streaming
import SwiftProtobuf
import TestKit

/// Something that must never be so.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What may go wrong in a run.
enum Fault: String, CaseIterable {
    case death, deathInACall, powerLoss, flippedBits, fullDisk, writeErrors, syncFailure
    case network, brokenConnections, partitions, clock, checkpoints, rotation, retention, restartedProducers
}

/// All processes of an installation over one simulated disk and bus, under a seed.
final class Machine {
    /// When what was written is synced.
    enum Syncs { case always, onRequest }

    let seed: UInt64
    let faults: Set<Fault>
    let syncs: Syncs
    var random: SeededGenerator
    let disk: SimulatedDisk
    let bus: SimulatedBus
    let market: SyntheticMarket
    let retention: RetentionPolicy
    private let segmentBytes: UInt64
    private(set) var round = 0
    private(set) var history: [String] = []
    /// Faults are over.
    private(set) var isCalm = false
    private var boot = 1
    var powerLosses = 0
    /// Syncs that had failed when a stream was opened last.
    private var failedSyncs: [StreamName: Int] = [:]
    private(set) var retained = 0
    private var fullUntil: Int?

    // The wall clock: that of the market's moment, and how wrong it is.
    private var moment = -1
    private var momentBegan = 0
    private var wallOffset: Int64 = 0
    private(set) var shadows: [StreamName: Shadow] = [:]

    private(set) var producers: [SimulatedProducer] = []
    private(set) var subscriber: SimulatedSubscriber!
    private(set) var ingest: SimulatedIngest!
    private(set) var analyze: SimulatedStage<AnalyzeStage>!
    private(set) var attribute: SimulatedStage<AttributeStage>!
    private(set) var publish: SimulatedStage<PublishStage>!
    private var processes: [SimulatedProcess] { [ingest, analyze, attribute, publish] }

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        faults = Self.faults(seed, &random)
        syncs = random.chance(0.4) ? .always : .onRequest
        disk = SimulatedDisk(seed: random.next())
        bus = SimulatedBus(seed: random.next())
        market = SyntheticMarket(producers: Int.random(in: 1...3, using: &random), seed: random.next())
        let rotates = faults.contains(.rotation) || faults.contains(.retention)
        segmentBytes = rotates ? .random(in: 20_000...120_000, using: &random) : 1 << 30
        retention =
            faults.contains(.retention)
            ? RetentionPolicy(maximumBytes: .random(in: 1...200_000, using: &random)) : .everything
        self.random = random
        if has(.writeErrors) { disk.writeErrors = 0.02 }
        if has(.network) {
            bus.faults.delay = 0...Int.random(in: 5...80, using: &self.random)
            bus.faults.repeats = 0.05
            bus.faults.capacity = Int.random(in: 4...60, using: &self.random)
        }
        ingest = SimulatedIngest(self)
        analyze = SimulatedStage(AnalyzeStage.self, self)
        attribute = SimulatedStage(AttributeStage.self, self)
        publish = SimulatedStage(PublishStage.self, self)
        subscriber = SimulatedSubscriber(self)
        producers = (0..<market.producers).map { SimulatedProducer($0, self) }
        for stream in StreamName.allCases { shadows[stream] = Shadow(stream) }
    }

    /// Of sixteen seeds one has no faults, some have one kind, the others several.
    private static func faults(_ seed: UInt64, _ random: inout SeededGenerator) -> Set<Fault> {
        let all = Fault.allCases
        switch seed % 32 {
        case 0: return []
        case 1...UInt64(all.count): return [all[Int(seed % 32) - 1]]
        default: return Set(all.filter { _ in random.chance(0.4) })
        }
    }

    func has(_ fault: Fault) -> Bool { !isCalm && faults.contains(fault) }

    /// The wall clock, ns since the Unix epoch.
    var wall: UInt64 {
        let now = market.moments[max(0, moment)].time + UInt64(round - momentBegan) * 50_000_000
        return UInt64(Int64(now) + wallOffset)
    }

    func note(_ what: String) { history.append("\(round): \(what)") }

    func noteRetained(_ stream: StreamName, _ first: UInt64) {
        retained += 1
        note("\(stream) begins at \(first)")
    }

    // MARK: logs

    func open(_ stream: StreamName, _ disk: ProcessDisk) throws -> EventLog {
        let log = try EventLog(
            directory: "\(self.disk.root)/\(stream.rawValue)", stream: stream, newEpoch: random.next() | 1,
            options: .init(
                sync: syncs == .always ? .always : .onRequest, segmentBytes: segmentBytes, compactsInBackground: false,
                boot: "boot\(boot)", calls: disk))
        note("\(stream) opened at \(log.committed), \(log.opening)")
        if self.disk.failedSyncs != failedSyncs[stream] { shadows[stream]?.isInDoubt = true }
        failedSyncs[stream] = self.disk.failedSyncs
        try shadows[stream]?.opened(log, mayBeginEpoch: mayBeginEpoch, isSynced: syncs == .always)
        return log
    }

    /// Takes note of what was committed.
    func observe(_ log: EventLog) throws {
        try shadows[log.stream]?.observe(log, mayBeginEpoch: mayBeginEpoch, isSynced: syncs == .always)
    }

    /// What an input lost may be taken back of its results, long after.
    private var mayBeginEpoch: Bool { powerLosses > 0 || disk.failedSyncs > 0 }

    func sync(_ log: EventLog) throws {
        try log.sync()
        shadows[log.stream]?.synced = log.committed
    }

    /// What an owner may say: of what is written, and no more.
    func checkOfReplies(_ log: EventLog) -> ([UInt8]) throws -> Void {
        { [unowned log] bytes in
            let reply = try StreamReply(serializedBytes: bytes)
            switch reply.reply {
            case .batch(let batch):
                let last = batch.firstSequence + UInt64(batch.count) - 1
                guard last <= log.committed else {
                    throw Violation("\(log.stream): \(last) served, \(log.committed) written")
                }
            case .heartbeat(let heartbeat):
                guard heartbeat.head <= log.committed else {
                    throw Violation("\(log.stream): head \(heartbeat.head) told, \(log.committed) written")
                }
            default: break
            }
        }
    }

    // MARK: running

    /// Lets everything happen, then lets everything come to rest.
    func run() throws {
        nextMoment()
        while moment < market.moments.count - 1 || !producers.allSatisfy(\.isDone) && round - momentBegan < 60 {
            try pass(milliseconds: Int.random(in: 1...40, using: &random))
            try breakSomething()
            if round - momentBegan >= 4, producers.allSatisfy(\.isDone) || round - momentBegan > 50 { nextMoment() }
        }
        calm()
        let began = round
        while let unfinished {
            guard round - began < 1_500 else { throw Violation("does not come to rest: \(unfinished)") }
            try pass(milliseconds: 30)
        }
        try Oracle(self).judge()
    }

    private func pass(milliseconds: Int) throws {
        round += 1
        bus.now += .milliseconds(milliseconds)
        for process in processes.shuffled(using: &random) where isCalm || random.chance(0.8) { try process.step() }
        for producer in producers where isCalm || random.chance(0.8) { try producer.step() }
        if isCalm || random.chance(0.8) { try subscriber.step() }
    }

    private func nextMoment() {
        guard moment < market.moments.count - 1 else { return }
        moment += 1
        momentBegan = round
        for producer in producers { producer.learn(market.moments[moment].events[producer.index]) }
    }

    private func calm() {
        isCalm = true
        note("calm")
        disk.isFull = false
        disk.writeErrors = 0
        disk.failingSyncs = 0
        bus.faults = SimulatedBus.Faults()
        bus.healAll()
        for process in processes { process.endure() }
    }

    private var unfinished: String? {
        for producer in producers where !producer.isDone { return "\(producer.name) is at \(producer.acknowledged)" }
        var logs: [StreamName: EventLog] = [:]
        for log in [ingest.log, analyze.log, attribute.log, publish.log] {
            guard let log else { return "a process is not there" }
            logs[log.stream] = log
        }
        return analyze.unfinished(logs) ?? attribute.unfinished(logs) ?? publish.unfinished(logs)
            ?? logs[.alerts].flatMap(subscriber.unfinished)
    }

    // MARK: faults

    private func breakSomething() throws {
        if has(.death), random.chance(0.03) { killSome() }
        if has(.deathInACall), random.chance(0.05), let some = processes.filter(\.isUp).randomElement(using: &random) {
            some.disk.fuse = Int.random(in: 1...40, using: &random)
        }
        if has(.powerLoss), random.chance(0.012) { losePower() }
        breakDisk()
        breakNetwork()
        if has(.clock), random.chance(0.05) {
            let seconds = Int64.random(in: -6 * 3_600...6 * 3_600, using: &random)
            wallOffset = seconds * 1_000_000_000
            note("clock off by \(seconds) s")
        }
        if has(.restartedProducers), random.chance(0.03) { producers.randomElement(using: &random)?.forget() }
        if has(.restartedProducers), random.chance(0.02) { subscriber.restart() }
        if has(.checkpoints), random.chance(0.02) {
            killSome()
            if !analyze.isUp { analyze.damageCheckpoint() }
            if !attribute.isUp { attribute.damageCheckpoint() }
            if !publish.isUp { publish.damageCheckpoint() }
        }
        if (has(.retention) || has(.rotation)), random.chance(0.01) { killSome() }
    }

    private func killSome() { processes.filter(\.isUp).randomElement(using: &random)?.kill("killed") }

    private func breakDisk() {
        if has(.fullDisk), fullUntil == nil, random.chance(0.02) {
            disk.isFull = true
            fullUntil = round + Int.random(in: 2...40, using: &random)
            note("disk full")
        }
        if let end = fullUntil, round >= end {
            disk.isFull = false
            fullUntil = nil
            note("disk has room")
        }
        if has(.syncFailure), disk.failingSyncs == 0, random.chance(0.02) {
            disk.failingSyncs = 1
            note("the next sync fails")
        }
    }

    private func breakNetwork() {
        if has(.brokenConnections), random.chance(0.05), let broken = bus.breakSome() { note("\(broken) broken") }
        if has(.partitions), random.chance(0.02) {
            let time = Duration.milliseconds(Int.random(in: 100...2_500, using: &random))
            if let parted = bus.part(for: time) { note("\(parted) parted for \(time)") }
        }
    }

    private func losePower() {
        note("power lost")
        powerLosses += 1
        for process in processes { process.kill("", isQuiet: true) }
        disk.losePower(flips: has(.flippedBits))
        fullUntil = nil
        boot += 1
        for stream in StreamName.allCases {
            shadows[stream]?.isInDoubt = true
            shadows[stream]?.lostPower = true
        }
    }

    /// What is printed of a run that went wrong.
    func report(_ error: any Error) -> String {
        let kinds = faults.map(\.rawValue).sorted().joined(separator: ", ")
        return """
            EPICENTER_SEED=\(seed), round \(round): \(error)
            faults: \(kinds.isEmpty ? "none" : kinds); \(market.producers) producers; syncs \(syncs)
            \(history.suffix(40).joined(separator: "\n"))
            """
    }
}
