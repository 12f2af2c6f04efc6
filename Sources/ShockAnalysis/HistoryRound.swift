import MarketModels
import Schema

/// Loaded sessions of one day that are to be counted for the alert budget, once the whole cross-section is there.
struct HistoryRound: Codable, Sendable {
    struct Entry: Codable, Sendable {
        let number: Int
        let beforeDay: Int32
        let value: Double
    }

    var day = Int32.min
    var entries: [Entry] = []
    /// The market's shock among the loaded sessions, of which nothing was said; nil: there is none.
    var market: ShockLifecycle?
    /// The last day of a market shock, of sessions put before those known.
    var stressedDay: Int32?

    /// Shows the market's session to its shock.
    mutating func observe(_ judged: Judged, settings: AnalysisSettings) {
        let seen = judged.observation()
        var lifecycle = market ?? ShockLifecycle()
        if lifecycle.observe(seen, followUpSessions: settings.followUpSessions) == .superseded {
            lifecycle = ShockLifecycle()
            _ = lifecycle.observe(seen, followUpSessions: settings.followUpSessions)
        }
        market = lifecycle.isLive ? lifecycle : nil
    }
}

/// What loaded sessions count for the alert budget: the same as if they had been streamed, with nothing said.
extension AnalyzeStage {
    func isWaiting(otherThan day: Int32) -> Bool {
        backfill.isWaiting && (backfill.later.entries.isEmpty ? backfill.earlier.day : backfill.later.day) != day
    }

    /// A loaded session after all that are known.
    mutating func nominateLater(_ number: Int, _ closed: Closed, before: Int32, day: Int32) {
        guard settings.alertBudget != nil,
            closed.outcome == .candidate || isTwoSessionCandidate(number)
                || number == benchmark && backfill.later.market != nil
        else { return }
        backfill.later.day = day
        backfill.later.entries.append(.init(number: number, beforeDay: before, value: closed.value))
    }

    /// A loaded session before all that are known. What is too old to count is left out.
    mutating func nominateEarlier(_ number: Int, _ value: Double, before: Int32, day: Int32) {
        // A shock of before the first week that counts may still last in it.
        let sessions = 7 * settings.followUpSessions / 5
        guard settings.alertBudget != nil,
            day >= budget.firstDay - Int32(min(sessions, 1_000)) || budget.firstDay == .min,
            number == benchmark || abs(value) >= table.states[number].screen
                || isTwoSessionCandidate(number, value, day)
        else { return }
        backfill.earlier.day = day
        backfill.earlier.entries.append(.init(number: number, beforeDay: before, value: value))
    }

    /// The same as ``isTwoSessionCandidate(_:share:)`` of a session put before those known.
    private func isTwoSessionCandidate(_ number: Int, _ value: Double, _ day: Int32) -> Bool {
        let kept = table.rings.kept(of: number, before: day)
        guard kept.count > 0, opensOwnShocks(number) else { return false }
        let before = table.rings.session(kept, kept.count - 1).value
        return before != 0 && (before < 0) == (value < 0)
            && abs((1 + before) * (1 + value) - 1) >= TwoSessions.scale * settings.minimumReturn
    }

    /// Counts the sessions that wait.
    mutating func countHistory() {
        guard backfill.isWaiting else { return }
        if !backfill.later.entries.isEmpty {
            let round = backfill.later
            backfill.later.entries = []
            calibrate(round.day)
            count(round, isPast: false)
        }
        if !backfill.earlier.entries.isEmpty {
            let round = backfill.earlier
            backfill.earlier.entries = []
            budget.notePast(day: round.day, names: judgedNames(before: round.day))
            swap(&stressedDay, &backfill.earlier.stressedDay)
            count(round, isPast: true)
            swap(&stressedDay, &backfill.earlier.stressedDay)
        }
    }

