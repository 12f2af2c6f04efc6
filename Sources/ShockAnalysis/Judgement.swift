import MarketModels
import Schema

/// Judging a round: first the market, then the groups, then the names, session by session, so that
/// what is said of a name knows what was found of the wider subjects on the same day.
extension AnalyzeStage {
    /// Judges everything nominated, as of an instant, and says what there is to say.
    mutating func judge(at time: UInt64, to outbox: inout Outbox) {
        let changes = shocks.changes
        let numbers = round.take()
        let nominations = nominations(of: numbers)
        for number in numbers { table.states[number].isNominatedComplete = false }
        for number in numbers { table.states[number].isNominatedRunning = false }
        var days: [Int32] = []
        for day in nominations.map(\.session.day).sorted() where days.last != day { days.append(day) }
        for day in days {
            calibrate(day)
            budget.begin(day: day)
            let onDay = nominations.filter { $0.session.day == day }
            judgeMarket(onDay, at: time, to: &outbox)
            judgeGroups(onDay.map(\.number), day: day, at: time, to: &outbox)
            for nomination in onDay where opensOwnShocks(nomination.number) {
                guard
                    matters(.instrument(nomination.number), nomination.session.simpleReturn)
                        || nomination.session.isComplete && isTwoSessionCandidate(nomination.number)
                else { continue }
                judge(nomination, at: time, to: &outbox)
            }
        }
        for nomination in nominations where !nomination.session.isComplete {
            table.states[nomination.number].judgedReturn = nomination.session.simpleReturn
        }
        abandonSilent(at: time, to: &outbox)
        if shocks.changes != changes { refreshWatch() }
    }

    /// One instrument's session that is to be judged.
    struct Nomination {
        let number: Int
        let session: SessionView
    }

    private func nominations(of numbers: [Int]) -> [Nomination] {
        var found: [Nomination] = []
        for number in numbers {
            if table.states[number].isNominatedComplete, let session = table.states[number].completed {
                found.append(.init(number: number, session: session))
            }
            if table.states[number].isNominatedRunning, let session = table.states[number].running {
                found.append(.init(number: number, session: session))
            }
        }
        return found
    }

    /// Whether a move can make any difference: a smaller one opens nothing, and nothing is open.
    private func matters(_ subject: ShockSubject, _ simpleReturn: Double) -> Bool {
        abs(simpleReturn) >= settings.minimumReturn(subject.scope) || shocks.state(of: subject) != nil
    }

    /// Makes the threshold that a budget comes to on a day.
    mutating func calibrate(_ day: Int32) {
        guard let asked = settings.alertBudget else { return }
        budget.calibrate(day: day, names: judgedNames(on: day), budget: asked)
    }

    /// How many names can have shocks of their own: with history enough, and a session within the last two weeks.
    private func judgedNames(on day: Int32) -> Int {
        let needed = settings.minimumHistory + settings.gap
        return (0..<table.count).count { number in
            opensOwnShocks(number) && table.rings.sessions(of: number) >= needed
                && table.states[number].closeDay >= day - 14
        }
    }

    private var severityThreshold: Double? { settings.alertBudget == nil ? nil : budget.threshold ?? .infinity }

    private func thresholds(_ scope: ShockScope) -> Thresholds {
        Thresholds(scope, settings: settings, severity: severityThreshold)
    }

    // MARK: The market

    private mutating func judgeMarket(_ nominations: [Nomination], at time: UInt64, to outbox: inout Outbox) {
        guard let benchmark, let nomination = nominations.first(where: { $0.number == benchmark }) else { return }
        let session = nomination.session
        if stressedDay == session.day { stressedDay = nil }
        let isSilent = backfill.later.market != nil
        guard isSilent || matters(.market, session.simpleReturn) else { return }
        let history = table.rings.dated(of: benchmark, before: session.day)
        let subject = judgedMarket(session, history: history)
        count(market: subject, isLive: shocks.state(of: .market) == .open || backfill.later.market?.state == .open)
        if isSilent, subject.isComplete { backfill.later.observe(subject, settings: settings) }
        guard matters(.market, session.simpleReturn) else { return }
        say(subject, session: session, at: time, to: &outbox) { stage, measure in
            measure.largestSince =
                history.lastMove(atLeast: session.simpleReturn).map { CivilTime.date(day: Int($0)) } ?? ""
            return stage.describe(nomination, assessment: subject.assessment, in: &measure)
        }
    }

