import Alerting
import EventLog
import Schema
import ServiceKit
import ShockAnalysis
import ShockAttribution
import Streaming

/// What a stage takes for each thing it says, on one core without sockets: signals, findings and, with its log, alerts. And
/// the longest single step, a shock of the whole market, which is told on every member's topic.
struct AlertsBenchmark {
    let bars: Int
    let symbols: Int
    let members: Int
    let rounds: Int

    func run() throws {
        say(
            "\nalerts: \(bars) daily bars over \(symbols) symbols, \(rounds) rounds; seconds are those of the processor"
        )
        let scratch = try Scratch()
        var upstream = Upstream()
        try SyntheticStream(bars: bars, symbols: symbols, tails: .thin).forEachMessage { upstream.take($0) }
        line("", "outputs", "us each", "range")
        report("analyze, signals", upstream.signals, [upstream.analyzeSeconds])
        report("attribute, findings", upstream.findings.count, [upstream.attributeSeconds])
        var told = Told()
        let seconds = try (0..<rounds).map { _ in
            told = Told()
            return try publish(upstream.findings, in: scratch.fresh("alerts"), &told)
        }
        report("publish, alerts with their log", told.alerts, seconds)
        say("\(told.bytes / max(1, told.alerts)) bytes an alert; CRC-32C of all: \(String(told.checksum, radix: 16))")
        try longStep(scratch)
    }

    private func report(_ name: String, _ count: Int, _ seconds: [Double]) {
        let each = Sample(seconds.map { $0 * 1e6 / Double(max(1, count)) })
        line(name, "\(count)", "\(rounded(each.median))", "\(rounded(each.quantile(0)))-\(rounded(each.quantile(1)))")
    }

    private func rounded(_ value: Double) -> String { FixedNumber.decimal(value, decimals: 1) }

    /// What was said, to compare one program's with another's.
    private struct Told {
        var alerts = 0
        var bytes = 0
        var checksum: UInt32 = 0
    }

    /// The stage on its log, committed as its process does: after 64 outputs.
    private func publish(_ findings: [StreamMessage], in directory: String, _ told: inout Told) throws -> Double {
        let log = try EventLog(directory: directory, stream: .alerts, newEpoch: 1, options: .init(sync: .never))
        let engine = try StageEngine<PublishStage>(log: log, checkpointPath: nil)
        var committed: UInt64 = 0
        let seconds = try processorSeconds {
            for finding in findings {
                engine.enqueue(finding, of: .findings)
                guard engine.outputsMade - committed >= 64 else { continue }
                committed = engine.outputsMade
                try log.commit()
            }
            try log.commit()
        }
        try log.index.forEachMessage { message in
            guard case .alertRecord(let alert) = message else { return true }
            told.alerts += 1
            told.bytes += alert.body.count
            withUnsafeBytes(of: told.checksum) { before in
                told.checksum = CRC32C.checksum(Array(before) + Array(alert.body))
            }
            return true
        }
        try log.close()
        return seconds
    }

    /// One finding that is told on the topics of all members.
    private func longStep(_ scratch: borrowing Scratch) throws {
        let finding = Self.marketShock(members: members)
        var told = Told()
        let seconds = try (0..<rounds).map { _ in
            told = Told()
            return try publish([.finding(finding)], in: scratch.fresh("step"), &told)
        }
        let each = Sample(seconds.map { $0 * 1e3 })
        say("one step, a market of \(members) names: \(told.alerts) alerts in \(rounded(each.median)) ms")
    }

    /// A shock of the market that fires, of so many members with a line of the measure each.
    static func marketShock(members: Int) -> Finding {
        var finding = Finding()
        (finding.sequence, finding.cause.sequence) = (1, 1)
        (finding.recordTime, finding.eventTime) = (1_700_000_000 * CivilTime.second, 1_700_000_000 * CivilTime.second)
        (finding.shock, finding.subject, finding.revision) = ("S0/2023-11-14", "S0", 1)
        (finding.phase, finding.scope) = (.open, .market)
        finding.measure.session = "2023-11-14"
        (finding.measure.simpleReturn, finding.measure.complete) = (-0.071, true)
        for number in 1...members {
            var (member, measure) = (Member(), MemberMeasure())
            (member.symbol, member.name) = ("S\(number)", "Name \(number)")
            (measure.symbol, measure.simpleReturn) = (member.symbol, -0.05 - 0.00001 * Double(number))
            finding.members.append(member)
            finding.measure.members.append(measure)
        }
        return finding
    }

    /// The stages before, merged as a ``StageEngine`` merges: each signal right after the market record that caused it.
    private struct Upstream {
        private var analyze = AnalyzeStage()
        private var attribute = AttributeStage()
        private var (signalled, found) = (Outbox(), Outbox())
        private var market: UInt64 = 0
        private(set) var signals = 0
        private(set) var findings: [StreamMessage] = []
        private(set) var analyzeSeconds = 0.0
        private(set) var attributeSeconds = 0.0

        mutating func take(_ next: StreamMessage) {
            var message = next
            message.firstSequence = market + 1
            market = message.lastSequence
            var said: [StreamMessage] = []
            analyzeSeconds += processorSeconds {
                analyze.apply(message, rows: 0..<message.count, to: &signalled)
                said = signalled.drain()
            }
            for place in said.indices { said[place].firstSequence = UInt64(signals + place + 1) }
            signals += said.count
            var made: [StreamMessage] = []
            attributeSeconds += processorSeconds { made = answer(said, within: message) }
            for place in made.indices { made[place].firstSequence = UInt64(findings.count + place + 1) }
            findings += made
        }

        private mutating func answer(_ said: [StreamMessage], within message: StreamMessage) -> [StreamMessage] {
            var row = 0
            for signal in said {
                let end = Int((signal.cause?.sequence ?? 0) + 1 - message.firstSequence)
                if end > row {
                    attribute.apply(message, rows: row..<end, to: &found)
                    row = end
                }
                attribute.apply(signal, rows: 0..<1, to: &found)
            }
            if row < message.count { attribute.apply(message, rows: row..<message.count, to: &found) }
            return found.drain()
        }
    }
}
