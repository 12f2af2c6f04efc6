import MarketModels
import Schema

/// What can have made a move larger than what set it off: with its direction, and the most it can have done in
/// percentage points. A bound is no estimate of what it did.
enum AmplifierSections {
    static func sections(_ view: PointInTimeView) -> [Section] {
        guard view.scope == .instrument else { return [] }
        return [
            leveragedFunds(view), feedback(view), trendFollowers, shorts(view), dealerGamma(view),
            SelfExcitation.section(view),
        ].compactMap { $0 }
    }

    // MARK: Leveraged funds

    /// What funds must have traded at the close to restore their leverage, less what their holders created or redeemed.
    static func leveragedFunds(_ view: PointInTimeView) -> Section? {
        let funds = LeveragedFunds.on(view)
        guard !funds.isEmpty else {
            return SectionDraft.lacking(.etfLeverage, of: view.subject, .leveragedFunds, .amplifier)
        }
        var draft = SectionDraft(.leveragedFunds, .amplifier)
        let assumptions = soFar(view)
        func add(_ id: String, of fund: String = "", _ flow: Double, asOf: String = "", evidence: [UInt64]) {
            draft.add(
                id, of: fund, flow, .usd, view.measure.complete ? .stated : .assumed, method: "leverage-restored",
                assuming: assumptions, asOf: asOf, evidence: evidence)
        }
        for fund in funds {
            add("flow", of: fund.fact.subject, fund.flow, asOf: fund.fact.asOf, evidence: [fund.fact.sequence])
        }
        let own = funds.filter { $0.fact.etfLeverage.underlying == view.subject }
        let gross = own.reduce(0) { $0 + $1.flow }
        let evidence = own.map(\.fact.sequence)
        if !own.isEmpty {
            add("gross-flow", gross, evidence: evidence)
        }
        if own.count < funds.count {
            let others = funds.filter { $0.fact.etfLeverage.underlying != view.subject }
            add("index-funds-flow", others.reduce(0) { $0 + $1.flow }, evidence: others.map(\.fact.sequence))
        }
        if let (creations, sequences) = creations(of: own, view) {
            add("net-flow", gross + creations, evidence: evidence + sequences)
        } else {
            draft.lack(.fundCreation, of: view.subject)
        }
        bounds(of: own, all: funds, view, &draft)
        return draft.section
    }

    /// Before the close nobody knows how far the day will have gone.
    private static func soFar(_ view: PointInTimeView) -> [String] { view.measure.complete ? [] : ["move=so-far"] }

    /// The most it can have moved: by the turnover known before, by the day's own, which is known only afterwards, and with
    /// the index funds' part as well.
    private static func bounds(
        of own: [LeveragedFunds.Fund], all: [LeveragedFunds.Fund], _ view: PointInTimeView, _ draft: inout SectionDraft
    ) {
        guard let law = view.law else {
            draft.lack("turnover", of: view.subject)
            return
        }
        func bound(_ id: String, _ funds: [LeveragedFunds.Fund], _ law: SquareRootImpact, _ turnover: String) {
            guard !funds.isEmpty else { return }
            draft.add(
                id, abs(law.impact(of: funds.reduce(0) { $0 + $1.flow })), .fraction, .assumed,
                method: "square-root-law", assuming: ["prefactor=1", "turnover=\(turnover)"] + soFar(view),
                evidence: funds.map(\.fact.sequence))
        }
        bound("bound", own, law, "before")
        if let session = view.session, let turnover = view.turnover(of: view.subject, in: session),
            let day = try? SquareRootImpact(dailyDeviation: law.dailyDeviation, dailyVolume: turnover)
        {
            bound("bound-own-turnover", own, day, "day")
        }
        if own.count < all.count { bound("bound-with-index-funds", all, law, "before") }
    }

    /// Creations less redemptions on the day, by what they add to be bought of the name.
    private static func creations(of funds: [LeveragedFunds.Fund], _ view: PointInTimeView) -> (Double, [UInt64])? {
        var total = 0.0
        var evidence: [UInt64] = []
        for fund in funds {
            for fact in view.facts(.fundCreation, about: fund.fact.subject)
            where fact.fundCreation.date == view.measure.session {
                total += fund.model.creation(inflow: fact.fundCreation.valueUsd)
                evidence.append(fact.sequence)
            }
        }
        return evidence.isEmpty ? nil : (total, evidence)
    }

