import Calendars
import MarketModels
import Schema

/// One price with its time and its place in the stream.
struct Quote: Equatable, Sendable {
    /// In 1e-9 of the currency; 0: there is none.
    var units: Int64 = 0
    /// When it was made, ns since the Unix epoch.
    var time: UInt64 = 0
    /// Market sequence of the record it came in.
    var sequence: UInt64 = 0

    var exists: Bool { units > 0 }
    var value: Double { Price.double(units) }

    /// Simple return from an earlier price.
    func simpleReturn(since before: Quote) -> Double { Double(units) / Double(before.units) - 1 }
}

/// The prices of one session, running or complete: what a measure is made from.
struct SessionView: Sendable {
    let day: Int32
    let isComplete: Bool
    /// The close before, and the day it is of.
    let before: Quote
    let beforeDay: Int32
    let open: Quote
    let last: Quote
    /// How long the bar was that the last price came with, ns; 0: a trade.
    let lastSpan: UInt64
    /// σ of daily returns before the session; 0 while not known.
    let deviation: Double
    /// Times of the last quiet and the first loud price; see ``InstrumentState/Onset``.
    let onset: InstrumentState.Onset
    /// Whether the last price is near a usual split's share of the close before, and no split is known.
    var looksLikeSplit: Bool { PriceLevel.looksLikeSplit(from: before.units, to: last.units) }

    var simpleReturn: Double { last.simpleReturn(since: before) }
    /// The session's first price is its last so far.
    var isOpeningPrint: Bool { !isComplete && last.sequence == open.sequence }
}

/// Everything kept of one instrument that a price may change: plain numbers, in one piece of memory.
///
/// The prices of two sessions are kept apart: the last *completed* one (its bar of at least six hours
/// has come) and the *running* one (prices after that bar's end), because at the instant of judgement
/// an after-hours trade may already have followed the close that is being judged.
struct InstrumentState: Sendable {
    /// Between which two prices a session's move began.
    struct Onset: Equatable, Sendable {
        /// Time of the last price with less than half the threshold's move; the close before if none.
        var quiet: UInt64 = 0
        /// Time of the first price after it; 0 while all is quiet.
        var loud: UInt64 = 0
    }

    /// Who gave the running session its open.
    enum OpenSource { static let none: UInt8 = 0, bar: UInt8 = 1, auction: UInt8 = 2 }

    // The last completed session.
    var close = Quote()
    private(set) var completedOpen = Quote()
    var previousClose = Quote()
    private(set) var completedOnset = Onset()
    /// σ before the last completed session; 0 while not known.
    private(set) var deviationBefore = 0.0
    // The running session.
    var open = Quote()
    var last = Quote()
    var lastSpan: UInt64 = 0
    var onset = Onset()
    /// The close in the terms of the running session: after its splits and dividends. 0 before a close.
    var base: Int64 = 0
    /// The last price believed, which the next is compared with, and what is not believed yet.
    var level = PriceLevel()
    /// Prices made from here on are none: the name is halted, or gone.
    var haltedFrom = UInt64.max
    var volatility = EWMAVolatility()
    /// The running return at which the name was last judged.
    var judgedReturn = 0.0
    /// A smaller move than this cannot matter to any rule.
    var screen = Double.infinity
    /// Shares outstanding, 0: not known.
    var shares = 0.0
    private(set) var closeDay = Int32.min
    var previousDay = Int32.min
    /// The first ex-day after the last close that is known; `.max`: none.
    var nextActionDay = Int32.max
    /// The first session known, and its close in the terms of that day.
    var firstDay = Int32.max
    var firstClose: Int64 = 0
    /// Sessions were put before those known: the volatility is to be made again from the history.
    var isVolatilityStale = false
    var isDelisted = false
    private(set) var runningDay = Int32.min
    var openSource = OpenSource.none
    var kind: UInt8 = 0
    /// Index of its calendar; see ``SessionClock``.
    var calendar: UInt8 = 0
    /// Its sessions are closed by bars of their own, not from the prices within them.
    var closesByBar = false
    /// Whether there is a definition for this number.
    var isDefined = false
    /// Judge its running price whenever it moves, whatever its size.
    var isWatched = false
    /// Judge its next close, whatever its size.
    var isFollowed = false
    /// Waiting to be judged, by session.
    var isNominatedComplete = false
    var isNominatedRunning = false

