import Schema
import ShockAnalysis
import ShockAttribution

/// A run of the analyze and the attribute stage over a market, in the order in which the processes apply records.
struct ExplainedRun {
    /// What was said of one shock's cause, and when.
    struct Statement {
        /// Record time, ns.
        let time: UInt64
        let attribution: Attribution
        let decomposition: Decomposition?
        let partOf: [String]
    }

    let detection: DetectionRun
    /// By shock, in order; one that says the same as the one before is left out.
    let statements: [String: [Statement]]

    /// - Parameter messages: In order of sequence and record time.
    init(_ messages: [StreamMessage]) {
        var analyze = AnalyzeStage()
        var attribute = AttributeStage()
        var (signals, findings) = (Outbox(), Outbox())
        var shocks = ShockCollector()
        var statements: [String: [Statement]] = [:]
        for message in messages {
            analyze.apply(message, rows: 0..<message.count, to: &signals)
            var done = 0
            for case .shockSignal(let signal) in signals.drain() {
                shocks.take(signal)
                // A signal is applied right after the record that caused it.
                let cause = message.rows(until: signal.cause.sequence)
                if cause > done { attribute.apply(message, rows: done..<cause, to: &findings) }
                done = max(done, cause)
                attribute.apply(.shockSignal(signal), rows: 0..<1, to: &findings)
            }
            if done < message.count { attribute.apply(message, rows: done..<message.count, to: &findings) }
            for case .finding(let finding) in findings.drain() { Self.take(finding, into: &statements) }
        }
        detection = DetectionRun(shocks: shocks.opened, calibration: analyze.rarityCalibration)
        self.statements = statements
    }

    private static func take(_ finding: Finding, into statements: inout [String: [Statement]]) {
        let statement = Statement(
            time: finding.recordTime, attribution: finding.attribution,
            decomposition: finding.hasDecomposition ? finding.decomposition : nil, partOf: finding.partOf)
        if let last = statements[finding.shock]?.last, last.attribution == statement.attribution,
            last.decomposition == statement.decomposition, last.partOf == statement.partOf
        {
            return
        }
        statements[finding.shock, default: []].append(statement)
    }

    /// What had last been said of a shock at a time.
    func statement(of shock: String, at time: UInt64 = .max) -> Statement? {
        statements[shock]?.last { $0.time <= time }
    }

    /// When anything was said of these shocks.
    func times(of shocks: [String]) -> [UInt64] {
        Set(shocks.flatMap { statements[$0] ?? [] }.map(\.time)).sorted()
    }
}

extension StreamMessage {
    /// How many of its rows come up to a sequence, itself included.
    fileprivate func rows(until sequence: UInt64) -> Int {
        sequence < firstSequence ? 0 : Int(min(sequence - firstSequence, UInt64(count - 1))) + 1
    }
}