    func judgedMarket(_ session: SessionView, history: DatedReturns) -> Judged {
        let event = Assessment.Event(
            simpleReturn: session.simpleReturn, marketReturn: nil, deviation: session.deviation,
            countsVolatility: true)
        let assessment = Assessment(event, history: history, market: nil, settings: settings)
        let largest = history.largestMove(like: session.simpleReturn, within: settings.returnPeriodSessions)
        return Judged(
            subject: .market, day: session.day, isComplete: session.isComplete, assessment: assessment,
            thresholds: thresholds(.market), record: largest, isOpeningPrint: session.isOpeningPrint)
    }

    /// Notes a day of a market shock, and counts one that begins.
    ///
    /// - Parameter isLive: A shock of the market lasts: a day on which it moves again is a day of that one.
    mutating func count(market judged: Judged, isLive: Bool) {
        if judged.isBeyond() || isLive && abs(judged.assessment.simpleReturn) >= settings.minimumMarketReturn {
            stressedDay = judged.day
        }
        if judged.isComplete, !isLive, judged.isBeyond() { budget.countMarket(day: judged.day) }
    }

    // MARK: Names

    private mutating func judge(_ nomination: Nomination, at time: UInt64, to outbox: inout Outbox) {
        let (number, session) = (nomination.number, nomination.session)
        if onlyFollows(nomination) { return follow(nomination, at: time, to: &outbox) }
        let tooOld = marketMinutesTooOld(on: session.day, beside: session.last.time)
        let event = Assessment.Event(
            simpleReturn: session.simpleReturn, marketReturn: tooOld == nil ? marketReturn(over: session) : nil,
            marketMinutesTooOld: tooOld, deviation: session.deviation, countsVolatility: stressedDay != session.day,
            sessions: sessions(after: session.beforeDay, through: session.day))
        // Most that are looked at are no shock by far, and nothing is said of them.
        if settings.alertBudget == nil, shocks.state(of: .instrument(number)) == nil {
            let rough = judged(nomination, event, isRough: true)
            guard rough.isBeyond(share: 0.99) || rough.isBeyondTogether(share: 0.99) else { return }
        }
        let subject = judged(nomination, event, isRough: false)
        count(subject, sessionBefore: session.beforeDay)
        say(subject, session: session, at: time, to: &outbox) { stage, measure in
            if !subject.isBeyond(), subject.isBeyondTogether(), let together = subject.twoSessions {
                measure.twoSessions = together.message
            }
            return stage.describe(nomination, assessment: subject.assessment, in: &measure)
        }
    }

    func judged(_ nomination: Nomination, _ event: Assessment.Event, isRough: Bool) -> Judged {
        let (number, session) = (nomination.number, nomination.session)
        // By itself: whoever holds the stage copies it.
        let rings = table.rings
        let kept = rings.kept(of: number, before: session.day)
        let assessment = Assessment(
            event, known: kept.count, market: benchmark == nil ? nil : closes, settings: settings,
            basis: rarity.basis(rarity.bucket(of: number)), isRough: isRough
        ) { rings.paired(kept, in: $0, market: $1) }
        var judged = Judged(
            subject: .instrument(number), day: session.day, isComplete: session.isComplete, assessment: assessment,
            thresholds: thresholds(.instrument), isOpeningPrint: session.isOpeningPrint)
        if session.isComplete, event.sessions == 1 {
            judged.twoSessions = twoSessions(assessment, kept: kept, day: session.day)
        }
        return judged
    }

    /// Whether a session can only be one of those that an open shock is followed over: it and the session before are too
    /// small for a shock of their own, however rare they are.
    private func onlyFollows(_ nomination: Nomination) -> Bool {
        abs(nomination.session.simpleReturn) < settings.minimumReturn(.instrument)
            && shocks.state(of: .instrument(nomination.number)) == .open
            && !isTwoSessionCandidate(nomination.number, share: 0.99)
    }

    /// Shows such a session to its shock, without asking how rare it is: nothing depends on that.
    private mutating func follow(_ nomination: Nomination, at time: UInt64, to outbox: inout Outbox) {
        let session = nomination.session
        let judged = Judged(
            subject: .instrument(nomination.number), day: session.day, isComplete: session.isComplete,
            assessment: Assessment(unmeasured: session.simpleReturn), thresholds: thresholds(.instrument),
            isOpeningPrint: session.isOpeningPrint)
        say(judged, session: session, at: time, to: &outbox) { _, _ in [] }
    }

