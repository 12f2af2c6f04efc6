import Schema
import Testing

@testable import ShockAnalysis

@Suite("ShockLifecycle")
struct ShockLifecycleTests {
    typealias Observation = ShockLifecycle.Observation

    private static func running(_ value: Double, years: Double = 1, beyond: Bool = true) -> Observation {
        Observation(simpleReturn: value, years: years, isBeyond: beyond, isBeyondExit: beyond, isComplete: false)
    }

    private static func complete(_ value: Double, beyond: Bool, exit: Bool? = nil) -> Observation {
        Observation(
            simpleReturn: value, years: 1, isBeyond: beyond, isBeyondExit: exit ?? beyond, isComplete: true)
    }

    private static func together(_ value: Double, isComplete: Bool) -> Observation {
        Observation(
            simpleReturn: value, years: 0.1, isBeyond: false, isBeyondExit: false, isComplete: isComplete,
            isBeyondWithSessionBefore: true)
    }

    /// A script of observations with what is said to each.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [(seen: Observation, said: ShockLifecycle.Statement)]
        let state: ShockLifecycle.State
    }

    static let cases: [Case] = [
        Case(
            testDescription: "nothing beyond, nothing said", steps: [(running(-0.02, beyond: false), .nothing)],
            state: .quiet),
        Case(
            testDescription: "pending, then confirmed within the exit",
            steps: [
                (running(-0.06), .measured(.pending, "price")),
                (running(-0.07), .nothing),
                (running(-0.08), .measured(.pending, "update")),
                (running(-0.08, years: 2), .measured(.pending, "update")),
                (running(-0.08, years: 1.1), .nothing),
                (running(-0.08, years: 1), .measured(.pending, "update")),
                (complete(-0.045, beyond: false, exit: true), .measured(.open, "close")),
            ], state: .open),
        Case(
            testDescription: "pending, then faded",
            steps: [
                (running(-0.06), .measured(.pending, "price")),
                (complete(-0.03, beyond: false), .measured(.withdrawn, "faded")),
                (complete(-0.3, beyond: true), .nothing),
            ], state: .withdrawn),
        Case(
            testDescription: "pending one way, at the close the other way",
            steps: [
                (running(-0.06), .measured(.pending, "price")),
                (complete(0.06, beyond: true), .measured(.withdrawn, "faded")),
            ], state: .withdrawn),
        Case(
            testDescription: "first seen at the close, aftershock, rebound, followed up",
            steps: [
                (complete(-0.17, beyond: true), .measured(.open, "close")),
                (running(-0.2), .nothing),
                (complete(-0.1, beyond: true), .followed(.open, "aftershock")),
                (complete(0.1, beyond: true), .followed(.open, "rebound")),
                (complete(0.01, beyond: false), .followed(.open, "follow-up")),
                (complete(-0.01, beyond: false), .followed(.closed, "followed up")),
                (complete(-0.01, beyond: false), .nothing),
            ], state: .closed),
        Case(
            testDescription: "small, but with the session before it is beyond; only a complete session is so judged",
            steps: [
                (together(-0.04, isComplete: false), .nothing),
                (together(-0.04, isComplete: true), .measured(.open, "two sessions")),
            ], state: .open),
        Case(
            testDescription: "the other way and further than at first: another shock",
            steps: [
                (complete(0.1, beyond: true), .measured(.open, "close")),
                (complete(-0.08, beyond: true), .followed(.open, "rebound")),
                (complete(-0.11, beyond: true), .superseded),
            ], state: .closed),
        Case(
            testDescription: "the same way again, but not the next session: another shock",
            steps: [
                (complete(0.17, beyond: true), .measured(.open, "close")),
                (complete(0.01, beyond: false), .followed(.open, "follow-up")),
                (complete(0.1, beyond: true), .superseded),
            ], state: .closed),
    ]

    @Test("goes through its table", arguments: cases)
    func table(_ script: Case) {
        var lifecycle = ShockLifecycle()
        for step in script.steps {
            #expect(lifecycle.observe(step.seen, followUpSessions: 4) == step.said)
        }
        #expect(lifecycle.state == script.state)
    }

    @Test("is abandoned or forgotten from every live state, and only from those")
    func ends() {
        var pending = ShockLifecycle()
        _ = pending.observe(Self.running(-0.1), followUpSessions: 4)
        var open = ShockLifecycle()
        _ = open.observe(Self.complete(-0.1, beyond: true), followUpSessions: 4)
        var (abandoned, forgotten) = (pending, pending)
        #expect(abandoned.abandon() == .ended(.withdrawn, "no close"))
        #expect(forgotten.forget() == .ended(.withdrawn, "no longer watched"))
        (abandoned, forgotten) = (open, open)
        #expect(abandoned.abandon() == .ended(.closed, "no prices"))
        #expect(forgotten.forget() == .ended(.closed, "no longer watched"))
        #expect(abandoned.abandon() == .nothing)
        var quiet = ShockLifecycle()
        #expect(quiet.abandon() == .nothing && quiet.forget() == .nothing)
    }

    @Test("final states lead nowhere, and every other state leads somewhere")
    func transitions() {
        for state in ShockLifecycle.State.allCases {
            let next = ShockLifecycle.State.allCases.filter(state.canBecome)
            #expect(next.isEmpty == (state == .closed || state == .withdrawn))
        }
    }
}