    /// A running price is judged again when it moved by this much since.
    static let judgedStep = 0.005
}

extension InstrumentState {
    /// What came of a price.
    enum Outcome {
        case taken
        /// The move is large enough to be judged.
        case candidate
        /// Older than what is known already; the same again; made while the name was halted.
        case late, duplicate, halted
        /// Too far from the level to be believed: it waits for others like it.
        case held
        /// Enough prices agreed on a new level: measuring begins again from it.
        case relevelled
        /// The session begins with or after an ex-day: ``rebase(to:)`` and show the price again.
        case exDay
    }

    private func simpleReturn(_ units: Int64) -> Double { Double(units) / Double(base) - 1 }

    /// Takes a price of the running session.
    ///
    /// - Parameters:
    ///   - opening: The price at the beginning of what came (a bar's open; the trade itself).
    ///   - source: ``OpenSource``: an auction replaces a bar as the session's open.
    ///   - day: The session it counts to, which is after the last complete one.
    mutating func move(to price: Quote, opening: Quote, source: UInt8, day: Int32) -> Outcome {
        guard price.time > close.time else { return .late }
        guard price.time < haltedFrom else { return .halted }
        if day > runningDay {
            beginSession(day)
            if day >= nextActionDay { return .exDay }
        } else if day < runningDay {
            return .late
        }
        guard PriceLevel.isPlausible(price.units, from: level.units) else { return hold(price) }
        level.forgetHeld()
        let opening = PriceLevel.isPlausible(opening.units, from: price.units) ? opening : price
        if source > openSource || (source == openSource && opening.time < open.time) {
            open = opening
            openSource = source
        }
        guard price.time >= last.time else { return .late }
        guard price.time > last.time || price.units != last.units else { return .duplicate }
        let isFirst = !last.exists
        last = price
        lastSpan = price.time - min(price.time, opening.time)
        level.units = price.units
        guard close.exists else { return .taken }
        if isFirst { mark(simpleReturn(opening.units), at: opening.time) }
        let move = simpleReturn(price.units)
        mark(move, at: price.time)
        guard abs(move) >= screen || isWatched, abs(move - judgedReturn) >= Self.judgedStep else { return .taken }
        return .candidate
    }

    private mutating func beginSession(_ day: Int32) {
        runningDay = day
        base = close.units
        open = Quote()
        openSource = OpenSource.none
        last = Quote()
        onset = Onset(quiet: close.time, loud: 0)
        judgedReturn = 0
    }

    private mutating func mark(_ move: Double, at time: UInt64) {
        if abs(move) < screen / 2 {
            onset = Onset(quiet: time, loud: 0)
        } else if onset.loud == 0 {
            onset.loud = time
        }
    }

    /// Takes the bar of a whole session, which completes it.
    ///
    /// Where the day is not before ``nextActionDay``, ``rebase(to:)`` for that day comes first.
    ///
    /// - Parameters:
    ///   - next: The session after it, to which prices count that came after its close and before its bar.
    ///   - sessions: Sessions of the market since the close before, this one included.
    /// - Returns: The session's simple return since the close before, nil if it is the first, or the first on a new
    ///   level, or if the bar is not taken.
    mutating func complete(
        close bar: Quote, open barOpen: Quote, day: Int32, next: Int32, sessions: Int = 1
    ) -> (outcome: Outcome, value: Double?) {
        guard !close.exists || (day > closeDay && bar.time > close.time) else {
            return (day == closeDay && bar.units == close.units ? .duplicate : .late, nil)
        }
        guard barOpen.time < haltedFrom else { return (.halted, nil) }
        let before = day >= nextActionDay ? base : close.units
        guard PriceLevel.isPlausible(bar.units, from: last.exists ? last.units : before) else {
            return (hold(session: bar, day: day, next: next), nil)
        }
        level.forgetHeld()
        let runningOpen = open
        let (hadOpen, later) = (open.exists && open.time <= bar.time, last)
        let hadPath = hadOpen && last.sequence != open.sequence
        previousClose = Quote(units: before, time: close.time, sequence: close.sequence)
        previousDay = closeDay
        completedOpen = hadOpen ? runningOpen : barOpen
        if !PriceLevel.isPlausible(completedOpen.units, from: bar.units) { completedOpen = Quote() }
        completedOnset = onset
        take(close: bar, day: day, next: next, later: later)
        guard previousClose.exists else { return (.taken, nil) }
        let value = bar.simpleReturn(since: previousClose)
        finishOnset(value, hadPath: hadPath)
        deviationBefore = volatility.deviation ?? 0
        volatility.add(sessions > 1 ? value / Double(sessions).squareRoot() : value)
        return (abs(value) >= screen || isWatched || isFollowed ? .candidate : .taken, value)
    }

