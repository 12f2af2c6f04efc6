/// What of a recording is due when: its rate, pauses and single steps. A value without a clock.
///
/// Record time runs `rate` times as fast as the clock that is passed in, from the first record on. While paused
/// it stands still; a changed rate goes on from where it stands, so that nothing is skipped and nothing comes
/// in a burst. What lies before ``from`` is due at once whatever the rate, paused or not: it restores state.
public struct ReplayPace: Sendable, Equatable {
    public private(set) var rate: ReplayRate
    public private(set) var isPaused: Bool
    /// Record times before it are due at once, ns.
    public let from: UInt64
    /// Where record time stood at a moment of the clock: the first record's time, or the last change.
    private var anchor: Anchor?
    /// Instants asked for one by one and not yet played.
    private var steps = 0
    /// The record time up to which all is played or about to be, ns.
    private var reached: UInt64 = 0

    private struct Anchor: Sendable, Equatable {
        var clock: Duration
        var time: UInt64

        func time(at now: Duration, _ factor: Double) -> UInt64 {
            let passed = (now - clock).inSeconds * factor * 1e9
            // Past any record time there is no more to wait for.
            guard passed < 9e18 else { return .max }
            let (sum, overflow) = time.addingReportingOverflow(UInt64(max(0, passed)))
            return overflow ? .max : sum
        }
    }

    /// Steps beyond this many that wait are dropped: they come from a key that is held down.
    public static let maximumSteps = 64

    public init(rate: ReplayRate, from: UInt64 = 0, isPaused: Bool = false) {
        self.rate = rate
        self.from = from
        self.isPaused = isPaused
    }

    /// Through which record time records are due, given that the next one's is `next`; nil: it is not due yet.
    ///
    /// An answer takes the step that was asked for, so all of it must be played in the end; asking again with
    /// the same `next` gives the same answer or a later one.
    ///
    /// - Parameters:
    ///   - next: The next record's time, ns.
    ///   - now: Of a clock that never goes back.
    public mutating func due(next: UInt64, now: Duration) -> UInt64? {
        if next < from { return from - 1 }
        if case .maximum = rate, !isPaused {
            reached = max(reached, next)
            return .max
        }
        if next <= reached, reached > 0 { return reached }
        if isPaused {
            guard steps > 0 else { return nil }
            steps -= 1
            reached = next
            return next
        }
        guard case .factor(let factor) = rate else { return .max }
        let time = position(factor, first: next, now: now)
        guard next <= time else { return nil }
        reached = time
        return time
    }

    /// Where record time stands, ns; 0 before it began.
    public func time(now: Duration) -> UInt64 {
        guard !isPaused, case .factor(let factor) = rate, let anchor else { return max(anchor?.time ?? 0, reached) }
        return max(anchor.time(at: now, factor), reached)
    }

    /// How long until a record is due; nil: not before a command comes.
    public func wait(until next: UInt64, now: Duration) -> Duration? {
        if next < from || (next <= reached && reached > 0) || steps > 0 { return .zero }
        if isPaused { return nil }
        guard case .factor(let factor) = rate, let anchor, next > anchor.time else { return .zero }
        let seconds = Double(next - anchor.time) / 1e9 / factor
        // Far beyond any replay; a Duration of more would overflow.
        guard seconds < 1e9 else { return .seconds(1_000_000_000) }
        return max(.zero, anchor.clock + .seconds(seconds) - now)
    }

    /// Stops record time where it stands. At maximum rate that is behind what is played.
    public mutating func pause(now: Duration) {
        guard !isPaused else { return }
        hold(now: now)
        isPaused = true
    }

    /// Lets record time go on from where it stands; steps that still wait are dropped.
    public mutating func resume(now: Duration) {
        guard isPaused else { return }
        isPaused = false
        steps = 0
        restart(now: now)
    }

    /// Pauses, and makes the next instant due: all records of the next record time.
    public mutating func step(now: Duration) {
        pause(now: now)
        steps = min(steps + 1, Self.maximumSteps)
    }

    /// Goes on at another rate from where record time stands.
    public mutating func set(_ rate: ReplayRate, now: Duration) {
        if !isPaused { hold(now: now) }
        self.rate = rate
        if !isPaused { restart(now: now) }
    }

    /// Notes that records up to a record time were played at maximum rate, where no clock says how far it is.
    public mutating func played(through time: UInt64) {
        guard time >= from else { return }
        reached = max(reached, time)
    }

    private mutating func position(_ factor: Double, first: UInt64, now: Duration) -> UInt64 {
        guard let anchor else {
            self.anchor = Anchor(clock: now, time: first)
            return first
        }
        return anchor.time(at: now, factor)
    }

    /// Fixes where record time stands, so that it does not depend on the rate any more.
    private mutating func hold(now: Duration) {
        switch (rate, anchor) {
        case (.factor(let factor), let anchor?):
            self.anchor = Anchor(clock: now, time: max(anchor.time(at: now, factor), reached))
        case (.maximum, _): anchor = reached > 0 ? Anchor(clock: now, time: reached) : nil
        case (.factor, nil): break
        }
    }

    /// Lets the clock count from now, at what was reached if steps went beyond where record time stood.
    private mutating func restart(now: Duration) {
        guard let held = anchor ?? (reached > 0 ? Anchor(clock: now, time: reached) : nil) else { return }
        anchor = Anchor(clock: now, time: max(held.time, reached))
    }
}
