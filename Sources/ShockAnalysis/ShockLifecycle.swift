import Schema

/// What one shock is doing and what to say next: all rules about phases, and nothing else.
///
/// A value without prices, times or names, so that the whole table is tested in microseconds.
///
/// | State | Observation | Then | Says |
/// |---|---|---|---|
/// | quiet | beyond the thresholds, session running | pending | PENDING `opening print` or `price` |
/// | quiet | beyond the thresholds, session complete | open | OPEN `close` |
/// | quiet | complete, beyond only together with the session before | open | OPEN `two sessions` |
/// | pending | running, 2 pp further or twice as rare (or back) | pending | PENDING `update` |
/// | pending | complete, still beyond the exit, same direction | open | OPEN `close` |
/// | pending | complete, else | withdrawn | WITHDRAWN `faded` or `market move` |
/// | open | session running | open | – |
/// | open | a later session complete | open | OPEN `follow-up` |
/// | … | beyond the thresholds the other way, further than the first session went | closed | CLOSED `superseded`; a new shock begins |
/// | … | beyond the thresholds the other way, else | open | OPEN `rebound` |
/// | … | beyond the thresholds the same way, the very next session | open | OPEN `aftershock` |
/// | … | beyond the thresholds the same way, later | closed | CLOSED `superseded`; a new shock begins |
/// | open | the last session to follow complete | closed | CLOSED `followed up` |
/// | pending | no session completed for as many of the market's | withdrawn | WITHDRAWN `no close` |
/// | open | no session completed for as many of the market's | closed | CLOSED `no prices` |
/// | pending, open | its return was no move: a split or dividend told of late | withdrawn, closed | … `split`, `dividend` |
/// | pending, open | the settings no longer name the subject | withdrawn, closed | … `no longer watched` |
struct ShockLifecycle: Codable, Equatable, Sendable {
    enum State: String, Codable, Sendable, CaseIterable {
        /// Nothing was said. Can transition to `pending`, `open`.
        case quiet
        /// Said while the session ran. Can transition to `open`, `withdrawn`.
        case pending
        /// Confirmed at a close. Can transition to `closed`.
        case open
        /// Over. Final.
        case closed
        /// Never confirmed. Final.
        case withdrawn

        /// Whether the table above allows going from here to there.
        func canBecome(_ next: State) -> Bool {
            switch (self, next) {
            case (.quiet, .pending), (.quiet, .open), (.pending, .open), (.pending, .withdrawn), (.open, .closed):
                true
            default: false
            }
        }
    }

    /// One look at the subject.
    struct Observation: Sendable {
        /// Of the session, as a fraction.
        var simpleReturn: Double
        /// Return period, in stock-years.
        var years: Double
        /// Beyond every threshold.
        var isBeyond: Bool
        /// Beyond the exit's share of every threshold.
        var isBeyondExit: Bool
        /// The session's close is known.
        var isComplete: Bool
        /// The last price is the session's first.
        var isOpeningPrint = false
        /// Not beyond the thresholds itself, but together with the session before it is.
        var isBeyondWithSessionBefore = false
        /// It would be beyond the thresholds had the market not been in a shock.
        var isMarketMove = false
    }

    /// What to say.
    enum Statement: Equatable, Sendable {
        case nothing
        /// About the session the shock began in.
        case measured(ShockPhase, String)
        /// About a later session.
        case followed(ShockPhase, String)
        /// It is over without anything new to measure.
        case ended(ShockPhase, String)
        /// It is over and the same subject has a new shock, to be observed by a fresh life-cycle.
        case superseded
    }

    /// A pending shock is said again when the return moved by this much …
    static let saidAgainReturn = 0.02
    /// … or the return period changed by this factor.
    static let saidAgainYears = 2.0

    private(set) var state = State.quiet
    /// Sessions followed since the one it was confirmed in.
    private(set) var followed = 0
    private var isFall = false
    private var saidReturn = 0.0
    /// Of the session it was confirmed in.
    private var firstReturn = 0.0
    private var saidYears = 0.0

