import MarketModels
import Schema

/// How often the subject fell on results that beat the consensus.
enum GoodNewsSection {
    /// Results this many days back count: the closes kept reach further.
    private static let days: Int64 = 3 * 365
    /// A smaller fall against the market answers nothing: it is within what any day brings.
    private static let deadBand = 0.005

    static func section(_ view: PointInTimeView) -> Section? {
        guard view.scope == .instrument, let session = view.session else { return nil }
        let quarters = EarningsHistory(view).quarters
        guard !quarters.isEmpty else {
            return SectionDraft.lacking(.earningsResult, of: view.subject, .goodNews, .condition)
        }
        var draft = SectionDraft(.goodNews, .condition)
        var releases: [GoodNewsResponse.Release] = []
        var evidence: [UInt64] = []
        for quarter in quarters where quarter.fact.eventTime < view.measure.onsetFrom {
            guard let reported = CivilTime.parseDate(quarter.date), Int64(reported) >= session - days else { continue }
            guard let response = response(to: quarter.fact, before: session, view) else {
                draft.lack("closes", of: quarter.fact.earningsResult.period)
                continue
            }
            releases.append(.init(surprise: quarter.actual - quarter.consensus, abnormalReturn: response))
            evidence.append(quarter.fact.sequence)
        }
        guard let result = try? GoodNewsResponse(releases, deadBand: deadBand), result.beats > 0 else {
            draft.lack(.earningsResult, of: view.subject)
            return draft.section
        }
        draft.add("beats", Double(result.beats), .count, .measured, evidence: evidence)
        draft.add(
            "negative-responses", Double(result.falls), .count, .measured, method: "market-adjusted",
            assuming: ["dead-band=\(deadBand)"], observations: result.beats, evidence: evidence)
        draft.add(
            "probability", result.posterior.mean, .probability, .measured, method: "beta-posterior",
            interval: result.posterior.lower...result.posterior.upper, assuming: ["prior=uniform"],
            observations: result.beats, evidence: evidence)
        return draft.section
    }

    /// Return less the benchmark's over the first session that could know the results.
    private static func response(to fact: Fact, before session: Int64, _ view: PointInTimeView) -> Double? {
        guard let own = view.prices(of: view.subject, around: session, last: PriceTable.kept),
            let market = view.prices(of: view.settings.benchmark, around: session, last: PriceTable.kept)
        else { return nil }
        let days = own.commonDays(with: market)
        // What is dated by day is known from its end: the next session is the first that could act on it.
        let known = Int64(CivilTime.dayNumber(fact.eventTime - 1))
        let reported = CivilTime.parseDate(fact.earningsResult.reported).map(Int64.init) ?? known
        guard let place = days.firstIndex(where: { $0 > min(known, reported) }), place > 0, days[place] - reported <= 7
        else { return nil }
        let pair = [days[place - 1], days[place]]
        guard let asset = own.returns(over: pair)[0], let index = market.returns(over: pair)[0] else { return nil }
        return asset - index
    }
}
