import Calendars
import MarketModels
import Schema

/// How prices and time come in: the hot path of the stage.
extension AnalyzeStage {
    mutating func apply(_ bars: Bars, rows: Range<Int>, to outbox: inout Outbox) {
        // The columns are taken out once: a row then costs loads, not calls.
        let (times, instruments, starts, ends) = (bars.recordTime, bars.instrument, bars.start, bars.end)
        let (opens, closes, volumes) = (bars.open, bars.close, bars.volume)
        let isHistory = bars.history
        for row in rows {
            let sequence = bars.firstSequence + UInt64(row)
            reach(times[row], by: sequence, to: &outbox)
            let (open, close, start, end) = (opens[row], closes[row], starts[row], ends[row])
            guard isUsable(Int(instruments[row]), open, close) else { continue }
            guard start <= end else {
                counters.malformedPrice += 1
                continue
            }
            guard end <= times[row] &+ Price.maximumLead else {
                counters.futurePrice += 1
                continue
            }
            let isSession = clock.isSessionBar(start, end, table.states[Int(instruments[row])].calendar)
            let isFlat = volumes[row] == 0 && open == close && bars.high[row] == bars.low[row]
            let price = PriceRow(
                sequence: sequence, start: start, end: end, open: open, close: close, volume: volumes[row],
                instrument: instruments[row],
                kind: isSession ? PriceRow.Kind.session : PriceRow.Kind.bar, isFlat: isFlat, isHistory: isHistory)
            accept(price, recordTime: times[row], cause: sequence, to: &outbox)
        }
    }

    mutating func apply(_ trades: Trades, rows: Range<Int>, to outbox: inout Outbox) {
        let (times, instruments, prices) = (trades.recordTime, trades.instrument, trades.price)
        for row in rows {
            let sequence = trades.firstSequence + UInt64(row)
            reach(times[row], by: sequence, to: &outbox)
            guard isUsable(Int(instruments[row]), prices[row], prices[row]) else { continue }
            let time = trades.time[row]
            guard time <= times[row] &+ Price.maximumLead else {
                counters.futurePrice += 1
                continue
            }
            // The kinds begin with the conditions of trades, in their order.
            let kind = UInt8(min(trades.condition[row], 2))
            let price = PriceRow(
                sequence: sequence, start: time, end: time, open: prices[row], close: prices[row],
                instrument: instruments[row], kind: kind, isFlat: false, isHistory: false)
            accept(price, recordTime: times[row], cause: sequence, to: &outbox)
        }
    }

    @inline(__always)
    private mutating func isUsable(_ number: Int, _ open: Int64, _ close: Int64) -> Bool {
        guard number < table.count, table.states[number].isDefined else {
            counters.unknownInstrument += 1
            return false
        }
        guard open > 0, close > 0, open <= Price.maximum, close <= Price.maximum else {
            counters.malformedPrice += 1
            return false
        }
        return true
    }

    /// Takes a price now, or when all that may come late has come.
    @inline(__always)
    private mutating func accept(_ price: PriceRow, recordTime: UInt64, cause: UInt64, to outbox: inout Outbox) {
        if settings.lateness == 0, waitingPrices.count == 0 {
            take(price, at: recordTime, recordTime: recordTime, cause: cause, to: &outbox)
        } else {
            wait(price, recordTime: recordTime, cause: cause, to: &outbox)
        }
    }

    private mutating func wait(_ price: PriceRow, recordTime: UInt64, cause: UInt64, to outbox: inout Outbox) {
        waitingPrices.push(price, lateness: settings.lateness)
        guard waitingPrices.isFull, let earliest = waitingPrices.pop(lateness: settings.lateness) else { return }
        take(earliest, at: horizon, recordTime: recordTime, cause: cause, to: &outbox)
    }