    /// As ``judge(at:to:)``: the market first, then groups, then names.
    private mutating func count(_ round: HistoryRound, isPast: Bool) {
        if stressedDay == round.day { stressedDay = nil }
        let entries = round.entries.sorted { $0.number < $1.number }
        if let benchmark, let entry = entries.first(where: { $0.number == benchmark }) {
            countMarket(entry, day: round.day, isPast: isPast)
        }
        for index in groups.indices where entries.contains(where: { groups[index].contains($0.number) }) {
            countGroup(index, day: round.day, isPast: isPast)
        }
        for entry in entries where opensOwnShocks(entry.number) { countName(entry, day: round.day, isPast: isPast) }
    }

    private mutating func countMarket(_ entry: HistoryRound.Entry, day: Int32, isPast: Bool) {
        let known = isPast ? backfill.earlier.market : backfill.later.market
        guard known != nil || abs(entry.value) >= settings.minimumMarketReturn else { return }
        let history = table.rings.dated(of: entry.number, before: day)
        let judged = judgedMarket(view(entry, day: day, isPast: isPast), history: history)
        count(market: judged, isLive: known?.state == .open)
        if isPast {
            backfill.earlier.observe(judged, settings: settings)
        } else {
            backfill.later.observe(judged, settings: settings)
        }
    }

    private mutating func countGroup(_ index: Int, day: Int32, isPast: Bool) {
        let session = GroupSession(groups[index], day: day) { number in
            isPast
                ? table.rings.value(of: number, day: day).map {
                    view(.init(number: number, beforeDay: .min, value: $0), day: day, isPast: true)
                } : table.states[number].session(on: day)
        }
        guard let session, abs(session.simpleReturn) >= settings.minimumGroupReturn else { return }
        let history = groups[index].history(before: day, table: table)
        let before = history.days.last ?? .min
        let market: Double?? = isPast ? .some(marketReturn(after: before, through: day)) : nil
        count(
            judgedGroup(index, session: session, history: history, marketReturn: market), sessionBefore: before,
            isPast: isPast)
    }

    private mutating func countName(_ entry: HistoryRound.Entry, day: Int32, isPast: Bool) {
        let nomination = Nomination(number: entry.number, session: view(entry, day: day, isPast: isPast))
        let event = Assessment.Event(
            simpleReturn: nomination.session.simpleReturn,
            marketReturn: marketReturn(after: entry.beforeDay, through: day),
            deviation: nomination.session.deviation, countsVolatility: stressedDay != day,
            sessions: sessions(after: entry.beforeDay, through: day))
        count(judged(nomination, event, isRough: false), sessionBefore: entry.beforeDay, isPast: isPast)
    }

    /// The benchmark's return between the closes of two days.
    private func marketReturn(after: Int32, through day: Int32) -> Double? {
        guard let before = closes.close(day: after), let close = closes.close(day: day) else { return nil }
        return close / before - 1
    }

    /// A loaded session: of those after all known the prices are still there, of those before a return is left.
    private func view(_ entry: HistoryRound.Entry, day: Int32, isPast: Bool) -> SessionView {
        if !isPast, let session = table.states[entry.number].completed, session.day == day { return session }
        var volatility = EWMAVolatility(decay: settings.decay)
        for past in table.rings.history(of: entry.number) where past.day < day { volatility.add(Double(past.value)) }
        let before: Int64 = 1 << 40
        let last = Int64((Double(before) * (1 + entry.value)).rounded())
        return SessionView(
            day: day, isComplete: true, before: Quote(units: before), beforeDay: entry.beforeDay, open: Quote(),
            last: Quote(units: max(1, last)), lastSpan: 0, deviation: volatility.deviation ?? 0,
            onset: InstrumentState.Onset())
    }

    /// How many names can have had shocks of their own on a day before those known.
    private func judgedNames(before day: Int32) -> Int {
        let needed = settings.minimumHistory + settings.gap
        return (0..<table.count).count { number in
            guard opensOwnShocks(number) else { return false }
            let kept = table.rings.kept(of: number, before: day)
            return kept.count >= needed && table.rings.session(kept, kept.count - 1).day >= day - 14
        }
    }
}
