import Supervision
import TestKit
import Testing

typealias Beat = ChildLifecycle.Beat

extension ChildSpec {
    static func forTest(_ restart: Restart = .permanent, memory: UInt64? = 1_000) -> ChildSpec {
        var spec = ChildSpec(
            name: "child", executable: "/bin/false", restart: restart, readinessDeadline: .seconds(30),
            heartbeatDeadline: .seconds(2), stopPatience: .seconds(5))
        spec.limits.memoryBytes = memory
        return spec
    }
}

@Suite("Child life-cycle")
struct ChildLifecycleTests {
    /// A child in each state, as it gets there; the time is then 100 s.
    static let states: [(name: String, child: ChildLifecycle)] = {
        var down = ChildLifecycle(.forTest())
        var starting = down
        _ = starting.start(at: .seconds(99))
        var up = starting
        up.heartbeat(Beat(isReady: true, turns: 1), at: .seconds(100))
        var waiting = up
        _ = waiting.exited(.signal(9), at: .seconds(99), jitter: 0)
        _ = waiting.tick(at: .seconds(99))
        _ = waiting.exited(.signal(9), at: .seconds(100), jitter: 1)
        var stopping = up
        _ = stopping.stop(at: .seconds(100))
        var restarting = up
        _ = restarting.restart(at: .seconds(100))
        var failed = up
        _ = failed.exited(.status(78), at: .seconds(100), jitter: 0)
        return [
            ("down", down), ("starting", starting), ("up", up), ("waiting", waiting), ("stopping", stopping),
            ("restarting", restarting), ("failed", failed),
        ]
    }()

    static let facts: [(name: String, happen: @Sendable (inout ChildLifecycle) -> ChildLifecycle.Action)] = [
        ("start", { $0.start(at: .seconds(100)) }),
        ("stop", { $0.stop(at: .seconds(100)) }),
        ("restart", { $0.restart(at: .seconds(100)) }),
        ("hasten", { $0.hasten(at: .seconds(100)) }),
        (
            "beat",
            {
                $0.heartbeat(Beat(isReady: false, turns: 7), at: .seconds(101))
                return .none
            }
        ),
        (
            "ready",
            {
                $0.heartbeat(Beat(isReady: true, turns: 7), at: .seconds(101))
                return .none
            }
        ),
        ("small", { $0.memory(1_000) }),
        ("large", { $0.memory(1_001) }),
        ("exits", { $0.exited(.status(1), at: .seconds(100), jitter: 1) }),
        ("exits 78", { $0.exited(.status(78), at: .seconds(100), jitter: 1) }),
        ("soon", { $0.tick(at: .milliseconds(100_010)) }),
        ("later", { $0.tick(at: .seconds(1_000)) }),
    ]

    /// Every state × every fact: the action, and the state it is in then.
    static let table: [String: [String: String]] = [
        "down": [
            "start": "spawn starting", "stop": "none down", "restart": "spawn starting", "hasten": "none down",
            "beat": "none down", "ready": "none down", "small": "none down", "large": "none down",
            "exits": "none down", "exits 78": "none down", "soon": "none down", "later": "none down",
        ],
        "starting": [
            "start": "none starting", "stop": "terminate stopping", "restart": "terminate restarting",
            "hasten": "hasten stopping", "beat": "none starting", "ready": "none up", "small": "none starting",
            "large": "kill memory starting", "exits": "none waiting", "exits 78": "giveUp failed",
            "soon": "none starting", "later": "kill readiness starting",
        ],
        "up": [
            "start": "none up", "stop": "terminate stopping", "restart": "terminate restarting",
            "hasten": "hasten stopping", "beat": "none up", "ready": "none up", "small": "none up",
            "large": "kill memory up", "exits": "none waiting", "exits 78": "giveUp failed", "soon": "none up",
            "later": "kill heartbeat up",
        ],
        "waiting": [
            "start": "spawn starting", "stop": "none down", "restart": "spawn starting", "hasten": "none down",
            "beat": "none waiting", "ready": "none waiting", "small": "none waiting", "large": "none waiting",
            "exits": "none waiting", "exits 78": "none waiting", "soon": "none waiting", "later": "spawn starting",
        ],
        "stopping": [
            "start": "none restarting", "stop": "none stopping", "restart": "none restarting",
            "hasten": "hasten stopping", "beat": "none stopping", "ready": "none stopping", "small": "none stopping",
            "large": "none stopping", "exits": "none down", "exits 78": "none down", "soon": "none stopping",
            "later": "kill patience stopping",
        ],
        "restarting": [
            "start": "none restarting", "stop": "none stopping", "restart": "none restarting",
            "hasten": "hasten stopping", "beat": "none restarting", "ready": "none restarting",
            "small": "none restarting", "large": "none restarting", "exits": "spawn starting",
            "exits 78": "spawn starting", "soon": "none restarting", "later": "kill patience restarting",
        ],
        "failed": [
            "start": "spawn starting", "stop": "none down", "restart": "spawn starting", "hasten": "none down",
            "beat": "none failed", "ready": "none failed", "small": "none failed", "large": "none failed",
            "exits": "none failed", "exits 78": "none failed", "soon": "none failed", "later": "none failed",
        ],
    ]