    /// - Parameters:
    ///   - time: What time it is for the stage.
    ///   - recordTime: Of the record that is being applied, whose sequence is `cause`.
    @inline(__always)
    private mutating func take(
        _ price: PriceRow, at time: UInt64, recordTime: UInt64, cause: UInt64, to outbox: inout Outbox
    ) {
        if price.isHistory {
            takeHistory(price)
            return
        }
        if backfill.isWaiting { countHistory() }
        if price.kind == PriceRow.Kind.session {
            complete(price, at: time, recordTime: recordTime, cause: cause, to: &outbox)
        } else {
            move(price, at: time)
        }
    }

    @inline(__always)
    private mutating func move(_ price: PriceRow, at time: UInt64) {
        let number = Int(price.instrument)
        if price.isFlat, table.states[number].isStale(price.close) {
            counters.stalePrice += 1
            return
        }
        let last = Quote(units: price.close, time: price.end, sequence: price.sequence)
        let opening = Quote(units: price.open, time: price.start, sequence: price.sequence)
        let source =
            price.kind == PriceRow.Kind.opening ? InstrumentState.OpenSource.auction : InstrumentState.OpenSource.bar
        let day = day(of: price, at: time)
        let level = table.states[number].level.units
        switch table.states[number].move(to: last, opening: opening, source: source, day: day) {
        case .taken: break
        case .candidate: nominateRunning(number, at: time)
        case .exDay:
            adoptTerms(of: number, day: table.states[number].runningDay)
            move(price, at: time)
        case .relevelled:
            counters.newLevel += 1
            scale(number, by: Double(price.close) / Double(level), before: .max)
        case let outcome: counters.note(outcome)
        }
    }

    /// The session a price counts to.
    @inline(__always)
    private mutating func day(of price: PriceRow, at time: UInt64) -> Int32 {
        let number = Int(price.instrument)
        let window = clock.window(at: price.end, table.states[number].calendar)
        return window.day == table.states[number].runningDay ? window.day : findDay(of: price, window, at: time)
    }

    private mutating func complete(
        _ price: PriceRow, at time: UInt64, recordTime: UInt64, cause: UInt64, to outbox: inout Outbox
    ) {
        let number = Int(price.instrument)
        let day = clock.day(ofBar: price.start, price.end, table.states[number].calendar)
        // A settle window never spans two sessions of one name: what waits is judged first.
        if table.states[number].isNominatedComplete, day > table.states[number].closeDay {
            outbox.begin(cause: cause, recordTime: recordTime)
            judge(at: time, to: &outbox)
        }
        if let value = close(price, day: day) { nominate(number, value, at: time) }
        if table.states[number].closeDay == day, !table.states[number].closesByBar {
            table.states[number].closesByBar = true
        }
    }

    /// Nominates a session that was completed, if it matters.
    mutating func nominate(_ number: Int, _ closed: Closed, at time: UInt64) {
        if closed.outcome == .candidate || isTwoSessionCandidate(number)
            || (number == benchmark && (!shocks.all.isEmpty || backfill.later.market != nil))
        {
            nominateComplete(number, at: time)
        }
    }

    /// A session completed: its return, and whether that is to be judged.
    typealias Closed = (value: Double, outcome: InstrumentState.Outcome)

