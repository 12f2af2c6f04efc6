import Alerting
import EventLog
import Foundation
import Schema
import ServiceKit
import ShockAnalysis
import ShockAttribution
import TestKit

/// What a stream has held, read back from the log after each commit; and whether its log may say otherwise now.
struct Shadow {
    let stream: StreamName
    private(set) var messages: [StreamMessage] = []
    private(set) var head: UInt64 = 0
    /// Up to here it survives power loss.
    var synced: UInt64 = 0
    /// Power was lost, or a sync failed, since it was opened last.
    var isInDoubt = false
    /// Power was lost since it was opened last.
    var lostPower = false
    private(set) var epoch: UInt64 = 0
    /// Ranges that were lost before.
    private var knownLost: [Lineage.Span] = []

    init(_ stream: StreamName) { self.stream = stream }

    /// Takes in what was committed since.
    mutating func observe(_ log: EventLog, mayBeginEpoch: Bool, isSynced: Bool) throws {
        if log.epoch != epoch {
            guard mayBeginEpoch, stream != .market else { throw Violation("\(stream): a new epoch for no reason") }
            epoch = log.epoch
        }
        guard log.committed > head else { return }
        try log.index.forEachMessage(from: head + 1) { message in
            guard message.firstSequence == head + 1 else {
                throw Violation("\(stream): \(message.firstSequence) follows \(head)")
            }
            messages.append(message)
            head = message.lastSequence
            return true
        }
        if isSynced { synced = head }
    }

    /// Checks what is left of it after a life ended.
    mutating func opened(_ log: EventLog, mayBeginEpoch: Bool, isSynced: Bool) throws {
        let isNew = epoch != log.epoch
        if epoch == 0 || (isNew && stream != .market) {
            guard epoch == 0 || mayBeginEpoch else { throw Violation("\(stream): a new epoch for no reason") }
        } else {
            if isNew, !isInDoubt { throw Violation("\(stream): a new epoch though no power was lost") }
            if stream == .market, lostPower, !isNew, log.committed > 0 {
                throw Violation("\(stream): no new epoch though its end may be missing")
            }
            try compare(log)
        }
        epoch = log.epoch
        try readAnew(log)
        isInDoubt = false
        lostPower = false
        knownLost = log.lineage.lost
        synced = isSynced ? head : min(synced, head)
    }

    private func compare(_ log: EventLog) throws {
        let atLeast = lostPower ? synced : head
        guard log.committed >= atLeast else {
            throw Violation("\(stream): ends at \(log.committed), \(atLeast) were there for good")
        }
        for span in log.lineage.lost where span.first <= synced && !knownLost.contains(span) {
            throw Violation("\(stream): \(span) lost, synced to \(synced)")
        }
        var known = messages[...]
        try log.index.forEachMessage { message in
            while let next = known.first, next.firstSequence < message.firstSequence { known.removeFirst() }
            guard let next = known.first, next.firstSequence == message.firstSequence else {
                if message.firstSequence > head { return true }
                throw Violation("\(stream): \(message.firstSequence) was not there before")
            }
            // What was not synced may be said again, by the same words.
            if next != message { throw Violation("\(stream): \(message.firstSequence) was another record before") }
            return true
        }
    }

    /// What was removed in front stays known; the rest is what is there now.
    private mutating func readAnew(_ log: EventLog) throws {
        messages.removeAll { $0.firstSequence >= log.index.firstSequence }
        try log.index.forEachMessage { message in
            messages.append(message)
            return true
        }
        head = log.committed
    }
}

/// Judges a machine that has come to rest.
struct Oracle {
    private let machine: Machine

    init(_ machine: Machine) { self.machine = machine }

    private func messages(_ stream: StreamName) -> [StreamMessage] { machine.shadows[stream]?.messages ?? [] }

    func judge() throws {
        try checkLogs()
        try checkMarket()
        try checkProducers()
        try checkResults()
        try checkLifecycles()
        try checkSubscriber()
    }

    /// What is on the disk is what was seen to be written.
    private func checkLogs() throws {
        for stream in StreamName.allCases {
            if messages(stream).isEmpty { continue }
            let index = try LogIndex(reading: "\(machine.disk.root)/\(stream.rawValue)")
            var found: [StreamMessage] = []
            try index.forEachMessage { message in
                found.append(message)
                return true
            }
            let expected = messages(stream).filter { $0.firstSequence >= index.firstSequence }
            guard found == expected else {
                let same = zip(found, expected).prefix { $0 == $1 }.count
                let place = same < expected.count ? expected[same].firstSequence : 0
                throw Violation("\(stream): the files do not hold what was written from \(place) on")
            }
        }
    }