    mutating func take(close bar: Quote, day: Int32, next: Int32, later: Quote) {
        if !close.exists { (firstDay, firstClose) = (day, bar.units) }
        close = bar
        closeDay = day
        base = bar.units
        level.units = bar.units
        restart(with: later, day: next)
    }

    /// A session that had prices after its open and before its bar keeps the onset they showed; else
    /// half of the move tells whether it came before the open or after.
    private mutating func finishOnset(_ value: Double, hadPath: Bool) {
        if hadPath, completedOnset.loud != 0 { return }
        guard completedOpen.exists else {
            completedOnset = Onset(quiet: previousClose.time, loud: close.time)
            return
        }
        let opened = completedOpen.simpleReturn(since: previousClose)
        if abs(opened) >= abs(value) / 2, opened * value > 0 {
            completedOnset = Onset(quiet: previousClose.time, loud: completedOpen.time)
        } else {
            var quiet = hadPath ? max(completedOnset.quiet, previousClose.time) : previousClose.time
            if abs(opened) < screen / 2 { quiet = max(quiet, completedOpen.time) }
            completedOnset = Onset(quiet: quiet, loud: close.time)
        }
    }

    /// Prices that came after the close, but before the bar that says so, open the next session.
    private mutating func restart(with later: Quote, day: Int32) {
        // A session that began after this one's close goes on, measured from this close.
        if open.exists, open.time > close.time, runningDay > closeDay {
            onset = Onset(quiet: close.time, loud: 0)
            judgedReturn = 0
            level.units = last.units
            return
        }
        runningDay = Int32.min
        last = Quote()
        open = Quote()
        openSource = OpenSource.none
        guard later.exists, later.time > close.time else { return }
        if move(to: later, opening: later, source: OpenSource.bar, day: day) == .exDay {
            _ = move(to: later, opening: later, source: OpenSource.bar, day: day)
        }
    }

    /// Forgets the volatility, to be fed again with another λ.
    mutating func restartVolatility(decay: Double) { volatility = EWMAVolatility(decay: decay) }

    /// The last completed session; nil before there were two.
    var completed: SessionView? {
        guard previousClose.exists else { return nil }
        return SessionView(
            day: closeDay, isComplete: true, before: previousClose, beforeDay: previousDay, open: completedOpen,
            last: close, lastSpan: 0, deviation: deviationBefore, onset: completedOnset)
    }

    /// The simple return of the last completed session; nil before there were two.
    var completedReturn: Double? { previousClose.exists ? close.simpleReturn(since: previousClose) : nil }

    /// The running session; nil without a price since the last close.
    var running: SessionView? {
        guard close.exists, last.exists else { return nil }
        return SessionView(
            day: runningDay, isComplete: false,
            before: Quote(units: base, time: close.time, sequence: close.sequence), beforeDay: closeDay, open: open,
            last: last, lastSpan: lastSpan, deviation: volatility.deviation ?? 0, onset: onset)
    }

    /// The session of a day, complete or running.
    func session(on day: Int32) -> SessionView? {
        if closeDay == day { return completed }
        return runningDay == day ? running : nil
    }
}
