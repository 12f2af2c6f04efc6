import Supervision
import Testing

@Suite("Child life-cycle")
struct ChildLifecycleTests {
    static func spec(_ restart: ChildSpec.Restart = .permanent) -> ChildSpec {
        ChildSpec(
            name: "child", executable: "/bin/false", restart: restart, readinessDeadline: .seconds(10),
            heartbeatDeadline: .seconds(3), stopPatience: .seconds(5))
    }

    @Test("a child is up when it says that it is ready, not when it is started")
    func startedIsNotReady() {
        var child = ChildLifecycle(Self.spec())
        #expect(child.start(at: .zero) == .spawn)
        #expect(!child.isReady)
        child.heartbeat(ready: false, at: .seconds(1))
        #expect(!child.isReady)
        child.heartbeat(ready: true, at: .seconds(2))
        #expect(child.isReady)
    }

    @Test("one that is never ready is killed at its deadline, once")
    func neverReady() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        child.heartbeat(ready: false, at: .seconds(9))
        #expect(child.tick(at: .milliseconds(9_999)) == .none)
        #expect(child.tick(at: .seconds(10)) == .kill)
        #expect(child.tick(at: .seconds(11)) == .none)
    }

    @Test("silence is death")
    func silence() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        child.heartbeat(ready: true, at: .seconds(1))
        #expect(child.tick(at: .milliseconds(3_999)) == .none)
        child.heartbeat(ready: true, at: .milliseconds(3_999))
        #expect(child.tick(at: .seconds(6)) == .none)
        #expect(child.tick(at: .milliseconds(6_999)) == .kill)
    }

    @Test("the first restart is at once, the next ones wait longer and longer, then it is given up")
    func backoff() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        var now: Duration = .zero
        var waits: [Duration] = []
        var action = child.exited(.signal(9), at: now)
        while case .waiting(let until) = child.state {
            waits.append(until - now)
            now = until
            #expect(child.tick(at: now) == .spawn)
            action = child.exited(.signal(9), at: now)
        }
        #expect(waits == [.zero, .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(action == .giveUp(deaths: 6))
        #expect(child.state == .failed)
        #expect(child.tick(at: .seconds(1_000)) == .none)
        #expect(child.start(at: .seconds(1_001)) == .spawn)
    }

    @Test("deaths that lie far apart do not add up")
    func oldDeathsAreForgotten() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        for death in 1...50 {
            let now = Duration.seconds(61 * death)
            #expect(child.exited(.status(1), at: now) == .none)
            #expect(child.tick(at: now) == .spawn)
        }
        #expect(child.restarts == 50)
    }

    @Test("exit status 78 is final at the first time")
    func configuration() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        #expect(child.exited(.status(78), at: .seconds(1)) == .giveUp(deaths: 1))
        #expect(child.state == .failed)
    }

    @Test(
        "restart says after which ends a child is started again",
        arguments: [
            (ChildSpec.Restart.permanent, ChildExit.status(0), true), (.permanent, .status(1), true),
            (.transient, .status(0), false), (.transient, .signal(11), true), (.temporary, .signal(9), false),
        ])
    func policies(restart: ChildSpec.Restart, exit: ChildExit, isRestarted: Bool) {
        var child = ChildLifecycle(Self.spec(restart))
        _ = child.start(at: .zero)
        _ = child.exited(exit, at: .seconds(1))
        #expect(child.tick(at: .seconds(1)) == (isRestarted ? .spawn : .none))
    }

    @Test("an operator's stop is never overridden by a death")
    func stopWins() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        child.heartbeat(ready: true, at: .seconds(1))
        #expect(child.stop(at: .seconds(2)) == .terminate)
        #expect(child.exited(.signal(9), at: .seconds(3)) == .none)
        #expect(child.state == .down)
        #expect(child.tick(at: .seconds(100)) == .none)
    }

    @Test("one that does not stop is killed when patience ends")
    func patience() {
        var child = ChildLifecycle(Self.spec())
        _ = child.start(at: .zero)
        _ = child.stop(at: .seconds(1))
        #expect(child.tick(at: .milliseconds(5_999)) == .none)
        #expect(child.tick(at: .seconds(6)) == .kill)
    }
}

@Suite("Service plan")
struct ServicePlanTests {
    static func plan() -> ServicePlan {
        ServicePlan([
            ChildSpec(name: "a", executable: "a"), ChildSpec(name: "b", executable: "b", dependencies: ["a"]),
            ChildSpec(name: "c", executable: "c", dependencies: ["b"]),
        ])
    }

    private func names(_ steps: [ServicePlan.Step]) -> [String] {
        steps.map { "\($0.child) \($0.action)" }
    }

    @Test("each child starts when the one before is ready, and the service is ready with the last")
    func starts() {
        var plan = Self.plan()
        #expect(names(plan.start(at: .zero)) == ["0 spawn"])
        #expect(names(plan.heartbeat("a", ready: false, at: .seconds(1))) == [])
        #expect(names(plan.heartbeat("a", ready: true, at: .seconds(2))) == ["1 spawn"])
        #expect(names(plan.heartbeat("b", ready: true, at: .seconds(3))) == ["2 spawn"])
        #expect(!plan.isReady)
        _ = plan.heartbeat("c", ready: true, at: .seconds(4))
        #expect(plan.isReady)
    }

    @Test("a death restarts the one child and no other")
    func oneForOne() {
        var plan = Self.started()
        #expect(names(plan.exited(1, .signal(9), at: .seconds(5))) == [])
        #expect(names(plan.tick(at: .seconds(5))) == ["1 spawn"])
        #expect(names(plan.heartbeat("b", ready: true, at: .seconds(6))) == [])
    }

    @Test("they stop one after the other, in the data's order")
    func stops() {
        var plan = Self.started()
        #expect(names(plan.stop(at: .seconds(5))) == ["0 terminate"])
        #expect(names(plan.exited(0, .status(0), at: .seconds(6))) == ["1 terminate"])
        #expect(names(plan.exited(1, .status(0), at: .seconds(7))) == ["2 terminate"])
        #expect(names(plan.exited(2, .status(0), at: .seconds(8))) == [])
        #expect(plan.mode == .stopped)
    }

    @Test("asked twice, all stop at once")
    func hastens() {
        var plan = Self.started()
        _ = plan.stop(at: .seconds(5))
        #expect(names(plan.stop(at: .seconds(6))) == ["0 terminate", "1 terminate", "2 terminate"])
    }

    @Test("one that died before its turn does not hold up the others")
    func deadChildInStop() {
        var plan = Self.started()
        _ = plan.exited(1, .signal(9), at: .seconds(5))
        _ = plan.stop(at: .seconds(5))
        #expect(names(plan.exited(0, .status(0), at: .seconds(6))) == ["2 terminate"])
    }

    static func started() -> ServicePlan {
        var plan = plan()
        _ = plan.start(at: .zero)
        for (name, time) in [("a", 1), ("b", 2), ("c", 3)] { _ = plan.heartbeat(name, ready: true, at: .seconds(time)) }
        return plan
    }
}
