import Schema

/// Splits, dividends, halts and delistings as they become known.
extension AnalyzeStage {
    // MARK: New terms

    /// Puts the close before into the terms of a session of `day`, which is about to complete or has begun.
    mutating func adoptTerms(of number: Int, day: Int32) {
        let state = table.states[number]
        guard state.close.exists else { return }
        let units = actions.adjusted(state.close.units, of: table.symbol(number), after: state.closeDay, through: day)
        table.states[number].rebase(to: units)
        table.states[number].shares = usableShares(of: number)
    }

    mutating func refreshNextAction(of number: Int) {
        let next = actions.next(of: table.symbol(number), after: table.states[number].closeDay)
        table.states[number].nextActionDay = next
    }

    /// What was compared with the price of a name until now is in other terms from here on.
    ///
    /// - Parameter factor: Of a price in the new terms to one in the old.
    mutating func scale(_ number: Int, by factor: Double, before day: Int32) {
        guard factor != 1, factor.isFinite, factor > 0 else { return }
        if number == benchmark { closes.scale(by: factor, before: day) }
        let subject = number == benchmark ? ShockSubject.market : .instrument(number)
        guard var shock = shocks[subject], shock.session < day else { return }
        shock.before *= factor
        shock.after *= factor
        shock.price *= factor
        shocks.put(shock)
    }

    /// From the terms of the benchmark's closes to those of its running session.
    func marketTerms(in market: SessionView) -> Double {
        guard !market.isComplete, let benchmark, table.states[benchmark].close.exists else { return 1 }
        return Double(market.before.units) / Double(table.states[benchmark].close.units)
    }

    // MARK: Facts

    /// - Parameter time: When it is learned, for what is said of it.
    mutating func learnAction(_ fact: Fact, at time: UInt64, to outbox: inout Outbox) {
        guard let day = CivilTime.parseDate(fact.asOf).map({ Int32($0) }),
            let change = actions.take(fact, day: day)
        else {
            counters.unusableFact += 1
            return
        }
        guard change.before != change.after, let number = table.number(of: fact.subject) else { return }
        let state = table.states[number]
        if state.close.exists, day <= state.closeDay {
            correct(number, change.before, change.after, at: time, to: &outbox)
        } else if state.close.exists, state.last.exists, day <= state.runningDay {
            counters.lateAction += 1
            adoptTerms(of: number, day: state.runningDay)
            let value = table.states[number].running?.simpleReturn ?? 0
            withdraw(number, session: state.runningDay, unless: value, change.after, at: time, to: &outbox)
        }
        refreshNextAction(of: number)
        table.states[number].shares = usableShares(of: number)
    }

    /// A split or dividend is told of after its session: what was said stands, its return is another from here on.
    /// Of a session before the last only a split is corrected: a dividend is no more than the name's usual noise.
    private mutating func correct(
        _ number: Int, _ before: CorporateActions.Action, _ after: CorporateActions.Action, at time: UInt64,
        to outbox: inout Outbox
    ) {
        counters.lateAction += 1
        let state = table.states[number]
        guard state.firstDay < after.day else { return }
        var factor = before.priceRatio / after.priceRatio
        var value: Double?
        if state.previousClose.exists, state.previousDay < after.day {
            let raw = Double(state.previousClose.units + before.dividend) * before.priceRatio
            guard raw <= Double(Price.maximum), let units = after.applied(to: Int64(raw.rounded())) else { return }
            factor = Double(units) / Double(state.previousClose.units)
            table.states[number].correctPreviousClose(units)
            value = table.states[number].completed?.simpleReturn
        }
        guard factor != 1 else { return }
        let day = table.rings.correct(from: after.day, of: number) { old in
            let new = value ?? ((1 + old) / factor - 1)
            value = new
            return new
        }
        guard let day, let value else { return }
        table.restartVolatility(of: number, decay: settings.decay)
        records.remove(day: day, instrument: number)
        withdraw(number, session: day, unless: value, after, at: time, to: &outbox)
        scale(number, by: factor, before: day)
    }

    /// Takes back a shock of a session whose move was none.
    private mutating func withdraw(
        _ number: Int, session: Int32, unless value: Double, _ action: CorporateActions.Action, at time: UInt64,
        to outbox: inout Outbox
    ) {
        let subject = number == benchmark ? ShockSubject.market : .instrument(number)
        guard let shock = shocks[subject], shock.session == session,
            abs(value) < Thresholds(subject.scope, settings: settings).minimumReturn
        else { return }
        retract(subject, action.ratio == 1 ? "dividend" : "split", at: max(time, horizon), to: &outbox)
    }

    /// Whether a name trades.
    mutating func learn(_ state: TradingState, of fact: Fact, at time: UInt64, to outbox: inout Outbox) {
        guard let number = table.number(of: fact.subject) else { return }
        switch state {
        case .trading: table.states[number].resume()
        case .halted: table.states[number].halt(from: fact.eventTime)
        case .delisted:
            table.states[number].delist(from: fact.eventTime)
            retract(.instrument(number), "delisted", at: max(time, horizon), to: &outbox)
        case .unspecified, .UNRECOGNIZED: counters.unusableFact += 1
        }
    }
}

extension CorporateActions.Action {
    /// By how much the day divides prices.
    var priceRatio: Double { isApplied ? 1 : ratio }
}

extension CorporateActions {
    /// Takes a fact about a split or a dividend.
    ///
    /// - Returns: What held before and what does now; nil if the fact makes no sense.
    mutating func take(_ fact: Fact, day: Int32) -> (before: Action, after: Action)? {
        switch fact.value {
        case .split(let split):
            guard split.ratio.isFinite, split.ratio >= 1e-6, split.ratio <= 1e6 else { return nil }
            return take(symbol: fact.subject, day: day) { action in
                action.ratio = split.ratio
                action.isApplied = split.applied
            }
        case .dividend(let dividend):
            guard dividend.amount >= 0, let units = Price.units(dividend.amount) else { return nil }
            return take(symbol: fact.subject, day: day) { $0.dividend = units }
        default: return nil
        }
    }
}