    /// Whether a name's last two sessions together moved as far as is asked of two, the same way.
    ///
    /// Asked of every bar: called out of line it would be handed a copy of the whole stage.
    /// - Parameter share: Of what is asked of two.
    @inline(__always)
    func isTwoSessionCandidate(_ number: Int, share: Double = 1) -> Bool {
        guard let after = table.states[number].completedReturn, let before = table.rings.returnBefore(last: number),
            before != 0, (before < 0) == (after < 0),
            abs((1 + before) * (1 + after) - 1) >= share * TwoSessions.scale * settings.minimumReturn
        else { return false }
        return opensOwnShocks(number)
    }

    /// A complete session together with the one before; nil where either was a day on which the market moved as it
    /// does in a shock of its own.
    private func twoSessions(_ assessment: Assessment, kept: SessionRings.Slots, day: Int32) -> TwoSessions? {
        guard kept.count >= 2 else { return nil }
        let last = table.rings.session(kept, kept.count - 1)
        let start = table.rings.session(kept, kept.count - 2).day
        var marketBefore: Double?
        if let first = closes.close(day: start), let second = closes.close(day: last.day) {
            marketBefore = second / first - 1
        }
        let moves = [assessment.abnormal?.marketReturn, marketBefore].compactMap { $0 }
        guard moves.allSatisfy({ abs($0) < settings.minimumMarketReturn }), stressedDay != day else { return nil }
        return TwoSessions(assessment, before: last.value, since: last.day, marketBefore: marketBefore)
    }

    /// The benchmark's session of a day, with prices as far as they are known.
    func benchmarkSession(_ day: Int32) -> SessionView? {
        benchmark.flatMap { table.states[$0].session(on: day) }
    }

    /// The benchmark's return from the close that a session is measured from to its price in it.
    private func marketReturn(over session: SessionView) -> Double? {
        guard let market = benchmarkSession(session.day), let before = closes.close(day: session.beforeDay) else {
            return nil
        }
        return market.last.value / (before * marketTerms(in: market)) - 1
    }

    /// By how many minutes the benchmark's running price of a day is too old to be set beside a price made at `time`; nil:
    /// it is fresh enough, a close, or not there.
    func marketMinutesTooOld(on day: Int32, beside time: UInt64) -> Int? {
        guard let market = benchmarkSession(day), !market.isComplete else { return nil }
        return BenchmarkAge.minutesTooOld(
            market.last.time, span: market.lastSpan, beside: time, limit: settings.benchmarkAge)
    }

    // MARK: Groups

    private mutating func judgeGroups(_ numbers: [Int], day: Int32, at time: UInt64, to outbox: inout Outbox) {
        guard !groups.isEmpty else { return }
        var isNominated = [Bool](repeating: false, count: table.count)
        for number in numbers { isNominated[number] = true }
        for index in groups.indices {
            guard groups[index].members.contains(where: { $0.number.map { isNominated[$0] } ?? false }),
                let session = GroupSession(groups[index], day: day, table: table),
                matters(.group(index), session.simpleReturn)
            else { continue }
            judgeGroup(index, session: session, at: time, to: &outbox)
        }
    }

    private mutating func judgeGroup(
        _ index: Int, session: GroupSession, at time: UInt64, to outbox: inout Outbox
    ) {
        let history = groups[index].history(before: session.day, table: table)
        let subject = judgedGroup(index, session: session, history: history)
        count(subject, sessionBefore: history.days.last ?? .min)
        say(subject, session: nil, at: time, to: &outbox) { stage, measure in
            stage.describe(index, session: session, assessment: subject.assessment, history: history, in: &measure)
        }
    }