    // MARK: Feedback

    /// How much of the move the funds' own trades can have fed back into it, where those trades move the price again.
    static func feedback(_ view: PointInTimeView) -> Section? {
        let funds = LeveragedFunds.on(view).filter { $0.fact.etfLeverage.underlying == view.subject }
        guard !funds.isEmpty else {
            return SectionDraft.lacking(.etfLeverage, of: view.subject, .feedback, .amplifier)
        }
        var draft = SectionDraft(.feedback, .amplifier)
        guard let law = view.law else {
            draft.lack("turnover", of: view.subject)
            return draft.section
        }
        guard let model = try? FeedbackFixedPoint(law: law, funds: funds.map(\.model)),
            let mechanical = try? model.mechanical(total: view.measure.simpleReturn)
        else { return nil }
        let evidence = funds.map(\.fact.sequence)
        let assumptions = ["prefactor=1", "turnover=before", "no-creations"] + soFar(view)
        draft.add(
            "mechanical", mechanical, .fraction, .assumed, method: "feedback-fixed-point", assuming: assumptions,
            evidence: evidence)
        draft.add(
            "fundamental", view.measure.simpleReturn - mechanical, .fraction, .assumed,
            method: "feedback-fixed-point", assuming: assumptions, evidence: evidence)
        return draft.section
    }

    // MARK: Trend followers

    /// What they hold is published by nobody in time: their capacity is missing rather than guessed.
    private static var trendFollowers: Section {
        var draft = SectionDraft(.trendFollowers, .amplifier)
        draft.lack("trend-positions")
        return draft.section
    }

    // MARK: Shorts

    /// Short sellers who cover buy: they can make a rise larger, never a fall.
    static func shorts(_ view: PointInTimeView) -> Section? {
        guard let fact = view.latest(.shortInterest, about: view.subject) else {
            return SectionDraft.lacking(.shortInterest, of: view.subject, .shorts, .amplifier)
        }
        var draft = SectionDraft(.shorts, .amplifier)
        let interest = fact.shortInterest
        if interest.shares > 0 {
            draft.add(
                "short-interest", interest.shares, .shares, .stated, asOf: fact.asOf, evidence: [fact.sequence])
        }
        if let days = daysToCover(interest, view) {
            draft.add("days-to-cover", days, .days, .assumed, asOf: fact.asOf, evidence: [fact.sequence])
        }
        let direction = view.measure.simpleReturn < 0 ? -1.0 : 1.0
        draft.add(
            "direction", direction, .plain, .measured, text: direction < 0 ? "rejected" : "possible",
            evidence: [fact.sequence])
        if direction > 0, let law = view.law, interest.shares > 0, view.measure.priceBefore > 0 {
            draft.add(
                "bound", law.impact(of: interest.shares * view.measure.priceBefore), .fraction, .assumed,
                method: "square-root-law", assuming: ["prefactor=1", "all-cover"], evidence: [fact.sequence])
        }
        return draft.section
    }

    private static func daysToCover(_ interest: Schema.ShortInterest, _ view: PointInTimeView) -> Double? {
        if interest.daysToCover > 0 { return interest.daysToCover }
        guard interest.shares > 0, view.measure.priceBefore > 0, let turnover = view.turnover(of: view.subject) else {
            return nil
        }
        return interest.shares * view.measure.priceBefore / turnover
    }

    // MARK: Dealers

