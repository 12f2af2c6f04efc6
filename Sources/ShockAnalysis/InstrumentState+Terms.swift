import MarketModels
import Schema

/// What changes the terms of a name's prices, or whether it has any: splits and dividends, new levels, halts.
extension InstrumentState {
    /// The close before in the terms of the session that is about to complete, or that has begun.
    mutating func rebase(to units: Int64) {
        guard base > 0, units > 0 else { return }
        if !last.exists { level.units = units }
        base = units
        onset = Onset(quiet: close.time, loud: 0)
        judgedReturn = 0
    }

    /// A price not believed yet.
    mutating func hold(_ price: Quote) -> Outcome {
        guard level.hold(price.units, at: price.time) else { return .held }
        // The jump is no return: what was complete cannot be judged against it, and the session is measured from here.
        previousClose = Quote()
        if close.exists { close = price }
        (base, level.units) = (close.units, price.units)
        open = Quote()
        openSource = OpenSource.none
        last = Quote()
        onset = Onset(quiet: price.time, loud: 0)
        judgedReturn = 0
        return .relevelled
    }

    /// A session's close not believed yet.
    mutating func hold(session bar: Quote, day: Int32, next: Int32) -> Outcome {
        guard level.hold(bar.units, at: bar.time, weight: PriceLevel.sessionWeight) else { return .held }
        previousClose = Quote()
        previousDay = closeDay
        take(close: bar, day: day, next: next, later: last)
        return .relevelled
    }

    /// Prices of a session that has no close yet.
    var isUnclosed: Bool { last.exists && runningDay > closeDay }

    /// Whether a bar without volume says only what is known: nothing was traded.
    func isStale(_ units: Int64) -> Bool { units == level.units }

    mutating func halt(from time: UInt64) { haltedFrom = time }

    mutating func resume() {
        haltedFrom = .max
        isDelisted = false
    }

    mutating func delist(from time: UInt64) {
        haltedFrom = min(haltedFrom, time)
        isDelisted = true
    }

    /// The last session's close before, in other terms: a split or dividend that was told of late.
    mutating func correctPreviousClose(_ units: Int64) {
        guard previousClose.exists, units > 0 else { return }
        previousClose.units = units
    }

    /// Sessions were found before the first known.
    mutating func extend(to day: Int32, close units: Int64) {
        (firstDay, firstClose) = (day, units)
        isVolatilityStale = true
    }
}
