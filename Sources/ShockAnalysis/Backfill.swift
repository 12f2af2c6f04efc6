import Calendars
import MarketModels
import Schema

/// Where the loading of older sessions stands, by instrument: between which two sessions known it is.
struct Backfill: Codable, Sendable {
    struct Gap: Codable, Sendable {
        /// The session put in last, and its close in the terms of its day.
        var day: Int32
        var close: Int64
        /// The session after the gap.
        let nextDay: Int32
        let nextClose: Int64
    }

    /// Sessions after all that were known, and those put before them, whose moves wait to be counted.
    var later = HistoryRound()
    var earlier = HistoryRound()
    var isWaiting: Bool { !later.entries.isEmpty || !earlier.entries.isEmpty }

    private var numbers: [Int] = []
    private var gaps: [Gap] = []

    subscript(number: Int) -> Gap? {
        get { numbers.firstIndex(of: number).map { gaps[$0] } }
        set {
            switch (numbers.firstIndex(of: number), newValue) {
            case (let index?, let gap?): gaps[index] = gap
            case (nil, let gap?):
                numbers.append(number)
                gaps.append(gap)
            default: break
            }
        }
    }
}

/// Sessions loaded to estimate from: they are never judged, and nothing is said of them.
extension AnalyzeStage {
    /// Takes a session that is after all that are known, or before them. One between them, or one that is known, is
    /// not taken: what was measured is not made again.
    mutating func takeHistory(_ price: PriceRow) {
        let number = Int(price.instrument)
        let state = table.states[number]
        let day = clock.day(ofBar: price.start, price.end, state.calendar)
        let loadedLast = backfill[number]?.day
        let isRunning = state.last.exists && day >= state.runningDay
        guard price.kind == PriceRow.Kind.session, !isRunning, !state.isNominatedComplete else {
            counters.historyRefused += 1
            return
        }
        if isWaiting(otherThan: day) { countHistory() }
        if !state.close.exists || day > state.closeDay {
            if let closed = close(price, day: day) { nominateLater(number, closed, before: state.closeDay, day: day) }
        } else if day < state.firstDay {
            begin(number, day: day, close: price.close)
        } else {
            goOn(number, day: day, close: price.close)
        }
        let isLater = table.states[number].closeDay == day && state.closeDay != day
        let isTaken = isLater || (backfill[number]?.day == day && loadedLast != day)
        if isTaken { counters.historyTaken += 1 } else { counters.historyRefused += 1 }
    }

    /// The first session before all that are known.
    private mutating func begin(_ number: Int, day: Int32, close: Int64) {
        let state = table.states[number]
        let gap = Backfill.Gap(day: day, close: close, nextDay: state.firstDay, nextClose: state.firstClose)
        guard insert(number, day: day, close: close, value: nil, gap) else { return }
        table.states[number].extend(to: day, close: close)
        backfill[number] = gap
    }

    /// A session between the one put in last and the first that was known before.
    private mutating func goOn(_ number: Int, day: Int32, close: Int64) {
        guard var gap = backfill[number], gap.day < day, day < gap.nextDay else { return }
        let before = actions.adjusted(gap.close, of: table.symbol(number), after: gap.day, through: day)
        guard PriceLevel.isPlausible(close, from: before) else {
            counters.absurdPrice += 1
            return
        }
        let value = Double(close) / Double(before) - 1
        guard insert(number, day: day, close: close, value: value, gap) else { return }
        table.states[number].isVolatilityStale = true
        nominateEarlier(number, value, before: gap.day, day: day)
        (gap.day, gap.close) = (day, close)
        backfill[number] = gap
    }

    private mutating func insert(_ number: Int, day: Int32, close: Int64, value: Double?, _ gap: Backfill.Gap) -> Bool {
        let symbol = table.symbol(number)
        let onNext = actions.adjusted(close, of: symbol, after: day, through: gap.nextDay)
        // A jump between what is loaded and what is known is no return.
        guard PriceLevel.isPlausible(gap.nextClose, from: onNext) else {
            counters.absurdPrice += 1
            return false
        }
        let next = Double(gap.nextClose) / Double(onNext) - 1
        table.rings.insert(value, day: day, next: (gap.nextDay, next), of: number)
        if number == benchmark {
            let state = table.states[number]
            let now = actions.adjusted(close, of: symbol, after: day, through: state.closeDay)
            closes.insert(Price.double(now), day: day)
        }
        return true
    }
}
