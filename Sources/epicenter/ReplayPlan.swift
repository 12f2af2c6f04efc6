import EventLog
import Schema
import ServiceKit

/// One playing of a recording: what, from where to where, how fast.
struct ReplayPlan {
    /// The recording that is played, absolute.
    var path: String
    var rate: ReplayRate
    var span: RecordSpan
    var startPaused: Bool
    /// Sequences of the records that are played at the rate.
    var sequences: ClosedRange<UInt64>
    /// Their record times, ns.
    var times: (first: UInt64, last: UInt64)
    /// Records before them, which restore state.
    var before: UInt64

    /// The player begins paused where state is restored first: it goes on when all stages have dealt with that.
    var beginsPaused: Bool { startPaused || (before > 0 && rate != .maximum) }

    /// How long the playing takes without pauses, s; nil at maximum rate, where only trying tells.
    var seconds: Double? {
        guard case .factor(let factor) = rate else { return nil }
        return Double(times.last - times.first) / 1e9 / factor
    }
}

/// What there is to see of a playing while it goes on. A value: tells what the line says.
struct ReplayView {
    private let plan: ReplayPlan
    private var began: (now: Duration, sequence: UInt64)?

    init(_ plan: ReplayPlan) { self.plan = plan }

    /// - Parameter through: Market records whose alerts have all come out.
    mutating func line(_ status: PlayerStatus?, through: UInt64, now: Duration) -> String {
        guard let status else { return "replay: starting the service" }
        if through + 1 < plan.sequences.lowerBound {
            let done = Double(plan.before) - Double(plan.sequences.lowerBound - 1 - through)
            return "restoring what came before \(Progress.bar(done / Double(plan.before)))"
        }
        let first = began ?? (now, through)
        began = first
        let time = String(CivilTime.rfc3339(status.recordTime).prefix(19)).replacing("T", with: " ") + "Z"
        switch status.state {
        case .paused:
            let next = status.nextRecordTime == 0 ? "" : ", next \(CivilTime.rfc3339(status.nextRecordTime))"
            return
                "paused  at \(time)\(next)  rate \(status.rateText)  \(Progress.bar(share(status, through), width: 10))"
        case .done: return "playing \(Progress.bar(share(status, through)))"
        default:
            let left = remaining(status, through, first, now).map { ", \(Progress.duration($0)) left" } ?? ""
            return
                "playing at \(time)  rate \(status.rateText)  \(Progress.bar(share(status, through), width: 20))\(left)"
        }
    }

    /// By record time where that passes at a rate, by records where they pass as fast as they can.
    private func share(_ status: PlayerStatus, _ through: UInt64) -> Double {
        if status.rate.maximum || status.state == .done || plan.times.last == plan.times.first {
            let done = through + 1 - min(through + 1, plan.sequences.lowerBound)
            return Double(done) / Double(plan.sequences.count)
        }
        let time = min(max(status.time, plan.times.first), plan.times.last)
        return Double(time - plan.times.first) / Double(plan.times.last - plan.times.first)
    }

    private func remaining(
        _ status: PlayerStatus, _ through: UInt64, _ first: (now: Duration, sequence: UInt64), _ now: Duration
    ) -> Double? {
        if !status.rate.maximum {
            let time = min(max(status.time, plan.times.first), plan.times.last)
            return Double(plan.times.last - time) / 1e9 / status.rate.factor
        }
        let elapsed = (now - first.now).inSeconds
        guard elapsed > 0.5, through > first.sequence, plan.sequences.upperBound >= through else { return nil }
        return Double(plan.sequences.upperBound - through) * elapsed / Double(through - first.sequence)
    }

    /// Twice or half the rate. Below maximum there is what it has come to so far; far above anything real is maximum.
    func rate(after status: PlayerStatus, faster: Bool, now: Duration) -> ReplayRate {
        guard status.rate.maximum else {
            let factor = status.rate.factor * (faster ? 2 : 0.5)
            return factor > 1e9 ? .maximum : .factor(max(factor, 1.0 / 1_024))
        }
        guard !faster, let began else { return .maximum }
        let passed = Double(status.recordTime - min(status.recordTime, plan.times.first)) / 1e9
        let measured = passed / max((now - began.now).inSeconds, 0.1) / 2
        return .factor(max(1, min(measured.rounded(), 1e9)))
    }
}

extension PlayerStatus {
    var rateText: String { ReplayRate(rate).map { "\($0)" } ?? "unknown" }
}