    static func name(of state: ChildLifecycle.State) -> String {
        switch state {
        case .down: "down"
        case .starting: "starting"
        case .up: "up"
        case .waiting: "waiting"
        case .stopping(_, let startsThen): startsThen ? "restarting" : "stopping"
        case .failed: "failed"
        }
    }

    static func name(of action: ChildLifecycle.Action) -> String {
        if case .kill(let reason) = action { return "kill \(reason?.rawValue ?? "patience")" }
        return "\(action)"
    }

    @Test("every state × every fact")
    func table() throws {
        #expect(Self.table.values.reduce(0) { $0 + $1.count } == Self.states.count * Self.facts.count)
        for (state, child) in Self.states {
            #expect(Self.name(of: child.state) == state)
            for (fact, happen) in Self.facts {
                var child = child
                let action = happen(&child)
                let found = "\(Self.name(of: action)) \(Self.name(of: child.state))"
                #expect(found == Self.table[state]?[fact], "\(fact) in \(state)")
            }
        }
    }

    @Test("one that shows no progress is dead, however often it says that it lives")
    func stuckLoop() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        child.heartbeat(Beat(isReady: true, turns: 5), at: .seconds(1))
        for tenth in 11...29 { child.heartbeat(Beat(isReady: true, turns: 5), at: .milliseconds(tenth * 100)) }
        #expect(child.tick(at: .milliseconds(2_999)) == .none)
        #expect(child.tick(at: .seconds(3)) == .kill(.heartbeat))
        // Once a life.
        #expect(child.tick(at: .seconds(4)) == .none)
        _ = child.exited(.signal(9), at: .seconds(4), jitter: 0)
        #expect(child.lastDeath == .heartbeat)
        #expect(child.deaths == [.heartbeat: 1])
        // A new life counts its turns anew.
        #expect(child.tick(at: .seconds(4)) == .spawn)
        child.heartbeat(Beat(isReady: true, turns: 1), at: .seconds(5))
        #expect(child.isReady)
    }

    @Test("a long step that was announced is waited for, and no longer than may be announced")
    func patience() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        child.heartbeat(Beat(isReady: true, turns: 1), at: .seconds(1))
        child.heartbeat(Beat(isReady: true, turns: 2, patience: .seconds(60)), at: .seconds(2))
        #expect(child.tick(at: .milliseconds(61_999)) == .none)
        child.heartbeat(Beat(isReady: true, turns: 3), at: .seconds(50))
        #expect(child.tick(at: .seconds(52)) == .kill(.heartbeat))
        _ = child.exited(.signal(9), at: .seconds(52), jitter: 0)
        _ = child.tick(at: .seconds(52))
        child.heartbeat(Beat(isReady: true, turns: 1, patience: .seconds(1_000_000)), at: .seconds(53))
        #expect(child.tick(at: .seconds(353)) == .kill(.heartbeat))
    }

    @Test("one that starts shows progress, or is dead before its deadline")
    func startingMustBeat() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        // The first may take longer: the program must be loaded.
        #expect(child.tick(at: .milliseconds(9_999)) == .none)
        child.heartbeat(Beat(isReady: false, turns: 1), at: .milliseconds(9_999))
        #expect(child.tick(at: .milliseconds(11_998)) == .none)
        #expect(child.tick(at: .milliseconds(11_999)) == .kill(.heartbeat))
    }

    @Test("one that beats and is never ready is killed at its deadline")
    func neverReady() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        for second in 1...29 { child.heartbeat(Beat(isReady: false, turns: UInt64(second)), at: .seconds(second)) }
        #expect(child.tick(at: .milliseconds(29_999)) == .none)
        #expect(child.tick(at: .seconds(30)) == .kill(.readiness))
    }

    @Test("the first restart is at once, the next wait longer, half of it by chance; the fifth death is the last")
    func backoff() {
        for (jitter, expected) in [(0.0, [0, 50, 100, 200]), (1.0, [0, 100, 200, 400])] {
            var child = ChildLifecycle(.forTest())
            _ = child.start(at: .zero)
            var now: Duration = .zero
            var waits: [Duration] = []
            var action = child.exited(.signal(9), at: now, jitter: jitter)
            while case .waiting(let until) = child.state {
                waits.append(until - now)
                now = until
                #expect(child.tick(at: now) == .spawn)
                action = child.exited(.signal(9), at: now, jitter: jitter)
            }
            #expect(waits == expected.map { .milliseconds($0) })
            #expect(action == .giveUp)
            #expect(child.recentDeaths == "5 signal")
            #expect(child.tick(at: .seconds(1_000)) == .none)
            #expect(child.start(at: .seconds(1_001)) == .spawn)
        }
    }

    @Test("deaths are counted by kind")
    func kinds() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        _ = child.exited(.status(1), at: .zero, jitter: 0)
        _ = child.tick(at: .seconds(1))
        _ = child.memory(2_000)
        _ = child.exited(.signal(9), at: .seconds(1), jitter: 0)
        _ = child.tick(at: .seconds(2))
        _ = child.exited(.notStarted("exec: No such file or directory"), at: .seconds(2), jitter: 0)
        #expect(child.deaths == [.exit: 1, .memory: 1, .notStarted: 1])
        #expect(child.recentDeaths == "1 exit, 1 memory, 1 notStarted")
    }

    @Test("deaths that lie far apart delay more and more, up to the cap, and trip nothing")
    func farApart() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        var now: Duration = .zero
        var last: Duration = .zero
        for _ in 1...30 {
            now += .seconds(20)
            #expect(child.exited(.status(1), at: now, jitter: 1) == .none)
            guard case .waiting(let until) = child.state else { return }
            last = until - now
            now = until
            _ = child.tick(at: now)
            child.heartbeat(Beat(isReady: true, turns: 1), at: now)
        }
        #expect(last == .seconds(30))
        #expect(child.restarts == 30)
    }

    @Test("a minute of health forgets the deaths before")
    func health() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        for death in 0..<50 {
            let born = Duration.seconds(death * 61)
            child.heartbeat(Beat(isReady: true, turns: 1), at: born)
            let now = born + .seconds(60)
            #expect(child.exited(.status(1), at: now, jitter: 1) == .none)
            #expect(child.state == .waiting(until: now))
            #expect(child.tick(at: now) == .spawn)
        }
    }

    @Test("two restarts of a stage whose input was taken back, again and again an hour apart, never trip it")
    func takenBack() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        for hour in 0..<100 {
            for death in 0..<2 {
                let now = Duration.seconds(hour * 3_600 + death)
                #expect(child.exited(.status(1), at: now, jitter: 1) == .none)
                _ = child.tick(at: now + .milliseconds(500))
            }
            child.heartbeat(Beat(isReady: true, turns: 1), at: .seconds(hour * 3_600 + 2))
        }
        #expect(child.restarts == 200)
    }

    @Test(
        "restart says after which ends a child is started again",
        arguments: [
            (ChildSpec.Restart.permanent, ChildExit.status(0), true), (.permanent, .status(1), true),
            (.transient, .status(0), false), (.transient, .signal(11), true), (.temporary, .signal(9), false),
        ])
    func policies(restart: ChildSpec.Restart, exit: ChildExit, isRestarted: Bool) {
        var child = ChildLifecycle(.forTest(restart))
        _ = child.start(at: .zero)
        _ = child.exited(exit, at: .seconds(1), jitter: 0)
        #expect(child.tick(at: .seconds(1)) == (isRestarted ? .spawn : .none))
    }

    @Test("a supervisor that was held up excuses its children")
    func excuse() {
        var child = ChildLifecycle(.forTest())
        _ = child.start(at: .zero)
        child.heartbeat(Beat(isReady: true, turns: 1), at: .seconds(1))
        child.excuse(.seconds(10))
        #expect(child.tick(at: .milliseconds(12_999)) == .none)
        #expect(child.tick(at: .seconds(13)) == .kill(.heartbeat))
    }

    @Test("1,000 stops that race a crash: none is overridden, none is lost")
    func race() {
        var random = SeededGenerator(for: "stops that race a crash", default: 20_250_127)
        for _ in 0..<1_000 {
            var child = ChildLifecycle(.forTest())
            _ = child.start(at: .zero)
            if Bool.random(using: &random) { child.heartbeat(Beat(isReady: true, turns: 1), at: .zero) }
            var isAlive = true
            var isStopped = false
            // A crash, a stop and ticks in any order; a process exits at most once a life.
            for _ in 0..<8 {
                var action = ChildLifecycle.Action.none
                switch Int.random(in: 0..<3, using: &random) {
                case 0 where isAlive:
                    isAlive = false
                    action = child.exited(.signal(9), at: .zero, jitter: 0)
                case 1:
                    isStopped = true
                    action = child.stop(at: .zero)
                default: action = child.tick(at: .zero)
                }
                if action == .spawn {
                    #expect(!isStopped)
                    isAlive = true
                }
            }
            _ = child.stop(at: .zero)
            if isAlive { _ = child.exited(.signal(9), at: .zero, jitter: 0) }
            #expect(child.state == .down)
            #expect(child.tick(at: .seconds(1_000)) == .none)
        }
    }

    @Test("a minute of crashes takes microseconds")
    func simulatedMinute() {
        var spec = ChildSpec.forTest()
        spec.maximumDeaths = 1_000_000
        var child = ChildLifecycle(spec)
        _ = child.start(at: .zero)
        var spawns = 0
        let clock = ContinuousClock()
        let spent = clock.measure {
            for millisecond in 0..<60_000 {
                let now = Duration.milliseconds(millisecond)
                if child.isRunning { _ = child.exited(.status(1), at: now, jitter: 1) }
                if child.tick(at: now) == .spawn { spawns += 1 }
            }
        }
        // At once, then after 0.1, 0.2 … 25.6 s, and 30 s: the next would be beyond the minute.
        #expect(spawns == 10)
        print("a simulated minute of crashes, 60,000 ticks: \(spent)")
    }
}