    var isLive: Bool { state == .pending || state == .open }
}

extension ShockLifecycle {
    /// Takes one look. A complete session must be shown once only.
    ///
    /// - Parameter followUpSessions: Sessions after which an open shock is over, at least 1.
    mutating func observe(_ seen: Observation, followUpSessions: Int) -> Statement {
        switch state {
        case .quiet: return begin(seen)
        case .pending: return seen.isComplete ? confirm(seen) : update(seen)
        case .open: return seen.isComplete ? follow(seen, sessions: followUpSessions) : .nothing
        case .closed, .withdrawn: return .nothing
        }
    }

    /// No session was completed for as long as the shock would have been followed.
    mutating func abandon() -> Statement {
        switch state {
        case .pending: return end(.withdrawn, "no close")
        case .open: return end(.closed, "no prices")
        case .quiet, .closed, .withdrawn: return .nothing
        }
    }

    /// The settings no longer name the subject.
    mutating func forget() -> Statement {
        switch state {
        case .pending: return end(.withdrawn, "no longer watched")
        case .open: return end(.closed, "no longer watched")
        case .quiet, .closed, .withdrawn: return .nothing
        }
    }

    /// What it was measured from turned out to be wrong.
    mutating func retract(_ reason: String) -> Statement {
        switch state {
        case .pending: return end(.withdrawn, reason)
        case .open: return end(.closed, reason)
        case .quiet, .closed, .withdrawn: return .nothing
        }
    }

    private mutating func begin(_ seen: Observation) -> Statement {
        guard seen.isBeyond || seen.isComplete && seen.isBeyondWithSessionBefore else { return .nothing }
        isFall = seen.simpleReturn < 0
        firstReturn = seen.simpleReturn
        guard seen.isBeyond else {
            move(to: .open)
            return .measured(.open, "two sessions")
        }
        if seen.isComplete {
            move(to: .open)
            return .measured(.open, "close")
        }
        move(to: .pending)
        remember(seen)
        return .measured(.pending, seen.isOpeningPrint ? "opening print" : "price")
    }

    private mutating func update(_ seen: Observation) -> Statement {
        let rarer = seen.years >= Self.saidAgainYears * saidYears
        let commoner = Self.saidAgainYears * seen.years <= saidYears
        guard abs(seen.simpleReturn - saidReturn) >= Self.saidAgainReturn || rarer || commoner else {
            return .nothing
        }
        remember(seen)
        return .measured(.pending, "update")
    }

    private mutating func confirm(_ seen: Observation) -> Statement {
        guard seen.isBeyondExit, isSameWay(seen) else {
            move(to: .withdrawn)
            return .measured(.withdrawn, seen.isMarketMove ? "market move" : "faded")
        }
        move(to: .open)
        firstReturn = seen.simpleReturn
        return .measured(.open, "close")
    }

    private mutating func follow(_ seen: Observation, sessions: Int) -> Statement {
        if seen.isBeyond, isSameWay(seen) ? followed > 0 : abs(seen.simpleReturn) > abs(firstReturn) {
            move(to: .closed)
            return .superseded
        }
        followed += 1
        guard followed < sessions else {
            move(to: .closed)
            return .followed(.closed, "followed up")
        }
        guard seen.isBeyond else { return .followed(.open, "follow-up") }
        return .followed(.open, isSameWay(seen) ? "aftershock" : "rebound")
    }

    private mutating func end(_ next: State, _ reason: String) -> Statement {
        move(to: next)
        return .ended(next == .closed ? .closed : .withdrawn, reason)
    }

    private mutating func move(to next: State) {
        precondition(state.canBecome(next), "a shock cannot go from \(state) to \(next)")
        state = next
    }

    private mutating func remember(_ seen: Observation) {
        saidReturn = seen.simpleReturn
        saidYears = seen.years
    }

    private func isSameWay(_ seen: Observation) -> Bool { (seen.simpleReturn < 0) == isFall }
}