    /// Completes a session, without judging it.
    ///
    /// - Returns: nil if the bar is not taken, or is the first of its name or on its level.
    mutating func close(_ price: PriceRow, day: Int32) -> Closed? {
        let number = Int(price.instrument)
        if price.isFlat, !table.states[number].last.exists, table.states[number].isStale(price.close) {
            counters.stalePrice += 1
            return nil
        }
        if !price.isFlat, table.states[number].haltedFrom <= price.start { endHalt(number, by: price.start) }
        if table.states[number].isVolatilityStale { table.restartVolatility(of: number, decay: settings.decay) }
        let close = Quote(units: price.close, time: price.end, sequence: price.sequence)
        let open = Quote(units: price.open, time: price.start, sequence: price.sequence)
        let (before, level, closeDay) = (
            table.states[number].close, table.states[number].level.units, table.states[number].closeDay
        )
        let isExDay = day >= table.states[number].nextActionDay && day > closeDay
        if isExDay { adoptTerms(of: number, day: day) }
        let hasLater = table.states[number].last.time > price.end
        let next = hasLater ? clock.next(after: day, table.states[number].calendar).day : day
        let sessions = sessions(after: closeDay, through: day)
        let (outcome, value) = table.states[number].complete(
            close: close, open: open, day: day, next: next, sessions: sessions)
        counters.note(outcome)
        guard outcome == .taken || outcome == .candidate || outcome == .relevelled else { return nil }
        if outcome == .relevelled {
            scale(number, by: Double(price.close) / Double(level), before: day)
        } else if isExDay, before.exists {
            let terms = table.states[number].previousClose
            scale(number, by: Double(terms.units) / Double(before.units), before: day)
        }
        if isExDay { refreshNextAction(of: number) }
        if table.states[number].runningDay >= table.states[number].nextActionDay {
            adoptTerms(of: number, day: table.states[number].runningDay)
        }
        if number == benchmark { closes.set(close.value, day: day) }
        guard let value else { return nil }
        table.rings.append(value, day: day, of: number)
        if !price.isHistory { countDollars(number, value: value, day: day) }
        countRarity(number, value: value, volume: price.volume, sessions: sessions)
        return (value, outcome)
    }

    /// A later session's bar that shows trading ends a halt whose end nobody told of.
    private mutating func endHalt(_ number: Int, by start: UInt64) {
        let state = table.states[number]
        guard !state.isDelisted, CivilTime.dayNumber(start) > CivilTime.dayNumber(state.haltedFrom) else { return }
        table.states[number].resume()
    }

    /// Sessions of the market after one day and up to another, which is one itself.
    @inline(__always)
    func sessions(after: Int32, through: Int32) -> Int {
        guard after > .min, through > after + 1 else { return 1 }
        return closes.sessions(after: after, through: through - 1) + 1
    }

    private mutating func countDollars(_ number: Int, value: Double, day: Int32) {
        let shares = table.states[number].shares
        guard shares > 0, let session = table.states[number].completed else { return }
        records.add(usd: shares * session.before.value * value, day: day, instrument: number)
    }
}

// MARK: - Time

extension AnalyzeStage {
    /// Record time reached `time`: does what was due until then, stamped with when it was due.
    @inline(__always)
    mutating func reach(_ time: UInt64, by cause: UInt64, to outbox: inout Outbox) {
        guard time >= nextDue else { return }
        wake(time, by: cause, to: &outbox)
    }

    @inline(__always)
    private var nextDue: UInt64 {
        min(min(round.deadline, waitingFacts.nextTime), min(waitingPrices.due, sessionEnd))
    }

    private mutating func wake(_ time: UInt64, by cause: UInt64, to outbox: inout Outbox) {
        outbox.begin(cause: cause, recordTime: time)
        while true {
            let due = nextDue
            guard time >= due else { break }
            horizon = max(horizon, due)
            if waitingFacts.nextTime == due {
                guard let fact = waitingFacts.removeFirst() else { return }
                learn(fact, at: due, to: &outbox)
            } else if waitingPrices.due == due, let row = waitingPrices.pop(lateness: settings.lateness) {
                take(row, at: horizon, recordTime: time, cause: cause, to: &outbox)
            } else if sessionEnd == due {
                closeSessions(at: due)
            } else {
                judge(at: round.deadline, to: &outbox)
            }
        }
    }

    mutating func nominateComplete(_ number: Int, at time: UInt64) {
        round.nominate(number, at: time, settle: settings.settle)
        table.states[number].isNominatedComplete = true
    }

    private mutating func nominateRunning(_ number: Int, at time: UInt64) {
        guard !table.states[number].isNominatedRunning else { return }
        if table.states[number].isVolatilityStale { table.restartVolatility(of: number, decay: settings.decay) }
        round.nominate(number, at: time, settle: settings.settle)
        table.states[number].isNominatedRunning = true
    }
}