    /// What dealers in options had to trade as the price moved, by full revaluation. Open interest does not say on which
    /// side they are: both signs are given, and it is a scenario.
    static func dealerGamma(_ view: PointInTimeView) -> Section? {
        let facts = series(view)
        guard !facts.isEmpty else {
            return SectionDraft.lacking(.optionInterest, of: view.subject, .dealerGamma, .amplifier)
        }
        guard view.measure.priceBefore > 0, view.measure.priceLast > 0 else { return nil }
        var draft = SectionDraft(.dealerGamma, .amplifier)
        let positions = facts.compactMap { position($0, view) }
        guard
            let gamma = try? DealerGamma(positions, from: view.measure.priceBefore, to: view.measure.priceLast)
        else { return nil }
        let evidence = facts.map(\.sequence)
        let size = abs(gamma.sharesIfShort)
        draft.add(
            "hedge", size, .shares, .whatIf, method: "full-revaluation", interval: -size...size,
            assuming: ["dealers=either-side"], observations: positions.count, evidence: evidence)
        draft.add(
            "per-percent", abs(gamma.exposurePerPercent), .usd, .whatIf, method: "full-revaluation",
            assuming: ["dealers=either-side"], observations: positions.count, evidence: evidence)
        if let law = view.law {
            draft.add(
                "bound", abs(law.impact(of: size * view.measure.priceBefore)), .fraction, .whatIf,
                method: "square-root-law", assuming: ["prefactor=1", "dealers=either-side"], evidence: evidence)
        }
        return draft.section
    }

    /// The last word on each series that had not expired.
    private static func series(_ view: PointInTimeView) -> [Fact] {
        var last: [String: Fact] = [:]
        for fact in view.facts(.optionInterest, about: view.subject)
        where fact.optionInterest.expiry > view.measure.session && fact.eventTime <= view.measure.onsetUntil {
            let series = fact.optionInterest
            last["\(series.expiry)/\(series.strike)/\(series.isPut)"] = fact
        }
        return last.keys.sorted().compactMap { last[$0] }
    }

    private static func position(_ fact: Fact, _ view: PointInTimeView) -> DealerGamma.Position? {
        let series = fact.optionInterest
        guard let expiry = CivilTime.parseDate(series.expiry), let session = view.session,
            let option = try? EuropeanOption(
                series.isPut ? .put : .call, strike: series.strike, years: Double(Int64(expiry) - session) / 365,
                rate: series.rate, volatility: series.impliedVolatility)
        else { return nil }
        return try? DealerGamma.Position(option: option, openInterest: series.contracts)
    }
}

/// The leveraged and inverse funds that must trade the subject, with what each had to trade at the close.
enum LeveragedFunds {
    struct Fund {
        let fact: Fact
        let model: LeveragedFundFlow
        /// Money to buy (positive) or sell of the subject.
        let flow: Double
    }

    /// Funds on the view's subject itself, and funds that hold it within what they track.
    static func on(_ view: PointInTimeView) -> [Fund] {
        on(view.subject, moved: view.measure.simpleReturn, view)
    }

    /// The same of any name.
    ///
    /// - Parameter moved: Its return in the session.
    static func on(_ symbol: String, moved: Double, _ view: PointInTimeView) -> [Fund] {
        latest(view).compactMap { fact in
            let value = fact.etfLeverage
            if value.underlying == symbol { return self.fund(fact, weight: value.weight, return: moved) }
            guard let held = value.holds.first(where: { $0.symbol == symbol }), held.weight > 0,
                let change = view.change(of: value.underlying)
            else { return nil }
            return self.fund(fact, weight: held.weight, return: change)
        }
    }

    /// All there are, each with the whole of what it tracks.
    static func all(_ view: PointInTimeView) -> [Fund] {
        latest(view).compactMap { fact in
            view.change(of: fact.etfLeverage.underlying).flatMap { fund(fact, weight: 1, return: $0) }
        }
    }

    /// The last word on each fund, by its name.
    private static func latest(_ view: PointInTimeView) -> [Fact] {
        var latest: [String: Fact] = [:]
        for fact in view.facts(.etfLeverage) { latest[fact.subject] = fact }
        return latest.keys.sorted().compactMap { latest[$0] }
    }

    private static func fund(_ fact: Fact, weight: Double, return underlying: Double) -> Fund? {
        guard
            let model = try? LeveragedFundFlow(
                leverage: fact.etfLeverage.leverage, assets: fact.etfLeverage.aumUsd, weight: weight > 0 ? weight : 1)
        else { return nil }
        return Fund(fact: fact, model: model, flow: model.rebalancing(underlyingReturn: underlying))
    }
}