    /// - Parameter marketReturn: Of a loaded session, whose market's return is not that of the running one.
    func judgedGroup(
        _ index: Int, session: GroupSession, history: DatedReturns, marketReturn: Double?? = nil
    ) -> Judged {
        let tooOld = marketMinutesTooOld(on: session.day, beside: session.lastTime)
        let event = Assessment.Event(
            simpleReturn: session.simpleReturn,
            marketReturn: marketReturn ?? (tooOld == nil ? benchmarkSession(session.day)?.simpleReturn : nil),
            marketMinutesTooOld: tooOld, deviation: GroupBasket.deviation(after: history, decay: settings.decay),
            countsVolatility: stressedDay != session.day)
        let market = benchmark == nil ? nil : closes
        let assessment = Assessment(event, history: history, market: market, settings: settings)
        return Judged(
            subject: .group(index), day: session.day, isComplete: session.isComplete, assessment: assessment,
            thresholds: thresholds(.group), isBroad: session.breadth >= AnalysisSettings.minimumBreadth,
            isOpeningPrint: session.views.allSatisfy { $0?.isOpeningPrint ?? true })
    }
}

// MARK: - The alert budget

extension AnalyzeStage {
    /// Counts a complete session's move for the thresholds of later days.
    ///
    /// - Parameter isPast: Of a session put before those known.
    mutating func count(_ judged: Judged, sessionBefore: Int32, isPast: Bool = false) {
        guard settings.alertBudget != nil, judged.isComplete, !judged.assessment.isWarming,
            judged.isLarge || judged.isLargeTogether
        else { return }
        let isGroup = judged.subject.scope == .group
        if isGroup {
            budget.note(
                group: judged.subject.index, of: groups.count, severity: judged.isBroad ? judged.severity : 0,
                day: judged.day)
        }
        guard judged.isBroad else { return }
        var parent = stressedDay == judged.day ? AlertBudget.always : 0
        if !isGroup {
            let containing = groups.indices.filter { groups[$0].contains(judged.subject.index) }
            parent = max(parent, budget.severity(ofGroups: containing, day: judged.day))
        }
        budget.count(
            judged.subject, severity: judged.largestSeverity, isFall: judged.assessment.simpleReturn < 0,
            day: judged.day,
            sessionBefore: sessionBefore, parent: parent, followUp: settings.followUpSessions, isPast: isPast)
    }
}

/// A subject's session with how unusual it is.
struct Judged {
    let subject: ShockSubject
    let day: Int32
    let isComplete: Bool
    let assessment: Assessment
    let thresholds: Thresholds
    /// The largest move the same way in the time that a shock must be without its equal; nil: it is not known, or no
    /// matter.
    var record: Double?
    /// With the session before, of a name's complete session.
    var twoSessions: TwoSessions?
    /// Enough of a group moved its way; always so for a name.
    var isBroad = true
    /// The session's first price is its last so far.
    var isOpeningPrint = false

    var severity: Double {
        thresholds.severity(of: assessment.simpleReturn, deviations: assessment.deviations)
    }

    var isLarge: Bool { abs(assessment.simpleReturn) >= thresholds.minimumReturn }

    /// Whether it is a shock by its rarity or, as the market's may be, by its size.
    func isBeyond(share: Double = 1) -> Bool {
        guard isBroad, !assessment.isWarming else { return false }
        let value = assessment.simpleReturn
        if let record, abs(value) >= share * thresholds.minimumReturn, abs(value) > share * record { return true }
        return thresholds.areReached(
            by: value, years: assessment.years, deviations: assessment.deviations, share: share)
    }

    /// Both sessions together moved √2 times as far as is asked of one.
    var isLargeTogether: Bool {
        twoSessions.map { abs($0.severityReturn) >= thresholds.minimumReturn } ?? false
    }

    /// Both sessions together are beyond the thresholds of two.
    func isBeyondTogether(share: Double = 1) -> Bool {
        guard isBroad, !assessment.isWarming, let twoSessions else { return false }
        return thresholds.areReached(
            by: twoSessions.severityReturn, years: assessment.basis.years(twoSessions.deviations),
            deviations: twoSessions.deviations, share: share)
    }

    /// Of the session, or of it with the one before.
    var largestSeverity: Double {
        let together = twoSessions.map {
            thresholds.severity(of: $0.severityReturn, deviations: $0.deviations)
        }
        return max(isLarge ? severity : 0, isLargeTogether ? together ?? 0 : 0)
    }

