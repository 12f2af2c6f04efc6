import Calendars
import MarketModels
import Schema

/// How the session moved, and whether it jumped, where prices within it are kept.
struct IntradayMeasurement {
    let view: PointInTimeView
    let subject: String
    let session: Int64
    /// Of the session's close and the one before.
    let evidence: [UInt64]
    /// Of sessions with regular hours as long as the shock's, the earlier first.
    private let sessions: [(day: Int64, returns: [Double])]

    /// K of the test for jumps, for bars of a quarter of an hour (Lee and Mykland 2008, §1.3).
    private static let jumpWindow = 156

    init(_ view: PointInTimeView, _ subject: String, _ session: Int64, evidence: [UInt64]) {
        self.evidence = evidence
        self.view = view
        self.subject = subject
        self.session = session
        sessions = view.intradayReturns(of: subject, through: session)
    }

    func add(to draft: inout SectionDraft) {
        guard let last = sessions.last, last.day == session else {
            draft.lack("intraday-prices", of: view.subject)
            return
        }
        var measures = RealizedMeasures()
        for value in last.returns { measures.add(value) }
        draft.add(
            "realised-volatility", measures.realizedVariance.squareRoot(), .fraction, .measured, method: "realised",
            observations: measures.count, evidence: evidence)
        draft.add(
            "bipower-volatility", measures.bipowerVariation.squareRoot(), .fraction, .measured, method: "bipower",
            observations: measures.count, evidence: evidence)
        if let statistic = measures.jumpStatistic {
            draft.add(
                "jump-statistic", statistic, .deviations, .measured, method: "bipower", observations: measures.count,
                text: measures.hasJump == true ? "jumped" : "no-jump", evidence: evidence)
        }
        addJumps(last.returns, to: &draft)
    }

    /// Which parts of the session jumped, the shape that volatility has over a session divided out.
    private func addJumps(_ returns: [Double], to draft: inout SectionDraft) {
        let before = sessions.dropLast().suffix(IntradayPeriodicity.minimumSessions).map(\.returns)
        let shape: IntradayPeriodicity
        switch IntradayPeriodicity.estimate(sessions: before, slots: IntradayPrices.parts - 1) {
        case .estimated(let estimate): shape = estimate
        case .insufficient(.sessions(let found, _)): return draft.lack("intraday-sessions=\(found)")
        case .insufficient: return draft.lack("intraday-movement", of: view.subject)
        }
        let series = (before + [returns]).flatMap(shape.filtered)
        guard let test = try? LeeMykland(window: Self.jumpWindow),
            let measures = try? test.measure(
                series, in: series.count - returns.count..<series.count, observations: returns.count),
            let largest = measures.max(by: { $0.statistic < $1.statistic })
        else { return draft.lack("intraday-movement", of: view.subject) }
        draft.add(
            "jumps", Double(measures.count(where: \.isJump)), .count, .measured, method: "lee-mykland",
            observations: measures.count, evidence: evidence)
        draft.add(
            "largest-jump", largest.ratio, .deviations, .measured, method: "lee-mykland",
            asOf: end(ofReturn: largest.index - (series.count - returns.count)),
            text: largest.isJump ? "jumped" : "no-jump", evidence: evidence)
    }

    /// When a return of the session ended, to the minute.
    private func end(ofReturn index: Int) -> String {
        guard let hours = view.hours(of: subject, session), hours.open < hours.close else { return "" }
        // The first is that of the second part.
        let parts = UInt64(index + 2)
        let time = hours.open + (hours.close - hours.open) * parts / UInt64(IntradayPrices.parts)
        return String(CivilTime.rfc3339(time).prefix(16)) + "Z"
    }
}

extension PointInTimeView {
    /// Returns within the sessions of a name up to one, of those whose regular hours are as long as that one's and in
    /// which enough parts have a price; the earlier first.
    func intradayReturns(of symbol: String, through session: Int64) -> [(day: Int64, returns: [Double])] {
        guard let hours = hours(of: symbol, session), hours.open < hours.close else { return [] }
        let seconds = Int((hours.close - hours.open) / CivilTime.second)
        return intraday(of: symbol, through: session).compactMap { kept in
            guard kept.seconds == seconds, let returns = kept.returns else { return nil }
            return (kept.day, returns)
        }
    }
}