    private func checkMarket() throws {
        var next: UInt64 = 1
        var time: UInt64 = 0
        let lost = machine.ingest.log?.lineage.lost ?? []
        for message in messages(.market) {
            if message.firstSequence != next {
                let span = Lineage.Span(next, message.firstSequence - 1)
                guard lost.contains(span) else {
                    throw Violation("market: \(span) is missing and not on record as lost")
                }
            }
            next = message.lastSequence + 1
            guard message.recordTime(row: 0) >= time else {
                throw Violation("market: record time goes back at \(next)")
            }
            time = message.recordTime(row: message.count - 1)
        }
    }

    /// What producers were told is written may be gone with the power.
    private var mayLack: Bool { machine.syncs == .onRequest && machine.powerLosses > 0 }

    /// Each event once and in order; all of them, unless what was not synced was lost with the power.
    private func checkProducers() throws {
        for producer in machine.producers {
            let base = SyntheticMarket.identity(producer: producer.index, sequence: 0)
            let found = messages(.market).flatMap(\.identities).filter { $0 > base && $0 < base + 1_000_000 }
            for (left, right) in zip(found, found.dropFirst()) where left >= right {
                throw Violation("\(producer.name): event \(right - base) follows \(left - base)")
            }
            let wanted = (1...UInt64(producer.events.count)).map { base + $0 }
            if !mayLack, found != wanted {
                let missing = Set(wanted).subtracting(found).map { $0 - base }.sorted()
                throw Violation("\(producer.name): events \(missing.prefix(5)) were acknowledged and are not there")
            }
        }
    }

    /// Every stage has said what an undisturbed run over the final `market` says.
    private func checkResults() throws {
        let reference = try Reference(messages(.market), directory: machine.disk.root + "/../reference")
        for (stream, expected) in [
            (StreamName.signals, reference.signals), (.findings, reference.findings), (.alerts, reference.alerts),
        ] {
            let found = messages(stream)
            if found.digest == expected.digest { continue }
            let same = zip(found, expected).prefix { [$0].digest == [$1].digest }.count
            throw Violation("\(stream): \(found.count) records, expected \(expected.count); \(same) are the same")
        }
        guard mayLack || !reference.alerts.isEmpty else { throw Violation("nothing happened: no alerts") }
    }

    private func checkLifecycles() throws {
        var topics: [String: UInt64] = [:]
        var firing: Set<String> = []
        for case .alertRecord(let alert) in messages(.alerts) {
            topics[alert.topic, default: 0] += 1
            guard topics[alert.topic] == alert.topicSequence else {
                throw Violation("\(alert.topic) \(alert.topicSequence), expected \(topics[alert.topic] ?? 0)")
            }
            let key = alert.topic + alert.fingerprint
            if alert.state == .firing { firing.insert(key) }
            if alert.state == .resolved, firing.remove(key) == nil {
                throw Violation("\(alert.topic) resolved without having fired")
            }
        }
    }

    private func checkSubscriber() throws {
        let alerts = messages(.alerts)
        guard machine.subscriber.alerts == alerts else {
            let has = machine.subscriber.alerts.map(\.firstSequence)
            throw Violation("the subscriber has \(has.count) alerts, ending \(has.suffix(3)), of \(alerts.count)")
        }
    }
}

extension [StreamMessage] {
    fileprivate var digest: String {
        var digest = StreamDigest()
        for message in self { digest.add(message) }
        return digest.hexadecimal
    }
}

/// All stages over a finished market, undisturbed.
struct Reference {
    private(set) var signals: [StreamMessage] = []
    private(set) var findings: [StreamMessage] = []
    private(set) var alerts: [StreamMessage] = []

    init(_ market: [StreamMessage], directory: String) throws {
        func engine<S: Stage>(_ stage: S.Type) throws -> StageEngine<S> {
            let log = try EventLog(
                directory: "\(directory)/\(S.output.rawValue)", stream: S.output, newEpoch: 1,
                options: .init(sync: .never, compactsInBackground: false))
            return try StageEngine<S>(log: log, checkpointPath: nil)
        }
        func said(_ log: EventLog) throws -> [StreamMessage] {
            try log.commit()
            var said: [StreamMessage] = []
            try log.index.forEachMessage { message in
                said.append(message)
                return true
            }
            return said
        }
        let analyze = try engine(AnalyzeStage.self)
        for message in market { analyze.enqueue(message, of: .market) }
        analyze.advance()
        signals = try said(analyze.log)
        let attribute = try engine(AttributeStage.self)
        for message in market { attribute.enqueue(message, of: .market) }
        for signal in signals { attribute.enqueue(signal, of: .signals) }
        attribute.promise(analyze.watermark)
        attribute.advance()
        findings = try said(attribute.log)
        let publish = try engine(PublishStage.self)
        for finding in findings { publish.enqueue(finding, of: .findings) }
        alerts = try said(publish.log)
    }
}