    /// What the life-cycle sees of it.
    func observation() -> ShockLifecycle.Observation {
        let z = abs(assessment.volatilityZ ?? 0)
        return ShockLifecycle.Observation(
            simpleReturn: assessment.simpleReturn, years: assessment.years,
            isBeyond: isBeyond(), isBeyondExit: isBeyond(share: AnalysisSettings.exitShare),
            isComplete: isComplete, isOpeningPrint: isOpeningPrint,
            isBeyondWithSessionBefore: isBeyondTogether(),
            isMarketMove: thresholds.areReached(
                by: assessment.simpleReturn, years: assessment.basis.years(z), deviations: z))
    }
}

// MARK: - Saying

extension AnalyzeStage {
    /// Writes the particulars of a subject's measure; only called if there is something to say.
    typealias Describe = (_ stage: AnalyzeStage, _ measure: inout Measure) -> [UInt64]

    /// Shows a judged session to the subject's life-cycle and says what comes of it.
    private mutating func say(
        _ judged: Judged, session: SessionView?, at time: UInt64, to outbox: inout Outbox, describe: Describe
    ) {
        let seen = judged.observation()
        guard var shock = shocks.take(judged.subject) else {
            begin(judged, seen: seen, at: time, to: &outbox, describe: describe)
            return
        }
        // A session that was followed already, as when a member's close came late.
        if shock.lifecycle.state == .open, judged.day <= shock.lastDay { return shocks.put(shock) }
        let statement = shock.lifecycle.observe(seen, followUpSessions: settings.followUpSessions)
        switch statement {
        case .nothing, .ended: break
        case .measured(let phase, let reason):
            emitMeasure(judged, of: &shock, phase, reason, at: time, to: &outbox, describe: describe)
        case .followed(let phase, let reason):
            emitFollowUp(judged, session: session, of: &shock, phase, reason, at: time, to: &outbox)
        case .superseded:
            emitFollowUp(judged, session: session, of: &shock, .closed, "superseded", at: time, to: &outbox)
        }
        shocks.put(shock)
        if statement == .superseded { begin(judged, seen: seen, at: time, to: &outbox, describe: describe) }
    }

    private mutating func begin(
        _ judged: Judged, seen: ShockLifecycle.Observation, at time: UInt64, to outbox: inout Outbox,
        describe: Describe
    ) {
        var lifecycle = ShockLifecycle()
        guard
            case .measured(let phase, let reason) = lifecycle.observe(
                seen, followUpSessions: settings.followUpSessions)
        else { return }
        var shock = Shock(
            subject: judged.subject, name: name(of: judged.subject), session: judged.day, lifecycle: lifecycle)
        emitMeasure(judged, of: &shock, phase, reason, at: time, to: &outbox, describe: describe)
        shocks.put(shock)
    }

    private mutating func emitMeasure(
        _ judged: Judged, of shock: inout Shock, _ phase: ShockPhase, _ reason: String, at time: UInt64,
        to outbox: inout Outbox, describe: Describe
    ) {
        var measure = Measure()
        measure.session = CivilTime.date(day: Int(shock.session))
        measure.complete = judged.isComplete
        var signal = shock.signal
        signal.evidence = describe(self, &measure)
        if case .severity(let threshold) = judged.thresholds.rarity { describeBudget(judged, threshold, in: &measure) }
        measure.baseRate = baseRates.rate(judged.subject.scope, isFall: measure.simpleReturn < 0)
        signal.measure = measure
        signal.partOf = widerShocks(than: judged)
        if phase == .open, signal.partOf.isEmpty, settings.alertBudget != nil { budget.announce(day: judged.day) }
        shock.before = measure.hasPriceBefore ? measure.priceBefore : 1
        shock.after = measure.hasPriceLast ? measure.priceLast : 1 + measure.simpleReturn
        shock.price = shock.after
        shock.lastDay = judged.day
        shock.signal = signal
        emit(&shock, phase, reason, at: time, to: &outbox)
    }

    private func describeBudget(_ judged: Judged, _ threshold: Double, in measure: inout Measure) {
        var found = BudgetThreshold()
        found.severity = judged.severity
        found.threshold = threshold
        found.budget = settings.alertBudget ?? 0
        found.weeks = UInt32(budget.ownWeeks)
        if let delivered = budget.delivered(before: judged.day) {
            found.average = delivered.average
            found.announcedWeeks = UInt32(delivered.weeks)
            found.worstWeek = delivered.worstWeek.map { CivilTime.date(day: $0) } ?? ""
            found.worstWeekShocks = UInt32(delivered.worstWeekShocks)
        }
        measure.budget = found
    }

