import Schema

/// Sessions that no bar closes: a feed of minute bars or trades alone.
extension AnalyzeStage {
    /// The session a price counts to that is not of its instrument's running one.
    ///
    /// What is traded after a session's close counts to the next. Where a bar usually closes the sessions, prices
    /// count to the running one until the bar comes, at the latest until the next open. A closing print counts to the
    /// session it closes.
    mutating func findDay(of price: PriceRow, _ window: SessionClock.Window, at time: UInt64) -> Int32 {
        let number = Int(price.instrument)
        let state = table.states[number]
        if price.kind == PriceRow.Kind.closing, state.isUnclosed {
            let end = price.end - min(price.end, AnalysisSettings.closeDelay)
            if clock.window(at: end, state.calendar).day == state.runningDay { return state.runningDay }
        }
        let window = window.day > state.closeDay ? window : clock.next(after: state.closeDay, state.calendar)
        guard window.day != state.runningDay else { return window.day }
        if state.isUnclosed, window.day > state.runningDay {
            if state.closesByBar, price.end < window.open { return state.runningDay }
            closeFromPrices(number, at: time)
            table.states[number].closesByBar = false
        }
        sessionEnd = min(sessionEnd, end(of: window))
        return window.day
    }

    private func end(of window: SessionClock.Window) -> UInt64 {
        let (end, overflow) = window.close.addingReportingOverflow(AnalysisSettings.closeDelay + settings.lateness)
        return overflow ? .max : end
    }

    /// Closes the running sessions that are over and have no bar of their own.
    mutating func closeSessions(at time: UInt64) {
        var next = UInt64.max
        // Most names share a session: it is looked up once.
        var latest: (calendar: UInt8, window: SessionClock.Window)?
        for number in 0..<table.count where table.states[number].isUnclosed && !table.states[number].closesByBar {
            let (calendar, day) = (table.states[number].calendar, table.states[number].runningDay)
            if latest?.calendar != calendar || latest?.window.day != day {
                latest = (calendar, clock.close(of: day, calendar))
            }
            guard let window = latest?.window else { continue }
            if end(of: window) <= time {
                closeFromPrices(number, at: time)
            } else {
                next = min(next, end(of: window))
            }
        }
        sessionEnd = next
    }

    /// Closes a running session with its last price, if that is one: not the first, and of the session's second half.
    private mutating func closeFromPrices(_ number: Int, at time: UInt64) {
        let state = table.states[number]
        let window = clock.close(of: state.runningDay, state.calendar)
        let half = window.open + (window.close - window.open) / 2
        guard state.last.time >= half, state.last.sequence != state.open.sequence else { return }
        let price = PriceRow(
            sequence: state.last.sequence, start: min(state.open.time, state.last.time),
            end: max(window.close, state.last.time), open: state.open.units, close: state.last.units,
            instrument: UInt32(number), kind: PriceRow.Kind.session, isFlat: false, isHistory: false)
        if let closed = close(price, day: state.runningDay) { nominate(number, closed, at: time) }
    }
}
