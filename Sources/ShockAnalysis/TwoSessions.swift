import MarketModels
import Schema

/// A move spread over two sessions, each too small for a shock of its own: how unusual both are together.
struct TwoSessions: Equatable, Sendable {
    /// Since the close before the first session.
    let simpleReturn: Double
    /// The sum of both abnormal returns over its standard error, or of both returns over √2·σ without a market model.
    let standardized: Double
    /// The first session.
    let since: Int32

    /// Two independent moves spread √2 times as far as one, and so do the least moves that are asked of them.
    static let scale = 2.0.squareRoot()

    /// - Returns: nil unless both sessions went the same way.
    init?(_ assessment: Assessment, before: Double, since: Int32, marketBefore: Double?) {
        let after = assessment.simpleReturn
        guard (before < 0) == (after < 0), before != 0, after != 0 else { return nil }
        simpleReturn = (1 + before) * (1 + after) - 1
        self.since = since
        if let abnormal = assessment.abnormal {
            guard let marketBefore else { return nil }
            let sum = abnormal.residual.value + before - abnormal.model.expectedReturn(market: marketBefore)
            standardized = sum / (Self.scale * abnormal.residual.standardError)
        } else {
            guard let deviation = assessment.deviation else { return nil }
            standardized = (before + after) / (Self.scale * deviation)
        }
        guard standardized.isFinite, (standardized < 0) == (simpleReturn < 0) else { return nil }
    }

    /// A second look at every session finds more by chance: it must show 2^(1/3.859) ≈ 1.2 times as much, which by the
    /// tail of ``ReturnPeriodTable/largeShares`` makes such moves half as many.
    static let secondLook = 1.2

    /// What is judged, in the units of one session's.
    var deviations: Double { abs(standardized) / Self.secondLook }
    var severityReturn: Double { simpleReturn / Self.scale }

    var message: TwoSessionMove {
        var message = TwoSessionMove()
        message.simpleReturn = simpleReturn
        message.standardized = standardized
        message.since = CivilTime.date(day: Int(since))
        return message
    }
}