    private mutating func emitFollowUp(
        _ judged: Judged, session: SessionView?, of shock: inout Shock, _ phase: ShockPhase, _ reason: String,
        at time: UInt64, to outbox: inout Outbox
    ) {
        let value = judged.assessment.simpleReturn
        shock.price = session?.last.value ?? shock.price * (1 + value)
        shock.lastDay = judged.day
        var followed = FollowUpSession()
        followed.session = CivilTime.date(day: Int(judged.day))
        followed.price = shock.price
        followed.simpleReturn = value
        followed.retraced = retracement(price: shock.price, before: shock.before, after: shock.after) ?? 0
        if shock.subject.scope == .group {
            followed.votes = recoveryVotes(of: groups[shock.subject.index], since: shock.session, until: judged.day)
        }
        shock.signal.append(followed)
        if let sequence = session?.last.sequence {
            // Sequences rise, so that nearly always it goes to the end.
            if sequence > shock.signal.evidence.last ?? 0 {
                shock.signal.evidence.append(sequence)
            } else {
                shock.signal.evidence = Self.merged(shock.signal.evidence, [sequence])
            }
        }
        if phase == .closed { baseRates.take(shock.signal) }
        emit(&shock, phase, reason, at: time, to: &outbox)
    }

    private func emit(
        _ shock: inout Shock, _ phase: ShockPhase, _ reason: String, at time: UInt64, to outbox: inout Outbox
    ) {
        shock.signal.phase = phase
        shock.signal.reason = reason
        shock.signal.eventTime = time
        outbox.emit(shock.signal)
    }

    /// Ends a subject's shock for a reason outside of its prices.
    mutating func retract(_ subject: ShockSubject, _ reason: String, at time: UInt64, to outbox: inout Outbox) {
        guard var shock = shocks[subject], case .ended(let phase, let reason) = shock.lifecycle.retract(reason) else {
            return
        }
        emit(&shock, phase, reason, at: time, to: &outbox)
        shocks.put(shock)
        refreshWatch()
    }

    /// Ends a subject's shock because the settings no longer name it.
    mutating func forget(_ subject: ShockSubject, at time: UInt64, to outbox: inout Outbox) {
        guard var shock = shocks[subject], case .ended(let phase, let reason) = shock.lifecycle.forget() else { return }
        emit(&shock, phase, reason, at: time, to: &outbox)
        shocks.put(shock)
    }

    /// Ends the shocks whose subjects had no session for as long as they would have been followed.
    private mutating func abandonSilent(at time: UInt64, to outbox: inout Outbox) {
        guard let benchmark else { return }
        let today = table.states[benchmark].closeDay
        let silent = shocks.all.indices.filter {
            closes.sessions(after: shocks.all[$0].lastDay, through: today) > settings.followUpSessions
        }
        for subject in silent.map({ shocks.all[$0].subject }) {
            guard var shock = shocks[subject], case .ended(let phase, let reason) = shock.lifecycle.abandon() else {
                continue
            }
            emit(&shock, phase, reason, at: time, to: &outbox)
            shocks.put(shock)
        }
    }

    private func name(of subject: ShockSubject) -> String {
        switch subject.scope {
        case .market: settings.benchmark
        case .group: groups[subject.index].id
        default: table.symbol(subject.index)
        }
    }

    /// The ids of the live shocks of the market and of the groups that a subject belongs to, of the
    /// same session, or in which that session is an aftershock.
    private func widerShocks(than judged: Judged) -> [String] {
        // The wider ones come first in the order of subjects.
        let wider = shocks.all.prefix { $0.subject < judged.subject && $0.subject.scope != judged.subject.scope }
        return wider.filter { wider in
            switch wider.subject.scope {
            case .market: return wider.session == judged.day || stressedDay == judged.day
            default: return wider.session == judged.day && groups[wider.subject.index].contains(judged.subject.index)
            }
        }.map(\.signal.shock)
    }

    /// Sequences of two lists, each once, in order; 0 stands for none.
    static func merged(_ left: [UInt64], _ right: [UInt64]) -> [UInt64] {
        var merged: [UInt64] = []
        for sequence in (left + right).sorted() where sequence != 0 && merged.last != sequence {
            merged.append(sequence)
        }
        return merged
    }
}
